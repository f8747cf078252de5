//! What the ledger asks of servers and stream before it takes anything.

use super::plan::Plan;
use super::servers::Servers;
use super::until;
use crate::on_jetstream::promises::ahead;
use crate::{JetStreamLedger, LEDGER_STREAM, LedgerError, Promises, ServerSeen};
use async_nats::jetstream::Context;
use async_nats::jetstream::stream::{Config, DiscardPolicy, StorageType};
use jiff::SignedDuration;
use std::time::Duration;

/// The code with which a ledger does not open.
async fn refused(servers: &Servers, replicas: usize) -> &'static str {
    let copy = tempfile::tempdir().unwrap();
    let opened = JetStreamLedger::open(servers.client().await, copy.path(), Promises { replicas }).await;
    match opened.map(drop) {
        Err(LedgerError::Unsafe { code, .. }) => code,
        other => panic!("it must be unsafe, but {other:?}"),
    }
}

#[tokio::test]
async fn a_server_that_flushes_by_a_timer_is_refused() {
    let servers = Plan { sync: "", ..Plan::of(1) }.start();
    assert_eq!(refused(&servers, 1).await, "nats-not-durable");
}

#[tokio::test]
async fn a_server_that_takes_short_messages_alone_is_refused() {
    let servers = Plan { max_payload: "1MB", ..Plan::of(1) }.start();
    assert_eq!(refused(&servers, 1).await, "nats-max-payload");
}

#[tokio::test]
async fn a_server_that_does_not_say_how_it_flushes_is_refused() {
    let servers = Plan { import: false, ..Plan::of(1) }.start();
    assert_eq!(refused(&servers, 1).await, "nats-durability-unknown");
}

#[tokio::test]
async fn fewer_replicas_than_asked_for_are_refused() {
    let servers = Plan::of(1).start();
    assert_eq!(refused(&servers, 3).await, "nats-replicas", "one server cannot hold three");
    let copy = tempfile::tempdir().unwrap();
    drop(servers.open(copy.path()).await);
    assert_eq!(refused(&servers, 3).await, "nats-replicas", "the stream has one");
}

#[tokio::test]
async fn a_stream_that_could_lose_records_is_refused() {
    let servers = Plan::of(1).start();
    let copy = tempfile::tempdir().unwrap();
    drop(servers.open(copy.path()).await);
    let js = async_nats::jetstream::new(servers.client().await);
    let right = js.get_stream(LEDGER_STREAM).await.unwrap().cached_info().config.clone();
    let wrong: [fn(&mut Config); 8] = [
        |config| config.subjects.push("other.*".to_owned()),
        |config| config.storage = StorageType::Memory,
        |config| config.discard = DiscardPolicy::Old,
        |config| config.max_age = Duration::from_secs(86_400),
        |config| config.max_messages_per_subject = 1_000_000,
        |config| config.deny_delete = false,
        |config| config.allow_rollup = true,
        |config| config.duplicate_window = Duration::from_secs(120),
    ];
    for (number, change) in wrong.iter().enumerate() {
        js.delete_stream(LEDGER_STREAM).await.unwrap();
        let mut config = right.clone();
        config.deny_purge &= number != 6; // a rollup is a purge
        change(&mut config);
        made(&js, &config).await;
        assert_eq!(refused(&servers, 1).await, "nats-stream", "change {number}");
    }
    js.delete_stream(LEDGER_STREAM).await.unwrap();
    made(&js, &right).await;
    let copy = tempfile::tempdir().unwrap();
    drop(servers.open(copy.path()).await); // made by an operator as it must be, it is taken
}

/// Makes a stream. The files of one of that name that was just deleted may still be there for a moment.
async fn made(js: &Context, config: &Config) {
    until("the stream is made", async || js.create_stream(config).await.ok()).await;
}

fn seen() -> ServerSeen {
    ServerSeen {
        name: "n0".to_owned(),
        version: "2.15.1".to_owned(),
        durable: true,
        jetstream: true,
        max_payload: 2 << 20,
        ahead: SignedDuration::ZERO,
    }
}

#[test]
fn an_answer_that_took_long_sets_no_clock_wrong() {
    let at = |second: i64| jiff::Timestamp::from_second(1_774_851_482 + second).unwrap();
    for (said, expected) in [(0, 0), (7, 0), (20, 0), (-6, -6), (26, 6)] {
        assert_eq!(ahead(at(0), at(said), at(20)), SignedDuration::from_secs(expected), "{said}");
    }
    assert_eq!(
        ahead(at(0), at(2), at(-3)),
        SignedDuration::from_secs(2),
        "our own clock was set back meanwhile"
    );
}

#[test]
fn a_server_is_held_to_each_promise() {
    let code = |change: &dyn Fn(&mut ServerSeen)| {
        let mut other = seen();
        change(&mut other);
        match (Promises { replicas: 1 }).held_by(&[seen(), other]) {
            Ok(()) => "",
            Err(LedgerError::Unsafe { code, .. }) => code,
            Err(other) => panic!("{other:?}"),
        }
    };
    for (version, expected) in [
        ("2.12.3", ""),
        ("2.14.0", ""),
        ("2.15.0-beta.1", ""),
        ("3.0.0", ""),
        ("2.12.2", "nats-version"),
        ("2.9.10", "nats-version"),
        ("1.99.99", "nats-version"),
        ("2.15", "nats-version"),
        ("latest", "nats-version"),
        ("", "nats-version"),
    ] {
        assert_eq!(code(&|seen| seen.version = version.to_owned()), expected, "{version:?}");
    }
    for (seconds, expected) in [(0, ""), (5, ""), (-5, ""), (6, "nats-clock"), (-6, "nats-clock")] {
        assert_eq!(code(&|seen| seen.ahead = SignedDuration::from_secs(seconds)), expected, "{seconds}");
    }
    assert_eq!(code(&|seen| seen.durable = false), "nats-not-durable");
    assert_eq!(
        code(&|seen| (seen.durable, seen.jetstream) = (false, false)),
        "",
        "a server without streams keeps none"
    );
    assert_eq!(code(&|seen| seen.max_payload = 1 << 20), "nats-max-payload");
    let nobody = Promises { replicas: 1 }.held_by(&[]);
    assert!(matches!(nobody, Err(LedgerError::Unsafe { code: "nats-durability-unknown", .. })));
}
