//! A ledger on one box moves into the stream, whole or in pieces, and nothing else is taken for it.

use super::nats::OnSite;
use crate::conformance::{self, Factory as _, appended, event, history, long_record, record};
use crate::{
    ImportError, Imported, LEDGER_STREAM, Ledger, LedgerError, MOST_RECORD_BYTES, Outcome, SledLedger, Step,
    import,
};
use std::collections::HashMap;
use std::sync::Arc;
use tempfile::TempDir;
use vocabulary::{FactRef, Position, Record, Version};

/// A ledger on one box with so many records: a few histories, some records of two facts, one as long as can be.
async fn filled(records: u64) -> (TempDir, Arc<SledLedger>) {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(SledLedger::open(dir.path()).unwrap());
    for number in 1..=records {
        appended(&*ledger, numbered(&*ledger, number)).await;
    }
    (dir, ledger)
}

fn numbered(ledger: &dyn Ledger, number: u64) -> Record {
    let of = ["case-a", "case-b", "child-a", "rules-999901"][number as usize % 4];
    let version = ledger.version(&history(of)).unwrap().0 + 1;
    let (one, two) = (format!("n{number}"), format!("n{number}-2"));
    match number % 7 {
        0 if number == 7 => long_record(of, version, &one, MOST_RECORD_BYTES - 2_000),
        3 => record(of, version, &[&one, &two]),
        _ => record(of, version, &[&one]),
    }
}

/// All records, as they are read.
fn all(ledger: &dyn Ledger) -> Vec<(Position, Arc<Record>)> {
    let (mut all, mut last) = (Vec::new(), Position(0));
    loop {
        let some = ledger.range(last, 100).unwrap();
        let Some(end) = some.last() else { return all };
        last = end.position;
        all.extend(some.into_iter().map(|stored| (stored.position, stored.record)));
    }
}

fn moved(head: u64, there: u64) -> Imported {
    Imported { head: Position(head), there: Position(there) }
}

async fn goes_whole_and_goes_on(site: OnSite) {
    let (_dir, source) = filled(300).await;
    let before = all(&*source);
    let mut steps = Vec::new();
    let done = import(&source, site.client().await, site.promises(), |step| steps.push(step)).await;
    assert_eq!(done.unwrap(), moved(300, 0));
    let published = (1..=300).map(|at| Step::Published(Position(at)));
    let compared = (1..=300).map(|at| Step::Compared(Position(at)));
    assert_eq!(steps, published.chain(compared).collect::<Vec<_>>());

    let stream = async_nats::jetstream::new(site.client().await).get_stream(LEDGER_STREAM).await.unwrap();
    let mut ids = HashMap::new();
    for stored in source.with_bytes(Position(0), 500).unwrap() {
        let message = stream.get_raw_message(stored.at.0).await.unwrap();
        assert_eq!(message.payload, stored.bytes, "{}", stored.at);
        assert_eq!(*message.subject, *format!("lianhu.v1.ledger.{}", stored.record.history));
        let id = message.headers.get("Nats-Msg-Id").unwrap().to_string();
        assert_eq!(ids.insert(id, stored.at), None, "an id twice");
    }
    assert!(ids.len() > 2, "the source is read");

    // again: there is nothing to do; and whoever opens it finds the same ledger, and goes on with it
    let again = import(&source, site.client().await, site.promises(), |_| ()).await;
    assert_eq!(again.unwrap(), moved(300, 300));
    let ledger = site.open().await;
    assert_eq!(all(&*ledger), before);
    assert_eq!(all(&*source), before);
    let repeat = ledger.append(record("case-b", 1, &["n1"])).await.unwrap();
    assert_eq!(repeat, Outcome::AlreadyThere(FactRef { sequence: Position(1), ordinal: 0 }));
    let old = ledger.append(record("case-a", 2, &["late"])).await;
    let found = source.version(&history("case-a")).unwrap();
    assert!(matches!(old, Err(LedgerError::Conflict { found: at }) if at == found && at > Version(2)));
    for number in 301..=308 {
        assert_eq!(appended(&*ledger, numbered(&*ledger, number)).await, Position(number));
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_moves_to_one_server_and_goes_on_there() {
    goes_whole_and_goes_on(OnSite::one().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_ledger_moves_to_three_servers_and_goes_on_there() {
    goes_whole_and_goes_on(OnSite::three().await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_was_cut_short_is_gone_on_with() {
    let site = OnSite::three().await;
    let (_dir, source) = filled(1_500).await;
    let (client, promises, from) = (site.client().await, site.promises(), source.clone());
    let run = tokio::spawn(async move {
        let cut =
            |step| assert!(step != Step::Published(Position(40)), "it ends here, with hundreds on their way");
        import(&from, client, promises, cut).await.map(drop).unwrap();
    });
    assert!(run.await.unwrap_err().is_panic());
    let done = import(&source, site.client().await, site.promises(), |_| ()).await.unwrap();
    assert_eq!(done.head, Position(1_500));
    assert!((40..1_500).contains(&done.there.0), "{done:?}");
    assert_eq!(all(&*site.open().await), all(&*source));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_else_is_taken_for_the_source() {
    let site = OnSite::one().await;
    let (_dir, source) = filled(20).await;
    import(&source, site.client().await, site.promises(), |_| ()).await.unwrap();
    let refused = async |from: &SledLedger| {
        import(from, site.client().await, site.promises(), |step| {
            assert!(matches!(step, Step::Compared(_)), "nothing is published: {step:?}");
        })
        .await
        .unwrap_err()
    };
    let state = async || {
        let stream = async_nats::jetstream::new(site.client().await).get_stream(LEDGER_STREAM).await.unwrap();
        stream.cached_info().state.last_sequence
    };

    // the same facts, and one other at 15
    let (_dir2, other) = filled(14).await;
    let next = other.version(&history("rules-999901")).unwrap().0 + 1;
    appended(&*other, record("rules-999901", next, &["another"])).await;
    for number in 16..=30 {
        appended(&*other, numbered(&*other, number)).await;
    }
    assert!(other.find(&conformance::source(), &event("another")).unwrap().is_some());
    assert!(matches!(refused(&other).await, ImportError::Differs { at: Position(15) }));

    // the source as it was earlier
    let (_dir3, earlier) = filled(12).await;
    let why = refused(&earlier).await;
    assert!(matches!(why, ImportError::Longer { stream: Position(20), head: Position(12) }), "{why}");
    assert_eq!(state().await, 20);

    // a message that is no record
    let foreign = OnSite::one().await;
    let js = async_nats::jetstream::new(foreign.client().await);
    drop(foreign.open().await);
    js.publish("lianhu.v1.ledger.case-a", "something".into()).await.unwrap().await.unwrap();
    let why = import(&source, foreign.client().await, foreign.promises(), |_| ()).await.unwrap_err();
    assert!(matches!(why, ImportError::Differs { at: Position(1) }), "{why}");
}
