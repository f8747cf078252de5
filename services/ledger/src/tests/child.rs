//! A writer in a process of its own, which may be killed or meet faults, and what must hold after it.
//!
//! The child is this test binary again, told to run [`writer`] alone. It says on its standard output
//! `ack <position> <id>`, `error <worker> <why>`, `closed <why>` or `end`.

use crate::conformance::{event, history, long_record, record, source};
use crate::{Ledger, Outcome, SledLedger};
use std::collections::BTreeMap;
use std::env;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;
use vocabulary::{FactRef, Position};

const WORKERS: u64 = 8;

/// The child. In an ordinary run it has nothing to do.
#[test]
fn writer() {
    let Some(dir) = env::var_os("LEDGER_CHILD_DIR") else { return };
    let round = env::var("LEDGER_CHILD_ROUND").unwrap();
    let most: u64 = env::var("LEDGER_CHILD_RECORDS").unwrap().parse().unwrap();
    println!(); // ends the line that the test harness began
    let ledger = match SledLedger::open(Path::new(&dir)) {
        Ok(ledger) => Arc::new(ledger),
        Err(why) => return println!("closed {why}"),
    };
    if let Some(arm) = env::var_os("LEDGER_FAULT_ARM") {
        std::fs::write(arm, "").unwrap();
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).build().unwrap();
    let work = (0..WORKERS).map(|worker| runtime.spawn(work(ledger.clone(), round.clone(), worker, most)));
    for worker in work.collect::<Vec<_>>() {
        runtime.block_on(worker).unwrap();
    }
    drop(runtime);
    drop(ledger); // a failed store must close as well
    println!("end");
}

async fn work(ledger: Arc<SledLedger>, round: String, worker: u64, most: u64) {
    let of = format!("case-{worker}");
    let mut version = ledger.version(&history(&of)).map_or(0, |version| version.0);
    for number in 0..most {
        let id = format!("{round}-{worker}-{number}");
        let mut record = record(&of, version + 1, &[&id, &format!("{id}-next")]);
        if env::var_os("LEDGER_CHILD_LONG").is_some() {
            record.seed = long_record(&of, 1, &id, 700 << 10).seed;
        }
        match ledger.append(record).await {
            Ok(Outcome::Appended(position)) => {
                println!("ack {position} {id}");
                version += 2;
            }
            other => println!("error {worker} {other:?}"),
        }
    }
}

/// Starts the child. What it says can be read from its standard output.
pub fn command(dir: &Path, round: &str, records: u64) -> Command {
    let mut command = Command::new(env::current_exe().unwrap());
    command.args(["--exact", "tests::child::writer", "--nocapture", "--test-threads", "1"]);
    command.env("LEDGER_CHILD_DIR", dir).env("LEDGER_CHILD_ROUND", round);
    command.env("LEDGER_CHILD_RECORDS", records.to_string()).stdout(Stdio::piped()).stderr(Stdio::null());
    command
}

/// Runs a child to its end. One that hangs has failed.
pub fn run(mut command: Command) -> Said {
    let mut child = command.spawn().unwrap();
    for _ in 0..600 {
        if child.try_wait().unwrap().is_some() {
            return Said::read(&child.wait_with_output().unwrap().stdout);
        }
        std::thread::sleep(Duration::from_millis(25));
    }
    child.kill().unwrap();
    panic!("the child hangs");
}

/// What a child said before it ended.
#[derive(Debug, Default)]
pub struct Said {
    /// Acknowledged records: position and the id of the first fact.
    pub acks: BTreeMap<u64, String>,
    /// The appends that were answered with an error, or the open.
    pub errors: Vec<String>,
    /// Whether it came to its end.
    pub ended: bool,
}

impl Said {
    /// Reads the output of a child. A worker that has met an error must never be acknowledged again.
    pub fn read(output: &[u8]) -> Self {
        let mut said = Self::default();
        let mut failed = [false; WORKERS as usize];
        let text = String::from_utf8_lossy(output);
        let whole = text.rfind('\n').map_or("", |end| &text[..end]); // a killed child may leave half a line
        for words in whole.lines().map(|line| line.split(' ').collect::<Vec<_>>()) {
            match words[..] {
                ["ack", position, id] => {
                    let worker: usize = id.split('-').nth(1).unwrap().parse().unwrap();
                    assert!(!failed[worker], "{id} was acknowledged after an error");
                    assert_eq!(said.acks.insert(position.parse().unwrap(), id.to_owned()), None);
                }
                ["error", worker, ..] => {
                    failed[worker.parse::<usize>().unwrap()] = true;
                    said.errors.push(words.join(" "));
                }
                ["closed", ..] => {
                    said.errors.push(words.join(" "));
                    said.ended = true;
                }
                ["end"] => said.ended = true,
                _ => {}
            }
        }
        said
    }
}

/// Opens the store as it is left: everything that was acknowledged is there, once, whole, in its place, and
/// whatever else is there is whole as well. Answers with the head.
pub fn holds(dir: &Path, acks: &BTreeMap<u64, String>) -> Position {
    let ledger = SledLedger::open(dir).unwrap();
    let head = ledger.check().unwrap();
    for (position, id) in acks {
        let stored = ledger.get(Position(*position)).unwrap().unwrap();
        assert_eq!(stored.record.facts[0].attributes.id, event(id));
        for (ordinal, id) in (0..).zip([id.clone(), format!("{id}-next")]) {
            let at = FactRef { sequence: stored.position, ordinal };
            assert_eq!(ledger.find(&source(), &event(&id)).unwrap(), Some(at));
        }
    }
    for at in 1..=head.0 {
        assert_eq!(ledger.get(Position(at)).unwrap().unwrap().record.facts.len(), 2, "a torn record");
    }
    head
}
