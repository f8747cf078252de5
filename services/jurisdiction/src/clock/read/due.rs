//! Reads by when something is due.

use super::pattern::property;
use crate::clock::shape::Due;
use crate::clock::{Allowed, Case, LastDay, Period, YearDay};
use crate::file::Reader;
use crate::risk::{Cadence, Risk};
use crate::roster::Roster;
use crate::term::date;
use jiff::civil::Date;
use toml::Spanned;

/// Everything that `due` may be one of.
const ONE_OF: &str = "hours, days, working_days, months, next, each, on, date, cadence, validity, immediately \
                      (true), before, earlier and later";

impl Reader<'_> {
    pub(super) fn due(
        &mut self,
        cases: &[Spanned<Due>],
        line: usize,
        (roster, risk): (Option<&Roster>, Option<&Risk>),
    ) -> Vec<Case> {
        if cases.is_empty() {
            self.fault(line, "`due` says nothing");
        }
        for (place, case) in cases.iter().enumerate() {
            let reason = match (place + 1 == cases.len(), case.get_ref().when.is_empty()) {
                (true, false) => "the last case of `due` fits always, so it has no `when`",
                (false, true) => "the cases after this one are never reached: it needs `when`",
                _ => continue,
            };
            let line = self.line(&case.span());
            self.fault(line, reason);
        }
        let mut read = Vec::new();
        for case in cases {
            let when = self.when(&case.get_ref().when);
            let time = self.allowed(case, (roster, risk));
            read.extend(time.map(|time| Case { when, time }));
        }
        read
    }

    /// The time allowed, which is said in one way.
    pub(crate) fn allowed(
        &mut self,
        due: &Spanned<Due>,
        (roster, risk): (Option<&Roster>, Option<&Risk>),
    ) -> Option<Allowed> {
        let (line, row) = (self.line(&due.span()), due.get_ref());
        let faults = self.faults();
        let last = |reader: &mut Self| reader.last_day(row, line);
        let given = [
            row.hours.as_ref().map(|hours| Some(Allowed::Hours(self.number(hours)?))),
            row.days.as_ref().map(|days| Some(Allowed::Days(self.number(days)?, last(self)?))),
            row.working_days.as_ref().map(|days| Some(Allowed::WorkingDays(self.number(days)?))),
            row.months.as_ref().map(|n| Some(Allowed::Months(self.number(n)?, last(self)?))),
            row.next.as_ref().map(|period| Some(Allowed::Next(self.word(period, period_of)?, last(self)?))),
            row.each.as_ref().map(|day| Some(Allowed::Each(self.word(day, year_day)?, last(self)?))),
            row.on.as_ref().map(|day| Some(Allowed::On(self.word(day, date)?, last(self)?))),
            row.date.as_ref().map(|name| Some(Allowed::Date(self.word(name, property)?, last(self)?))),
            row.cadence.as_ref().map(|name| {
                let cadence = self.word(name, Cadence::parse)?;
                let line = self.line(&name.span());
                match risk {
                    None => {
                        self.fault(
                            line,
                            "how often a grade asks for it stands in risk.toml, which is missing",
                        );
                    }
                    Some(risk) if !risk.says(cadence) => {
                        self.fault(line, "not every grade of risk.toml says how often");
                    }
                    Some(_) => {}
                }
                Some(Allowed::Cadence(cadence))
            }),
            row.validity.as_ref().map(|name| Some(Allowed::Validity(self.word(name, property)?))),
            row.immediately.as_ref().map(|said| said.get_ref().then_some(Allowed::Immediately)),
            row.before.as_ref().map(|row| Some(Allowed::Before(self.mention(row, roster)?))),
            row.earlier.as_ref().map(|all| {
                Some(Allowed::Earlier(
                    self.several(all, (line, risk), |time| counted(time) || time.asks_grade())?,
                ))
            }),
            row.later.as_ref().map(|all| Some(Allowed::Later(self.several(all, (line, risk), counted)?))),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(Some(time)), None) => {
                if let (Some(rule), false) = (&row.rule, shifts(&time)) {
                    let line = self.line(&rule.span());
                    self.fault(line, "`rule` is about the last day of a limit in days, months or dates only");
                }
                Some(time)
            }
            (Some(None), None) if self.faults() > faults => None,
            _ => {
                self.fault(line, format!("`due` is one of {ONE_OF}"));
                None
            }
        }
    }

    /// Times of which the first or last counts: of those that can be compared.
    fn several(
        &mut self,
        all: &[Spanned<Due>],
        (line, risk): (usize, Option<&Risk>),
        compared: impl Fn(&Allowed) -> bool,
    ) -> Option<Vec<Allowed>> {
        let mut read = Vec::new();
        for due in all {
            if !due.get_ref().when.is_empty() {
                let line = self.line(&due.span());
                self.fault(
                    line,
                    "`when` chooses a case of `due`, and stands outside of `earlier` and `later`",
                );
            }
            let time = self.allowed(due, (None, risk))?;
            if !compared(&time) {
                let line = self.line(&due.span());
                self.fault(line, "`earlier` and `later` choose among times that are counted from the start");
                return None;
            }
            read.push(time);
        }
        if read.len() < 2 {
            self.fault(line, "`earlier` and `later` choose among two times or more");
            return None;
        }
        Some(read)
    }

    fn last_day(&mut self, row: &Due, line: usize) -> Option<LastDay> {
        match &row.rule {
            Some(rule) => self.word(rule, last_day),
            None => {
                self.fault(line, "`rule` is missing: next-working-day or fixed");
                None
            }
        }
    }
}

/// Whether the end follows from the start and the calendar alone.
pub(crate) fn counted(time: &Allowed) -> bool {
    matches!(time, Allowed::Hours(_) | Allowed::WorkingDays(_)) || shifts(time)
}

/// Whether the limit is a day, and not a moment or a fact.
pub(super) fn ends_with_a_day(time: &Allowed) -> bool {
    matches!(time, Allowed::WorkingDays(_)) || shifts(time)
}

/// Whether the limit ends with a day that may move.
fn shifts(time: &Allowed) -> bool {
    use Allowed::{Date, Days, Each, Months, Next, On};
    matches!(time, Days(..) | Months(..) | Next(..) | Each(..) | On(..) | Date(..))
}

fn last_day(text: &str) -> Result<LastDay, &'static str> {
    match text {
        "next-working-day" => Ok(LastDay::NextWorkingDay),
        "fixed" => Ok(LastDay::Fixed),
        _ => Err("not a rule for the last day: expected next-working-day or fixed"),
    }
}

fn period_of(text: &str) -> Result<Period, &'static str> {
    match text {
        "month" => Ok(Period::Month),
        "quarter" => Ok(Period::Quarter),
        "half-year" => Ok(Period::HalfYear),
        "year" => Ok(Period::Year),
        _ => Err("not a period: expected month, quarter, half-year or year"),
    }
}

/// A day that every year has, as `MM-DD`.
fn year_day(text: &str) -> Result<YearDay, &'static str> {
    let day = format!("2001-{text}"); // not a leap year
    let day = day.parse::<Date>().ok().filter(|date| date.to_string() == day);
    let day = day.ok_or("not a day of every year: expected MM-DD, and never 02-29")?;
    Ok(YearDay { month: day.month(), day: day.day() })
}
