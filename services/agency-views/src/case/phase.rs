//! How far a case has come: the one lifecycle beside its tracks.

use super::known::{Known, by_type};
use serde::{Deserialize, Serialize};
use std::fmt;
use vocabulary::case_conference::CaseConference;
use vocabulary::closure::Closure;
use vocabulary::guardianship::Guardianship;
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::{CaseFact, Fact};

/// The phases, in the order in which a case meets them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Phase {
    /// A report, lead or alert has come in.
    Received,
    /// Somebody has said that it holds the report.
    Acknowledged,
    /// The coordinator has opened the case.
    Open,
    /// A conference is called.
    Conference,
    /// The agencies have decided, and work by it.
    PlanActive,
    /// The child is home again, or settled: somebody goes and looks.
    FollowUp,
    /// It is proposed to end.
    ClosureReview,
    /// It has ended.
    Closed,
    /// Its file is sealed.
    Sealed,
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 9] = [
        Self::Received,
        Self::Acknowledged,
        Self::Open,
        Self::Conference,
        Self::PlanActive,
        Self::FollowUp,
        Self::ClosureReview,
        Self::Closed,
        Self::Sealed,
    ];
}

impl Phase {
    /// The code by which it is written everywhere.
    pub fn code(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Acknowledged => "acknowledged",
            Self::Open => "open",
            Self::Conference => "conference",
            Self::PlanActive => "plan-active",
            Self::FollowUp => "follow-up",
            Self::ClosureReview => "closure-review",
            Self::Closed => "closed",
            Self::Sealed => "sealed",
        }
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// The phase, and the one to which a case goes back when its end is turned down.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Phases {
    now: Option<Known<Phase>>,
    before_review: Option<Known<Phase>>,
}

impl Phases {
    pub(super) fn now(&self) -> Option<&Known<Phase>> {
        self.now.as_ref()
    }

    pub(super) fn evolve(&mut self, fact: &CaseFact) {
        match &fact.fact {
            Fact::Intake(
                Intake::IndicatorAlertRaised(_) | Intake::LeadReceived(_) | Intake::ReportForwarded(_),
            )
            | Fact::MandatoryReporting(MandatoryReporting::ReportFiled(_)) => {
                self.reach(Phase::Received, fact);
            }
            Fact::Intake(Intake::ReportAcknowledged(_))
            | Fact::MandatoryReporting(MandatoryReporting::PoliceAccepted(_)) => {
                self.reach(Phase::Acknowledged, fact);
            }
            Fact::Intake(Intake::CaseOpened(_)) => self.reach(Phase::Open, fact),
            Fact::Intake(
                Intake::ReportReturned(_)
                | Intake::ChildIdentified(_)
                | Intake::ReportsLinked(_)
                | Intake::ReportAbsorbed(_)
                | Intake::ReportsUnlinked(_)
                | Intake::LinkSettled(_),
            ) => {}
            Fact::CaseConference(CaseConference::Convened(_)) => {
                if self.now.as_ref().is_some_and(|now| now.value < Phase::FollowUp) {
                    self.become_(Phase::Conference, fact);
                }
            }
            Fact::CaseConference(CaseConference::Concluded(said)) if said.result == INQUORATE => {}
            Fact::CaseConference(CaseConference::Concluded(_) | CaseConference::PlanAdopted(_)) => {
                if self.now.as_ref().is_some_and(|now| now.value < Phase::FollowUp) {
                    self.become_(Phase::PlanActive, fact);
                }
            }
            Fact::CaseConference(
                CaseConference::Requested(_)
                | CaseConference::InvitationAnswered(_)
                | CaseConference::ReportSubmitted(_)
                | CaseConference::MinutesSent(_)
                | CaseConference::PlanRevised(_)
                | CaseConference::PositionStated(_)
                | CaseConference::DissentEscalated(_)
                | CaseConference::DissentSettled(_)
                | CaseConference::TaskAssigned(_)
                | CaseConference::TaskAccepted(_)
                | CaseConference::TaskDeclined(_)
                | CaseConference::TaskCompleted(_),
            ) => {}
            Fact::Guardianship(Guardianship::ChildReturned(_)) => self.become_(Phase::FollowUp, fact),
            Fact::Closure(said) => self.close(said, fact),
            Fact::MandatoryReporting(_)
            | Fact::OneStop(_)
            | Fact::Referral(_)
            | Fact::Guardianship(_)
            | Fact::FollowUp(_)
            | Fact::Governance(_)
            | Fact::Other => {}
        }
    }

    fn close(&mut self, said: &Closure, fact: &CaseFact) {
        match said {
            Closure::Proposed(_) => {
                self.before_review = self.now.take();
                self.become_(Phase::ClosureReview, fact);
            }
            Closure::Rejected(_) => {
                let before = self.before_review.take().map(|before| before.value);
                self.become_(before.unwrap_or(Phase::PlanActive), fact);
            }
            Closure::Consented(_) | Closure::Objected(_) => {}
            Closure::Approved(_) => self.become_(Phase::FollowUp, fact),
            Closure::Closed(_) => self.become_(Phase::Closed, fact),
            Closure::Reopened(_) => self.become_(Phase::Open, fact),
            Closure::FileSealed(_) => self.become_(Phase::Sealed, fact),
        }
    }

    /// A phase that is only reached from an earlier one: a second report does not send an open case back.
    fn reach(&mut self, phase: Phase, fact: &CaseFact) {
        if self.now.as_ref().is_none_or(|now| now.value < phase) {
            self.become_(phase, fact);
        }
    }

    fn become_(&mut self, phase: Phase, fact: &CaseFact) {
        self.now = Some(by_type(phase, fact));
    }
}

/// The contract's word for a conference to which too few came: it decides nothing.
pub(super) const INQUORATE: &str = "inquorate";
