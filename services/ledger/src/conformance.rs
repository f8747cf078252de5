//! What every ledger does, whatever stores it: the suite that each adapter's tests run.
//!
//! An adapter gives a [`Factory`] and calls [`suite!`](crate::conformance_suite), which makes one test of
//! each rule; so an adapter cannot forget one. Each rule begins with an empty ledger.

use crate::{Follower, Ledger, LedgerError, MOST_RANGE_BYTES, MOST_RECORD_BYTES, Outcome};
use async_trait::async_trait;
use std::collections::BTreeSet;
use std::sync::Arc;
use tokio::task::JoinSet;
use vocabulary::id::HistoryKind;
use vocabulary::record::{self, Bytes, RulesRef, StoredFact};
use vocabulary::{
    Attributes, EventId, FactRef, HistoryId, Instant, Position, Record, Region, Source, TypeName, Version,
};

/// How many writers race.
const RACERS: usize = 32;

/// Makes ledgers for one test.
#[async_trait]
pub trait Factory: Send + Sync {
    /// Opens the ledger of this factory: empty the first time; later, when the one before has been dropped,
    /// with all that it acknowledged.
    async fn open(&self) -> Arc<dyn Ledger>;
}

/// One test of each rule, for an adapter: `ledger::conformance_suite!(make_factory())`.
#[macro_export]
macro_rules! conformance_suite {
    ($factory:expr) => {
        $crate::conformance_suite!($factory;
            a_record_continues_its_history, each_version_has_one_winner, a_record_is_there_whole_or_not_at_all,
            a_source_and_id_are_one_fact_for_ever, racing_repeats_are_one_fact, a_repeat_wins_over_a_conflict,
            a_follower_neither_misses_nor_repeats, only_the_durable_is_seen, histories_are_listed_by_kind,
            a_history_is_read_after_a_version, a_range_is_dense_and_limited, an_unfit_record_is_refused);
    };
    ($factory:expr; $($rule:ident),+) => {
        $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
        async fn $rule() { $crate::conformance::$rule(&$factory).await })+
    };
}

/// A history of the kind that its name says.
pub fn history(id: &str) -> HistoryId {
    HistoryId::parse(id).expect("a history")
}

/// The id of a fact.
pub fn event(id: &str) -> EventId {
    EventId::parse(id).expect("an event id")
}

/// The agency that says everything here.
pub fn source() -> Source {
    Source::bus(&region())
}

fn region() -> Region {
    Region::parse("999901").expect("a region")
}

/// A record with one fact for each id.
pub fn record(of: &str, version: u64, ids: &[&str]) -> Record {
    let time = "2026-03-30T06:18:02.000000Z";
    let kind = TypeName::parse("intake.lead-received.v1").expect("a type");
    let fact = |id: &&str| StoredFact {
        attributes: Attributes::of_bus(&region(), event(id), kind.clone(), time.to_owned()),
        data: Default::default(),
        sealed: Default::default(),
        digest: None,
    };
    Record {
        format: record::FORMAT,
        history: history(of),
        version: Version(version),
        recordedtime: Instant::parse(time).expect("a time"),
        rules: RulesRef { history: HistoryId::rules(&region()), version: Version(1) },
        seed: Bytes(vec![7; 32]),
        facts: ids.iter().map(fact).collect(),
    }
}

/// The same, about this many bytes longer.
pub fn long_record(of: &str, version: u64, id: &str, bytes: usize) -> Record {
    let mut record = record(of, version, &[id]);
    record.seed = Bytes((0..bytes / 4 * 3).map(|byte| (byte * 31 % 251) as u8).collect());
    record
}

/// Appends a record that must be new.
pub async fn appended(ledger: &dyn Ledger, record: Record) -> Position {
    match ledger.append(record).await {
        Ok(Outcome::Appended(position)) => position,
        other => panic!("appended, but {other:?}"),
    }
}

fn there(position: u64, ordinal: u32) -> Outcome {
    Outcome::AlreadyThere(FactRef { sequence: Position(position), ordinal })
}

/// A record is appended exactly when it continues its history, at the next position.
pub async fn a_record_continues_its_history(factory: &dyn Factory) {
    let ledger = factory.open().await;
    let case = history("case-a");
    assert_eq!(ledger.version(&case).expect("a version"), Version(0));
    for wrong in [0, 2, 9] {
        let refused = ledger.append(record("case-a", wrong, &["x"])).await;
        assert!(matches!(refused, Err(LedgerError::Conflict { found: Version(0) })), "{refused:?}");
    }
    assert_eq!(appended(&*ledger, record("case-a", 1, &["a", "b"])).await, Position(1));
    assert_eq!(appended(&*ledger, record("case-b", 1, &["c"])).await, Position(2));
    let refused = ledger.append(record("case-a", 2, &["x"])).await;
    assert!(matches!(refused, Err(LedgerError::Conflict { found: Version(2) })), "{refused:?}");
    assert_eq!(appended(&*ledger, record("case-a", 3, &["d"])).await, Position(3));
    assert_eq!(ledger.version(&case).expect("a version"), Version(3));
    assert_eq!(*ledger.head().borrow(), Position(3));
}

/// Writers that race on one history: each version has one winner, and the losers see why.
pub async fn each_version_has_one_winner(factory: &dyn Factory) {
    let ledger = factory.open().await;
    let case = history("case-a");
    let mut racers = JoinSet::new();
    for racer in 0..RACERS {
        let (ledger, case) = (ledger.clone(), case.clone());
        racers.spawn(async move {
            let mut wins = BTreeSet::new();
            while wins.len() < 4 {
                let next = ledger.version(&case).expect("a version").0 + 1;
                let id = format!("racer-{racer}-{}", wins.len());
                match ledger.append(record("case-a", next, &[&id])).await {
                    Ok(Outcome::Appended(_)) => assert!(wins.insert(next)),
                    Err(LedgerError::Conflict { found }) => assert!(found.0 >= next),
                    other => panic!("{other:?}"),
                }
            }
            wins
        });
    }
    let wins: Vec<u64> = racers.join_all().await.into_iter().flatten().collect();
    let versions: BTreeSet<u64> = wins.iter().copied().collect();
    assert_eq!(wins.len(), RACERS * 4);
    assert_eq!(versions, (1..=RACERS as u64 * 4).collect());
    let read = ledger.read(&case, Version(0)).expect("the history");
    assert!(read.iter().zip(1..).all(|(stored, version)| stored.record.version == Version(version)));
    assert_eq!(read.len(), wins.len());
}

/// A record with one fact that is there already leaves none of its facts behind; nor does a conflict.
pub async fn a_record_is_there_whole_or_not_at_all(factory: &dyn Factory) {
    let ledger = factory.open().await;
    appended(&*ledger, record("case-a", 1, &["a", "b"])).await;
    let repeat = ledger.append(record("case-b", 1, &["new", "b", "a"])).await.expect("an answer");
    assert_eq!(repeat, there(1, 1), "the first of its facts that is there");
    ledger.append(record("case-a", 2, &["new", "newer"])).await.expect_err("a conflict");
    for id in ["new", "newer"] {
        assert_eq!(ledger.find(&source(), &event(id)).expect("an answer"), None);
    }
    assert_eq!(ledger.version(&history("case-b")).expect("a version"), Version(0));
    assert_eq!(appended(&*ledger, record("case-a", 3, &["c", "d", "e"])).await, Position(2));
    for (ordinal, id) in (0..).zip(["c", "d", "e"]) {
        let found = ledger.find(&source(), &event(id)).expect("an answer");
        assert_eq!(found, Some(FactRef { sequence: Position(2), ordinal }));
    }
    let whole = ledger.get(Position(2)).expect("an answer").expect("a record");
    assert_eq!(*whole.record, record("case-a", 3, &["c", "d", "e"]));
}

/// The same pair again is the same fact: in another history, at another version, after a restart.
pub async fn a_source_and_id_are_one_fact_for_ever(factory: &dyn Factory) {
    let ledger = factory.open().await;
    appended(&*ledger, record("case-a", 1, &["a"])).await;
    appended(&*ledger, record("case-a", 2, &["b", "c"])).await;
    drop(ledger);
    let ledger = factory.open().await;
    for (of, version) in [("case-a", 1), ("case-a", 4), ("case-b", 1)] {
        assert_eq!(ledger.append(record(of, version, &["a"])).await.expect("an answer"), there(1, 0));
        assert_eq!(ledger.append(record(of, version, &["c"])).await.expect("an answer"), there(2, 1));
    }
    let mut other = record("case-b", 1, &["a"]);
    other.facts[0].attributes.source = Source::try_from("/999901/hsp-01".to_owned()).expect("a source");
    assert_eq!(appended(&*ledger, other).await, Position(3), "another source says another fact");
}

/// Racing repeats: one appends, all the others are told where.
pub async fn racing_repeats_are_one_fact(factory: &dyn Factory) {
    let ledger = factory.open().await;
    for round in 1..=8 {
        let id = format!("round-{round}");
        let mut racers = JoinSet::new();
        for _ in 0..RACERS {
            let (ledger, id) = (ledger.clone(), id.clone());
            racers.spawn(
                async move { ledger.append(record("case-a", round, &[&id])).await.expect("an answer") },
            );
        }
        let outcomes = racers.join_all().await;
        let new = outcomes.iter().filter(|outcome| **outcome == Outcome::Appended(Position(round))).count();
        let old = outcomes.iter().filter(|outcome| **outcome == there(round, 0)).count();
        assert_eq!((new, old), (1, RACERS - 1));
    }
}

/// A repeat is a duplicate even if its version has long been taken.
pub async fn a_repeat_wins_over_a_conflict(factory: &dyn Factory) {
    let ledger = factory.open().await;
    appended(&*ledger, record("case-a", 1, &["a"])).await;
    appended(&*ledger, record("case-a", 2, &["b", "consequence"])).await;
    assert_eq!(ledger.append(record("case-a", 1, &["a"])).await.expect("an answer"), there(1, 0));
    assert_eq!(ledger.append(record("case-a", 9, &["a", "b"])).await.expect("an answer"), there(1, 0));
    assert_eq!(
        ledger.append(record("case-a", 1, &["x", "consequence"])).await.expect("an answer"),
        there(2, 1)
    );
}

/// A follower gets each position once, in order, while others append and over restarts.
pub async fn a_follower_neither_misses_nor_repeats(factory: &dyn Factory) {
    let mut last = Position(0);
    for restart in 1..=3 {
        let ledger = factory.open().await;
        let mut follower = Follower::follow(ledger.clone(), last);
        let mut writers = JoinSet::new();
        for writer in 0..4 {
            let ledger = ledger.clone();
            writers.spawn(async move {
                let of = format!("case-{restart}-{writer}");
                for version in 1..=20 {
                    appended(&*ledger, record(&of, version, &[&format!("{of}-{version}")])).await;
                }
            });
        }
        let goal = Position(restart * 80 - 10); // the rest is read after the restart
        while last < goal {
            for stored in follower.next().await.expect("records") {
                assert_eq!(stored.position, Position(last.0 + 1));
                last = stored.position;
            }
        }
        assert_eq!(follower.last(), last);
        writers.join_all().await;
    }
    let ledger = factory.open().await;
    let ahead = Follower::follow(ledger.clone(), Position(999)).next().await;
    assert!(matches!(ahead, Err(LedgerError::Behind { recorded: Position(999), .. })), "{ahead:?}");
    let waiting = tokio::time::Duration::from_millis(50);
    let mut at_the_end = Follower::follow(ledger, Position(240));
    assert!(tokio::time::timeout(waiting, at_the_end.next()).await.is_err(), "it waits");
}

/// No read ever shows a position above the head, and the head covers whatever was acknowledged.
pub async fn only_the_durable_is_seen(factory: &dyn Factory) {
    let ledger = factory.open().await;
    let mut writers = JoinSet::new();
    for writer in 0..8 {
        let ledger = ledger.clone();
        writers.spawn(async move {
            let of = history(&format!("case-{writer}"));
            for version in 1..=25 {
                let id = format!("{of}-{version}");
                let position = appended(&*ledger, record(of.as_str(), version, &[&id])).await;
                assert!(*ledger.head().borrow() >= position);
                assert_eq!(ledger.version(&of).expect("a version"), Version(version));
            }
        });
    }
    let reader = tokio::spawn({
        let ledger = ledger.clone();
        async move {
            let mut head = ledger.head();
            while *head.borrow_and_update() < Position(200) {
                let facts =
                    (0..8).flat_map(|writer| (1..=25).map(move |version| format!("case-{writer}-{version}")));
                for fact in facts {
                    let found = ledger.find(&source(), &event(&fact)).expect("an answer");
                    assert!(found.is_none_or(|at| at.sequence <= *ledger.head().borrow()));
                }
                let seen = ledger.range(Position(0), usize::MAX).expect("records");
                assert!(seen.last().is_none_or(|last| last.position <= *ledger.head().borrow()));
                let read = ledger.read(&history("case-1"), Version(0)).expect("a history");
                assert!(read.last().is_none_or(|last| last.position <= *ledger.head().borrow()));
                tokio::task::yield_now().await;
            }
        }
    });
    writers.join_all().await;
    reader.await.expect("the reader");
    assert!(ledger.get(Position(201)).expect("an answer").is_none());
    assert!(ledger.get(Position(0)).expect("an answer").is_none());
}

/// Each history is listed once, in the order of the ids, by its kind.
pub async fn histories_are_listed_by_kind(factory: &dyn Factory) {
    let ledger = factory.open().await;
    let ids = ["case-b", "case-a-b", "child-a", "case-a", "rules-999901", "agency-psb-03", "case-a1"];
    for (number, id) in ids.iter().enumerate() {
        for version in 1..=3 {
            appended(&*ledger, record(id, version, &[&format!("{number}-{version}")])).await;
        }
    }
    let list = |kind| ledger.histories(kind).expect("histories");
    assert_eq!(list(HistoryKind::Case), ["case-a", "case-a-b", "case-a1", "case-b"].map(history));
    assert_eq!(list(HistoryKind::Child), [history("child-a")]);
    assert_eq!(list(HistoryKind::Rules), [history("rules-999901")]);
    assert_eq!(list(HistoryKind::Agency), [history("agency-psb-03")]);
    assert_eq!(list(HistoryKind::Disclosure), []);
    assert_eq!(list(HistoryKind::Access), []);
}

/// Reading after a version answers with the records that begin above it.
pub async fn a_history_is_read_after_a_version(factory: &dyn Factory) {
    let ledger = factory.open().await;
    appended(&*ledger, record("case-a", 1, &["a", "b"])).await;
    appended(&*ledger, record("case-a-b", 1, &["other"])).await;
    appended(&*ledger, record("case-a", 3, &["c", "d", "e"])).await;
    appended(&*ledger, record("case-a", 6, &["f"])).await;
    for (after, expected) in [(0, vec![1, 3, 4]), (1, vec![3, 4]), (2, vec![3, 4]), (3, vec![4]), (6, vec![])]
    {
        let read = ledger.read(&history("case-a"), Version(after)).expect("the history");
        assert_eq!(
            read.iter().map(|stored| stored.position.0).collect::<Vec<_>>(),
            expected,
            "after {after}"
        );
    }
    assert_eq!(ledger.read(&history("case-z"), Version(0)).expect("nothing"), []);
    assert_eq!(ledger.read(&history("case-a"), Version(u64::MAX)).expect("nothing"), []);
}

/// A range begins behind a position, has no gap, and keeps its two limits, but is never empty for a long record.
pub async fn a_range_is_dense_and_limited(factory: &dyn Factory) {
    let ledger = factory.open().await;
    for version in 1..=12 {
        let bytes = if version > 4 { MOST_RECORD_BYTES * 9 / 10 } else { 10 };
        appended(&*ledger, long_record("case-a", version, &format!("f{version}"), bytes)).await;
    }
    let range = |after, most| {
        let range = ledger.range(Position(after), most).expect("records");
        range.iter().map(|stored| stored.position.0).collect::<Vec<_>>()
    };
    assert_eq!(range(0, 3), [1, 2, 3]);
    assert_eq!(range(2, 2), [3, 4]);
    assert_eq!(range(11, 9), [12]);
    assert!(range(12, 9).is_empty() && range(u64::MAX, 9).is_empty() && range(0, 0).is_empty());
    let five = MOST_RANGE_BYTES / (MOST_RECORD_BYTES * 9 / 10) + 1;
    assert_eq!(range(4, 100), (5..5 + five as u64).collect::<Vec<_>>());
    assert_eq!(range(0, 100), (1..5 + five as u64).collect::<Vec<_>>());
}

/// A record that could not be read again, or would be two facts in one, is never stored.
pub async fn an_unfit_record_is_refused(factory: &dyn Factory) {
    let ledger = factory.open().await;
    let mut newer = record("case-a", 1, &["a"]);
    newer.format += 1;
    let long = long_record("case-a", 1, "a", MOST_RECORD_BYTES);
    for unfit in [record("case-a", 1, &[]), record("case-a", 1, &["a", "b", "a"]), newer, long] {
        let refused = ledger.append(unfit).await;
        assert!(matches!(refused, Err(LedgerError::Unfit { .. })), "{refused:?}");
    }
    assert_eq!(*ledger.head().borrow(), Position(0));
    appended(&*ledger, record("case-a", 1, &["a"])).await;
}
