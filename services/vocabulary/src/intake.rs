//! Intake: a lead or a report arrives, is acknowledged, handed on, and becomes a case.

use crate::{AgencyCode, Child, EventId, HistoryId};
use serde::{Deserialize, Serialize};

/// What an absorbed history still takes: the loop of its own reporters, and that the link is undone.
pub const ABSORBED_TAKES: [&str; 5] = [
    "intake.report-acknowledged.v1",
    "intake.reports-unlinked.v1",
    "justice.reporter-feedback-sent.v1",
    "mandatory-reporting.police-accepted.v1",
    "mandatory-reporting.registered-with-authority.v1",
];

/// Everything that can become true at intake, in the order in which a case meets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Intake {
    /// A rule in an agency's own system says that somebody should look at this child.
    #[serde(rename = "intake.indicator-alert-raised.v1")]
    IndicatorAlertRaised(IndicatorAlertRaised),
    /// Somebody told a hotline or an office about a child in trouble.
    #[serde(rename = "intake.lead-received.v1")]
    LeadReceived(LeadReceived),
    /// The agency that a report was addressed to confirms that it holds it.
    #[serde(rename = "intake.report-acknowledged.v1")]
    ReportAcknowledged(ReportAcknowledged),
    /// The holder hands a report on; it stays responsible until the next one acknowledges.
    #[serde(rename = "intake.report-forwarded.v1")]
    ReportForwarded(ReportForwarded),
    /// Whoever a report was handed on to gives it back before taking it: it is with the first receiver as before.
    #[serde(rename = "intake.report-returned.v1")]
    ReportReturned(ReportReturned),
    /// The coordinator opens the case and names its lead.
    #[serde(rename = "intake.case-opened.v1")]
    CaseOpened(CaseOpened),
    /// A child of the case is the one that this file is kept of.
    #[serde(rename = "intake.child-identified.v1")]
    ChildIdentified(ChildIdentified),
    /// The reports of another history tell of the same: this case goes on for both.
    #[serde(rename = "intake.reports-linked.v1")]
    ReportsLinked(ReportsLinked),
    /// This history was linked to a case that goes on for it.
    #[serde(rename = "intake.report-absorbed.v1")]
    ReportAbsorbed(ReportAbsorbed),
    /// They were not the same after all: this history goes on by itself.
    #[serde(rename = "intake.reports-unlinked.v1")]
    ReportsUnlinked(ReportsUnlinked),
    /// This case owes the reporters of a linked history nothing more.
    #[serde(rename = "intake.link-settled.v1")]
    LinkSettled(LinkSettled),
}

impl Intake {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "intake.indicator-alert-raised.v1",
        "intake.lead-received.v1",
        "intake.report-acknowledged.v1",
        "intake.report-forwarded.v1",
        "intake.report-returned.v1",
        "intake.case-opened.v1",
        "intake.child-identified.v1",
        "intake.reports-linked.v1",
        "intake.report-absorbed.v1",
        "intake.reports-unlinked.v1",
        "intake.link-settled.v1",
    ];
}

/// See [`Intake::IndicatorAlertRaised`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct IndicatorAlertRaised {
    /// When the rule fired.
    pub detected_at: String,
    /// The model that the rule belongs to.
    pub model_id: String,
    /// The rule that fired.
    pub rule_id: String,
    /// Red, orange, yellow or blue.
    pub colour: String,
    /// The children, as labels.
    pub children: Vec<Child>,
}

/// See [`Intake::LeadReceived`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LeadReceived {
    /// How it came in.
    pub channel: String,
    /// When it came in.
    pub received_at: String,
    /// Emergency, urgent or routine.
    pub urgency: String,
    /// The agency that shall act.
    pub addressed_to: AgencyCode,
    /// One of the nine situations of the 2020 Opinion, art. 4, where one applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub situation_code: Option<String>,
    /// The children, as labels.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub children: Option<Vec<Child>>,
}

/// See [`Intake::ReportAcknowledged`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportAcknowledged {
    /// `id` of the report or lead.
    pub report: String,
    /// When the receiver took it in hand.
    pub acknowledged_at: String,
    /// The receiver's own number.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub receipt_no: Option<String>,
}

/// See [`Intake::ReportForwarded`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportForwarded {
    /// `id` of the report or lead.
    pub report: String,
    /// The agency that shall act instead.
    pub to: AgencyCode,
    /// Why it is handed on.
    pub reason_code: String,
    /// When it was handed on.
    pub forwarded_at: String,
}

/// See [`Intake::ReportReturned`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportReturned {
    /// The `id` of the report.
    pub report: String,
    /// The `id` of the fact by which it was handed on.
    pub forwarding: String,
    /// Why.
    pub reason_code: String,
    /// When.
    pub returned_at: String,
}

/// See [`Intake::ChildIdentified`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildIdentified {
    /// The child, by its label in the case.
    pub label: String,
    /// The file that is kept of it.
    pub file: HistoryId,
    /// When it was known.
    pub identified_at: String,
    /// How it was found out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<String>,
}

/// See [`Intake::CaseOpened`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseOpened {
    /// When the case was opened.
    pub opened_at: String,
    /// `id` of each report or lead that it rests on.
    pub reports: Vec<String>,
    /// The children, as labels.
    pub children: Vec<Child>,
    /// The agency that leads.
    pub lead: AgencyCode,
}

/// See [`Intake::ReportsLinked`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportsLinked {
    /// The history whose reports tell of the same.
    pub other: HistoryId,
    /// Why they belong together.
    pub reason_code: String,
    /// When this was found.
    pub linked_at: String,
}

/// See [`Intake::ReportAbsorbed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportAbsorbed {
    /// `id` of the link.
    pub link: EventId,
    /// The case that goes on.
    pub primary: HistoryId,
    /// When the link was made.
    pub absorbed_at: String,
}

/// See [`Intake::ReportsUnlinked`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportsUnlinked {
    /// `id` of the link.
    pub link: EventId,
    /// Why they do not belong together.
    pub reason_code: String,
    /// When this was found.
    pub unlinked_at: String,
}

/// See [`Intake::LinkSettled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkSettled {
    /// `id` of the link.
    pub link: EventId,
    /// How it was settled.
    pub outcome: LinkOutcome,
    /// When.
    pub settled_at: String,
}

/// How a link was settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkOutcome {
    /// The reporters of the other history were answered.
    Answered,
    /// It was undone.
    Unlinked,
    /// The other history had been linked elsewhere, or had ended, before this link reached it.
    NotMade,
}
