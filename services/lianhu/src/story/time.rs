//! The times of a telling. Moments and days are found by their form, wherever they stand in an event, and are moved
//! together; the offset in which a publisher writes stays.

use super::{Document, text};
use jiff::civil::{Date, DateTime, Time};
use jiff::{SignedDuration, Span};
use serde::Deserialize;
use serde_json::Value;
use vocabulary::Instant;

/// How long ago a story began.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Age {
    /// So many whole days: it began at its own hour of that day.
    Days(i64),
    /// To the minute.
    Exact(SignedDuration),
}

impl TryFrom<String> for Age {
    type Error = String;
    fn try_from(text: String) -> Result<Self, String> {
        let bad = || format!("{text:?} is no age, such as 3d, 5h or 40m");
        let (number, unit) = text.split_at_checked(text.len().saturating_sub(1)).ok_or_else(bad)?;
        match (number.parse::<u16>().map_err(|_| bad())?, unit) {
            (days, "d") => Ok(Self::Days(days.into())),
            (hours, "h") => Ok(Self::Exact(SignedDuration::from_hours(hours.into()))),
            (minutes, "m") => Ok(Self::Exact(SignedDuration::from_mins(minutes.into()))),
            _ => Err(bad()),
        }
    }
}

/// How far the times of an event are moved.
#[derive(Clone, Copy, Debug)]
pub struct Shift {
    by: SignedDuration,
    days: i64,
    /// What lies between these moments of the story is brought forward to the first of them.
    ahead: Option<(DateTime, DateTime)>,
}

/// A moment as a publisher writes it: its own date and time, and the offset.
struct Written<'t> {
    local: DateTime,
    offset: &'t str,
}

impl<'t> Written<'t> {
    fn read(text: &'t str) -> Option<Self> {
        let (local, offset) = text.split_at_checked(19).filter(|(_, offset)| offset.len() == 6)?;
        Some(Self { local: local.parse().ok()?, offset })
    }
}

/// The day of a moment in the offset of the story, moved.
fn day_of(local: DateTime, by: SignedDuration) -> Date {
    local.checked_add(by).unwrap_or(local).date()
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(0, |span| span.get_days().into())
}

impl Shift {
    /// Nothing moves but by so much.
    pub fn by(event: &Document, by: SignedDuration) -> Self {
        let local = Written::read(text(event, "time")).map_or(DateTime::MIN, |written| written.local);
        Self { by, days: days_between(local.date(), day_of(local, by)), ahead: None }
    }

    /// A story whose first event is this one began so long before now.
    pub fn to_age(first: &Document, age: Age, now: Instant) -> Self {
        let by = until(first, now);
        match age {
            Age::Exact(age) => Self::by(first, SignedDuration::from_secs((by - age).as_secs())),
            Age::Days(days) => {
                let local = Written::read(text(first, "time")).map_or(DateTime::MIN, |written| written.local);
                let days = days_between(local.date(), day_of(local, by)) - days;
                Self { by: SignedDuration::from_hours(24 * days), days, ahead: None }
            }
        }
    }

    /// An event happens now, and what the rest of its story still comes to, such as the hour of a conference, comes
    /// at once: in a simulation nobody waits for it.
    pub fn to_now(event: &Document, last: &Document, now: Instant) -> Self {
        let by = SignedDuration::from_secs(until(event, now).as_secs());
        let local = |event| Written::read(text(event, "time")).map(|written| written.local);
        Self { ahead: local(event).zip(local(last)), ..Self::by(event, by) }
    }

    /// The same event at its new times.
    pub fn event(&self, event: &Document) -> Document {
        event.iter().map(|(name, value)| (name.clone(), self.value(value))).collect()
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).unwrap_or_else(|| text.clone()).into(),
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(event) => self.event(event).into(),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> Option<String> {
        if text.len() == 10 {
            let day: Date = text.parse().ok()?;
            return Some(day.checked_add(Span::new().days(self.days)).ok()?.to_string());
        }
        let Written { local, offset } = Written::read(text)?;
        let local = match self.ahead {
            Some((from, last)) if from < local && local <= last => from,
            _ => local,
        };
        Some(format!("{}{offset}", local.checked_add(self.by).ok()?))
    }
}

/// From the time of an event to a moment.
fn until(event: &Document, moment: Instant) -> SignedDuration {
    let then = happened(event).unwrap_or(moment);
    moment.timestamp().duration_since(then.timestamp())
}

/// When an event happened.
pub fn happened(event: &Document) -> Option<Instant> {
    Instant::parse(text(event, "time")).ok()
}

/// The first moment of a day in UTC.
pub fn midnight(day: Date) -> Option<Instant> {
    let midnight = DateTime::from_parts(day, Time::midnight()).to_zoned(jiff::tz::TimeZone::UTC).ok()?;
    Some(Instant::new(midnight.timestamp()))
}
