//! What is still owed to a child, folded from the facts of all stages. Which of it must be settled before a case
//! closes is for the region's rules to say.

use crate::risk::{Look, Risk};
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::case_conference::CaseConference;
use vocabulary::follow_up::FollowUp;
use vocabulary::governance::Governance;
use vocabulary::guardianship::{Guardianship, ProtectionOrderDecided};
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::referral::Referral;
use vocabulary::{CaseFact, EventId, Fact, Instant};

/// The result of a conference to which too few came.
const INQUORATE: &str = "inquorate";
/// The reason for the end of a temporary guardianship that has a fact of its own, with its day.
const RETURNED: &str = "returned";
/// The outcome of a review that ends a protection order.
const REVOKED: &str = "revoked";
// Facts without a type in Rust.
/// The case was offered to another region.
const TRANSFER_OFFERED: &str = "closure.transfer-offered.v1";
/// The other region has taken it over; the property names the offer.
const TRANSFER_ACCEPTED: (&str, &str) = ("closure.transfer-accepted.v1", "transfer");
/// The reporter's unit was told.
const FEEDBACK: &str = "justice.reporter-feedback-sent.v1";
/// The police took an administrative case on.
const ADMINISTRATIVE_ACCEPTED: &str = "mandatory-reporting.administrative-case-accepted.v1";
/// The police decided the administrative case.
const ADMINISTRATIVE_DECIDED: &str = "mandatory-reporting.administrative-case-decided.v1";
/// The court has judged.
const JUDGED: &str = "justice.judgment-delivered.v1";
/// The procuratorate has decided whether to prosecute.
const PROSECUTION: &str = "justice.prosecution-decided.v1";
/// What ends the criminal case with that decision.
const NOT_PROSECUTED: &str = "not-prosecute";
/// What asks an agency for an answer, and what answers it: its type, and the property that names what it answers.
const ASKED: [(&str, &str, &str); 2] = [
    ("governance.supervision-notice-issued.v1", "governance.supervision-replied.v1", "notice"),
    ("governance.suggestion-issued.v1", "governance.suggestion-replied.v1", "suggestion"),
];

/// What is still owed.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Obligations {
    /// The latest safety assessment: when, and whether it found danger.
    pub safety: Option<(Instant, bool)>,
    /// How great the risk is, and who looked.
    pub risk: Risk,
    /// Whether the child was ever taken away.
    pub removed: bool,
    /// Who cares for the child.
    pub care: Care,
    /// Since when the child lives where it stays: its last return, or the end of a temporary guardianship in
    /// another way. Absent while it is away.
    pub settled: Option<Instant>,
    /// When the first plan was adopted.
    pub planned: Option<Instant>,
    /// The referrals whose loop is open, by the `id` of their making.
    pub referrals: BTreeSet<EventId>,
    /// The protection orders that are applied for or granted, by the `id` of the application.
    pub orders: BTreeMap<String, Order>,
    /// The links to other histories whose reporters wait for an answer, by their `id`.
    pub links: BTreeSet<EventId>,
    /// The statutory reports, by their `id`.
    pub reports: BTreeMap<EventId, Report>,
    /// Whether a conference that decided recorded how the child's view came in.
    pub child_view: bool,
    /// The clocks that were missed and not explained: clock, instance and due moment.
    pub breaches: BTreeSet<(String, String, String)>,
    /// The cases of justice that have not ended.
    pub justice: BTreeSet<Justice>,
    /// The tasks of plans that are not done.
    pub tasks: BTreeSet<String>,
    /// The decisions of conferences that became neither a referral nor a task, by conference and label.
    pub decisions: BTreeSet<(String, String)>,
    /// The decisions that became referrals, by the `id` of the referral.
    pub referred: BTreeMap<EventId, (String, String)>,
    /// The supervision notices and suggestions that wait for an answer, by their `id`.
    pub unanswered: BTreeSet<EventId>,
    /// The last offer of the case to another region.
    pub transfer: Option<Transfer>,
}

/// An offer of the case to another region.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Transfer {
    /// It waits, by the `id` of the offer.
    Offered(EventId),
    /// The other region has taken the case over.
    Accepted,
}

/// A kind of case of justice.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Justice {
    /// From its filing to a judgment, or to the decision not to prosecute. One on conditions goes on.
    Criminal,
    /// From its acceptance to its decision.
    Administrative,
}

/// Who cares for the child.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Care {
    /// Whoever did, or does for good.
    #[default]
    Settled,
    /// It was taken away, and others care for it.
    Away,
    /// Civil affairs is its guardian for a time.
    Temporary,
}

/// A protection order.
#[derive(Clone, Debug, PartialEq)]
pub enum Order {
    /// The court has not decided.
    Asked,
    /// It is granted: its last day, where it has one.
    Granted(Option<String>),
}

/// A statutory report, and what its reporter was told.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Report {
    /// Whether a criminal case was filed on it.
    pub filed: bool,
    /// The kinds of feedback sent.
    pub told: BTreeSet<String>,
}

impl Obligations {
    /// With one more fact.
    pub(crate) fn note(&mut self, fact: &CaseFact) {
        match &fact.fact {
            Fact::MandatoryReporting(said) => self.report(said, fact),
            Fact::Referral(said) => self.referral(said, fact),
            Fact::CaseConference(said) => self.conference(said),
            Fact::Guardianship(said) => self.guardianship(said, fact),
            Fact::FollowUp(said) => self.follow_up(said),
            Fact::Governance(said) => self.clock(said),
            Fact::Other => self.other(fact),
            Fact::Intake(Intake::ReportsLinked(_)) => drop(self.links.insert(fact.attributes.id.clone())),
            Fact::Intake(Intake::LinkSettled(said)) => drop(self.links.remove(&said.link)),
            Fact::Intake(_) | Fact::OneStop(_) | Fact::Closure(_) => {}
        }
    }

    fn report(&mut self, said: &MandatoryReporting, fact: &CaseFact) {
        match said {
            MandatoryReporting::ReportFiled(_) => {
                self.reports.entry(fact.attributes.id.clone()).or_default();
            }
            MandatoryReporting::CriminalCaseFiled(said) => {
                self.justice.insert(Justice::Criminal);
                if let Some(report) = self.reports.get_mut(said.report.as_str()) {
                    report.filed = true;
                }
            }
            _ => {}
        }
    }

    /// A fact without a type.
    fn other(&mut self, fact: &CaseFact) {
        let text = |name: &str| fact.clear.get(name).and_then(|value| value.as_str());
        match fact.attributes.kind.as_str() {
            FEEDBACK => self.feedback(fact),
            JUDGED => drop(self.justice.remove(&Justice::Criminal)),
            PROSECUTION if text("outcome") == Some(NOT_PROSECUTED) => {
                self.justice.remove(&Justice::Criminal);
            }
            TRANSFER_OFFERED => self.transfer = Some(Transfer::Offered(fact.attributes.id.clone())),
            kind if kind == TRANSFER_ACCEPTED.0 => self.take_over(text(TRANSFER_ACCEPTED.1)),
            ADMINISTRATIVE_ACCEPTED => drop(self.justice.insert(Justice::Administrative)),
            ADMINISTRATIVE_DECIDED => drop(self.justice.remove(&Justice::Administrative)),
            kind => {
                for (asks, answers, names) in ASKED {
                    if kind == asks {
                        self.unanswered.insert(fact.attributes.id.clone());
                    } else if kind == answers {
                        text(names).map(|asked| self.unanswered.remove(asked));
                    }
                }
            }
        }
    }

    /// Only the last offer is accepted: an earlier one was made to somebody else.
    fn take_over(&mut self, accepted: Option<&str>) {
        if let Some(Transfer::Offered(offer)) = &self.transfer
            && accepted == Some(offer.as_str())
        {
            self.transfer = Some(Transfer::Accepted);
        }
    }

    fn feedback(&mut self, fact: &CaseFact) {
        let text = |name: &str| fact.clear.get(name).and_then(|value| value.as_str());
        if let (Some(report), Some(kind)) = (text("report"), text("kind"))
            && let Some(report) = self.reports.get_mut(report)
        {
            report.told.insert(kind.to_owned());
        }
    }

    fn referral(&mut self, said: &Referral, fact: &CaseFact) {
        let ended = match said {
            Referral::Made(_) | Referral::Offered(_) => {
                self.referrals.insert(fact.attributes.id.clone());
                if let Referral::Made(said) = said
                    && let Some(decision) = said.conference.clone().zip(said.decision.clone())
                {
                    self.decisions.remove(&decision);
                    self.referred.insert(fact.attributes.id.clone(), decision);
                }
                return;
            }
            Referral::Arbitrated(said) => {
                if said.to.is_some() {
                    self.referrals.extend(EventId::parse(&said.referral).ok());
                }
                return;
            }
            Referral::CancellationAgreed(said) => &said.referral,
            Referral::EnteredInError(said) => &said.referral,
            Referral::Received(_)
            | Referral::Accepted(_)
            | Referral::Claimed(_)
            | Referral::Started(_)
            | Referral::Held(_)
            | Referral::Resumed(_)
            | Referral::AppointmentMissed(_)
            | Referral::CancellationRequested(_)
            | Referral::CancellationRefused(_)
            | Referral::LeadOffered(_)
            | Referral::LeadAccepted(_)
            | Referral::LeadDeclined(_) => return,
            Referral::Returned(said) => &said.referral,
            Referral::Completed(said) => &said.referral,
            Referral::Failed(said) => &said.referral,
            Referral::Cancelled(said) => &said.referral,
        };
        self.referrals.remove(ended.as_str());
        if let Referral::CancellationAgreed(_) | Referral::EnteredInError(_) | Referral::Cancelled(_) = said {
            self.decisions.extend(self.referred.remove(ended.as_str())); // nobody carries it out now
        }
    }

    fn conference(&mut self, said: &CaseConference) {
        match said {
            CaseConference::Convened(_) => {}
            CaseConference::Concluded(said) => {
                self.child_view |= said.result != INQUORATE;
                let decided =
                    said.decisions.iter().map(|one| (said.conference.clone(), one.decision.clone()));
                self.decisions.extend(decided);
            }
            CaseConference::PlanAdopted(said) => {
                self.planned = self.planned.or_else(|| Instant::parse(&said.adopted_at).ok());
                said.tasks.iter().for_each(|task| self.task(&task.task));
            }
            CaseConference::TaskAssigned(said) => {
                said.instead_of.as_ref().map(|task| self.tasks.remove(task));
                self.task(&said.task);
            }
            CaseConference::TaskCompleted(said) => drop(self.tasks.remove(&said.task)),
            CaseConference::Requested(_)
            | CaseConference::InvitationAnswered(_)
            | CaseConference::ReportSubmitted(_)
            | CaseConference::MinutesSent(_)
            | CaseConference::PlanRevised(_)
            | CaseConference::PositionStated(_)
            | CaseConference::DissentEscalated(_)
            | CaseConference::DissentSettled(_)
            | CaseConference::TaskAccepted(_)
            | CaseConference::TaskDeclined(_) => {}
        }
    }

    /// A task, which carries out a decision of the same label.
    fn task(&mut self, label: &str) {
        self.decisions.retain(|(_, decision)| decision != label);
        self.tasks.insert(label.to_owned());
    }

    fn guardianship(&mut self, said: &Guardianship, fact: &CaseFact) {
        match said {
            Guardianship::SafetyAssessed(said) => {
                let assessed = Instant::parse(&said.assessed_at).ok().map(|at| (at, said.danger_now));
                self.safety = self.safety.max(assessed); // two of one moment: danger is the greater
            }
            Guardianship::ChildRemoved(_)
            | Guardianship::PlacementHandedOver(_)
            | Guardianship::PlacementTransferredToKin(_) => self.take_away(Care::Away),
            Guardianship::AdoptionCompleted(said) => {
                self.care = Care::Settled;
                self.settled = Instant::parse(&said.registered_at).ok();
            }
            Guardianship::TemporaryGuardianshipStarted(_) => self.take_away(Care::Temporary),
            Guardianship::ChildReturned(said) => {
                // A temporary guardianship ends by its own fact.
                self.care = if self.care == Care::Temporary { Care::Temporary } else { Care::Settled };
                self.settled = Instant::parse(&said.returned_at).ok();
            }
            Guardianship::TemporaryGuardianshipEnded(said) => {
                self.care = Care::Settled;
                if said.end_reason != RETURNED {
                    self.settled = Instant::parse(&said.ended_at).ok();
                }
            }
            // A child with whom nobody stood in is settled by it; a temporary guardianship ends by its own fact.
            Guardianship::LongTermGuardianshipStarted(said) if self.care == Care::Away => {
                self.care = Care::Settled;
                self.settled = Instant::parse(&said.started_at).ok();
            }
            Guardianship::ProtectionOrderApplied(_) => {
                self.orders.insert(fact.attributes.id.to_string(), Order::Asked);
            }
            Guardianship::ProtectionOrderDecided(said) => self.order(said),
            Guardianship::ProtectionOrderExpired(said) => drop(self.orders.remove(&said.application)),
            Guardianship::ProtectionOrderExtended(said) => {
                let until = Order::Granted(Some(said.valid_to.clone()));
                self.orders.entry(said.application.clone()).and_modify(|order| *order = until);
            }
            Guardianship::ProtectionOrderReviewed(said) if said.outcome == REVOKED => {
                self.orders.remove(&said.application);
            }
            Guardianship::ProtectionOrderServed(_)
            | Guardianship::ProtectionOrderReviewed(_)
            | Guardianship::ReturnNoticeGiven(_)
            | Guardianship::LongTermGuardianshipStarted(_)
            | Guardianship::RevocationPetitioned(_)
            | Guardianship::RevocationDecided(_)
            | Guardianship::RestorationDecided(_)
            | Guardianship::GuardianshipAssessed(_)
            | Guardianship::GuardianNotifiedToCollect(_) => {}
        }
    }

    fn take_away(&mut self, care: Care) {
        self.removed = true;
        self.settled = None;
        if self.care != Care::Temporary {
            self.care = care;
        }
    }

    fn order(&mut self, said: &ProtectionOrderDecided) {
        match said.granted {
            true => drop(self.orders.insert(said.application.clone(), Order::Granted(said.valid_to.clone()))),
            false => drop(self.orders.remove(&said.application)),
        }
    }

    fn follow_up(&mut self, said: &FollowUp) {
        let (at, look) = match said {
            FollowUp::RiskGradeAssigned(said) => {
                let valid_until = said.valid_until.as_ref().and_then(|until| until.parse().ok());
                (&said.assigned_at, Look::Graded { grade: said.grade, valid_until })
            }
            FollowUp::RiskGradeChanged(said) => {
                (&said.changed_at, Look::Graded { grade: said.to, valid_until: None })
            }
            FollowUp::VisitRecorded(said) => (&said.visited_at, Look::Visited(said.grade)),
        };
        self.risk.note(Instant::parse(at).ok(), look);
    }

    fn clock(&mut self, said: &Governance) {
        match said {
            Governance::ClockBreached(said) => {
                self.breaches.insert((said.clock.clone(), said.instance.clone(), said.due_at.clone()));
            }
            Governance::BreachRebutted(said) => {
                self.breaches.remove(&(said.clock.clone(), said.instance.clone(), said.due_at.clone()));
            }
            // an explanation names no moment: it speaks of all misses of the instance so far
            Governance::BreachExplained(said) => {
                self.breaches
                    .retain(|(clock, instance, _)| (clock, instance) != (&said.clock, &said.instance));
            }
            _ => {}
        }
    }
}
