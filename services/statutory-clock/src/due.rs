//! Deadline arithmetic. The day of the start is not counted; a last day on which offices do not work moves to
//! the next working day, or stays, as the rule says (Criminal Procedure Law 105; Civil Procedure Law 85).

use crate::Mark;
use jiff::civil::Date;
use jiff::{SignedDuration, Span, Timestamp};
use jurisdiction::clock::{Allowed, LastDay};
use jurisdiction::{Calendar, NoCalendar, Rules};
use serde::{Deserialize, Serialize};
use vocabulary::Instant;

/// By when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Due {
    /// At this moment at the latest.
    By(Instant),
    /// Within this day of the region, which ends at this moment.
    Within(Date, Instant),
    /// Valid until the end of this day; then it expires, and nothing is owed.
    Valid(Date, Instant),
    /// Before this fact.
    Before(Mark),
    /// Before a fact that has not come yet.
    Pending,
    /// At once: there is no number.
    AtOnce,
}

/// Why a clock has no due date.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The count needs a year that the region has not adopted. Adopt its calendar.
    #[error(transparent)]
    NoCalendar(#[from] NoCalendar),
    /// The starting fact does not say until when.
    #[error("the starting fact has no date in `{0}`")]
    NoDate(String),
    /// No case of the rule fits the starting fact, or the count leaves the calendar that computers know.
    #[error("the rule gives no date for this start")]
    NoRule,
}

impl Due {
    /// Whether it is too late at that moment.
    pub fn passed(&self, at: Instant) -> bool {
        match self {
            Self::By(moment) => at > *moment,
            Self::Within(_, end) | Self::Valid(_, end) => at >= *end,
            Self::Before(fact) => at >= fact.time,
            Self::Pending | Self::AtOnce => false,
        }
    }

    /// The moment against which the margin is measured.
    pub fn moment(&self) -> Option<Instant> {
        match self {
            Self::By(moment) | Self::Within(_, moment) | Self::Valid(_, moment) => Some(*moment),
            Self::Before(fact) => Some(fact.time),
            Self::Pending | Self::AtOnce => None,
        }
    }

    /// The last day, where the limit is a day.
    pub fn day(&self) -> Option<Date> {
        match self {
            Self::Within(day, _) | Self::Valid(day, _) => Some(*day),
            Self::By(_) | Self::Before(_) | Self::Pending | Self::AtOnce => None,
        }
    }

    /// Whether it ends by itself, and is not missed then.
    pub fn expires(&self) -> bool {
        matches!(self, Self::Valid(..))
    }
}

/// When the time allowed is over that began at `start`, for all rules but validity and order.
pub(crate) fn count(allowed: &Allowed, start: Instant, rules: &Rules) -> Result<Due, Fault> {
    let (day, calendar) = (rules.local_date(start), rules.calendar());
    let within = |day: Date| Due::Within(day, rules.end_of(day));
    match *allowed {
        Allowed::Hours(hours) => Ok(Due::By(after_hours(start, hours))),
        Allowed::Days(days, last) => last_day(add(day, Span::new().days(days))?, last, calendar).map(within),
        Allowed::Months(months, last) => last_day(after_months(day, months)?, last, calendar).map(within),
        Allowed::WorkingDays(days) => working_days(day, days, calendar).map(within),
        Allowed::Immediately => Ok(Due::AtOnce),
        Allowed::Validity(_) | Allowed::Before(..) => Err(Fault::NoRule), // the fold looks at facts for these
    }
}

/// The same day so many months later; the last of the month where that month has no such day.
pub(crate) fn after_months(day: Date, months: u16) -> Result<Date, Fault> {
    add(day, Span::new().months(months))
}

/// The day so many days earlier.
pub(crate) fn days_before(day: Date, days: u16) -> Date {
    day.checked_sub(Span::new().days(days)).unwrap_or(Date::MIN)
}

fn add(day: Date, span: Span) -> Result<Date, Fault> {
    day.checked_add(span).map_err(|_| Fault::NoRule)
}

fn after_hours(start: Instant, hours: u16) -> Instant {
    let end = start.timestamp().checked_add(SignedDuration::from_hours(hours.into()));
    Instant::new(end.unwrap_or(Timestamp::MAX))
}

fn last_day(mut day: Date, last: LastDay, calendar: &Calendar) -> Result<Date, Fault> {
    while last == LastDay::NextWorkingDay && !calendar.working(day)? {
        day = add(day, Span::new().days(1))?;
    }
    Ok(day)
}

fn working_days(mut day: Date, days: u16, calendar: &Calendar) -> Result<Date, Fault> {
    let mut left = days;
    while left > 0 {
        day = add(day, Span::new().days(1))?;
        left -= u16::from(calendar.working(day)?);
    }
    Ok(day)
}
