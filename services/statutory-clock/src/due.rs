//! Deadline arithmetic. The day of the start is not counted; a last day on which offices do not work moves to
//! the next working day, or stays, as the rule says (Criminal Procedure Law 105; Civil Procedure Law 85).

use crate::Mark;
use crate::matching::date_in;
use jiff::civil::{Date, date};
use jiff::{SignedDuration, Span, Timestamp};
use jurisdiction::clock::{Allowed, LastDay, Period, YearDay};
use jurisdiction::{Calendar, NoCalendar, Rules};
use serde::{Deserialize, Serialize};
use vocabulary::{CaseFact, Instant};

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
    /// Time stands still since this fact, so nobody can say yet.
    Paused(Mark),
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
            Self::Pending | Self::AtOnce | Self::Paused(_) => false,
        }
    }

    /// The moment against which the margin is measured.
    pub fn moment(&self) -> Option<Instant> {
        match self {
            Self::By(moment) | Self::Within(_, moment) | Self::Valid(_, moment) => Some(*moment),
            Self::Before(fact) => Some(fact.time),
            Self::Pending | Self::AtOnce | Self::Paused(_) => None,
        }
    }

    /// The first moment at which it is too late.
    pub fn late_from(&self) -> Option<Instant> {
        match self {
            Self::By(moment) => {
                let next = moment.timestamp().checked_add(SignedDuration::from_micros(1));
                Some(next.map_or(*moment, Instant::new))
            }
            other => other.moment(),
        }
    }

    /// The last day, where the limit is a day.
    pub fn day(&self) -> Option<Date> {
        match self {
            Self::Within(day, _) | Self::Valid(day, _) => Some(*day),
            Self::By(_) | Self::Before(_) | Self::Pending | Self::AtOnce | Self::Paused(_) => None,
        }
    }

    /// Whether it ends by itself, and is not missed then.
    pub fn expires(&self) -> bool {
        matches!(self, Self::Valid(..))
    }
}

/// Time that is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Pause {
    pub(crate) from: Instant,
    pub(crate) until: Instant,
}

/// By what time is counted.
#[derive(Clone, Copy)]
pub(crate) struct Counting<'c> {
    pub(crate) rules: &'c Rules,
    /// The starting fact.
    pub(crate) fact: &'c CaseFact,
    /// What is left out: from the earliest on, none within another.
    pub(crate) pauses: &'c [Pause],
    /// Calendar days on top.
    pub(crate) more_days: u16,
}

/// When the time allowed is over that began at `start`, for all rules but validity, cadence and order.
pub(crate) fn count(allowed: &Allowed, start: Instant, by: &Counting<'_>) -> Result<Due, Fault> {
    let (day, calendar) = (by.rules.local_date(start), by.rules.calendar());
    let ends = |end: Date, last: LastDay| {
        let end = by.longer(add(end, Span::new().days(by.more_days))?)?;
        last_day(end, last, calendar).map(|day| within(day, by.rules))
    };
    match allowed {
        Allowed::Hours(hours) => Ok(Due::By(by.after_hours(start, *hours))),
        Allowed::Days(days, last) => ends(add(day, Span::new().days(*days))?, *last),
        Allowed::Months(months, last) => ends(after_months(day, *months)?, *last),
        Allowed::WorkingDays(days) => {
            let end = add(by.working_days(day, *days)?, Span::new().days(by.more_days))?;
            last_day(end, LastDay::NextWorkingDay, calendar).map(|day| within(day, by.rules))
        }
        Allowed::Next(period, last) => ends(end_of_next(day, *period)?, *last),
        Allowed::Each(each, last) => ends(next_of(day, *each)?, *last),
        Allowed::On(on, last) => ends(*on, *last),
        Allowed::Date(property, last) => {
            let said = date_in(property, by.fact, by.rules);
            ends(said.ok_or_else(|| Fault::NoDate(property.clone()))?, *last)
        }
        Allowed::Immediately => Ok(Due::AtOnce),
        Allowed::Earlier(all) => one_of(all, start, by, earlier),
        Allowed::Later(all) => one_of(all, start, by, later),
        // the fold looks at facts for these
        Allowed::Validity(_) | Allowed::Before(_) | Allowed::Cadence(_) => Err(Fault::NoRule),
    }
}

fn one_of(
    all: &[Allowed],
    start: Instant,
    by: &Counting<'_>,
    which: fn(Due, Due) -> Due,
) -> Result<Due, Fault> {
    let mut found = None;
    for allowed in all {
        let due = count(allowed, start, by)?;
        found = Some(found.map_or(due, |found| which(found, due)));
    }
    found.ok_or(Fault::NoRule)
}

/// Whichever is over first; the first where both are at once.
pub(crate) fn earlier(one: Due, other: Due) -> Due {
    if other.late_from() < one.late_from() { other } else { one }
}

/// Whichever is over last; the first where both are at once.
fn later(one: Due, other: Due) -> Due {
    if other.late_from() > one.late_from() { other } else { one }
}

/// Within that day.
pub(crate) fn within(day: Date, rules: &Rules) -> Due {
    Due::Within(day, rules.end_of(day))
}

/// The same day so many months later; the last of the month where that month has no such day.
pub(crate) fn after_months(day: Date, months: u16) -> Result<Date, Fault> {
    add(day, Span::new().months(months))
}

/// The day so many days earlier.
pub(crate) fn days_before(day: Date, days: u16) -> Date {
    day.checked_sub(Span::new().days(days)).unwrap_or(Date::MIN)
}

impl Counting<'_> {
    fn after_hours(&self, start: Instant, hours: u16) -> Instant {
        let hours = i64::from(hours) + 24 * i64::from(self.more_days);
        let mut end =
            start.timestamp().checked_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX);
        for pause in self.pauses.iter().filter(|pause| pause.until > start) {
            if pause.from.timestamp() > end {
                break;
            }
            let from = pause.from.max(start);
            let lost = pause.until.timestamp().duration_since(from.timestamp());
            end = end.checked_add(lost).unwrap_or(Timestamp::MAX);
        }
        Instant::new(end)
    }

    /// The last day, moved by the days that pauses took. What was left of the day on which time stood still is
    /// left of the day on which it runs again.
    fn longer(&self, mut end: Date) -> Result<Date, Fault> {
        for (from, until) in self.paused_days() {
            if from > end {
                break;
            }
            let lost = from.until(until).map_err(|_| Fault::NoRule)?;
            end = add(end, Span::new().days(lost.get_days()))?;
        }
        Ok(end)
    }

    fn working_days(&self, start: Date, days: u16) -> Result<Date, Fault> {
        let resumed = |day: Date| {
            self.paused_days().filter(|(from, _)| *from == day).map(|(_, until)| until).next().unwrap_or(day)
        };
        let (mut day, mut left) = (resumed(start), days);
        while left > 0 {
            day = add(day, Span::new().days(1))?;
            left -= u16::from(self.rules.calendar().working(day)?);
            day = resumed(day);
        }
        Ok(day)
    }

    /// From which day on to which one time stood still.
    fn paused_days(&self) -> impl Iterator<Item = (Date, Date)> {
        let mut days = Vec::<(Date, Date)>::new();
        for pause in self.pauses {
            let (from, until) = (self.rules.local_date(pause.from), self.rules.local_date(pause.until));
            match days.last_mut() {
                Some(last) if from <= last.1 => last.1 = last.1.max(until), // it went on on the same day
                _ => days.push((from, until)),
            }
        }
        days.into_iter()
    }
}

fn add(day: Date, span: Span) -> Result<Date, Fault> {
    day.checked_add(span).map_err(|_| Fault::NoRule)
}

fn last_day(mut day: Date, last: LastDay, calendar: &Calendar) -> Result<Date, Fault> {
    while last == LastDay::NextWorkingDay && !calendar.working(day)? {
        day = add(day, Span::new().days(1))?;
    }
    Ok(day)
}

/// The last day of the period that follows the one of that day.
fn end_of_next(day: Date, period: Period) -> Result<Date, Fault> {
    let months = period.months();
    let begun = (day.month() - 1) / months * months + 1;
    let after = add(date(day.year(), begun, 1), Span::new().months(2 * months))?;
    after.yesterday().map_err(|_| Fault::NoRule)
}

/// The next such day after that one.
fn next_of(day: Date, each: YearDay) -> Result<Date, Fault> {
    let of = |year: i16| Date::new(year, each.month, each.day).map_err(|_| Fault::NoRule);
    let this = of(day.year())?;
    if this > day { Ok(this) } else { of(day.year().checked_add(1).ok_or(Fault::NoRule)?) }
}
