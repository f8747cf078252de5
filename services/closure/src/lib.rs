//! Closure (结案): a case ends only when nobody still owes the child anything.
//!
//! Whoever works on a case **proposes** to close it. Another agency **rejects** the proposal and says what is
//! unmet, or **closes** the case: nobody closes on a proposal of its own. It closes only when every condition
//! holds that the region's rules ask for that kind of closure (`closure.toml`). They are asked all at once, so that one
//! refusal names everything that is left to do.
//!
//! The conditions read what the whole history says is still owed, the [`Obligations`]: they fold the facts of all
//! stages, and of `justice`, which has no stage. They are asked as of the moment when the case closes, which is
//! never after the bus records it: a date in the future makes no follow-up longer.
//!
//! A closed case takes no more facts, except about its clocks and their supervision; the runtime asks [`closed`].
//!
//! Handled elsewhere: who may propose, reject and close (the contracts); what each condition is and by which law
//! (`jurisdiction`); that a visit takes place at all (the clocks).

mod admit;
mod gate;
mod obligations;
mod risk;
mod state;
#[cfg(test)]
mod tests;

pub use admit::Refusal;
pub use obligations::{Care, Obligations, Order, Report};
pub use risk::{Look, Risk};
pub use state::{Phase, Proposal, State};

use jurisdiction::Rules;
use vocabulary::{CaseFact, Consequence, Proposed, Stage};

/// The stage.
pub struct Closure;

impl Stage<Rules> for Closure {
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

/// Whether the case is closed: then no stage admits anything more.
pub fn closed(state: &State) -> bool {
    state.phase == Phase::Closed
}
