//! What this stage must remember of a history.

use vocabulary::CaseFact;

/// What it remembers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct State;

impl State {
    /// With one more fact.
    pub(crate) fn with(self, _: &CaseFact) -> Self {
        self
    }
}
