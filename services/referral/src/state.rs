//! What referral must remember of a history: whether it is a case, its children, and its referrals.

use std::collections::{BTreeMap, BTreeSet};
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::referral::Referral as Said;
use vocabulary::{AgencyCode, CaseFact, Child, EventId, Fact};

/// What referral remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Whether the history is a case yet.
    pub case: Case,
    /// The labels of all children that anybody has named.
    pub children: BTreeSet<String>,
    /// The referrals, by the `id` of their making.
    pub requests: BTreeMap<EventId, Request>,
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

/// One agency's request to another.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The agency that asks.
    pub from: AgencyCode,
    /// The agency that is asked.
    pub to: AgencyCode,
    /// How far it has come.
    pub phase: Phase,
}

/// How far a referral has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// It is on its way.
    Made,
    /// The addressee has it on its desk.
    Received,
    /// The addressee has taken the work on.
    Accepted,
    /// The addressee has given it back.
    Returned,
    /// The addressee has ended the work.
    Completed,
    /// The addressee had taken the work on and could not do it.
    Failed,
    /// The sender has taken it back.
    Cancelled,
}

impl State {
    /// With one more fact.
    pub(crate) fn with(mut self, fact: &CaseFact) -> Self {
        match &fact.fact {
            Fact::Referral(said) => self.note(said, fact),
            Fact::Intake(Intake::IndicatorAlertRaised(alert)) => self.name(&alert.children),
            Fact::Intake(Intake::LeadReceived(lead)) => self.name(lead.children.iter().flatten()),
            Fact::Intake(Intake::CaseOpened(opened)) => {
                self.case = Case::Open;
                self.name(&opened.children);
            }
            Fact::MandatoryReporting(MandatoryReporting::ReportFiled(filed)) => self.name(&filed.children),
            Fact::Intake(_)
            | Fact::MandatoryReporting(_)
            | Fact::OneStop(_)
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
        match said {
            Said::Made(made) => {
                let from = fact.attributes.source.agency.clone();
                let request = Request { from, to: made.to.clone(), phase: Phase::Made };
                self.requests.entry(fact.attributes.id.clone()).or_insert(request);
            }
            Said::Received(said) => self.reach(&said.referral, Phase::Received),
            Said::Accepted(said) => self.reach(&said.referral, Phase::Accepted),
            Said::Returned(said) => self.reach(&said.referral, Phase::Returned),
            Said::Completed(said) => self.reach(&said.referral, Phase::Completed),
            Said::Failed(said) => self.reach(&said.referral, Phase::Failed),
            Said::Cancelled(said) => self.reach(&said.referral, Phase::Cancelled),
        }
    }

    fn reach(&mut self, referral: &str, phase: Phase) {
        if let Some(request) = self.requests.get_mut(referral) {
            request.phase = phase;
        }
    }

    fn name<'c>(&mut self, children: impl IntoIterator<Item = &'c Child>) {
        self.children.extend(children.into_iter().map(|child| child.label.clone()));
    }
}
