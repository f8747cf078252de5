//! Reads `calendar/<year>.toml`.

use super::{Calendar, Year};
use crate::file::Reader;
use crate::term::date;
use crate::{Fault, RuleFile};
use jiff::civil::{Date, Weekday};
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::Spanned;
use toml::de::DeValue;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    year: Spanned<i16>,
    source: String,
    #[serde(default)]
    assumed: bool,
    holidays: Vec<Spanned<String>>,
    workdays: Vec<Spanned<String>>,
}

impl Calendar {
    /// Reads the years, and tells what is wrong with each.
    pub(crate) fn read<'f>(files: impl Iterator<Item = &'f RuleFile>, faults: &mut Vec<Fault>) -> Self {
        let mut calendar = Self::default();
        for file in files {
            let mut reader = Reader::new(file, faults);
            let Some((line, year)) = reader.year() else { continue };
            match calendar.years.get(&year.year) {
                Some(_) => {
                    reader.fault(line, format!("another file is the calendar of {} already", year.year))
                }
                None if file.path != format!("calendar/{}.toml", year.year) => {
                    reader.fault(line, format!("the calendar of {0} is calendar/{0}.toml", year.year));
                }
                None => {}
            }
            calendar.years.entry(year.year).or_insert(year);
        }
        calendar
    }
}

impl Reader<'_> {
    fn year(&mut self) -> Option<(usize, Year)> {
        let document = self.document()?;
        let span = document.span();
        let shape: Shape = self.part(Spanned::new(span, DeValue::Table(document.into_inner())))?;
        let (line, year) = (self.line(&shape.year.span()), shape.year.into_inner());
        let holidays = self.days(year, &shape.holidays, "a holiday", |_| None);
        let workdays = self.days(year, &shape.workdays, "a working day", |day| {
            let free = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
            match (holidays.contains(&day), free) {
                (true, _) => Some("is a holiday of this file"),
                (false, false) => Some("is no Saturday or Sunday: it is a working day anyway"),
                (false, true) => None,
            }
        });
        Some((line, Year { year, source: shape.source, assumed: shape.assumed, holidays, workdays }))
    }

    fn days(
        &mut self,
        year: i16,
        words: &[Spanned<String>],
        what: &str,
        wrong: impl Fn(Date) -> Option<&'static str>,
    ) -> BTreeSet<Date> {
        let mut days = BTreeSet::new();
        for word in words {
            let Some(day) = self.word(word, date) else { continue };
            let reason = match wrong(day) {
                _ if day.year() != year => format!("`{word}` is not in {year}"),
                Some(wrong) => format!("`{word}` {wrong}"),
                None if !days.insert(day) => format!("`{word}` stands twice as {what}"),
                None => continue,
            };
            let line = self.line(&word.span());
            self.fault(line, reason);
        }
        days
    }
}
