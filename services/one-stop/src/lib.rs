//! One stop (一站式): a child who was harmed comes to one place and is asked once.
//!
//! A **session** is the appointment at that place: examination, sample, interview and support together. It is
//! known by the `id` of its scheduling. An **interview** belongs to a session; an **appropriate adult**
//! (合适成年人) stands beside the child where no guardian can.
//!
//! The stage exists because to tell it again is to live it again. UCL 110 to 112 say how a child is asked: an
//! adult beside it, a woman for a girl, recorded from beginning to end, once if possible. Each of these is a
//! condition of the interview here, not a remark after it. A child who cannot bear it now is asked later.
//!
//! An interview that names no child may have been with any child of the case, so it counts for each, and it
//! is led by a woman if one of them is a girl.
//!
//! Handled elsewhere: who may publish what (the contracts); samples, evidence and recordings themselves (the
//! agencies' own systems; the bus carries hashes); what the police make of the answers
//! (`mandatory-reporting`).

mod admit;
mod state;
#[cfg(test)]
mod tests;

pub use admit::Refusal;
pub use state::{Adult, Case, Further, Interview, Phase, Readiness, State};

use jurisdiction::Rules;
use vocabulary::{CaseFact, Consequence, Proposed, Stage};

/// The stage.
pub struct OneStop;

impl Stage<Rules> for OneStop {
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
