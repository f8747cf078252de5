use crate::{FeedRow, ViewError, Views};
use jurisdiction::Rules;
use ledger::{Ledger, MemoryLedger, Stored};
use serde_json::json;
use std::path::Path;
use std::sync::Arc;
use vocabulary::governance::Form;
use vocabulary::{AgencyCode, FactRef, HistoryId, Position, Record, Version};

fn code(text: &str) -> AgencyCode {
    AgencyCode::parse(text).unwrap()
}

/// A record that tells agencies of the record before it.
fn telling(at: u64, entries: &[(&str, u64)]) -> Stored {
    let entries: Vec<_> = entries
        .iter()
        .map(|(agency, position)| {
            json!({"agency": agency, "position": position, "sequence": at - 1, "ordinal": 0, "form": "masked", "backfill": false})
        })
        .collect();
    let record = json!({
        "format": 1, "history": "disclosure-999901", "version": at, "recordedtime": "2026-03-30T06:18:02Z",
        "rules": {"history": "rules-999901", "version": 3}, "seed": "AAAA",
        "facts": [{
            "attributes": {"specversion": "1.0", "id": format!("d{at}"), "source": "/999901/bus",
                           "type": "governance.disclosed.v1", "time": "2026-03-30T06:18:02Z"},
            "data": {"source": at - 1, "rules": 3, "entries": entries},
        }],
    });
    let record: Record = serde_json::from_value(record).unwrap();
    Stored { position: Position(at), record: Arc::new(record) }
}

/// A ledger whose every record is one of a case, so that every telling has a source.
fn ledger(records: u64) -> Arc<dyn Ledger> {
    let ledger = MemoryLedger::default();
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    for at in 1..=records {
        let record = json!({
            "format": 1, "history": "case-a", "version": at, "recordedtime": "2026-03-30T06:18:02Z",
            "rules": {"history": "rules-999901", "version": 3}, "seed": "AAAA",
            "facts": [{
                "attributes": {"specversion": "1.0", "id": format!("f{at}"), "source": "/999901/psb",
                               "type": "justice.judgment-delivered.v1", "time": "2026-03-30T06:18:02Z"},
                "data": {},
            }],
        });
        runtime.block_on(ledger.append(serde_json::from_value(record).unwrap())).unwrap();
    }
    Arc::new(ledger)
}

fn at(dir: &Path) -> Views {
    Views::open(dir, ledger(820)).unwrap()
}

fn rules() -> Result<Rules, String> {
    Ok(jurisdiction::given::rules().clone())
}

fn opened() -> (tempfile::TempDir, Views) {
    let dir = tempfile::tempdir().unwrap();
    let views = at(dir.path());
    (dir, views)
}

#[test]
fn a_feed_lists_what_its_agency_was_told_and_nothing_else() {
    let (_dir, views) = opened();
    views.apply(&[telling(2, &[("psb", 1), ("hlt", 1)]), telling(4, &[("psb", 2)])], &rules).unwrap();
    let rows = views.now().feeds.read(&code("psb"), 0, 10).unwrap();
    let expected = FeedRow {
        position: 1,
        fact: FactRef { sequence: Position(1), ordinal: 0 },
        form: Form::Masked,
        backfill: false,
        source: Position(1),
        rules: Version(3),
        told: Position(2),
    };
    assert_eq!(rows[0], expected);
    assert_eq!(rows.iter().map(|row| row.position).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(views.now().feeds.read(&code("psb"), 1, 10).unwrap().len(), 1);
    assert_eq!(views.now().feeds.read(&code("psb"), u64::MAX, 10).unwrap(), []);
    assert_eq!(
        views.now().feeds.read(&code("psb-03"), 0, 10).unwrap(),
        [],
        "another agency, though its code begins alike"
    );
    assert_eq!((views.now().feeds.head(&code("psb")), views.now().feeds.head(&code("sch-12"))), (2, 0));
    assert_eq!(views.now().feeds.find(&code("hlt"), expected.fact).unwrap().map(|row| row.position), Some(1));
    assert_eq!(views.now().feeds.find(&code("sch-12"), expected.fact).unwrap(), None);
}

#[test]
fn a_record_seen_twice_changes_nothing() {
    let (_dir, views) = opened();
    let records = [telling(2, &[("psb", 1)]), telling(4, &[("psb", 2)])];
    for _ in 0..3 {
        views.apply(&records, &rules).unwrap();
    }
    assert_eq!(views.now().feeds.read(&code("psb"), 0, 10).unwrap().len(), 2);
    assert_eq!(views.progress().borrow().applied, Position(4));
}

#[test]
fn a_hole_stops_the_view_and_leaves_it_as_it_was() {
    let (_dir, views) = opened();
    views.apply(&[telling(2, &[("psb", 1)])], &rules).unwrap();
    let refused = views.apply(&[telling(4, &[("psb", 2)]), telling(6, &[("psb", 4)])], &rules);
    assert!(matches!(refused, Err(ViewError::Hole { found: 4, last: 2, .. })));
    assert_eq!((views.now().feeds.head(&code("psb")), views.progress().borrow().applied), (1, Position(2)));
}

#[test]
fn rows_and_checkpoint_survive_together() {
    let dir = tempfile::tempdir().unwrap();
    let views = at(dir.path());
    views.apply(&[telling(2, &[("psb", 1), ("hlt", 1)])], &rules).unwrap();
    drop(views);
    let views = at(dir.path());
    assert_eq!(views.progress().borrow().applied, Position(2));
    assert_eq!((views.now().feeds.head(&code("psb")), views.now().feeds.heads().len()), (1, 2));
    views.apply(&[telling(2, &[("psb", 1), ("hlt", 1)]), telling(3, &[("psb", 2)])], &rules).unwrap();
    assert_eq!(views.now().feeds.read(&code("psb"), 0, 10).unwrap().len(), 2);
}

#[test]
fn blocks_and_batches_of_any_size_make_the_same_feed() {
    let records: Vec<Stored> =
        (0..400).map(|n| telling(2 * n + 2, &[("psb", n + 1), ("hlt", n + 1)])).collect();
    let feeds_of = |sizes: &[usize]| {
        let dir = tempfile::tempdir().unwrap();
        let (mut rest, mut sizes) = (&records[..], sizes.iter().cycle());
        while !rest.is_empty() {
            let views = at(dir.path()); // and a restart after each batch
            let (now, later) = rest.split_at((*sizes.next().unwrap()).min(rest.len()));
            views.apply(now, &rules).unwrap();
            rest = later;
        }
        let views = at(dir.path());
        let pages = [0, 100, 127, 128, 129, 256, 399, 400]
            .map(|after| views.now().feeds.read(&code("psb"), after, 150).unwrap());
        assert_eq!(
            views
                .now()
                .feeds
                .find(&code("hlt"), FactRef { sequence: Position(257), ordinal: 0 })
                .unwrap()
                .map(|r| r.position),
            Some(129)
        );
        pages
    };
    let all = feeds_of(&[400]);
    assert_eq!(all[0].iter().map(|row| row.position).collect::<Vec<_>>(), (1..=150).collect::<Vec<_>>());
    assert_eq!(
        (all[1][0].position, all[2][0].position, all[6][0].position, all[7].len()),
        (101, 128, 400, 0)
    );
    assert_eq!(all, feeds_of(&[97, 31]));
    assert_eq!(all, feeds_of(&[128]));
}

#[test]
fn a_fact_told_twice_is_found_at_its_last_position() {
    let (_dir, views) = opened();
    views.apply(&[telling(2, &[("psb", 1), ("hlt", 1)])], &rules).unwrap();
    views.apply(&[telling(4, &[("hlt", 2)])], &rules).unwrap();
    let mut again = telling(6, &[("hlt", 3)]);
    let record = Arc::make_mut(&mut again.record);
    record.facts[0].data["entries"][0]["sequence"] = 1.into();
    views.apply(&[again], &rules).unwrap();
    let first = FactRef { sequence: Position(1), ordinal: 0 };
    assert_eq!(views.now().feeds.find(&code("hlt"), first).unwrap().map(|row| row.position), Some(3));
    assert_eq!(views.now().feeds.find(&code("psb"), first).unwrap().map(|row| row.position), Some(1));
}

#[test]
fn a_rebuild_beside_the_views_finds_them_alike_and_answers_from_then_on() {
    let (dir, views) = opened();
    let ledger = ledger(820);
    let all = ledger.range(Position(0), 1_000).unwrap();
    views.apply(&all, &rules).unwrap();
    let mut steps = Vec::new();
    let found = views.rebuild(&rules, |at, head| steps.push((at.0, head.0))).unwrap();
    assert_eq!((found.through, found.difference, steps.last()), (Position(820), None, Some(&(820, 820))));
    assert!(found.alike > 3, "a case, its due moment, blocks of moments: {}", found.alike);
    assert!(views.now().desk.row(&HistoryId::parse("case-a").unwrap()).unwrap().is_some());
    drop(views);
    assert_eq!(at(dir.path()).progress().borrow().applied, Position(820), "and so after a restart");
}

#[test]
fn a_rebuild_finds_what_the_ledger_does_not_say_and_mends_it() {
    let (_dir, views) = opened();
    let all = ledger(820).range(Position(0), 1_000).unwrap();
    views.apply(&all, &rules).unwrap();
    views.now().spoil(b"rcase-a");
    let case = HistoryId::parse("case-a").unwrap();
    assert!(views.now().desk.row(&case).is_err());
    let found = views.rebuild(&rules, |_, _| {}).unwrap();
    assert_eq!(found.difference.as_deref(), Some("rcase-a"));
    assert!(views.now().desk.row(&case).unwrap().is_some());
}
