//! What this stage must remember of a history: whether it is a case, its grade, and the grade last observed.

use vocabulary::follow_up::{FollowUp as Said, Grade};
use vocabulary::intake::Intake;
use vocabulary::{CaseFact, Fact};

/// What it remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Whether the history is a case yet.
    pub case: Case,
    /// The grade of the case, as it was assigned or last changed.
    pub grade: Option<Grade>,
    /// The grade as the last visitor saw it.
    pub observed: Option<Grade>,
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

impl State {
    /// With one more fact.
    pub(crate) fn with(mut self, fact: &CaseFact) -> Self {
        match &fact.fact {
            Fact::FollowUp(Said::RiskGradeAssigned(said)) => self.grade = Some(said.grade),
            Fact::FollowUp(Said::RiskGradeChanged(said)) => self.grade = Some(said.to),
            Fact::FollowUp(Said::VisitRecorded(said)) => self.observed = Some(said.grade),
            Fact::Intake(Intake::CaseOpened(_)) => self.case = Case::Open,
            Fact::Intake(_)
            | Fact::MandatoryReporting(_)
            | Fact::OneStop(_)
            | Fact::Referral(_)
            | Fact::CaseConference(_)
            | Fact::Guardianship(_)
            | Fact::Closure(_)
            | Fact::Governance(_)
            | Fact::Other => {}
        }
        self
    }
}
