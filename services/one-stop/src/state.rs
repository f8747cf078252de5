//! What one-stop must remember of a history: its children, who stands beside them, and how often they were
//! asked.

use std::collections::BTreeSet;
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::one_stop::{CrisisCounsellingProvided, InterviewStarted, OneStop as Said};
use vocabulary::{CaseFact, Child, EventId, Fact, Instant};

/// What one-stop remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Whether the history is a case yet.
    pub case: Case,
    /// The labels of all children that anybody has named.
    pub children: BTreeSet<String>,
    /// Those among them that are girls.
    pub girls: BTreeSet<String>,
    /// The sessions, by the `id` of their scheduling.
    pub sessions: BTreeSet<EventId>,
    /// Whether an appropriate adult has been found.
    pub adult: Adult,
    /// What the last counselling said of an interview.
    pub readiness: Readiness,
    /// The interviews, in their order.
    pub interviews: Vec<Interview>,
    /// Whether a child may be asked once more.
    pub further: Further,
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

/// Whether an appropriate adult has been found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Adult {
    /// Not yet.
    #[default]
    Missing,
    /// Yes, and conflicts were checked.
    Appointed,
}

/// Whether an interview can be borne now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Readiness {
    /// Nobody has judged it.
    #[default]
    NotJudged,
    /// It can.
    Fit,
    /// It must wait.
    NotFit,
}

/// Whether a child may be asked once more.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Further {
    /// One interview is enough.
    #[default]
    NotJustified,
    /// Once: the next interview that needs it uses it up.
    Justified,
}

/// An interview of a child.
#[derive(Clone, Debug, PartialEq)]
pub struct Interview {
    /// The session that it belongs to.
    pub session: String,
    /// The label of the child, where the publisher gave one.
    pub child: Option<String>,
    /// When it began.
    pub started: Option<Instant>,
    /// How far it has come.
    pub phase: Phase,
}

/// How far an interview has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The child is being asked.
    Running,
    /// It has ended.
    Completed,
}

impl State {
    /// The interview that is running.
    pub fn running(&self) -> Option<&Interview> {
        self.interviews.iter().find(|interview| interview.phase == Phase::Running)
    }

    /// How often this child may have been asked, the running interview included. Whoever names no child
    /// asks about all of them.
    pub fn asked(&self, child: Option<&str>) -> usize {
        let concerns = |interview: &&Interview| match (interview.child.as_deref(), child) {
            (Some(one), Some(other)) => one == other,
            (None, _) | (_, None) => true,
        };
        self.interviews.iter().filter(concerns).count()
    }

    /// Whether this child is a girl; without a label, whether any child of the case is.
    pub fn girl(&self, child: Option<&str>) -> bool {
        child.map_or(!self.girls.is_empty(), |label| self.girls.contains(label))
    }

    /// With one more fact.
    pub(crate) fn with(mut self, fact: &CaseFact) -> Self {
        match &fact.fact {
            Fact::OneStop(said) => self.note(said, fact),
            Fact::Intake(Intake::IndicatorAlertRaised(alert)) => self.name(&alert.children),
            Fact::Intake(Intake::LeadReceived(lead)) => self.name(lead.children.iter().flatten()),
            Fact::Intake(Intake::CaseOpened(opened)) => {
                self.case = Case::Open;
                self.settle(&opened.children);
            }
            Fact::MandatoryReporting(MandatoryReporting::ReportFiled(filed)) => self.name(&filed.children),
            Fact::Intake(_)
            | Fact::MandatoryReporting(_)
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
        match said {
            Said::SessionScheduled(_) => {
                self.sessions.insert(fact.attributes.id.clone());
            }
            Said::AppropriateAdultAppointed(_) => self.adult = Adult::Appointed,
            Said::CrisisCounsellingProvided(said) => self.readiness = Readiness::of(said),
            Said::ForensicExamCompleted(_) => {}
            Said::InterviewStarted(said) => self.start(said),
            Said::InterviewCompleted(_) => {
                self.interviews.iter_mut().for_each(|interview| interview.phase = Phase::Completed);
            }
            Said::AdditionalInterviewJustified(_) => self.further = Further::Justified,
        }
    }

    fn start(&mut self, said: &InterviewStarted) {
        if self.asked(said.child.as_deref()) > 0 {
            self.further = Further::NotJustified; // used up
        }
        self.interviews.push(Interview {
            session: said.session.clone(),
            child: said.child.clone(),
            started: Instant::parse(&said.started_at).ok(),
            phase: Phase::Running,
        });
    }

    /// Reporters label children on their own: whom one of them called a girl stays one, whatever another says.
    fn name<'c>(&mut self, children: impl IntoIterator<Item = &'c Child>) {
        for child in children {
            self.children.insert(child.label.clone());
            if child.sex == "female" {
                self.girls.insert(child.label.clone());
            }
        }
    }

    /// The coordinator has seen all reports: its word decides who is a boy.
    fn settle(&mut self, children: &[Child]) {
        self.name(children);
        for boy in children.iter().filter(|child| child.sex == "male") {
            self.girls.remove(&boy.label);
        }
    }
}

impl Readiness {
    fn of(said: &CrisisCounsellingProvided) -> Self {
        if said.fit_for_interview { Self::Fit } else { Self::NotFit }
    }
}
