//! Why the bus did not do what it was asked: one variant for each thing that the caller can do about it.

use agency_views::ViewError;
use contract::Rejection;
use jurisdiction::Fault;
use ledger::LedgerError;
use vault::VaultError;
use vocabulary::Refusal;

/// An answer that is not a yes. No message names a person or repeats a value.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The document is malformed, of an unknown type, or breaks its contract.
    #[error(transparent)]
    Rejected(#[from] Rejection),
    /// No token, or one that is not known, has ended, or belongs to the demo.
    #[error("not authenticated")]
    Unauthenticated,
    /// The agency is not, or no longer, on the roster.
    #[error("the agency is not on the roster")]
    OffRoster,
    /// The source of the document is another agency than the caller.
    #[error("the source is not the caller's")]
    ForeignSource,
    /// No role of the agency may say this.
    #[error("no role of this agency may say this")]
    RoleNotAllowed,
    /// No such history, fact or page for this caller; whether it exists for others is not told.
    #[error("there is no such thing for you")]
    NotFound,
    /// The history holds something that the caller had not seen when it decided to publish.
    #[error("the history moved on since the caller looked at it")]
    Moved,
    /// A rule of a stage said no.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The same source and id were used for another document.
    #[error("this source and id name another document")]
    IdConflict,
    /// Rule files that cannot be adopted; nothing was.
    #[error("the rules were not adopted")]
    Rules(Vec<Fault>),
    /// Rules or tokens of the demo outside the demo, or the other way round.
    #[error("rules and tokens of the demo work in the demo only")]
    Demo,
    /// The agency named in a request of the operator is not on the roster.
    #[error("the roster knows no such agency")]
    UnknownAgency,
    /// Others were first, again and again: try the same thing again.
    #[error("the history moved on too often; try again")]
    Busy,
    /// A store is away: try the same thing again later.
    #[error("a store is away: {0}")]
    Unavailable(String),
    /// Something stored cannot be read. A person must look.
    #[error("something stored cannot be read: {0}")]
    Damaged(String),
}

impl Problem {
    /// Whether the same thing may succeed later without anybody mending anything.
    pub(crate) fn may_mend(&self) -> bool {
        matches!(self, Self::Unavailable(_) | Self::Busy)
    }

    /// Whether it rests on what the ledger holds, so that something which this process has not seen yet may
    /// have made it untrue.
    pub(crate) fn may_pass(&self) -> bool {
        use Problem::{IdConflict, Moved, NotFound, OffRoster, Refused, RoleNotAllowed};
        matches!(self, OffRoster | RoleNotAllowed | NotFound | Moved | Refused(_) | IdConflict)
    }
}

impl From<LedgerError> for Problem {
    fn from(error: LedgerError) -> Self {
        match error {
            LedgerError::Conflict { .. } => Self::Busy,
            LedgerError::Unavailable(_)
            | LedgerError::Locked
            | LedgerError::Behind { .. }
            | LedgerError::Unsafe { .. } => Self::Unavailable(error.to_string()),
            LedgerError::Unreadable { .. } | LedgerError::Gap { .. } | LedgerError::Unfit { .. } => {
                Self::Damaged(error.to_string())
            }
        }
    }
}

impl From<VaultError> for Problem {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Forged => Self::Damaged(error.to_string()),
            other => Self::Unavailable(other.to_string()),
        }
    }
}

impl From<ViewError> for Problem {
    fn from(error: ViewError) -> Self {
        Self::Unavailable(error.to_string())
    }
}
