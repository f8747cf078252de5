//! What intake must remember of a history: its reports, who holds each, and whether it is a case yet.

use std::collections::BTreeMap;
use vocabulary::intake::Intake as Said;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::{AgencyCode, CaseFact, EventId, Fact, HistoryId};

/// What intake remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// The reports and leads of the history, by their `id`.
    pub reports: BTreeMap<EventId, Report>,
    /// Whether it is a case yet.
    pub case: Case,
    /// The children of the case by their labels, each with the file that is kept of it, once that is known.
    pub children: BTreeMap<String, Option<HistoryId>>,
    /// The histories whose reports this one has taken over, by the `id` of the link.
    pub links: BTreeMap<EventId, Link>,
    /// The case that has taken over the reports of this one.
    pub absorbed: Option<Absorbed>,
}

/// A link to another history.
#[derive(Clone, Debug, PartialEq)]
pub struct Link {
    /// The other history.
    pub other: HistoryId,
    /// Whether its reporters are owed nothing more.
    pub settled: bool,
}

/// By which link a history was absorbed, and into which case.
#[derive(Clone, Debug, PartialEq)]
pub struct Absorbed {
    /// The `id` of the link.
    pub link: EventId,
    /// The case that goes on.
    pub primary: HistoryId,
}

/// Whether a history is a case yet.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Case {
    /// Reports only.
    #[default]
    NotOpen,
    /// The coordinator has opened it.
    Open,
}

/// A report or lead, and who must act on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Report {
    /// The agency that is responsible.
    pub holder: AgencyCode,
    /// Whether the holder has confirmed that it is. Once one holder has, each later one has too, because a
    /// report moves only by an acknowledgement.
    pub acknowledged: bool,
    /// Whom the report is handed on to, until that one acknowledges. Both may be asked meanwhile.
    pub next: Option<Next>,
}

/// Whom a report is handed on to.
#[derive(Clone, Debug, PartialEq)]
pub struct Next {
    /// The agency.
    pub agency: AgencyCode,
    /// The `id` of the fact that handed it on.
    pub by: EventId,
}

impl Report {
    /// Whether the agency is the one that the report is addressed to, or handed on to.
    pub fn is_for(&self, agency: &AgencyCode) -> bool {
        self.holder == *agency || self.next.as_ref().is_some_and(|next| next.agency == *agency)
    }

    /// Whether the agency holds the report and has said so.
    pub fn is_held_by(&self, agency: &AgencyCode) -> bool {
        self.acknowledged && self.holder == *agency
    }

    fn take(&mut self, agency: &AgencyCode) {
        self.next.take_if(|next| next.agency == *agency);
        self.holder = agency.clone();
        self.acknowledged = true;
    }
}

impl State {
    /// The links by which it still owes something to reporters of other histories.
    pub fn open_links(&self) -> impl Iterator<Item = (&EventId, &HistoryId)> {
        self.links.iter().filter(|(_, link)| !link.settled).map(|(id, link)| (id, &link.other))
    }

    /// With one more fact.
    pub(crate) fn with(mut self, fact: &CaseFact) -> Self {
        match &fact.fact {
            Fact::Intake(said) => self.note(said, fact),
            Fact::MandatoryReporting(MandatoryReporting::ReportFiled(filed)) => {
                self.arrive(fact, &filed.filed_to)
            }
            // Accepting is receiving (Opinion, art. 8).
            Fact::MandatoryReporting(MandatoryReporting::PoliceAccepted(accepted)) => {
                self.take(&accepted.report, &fact.attributes.source.agency);
            }
            Fact::MandatoryReporting(_)
            | Fact::OneStop(_)
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
        let source = &fact.attributes.source;
        match said {
            Said::IndicatorAlertRaised(_) => {}
            Said::LeadReceived(lead) => self.arrive(fact, &lead.addressed_to),
            // The bus acknowledges only what follows from an acceptance, and that has moved the report.
            Said::ReportAcknowledged(_) if source.is_bus() => {}
            Said::ReportAcknowledged(said) => self.take(&said.report, &source.agency),
            Said::ReportForwarded(forwarded) => {
                if let Some(report) = self.reports.get_mut(forwarded.report.as_str()) {
                    report.next = Some(Next { agency: forwarded.to.clone(), by: fact.attributes.id.clone() });
                }
            }
            Said::ReportReturned(said) => {
                if let Some(report) = self.reports.get_mut(said.report.as_str()) {
                    report.next = None;
                }
            }
            Said::CaseOpened(said) => {
                self.case = Case::Open;
                self.children = said.children.iter().map(|child| (child.label.clone(), None)).collect();
            }
            Said::ChildIdentified(said) => {
                self.children.insert(said.label.clone(), Some(said.file.clone()));
            }
            Said::ReportsLinked(said) => {
                let link = Link { other: said.other.clone(), settled: false };
                self.links.insert(fact.attributes.id.clone(), link);
            }
            Said::LinkSettled(said) => {
                self.links.entry(said.link.clone()).and_modify(|link| link.settled = true);
            }
            Said::ReportAbsorbed(said) => {
                let (link, primary) = (said.link.clone(), said.primary.clone());
                self.absorbed = Some(Absorbed { link, primary });
            }
            Said::ReportsUnlinked(_) => self.absorbed = None,
        }
    }

    fn arrive(&mut self, fact: &CaseFact, addressee: &AgencyCode) {
        let report = Report { holder: addressee.clone(), acknowledged: false, next: None };
        self.reports.entry(fact.attributes.id.clone()).or_insert(report);
    }

    fn take(&mut self, report: &str, agency: &AgencyCode) {
        if let Some(report) = self.reports.get_mut(report) {
            report.take(agency);
        }
    }
}
