//! The ledger on JetStream while its servers, their disks, the network between them, their operators or its own
//! processes fail: real servers, real writers, one checker.
//!
//! Rule: whatever was acknowledged stands in the stream, once, in the order in which it was acknowledged; every
//! local copy and every follower holds exactly the stream; and where that can no longer be promised the ledger
//! refuses, with a code, and goes on answering what it knows.
//!
//! Each run loads the ledger for some seconds, for `LIANHU_FAULT_SECONDS` when that is set, and prints what it
//! counted. [`servers`] can be killed, paused and cut off; [`load`] writes from processes of its own;
//! [`check`] holds what they said against the stream and against every copy.

mod away;
mod check;
mod cut;
mod disk;
mod guard;
mod killed;
mod load;
mod nets;
mod operator;
mod paused;
mod plan;
mod restored;
mod servers;
mod writer;

use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};

/// Runs at a time: each loads several processes, and with more of them the servers starve.
static ROOM: Semaphore = Semaphore::const_new(2);

/// Waits for a place among the runs.
pub async fn room() -> SemaphorePermit<'static> {
    ROOM.acquire().await.unwrap()
}

/// How long a run keeps the ledger under load, beside what its fault takes.
pub fn seconds() -> u64 {
    let asked = std::env::var("LIANHU_FAULT_SECONDS").ok();
    asked.map_or(5, |seconds| seconds.parse().expect("LIANHU_FAULT_SECONDS is a number"))
}

/// The n-th part of that time.
pub async fn part(parts: u32) {
    tokio::time::sleep(Duration::from_secs(seconds()) / parts).await;
}

/// Asks again and again until there is an answer. The deadline is for what never comes.
pub async fn until<T>(what: &str, mut ask: impl AsyncFnMut() -> Option<T>) -> T {
    let end = Instant::now() + Duration::from_secs(90);
    while Instant::now() < end {
        if let Some(answer) = ask().await {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("never: {what}");
}

/// A line for the log of the run, which is shown when the test passes, too.
pub fn note(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "      {line}"); // Err: nobody is listening
}
