//! The breaches of a case that the bus has announced, and those that it has taken back.

use serde::{Deserialize, Serialize};
use vocabulary::Instant;
use vocabulary::governance::Governance;

/// A breach that was announced.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Breach {
    /// The rule of the clock.
    pub clock: String,
    /// Which instance.
    pub instance: String,
    /// From when on it was too late: an instance that starts again has another one.
    pub due: Instant,
    /// Whether a fact that was recorded late has shown that the clock had been met.
    pub rebutted: bool,
}

pub(super) fn note(breaches: &mut Vec<Breach>, said: &Governance) {
    match said {
        Governance::ClockBreached(said) => {
            let Ok(due) = Instant::parse(&said.due_at) else { return };
            let (clock, instance) = (said.clock.clone(), said.instance.clone());
            breaches.push(Breach { clock, instance, due, rebutted: false });
        }
        Governance::BreachRebutted(said) => {
            let Ok(due) = Instant::parse(&said.due_at) else { return };
            let same = |b: &&mut Breach| b.clock == said.clock && b.instance == said.instance && b.due == due;
            breaches.iter_mut().filter(same).for_each(|breach| breach.rebutted = true);
        }
        Governance::RuleFilePublished(_)
        | Governance::RulesAdopted(_)
        | Governance::AgencyTokenIssued(_)
        | Governance::Disclosed(_)
        | Governance::CoordinatorChanged(_)
        | Governance::BreachExplained(_)
        | Governance::BreakGlassUsed(_)
        | Governance::BreakGlassReviewed(_)
        | Governance::FactWithdrawn(_) // the fold is made again without the fact
        | Governance::DataCorrectionRecorded(_) => {}
    }
}
