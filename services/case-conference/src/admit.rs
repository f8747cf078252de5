//! Who may make what true, and when.

use crate::state::State;
use jurisdiction::Rules;
use vocabulary::{Consequence, Proposed};

pub(crate) fn admit(_: &State, _: &Proposed, _: &Rules) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    Ok(Vec::new())
}
