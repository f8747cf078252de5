//! What mandatory reporting must remember of a history: its reports, who has each, and how far it came.

use std::collections::BTreeMap;
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting as Said;
use vocabulary::{AgencyCode, CaseFact, EventId, Fact};

/// What mandatory reporting remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The reports and leads of the history, by their `id`.
    pub reports: BTreeMap<EventId, Report>,
}

/// A report or lead on its way to the police.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// Where it came from.
    pub origin: Origin,
    /// The agency that is responsible for it.
    pub holder: AgencyCode,
    /// Whether the holder has acknowledged it.
    pub acknowledged: bool,
    /// The agency that it is handed on to, until that one acknowledges.
    pub next: Option<AgencyCode>,
    /// How far the police have come with it.
    pub police: Police,
}

/// Where a report came from.
#[derive(Clone, Debug, PartialEq)]
pub enum Origin {
    /// Somebody told a hotline or an office: no unit reports, so none registers.
    Lead,
    /// A unit that must report; its authority is yet to have it on file.
    Statutory(AgencyCode),
    /// As before, and on file (Opinion, art. 5).
    Registered(AgencyCode),
    /// An administrative agency handed it over with its file: the police had it from then on.
    Transferred,
}

/// How far the police have come with a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Police {
    /// They have not accepted it.
    Waiting,
    /// They have accepted it (Opinion, art. 8).
    Accepted,
    /// They have decided not to file a criminal case.
    Declined,
    /// They have filed a criminal case.
    CaseFiled,
}

impl Report {
    /// Whether the agency is the one that the report is addressed to, or handed on to.
    pub fn is_for(&self, agency: &AgencyCode) -> bool {
        self.holder == *agency || self.next.as_ref() == Some(agency)
    }

    /// Whether the agency holds the report and has said so.
    pub fn is_held_by(&self, agency: &AgencyCode) -> bool {
        self.acknowledged && self.holder == *agency
    }

    fn take(&mut self, agency: &AgencyCode) {
        self.next.take_if(|next| next == agency);
        self.holder = agency.clone();
        self.acknowledged = true;
    }

    fn register(&mut self) {
        if let Origin::Statutory(reporter) = &self.origin {
            self.origin = Origin::Registered(reporter.clone());
        }
    }
}

impl State {
    /// With one more fact.
    pub(crate) fn with(mut self, fact: &CaseFact) -> Self {
        match &fact.fact {
            Fact::MandatoryReporting(said) => self.note(said, fact),
            Fact::Intake(said) => self.hear(said, fact),
            Fact::OneStop(_)
            | Fact::Referral(_)
            | Fact::CaseConference(_)
            | Fact::Guardianship(_)
            | Fact::FollowUp(_)
            | Fact::Closure(_)
            | Fact::Governance(_)
            | Fact::Other => {}
        }
        self
    }

    fn note(&mut self, said: &Said, fact: &CaseFact) {
        let publisher = &fact.attributes.source.agency;
        match said {
            Said::ReportFiled(filed) => {
                self.arrive(fact, Origin::Statutory(publisher.clone()), &filed.filed_to)
            }
            Said::RegisteredWithAuthority(said) => self.change(&said.report, Report::register),
            Said::PoliceAccepted(said) => self.change(&said.report, |report| {
                report.take(publisher);
                report.police = Police::Accepted;
            }),
            Said::CriminalCaseFiled(said) => {
                self.change(&said.report, |report| report.police = Police::CaseFiled)
            }
            Said::CaseFilingDeclined(said) => {
                self.change(&said.report, |report| report.police = Police::Declined)
            }
            Said::SuspectedCrimeTransferred(said) => {
                self.arrive(fact, Origin::Transferred, &said.to);
                self.change(fact.attributes.id.as_str(), |report| {
                    report.take(&said.to);
                    report.police = Police::Accepted;
                });
            }
            Said::EmergencyMeasuresTaken(_) | Said::EvidencePreserved(_) | Said::ProcuratorateNotified(_) => {
            }
        }
    }

    fn hear(&mut self, said: &Intake, fact: &CaseFact) {
        let source = &fact.attributes.source;
        match said {
            Intake::LeadReceived(lead) => self.arrive(fact, Origin::Lead, &lead.addressed_to),
            // The bus acknowledges only what follows from an acceptance, and that has moved the report.
            Intake::ReportAcknowledged(_) if source.is_bus() => {}
            Intake::ReportAcknowledged(said) => {
                self.change(&said.report, |report| report.take(&source.agency))
            }
            Intake::ReportForwarded(said) => {
                self.change(&said.report, |report| report.next = Some(said.to.clone()))
            }
            Intake::ReportReturned(said) => self.change(&said.report, |report| report.next = None),
            Intake::IndicatorAlertRaised(_)
            | Intake::ChildIdentified(_)
            | Intake::CaseOpened(_)
            | Intake::ReportsLinked(_)
            | Intake::ReportAbsorbed(_)
            | Intake::ReportsUnlinked(_)
            | Intake::LinkSettled(_) => {}
        }
    }

    fn arrive(&mut self, fact: &CaseFact, origin: Origin, addressee: &AgencyCode) {
        let holder = addressee.clone();
        let report = Report { origin, holder, acknowledged: false, next: None, police: Police::Waiting };
        self.reports.entry(fact.attributes.id.clone()).or_insert(report);
    }

    fn change(&mut self, report: &str, how: impl FnOnce(&mut Report)) {
        self.reports.get_mut(report).map(how);
    }
}
