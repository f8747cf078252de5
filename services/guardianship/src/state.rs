//! What guardianship must remember of a history: where the child is, who is its guardian meanwhile, what
//! speaks for its way home, and the protection orders.

use std::collections::{BTreeMap, BTreeSet};
use vocabulary::case_conference::{CaseConference, Concluded};
use vocabulary::guardianship::{
    Guardianship as Said, GuardianshipAssessed, ProtectionOrderDecided, ProtectionOrderServed,
    RevocationDecided, SafetyAssessed, TemporaryGuardianshipEnded,
};
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::{CaseFact, EventId, Fact};

/// The outcome of a review that ends an order, and of a petition that takes guardianship away.
const REVOKED: &str = "revoked";
/// The outcome that gives guardianship back.
const RESTORED: &str = "restored";

/// What guardianship remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State {
    /// Whether the history is a case yet.
    pub case: Case,
    /// What the last safety assessment found where the child was then.
    pub safety: Safety,
    /// Whether measures were taken in an emergency since the child came home last.
    pub measures: bool,
    /// Where the child is.
    pub stay: Stay,
    /// Whether it has come home, and was not taken away since.
    pub returned: bool,
    /// Whether civil affairs is the guardian.
    pub temporary: Temporary,
    /// Whether civil affairs is the guardian for good.
    pub long_term: LongTerm,
    /// The protection orders, by the `id` of their application.
    pub orders: BTreeMap<EventId, Order>,
    /// What the court was asked about guardianship, by the `id` of the petition.
    pub petitions: BTreeMap<EventId, Petition>,
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

/// What the last safety assessment found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Safety {
    /// Nobody has looked, or not since the child came home.
    #[default]
    NotAssessed,
    /// No danger.
    Safe,
    /// The child is in danger where it is.
    Danger,
}

/// Where the child is.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Stay {
    /// With its family.
    #[default]
    Home,
    /// Taken away, and with the police.
    Removed,
    /// With those to whom it was handed over; and what was found since about its way home.
    Placed {
        /// What the conference wants.
        decision: Decision,
        /// The last assessment of the guardian.
        assessment: Option<Assessment>,
    },
}

/// What the conference wants for a child that is placed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// It has not decided that the child goes home, or has changed its mind.
    Stay,
    /// The child goes home.
    Return,
}

/// How able the guardian was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Assessment {
    /// Able, if need be with support.
    pub able: bool,
    /// The last day on which it may be relied on, as `YYYY-MM-DD`: text order is the order of days.
    pub valid_until: String,
}

/// Whether civil affairs is the guardian.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Temporary {
    /// No.
    #[default]
    NotRunning,
    /// Yes.
    Running,
    /// Yes, although the child has gone home meanwhile.
    ChildReturned,
}

/// Whether civil affairs is the guardian for good (UCL 94).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LongTerm {
    /// No.
    #[default]
    NotRunning,
    /// Yes.
    Running,
}

/// What the court was asked about guardianship.
#[derive(Clone, Debug, PartialEq)]
pub enum Petition {
    /// The court has not decided.
    Filed,
    /// The court has refused it, it was withdrawn, or what was taken away was given back since.
    Over,
    /// The court has taken guardianship away.
    Revoked {
        /// The `id` of the decision.
        decision: EventId,
        /// Whom the court appointed, as a kind.
        appointed: Option<String>,
    },
}

/// A protection order.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// The court has not decided.
    Applied,
    /// The court has refused it.
    Refused,
    /// The court has made it.
    Granted {
        /// Its last day, as `YYYY-MM-DD`.
        valid_to: String,
        /// On whom it was served.
        served_on: BTreeSet<String>,
        /// Whether it still holds.
        validity: Validity,
    },
}

/// Whether a protection order still holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Validity {
    /// Nobody has said that it is over.
    Holds,
    /// It has expired, or the court has revoked it.
    Over,
}

impl State {
    /// With one more fact.
    pub(crate) fn with(mut self, fact: &CaseFact) -> Self {
        match &fact.fact {
            Fact::Guardianship(said) => self.note(said, fact),
            Fact::Intake(Intake::CaseOpened(_)) => self.case = Case::Open,
            Fact::CaseConference(CaseConference::Concluded(said)) => self.decide(said),
            Fact::MandatoryReporting(MandatoryReporting::EmergencyMeasuresTaken(_)) => self.measures = true,
            Fact::Intake(_)
            | Fact::MandatoryReporting(_)
            | Fact::OneStop(_)
            | Fact::Referral(_)
            | Fact::CaseConference(_)
            | Fact::FollowUp(_)
            | Fact::Closure(_)
            | Fact::Governance(_)
            | Fact::Other => {}
        }
        self
    }

    fn note(&mut self, said: &Said, fact: &CaseFact) {
        match said {
            Said::SafetyAssessed(said) => self.safety = Safety::of(said),
            Said::ChildRemoved(_) => (self.stay, self.returned) = (Stay::Removed, false),
            Said::PlacementHandedOver(_) => self.place(),
            Said::TemporaryGuardianshipStarted(_) => self.temporary = Temporary::Running,
            Said::ProtectionOrderApplied(_) => {
                self.orders.entry(fact.attributes.id.clone()).or_insert(Order::Applied);
            }
            Said::ProtectionOrderDecided(said) => self.order(&said.application, |order| order.decide(said)),
            Said::ProtectionOrderServed(said) => self.order(&said.application, |order| order.serve(said)),
            Said::GuardianshipAssessed(said) => self.assess(said),
            Said::GuardianNotifiedToCollect(_) => {}
            Said::ChildReturned(_) => self.come_home(),
            Said::TemporaryGuardianshipEnded(said) => self.end(said),
            Said::ProtectionOrderExpired(said) => self.order(&said.application, Order::end),
            Said::ProtectionOrderExtended(said) => {
                self.order(&said.application, |order| order.extend(&said.valid_to))
            }
            Said::ProtectionOrderReviewed(said) if said.outcome == REVOKED => {
                self.order(&said.application, Order::end)
            }
            Said::ProtectionOrderReviewed(_) | Said::ReturnNoticeGiven(_) => {}
            Said::RevocationPetitioned(_) => {
                self.petitions.entry(fact.attributes.id.clone()).or_insert(Petition::Filed);
            }
            Said::RevocationDecided(said) => self.decide_on(said, &fact.attributes.id),
            Said::RestorationDecided(said) if said.outcome == RESTORED => self.restore(&said.revocation),
            Said::RestorationDecided(_) => {}
            Said::LongTermGuardianshipStarted(_) => self.long_term = LongTerm::Running,
            Said::PlacementTransferredToKin(_) => self.place(), // still away from home, and its way there still open
            Said::AdoptionCompleted(_) => {
                self.long_term = LongTerm::NotRunning;
                self.arrive();
            }
        }
    }

    /// A child that is moved on is still away for the same reason: what was found about its way home holds.
    fn place(&mut self) {
        if !matches!(self.stay, Stay::Placed { .. }) {
            self.stay = Stay::Placed { decision: Decision::Stay, assessment: None };
        }
    }

    fn decide(&mut self, said: &Concluded) {
        let Stay::Placed { decision, .. } = &mut self.stay else { return };
        match said.result.as_str() {
            "return" => *decision = Decision::Return,
            "stay" | "kin" | "petition" => *decision = Decision::Stay,
            _ => {} // a plan, or too few to decide: nothing new about where the child lives
        }
    }

    fn assess(&mut self, said: &GuardianshipAssessed) {
        if let Stay::Placed { assessment, .. } = &mut self.stay {
            let able = said.result_grade != "unable";
            *assessment = Some(Assessment { able, valid_until: said.valid_until.clone() });
        }
    }

    fn come_home(&mut self) {
        self.arrive(); // what was found before was found elsewhere
        self.returned = true;
        if self.temporary == Temporary::Running {
            self.temporary = Temporary::ChildReturned;
        }
    }

    fn end(&mut self, said: &TemporaryGuardianshipEnded) {
        self.temporary = Temporary::NotRunning;
        // Whoever lives with kin or a new guardian is not away from home, and may have to be taken away again.
        if matches!(said.end_reason.as_str(), "kin-care" | "other-guardian") {
            self.arrive();
        }
    }

    fn decide_on(&mut self, said: &RevocationDecided, decision: &EventId) {
        if let Some(petition) = self.petitions.get_mut(said.petition.as_str()) {
            *petition = if said.outcome == REVOKED {
                Petition::Revoked { decision: decision.clone(), appointed: said.new_guardian_kind.clone() }
            } else {
                Petition::Over
            };
        }
    }

    /// Whoever is guardian again is no longer stood in for.
    fn restore(&mut self, revocation: &str) {
        for petition in self.petitions.values_mut() {
            if let Petition::Revoked { decision, .. } = petition
                && decision.as_str() == revocation
            {
                *petition = Petition::Over;
                self.long_term = LongTerm::NotRunning;
            }
        }
    }

    fn arrive(&mut self) {
        (self.stay, self.safety, self.measures) = (Stay::Home, Safety::NotAssessed, false);
    }

    fn order(&mut self, application: &str, how: impl FnOnce(&mut Order)) {
        self.orders.get_mut(application).map(how);
    }
}

impl Safety {
    fn of(said: &SafetyAssessed) -> Self {
        if said.danger_now { Self::Danger } else { Self::Safe }
    }
}

impl Assessment {
    /// Whether the guardian was found able, in words that may be relied on that day (`YYYY-MM-DD`).
    pub fn speaks_for_a_return(&self, day: &str) -> bool {
        self.able && day <= self.valid_until.as_str()
    }
}

impl Order {
    fn decide(&mut self, said: &ProtectionOrderDecided) {
        *self = match &said.valid_to {
            Some(valid_to) if said.granted => Self::Granted {
                valid_to: valid_to.clone(),
                served_on: BTreeSet::new(),
                validity: Validity::Holds,
            },
            _ => Self::Refused, // nothing is granted without a last day
        };
    }

    fn serve(&mut self, said: &ProtectionOrderServed) {
        if let Self::Granted { served_on, .. } = self {
            served_on.extend(said.served_on.iter().cloned());
        }
    }

    fn end(&mut self) {
        if let Self::Granted { validity, .. } = self {
            *validity = Validity::Over;
        }
    }

    fn extend(&mut self, until: &str) {
        if let Self::Granted { valid_to, .. } = self {
            *valid_to = until.to_owned();
        }
    }
}
