//! Referral: one agency asks another to act, the other answers, and says what became of it. The closed loop.

use crate::AgencyCode;
use serde::{Deserialize, Serialize};

/// Everything that can become true of a referral, in order. A referral is known by the `id` of its `made`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Referral {
    /// An agency asks another to act for the child.
    #[serde(rename = "referral.made.v1")]
    Made(Made),
    /// The addressee has it on its desk.
    #[serde(rename = "referral.received.v1")]
    Received(Received),
    /// The addressee will act.
    #[serde(rename = "referral.accepted.v1")]
    Accepted(Accepted),
    /// The addressee gives it back with a coded reason.
    #[serde(rename = "referral.returned.v1")]
    Returned(Returned),
    /// The addressee has done what it accepted, as far as it went.
    #[serde(rename = "referral.completed.v1")]
    Completed(Completed),
    /// The addressee had accepted and cannot do it after all.
    #[serde(rename = "referral.failed.v1")]
    Failed(Failed),
    /// The sender takes its request back.
    #[serde(rename = "referral.cancelled.v1")]
    Cancelled(Cancelled),
}

impl Referral {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "referral.made.v1",
        "referral.received.v1",
        "referral.accepted.v1",
        "referral.returned.v1",
        "referral.completed.v1",
        "referral.failed.v1",
        "referral.cancelled.v1",
    ];
}

/// See [`Referral::Made`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Made {
    /// The agency that is asked.
    pub to: AgencyCode,
    /// What for.
    pub purpose: String,
    /// Emergency, urgent or routine.
    pub urgency: String,
    /// Labels of the children whom it concerns; all of the case where absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<Vec<String>>,
    /// When an answer is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<String>,
}

/// See [`Referral::Received`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// `id` of the referral.
    pub referral: String,
    /// When it was received.
    pub received_at: String,
}

/// See [`Referral::Accepted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    /// `id` of the referral.
    pub referral: String,
    /// When it was accepted.
    pub accepted_at: String,
    /// The day on which the work starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub start_on: Option<String>,
}

/// See [`Referral::Returned`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Returned {
    /// `id` of the referral.
    pub referral: String,
    /// When it was given back.
    pub returned_at: String,
    /// Why.
    pub reason_code: String,
}

/// See [`Referral::Completed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completed {
    /// `id` of the referral.
    pub referral: String,
    /// When the work ended.
    pub completed_at: String,
    /// How far its goal was met, or that it was no longer needed.
    pub outcome: String,
}

/// See [`Referral::Failed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Failed {
    /// `id` of the referral.
    pub referral: String,
    /// When the work was given up.
    pub failed_at: String,
    /// Why.
    pub reason_code: String,
}

/// See [`Referral::Cancelled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cancelled {
    /// `id` of the referral.
    pub referral: String,
    /// When it was taken back.
    pub cancelled_at: String,
    /// Why.
    pub reason_code: String,
}
