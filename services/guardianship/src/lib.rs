//! Guardianship (监护): a child in danger is taken away, kept safe, and goes home when home is safe again.
//!
//! A child is **removed** (带离) by the police, **placed** (安置) with those who care for it, and **returned**
//! (送回) to its guardian. Meanwhile civil affairs may hold **temporary guardianship** (临时监护, UCL 92), and
//! a court may order somebody to keep away (**protection order**, 人身安全保护令; Anti-Domestic-Violence Law
//! 23 to 32), which is known by the `id` of its application.
//!
//! The stage exists because each of these steps takes something from a family, and each rests on one before:
//! no removal without a judgment of the danger, no placement without a signed handover, and no way home
//! before a conference has decided it and the guardian was found able again (UCL 93). A conference that
//! decides otherwise later, or an assessment that finds the guardian unable, closes the way again.
//!
//! The facts of this stage name no child: the children of a case are taken away, and go home, together.
//!
//! Handled elsewhere: the days within which each step must follow, and how long temporary guardianship may
//! last (the clocks); who comes to a conference and how it concludes (`case-conference`); visits after the
//! return (`follow-up`).

mod admit;
mod state;
#[cfg(test)]
mod tests;

pub use admit::Refusal;
pub use state::{Assessment, Case, Decision, Order, Safety, State, Stay, Temporary, Validity};

use jurisdiction::Rules;
use vocabulary::{CaseFact, Consequence, Proposed, Stage};

/// The stage.
pub struct Guardianship;

impl Stage<Rules> for Guardianship {
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
