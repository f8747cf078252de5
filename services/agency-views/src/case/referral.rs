//! The referrals of a case, as rows.

use super::known::happened;
use serde::{Deserialize, Serialize};
use vocabulary::referral::{Arbitrated, Referral as Said};
use vocabulary::{AgencyCode, CaseFact, EventId, Fact, FactRef, Instant};

/// How far a referral has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferralPhase {
    /// Several agencies are asked, and none has claimed it.
    Offered,
    /// It is on its way.
    Made,
    /// The addressee has it on its desk.
    Received,
    /// The addressee has said that it will act.
    Accepted,
    /// The work has begun.
    InProgress,
    /// The work waits.
    OnHold,
    /// The addressee has given it back.
    Returned,
    /// The work is done.
    Completed,
    /// The work came to nothing.
    Failed,
    /// The sender has taken it back, or both sides have ended it.
    Cancelled,
    /// It should never have been made.
    EnteredInError,
}

/// One referral.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ReferralRow {
    /// The `id` of its making.
    pub id: EventId,
    /// The fact that made it.
    pub by: FactRef,
    /// The last fact about it.
    pub last: FactRef,
    /// Who asks.
    pub from: AgencyCode,
    /// Who is asked; nobody yet, as long as an open referral was not claimed.
    pub to: Option<AgencyCode>,
    /// Who may claim it.
    pub offered_to: Vec<AgencyCode>,
    /// The referral of which it is a part.
    pub parent: Option<String>,
    /// What for.
    pub purpose: String,
    /// Emergency, urgent or routine.
    pub urgency: String,
    /// How far it has come.
    pub phase: ReferralPhase,
    /// When it was made.
    pub made: Instant,
    /// When the addressee had it.
    pub received: Option<Instant>,
    /// When the addressee answered.
    pub answered: Option<Instant>,
    /// When the work ended.
    pub ended: Option<Instant>,
    /// When an answer is wanted.
    pub respond_by: Option<Instant>,
    /// How it ended, a code.
    pub outcome: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Referrals(Vec<ReferralRow>);

impl Referrals {
    pub(super) fn all(&self) -> &[ReferralRow] {
        &self.0
    }

    pub(super) fn evolve(&mut self, fact: &CaseFact) {
        let Fact::Referral(said) = &fact.fact else { return };
        let at = happened(fact);
        match said {
            Said::Made(made) => {
                let mut row = asked(fact, &made.purpose, &made.urgency, made.respond_by.as_deref());
                (row.to, row.parent) = (Some(made.to.clone()), made.parent.clone());
                self.0.push(row);
            }
            Said::Offered(offered) => {
                let mut row = asked(fact, &offered.purpose, &offered.urgency, offered.respond_by.as_deref());
                (row.phase, row.offered_to) = (ReferralPhase::Offered, offered.to.clone());
                self.0.push(row);
            }
            Said::Claimed(said) => self.step(&said.referral, fact.at, ReferralPhase::Accepted, |row| {
                (row.to, row.answered) = (Some(said.by.clone()), Some(at));
                row.offered_to.clear();
            }),
            Said::Started(said) => self.step(&said.referral, fact.at, ReferralPhase::InProgress, |_| {}),
            Said::Held(said) => self.step(&said.referral, fact.at, ReferralPhase::OnHold, |_| {}),
            Said::Resumed(said) => self.step(&said.referral, fact.at, ReferralPhase::InProgress, |_| {}),
            Said::CancellationAgreed(said) => {
                self.step(&said.referral, fact.at, ReferralPhase::Cancelled, |row| row.ended = Some(at));
            }
            Said::EnteredInError(said) => {
                self.step(&said.referral, fact.at, ReferralPhase::EnteredInError, |row| row.ended = Some(at));
            }
            Said::Arbitrated(said) => self.arbitrate(said, fact.at),
            Said::AppointmentMissed(_)
            | Said::CancellationRequested(_)
            | Said::CancellationRefused(_)
            | Said::LeadOffered(_)
            | Said::LeadAccepted(_)
            | Said::LeadDeclined(_) => {}
            Said::Received(said) => self.step(&said.referral, fact.at, ReferralPhase::Received, |row| {
                row.received = Some(at);
            }),
            Said::Accepted(said) => self.step(&said.referral, fact.at, ReferralPhase::Accepted, |row| {
                row.answered = Some(at);
            }),
            Said::Returned(said) => self.step(&said.referral, fact.at, ReferralPhase::Returned, |row| {
                (row.answered, row.outcome) = (Some(at), Some(said.reason_code.clone()));
            }),
            Said::Completed(said) => self.step(&said.referral, fact.at, ReferralPhase::Completed, |row| {
                (row.ended, row.outcome) = (Some(at), Some(said.outcome.clone()));
            }),
            Said::Failed(said) => self.step(&said.referral, fact.at, ReferralPhase::Failed, |row| {
                (row.ended, row.outcome) = (Some(at), Some(said.reason_code.clone()));
            }),
            Said::Cancelled(said) => self.step(&said.referral, fact.at, ReferralPhase::Cancelled, |row| {
                (row.ended, row.outcome) = (Some(at), Some(said.reason_code.clone()));
            }),
        }
    }

    /// Who is held to it, or asked instead, begins anew.
    fn arbitrate(&mut self, said: &Arbitrated, at: FactRef) {
        let Some(to) = &said.to else { return };
        self.step(&said.referral, at, ReferralPhase::Made, |row| {
            row.to = Some(to.clone());
            (row.received, row.answered, row.outcome) = (None, None, None);
        });
    }

    fn step(&mut self, id: &str, at: FactRef, phase: ReferralPhase, note: impl FnOnce(&mut ReferralRow)) {
        if let Some(row) = self.0.iter_mut().find(|row| row.id.as_str() == id) {
            (row.phase, row.last) = (phase, at);
            note(row);
        }
    }
}

/// A new row, of which nobody has heard yet.
fn asked(fact: &CaseFact, purpose: &str, urgency: &str, respond_by: Option<&str>) -> ReferralRow {
    ReferralRow {
        id: fact.attributes.id.clone(),
        by: fact.at,
        last: fact.at,
        from: fact.attributes.source.agency.clone(),
        to: None,
        offered_to: Vec::new(),
        parent: None,
        purpose: purpose.to_owned(),
        urgency: urgency.to_owned(),
        phase: ReferralPhase::Made,
        made: happened(fact),
        received: None,
        answered: None,
        ended: None,
        respond_by: respond_by.and_then(|by| Instant::parse(by).ok()),
        outcome: None,
    }
}
