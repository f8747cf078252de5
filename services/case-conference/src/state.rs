//! What this stage must remember of a history: whether it is a case, its conferences, and whether any of them
//! decided.

use std::collections::{BTreeMap, BTreeSet};
use vocabulary::case_conference::{CaseConference as Said, Concluded, Convened, TaskAssigned};
use vocabulary::intake::Intake;
use vocabulary::{AgencyCode, CaseFact, EventId, Fact, Instant};

/// The result of a conference to which too few came.
pub(crate) const INQUORATE: &str = "inquorate";

/// The position of an agency that does not agree.
const DISSENTS: &str = "dissents";

/// What it remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Whether the history is a case yet.
    pub case: Case,
    /// The conferences, by the `id` of their convening.
    pub conferences: BTreeMap<EventId, Conference>,
    /// How many conferences of each kind ended in a row because too few came.
    pub in_vain: BTreeMap<String, usize>,
    /// The dissents, by the `id` of the position.
    pub dissents: BTreeMap<EventId, Dissent>,
    /// The plans, by the `id` of their adoption, each with its tasks by their labels.
    pub plans: BTreeMap<EventId, BTreeMap<String, Duty>>,
}

/// An agency does not agree with what was decided.
#[derive(Clone, Debug, PartialEq)]
pub enum Dissent {
    /// It waits to be settled.
    Open {
        /// Before whom it was laid so far.
        levels: BTreeSet<String>,
    },
    /// It has come to its end.
    Settled,
}

/// A task of a plan.
#[derive(Clone, Debug, PartialEq)]
pub struct Duty {
    /// The agency that does it.
    pub owner: AgencyCode,
    /// How far it has come.
    pub phase: DutyPhase,
}

/// How far a task has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DutyPhase {
    /// It is given to its owner.
    Given,
    /// Its owner has taken it on.
    Accepted,
    /// Its owner has declined it: somebody else has to be found.
    Declined,
    /// It is done.
    Completed,
    /// Another task stands in its place.
    Replaced,
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

/// One conference.
#[derive(Clone, Debug, PartialEq)]
pub struct Conference {
    /// The agencies that were called.
    pub invited: BTreeSet<AgencyCode>,
    /// When it begins.
    pub at: Option<Instant>,
    /// Whether the child was to be heard.
    pub child_heard: bool,
    /// About one case, or about a question that several share.
    pub kind: String,
    /// How many of its kind in a row had ended because too few came when it was called.
    pub after: usize,
    /// How far it has come.
    pub phase: Phase,
}

/// How far a conference has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// The agencies are called.
    Convened,
    /// It ended without a decision: too few came.
    Inquorate,
    /// It ended with a decision.
    Decided,
}

impl State {
    /// Whether any conference of the case has decided something.
    pub fn decided(&self) -> bool {
        self.conferences.values().any(|conference| conference.phase == Phase::Decided)
    }

    /// With one more fact.
    pub(crate) fn with(mut self, fact: &CaseFact) -> Self {
        match &fact.fact {
            Fact::CaseConference(Said::Convened(said)) => self.convene(&fact.attributes.id, said),
            Fact::CaseConference(Said::Concluded(said)) => self.conclude(said),
            Fact::CaseConference(Said::PositionStated(said)) if said.position == DISSENTS => {
                let open = Dissent::Open { levels: BTreeSet::new() };
                self.dissents.entry(fact.attributes.id.clone()).or_insert(open);
            }
            Fact::CaseConference(
                Said::PositionStated(_)
                | Said::Requested(_)
                | Said::InvitationAnswered(_)
                | Said::ReportSubmitted(_)
                | Said::MinutesSent(_)
                | Said::PlanRevised(_),
            ) => {}
            Fact::CaseConference(Said::DissentEscalated(said)) => {
                if let Some(Dissent::Open { levels }) = self.dissents.get_mut(said.position.as_str()) {
                    levels.insert(said.level.clone());
                }
            }
            Fact::CaseConference(Said::DissentSettled(said)) => {
                if let Some(dissent) = self.dissents.get_mut(said.position.as_str()) {
                    *dissent = Dissent::Settled;
                }
            }
            Fact::CaseConference(Said::PlanAdopted(said)) => {
                let given = said.tasks.iter().map(|task| (task.task.clone(), Duty::of(&task.owner)));
                self.plans.insert(fact.attributes.id.clone(), given.collect());
            }
            Fact::CaseConference(Said::TaskAssigned(said)) => self.assign(said),
            Fact::CaseConference(Said::TaskAccepted(said)) => {
                self.reach(&said.plan, &said.task, DutyPhase::Accepted);
            }
            Fact::CaseConference(Said::TaskDeclined(said)) => {
                self.reach(&said.plan, &said.task, DutyPhase::Declined);
            }
            Fact::CaseConference(Said::TaskCompleted(said)) => {
                self.reach(&said.plan, &said.task, DutyPhase::Completed);
            }
            Fact::Intake(Intake::CaseOpened(_)) => self.case = Case::Open,
            Fact::Intake(_)
            | Fact::MandatoryReporting(_)
            | Fact::OneStop(_)
            | Fact::Referral(_)
            | Fact::Guardianship(_)
            | Fact::FollowUp(_)
            | Fact::Closure(_)
            | Fact::Governance(_)
            | Fact::Other => {}
        }
        self
    }

    fn assign(&mut self, said: &TaskAssigned) {
        if let Some(replaced) = &said.instead_of {
            self.reach(&said.plan, replaced, DutyPhase::Replaced);
        }
        if let Some(tasks) = self.plans.get_mut(said.plan.as_str()) {
            tasks.insert(said.task.clone(), Duty::of(&said.owner));
        }
    }

    fn reach(&mut self, plan: &str, task: &str, phase: DutyPhase) {
        if let Some(duty) = self.plans.get_mut(plan).and_then(|tasks| tasks.get_mut(task)) {
            duty.phase = phase;
        }
    }

    fn convene(&mut self, id: &EventId, said: &Convened) {
        let conference = Conference {
            invited: said.participants.iter().cloned().collect(),
            at: Instant::parse(&said.at).ok(),
            child_heard: said.child_heard,
            kind: said.kind.clone(),
            after: self.in_vain.get(&said.kind).copied().unwrap_or_default(),
            phase: Phase::Convened,
        };
        self.conferences.entry(id.clone()).or_insert(conference);
    }

    fn conclude(&mut self, said: &Concluded) {
        if let Some(conference) = self.conferences.get_mut(said.conference.as_str()) {
            let inquorate = said.result == INQUORATE;
            conference.phase = if inquorate { Phase::Inquorate } else { Phase::Decided };
            let in_vain = self.in_vain.entry(conference.kind.clone()).or_default();
            *in_vain = if inquorate { *in_vain + 1 } else { 0 };
        }
    }
}

impl Duty {
    fn of(owner: &AgencyCode) -> Self {
        Self { owner: owner.clone(), phase: DutyPhase::Given }
    }
}
