//! The calendar: on which days offices work. Weekends are free unless the notice of the State Council makes
//! one a working day, and a holiday is free whatever its weekday. A year that nobody has adopted is not a
//! year without holidays: it has no answer.

mod read;

use jiff::civil::{Date, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// The region has adopted no calendar for this year.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("no calendar is adopted for {0}")]
pub struct NoCalendar(pub i16);

/// The years that the region has adopted.
#[derive(Clone, Debug, Default)]
pub struct Calendar {
    years: BTreeMap<i16, Year>,
}

/// One year of the calendar.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Year {
    /// Which year it is.
    pub year: i16,
    /// Where its days are taken from.
    pub source: String,
    /// The notice is not out yet: whatever is counted with this year is a forecast.
    pub assumed: bool,
    /// Days off, weekends among them or not.
    pub holidays: BTreeSet<Date>,
    /// Saturdays and Sundays on which offices work (调休上班).
    pub workdays: BTreeSet<Date>,
}

impl Calendar {
    /// Whether offices work on that day.
    ///
    /// # Errors
    /// The year of the day is not adopted.
    pub fn working(&self, day: Date) -> Result<bool, NoCalendar> {
        let year = self.years.get(&day.year()).ok_or(NoCalendar(day.year()))?;
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        Ok(!year.holidays.contains(&day) && (!weekend || year.workdays.contains(&day)))
    }

    /// The year, if it is adopted.
    pub fn year(&self, year: i16) -> Option<&Year> {
        self.years.get(&year)
    }

    /// The adopted years, in order.
    pub fn years(&self) -> impl Iterator<Item = &Year> {
        self.years.values()
    }
}
