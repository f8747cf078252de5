//! Whether a fact is the one that a rule speaks of. Only clear properties can be asked.

use crate::Mark;
use jiff::civil::Date;
use jurisdiction::Rules;
use jurisdiction::clock::{Key, Pattern, Word};
use serde_json::Value;
use std::collections::BTreeSet;
use vocabulary::{AgencyCode, CaseFact, Instant, Role};

/// Whether the fact matches.
pub(crate) fn matches(pattern: &Pattern, fact: &CaseFact, rules: &Rules) -> bool {
    fact.is(&pattern.fact)
        && fits(&pattern.when, fact)
        && pattern.has.iter().all(|name| fact.value(name).is_some())
        && pattern
            .by
            .as_ref()
            .is_none_or(|role| rules.holds(&fact.attributes.source.agency, role.as_str(), fact.recorded))
        && pattern.holds.iter().all(|(property, role)| {
            agencies(fact, property).any(|agency| rules.holds(&agency, role.as_str(), fact.recorded))
        })
}

/// Whether each property has one of its values.
pub(crate) fn fits(when: &[(String, Vec<Word>)], fact: &CaseFact) -> bool {
    when.iter().all(|(property, words)| values(fact, property).any(|value| words.contains(&value)))
}

/// The instance that the fact names.
pub(crate) fn key(key: &Key, fact: &CaseFact) -> Option<String> {
    match key {
        Key::Id | Key::Only => Some(fact.attributes.id.to_string()),
        Key::Property(property) => values(fact, property).next().map(|word| match word {
            Word::Text(text) => text,
            Word::Number(number) => number.to_string(),
            Word::Flag(flag) => flag.to_string(),
        }),
    }
}

/// When it happened: by the property, or by the fact's own `time` where it has no such property. A property that is
/// a date says no minute: on that day it is the fact's own, and otherwise the first of the day.
pub(crate) fn mark(at: Option<&String>, fact: &CaseFact, rules: &Rules) -> Mark {
    let own = happened(fact);
    let said = at.and_then(|property| fact.value(property)?.as_str());
    let moment = |said: &str| Instant::parse(said).ok();
    let first = |said: &str| {
        let day = said.parse::<Date>().ok().filter(|day| *day != rules.local_date(own))?;
        day.yesterday().ok().map(|before| rules.end_of(before))
    };
    let time = said.and_then(|said| moment(said).or_else(|| first(said)));
    Mark { time: time.unwrap_or(own), fact: fact.at }
}

/// The day in the property: a date, or the day of the region on which its moment lies.
pub(crate) fn date_in(property: &str, fact: &CaseFact, rules: &Rules) -> Option<Date> {
    let said = fact.value(property)?.as_str()?;
    let moment = || Instant::parse(said).ok().map(|moment| rules.local_date(moment));
    moment().or_else(|| said.parse::<Date>().ok())
}

/// The fact's own time; the contract has checked that it is one.
pub(crate) fn happened(fact: &CaseFact) -> Instant {
    fact.attributes.happened().unwrap_or(fact.recorded)
}

/// The agency in the first of the properties that the fact has.
pub(crate) fn agency_in(properties: &[String], fact: &CaseFact) -> Option<AgencyCode> {
    properties.iter().find_map(|property| agencies(fact, property).next())
}

/// The words that the fact adds to what must all be named.
pub(crate) fn named(property: &str, fact: &CaseFact) -> BTreeSet<Word> {
    values(fact, property).collect()
}

/// The roles of the agencies that the fact names.
pub(crate) fn named_roles(property: &str, fact: &CaseFact, rules: &Rules) -> BTreeSet<Role> {
    let roles = |agency| rules.roles(&agency, fact.recorded).into_iter().cloned().collect::<Vec<_>>();
    agencies(fact, property).flat_map(roles).collect()
}

fn agencies(fact: &CaseFact, property: &str) -> impl Iterator<Item = AgencyCode> {
    values(fact, property).filter_map(|word| match word {
        Word::Text(code) => AgencyCode::parse(&code).ok(),
        Word::Number(_) | Word::Flag(_) => None,
    })
}

/// The value of a property, or the values of a list.
fn values(fact: &CaseFact, property: &str) -> impl Iterator<Item = Word> {
    let listed = match fact.value(property) {
        Some(Value::Array(values)) => values.as_slice(),
        Some(value) => std::slice::from_ref(value),
        None => &[],
    };
    listed.iter().filter_map(|value| match value {
        Value::String(text) => Some(Word::Text(text.clone())),
        Value::Bool(flag) => Some(Word::Flag(*flag)),
        Value::Number(number) => number.as_i64().map(Word::Number),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    })
}
