//! Closure: a case ends only when nobody still owes the child anything.

use serde::{Deserialize, Serialize};

/// Everything that can become true in this stage, in the order in which a case meets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Closure {
    /// Those who work on a case propose to close it.
    #[serde(rename = "closure.proposed.v1")]
    Proposed(Proposed),
    /// A proposal to close is turned down, with every condition that does not hold.
    #[serde(rename = "closure.rejected.v1")]
    Rejected(Rejected),
    /// Somebody other than the proposer closes the case, because every condition holds.
    #[serde(rename = "closure.closed.v1")]
    Closed(Closed),
}

impl Closure {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &["closure.proposed.v1", "closure.rejected.v1", "closure.closed.v1"];
}

/// What kind of end a case comes to; the region's rules exempt kinds from conditions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClosureType {
    /// What the plan aimed at is reached.
    GoalMet,
    /// The child has returned, and it holds.
    ReturnedStable,
    /// The child lives with kin, and it holds.
    KinStable,
    /// Civil affairs is the guardian for good.
    LongTermGuardianship,
    /// The child is adopted.
    Adopted,
    /// What was reported did not happen.
    Unfounded,
    /// Only support was needed, and it was given.
    SupportOnlyDone,
    /// Another region has taken the case over.
    TransferredRegion,
    /// The child is of age.
    Majority,
    /// The child has died.
    Death,
    /// The case goes on inside another one.
    Merged,
}

impl ClosureType {
    /// Every kind, in the order of the contract.
    pub const ALL: &[Self] = &[
        Self::GoalMet,
        Self::ReturnedStable,
        Self::KinStable,
        Self::LongTermGuardianship,
        Self::Adopted,
        Self::Unfounded,
        Self::SupportOnlyDone,
        Self::TransferredRegion,
        Self::Majority,
        Self::Death,
        Self::Merged,
    ];
}

/// See [`Closure::Proposed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposed {
    /// The kind of end.
    pub closure_type: ClosureType,
    /// When it was proposed.
    pub proposed_at: String,
}

/// See [`Closure::Rejected`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejected {
    /// The proposal that is turned down, by its id.
    pub proposal: String,
    /// The conditions of the region's closure rules that do not hold, each once.
    pub failed: Vec<String>,
    /// When it was turned down.
    pub rejected_at: String,
}

/// See [`Closure::Closed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Closed {
    /// The proposal that is agreed to, by its id.
    pub proposal: String,
    /// When the case was closed.
    pub closed_at: String,
    /// The kind of end: that of the proposal.
    pub closure_type: ClosureType,
}
