//! The port: what the rest of the bus may ask of a ledger, whatever stores it.

use crate::LedgerError;
use async_trait::async_trait;
use std::collections::HashSet;
use std::sync::Arc;
use tokio::sync::watch;
use vocabulary::id::HistoryKind;
use vocabulary::{EventId, FactRef, HistoryId, Position, Record, Source, Version, record};

/// Longest record in stored bytes (1 MiB): the longest message that a JetStream server takes by default.
pub const MOST_RECORD_BYTES: usize = 1 << 20;

/// About how many stored bytes one [`Ledger::range`] answers with (4 MiB).
pub const MOST_RANGE_BYTES: usize = 4 << 20;

/// A record in its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Stored {
    /// Where it stands in the ledger, dense from 1.
    pub position: Position,
    /// What was admitted.
    pub record: Arc<Record>,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The record is durable at this position.
    Appended(Position),
    /// A fact with the same source and id is durable already, here. Nothing was appended.
    AlreadyThere(FactRef),
}

/// An append-only log of records. One implementation per store; the `conformance` suite holds them equal.
///
/// Reads answer from what is durable and from nothing else. They may block on the disk for a moment.
#[async_trait]
pub trait Ledger: Send + Sync + 'static {
    /// Appends a record, whole or not at all, and answers once it is durable.
    ///
    /// Two questions are asked in this order. Is a fact of the record there already, by (source, id)? Then
    /// the answer names the first such fact, so a racing repeat is a duplicate and never a conflict. Is the
    /// history's version one less than the record's? If not, it is a conflict.
    ///
    /// A caller that stops waiting does not take the record back: it may still become durable.
    ///
    /// # Errors
    /// `Conflict`, `Unavailable` (the record may be there or not), `Unfit` (empty, longer than
    /// [`MOST_RECORD_BYTES`], of another format, or one pair twice).
    async fn append(&self, record: Record) -> Result<Outcome, LedgerError>;

    /// The records of a history whose first fact has a version above `after`, in order.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    fn read(&self, history: &HistoryId, after: Version) -> Result<Vec<Stored>, LedgerError>;

    /// The version of a history: its number of facts, 0 when there is none.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    fn version(&self, history: &HistoryId) -> Result<Version, LedgerError>;

    /// Where the fact with this source and id stands.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    fn find(&self, source: &Source, id: &EventId) -> Result<Option<FactRef>, LedgerError>;

    /// The record at a position; `None` past the head.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    fn get(&self, position: Position) -> Result<Option<Stored>, LedgerError>;

    /// The records at `after + 1`, `after + 2` …: at most `most` of them and about [`MOST_RANGE_BYTES`], but
    /// one at least when there is one and `most` is not 0.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`, `Gap`.
    fn range(&self, after: Position, most: usize) -> Result<Vec<Stored>, LedgerError>;

    /// All histories of a kind, in the order of their ids.
    ///
    /// # Errors
    /// `Unavailable`, `Unreadable`.
    fn histories(&self, kind: HistoryKind) -> Result<Vec<HistoryId>, LedgerError>;

    /// Waits until reads answer with everything that was durable when this was called, whoever appended it. A
    /// store with one process has nothing to wait for; one that many share and each copies does. To be asked before
    /// a refusal, which no expected version protects.
    ///
    /// # Errors
    /// `Unavailable` when nobody can say, or when the copy does not get there in time.
    async fn confirm(&self) -> Result<(), LedgerError> {
        Ok(())
    }

    /// Whether appends can be answered, as far as is known without trying.
    ///
    /// # Errors
    /// What an append would meet: `Unavailable`, `Unsafe`, `Behind`, `Unreadable`, `Gap`.
    fn well(&self) -> Result<(), LedgerError> {
        let head = *self.head().borrow(); // let go before the store is asked: it may look at it again
        self.range(head, 1).map(drop)
    }

    /// The last durable position, 0 when there is none. A change wakes followers; the sender goes away when
    /// the ledger fails or closes.
    fn head(&self) -> watch::Receiver<Position>;
}

/// The stored bytes of a record, if it can be stored at all.
pub(crate) fn fit(record: &Record) -> Result<Vec<u8>, LedgerError> {
    let mut pairs = HashSet::new();
    let twice = |fact: &record::StoredFact| {
        !pairs.insert((fact.attributes.source.clone(), fact.attributes.id.clone()))
    };
    if record.format != record::FORMAT {
        return Err(LedgerError::Unfit { why: "a format that this program does not write" });
    }
    if record.facts.is_empty() {
        return Err(LedgerError::Unfit { why: "no facts" });
    }
    if record.facts.iter().any(twice) {
        return Err(LedgerError::Unfit { why: "one source and id twice" });
    }
    match record.to_bytes() {
        bytes if bytes.len() > MOST_RECORD_BYTES => Err(LedgerError::Unfit { why: "longer than 1 MiB" }),
        bytes => Ok(bytes),
    }
}
