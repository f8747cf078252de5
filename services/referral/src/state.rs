//! What referral must remember of a history: whether it is a case, its children, its referrals, and who leads.

use std::collections::{BTreeMap, BTreeSet};
use vocabulary::case_conference::{CaseConference, Decision as Decided};
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::referral::{Arbitrated, Decision, Referral as Said};
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
    /// Who carries out the decisions of its conferences, by conference and label.
    pub decisions: BTreeMap<(String, String), AgencyCode>,
    /// Who leads the case.
    pub lead: Option<AgencyCode>,
    /// Who was offered the lead, by which fact, while it has not answered.
    pub lead_offer: Option<(EventId, AgencyCode)>,
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
    /// The agency that is asked; all of them, as long as nobody has claimed an open referral.
    pub to: Vec<AgencyCode>,
    /// How far it has come.
    pub phase: Phase,
    /// The referral of which it is a part.
    pub parent: Option<EventId>,
    /// The decision that it carries out, by conference and label.
    pub decision: Option<(String, String)>,
    /// Whether the sender has asked to end it, and waits for the answer.
    pub cancellation_asked: bool,
    /// Whether the coordinator has held its addressee to it: then it is not given back again.
    pub insisted: bool,
}

/// How far a referral has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Several agencies are asked, and none has claimed it.
    Offered,
    /// It is on its way.
    Made,
    /// The addressee has it on its desk.
    Received,
    /// The addressee has taken the work on.
    Accepted,
    /// The addressee is at work.
    InProgress,
    /// The addressee cannot go on for now.
    OnHold,
    /// The addressee has given it back, and the coordinator may decide on that.
    Returned,
    /// The coordinator has decided that it stays given back.
    ReturnStands,
    /// The addressee has ended the work.
    Completed,
    /// The addressee had taken the work on and could not do it.
    Failed,
    /// The sender has taken it back.
    Cancelled,
    /// It should never have been made.
    EnteredInError,
}

impl Phase {
    /// Every phase, in the order in which a referral meets them.
    pub const ALL: &[Self] = &[
        Self::Offered,
        Self::Made,
        Self::Received,
        Self::Accepted,
        Self::InProgress,
        Self::OnHold,
        Self::Returned,
        Self::ReturnStands,
        Self::Completed,
        Self::Failed,
        Self::Cancelled,
        Self::EnteredInError,
    ];

    /// Whether somebody has taken the work on and has not ended it.
    pub fn is_at_work(self) -> bool {
        matches!(self, Self::Accepted | Self::InProgress | Self::OnHold)
    }

    /// Whether nobody owes anything on it any more.
    pub fn is_over(self) -> bool {
        use Phase::{Cancelled, Completed, EnteredInError, Failed, ReturnStands, Returned};
        matches!(self, Returned | ReturnStands | Completed | Failed | Cancelled | EnteredInError)
    }
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
                self.lead = Some(opened.lead.clone());
                self.name(&opened.children);
            }
            Fact::MandatoryReporting(MandatoryReporting::ReportFiled(filed)) => self.name(&filed.children),
            Fact::CaseConference(CaseConference::Concluded(said)) => {
                let decided =
                    |one: &Decided| ((said.conference.clone(), one.decision.clone()), one.owner.clone());
                self.decisions.extend(said.decisions.iter().map(decided));
            }
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
                let parent = made.parent.as_deref().and_then(|id| self.requests.get_key_value(id));
                let parent = parent.map(|(id, _)| id.clone());
                let decision = made.conference.clone().zip(made.decision.clone());
                self.ask(fact, vec![made.to.clone()], Phase::Made, (parent, decision));
            }
            Said::Offered(offered) => self.ask(fact, offered.to.clone(), Phase::Offered, (None, None)),
            Said::Claimed(said) => self.step(&said.referral, |request| {
                (request.to, request.phase) = (vec![said.by.clone()], Phase::Accepted);
            }),
            Said::Received(said) => self.reach(&said.referral, Phase::Received),
            Said::Accepted(said) => self.reach(&said.referral, Phase::Accepted),
            Said::Returned(said) => self.reach(&said.referral, Phase::Returned),
            Said::Started(said) => self.reach(&said.referral, Phase::InProgress),
            Said::Held(said) => self.reach(&said.referral, Phase::OnHold),
            Said::Resumed(said) => self.reach(&said.referral, Phase::InProgress),
            Said::AppointmentMissed(_) => {} // the work goes on
            Said::Completed(said) => self.reach(&said.referral, Phase::Completed),
            Said::Failed(said) => self.reach(&said.referral, Phase::Failed),
            Said::Cancelled(said) => self.reach(&said.referral, Phase::Cancelled),
            Said::CancellationRequested(said) => self.step(&said.referral, |it| it.cancellation_asked = true),
            Said::CancellationAgreed(said) => self.reach(&said.referral, Phase::Cancelled),
            Said::CancellationRefused(said) => self.step(&said.referral, |it| it.cancellation_asked = false),
            Said::EnteredInError(said) => self.reach(&said.referral, Phase::EnteredInError),
            Said::Arbitrated(said) => self.step(&said.referral, |request| request.arbitrate(said)),
            Said::LeadOffered(said) => {
                self.lead_offer = Some((fact.attributes.id.clone(), said.to.clone()));
            }
            Said::LeadAccepted(said) => (self.lead, self.lead_offer) = (Some(said.lead.clone()), None),
            Said::LeadDeclined(_) => self.lead_offer = None,
        }
    }

    fn ask(
        &mut self,
        fact: &CaseFact,
        to: Vec<AgencyCode>,
        phase: Phase,
        (parent, decision): (Option<EventId>, Option<(String, String)>),
    ) {
        let from = fact.attributes.source.agency.clone();
        let request =
            Request { from, to, phase, parent, decision, cancellation_asked: false, insisted: false };
        self.requests.entry(fact.attributes.id.clone()).or_insert(request);
    }

    fn reach(&mut self, referral: &str, phase: Phase) {
        self.step(referral, |request| request.phase = phase);
    }

    fn step(&mut self, referral: &str, how: impl FnOnce(&mut Request)) {
        self.requests.get_mut(referral).map(how);
    }

    fn name<'c>(&mut self, children: impl IntoIterator<Item = &'c Child>) {
        self.children.extend(children.into_iter().map(|child| child.label.clone()));
    }
}

impl Request {
    fn arbitrate(&mut self, said: &Arbitrated) {
        let to = said.to.clone().into_iter();
        match said.decision {
            Decision::ReturnStands => self.phase = Phase::ReturnStands,
            Decision::Insisted => (self.phase, self.insisted) = (Phase::Made, true),
            Decision::Reassigned => (self.phase, self.to, self.insisted) = (Phase::Made, to.collect(), false),
        }
    }
}
