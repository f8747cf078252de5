//! Intake: a lead or a report arrives, is acknowledged, handed on, and becomes a case.

use crate::{AgencyCode, Child};
use serde::{Deserialize, Serialize};

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
    /// The coordinator opens the case and names its lead.
    #[serde(rename = "intake.case-opened.v1")]
    CaseOpened(CaseOpened),
}

impl Intake {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "intake.indicator-alert-raised.v1",
        "intake.lead-received.v1",
        "intake.report-acknowledged.v1",
        "intake.report-forwarded.v1",
        "intake.case-opened.v1",
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
