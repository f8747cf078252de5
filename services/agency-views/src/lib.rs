//! Views: what stands on an agency's desk. Each is a pure fold of the ledger in a store of its own and can be
//! deleted at any time; it holds references, never copies of facts.
//!
//! - The **feed** ([`Feeds`]) lists what an agency was told, at dense positions from 1.
//! - A **case** ([`Case`], in rows: [`Desk`]) says how far it has come, who leads, what waits on whom and which
//!   clocks run: the inbox, the clock board and the case list are questions to these rows.
//!
//! A feed holds what `disclosure` has recorded, and nothing else. A case is folded once for all, and each of its
//! values names the fact that it comes from: who answers an agency shows a value only where that agency was told
//! of that fact.

mod case;
mod desk;
mod error;
mod feeds;
mod moments;
mod row;
mod store;
#[cfg(test)]
mod tests;
mod views;

pub use case::{
    Breach, Case, ClockRow, Duty, DutyKind, Known, Party, Phase, ReferralPhase, ReferralRow, Track, TrackName,
};
pub use desk::{CaseRow, Desk, number};
pub use error::{Progress, ViewError};
pub use feeds::Feeds;
pub use row::FeedRow;
pub use store::Store;
pub use views::{Rebuilt, RulesInForce, Views};
