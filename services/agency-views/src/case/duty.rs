//! What waits on whom: a fold of the questions that facts ask and the answers that other facts give.

use super::known::happened;
use super::phase::INQUORATE;
use serde::{Deserialize, Serialize};
use vocabulary::case_conference::CaseConference;
use vocabulary::closure::Closure;
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::referral::Referral;
use vocabulary::{AgencyCode, CaseFact, Fact, FactRef, Instant, Role};

/// What is to be done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum DutyKind {
    /// Say that the report has arrived, or hand it on.
    AcknowledgeReport,
    /// Open a case from the report, or conclude that there is none.
    OpenCase,
    /// Say that the referral has arrived.
    ReceiveReferral,
    /// Accept the referral or give it back.
    AnswerReferral,
    /// Do what was accepted, and say how it ended.
    CompleteReferral,
    /// Take an open referral on; the first that does has it.
    ClaimReferral,
    /// Agree that a referral ends whose work has begun, or say why not.
    AnswerCancellation,
    /// Take the lead of the case, or decline it.
    AnswerLeadOffer,
    /// Come to the conference.
    AttendConference,
    /// Hold the conference, and record what it decided.
    ConcludeConference,
    /// Say whether the case may end.
    DecideClosure,
    /// What a clock asks for.
    Clock,
}

/// Whose turn it is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Party {
    /// This agency.
    Agency(AgencyCode),
    /// Whoever holds the role on the day of the question, and has a part in the case.
    Role(Role),
}

/// Something that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Duty {
    /// What is to be done.
    pub kind: DutyKind,
    /// Whose turn it is.
    pub party: Party,
    /// What it is about: the `id` of a report, a referral, a conference, a proposal.
    pub about: String,
    /// The fact that asks.
    pub fact: FactRef,
    /// Since when.
    pub since: Instant,
    /// Until when, where the asking fact says so.
    pub until: Option<Instant>,
}

/// What waits; and what was set aside while another case has absorbed this one.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Duties(Vec<Duty>, Vec<Duty>);

impl Duties {
    pub(super) fn all(&self) -> &[Duty] {
        &self.0
    }

    pub(super) fn evolve(&mut self, fact: &CaseFact) {
        match &fact.fact {
            Fact::Intake(said) => self.intake(said, fact),
            Fact::MandatoryReporting(MandatoryReporting::ReportFiled(filed)) => {
                self.report(&filed.filed_to, fact);
            }
            Fact::MandatoryReporting(MandatoryReporting::PoliceAccepted(said)) => {
                self.acknowledged(&said.report, fact);
            }
            Fact::Referral(said) => self.referral(said, fact),
            Fact::CaseConference(said) => self.conference(said, fact),
            Fact::Closure(Closure::Proposed(_)) => {
                self.wait(DutyKind::DecideClosure, coordinator(), own_id(fact), fact, None);
            }
            Fact::Closure(Closure::Rejected(said)) => {
                self.done(DutyKind::DecideClosure, &said.proposal);
            }
            // Whatever was still open, such as the referrals of a case that goes on in another, waits no more.
            Fact::Closure(Closure::Closed(_)) => self.0.clear(),
            // It is watched from here; whether it closes is asked again when the follow-up is over.
            Fact::Closure(
                Closure::Consented(_)
                | Closure::Objected(_)
                | Closure::Approved(_)
                | Closure::Reopened(_)
                | Closure::FileSealed(_),
            ) => {}
            Fact::MandatoryReporting(_)
            | Fact::OneStop(_)
            | Fact::Guardianship(_)
            | Fact::FollowUp(_)
            | Fact::Governance(_)
            | Fact::Other => {}
        }
    }

    fn intake(&mut self, said: &Intake, fact: &CaseFact) {
        match said {
            Intake::LeadReceived(lead) => self.report(&lead.addressed_to, fact),
            // The first receiver stays responsible until the next one acknowledges: both are waited for.
            Intake::ReportForwarded(said) => {
                let to = Party::Agency(said.to.clone());
                self.wait(DutyKind::AcknowledgeReport, to, &said.report, fact, None);
            }
            Intake::ReportAcknowledged(said) => self.acknowledged(&said.report, fact),
            Intake::CaseOpened(said) => {
                for report in &said.reports {
                    self.done(DutyKind::OpenCase, report);
                }
            }
            // Its reports are taken up in the other case: nobody opens one here, unless the link is undone.
            Intake::ReportAbsorbed(_) => {
                self.1.extend(self.0.extract_if(.., |duty| duty.kind == DutyKind::OpenCase));
            }
            Intake::ReportsUnlinked(_) => self.0.append(&mut self.1),
            Intake::ReportReturned(said) => {
                let next = Party::Agency(fact.attributes.source.agency.clone());
                self.0.retain(|duty| {
                    duty.kind != DutyKind::AcknowledgeReport
                        || duty.about != said.report
                        || duty.party != next
                });
            }
            Intake::ChildIdentified(_)
            | Intake::IndicatorAlertRaised(_)
            | Intake::ReportsLinked(_)
            | Intake::LinkSettled(_) => {}
        }
    }

    fn report(&mut self, to: &AgencyCode, fact: &CaseFact) {
        let to = Party::Agency(to.clone());
        self.wait(DutyKind::AcknowledgeReport, to, own_id(fact), fact, None);
    }

    fn acknowledged(&mut self, report: &str, fact: &CaseFact) {
        let waited = self.done(DutyKind::AcknowledgeReport, report);
        if waited {
            self.wait(DutyKind::OpenCase, coordinator(), report, fact, None);
        }
    }

    fn referral(&mut self, said: &Referral, fact: &CaseFact) {
        match said {
            Referral::Made(made) => {
                let until = made.respond_by.as_deref().and_then(|by| Instant::parse(by).ok());
                let to = Party::Agency(made.to.clone());
                self.wait(DutyKind::ReceiveReferral, to, own_id(fact), fact, until);
            }
            Referral::Offered(offered) => {
                let until = offered.respond_by.as_deref().and_then(|by| Instant::parse(by).ok());
                for agency in &offered.to {
                    let agency = Party::Agency(agency.clone());
                    self.wait(DutyKind::ClaimReferral, agency, own_id(fact), fact, until);
                }
            }
            Referral::Claimed(said) => {
                self.done(DutyKind::ClaimReferral, &said.referral);
                let by = Party::Agency(said.by.clone());
                self.wait(DutyKind::CompleteReferral, by, &said.referral, fact, None);
            }
            Referral::CancellationRequested(said) => {
                let doing = self.0.iter().find(|duty| duty.about == said.referral);
                if let Some(party) = doing.map(|duty| duty.party.clone()) {
                    self.wait(DutyKind::AnswerCancellation, party, &said.referral, fact, None);
                }
            }
            Referral::CancellationRefused(said) => {
                self.done(DutyKind::AnswerCancellation, &said.referral);
            }
            Referral::CancellationAgreed(said) => self.ended(&said.referral),
            Referral::EnteredInError(said) => self.ended(&said.referral),
            Referral::Arbitrated(said) => {
                if let Some(to) = &said.to {
                    let to = Party::Agency(to.clone());
                    self.wait(DutyKind::ReceiveReferral, to, &said.referral, fact, None);
                }
            }
            Referral::LeadOffered(said) => {
                let to = Party::Agency(said.to.clone());
                self.wait(DutyKind::AnswerLeadOffer, to, own_id(fact), fact, None);
            }
            Referral::LeadAccepted(said) => drop(self.done(DutyKind::AnswerLeadOffer, &said.offer)),
            Referral::LeadDeclined(said) => drop(self.done(DutyKind::AnswerLeadOffer, &said.offer)),
            // the work goes on, and is waited for as before
            Referral::Started(_)
            | Referral::Held(_)
            | Referral::Resumed(_)
            | Referral::AppointmentMissed(_) => {}
            Referral::Received(said) => self.next(&said.referral, DutyKind::AnswerReferral, fact),
            Referral::Accepted(said) => self.next(&said.referral, DutyKind::CompleteReferral, fact),
            Referral::Returned(said) => self.ended(&said.referral),
            Referral::Completed(said) => self.ended(&said.referral),
            Referral::Failed(said) => self.ended(&said.referral),
            Referral::Cancelled(said) => self.ended(&said.referral),
        }
    }

    /// The addressee of a referral goes on to its next step.
    fn next(&mut self, referral: &str, kind: DutyKind, fact: &CaseFact) {
        let Some(before) = self.over(referral) else { return };
        self.wait(kind, before.party, referral, fact, before.until);
    }

    /// A referral has ended: nobody is waited for on it.
    fn ended(&mut self, referral: &str) {
        self.over(referral);
        self.done(DutyKind::ClaimReferral, referral);
        self.done(DutyKind::AnswerCancellation, referral);
    }

    /// A referral waits for its next step no more. Answers what it waited for.
    fn over(&mut self, referral: &str) -> Option<Duty> {
        let of = |duty: &Duty| {
            duty.about == referral
                && matches!(
                    duty.kind,
                    DutyKind::ReceiveReferral | DutyKind::AnswerReferral | DutyKind::CompleteReferral
                )
        };
        let place = self.0.iter().position(of)?;
        Some(self.0.remove(place))
    }

    fn conference(&mut self, said: &CaseConference, fact: &CaseFact) {
        match said {
            CaseConference::Convened(said) => {
                // one that too few came to is called again by this: it has no hour, as every other one has
                self.0.retain(|duty| duty.kind != DutyKind::ConcludeConference || duty.until.is_some());
                let at = Instant::parse(&said.at).ok();
                for agency in &said.participants {
                    let agency = Party::Agency(agency.clone());
                    self.wait(DutyKind::AttendConference, agency, own_id(fact), fact, at);
                }
                self.wait(DutyKind::ConcludeConference, coordinator(), own_id(fact), fact, at);
            }
            CaseConference::Concluded(said) => {
                self.done(DutyKind::AttendConference, &said.conference);
                self.done(DutyKind::ConcludeConference, &said.conference);
                if said.result == INQUORATE {
                    // it decided nothing: the coordinator calls it again
                    self.wait(DutyKind::ConcludeConference, coordinator(), &said.conference, fact, None);
                }
            }
            CaseConference::Requested(_)
            | CaseConference::InvitationAnswered(_)
            | CaseConference::ReportSubmitted(_)
            | CaseConference::MinutesSent(_)
            | CaseConference::PlanRevised(_)
            | CaseConference::PositionStated(_)
            | CaseConference::DissentEscalated(_)
            | CaseConference::DissentSettled(_)
            | CaseConference::PlanAdopted(_)
            | CaseConference::TaskAssigned(_)
            | CaseConference::TaskAccepted(_)
            | CaseConference::TaskDeclined(_)
            | CaseConference::TaskCompleted(_) => {}
        }
    }

    fn wait(&mut self, kind: DutyKind, party: Party, about: &str, fact: &CaseFact, until: Option<Instant>) {
        let (about, since) = (about.to_owned(), happened(fact));
        self.0.push(Duty { kind, party, about, fact: fact.at, since, until });
    }

    /// Whether anybody had been waited for.
    fn done(&mut self, kind: DutyKind, about: &str) -> bool {
        let before = self.0.len();
        self.0.retain(|duty| duty.kind != kind || duty.about != about);
        self.0.len() < before
    }
}

fn own_id(fact: &CaseFact) -> &str {
    fact.attributes.id.as_str()
}

/// The role that opens, convenes and decides on closure (UCL 9); which agency holds it is the roster's matter.
fn coordinator() -> Party {
    Party::Role(Role::coordinator())
}
