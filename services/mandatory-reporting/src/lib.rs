//! Mandatory reporting (强制报告): the statutory report and what the police make of it.
//!
//! A unit that works with children and finds that one was harmed, or may be, must report at once (UCL 11;
//! Opinion 高检发〔2020〕9号, "the Opinion", art. 2 to 4). Its own **authority** (主管部门) has the report on
//! file (art. 5), the police **accept** it at once (art. 8), secure evidence (art. 9), and file a criminal
//! case where there is one. UCL 11(2) lets the reporter choose its **door**: police, civil affairs or
//! education. Which agencies are doors is a role of the roster, `report-door`, not a list in this program.
//!
//! The stage exists so that a report can be followed from the unit that made it to the officer who took it,
//! and so that a report that nobody took is seen. A lead that reached the police by another way is accepted
//! and becomes a criminal case alike; it has no reporting unit, so there is nothing to register. So does what an
//! administrative agency hands over with its file: the police have it by that. Each is decided on once, and a
//! decision not to file may still become a filing, never the other way round.
//!
//! Handled elsewhere: acknowledging and handing on (`intake`); the hours that a region allows (the clocks);
//! the investigation itself (the police's own systems).

mod admit;
mod state;
#[cfg(test)]
mod tests;

pub use admit::Refusal;
pub use state::{Origin, Police, Report, State};

use jurisdiction::Rules;
use vocabulary::{CaseFact, Consequence, Proposed, Stage};

/// The stage.
pub struct MandatoryReporting;

impl Stage<Rules> for MandatoryReporting {
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
