//! Mandatory reporting: the statutory report (UCL 11; Opinion 高检发〔2020〕9号) and what the police make of it.

use crate::{AgencyCode, Child};
use serde::{Deserialize, Serialize};

/// Everything that can become true in mandatory reporting, in the order in which a case meets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum MandatoryReporting {
    /// A unit that must report has reported (Opinion art. 2 to 4).
    #[serde(rename = "mandatory-reporting.report-filed.v1")]
    ReportFiled(ReportFiled),
    /// The reporter's own authority has the report on file (art. 5).
    #[serde(rename = "mandatory-reporting.registered-with-authority.v1")]
    RegisteredWithAuthority(RegisteredWithAuthority),
    /// The police have accepted the report (art. 8).
    #[serde(rename = "mandatory-reporting.police-accepted.v1")]
    PoliceAccepted(PoliceAccepted),
    /// The child was kept from harm at once.
    #[serde(rename = "mandatory-reporting.emergency-measures-taken.v1")]
    EmergencyMeasuresTaken(EmergencyMeasuresTaken),
    /// Evidence was secured where it lies (art. 7 and 9).
    #[serde(rename = "mandatory-reporting.evidence-preserved.v1")]
    EvidencePreserved(EvidencePreserved),
    /// The police told the procuratorate.
    #[serde(rename = "mandatory-reporting.procuratorate-notified.v1")]
    ProcuratorateNotified(ProcuratorateNotified),
    /// The police filed a criminal case.
    #[serde(rename = "mandatory-reporting.criminal-case-filed.v1")]
    CriminalCaseFiled(CriminalCaseFiled),
    /// The police decided not to file one (procedure of criminal cases, art. 178).
    #[serde(rename = "mandatory-reporting.case-filing-declined.v1")]
    CaseFilingDeclined(CaseFilingDeclined),
    /// An administrative agency handed a suspected crime over to the police, with its file (art. 180).
    #[serde(rename = "mandatory-reporting.suspected-crime-transferred.v1")]
    SuspectedCrimeTransferred(SuspectedCrimeTransferred),
}

impl MandatoryReporting {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "mandatory-reporting.report-filed.v1",
        "mandatory-reporting.registered-with-authority.v1",
        "mandatory-reporting.police-accepted.v1",
        "mandatory-reporting.emergency-measures-taken.v1",
        "mandatory-reporting.evidence-preserved.v1",
        "mandatory-reporting.procuratorate-notified.v1",
        "mandatory-reporting.criminal-case-filed.v1",
        "mandatory-reporting.case-filing-declined.v1",
        "mandatory-reporting.suspected-crime-transferred.v1",
    ];
}

/// See [`MandatoryReporting::ReportFiled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportFiled {
    /// When the unit found out: the reporting clock runs from here.
    pub discovered_at: String,
    /// The agency that receives the report.
    pub filed_to: AgencyCode,
    /// What kind of unit reports (art. 3).
    pub reporter_type: String,
    /// One of the nine situations, R1 to R9 (art. 4).
    pub situation_code: String,
    /// The children, as labels.
    pub children: Vec<Child>,
}

/// See [`MandatoryReporting::RegisteredWithAuthority`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RegisteredWithAuthority {
    /// `id` of the report.
    pub report: String,
    /// When it was put on file.
    pub registered_at: String,
    /// The authority's own number.
    pub register_no: String,
}

/// See [`MandatoryReporting::PoliceAccepted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PoliceAccepted {
    /// `id` of the report.
    pub report: String,
    /// When it was accepted.
    pub accepted_at: String,
    /// The police receipt number.
    pub receipt_no: String,
    /// What it may be, as far as the police can say yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub matters: Vec<String>,
    /// Whether the matter belongs to the unit itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub competent: Option<bool>,
}

/// See [`MandatoryReporting::EmergencyMeasuresTaken`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EmergencyMeasuresTaken {
    /// What was done.
    pub measures: Vec<String>,
    /// When.
    pub taken_at: String,
}

/// See [`MandatoryReporting::EvidencePreserved`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct EvidencePreserved {
    /// What kind of evidence.
    pub kind: String,
    /// When it was secured.
    pub preserved_at: String,
    /// The agency that keeps it; the bus carries its hash only.
    pub custodian: AgencyCode,
}

/// See [`MandatoryReporting::ProcuratorateNotified`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProcuratorateNotified {
    /// The procuratorate.
    pub to: AgencyCode,
    /// When it was told.
    pub notified_at: String,
}

/// See [`MandatoryReporting::CriminalCaseFiled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CriminalCaseFiled {
    /// `id` of the report.
    pub report: String,
    /// When the case was filed.
    pub filed_at: String,
    /// The ground on which the police file directly (高检发〔2023〕4号), where one applies.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub direct_ground: Option<String>,
}

/// See [`MandatoryReporting::CaseFilingDeclined`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaseFilingDeclined {
    /// `id` of the report, of what was handed over, or of another fact that led to it.
    pub report: String,
    /// When it was decided.
    pub declined_at: String,
    /// The legal reason.
    pub reason_code: String,
    /// When the notice was served on whoever complained, where it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub served_at: Option<String>,
    /// The unit that complained, where it was a unit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<AgencyCode>,
}

/// See [`MandatoryReporting::SuspectedCrimeTransferred`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SuspectedCrimeTransferred {
    /// The police body.
    pub to: AgencyCode,
    /// When the police received it.
    pub transferred_at: String,
}
