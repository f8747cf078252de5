//! The words that every part of Lianhu shares.
//!
//! A **fact** is something that became true about a case and was said by one agency. A **record** is one
//! admission: the admitted fact and its consequences, on one **history**. This crate holds their shapes,
//! the ids and times in them, the commitments that make them tamper-evident, and the typed facts of the
//! stages. It decides nothing, stores nothing and asks no clock: stages decide, the ledger stores, the
//! runtime asks the time.

pub mod attributes;
pub mod case_conference;
pub mod closure;
pub mod commitment;
pub mod fact;
pub mod follow_up;
#[cfg(any(test, feature = "given"))]
#[allow(clippy::expect_used, reason = "a test harness: a broken test must stop")]
pub mod given;
pub mod governance;
pub mod guardianship;
pub mod id;
pub mod intake;
pub mod mandatory_reporting;
pub mod one_stop;
pub mod protected;
pub mod record;
pub mod referral;
pub mod stage;
pub mod time;
pub mod upcast;
pub mod withdrawal;

pub use attributes::Attributes;
pub use fact::{CaseFact, Fact};
pub use id::{
    AgencyCode, EventId, FactRef, GroupName, HistoryId, Position, Region, Role, Source, TypeName, Version,
};
pub use protected::Protected;
pub use record::Record;
pub use stage::{Consequence, Proposed, Refusal, Stage};
pub use time::Instant;

/// One child as a report labels it: a letter, an age band and a sex, never an identity.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Child {
    /// Local label, such as `A`: it means the same child within one history only.
    pub label: String,
    /// Age band by the contract's list.
    pub age_band: String,
    /// Sex by the contract's list.
    pub sex: String,
}
