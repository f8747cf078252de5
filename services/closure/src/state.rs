//! What closure must remember of a history: how far its end has come, and what is still owed.

use crate::obligations::Obligations;
use vocabulary::closure::{Closure as Said, ClosureType};
use vocabulary::intake::Intake;
use vocabulary::{AgencyCode, CaseFact, EventId, Fact, Instant};

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
    /// It is closed.
    Closed,
}

/// A proposal to close, while nobody has answered it.
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
}

impl State {
    /// With one more fact.
    pub(crate) fn with(mut self, fact: &CaseFact) -> Self {
        match &fact.fact {
            Fact::Closure(said) => self.phase = self.phase.after(said, fact),
            Fact::Intake(Intake::CaseOpened(_)) if self.phase == Phase::NotOpen => self.phase = Phase::Open,
            _ => self.obligations.note(fact), // names every fact that it reads
        }
        self
    }
}

impl Phase {
    fn after(self, said: &Said, fact: &CaseFact) -> Self {
        match said {
            Said::Proposed(said) => Self::Proposed(Proposal {
                id: fact.attributes.id.clone(),
                by: fact.attributes.source.agency.clone(),
                closure_type: said.closure_type,
                at: Instant::parse(&said.proposed_at).ok(),
            }),
            Said::Rejected(_) => Self::Open,
            Said::Closed(_) => Self::Closed,
        }
    }
}
