//! Intake (接报): a lead or report arrives, somebody takes it in hand, and it becomes a case.
//!
//! A **lead** is what somebody told a hotline or an office; a **report** is what a unit must report by law
//! (UCL 11; Opinion 高检发〔2020〕9号). Both are known by the `id` of the fact that brought them. The
//! **holder** of a report is the agency that must act on it: first the one that it is addressed to.
//!
//! The stage exists because UCL 11(2) opens several doors, and some reports knock at the wrong one. Whoever
//! receives a report may hand it on, so that nobody asks the child again; but it stays responsible until the
//! next one acknowledges. No report may fall between two desks.
//!
//! Two reports may tell of the same child. Then one history is the **primary** and goes on for both, by a **link** that
//! names the other. The other is **absorbed**: its reporters are still answered there (Opinion, art. 10), and the link
//! may be undone there; it takes nothing else, so that no agency works on a file that nobody else reads. A history that
//! still owes an answer for another is not absorbed: no answer is owed along a chain. The bus tells each history what happened in the
//! other one, because a stage sees only its own.
//!
//! Handled elsewhere: what a statutory report must say, and what the police make of it
//! (`mandatory-reporting`); who may publish a type at all (the contracts); by when (the clocks).

mod admit;
mod state;
#[cfg(test)]
mod tests;

pub use admit::{Refusal, linkable, takes};
pub use state::{Absorbed, Case, Link, Report, State};

use jurisdiction::Rules;
use vocabulary::{CaseFact, Consequence, Proposed, Stage};

/// The stage.
pub struct Intake;

impl Stage<Rules> for Intake {
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
