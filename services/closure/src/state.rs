//! What closure must remember of a history: how far its end has come, and what is still owed.

use crate::obligations::Obligations;
use std::collections::BTreeMap;
use vocabulary::closure::{Closure as Said, ClosureType};
use vocabulary::follow_up::FollowUp;
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::{AgencyCode, CaseFact, EventId, Fact, Instant};

/// Facts without a type in Rust that end the watch over a case: somebody is worried again.
const WORRIES: [&str; 2] = ["follow-up.visit-concern-raised.v1", "guardianship.protection-order-violated.v1"];
/// What a visitor found who is worried.
const CONCERN: &str = "concern";

/// What closure remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// How far the end has come.
    pub phase: Phase,
    /// What is still owed.
    pub obligations: Obligations,
}

/// How far the end of a case has come.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Phase {
    /// Reports only: there is no case that could end.
    #[default]
    NotOpen,
    /// The case goes on.
    Open,
    /// Somebody proposes to close it.
    Proposed(Proposal),
    /// The closing is approved: the child is only looked after from here. It ends the watch when somebody is worried
    /// again.
    Watched(Proposal),
    /// It is closed, since when.
    Closed(Option<Instant>),
    /// Its file is sealed.
    Sealed,
}

/// A proposal to close, while the case has not closed on it.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposal {
    /// The `id` of its fact.
    pub id: EventId,
    /// Who proposes.
    pub by: AgencyCode,
    /// The kind of end.
    pub closure_type: ClosureType,
    /// When it was proposed.
    pub at: Option<Instant>,
    /// The last word of each agency that has said one: whether it agrees.
    pub words: BTreeMap<AgencyCode, bool>,
    /// Who approved it.
    pub approved_by: Option<AgencyCode>,
}

impl State {
    /// With one more fact.
    pub(crate) fn with(mut self, fact: &CaseFact) -> Self {
        if let Phase::Watched(_) = self.phase
            && self.worries(fact)
        {
            self.phase = Phase::Open;
        }
        match &fact.fact {
            Fact::Closure(said) => self.phase = self.phase.after(said, fact),
            Fact::Intake(Intake::CaseOpened(_)) if self.phase == Phase::NotOpen => self.phase = Phase::Open,
            _ => self.obligations.note(fact), // names every fact that it reads
        }
        self
    }

    /// Whether a fact ends the watch: a new report, a worried visitor, a higher grade than before.
    fn worries(&self, fact: &CaseFact) -> bool {
        match &fact.fact {
            Fact::Intake(Intake::IndicatorAlertRaised(_) | Intake::LeadReceived(_)) => true,
            Fact::MandatoryReporting(MandatoryReporting::ReportFiled(_)) => true,
            Fact::FollowUp(FollowUp::RiskGradeChanged(said)) => said.to > said.from,
            Fact::FollowUp(FollowUp::VisitRecorded(said)) => said.outcome == CONCERN,
            Fact::Other => WORRIES.contains(&fact.attributes.kind.as_str()),
            _ => false,
        }
    }
}

impl Phase {
    fn after(self, said: &Said, fact: &CaseFact) -> Self {
        let by = &fact.attributes.source.agency;
        match (said, self) {
            (Said::Proposed(said), _) => Self::Proposed(Proposal {
                id: fact.attributes.id.clone(),
                by: by.clone(),
                closure_type: said.closure_type,
                at: Instant::parse(&said.proposed_at).ok(),
                words: BTreeMap::new(),
                approved_by: None,
            }),
            (Said::Consented(_), phase) => phase.with_word(by, true),
            (Said::Objected(_), phase) => phase.with_word(by, false),
            (Said::Approved(_), Self::Proposed(proposal)) => {
                Self::Watched(Proposal { approved_by: Some(by.clone()), ..proposal })
            }
            (Said::Approved(_), phase) => phase,
            (Said::Rejected(_) | Said::Reopened(_), _) => Self::Open,
            (Said::Closed(said), _) => Self::Closed(Instant::parse(&said.closed_at).ok()),
            (Said::FileSealed(_), _) => Self::Sealed,
        }
    }

    fn with_word(mut self, by: &AgencyCode, agrees: bool) -> Self {
        if let Self::Proposed(proposal) | Self::Watched(proposal) = &mut self {
            proposal.words.insert(by.clone(), agrees);
        }
        self
    }
}
