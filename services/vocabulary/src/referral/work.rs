//! The work on a referral: it begins, waits and goes on, and both sides may end it.

use crate::AgencyCode;
use serde::{Deserialize, Serialize};

/// See [`super::Referral::Started`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Started {
    /// `id` of the referral.
    pub referral: String,
    /// When the work began.
    pub started_at: String,
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
}

/// See [`super::Referral::Held`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Held {
    /// `id` of the referral.
    pub referral: String,
    /// Since when.
    pub held_at: String,
    /// Why.
    pub reason_code: String,
    /// The day on which it is looked at again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
}

/// See [`super::Referral::Resumed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resumed {
    /// `id` of the referral.
    pub referral: String,
    /// When it went on.
    pub resumed_at: String,
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
}

/// See [`super::Referral::AppointmentMissed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppointmentMissed {
    /// `id` of the referral.
    pub referral: String,
    /// When it would have been.
    pub missed_at: String,
    /// Who did not come.
    pub missed_by: String,
    /// The next appointment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rebooked_for: Option<String>,
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
}

/// See [`super::Referral::CancellationRequested`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancellationRequested {
    /// `id` of the referral.
    pub referral: String,
    /// When it was asked for.
    pub requested_at: String,
    /// Why.
    pub reason_code: String,
}

/// See [`super::Referral::CancellationAgreed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancellationAgreed {
    /// `id` of the referral.
    pub referral: String,
    /// When it agreed.
    pub agreed_at: String,
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
}

/// See [`super::Referral::CancellationRefused`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CancellationRefused {
    /// `id` of the referral.
    pub referral: String,
    /// When it refused.
    pub refused_at: String,
    /// Why.
    pub reason_code: String,
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
}

/// See [`super::Referral::EnteredInError`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EnteredInError {
    /// `id` of the referral.
    pub referral: String,
    /// When the mistake was found.
    pub found_at: String,
}
