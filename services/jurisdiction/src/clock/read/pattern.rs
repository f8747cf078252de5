//! Reads what starts and stops a clock.

use crate::clock::shape::{self, Text, When};
use crate::clock::{Key, Mention, Pattern, Start, Stop, Word};
use crate::file::Reader;
use crate::roster::Roster;
use std::collections::BTreeMap;
use toml::{Spanned, Value};
use vocabulary::{Role, TypeName};

/// The word of `per` that means the fact's own id.
const ID: &str = "id";

impl Reader<'_> {
    /// What starts it. Where `per` is absent the instance is known by the id of the fact (`alone`: one at a time).
    pub(super) fn start(
        &mut self,
        start: &Spanned<shape::Start>,
        alone: bool,
        roster: Option<&Roster>,
    ) -> Option<Start> {
        let row = start.get_ref();
        if row.per.is_none() && !row.about.is_empty() {
            let line = self.line(&start.span());
            self.fault(line, "`about` looks up the fact that `per` names, so `per` is needed");
        }
        let on = self.pattern(&row.fact, &row.when, &row.holds, roster);
        let on = self.more(on, (row.by.as_ref(), &row.has), roster);
        let about = |row: &shape::Pattern| {
            let on = self.pattern(&row.fact, &row.when, &row.holds, roster);
            self.more(on, (row.by.as_ref(), &row.has), roster)
        };
        let about = row.about.iter().filter_map(about).collect();
        let (per, at) = (self.key(row.per.as_ref())?, self.optional(row.at.as_ref())?);
        let per = per.unwrap_or(if alone { Key::Only } else { Key::Id });
        Some(Start { on: on?, per, at, about })
    }

    pub(super) fn stop(&mut self, row: &shape::Stop, roster: Option<&Roster>) -> Option<Stop> {
        let on = self.pattern(&row.fact, &row.when, &row.holds, roster);
        let on = self.more(on, (row.by.as_ref(), &row.has), roster);
        let early_days = row.early_days.as_ref().and_then(|days| self.number(days));
        let not_before_months = row.not_before_months.as_ref().and_then(|months| self.number(months));
        let covers = row.covers.as_ref().map(|all| {
            let line = self.line(&all.span());
            let names = self.when(all.get_ref()).into_iter();
            self.single(line, names.map(|(name, words)| (name, words.into_iter().collect())))
        });
        let covers_roles = row.covers_roles.as_ref().map(|all| {
            let line = self.line(&all.span());
            let read = all.get_ref().iter().map(|(name, roles)| {
                let roles = roles.iter().filter_map(|role| self.role(role, roster)).collect();
                self.word(name, property).map(|name| (name, roles))
            });
            let read = read.collect::<Vec<_>>();
            self.single(line, read.into_iter().flatten())
        });
        Some(Stop {
            on: on?,
            per: self.key(row.per.as_ref())?,
            at: self.optional(row.at.as_ref())?,
            early_days,
            not_before_months,
            covers: covers.flatten(),
            covers_roles: covers_roles.flatten(),
        })
    }

    pub(super) fn mention(&mut self, row: &shape::Mention, roster: Option<&Roster>) -> Option<Mention> {
        let on = self.pattern(&row.fact, &row.when, &row.holds, roster);
        let on = self.more(on, (row.by.as_ref(), &row.has), roster);
        let (per, at) = (self.key(row.per.as_ref())?, self.optional(row.at.as_ref())?);
        Some(Mention { on: on?, per, at })
    }

    /// The pattern, with the role that its publisher holds and the properties that it has.
    fn more(
        &mut self,
        on: Option<Pattern>,
        (by, has): (Option<&Text>, &[Text]),
        roster: Option<&Roster>,
    ) -> Option<Pattern> {
        let has = has.iter().filter_map(|name| self.word(name, property)).collect();
        let by = match by {
            Some(role) => Some(self.role(role, roster)?),
            None => None,
        };
        on.map(|on| Pattern { by, has, ..on })
    }

    fn pattern(
        &mut self,
        fact: &Text,
        when: &When,
        holds: &BTreeMap<Text, Text>,
        roster: Option<&Roster>,
    ) -> Option<Pattern> {
        let fact = self.word(fact, TypeName::parse);
        let when = self.when(when);
        let holds = holds.iter().map(|(name, role)| {
            let (name, role): (_, Option<Role>) = (self.word(name, property), self.role(role, roster));
            name.zip(role)
        });
        let holds = holds.collect::<Vec<_>>().into_iter().flatten().collect();
        Some(Pattern { fact: fact?, when, has: Vec::new(), holds, by: None })
    }

    pub(super) fn when(&mut self, when: &When) -> Vec<(String, Vec<Word>)> {
        let mut read = Vec::new();
        for (name, value) in when {
            let property = self.word(name, property);
            let words = match value.get_ref() {
                Value::Array(values) => values.iter().map(word).collect(),
                value => word(value).map(|word| vec![word]),
            };
            match words.filter(|words| !words.is_empty()) {
                Some(words) => read.extend(property.map(|name| (name, words))),
                None => {
                    let line = self.line(&value.span());
                    self.fault(
                        line,
                        format!("`{name}`: expected a text, a number, true or false, or a list of them"),
                    );
                }
            }
        }
        read
    }

    /// Which instance; `None` inside where the file does not say.
    pub(super) fn key(&mut self, per: Option<&Text>) -> Option<Option<Key>> {
        match per {
            Some(per) if per.get_ref() == ID => Some(Some(Key::Id)),
            Some(per) => Some(Some(Key::Property(self.word(per, property)?))),
            None => Some(None),
        }
    }

    pub(super) fn optional(&mut self, name: Option<&Text>) -> Option<Option<String>> {
        match name {
            Some(name) => Some(Some(self.word(name, property)?)),
            None => Some(None),
        }
    }

    /// The one property of a table that speaks of one.
    fn single<T>(&mut self, line: usize, rows: impl Iterator<Item = (String, T)>) -> Option<(String, T)> {
        let mut rows = rows.collect::<Vec<_>>();
        if rows.len() != 1 {
            self.fault(line, "expected one property: { property = [...] }");
        }
        rows.pop()
    }
}

fn word(value: &Value) -> Option<Word> {
    Some(match value {
        Value::String(text) => Word::Text(text.clone()),
        Value::Integer(number) => Word::Number(*number),
        Value::Boolean(flag) => Word::Flag(*flag),
        _ => return None,
    })
}

/// The name of a property of a fact.
pub(crate) fn property(text: &str) -> Result<String, &'static str> {
    let valid = text.starts_with(|c: char| c.is_ascii_lowercase())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    if valid { Ok(text.to_owned()) } else { Err("not a property: expected lower-case letters, digits and _") }
}
