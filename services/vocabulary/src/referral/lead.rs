//! The lead of a case: offered, and moved when it is accepted.

use crate::AgencyCode;
use serde::{Deserialize, Serialize};

/// See [`super::Referral::LeadOffered`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadOffered {
    /// The agency that shall lead.
    pub to: AgencyCode,
    /// When it was offered.
    pub offered_at: String,
}

/// See [`super::Referral::LeadAccepted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadAccepted {
    /// `id` of the offer.
    pub offer: String,
    /// The agency that leads from here: the one that says so.
    pub lead: AgencyCode,
    /// When it accepted.
    pub accepted_at: String,
}

/// See [`super::Referral::LeadDeclined`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadDeclined {
    /// `id` of the offer.
    pub offer: String,
    /// When it declined.
    pub declined_at: String,
    /// Why.
    pub reason_code: String,
}
