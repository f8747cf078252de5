//! Referral (转介): one agency asks another to act for a child, the other answers, and says what became of it.
//! The closed loop.
//!
//! A **referral** is known by the `id` of its `referral.made`. Its **addressee** first says that it has it on
//! its desk (`received`), then that it will act (`accepted`) or that it will not, and why (`returned`). It begins
//! (`started`), may have to wait (`held`, `resumed`), notes an appointment that was not kept, and ends the loop:
//! `completed` with its outcome, or `failed` with the reason. The **sender** may take its request back (`cancelled`)
//! until the work has begun; then the other side has to agree. What should never have been made was `entered-in-error`.
//! On what was given back the coordinator decides (`arbitrated`): the return stands, the addressee is held to it, or
//! another agency is asked. Who returns, or is no longer asked, leaves the case; who completed stays.
//!
//! Several agencies are asked at once by an **open referral** (`offered`): the first that claims it has it. A referral
//! may be a **part** of one that its sender has taken on; the whole is not completed before its parts have ended. It may
//! **carry out a decision** of a conference: one at a time, by the agency that was decided on or, where that came to
//! nothing, by another. For a unit without software its street station acts, by the roster, and says for whom. The
//! **lead** of a case is offered, and moves when the other agency accepts it.
//!
//! Agencies share the work under UCL 9 and 11; the law names no form for passing it on, and what is passed
//! on without an answer is lost. So each step is a fact of its own, taken in order and once.
//!
//! Only an open case refers: before that, a report is acknowledged or handed on (`intake`).
//!
//! Handled elsewhere: which roles may refer and be asked (the contracts); the time for an answer (the
//! clocks); the work itself (the agency's own system).

mod admit;
mod state;
mod step;
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
