//! The referrals of a case, as rows.

use super::known::happened;
use serde::{Deserialize, Serialize};
use vocabulary::referral::Referral as Said;
use vocabulary::{AgencyCode, CaseFact, EventId, Fact, FactRef, Instant};

/// How far a referral has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ReferralPhase {
    /// It is on its way.
    Made,
    /// The addressee has it on its desk.
    Received,
    /// The addressee has said that it will act.
    Accepted,
    /// The addressee has given it back.
    Returned,
    /// The work is done.
    Completed,
    /// The work came to nothing.
    Failed,
    /// The sender has taken it back.
    Cancelled,
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
    /// Who is asked.
    pub to: AgencyCode,
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
            Said::Made(made) => self.0.push(ReferralRow {
                id: fact.attributes.id.clone(),
                by: fact.at,
                last: fact.at,
                from: fact.attributes.source.agency.clone(),
                to: made.to.clone(),
                purpose: made.purpose.clone(),
                urgency: made.urgency.clone(),
                phase: ReferralPhase::Made,
                made: at,
                received: None,
                answered: None,
                ended: None,
                respond_by: made.respond_by.as_deref().and_then(|by| Instant::parse(by).ok()),
                outcome: None,
            }),
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

    fn step(&mut self, id: &str, at: FactRef, phase: ReferralPhase, note: impl FnOnce(&mut ReferralRow)) {
        if let Some(row) = self.0.iter_mut().find(|row| row.id.as_str() == id) {
            (row.phase, row.last) = (phase, at);
            note(row);
        }
    }
}
