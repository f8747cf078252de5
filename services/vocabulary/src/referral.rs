//! Referral: one agency asks another to act, the other answers, and says what became of it. The closed loop.

mod lead;
mod work;

pub use lead::{LeadAccepted, LeadDeclined, LeadOffered};
pub use work::{
    AppointmentMissed, CancellationAgreed, CancellationRefused, CancellationRequested, EnteredInError, Held,
    Resumed, Started,
};

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
    /// The addressee begins.
    #[serde(rename = "referral.started.v1")]
    Started(Started),
    /// The addressee cannot go on for now.
    #[serde(rename = "referral.held.v1")]
    Held(Held),
    /// The addressee goes on.
    #[serde(rename = "referral.resumed.v1")]
    Resumed(Resumed),
    /// An appointment was not kept; the work goes on.
    #[serde(rename = "referral.appointment-missed.v1")]
    AppointmentMissed(AppointmentMissed),
    /// The sender wishes to end what the addressee has begun.
    #[serde(rename = "referral.cancellation-requested.v1")]
    CancellationRequested(CancellationRequested),
    /// The addressee agrees that it ends.
    #[serde(rename = "referral.cancellation-agreed.v1")]
    CancellationAgreed(CancellationAgreed),
    /// The addressee does not agree that it ends.
    #[serde(rename = "referral.cancellation-refused.v1")]
    CancellationRefused(CancellationRefused),
    /// The sender should never have made it.
    #[serde(rename = "referral.entered-in-error.v1")]
    EnteredInError(EnteredInError),
    /// The coordinator decides on what was given back.
    #[serde(rename = "referral.arbitrated.v1")]
    Arbitrated(Arbitrated),
    /// Several agencies are asked at once: the first that claims it has it.
    #[serde(rename = "referral.offered.v1")]
    Offered(Offered),
    /// One of those that were asked takes it on.
    #[serde(rename = "referral.claimed.v1")]
    Claimed(Claimed),
    /// Another agency shall lead the case.
    #[serde(rename = "referral.lead-offered.v1")]
    LeadOffered(LeadOffered),
    /// It leads from here.
    #[serde(rename = "referral.lead-accepted.v1")]
    LeadAccepted(LeadAccepted),
    /// It does not lead.
    #[serde(rename = "referral.lead-declined.v1")]
    LeadDeclined(LeadDeclined),
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
        "referral.started.v1",
        "referral.held.v1",
        "referral.resumed.v1",
        "referral.appointment-missed.v1",
        "referral.cancellation-requested.v1",
        "referral.cancellation-agreed.v1",
        "referral.cancellation-refused.v1",
        "referral.entered-in-error.v1",
        "referral.arbitrated.v1",
        "referral.offered.v1",
        "referral.claimed.v1",
        "referral.lead-offered.v1",
        "referral.lead-accepted.v1",
        "referral.lead-declined.v1",
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
    /// The referral of which this is a part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// The conference whose decision it carries out, by the id of its convening.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conference: Option<String>,
    /// That decision, by its label.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub decision: Option<String>,
}

/// See [`Referral::Received`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Received {
    /// `id` of the referral.
    pub referral: String,
    /// When it was received.
    pub received_at: String,
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
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
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
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
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
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
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
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
    /// The addressee, where its street station acts for it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_behalf_of: Option<AgencyCode>,
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

/// See [`Referral::Arbitrated`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Arbitrated {
    /// `id` of the referral.
    pub referral: String,
    /// What was decided.
    pub decision: Decision,
    /// The agency that has to act, where somebody has.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<AgencyCode>,
    /// When it was decided.
    pub arbitrated_at: String,
}

/// What the coordinator decides on a referral that was given back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Decision {
    /// It stays given back.
    ReturnStands,
    /// The same agency has to act.
    Insisted,
    /// Another agency is asked.
    Reassigned,
}

/// See [`Referral::Offered`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Offered {
    /// The agencies that are asked.
    pub to: Vec<AgencyCode>,
    /// What for.
    pub purpose: String,
    /// Emergency, urgent or routine.
    pub urgency: String,
    /// When an answer is wanted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<String>,
}

/// See [`Referral::Claimed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claimed {
    /// `id` of the offer.
    pub referral: String,
    /// The agency that takes it on: the one that says so.
    pub by: AgencyCode,
    /// When it took it on.
    pub claimed_at: String,
}
