//! What lengthens a clock: only what the rule names, on a ground of law that stands beside it.

use super::{Allowed, Basis, Mention};

/// Time that is not counted (such as that of an expert's examination).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pause {
    /// The fact from which time stands still.
    pub from: Mention,
    /// The fact from which it runs again.
    pub until: Mention,
    /// The law that leaves this time out.
    pub basis: Basis,
}

/// More time, granted while there was some left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Extension {
    /// The fact that grants it.
    pub by: Mention,
    /// How much.
    pub longer: Longer,
    /// The law that allows it.
    pub basis: Basis,
}

/// How much more time there is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Longer {
    /// So many calendar days on top.
    Days(u16),
    /// This time in all, from the start on.
    Total(Allowed),
    /// To the end of the day in this property of the fact that grants it.
    Until(String),
}
