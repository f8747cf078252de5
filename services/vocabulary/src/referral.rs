//! Referral: one agency asks another to act, and the other answers. The closed loop.

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
}

impl Referral {
    /// The wire names, in order.
    pub const TYPES: &[&str] =
        &["referral.made.v1", "referral.received.v1", "referral.accepted.v1", "referral.returned.v1"];
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
