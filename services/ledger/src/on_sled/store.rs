//! Reading the tree. Everything takes `upto`, the last position that may be seen: readers pass the durable
//! head, because the tree shows a batch before its flush; the writer passes everything.

use super::keys;
use super::recent::Recent;
use crate::{LedgerError, MOST_RANGE_BYTES, Stored};
use std::error::Error;
use std::ops::Deref;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use vocabulary::id::HistoryKind;
use vocabulary::{FactRef, HistoryId, Position, Record, Version};

/// Every position there is.
pub const ALL: Position = Position(u64::MAX);

/// sled's handle. Its drop flushes once more, and panics when that fails; the panic ends here, because
/// whoever closes a failed ledger has been told long ago.
pub struct Tree(Option<::sled::Db>);

impl Deref for Tree {
    type Target = ::sled::Db;
    fn deref(&self) -> &::sled::Db {
        match &self.0 {
            Some(db) => db,
            None => unreachable!("taken in drop alone"),
        }
    }
}

impl Drop for Tree {
    fn drop(&mut self) {
        let db = self.0.take();
        if catch_unwind(AssertUnwindSafe(|| drop(db))).is_err() {
            tracing::error!("sled could not close the ledger; the next start reads what is durable");
        }
    }
}

/// The tree, and the first fault that it met.
pub struct Store {
    pub db: Tree,
    /// The last records, for followers.
    pub recent: Recent,
    fault: OnceLock<Arc<dyn Error + Send + Sync>>,
}

/// An index entry without meaning: the tree is damaged in a way that its own checksums did not see.
fn damaged(at: Position, what: &str) -> LedgerError {
    LedgerError::Unreadable { at, why: format!("its {what} is damaged") }
}

impl Store {
    pub fn new(db: ::sled::Db) -> Self {
        Self { db: Tree(Some(db)), recent: Recent::default(), fault: OnceLock::new() }
    }

    /// Refuses once anything has failed: after an I/O error nobody knows what the disk holds, so only a
    /// restart, which reads it again, may go on.
    pub fn well(&self) -> Result<(), LedgerError> {
        self.fault.get().map_or(Ok(()), |why| Err(LedgerError::Unavailable(why.clone())))
    }

    /// Remembers a fault for ever and answers with the first one.
    pub fn fail(&self, why: impl Into<Box<dyn Error + Send + Sync>>) -> LedgerError {
        let first = self.fault.get_or_init(|| {
            let why: Arc<dyn Error + Send + Sync> = why.into().into();
            tracing::error!(error = %why, "the ledger failed and needs a restart");
            why
        });
        LedgerError::Unavailable(first.clone())
    }

    /// What sled's error means for a reader of this position.
    pub fn trouble(&self, at: Position, why: ::sled::Error) -> LedgerError {
        match why {
            ::sled::Error::Corruption { .. } => LedgerError::Unreadable { at, why: why.to_string() },
            why => self.fail(why),
        }
    }

    /// The last position in the tree, 0 when there is none.
    pub fn last(&self) -> Result<Position, LedgerError> {
        let last = self.db.get_lt(b"s").map_err(|why| self.trouble(Position(0), why))?;
        let position = last.and_then(|(key, _)| keys::position(&key));
        Ok(position.map(|(position, _)| position).unwrap_or_default())
    }

    /// The version of a history, counting records up to `upto`.
    pub fn version(&self, history: &HistoryId, upto: Position) -> Result<Version, LedgerError> {
        self.tail(history, upto).map(|(_, version)| version)
    }

    /// Where the last record of a history stands, counting records up to `upto`, and the version that it
    /// brought the history to; both 0 when there is none.
    pub fn tail(&self, history: &HistoryId, upto: Position) -> Result<(Position, Version), LedgerError> {
        let entries = self.db.range(keys::history(history, Version(0))..keys::behind(history)).rev();
        for entry in entries {
            let (key, value) = entry.map_err(|why| self.trouble(Position(0), why))?;
            let (position, facts) = keys::place_of(&value).ok_or_else(|| damaged(Position(0), "history"))?;
            let (_, first) = keys::history_of(&key).ok_or_else(|| damaged(position, "history"))?;
            if position <= upto {
                return Ok((position, Version(first.0 + u64::from(facts) - 1)));
            }
        }
        Ok((Position(0), Version(0)))
    }

    /// Where a fact stands.
    pub fn find(&self, pair: &keys::Pair, upto: Position) -> Result<Option<FactRef>, LedgerError> {
        let value = self.db.get(keys::fact(pair)).map_err(|why| self.trouble(Position(0), why))?;
        let Some(value) = value else { return Ok(None) };
        let at = keys::fact_of(&value).ok_or_else(|| damaged(Position(0), "index of facts"))?;
        Ok(Some(at).filter(|at| at.sequence <= upto))
    }

    /// The records of a history above a version.
    pub fn read(
        &self,
        history: &HistoryId,
        after: Version,
        upto: Position,
    ) -> Result<Vec<Stored>, LedgerError> {
        let first = Version(after.0.saturating_add(1));
        let mut records = Vec::new();
        for entry in self.db.range(keys::history(history, first)..keys::behind(history)) {
            let (_, value) = entry.map_err(|why| self.trouble(Position(0), why))?;
            let (at, _) = keys::place_of(&value).ok_or_else(|| damaged(Position(0), "history"))?;
            if at > upto {
                break; // versions and positions grow together
            }
            let missing = || LedgerError::Unreadable { at, why: "it is missing".to_owned() };
            let record = match self.recent.get(at) {
                Some(recent) => Some(recent),
                None => self.get(at)?,
            };
            records.push(record.ok_or_else(missing)?);
        }
        Ok(records)
    }

    /// The record at a position.
    pub fn get(&self, at: Position) -> Result<Option<Stored>, LedgerError> {
        let key = keys::record(at);
        let Some(value) = self.db.get(&key).map_err(|why| self.trouble(at, why))? else { return Ok(None) };
        let mut gathered = keys::Gathered::begin(&value).ok_or_else(|| damaged(at, "head"))?;
        if gathered.is_partial() {
            for part in self.db.scan_prefix(&key).values().skip(1) {
                gathered.add(&part.map_err(|why| self.trouble(at, why))?);
            }
        }
        stored(at, gathered).map(Some)
    }

    /// The records behind a position: at most `most`, about [`MOST_RANGE_BYTES`], without a gap.
    pub fn range(&self, after: Position, most: usize, upto: Position) -> Result<Vec<Stored>, LedgerError> {
        let mut records = Vec::new();
        let mut bytes = 0;
        let visit = |at, gathered: keys::Gathered| {
            bytes += gathered.len();
            records.push(stored(at, gathered)?);
            Ok(bytes < MOST_RANGE_BYTES && records.len() < most)
        };
        if most > 0 && after < upto {
            self.walk(after, upto, visit)?;
        }
        Ok(records)
    }

    /// Visits the records at `after + 1` … `upto` in order until told to stop with `false`.
    pub fn walk(
        &self,
        after: Position,
        upto: Position,
        mut visit: impl FnMut(Position, keys::Gathered) -> Result<bool, LedgerError>,
    ) -> Result<(), LedgerError> {
        let mut expected = Position(after.0 + 1);
        let end = [&keys::record(upto)[..], &[0xff; 3]].concat();
        let mut open: Option<keys::Gathered> = None;
        for entry in self.db.range(keys::record(expected)..end) {
            let (key, value) = entry.map_err(|why| self.trouble(expected, why))?;
            let (found, part) = keys::position(&key).ok_or_else(|| damaged(expected, "key"))?;
            match open.as_mut().filter(|_| part && found == expected) {
                Some(gathered) => gathered.add(&value),
                None => {
                    if let Some(gathered) = open.take() {
                        if !visit(expected, gathered)? {
                            return Ok(());
                        }
                        expected = Position(expected.0 + 1);
                    }
                    if part || found != expected {
                        return Err(LedgerError::Gap { expected, found });
                    }
                    open = Some(keys::Gathered::begin(&value).ok_or_else(|| damaged(found, "head"))?);
                }
            }
        }
        open.map_or(Ok(()), |gathered| visit(expected, gathered).map(|_| ()))
    }

    /// All histories of a kind: one seek each, over the rest of its records.
    pub fn histories(&self, kind: HistoryKind, upto: Position) -> Result<Vec<HistoryId>, LedgerError> {
        let mut histories = Vec::new();
        let mut from = keys::kind(kind);
        let prefix = from.clone();
        while let Some(entry) = self.db.range(&from[..]..).next() {
            let (key, value) = entry.map_err(|why| self.trouble(Position(0), why))?;
            if !key.starts_with(&prefix) {
                break;
            }
            let (at, _) = keys::place_of(&value).ok_or_else(|| damaged(Position(0), "history"))?;
            let (history, _) = keys::history_of(&key).ok_or_else(|| damaged(at, "history"))?;
            from = keys::behind(&history);
            if at <= upto {
                histories.push(history);
            }
        }
        Ok(histories)
    }
}

/// Lays a record down: its parts, its place in its history, and each of its facts, whose digests are `pairs`.
pub fn lay(writes: &mut ::sled::Batch, at: Position, record: &Record, pairs: &[keys::Pair], bytes: &[u8]) {
    for (key, value) in keys::parts(at, bytes) {
        writes.insert(key, value);
    }
    let facts = pairs.len() as u32; // at most 1 MiB of them
    writes.insert(keys::history(&record.history, record.version), keys::place(at, facts));
    for (ordinal, pair) in (0..).zip(pairs) {
        writes.insert(keys::fact(pair), keys::place(at, ordinal));
    }
}

/// A record in its place, once its bytes are together.
pub fn stored(at: Position, gathered: keys::Gathered) -> Result<Stored, LedgerError> {
    match gathered.finish() {
        Ok(record) => Ok(Stored { position: at, record: Arc::new(record) }),
        Err(why) => Err(LedgerError::Unreadable { at, why }),
    }
}
