//! Agencies at work: each worker leads one case after the other from report to referral, each step at another door,
//! and sends a document again until it is acknowledged.

use super::district::{District, Process};
use super::voice::Voice;
use crate::harness::Caller;
use crate::harness::facts::{Case, report};
use crate::harness::wait::DEADLINE;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// The agencies of a case, and what each says there.
pub const AGENCIES: [&str; 4] = ["hsp-01", "psb-03", "wbo", "ngo-07"];

/// Where agencies speak: a gateway over HTTP, or NATS.
#[derive(Clone)]
pub enum Door {
    Http(BTreeMap<&'static str, Caller>),
    Nats(Arc<BTreeMap<&'static str, Voice>>),
}

impl Door {
    /// At a gateway, which may be killed and started again later.
    pub fn http(gateway: &Process) -> Self {
        Self::Http(AGENCIES.into_iter().map(|agency| (agency, gateway.agency(agency))).collect())
    }

    /// On NATS, answered by any gateway. The agencies are provisioned.
    pub fn nats(district: &District) -> Self {
        let voice = |agency| {
            district.nats.provision(agency, &[]);
            (agency, Voice::of(&district.nats, agency))
        };
        Self::Nats(Arc::new(AGENCIES.into_iter().map(voice).collect()))
    }

    /// Status and body; none when there was no answer.
    fn publish(&self, agency: &str, document: &Value) -> Option<(u16, Value)> {
        match self {
            Self::Http(callers) => {
                callers[agency].try_publish(document).ok().map(|answer| (answer.status, answer.body))
            }
            Self::Nats(voices) => {
                voices[agency].try_publish(document, &[]).ok().map(|reply| (reply.status, reply.body))
            }
        }
    }
}

/// One who leads cases, and remembers every receipt.
pub struct Worker {
    doors: Vec<Door>,
    turn: usize,
    /// Each document with its receipt as it was first given.
    pub acknowledged: Vec<(&'static str, Value, Value)>,
    /// Answers that said "later", by their code.
    pub later: BTreeMap<String, usize>,
    /// How often there was no answer.
    pub silent: usize,
    /// How many documents had been recorded, though the answer was missing or said "later".
    pub kept: usize,
}

impl Worker {
    /// A worker at these doors; `first` is where it begins.
    pub fn new(doors: &[Door], first: usize) -> Self {
        let doors = doors.to_vec();
        Self { doors, turn: first, acknowledged: Vec::new(), later: BTreeMap::new(), silent: 0, kept: 0 }
    }

    /// Leads cases until it is told to stop, and the last one to its end.
    fn work(&mut self, stop: &AtomicBool) {
        while !stop.load(Ordering::Relaxed) {
            self.case();
        }
    }

    /// One case.
    pub fn case(&mut self) {
        let report = report("hsp-01", "psb-03", "接诊时发现可疑情形。");
        let receipt = self.send("hsp-01", &report);
        let (subject, id) = (receipt["subject"].as_str().unwrap(), report["id"].as_str().unwrap());
        let case = Case { subject: subject.to_owned(), report: id.to_owned(), receipt: receipt.clone() };
        self.send("psb-03", &case.acknowledged("psb-03"));
        self.send("psb-03", &case.accepted("psb-03"));
        self.send("wbo", &case.opened_by_coordinator());
        let referral = case.referred_to("ngo-07", "今晚访谈前需要心理支持。");
        self.send("wbo", &referral);
        self.send("ngo-07", &case.answered("ngo-07", "received", &referral));
        self.send("ngo-07", &case.answered("ngo-07", "accepted", &referral));
    }

    /// Sends a document, at one door after the other, until it is acknowledged.
    #[track_caller]
    fn send(&mut self, agency: &'static str, document: &Value) -> Value {
        let began = Instant::now();
        loop {
            self.turn += 1;
            match self.doors[self.turn % self.doors.len()].publish(agency, document) {
                Some((201 | 200, mut receipt)) => {
                    if receipt["duplicate"] == true {
                        self.kept += 1;
                        receipt["duplicate"] = json!(false);
                    }
                    self.acknowledged.push((agency, document.clone(), receipt.clone()));
                    return receipt;
                }
                Some((503, problem)) => {
                    let code = problem["code"].as_str().expect("a code").to_owned();
                    *self.later.entry(code).or_default() += 1;
                }
                Some((status, body)) => panic!("{agency}: {status} {body}\nto {document}"),
                None => self.silent += 1,
            }
            assert!(began.elapsed() < DEADLINE, "{agency} is not answered: {:?}", self.later);
            std::thread::sleep(Duration::from_millis(30));
        }
    }
}

/// Lets workers work while something happens, and finish what they have begun.
pub fn under_load<T>(workers: &mut [Worker], happens: impl FnOnce() -> T) -> T {
    let stop = AtomicBool::new(false);
    std::thread::scope(|threads| {
        let stopped = Stop(&stop);
        for worker in workers {
            let stop = &stop;
            threads.spawn(move || worker.work(stop));
        }
        let done = happens();
        drop(stopped);
        done
    })
}

/// Stops the workers even when what happens goes wrong.
struct Stop<'a>(&'a AtomicBool);

impl Drop for Stop<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// How long a fault is looked at: short, or a share of `LIANHU_FAULT_SECONDS`.
pub fn a_while(share_of: u64) -> Duration {
    let whole = std::env::var("LIANHU_FAULT_SECONDS").map_or(0, |seconds| seconds.parse().unwrap());
    Duration::from_millis((whole * 1000 / share_of).max(400))
}
