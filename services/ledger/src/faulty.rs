//! A ledger that fails when it is told to, so that the layers above can be tested against both ways in which
//! an append can fail: the record is lost, or it is kept and only the answer is lost.

use crate::{Ledger, LedgerError, Outcome, Stored};
use async_trait::async_trait;
use std::sync::{Mutex, PoisonError};
use tokio::sync::watch;
use vocabulary::id::HistoryKind;
use vocabulary::{EventId, FactRef, HistoryId, Position, Record, Source, Version};

/// How an append fails. Either way the caller sees `Unavailable`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Failed and lost: nothing was appended.
    Lost,
    /// Failed but kept: the record is there, only the answer is not.
    Kept,
}

/// A ledger around another one, with a fault in its next append.
pub struct Faulty<L> {
    inner: L,
    next: Mutex<Option<Fault>>,
}

impl<L: Ledger> Faulty<L> {
    /// Wraps a ledger; no fault is set.
    pub fn new(inner: L) -> Self {
        Self { inner, next: Mutex::default() }
    }

    /// Lets the next append fail, and only that one.
    pub fn fail_next(&self, fault: Fault) {
        *self.next.lock().unwrap_or_else(PoisonError::into_inner) = Some(fault);
    }

    /// The ledger within, which never fails on purpose.
    pub fn inner(&self) -> &L {
        &self.inner
    }
}

#[async_trait]
impl<L: Ledger> Ledger for Faulty<L> {
    async fn append(&self, record: Record) -> Result<Outcome, LedgerError> {
        let fault = self.next.lock().unwrap_or_else(PoisonError::into_inner).take();
        if fault == Some(Fault::Lost) {
            return Err(LedgerError::unavailable("failed and lost, as told"));
        }
        let outcome = self.inner.append(record).await?;
        match fault {
            Some(_) => Err(LedgerError::unavailable("failed but kept, as told")),
            None => Ok(outcome),
        }
    }

    fn read(&self, history: &HistoryId, after: Version) -> Result<Vec<Stored>, LedgerError> {
        self.inner.read(history, after)
    }

    fn version(&self, history: &HistoryId) -> Result<Version, LedgerError> {
        self.inner.version(history)
    }

    fn find(&self, source: &Source, id: &EventId) -> Result<Option<FactRef>, LedgerError> {
        self.inner.find(source, id)
    }

    fn get(&self, position: Position) -> Result<Option<Stored>, LedgerError> {
        self.inner.get(position)
    }

    fn range(&self, after: Position, most: usize) -> Result<Vec<Stored>, LedgerError> {
        self.inner.range(after, most)
    }

    fn histories(&self, kind: HistoryKind) -> Result<Vec<HistoryId>, LedgerError> {
        self.inner.histories(kind)
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.inner.head()
    }
}
