//! What stands of a history: a fact is never edited, but its publisher may withdraw it.
//!
//! From the withdrawal on, every fold reads the history as if the fact had never been said; up to there, it reads
//! as it was. What followed from the fact in its own record goes with it.

use crate::governance::{FactWithdrawn, Governance};
use crate::{CaseFact, EventId, Fact, Position};
use std::collections::BTreeSet;

impl CaseFact {
    /// The withdrawal of another fact, if it is one.
    pub fn withdrawal(&self) -> Option<&FactWithdrawn> {
        match &self.fact {
            Fact::Governance(Governance::FactWithdrawn(said)) => Some(said),
            _ => None,
        }
    }

    /// The `id` of the fact that this one withdraws or corrects: one of the same source.
    pub fn about_own(&self) -> Option<&EventId> {
        match &self.fact {
            Fact::Governance(Governance::FactWithdrawn(said)) => Some(&said.fact),
            Fact::Governance(Governance::DataCorrectionRecorded(said)) => Some(&said.fact),
            _ => None,
        }
    }

    /// Whether this fact withdraws that one: an agency takes back its own words and nobody else's.
    pub fn withdraws(&self, other: &Self) -> bool {
        self.withdrawal().is_some_and(|said| other.attributes.id == said.fact)
            && self.attributes.source == other.attributes.source
    }
}

/// The facts that stand at the end of these, in order: without those that were withdrawn, and without what the bus
/// said in the same record because of them.
pub fn standing<'f>(facts: impl IntoIterator<Item = &'f CaseFact>) -> Vec<&'f CaseFact> {
    let mut facts: Vec<&CaseFact> = facts.into_iter().collect();
    let gone = withdrawn(&facts);
    if !gone.is_empty() {
        facts.retain(|fact| !gone.contains(&fact.at.sequence));
    }
    facts
}

/// The records that were withdrawn.
pub fn withdrawn(facts: &[&CaseFact]) -> BTreeSet<Position> {
    let withdrawals = facts.iter().filter(|fact| fact.withdrawal().is_some());
    let records = withdrawals.flat_map(|by| facts.iter().filter(|fact| by.withdraws(fact)));
    records.map(|fact| fact.at.sequence).collect()
}
