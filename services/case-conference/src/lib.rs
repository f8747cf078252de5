//! Case conference (个案会商): the agencies of a case meet, decide, and plan for one child (一人一策).
//!
//! The coordinator **convenes** agencies (UCL 9), and the conference is **concluded** once, with its result, who
//! came, and how the child's view came in (UCL 19: the child is heard). Too few to decide is a result as well:
//! *inquorate*; how many are too few, and how often that may happen, is for the region to say. What it **decides**
//! beside the result has a label and an owner each, and becomes a referral or a task.
//!
//! Any agency may ask for one. Whoever was called answers and **reports beforehand**; the **minutes** go to those who
//! were called, and to no others. Afterwards they say whether they agree; a **dissent** is laid before those above, by
//! the ladder of the region, each once, until it is settled, and stops nothing meanwhile.
//!
//! A **plan** is adopted by a case that has decided something; it says which agency does what by when, so that
//! nothing of it is owed by nobody. Each **task** is taken on or declined by its owner, given to another when it was
//! declined, replaced by another task, and done.
//!
//! The coordinator chairs and may attend without an invitation; the others come because they were asked, for
//! attending opens the result to them.
//!
//! Handled elsewhere: who may convene (the contracts); by when a conference is due, and when a plan is looked at
//! again (the clocks); that a referral carries out a decision (`referral`), and that each was taken up before the case
//! closes (`closure`); what a return needs besides a decision (`guardianship`).

mod admit;
mod state;
#[cfg(test)]
mod tests;

pub use admit::Refusal;
pub use state::{Case, Conference, Dissent, Duty, DutyPhase, Phase, State};

use jurisdiction::Rules;
use vocabulary::{CaseFact, Consequence, Proposed, Stage};

/// The stage.
pub struct CaseConference;

impl Stage<Rules> for CaseConference {
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
