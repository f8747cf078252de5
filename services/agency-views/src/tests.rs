use crate::{FeedRow, Feeds, ViewError};
use ledger::Stored;
use serde_json::json;
use std::sync::Arc;
use vocabulary::governance::Form;
use vocabulary::{AgencyCode, FactRef, Position, Record, Version};

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

fn opened() -> (tempfile::TempDir, Feeds) {
    let dir = tempfile::tempdir().unwrap();
    let feeds = Feeds::open(dir.path()).unwrap();
    (dir, feeds)
}

#[test]
fn a_feed_lists_what_its_agency_was_told_and_nothing_else() {
    let (_dir, feeds) = opened();
    feeds.apply(&[telling(2, &[("psb", 1), ("hlt", 1)]), telling(4, &[("psb", 2)])]).unwrap();
    let rows = feeds.read(&code("psb"), 0, 10).unwrap();
    let expected = FeedRow {
        position: 1,
        fact: FactRef { sequence: Position(1), ordinal: 0 },
        form: Form::Masked,
        backfill: false,
        source: Position(1),
        rules: Version(3),
    };
    assert_eq!(rows[0], expected);
    assert_eq!(rows.iter().map(|row| row.position).collect::<Vec<_>>(), [1, 2]);
    assert_eq!(feeds.read(&code("psb"), 1, 10).unwrap().len(), 1);
    assert_eq!(feeds.read(&code("psb"), u64::MAX, 10).unwrap(), []);
    assert_eq!(
        feeds.read(&code("psb-03"), 0, 10).unwrap(),
        [],
        "another agency, though its code begins alike"
    );
    assert_eq!((feeds.head(&code("psb")), feeds.head(&code("sch-12"))), (2, 0));
    assert_eq!(feeds.find(&code("hlt"), expected.fact).unwrap().map(|row| row.position), Some(1));
    assert_eq!(feeds.find(&code("sch-12"), expected.fact).unwrap(), None);
}

#[test]
fn a_record_seen_twice_changes_nothing() {
    let (_dir, feeds) = opened();
    let records = [telling(2, &[("psb", 1)]), telling(4, &[("psb", 2)])];
    for _ in 0..3 {
        feeds.apply(&records).unwrap();
    }
    assert_eq!(feeds.read(&code("psb"), 0, 10).unwrap().len(), 2);
    assert_eq!(feeds.progress().borrow().applied, Position(4));
}

#[test]
fn a_hole_stops_the_view_and_leaves_it_as_it_was() {
    let (_dir, feeds) = opened();
    feeds.apply(&[telling(2, &[("psb", 1)])]).unwrap();
    let refused = feeds.apply(&[telling(4, &[("psb", 2)]), telling(6, &[("psb", 4)])]);
    assert!(matches!(refused, Err(ViewError::Hole { found: 4, last: 2, .. })));
    assert_eq!((feeds.head(&code("psb")), feeds.progress().borrow().applied), (1, Position(2)));
}

#[test]
fn rows_and_checkpoint_survive_together() {
    let dir = tempfile::tempdir().unwrap();
    let feeds = Feeds::open(dir.path()).unwrap();
    feeds.apply(&[telling(2, &[("psb", 1), ("hlt", 1)])]).unwrap();
    drop(feeds);
    let feeds = Feeds::open(dir.path()).unwrap();
    assert_eq!(feeds.progress().borrow().applied, Position(2));
    assert_eq!((feeds.head(&code("psb")), feeds.heads().len()), (1, 2));
    feeds.apply(&[telling(2, &[("psb", 1), ("hlt", 1)]), telling(3, &[("psb", 2)])]).unwrap();
    assert_eq!(feeds.read(&code("psb"), 0, 10).unwrap().len(), 2);
}
