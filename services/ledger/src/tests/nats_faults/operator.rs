//! Operators and strangers with too many rights: the stream is deleted, made anew, or written to past the ledger.

use super::plan::Plan;
use super::servers::Servers;
use super::until;
use crate::conformance::{appended, history, record};
use crate::on_sled::open::open_copy;
use crate::{Follower, JetStreamLedger, LEDGER_STREAM, Ledger, LedgerError, Promises};
use async_nats::jetstream::{self, Context, ErrorCode, context::GetStreamErrorKind};
use std::path::Path;
use std::sync::Arc;
use vocabulary::{Position, Version};

/// A ledger with five records.
async fn five(servers: &Servers, copy: &Path) -> JetStreamLedger {
    let ledger = servers.open(copy).await;
    for version in 1..=5 {
        appended(&ledger, record("case-a", version, &[&format!("a{version}")])).await;
    }
    ledger
}

async fn is_missing(js: &Context) -> bool {
    let why = js.get_stream(LEDGER_STREAM).await.map(drop).map_err(|why| why.kind());
    matches!(why, Err(GetStreamErrorKind::JetStream(error)) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

async fn reopened(servers: &Servers, copy: &Path) -> LedgerError {
    let opened = JetStreamLedger::open(servers.client().await, copy, Promises { replicas: 1 }).await;
    opened.map(drop).unwrap_err()
}

/// What it knew it still answers.
fn still_answers(ledger: &JetStreamLedger) {
    assert_eq!(ledger.version(&history("case-a")).unwrap(), Version(5));
    assert_eq!(ledger.read(&history("case-a"), Version(0)).unwrap().len(), 5);
    assert_eq!(ledger.range(Position(0), 9).unwrap().len(), 5);
}

/// Waits until the ledger has given up, for good; appends must be refused all the time.
async fn gives_up(ledger: &JetStreamLedger) -> LedgerError {
    let mut number = 0;
    until("the ledger gives up", async || {
        number += 1;
        let of = format!("case-late-{number}");
        let refused = ledger.append(record(&of, 1, &[&of])).await;
        assert!(refused.is_err(), "{refused:?}");
        ledger.head().has_changed().is_err().then_some(refused)
    })
    .await
    .unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_deleted_stream_is_neither_missed_nor_made_again() {
    let servers = Plan::of(1).start();
    let copy = tempfile::tempdir().unwrap();
    let ledger = five(&servers, copy.path()).await;
    let js = jetstream::new(servers.client().await);
    js.delete_stream(LEDGER_STREAM).await.unwrap();
    let gone = |why: &LedgerError| matches!(why, LedgerError::Unsafe { code: "nats-stream-gone", .. });
    until("it says so", async || ledger.well().err().filter(gone)).await;
    let confirmed = ledger.confirm().await.unwrap_err();
    assert!(gone(&confirmed), "{confirmed:?}");
    let why = gives_up(&ledger).await;
    assert!(gone(&why), "{why:?}");
    still_answers(&ledger);
    assert!(is_missing(&js).await, "nothing made it again");
    drop(ledger);
    let why = reopened(&servers, copy.path()).await;
    let behind = LedgerError::Behind { head: Position(0), recorded: Position(5) };
    assert_eq!(format!("{why:?}"), format!("{behind:?}"));
    assert!(is_missing(&js).await, "nor did the start");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_made_anew_is_not_the_ledger() {
    let servers = Plan::of(1).start();
    let copies = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let ledger = five(&servers, copies[0].path()).await;
    let js = jetstream::new(servers.client().await);
    js.delete_stream(LEDGER_STREAM).await.unwrap();
    let anew = servers.open(copies[1].path()).await; // knows nothing of the five
    let why = gives_up(&ledger).await;
    assert!(matches!(why, LedgerError::Behind { .. } | LedgerError::Unreadable { .. }), "{why:?}");
    still_answers(&ledger);
    drop((ledger, anew));
    let why = reopened(&servers, copies[0].path()).await;
    assert!(matches!(why, LedgerError::Behind { .. }), "{why:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_that_does_not_begin_at_one_is_refused() {
    let servers = Plan::of(1).start();
    let copies = [(); 2].map(|()| tempfile::tempdir().unwrap());
    drop(servers.open(copies[0].path()).await);
    let js = jetstream::new(servers.client().await);
    let mut config = js.get_stream(LEDGER_STREAM).await.unwrap().cached_info().config.clone();
    js.delete_stream(LEDGER_STREAM).await.unwrap();
    config.first_sequence = Some(5);
    until("the stream is made", async || js.create_stream(config.clone()).await.ok()).await;
    let why = reopened(&servers, copies[1].path()).await; // there is nothing at 1 to 4, and never will be
    assert!(matches!(why, LedgerError::Gap { expected: Position(1), .. }), "{why:?}");
}

/// What a stranger wrote behind five records, and whether the ledger says so: running, and at a start.
async fn foreign(subject: &str, before: &[Written], bytes: Vec<u8>) {
    let servers = Plan::of(1).start();
    let copies = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let ledger = Arc::new(five(&servers, copies[0].path()).await);
    let last = 5 + before.len() as u64;
    let at = Position(last + 1);
    let js = jetstream::new(servers.client().await);
    for (subject, bytes) in before {
        js.publish(subject.clone(), bytes.clone().into()).await.unwrap().await.unwrap();
    }
    js.publish(subject.to_owned(), bytes.into()).await.unwrap().await.unwrap();
    let mut follower = Follower::follow(ledger.clone(), Position(0));
    let why = loop {
        match follower.next().await {
            Ok(_) => {}
            Err(why) => break why,
        }
    };
    let names = |why: &LedgerError| matches!(why, LedgerError::Unreadable { at: found, .. } if *found == at);
    assert!(names(&why), "the follower: {why:?}");
    assert_eq!(follower.last(), Position(last), "nothing before it is missing");
    let refused = ledger.append(record("case-b", 1, &["b"])).await.unwrap_err();
    assert!(names(&refused), "an append: {refused:?}");
    let why = ledger.well().unwrap_err();
    assert!(names(&why), "{why:?}");
    assert_eq!(ledger.version(&history("case-a")).unwrap(), Version(last));
    drop((follower, ledger));
    for copy in &copies {
        let why = reopened(&servers, copy.path()).await;
        assert!(names(&why), "at a start: {why:?}");
        let left = open_copy(copy.path()).unwrap();
        assert_eq!(left.0.last().unwrap(), Position(last), "nothing before it is missing");
    }
}

/// Subject and payload of a message.
type Written = (String, Vec<u8>);

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rubbish_in_the_stream_stops_the_ledger_there() {
    foreign("lianhu.v1.ledger.case-x", &[], b"rubbish".to_vec()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rubbish_in_a_history_stops_the_ledger_there() {
    foreign("lianhu.v1.ledger.case-a", &[], b"{}".to_vec()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_under_another_history_stops_the_ledger_there() {
    foreign("lianhu.v1.ledger.case-x", &[], record("case-a", 6, &["x"]).to_bytes()).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_record_that_does_not_continue_its_history_stops_the_ledger_there() {
    let subject = "lianhu.v1.ledger.case-a";
    let right =
        |version| (subject.to_owned(), record("case-a", version, &[&format!("a{version}")]).to_bytes());
    foreign(subject, &[right(6), right(7)], record("case-a", 9, &["x"]).to_bytes()).await;
}
