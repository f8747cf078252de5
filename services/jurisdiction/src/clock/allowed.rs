//! How much time a clock rule allows.

use super::{Before, Word};

/// By when, for starting facts of this kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Properties of the starting fact.
    pub when: Vec<(String, Vec<Word>)>,
    /// The time allowed.
    pub time: Allowed,
}

/// The time allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Allowed {
    /// Clock hours, from the minute of the start.
    Hours(u16),
    /// Calendar days; the day of the start is not counted.
    Days(u16, LastDay),
    /// Working days; the day of the start is not counted.
    WorkingDays(u16),
    /// Calendar months; the day of the start is not counted.
    Months(u16, LastDay),
    /// Until the end of the day in this property of the starting fact, after which nothing is owed.
    Validity(String),
    /// At once: law gives no number and the region has set none.
    Immediately,
    /// Before this fact, whenever it comes.
    Before(Before),
}

/// What becomes of a last day on which offices do not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastDay {
    /// The next working day is the last (Criminal Procedure Law 105; Civil Procedure Law 85).
    NextWorkingDay,
    /// It stays: custody and validity are never longer than they are (Criminal Procedure Law 105).
    Fixed,
}
