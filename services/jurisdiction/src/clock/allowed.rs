//! How much time a clock rule allows.

use super::{Mention, Word};
use crate::risk::Cadence;
use jiff::civil::Date;

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
    /// To the end of the calendar period that follows the one of the start.
    Next(Period, LastDay),
    /// To the end of the next such day of a year; the day of the start is not counted.
    Each(YearDay, LastDay),
    /// To the end of this day, whenever it started.
    On(Date, LastDay),
    /// To the end of the day in this property of the starting fact.
    Date(String, LastDay),
    /// As often as the grade of the child asks for, by the region's scheme of risk.
    Cadence(Cadence),
    /// Until the end of the day in this property of the starting fact, after which nothing is owed.
    Validity(String),
    /// At once: law gives no number and the region has set none.
    Immediately,
    /// Before this fact, whenever it comes.
    Before(Mention),
    /// Whichever of these is over first.
    Earlier(Vec<Allowed>),
    /// Whichever of these is over last.
    Later(Vec<Allowed>),
}

impl Allowed {
    /// Whether a grade has a say.
    pub fn asks_grade(&self) -> bool {
        match self {
            Self::Cadence(_) => true,
            Self::Earlier(all) | Self::Later(all) => all.iter().any(Self::asks_grade),
            _ => false,
        }
    }
}

/// What becomes of a last day on which offices do not work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LastDay {
    /// The next working day is the last (Criminal Procedure Law 105; Civil Procedure Law 85).
    NextWorkingDay,
    /// It stays: custody and validity are never longer than they are (Criminal Procedure Law 105).
    Fixed,
}

/// A period of the calendar.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Period {
    /// From the first of a month to its last day.
    Month,
    /// Three months, from the first of January on.
    Quarter,
    /// Six months, from the first of January on.
    HalfYear,
    /// From the first of January to the last of December.
    Year,
}

impl Period {
    /// How many months it has.
    pub fn months(self) -> i8 {
        match self {
            Self::Month => 1,
            Self::Quarter => 3,
            Self::HalfYear => 6,
            Self::Year => 12,
        }
    }
}

/// A day that every year has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct YearDay {
    /// From 1 to 12.
    pub month: i8,
    /// From 1 to 31, and never the 29th of February.
    pub day: i8,
}
