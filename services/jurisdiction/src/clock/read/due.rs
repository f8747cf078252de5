//! Reads by when something is due.

use super::pattern::property;
use crate::clock::shape::Due;
use crate::clock::{Allowed, Before, Case, LastDay};
use crate::file::Reader;
use crate::roster::Roster;
use toml::Spanned;

impl Reader<'_> {
    pub(super) fn due(&mut self, cases: &[Spanned<Due>], line: usize, roster: Option<&Roster>) -> Vec<Case> {
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
        cases.iter().filter_map(|case| self.case(case, roster)).collect()
    }

    fn case(&mut self, case: &Spanned<Due>, roster: Option<&Roster>) -> Option<Case> {
        let (line, row) = (self.line(&case.span()), case.get_ref());
        let (when, faults) = (self.when(&row.when), self.faults());
        let given = [
            row.hours.as_ref().map(|hours| Some(Allowed::Hours(self.number(hours)?))),
            row.days.as_ref().map(|days| Some(Allowed::Days(self.number(days)?, self.last_day(row, line)?))),
            row.working_days.as_ref().map(|days| Some(Allowed::WorkingDays(self.number(days)?))),
            row.months.as_ref().map(|n| Some(Allowed::Months(self.number(n)?, self.last_day(row, line)?))),
            row.validity.as_ref().map(|name| Some(Allowed::Validity(self.word(name, property)?))),
            row.immediately.as_ref().map(|said| said.get_ref().then_some(Allowed::Immediately)),
            row.before.as_ref().map(|row| {
                let on = self.pattern(&row.fact, &row.when, &row.holds, roster)?;
                let (per, at) = (self.key(row.per.as_ref())?, self.optional(row.at.as_ref())?);
                Some(Allowed::Before(Before { on, per, at }))
            }),
        ];
        let mut given = given.into_iter().flatten();
        match (given.next(), given.next()) {
            (Some(Some(time)), None) => {
                if let (Some(rule), false) = (&row.rule, shifts(&time)) {
                    let line = self.line(&rule.span());
                    self.fault(line, "`rule` is about the last day of `days` and `months` only");
                }
                Some(Case { when, time })
            }
            (Some(None), None) if self.faults() > faults => None,
            _ => {
                let all = "hours, days, working_days, months, validity, immediately (true) and before";
                self.fault(line, format!("`due` is one of {all}"));
                None
            }
        }
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

fn shifts(time: &Allowed) -> bool {
    matches!(time, Allowed::Days(..) | Allowed::Months(..))
}

fn last_day(text: &str) -> Result<LastDay, &'static str> {
    match text {
        "next-working-day" => Ok(LastDay::NextWorkingDay),
        "fixed" => Ok(LastDay::Fixed),
        _ => Err("not a rule for the last day: expected next-working-day or fixed"),
    }
}
