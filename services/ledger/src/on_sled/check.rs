//! Does the store hold what it should? The tail at every open, everything for `doctor`.

use super::keys;
use super::store::{Store, stored};
use crate::{LedgerError, Stored};
use std::path::Path;
use vocabulary::{FactRef, HistoryId, Position, Version};

/// How many records the check at open looks at: more than a batch, so that the last batch is among them.
const TAIL: u64 = 1_024;

/// Checks the last records and their indexes.
///
/// # Errors
/// `Gap` and `Unreadable`, naming the position.
pub fn tail(store: &Store, head: Position) -> Result<(), LedgerError> {
    records(store, Position(head.0.saturating_sub(TAIL)), head, &mut |_| {}).map(|_| ())
}

/// Checks every record and every index entry up to a position, and that no record has become a blob. Says each
/// position that it has seen.
///
/// # Errors
/// `Gap` and `Unreadable`, naming the position.
pub fn all(
    store: &Store,
    dir: &Path,
    head: Position,
    seen: &mut dyn FnMut(Position),
) -> Result<(), LedgerError> {
    let facts = records(store, Position(0), head, seen)?;
    histories(store, head)?;
    indexed(store, head, facts)?;
    let blobs = std::fs::read_dir(dir.join("blobs")).map_err(LedgerError::unavailable)?;
    match blobs.count() {
        0 => Ok(()),
        _ => Err(unreadable(Position(0), "a part of it lies in `blobs`, which is never durable")),
    }
}

fn unreadable(at: Position, why: &str) -> LedgerError {
    LedgerError::Unreadable { at, why: why.to_owned() }
}

/// Every record is there, readable, and both indexes lead to it. Answers with the number of facts.
fn records(
    store: &Store,
    after: Position,
    head: Position,
    seen: &mut dyn FnMut(Position),
) -> Result<u64, LedgerError> {
    let mut facts = 0;
    let mut last = after;
    store.walk(after, head, |at, gathered| {
        let stored = stored(at, gathered)?;
        facts += stored.record.facts.len() as u64;
        last = at;
        seen(at);
        indexes(store, &stored).map(|()| true)
    })?;
    match last == head {
        true => Ok(facts),
        false => Err(LedgerError::Gap { expected: Position(last.0 + 1), found: head }),
    }
}

/// Both indexes lead to this record.
fn indexes(store: &Store, stored: &Stored) -> Result<(), LedgerError> {
    let Stored { position: at, record } = stored;
    let key = keys::history(&record.history, record.version);
    let value = store.db.get(key).map_err(|why| store.trouble(*at, why))?;
    if value.and_then(|value| keys::place_of(&value)) != Some((*at, record.facts.len() as u32)) {
        return Err(unreadable(*at, "its history does not lead to it"));
    }
    for (ordinal, fact) in (0..).zip(&record.facts) {
        let pair = keys::pair(&fact.attributes.source, &fact.attributes.id);
        if store.find(&pair, *at)? != Some(FactRef { sequence: *at, ordinal }) {
            return Err(unreadable(*at, "a fact of it is not indexed"));
        }
    }
    Ok(())
}

/// Every history is dense, and has nothing but records that are there.
fn histories(store: &Store, head: Position) -> Result<(), LedgerError> {
    let mut before: Option<(HistoryId, Version)> = None;
    let mut count = 0;
    for entry in store.db.scan_prefix(b"h") {
        let (key, value) = entry.map_err(|why| store.trouble(Position(0), why))?;
        let read = keys::history_of(&key).zip(keys::place_of(&value));
        let ((history, version), (at, facts)) =
            read.ok_or_else(|| unreadable(Position(0), "a history is damaged"))?;
        if at > head {
            continue; // appended while we look, or checked to be none when nothing is
        }
        let next = before.filter(|(last, _)| *last == history).map_or(Version(1), |(_, next)| next);
        if version != next {
            return Err(unreadable(at, "its history has a gap before it"));
        }
        before = Some((history, Version(version.0 + u64::from(facts))));
        count += 1;
    }
    match count == head.0 {
        true => Ok(()),
        false => Err(unreadable(head, "a history leads to a record twice")),
    }
}

/// The index of facts holds these facts and no others.
fn indexed(store: &Store, head: Position, facts: u64) -> Result<(), LedgerError> {
    let mut count = 0;
    for entry in store.db.scan_prefix(b"i") {
        let (_, value) = entry.map_err(|why| store.trouble(Position(0), why))?;
        let at =
            keys::fact_of(&value).ok_or_else(|| unreadable(Position(0), "an index of facts is damaged"))?;
        count += u64::from(at.sequence <= head);
    }
    match count == facts {
        true => Ok(()),
        false => Err(unreadable(head, "the index of facts names a fact that is not there")),
    }
}
