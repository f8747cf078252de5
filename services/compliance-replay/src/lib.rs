//! Compliance replay: walks a history again, fact by fact, under the rules of its day.
//!
//! A **replay** answers what a reviewer asks after the event: what did the case stand at after each fact, which
//! clocks did it start and stop, and under which version of the rules. It is a fold like the live views, made
//! again from the ledger, so that it cannot have been touched up; it changes nothing and asks no time.
//!
//! Who may see which step is decided where the replay is answered (`runtime`): here everything is in sight.

mod change;
#[cfg(test)]
mod tests;

pub use change::{Change, ClockChange, ClockEvent};

use agency_views::{Case, ClockRow};
use jurisdiction::Rules;
use vocabulary::{CaseFact, FactRef, Version};

/// One fact of a history and what it changed.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// The fact.
    pub fact: FactRef,
    /// Version of the rules that it was decided under.
    pub rules: Version,
    /// What the case stands at otherwise than before.
    pub changes: Vec<Change>,
    /// What happened to its clocks.
    pub clocks: Vec<ClockChange>,
}

/// Walks the facts of a history in order. Each fact is met under the rules that it was decided under; they
/// stand beside it, as many as there are facts.
pub fn walk(facts: &[CaseFact], rules: &[Rules]) -> Vec<Step> {
    let (mut case, mut clocks, mut steps) = (Case::default(), Vec::new(), Vec::new());
    for (place, (fact, rules)) in facts.iter().zip(rules).enumerate() {
        let before = case.clone();
        match fact.withdrawal() {
            Some(_) => case = Case::of(&facts[..=place]),
            None => case.evolve(fact),
        }
        let mut step = Step {
            fact: fact.at,
            rules: rules.version(),
            changes: change::changes(&before, &case),
            clocks: Vec::new(),
        };
        if statutory_clock::reads(fact, rules) {
            let now: Vec<ClockRow> =
                statutory_clock::clocks(&facts[..=place], rules).iter().map(ClockRow::of).collect();
            step.clocks = change::clock_changes(&clocks, &now);
            clocks = now;
        }
        steps.push(step);
    }
    steps
}
