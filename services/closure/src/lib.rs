//! Closure (结案): a case ends only when nobody still owes the child anything.
//!
//! Whoever works on a case **proposes** to close it. The other agencies of the case **consent** or **object**. One that
//! may, by the risk, **approves** the proposal: from then on the case is only watched, and is open again as soon as
//! somebody is worried. Another agency than the proposer **rejects** the proposal and says what is unmet, or **closes**
//! the case. It is approved and closes only when every condition holds that the region's rules ask for that kind of
//! closure (`closure.toml`). They are asked all at once, so that one refusal names everything that is left to do.
//!
//! A closed case is **reopened** when something has happened, as long as the region's rules say; later that is a new
//! case. Its file may be **sealed**.
//!
//! The conditions read what the whole history says is still owed, the [`Obligations`]: they fold the facts of all
//! stages, and of `justice`, which has no stage. Which clocks are open follows from the rules as well, so the runtime
//! says it ([`held_by`](Proposed::held_by)). The conditions are asked as of the moment when the case closes, which is
//! never after the bus records it: a date in the future makes no follow-up longer.
//!
//! What a closed or sealed case still takes, the runtime asks [`takes`].
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

pub use admit::{Refusal, open, takes};
pub use gate::reporters_answered;
pub use obligations::{Care, Justice, Obligations, Order, Report};
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
