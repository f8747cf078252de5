//! Effective dating. A row is ended, never deleted: what was decided under it must stay explicable.

use jiff::civil::Date;

/// How long a row of the rules holds, in days of the region.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Term {
    /// First day on which it holds.
    pub from: Date,
    /// First day on which it no longer holds; open where absent.
    pub until: Option<Date>,
}

impl Term {
    /// From the first day to the last.
    pub(crate) const ALWAYS: Self = Self { from: Date::MIN, until: None };

    /// Whether it holds on that day.
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && day < self.end()
    }

    /// Whether there is a day on which both hold.
    pub(crate) fn overlaps(&self, other: &Self) -> bool {
        self.from < other.end() && other.from < self.end()
    }

    /// Whether it holds on every day on which the other does.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        self.from <= other.from && other.end() <= self.end()
    }

    /// Whether it holds on any day at all.
    pub(crate) fn is_empty(&self) -> bool {
        self.end() <= self.from
    }

    fn end(&self) -> Date {
        self.until.unwrap_or(Date::MAX)
    }
}

/// Something that holds for a term, such as a role or a parent.
#[derive(Clone, Debug)]
pub struct Dated<T> {
    /// What holds.
    pub what: T,
    /// For how long.
    pub term: Term,
    /// The line of the rule file that says so, from 1.
    pub line: usize,
}

/// What holds on that day.
pub(crate) fn in_force<T>(dated: &[Dated<T>], day: Date) -> impl Iterator<Item = &T> {
    dated.iter().filter(move |row| row.term.holds(day)).map(|row| &row.what)
}

/// A day as rule files write it.
pub(crate) fn date(text: &str) -> Result<Date, &'static str> {
    let date = text.parse::<Date>().ok().filter(|date| date.to_string() == text);
    date.ok_or("not a date: expected YYYY-MM-DD")
}
