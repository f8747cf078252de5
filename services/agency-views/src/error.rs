//! Why a view cannot answer, and how far it has come.

use ledger::LedgerError;
use std::sync::Arc;
use vocabulary::Position;

/// Why a view cannot answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ViewError {
    /// Its store failed. It can be deleted and is rebuilt from the ledger.
    #[error("the store of the views failed: {0}")]
    Store(#[from] sled::Error),
    /// The store cannot be opened at all.
    #[error("the store of the views is damaged; delete the folder of the views and start again")]
    Damaged,
    /// The folder of the views cannot be written.
    #[error("the folder of the views: {0}")]
    Folder(Arc<std::io::Error>),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// The rules in force cannot be read.
    #[error("the rules in force cannot be read: {0}")]
    Rules(String),
    /// A stored row that cannot be read.
    #[error("a row of the views cannot be read; rebuild them")]
    Row,
    /// A disclosure that does not continue an agency's feed: following on would hide a fact.
    #[error("record {at} does not continue a feed: position {found} after {last}")]
    Hole {
        /// The record.
        at: Position,
        /// Position of the entry.
        found: u64,
        /// Last position of that feed.
        last: u64,
    },
}

impl ViewError {
    pub(crate) fn folder(error: std::io::Error) -> Self {
        Self::Folder(Arc::new(error))
    }
}

/// How far the views have come.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Everything up to here is in the views.
    pub applied: Position,
    /// Why they stopped, if they did.
    pub stopped: Option<Arc<ViewError>>,
}
