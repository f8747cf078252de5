//! Follow-up (随访): how great the risk to a child is, and who goes and looks.
//!
//! A **grade** says how great the risk is. The *grade of the case* is **assigned** once, and **changed** from
//! what it is; a lower one takes two people, because one can be deceived. Assigning the same grade again is how a
//! reassessment says that nothing changed.
//!
//! A **visit** says what one visitor saw, as the *observed grade*. It never lowers the grade of the case: a good
//! impression at the door becomes a lower grade by `risk-grade-changed`, with its two assessors. Closure reads
//! both, and takes the higher one: what a visitor saw may hold a case open, and never closes it.
//!
//! A grade may be given before the case is opened, since screening asks for it; visits belong to an open case.
//!
//! Handled elsewhere: how often somebody visits, and by when (the clocks); what a grade calls for (the plan);
//! whether the follow-up has lasted long enough (`closure`).

mod admit;
mod state;
#[cfg(test)]
mod tests;

pub use admit::Refusal;
pub use state::{Case, State};

use jurisdiction::Rules;
use vocabulary::{CaseFact, Consequence, Proposed, Stage};

/// The stage.
pub struct FollowUp;

impl Stage<Rules> for FollowUp {
    type State = State;

    fn evolve(state: State, fact: &CaseFact) -> State {
        state.with(fact)
    }

    fn admit(
        state: &State,
        proposed: &Proposed,
        rules: &Rules,
    ) -> Result<Vec<Consequence>, vocabulary::Refusal> {
        admit::admit(state, proposed, rules)
    }
}
