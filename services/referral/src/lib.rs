//! Referral (转介): one agency asks another to act for a child, the other answers, and says what became of it.
//! The closed loop.
//!
//! A **referral** is known by the `id` of its `referral.made`. Its **addressee** first says that it has it on
//! its desk (`received`), then that it will act (`accepted`) or that it will not, and why (`returned`). Whoever
//! accepted ends the loop: `completed`, or `failed` with the reason. Until then the **sender** may take its
//! request back (`cancelled`). Who returns, or is no longer asked, leaves the case; who completed stays.
//! Agencies share the work under UCL 9 and 11; the law names no form for passing it on, and what is passed
//! on without an answer is lost. So each step is a fact of its own, taken in order and once.
//!
//! Only an open case refers: before that, a report is acknowledged or handed on (`intake`).
//!
//! Handled elsewhere: which roles may refer and be asked (the contracts); the time for an answer (the
//! clocks); the work itself (the agency's own system).

mod admit;
mod state;
#[cfg(test)]
mod tests;

pub use admit::Refusal;
pub use state::{Case, Phase, Request, State};

use jurisdiction::Rules;
use vocabulary::{CaseFact, Consequence, Proposed, Stage};

/// The stage.
pub struct Referral;

impl Stage<Rules> for Referral {
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
