//! The child of [`super::load`]: writers and a follower that keep at it whatever happens.

use super::servers::connect;
use super::until;
use crate::conformance::{history, record};
use crate::{Follower, JetStreamLedger, Ledger, LedgerError, Outcome, Promises, Stored};
use sha2::{Digest as _, Sha256};
use std::env;
use std::io::Read as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use vocabulary::record::Bytes;
use vocabulary::{Position, Record};

/// Writers of a child: the first two write histories that both children share, the others each its own.
const WORKERS: usize = 6;
const SHARED: usize = 2;
/// Pause of a writer between two records, so that a run ends with thousands of them and not with millions.
const PACE: Duration = Duration::from_millis(10);

/// A record that no other try but its own can have made: its seed says the id and the version.
pub fn unique(of: &str, version: u64, id: &str, bytes: usize) -> Record {
    let next = format!("{id}-next");
    let facts = if id.ends_with(['1', '4', '7']) { 2 } else { 1 };
    let mut record = record(of, version, &[id, &next][..facts]);
    let digest = Sha256::digest(format!("{of} {version} {id}"));
    record.seed = Bytes(digest.iter().copied().cycle().take(bytes.max(32)).collect());
    record
}

/// Folds records into one digest, each with its position.
pub fn fold(digest: &mut Sha256, stored: &Stored) {
    digest.update(stored.position.0.to_be_bytes());
    digest.update(stored.record.to_bytes());
}

/// The child. In an ordinary run it has nothing to do.
#[test]
fn writer() {
    let Ok(name) = env::var("LEDGER_LOAD") else { return };
    println!(); // ends the line that the test harness began
    let (stop, stopped) = watch::channel(false);
    std::thread::spawn(move || {
        let _ = std::io::stdin().read_to_end(&mut Vec::new()); // Err: an end as well
        stop.send_replace(true);
    });
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.unwrap().block_on(run(name, stopped));
}

async fn run(name: String, stopped: watch::Receiver<bool>) {
    let var = |name: &str| env::var(name).unwrap();
    let urls: Vec<String> = var("LEDGER_LOAD_URLS").split(',').map(str::to_owned).collect();
    let promises = Promises { replicas: var("LEDGER_LOAD_REPLICAS").parse().unwrap() };
    let (dir, bytes) = (var("LEDGER_LOAD_DIR"), var("LEDGER_LOAD_BYTES").parse().unwrap());
    let client = until("a connection", async || connect(&urls).await.ok()).await;
    let ledger = until("the ledger is open", async || {
        match JetStreamLedger::open(client.clone(), Path::new(&dir), promises).await {
            Ok(ledger) => Some(Arc::new(ledger)),
            Err(LedgerError::Unavailable(_)) => None,
            Err(why) => panic!("{why:?}"),
        }
    })
    .await;
    println!("open");
    let (goal, goals) = watch::channel(None);
    let follower = tokio::spawn(follow(ledger.clone(), goals));
    let work = (0..WORKERS).map(|number| {
        let worker = Worker { ledger: ledger.clone(), name: name.clone(), number, bytes };
        tokio::spawn(worker.run(stopped.clone()))
    });
    for worker in work.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    until("the copy is as new as the stream", async || ledger.confirm().await.ok()).await;
    goal.send_replace(Some(*ledger.head().borrow()));
    follower.await.unwrap();
    drop(ledger);
    println!("end");
}

/// Follows from the first record on, for as long as the child runs.
async fn follow(ledger: Arc<JetStreamLedger>, mut goal: watch::Receiver<Option<Position>>) {
    let mut follower = Follower::follow(ledger, Position(0));
    let (mut digest, mut last) = (Sha256::new(), Position(0));
    loop {
        if goal.borrow_and_update().is_some_and(|goal| last >= goal) {
            return println!("followed {last} {}", hex::encode(digest.finalize()));
        }
        let records = tokio::select! {
            records = follower.next() => records,
            _ = goal.changed() => continue,
        };
        match records {
            Ok(records) => records.iter().for_each(|stored| fold(&mut digest, stored)),
            Err(why) => return println!("odd follower {why:?}"),
        }
        last = follower.last();
    }
}

struct Worker {
    ledger: Arc<JetStreamLedger>,
    name: String,
    number: usize,
    bytes: usize,
}

impl Worker {
    async fn run(self, stopped: watch::Receiver<bool>) {
        let of = match self.number {
            shared if shared < SHARED => format!("case-shared-{shared}"),
            own => format!("case-{}-{own}", self.name.split('.').next().unwrap()),
        };
        for number in 0.. {
            if *stopped.borrow() {
                return;
            }
            self.write(&of, &format!("{}-{}-{number}", self.name, self.number)).await;
            tokio::time::sleep(PACE).await;
        }
    }

    /// Writes one record, to its acknowledgement.
    async fn write(&self, of: &str, id: &str) {
        let worker = self.number;
        let mut version = self.ledger.version(&history(of)).unwrap();
        let mut tried = false;
        loop {
            let record = unique(of, version.0 + 1, id, self.bytes);
            match self.ledger.append(record).await {
                Ok(Outcome::Appended(at)) => return println!("ack {worker} {at} {id} new"),
                Ok(Outcome::AlreadyThere(at)) if tried => {
                    return println!("ack {worker} {} {id} found", at.sequence);
                }
                Err(LedgerError::Conflict { found }) => {
                    if worker >= SHARED {
                        println!("moved {worker} {id}");
                    }
                    version = found; // of a shared history: the other process was first
                    continue;
                }
                Err(LedgerError::Unavailable(why)) => {
                    println!("again {worker} {}", why.to_string().replace('\n', " "));
                }
                Err(other) => println!("refused {worker} {other:?}"),
                Ok(early) => return println!("odd {worker} {early:?} before it was sent"),
            }
            tried = true;
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }
}
