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
    /// An agency of the case agrees that it closes.
    #[serde(rename = "closure.consented.v1")]
    Consented(Consented),
    /// An agency of the case does not agree that it closes.
    #[serde(rename = "closure.objected.v1")]
    Objected(Objected),
    /// Somebody other than the proposer, who may approve it, agrees: the case is only watched from here.
    #[serde(rename = "closure.approved.v1")]
    Approved(Approved),
    /// Somebody other than the proposer closes the case, because every condition holds.
    #[serde(rename = "closure.closed.v1")]
    Closed(Closed),
    /// A closed case goes on, because something has happened.
    #[serde(rename = "closure.reopened.v1")]
    Reopened(Reopened),
    /// The file of a closed case is sealed.
    #[serde(rename = "closure.file-sealed.v1")]
    FileSealed(FileSealed),
}

impl Closure {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "closure.proposed.v1",
        "closure.rejected.v1",
        "closure.consented.v1",
        "closure.objected.v1",
        "closure.approved.v1",
        "closure.closed.v1",
        "closure.reopened.v1",
        "closure.file-sealed.v1",
    ];
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
    /// How long the file is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention_class: Option<String>,
    /// Whether the file is sealed after this.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to_be_sealed: Option<bool>,
}

/// See [`Closure::Consented`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Consented {
    /// The proposal, by its id.
    pub proposal: String,
    /// When it agreed.
    pub consented_at: String,
}

/// See [`Closure::Objected`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Objected {
    /// The proposal, by its id.
    pub proposal: String,
    /// When it objected.
    pub objected_at: String,
    /// Why.
    pub reason_code: String,
}

/// See [`Closure::Approved`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Approved {
    /// The proposal, by its id.
    pub proposal: String,
    /// When it was approved.
    pub approved_at: String,
}

/// See [`Closure::Reopened`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Reopened {
    /// When it was reopened.
    pub reopened_at: String,
    /// Why.
    pub trigger: String,
    /// The new report, by its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub report: Option<String>,
}

/// See [`Closure::FileSealed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSealed {
    /// When it was sealed.
    pub sealed_at: String,
    /// How long the file is kept.
    pub retention_class: String,
}
