//! What can go wrong, one variant for each thing that the caller can do about it.

use std::error::Error;
use std::sync::Arc;
use vocabulary::{Position, Version};

/// Why the ledger did not do what it was asked.
#[derive(Clone, Debug, thiserror::Error)]
pub enum LedgerError {
    /// Someone else appended first. Read again and decide again.
    #[error("the history moved on to version {found}")]
    Conflict {
        /// The version that the history has now.
        found: Version,
    },
    /// The store is away, or failed and waits for a restart. Try the same thing again later: a record whose
    /// append was answered so may or may not be there, and its repeat is harmless.
    #[error("the ledger cannot be reached")]
    Unavailable(#[source] Arc<dyn Error + Send + Sync>),
    /// A record cannot be understood. Stop and call a person: guessing would rewrite history.
    #[error("record {at} cannot be read: {why}")]
    Unreadable {
        /// Where it stands; 0 when the store as a whole cannot be read.
        at: Position,
        /// What is wrong with it, without any of its content.
        why: String,
    },
    /// A position is missing where the next record should be. Stop and call a person: nothing may be skipped.
    #[error("position {expected} is missing: {found} follows")]
    Gap {
        /// The position that should have come.
        expected: Position,
        /// The one that came instead.
        found: Position,
    },
    /// Another process has the store open. Stop that one first.
    #[error("the ledger is in use by another process")]
    Locked,
    /// The store ends before a position that was once durable: records were lost, or an older copy was put
    /// back. Restore a complete copy; nothing may be appended over the missing end.
    #[error("the ledger ends at {head} but {recorded} was recorded")]
    Behind {
        /// The last position that the store holds.
        head: Position,
        /// The position that someone has recorded.
        recorded: Position,
    },
    /// The store would keep less than the ledger promises, or not say so. Change how it is set up.
    #[error("{code}: {why}")]
    Unsafe {
        /// Which promise, for programs.
        code: &'static str,
        /// What was found, and what is asked for.
        why: String,
    },
    /// The record itself can never be stored, here or elsewhere. Correct the program that made it.
    #[error("the record cannot be stored: {why}")]
    Unfit {
        /// What is wrong with it.
        why: &'static str,
    },
}

impl LedgerError {
    /// The store is away, and this is why.
    pub fn unavailable(why: impl Into<Box<dyn Error + Send + Sync>>) -> Self {
        Self::Unavailable(why.into().into())
    }
}
