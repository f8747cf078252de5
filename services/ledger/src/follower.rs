//! A follower reads the ledger from a position on, for ever, and never skips.

use crate::{Ledger, LedgerError, Stored};
use std::sync::Arc;
use tokio::sync::watch;
use vocabulary::Position;

/// Most records that one step of a follower takes.
const MOST: usize = 1_024;

/// A place in the ledger that moves forward. It remembers its position in memory only: who follows writes it
/// down together with what was made of the records.
pub struct Follower {
    ledger: Arc<dyn Ledger>,
    head: watch::Receiver<Position>,
    last: Position,
}

impl Follower {
    /// Follows a ledger from the record behind `after` on; 0 begins with the first.
    pub fn follow(ledger: Arc<dyn Ledger>, after: Position) -> Self {
        let head = ledger.head();
        Self { ledger, head, last: after }
    }

    /// The position of the last record handed out.
    pub fn last(&self) -> Position {
        self.last
    }

    /// Waits until there is something behind the last record and answers with it: never empty, each position
    /// exactly one above the one before. May be dropped while it waits; nothing is lost.
    ///
    /// # Errors
    /// `Behind` when the follower has been further than the ledger reaches, `Gap`, `Unreadable`; once the ledger
    /// has failed or closed, why, or `Unavailable`. The follower stays where it was.
    pub async fn next(&mut self) -> Result<Vec<Stored>, LedgerError> {
        let head = *self.head.borrow();
        if head < self.last {
            return Err(LedgerError::Behind { head, recorded: self.last });
        }
        let last = self.last;
        let open = self.head.wait_for(|head| *head > last).await.is_ok();
        let records = self.ledger.range(self.last, MOST)?;
        if records.is_empty() && !open {
            let why = self.ledger.well().err();
            return Err(why.unwrap_or_else(|| LedgerError::unavailable("the ledger was closed")));
        }
        self.last = dense(self.last, &records)?;
        Ok(records)
    }
}

/// The position of the last of these records, which must follow `last` one by one.
fn dense(last: Position, records: &[Stored]) -> Result<Position, LedgerError> {
    let mut expected = Position(last.0 + 1);
    for stored in records {
        if stored.position != expected {
            return Err(LedgerError::Gap { expected, found: stored.position });
        }
        expected = Position(expected.0 + 1);
    }
    if records.is_empty() {
        return Err(LedgerError::Gap { expected, found: last });
    }
    Ok(Position(expected.0 - 1))
}
