//! The clocks of the demonstration district speak of facts as their contracts describe them.

use super::*;
use jurisdiction::clock::{Allowed, ClockRule, Key, Kind, Longer, OwnerRule, Pattern, Word};
use std::collections::BTreeSet;

/// The contract of a fact type.
#[track_caller]
fn contract(kind: &str) -> Value {
    let (stage, fact) = kind.split_once('.').unwrap();
    let path = repository(&format!("schemas/{stage}/{fact}.json"));
    let text = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("{kind} has no contract"));
    serde_json::from_str(&text).unwrap()
}

/// A property of a fact, which must be clear: clocks can read no other.
#[track_caller]
fn property(kind: &str, name: &str) -> Value {
    let contract = contract(kind);
    let property = &contract["properties"][name];
    assert_eq!(property["x-store"], "clear", "{kind} has no clear property `{name}`");
    match property["$ref"].as_str() {
        Some(reference) => contract["$defs"][reference.rsplit('/').next().unwrap()].clone(),
        None => property.clone(),
    }
}

fn holds_agencies(property: Value) -> bool {
    let of = if property["type"] == "array" { &property["items"] } else { &property };
    of["pattern"].as_str().is_some_and(|pattern| pattern == "^[a-z][a-z0-9]{1,7}(-[a-z0-9]{1,8})?$")
}

fn when(kind: &str, when: &[(String, Vec<Word>)]) {
    for (name, words) in when {
        let property = property(kind, name);
        let of = if property["type"] == "array" { &property["items"] } else { &property };
        for word in words {
            let possible = match word {
                Word::Text(text) => {
                    let listed = of["enum"].as_array();
                    listed.map_or(of["pattern"].is_string(), |all| all.iter().any(|one| one == text))
                }
                Word::Number(_) => of["type"] == "integer",
                Word::Flag(_) => of["type"] == "boolean",
            };
            assert!(possible, "`{name}` of {kind} is never {word:?}");
        }
    }
}

fn pattern(pattern: &Pattern) {
    when(pattern.fact.as_str(), &pattern.when);
    for (name, _) in &pattern.holds {
        assert!(holds_agencies(property(pattern.fact.as_str(), name)), "`{name}` names no agency");
    }
    for name in &pattern.has {
        property(pattern.fact.as_str(), name);
    }
}

fn is_date(kind: &str, name: &str, formats: &[&str]) {
    let property = property(kind, name);
    assert!(formats.iter().any(|format| property["format"] == *format), "`{name}` of {kind}");
}

fn key_and_time(on: &Pattern, per: Option<&Key>, at: Option<&String>) {
    if let Some(Key::Property(name)) = per {
        property(on.fact.as_str(), name);
    }
    if let Some(name) = at {
        is_date(on.fact.as_str(), name, &["date-time", "date"]);
    }
}

/// The dates of the starting fact that a time is counted to.
fn dates(kind: &str, time: &Allowed) {
    match time {
        Allowed::Validity(name) | Allowed::Date(name, _) => is_date(kind, name, &["date"]),
        Allowed::Earlier(all) | Allowed::Later(all) => all.iter().for_each(|time| dates(kind, time)),
        _ => {}
    }
}

fn owner(rule: &ClockRule, start: &str) {
    let OwnerRule::AgencyIn(names) = &rule.owner else { return };
    let contract = contract(start);
    let known = |name: &&String| contract["properties"][*name].is_object();
    let first = names.iter().find(known).unwrap_or_else(|| panic!("{}: no owner", rule.id));
    assert!(holds_agencies(property(start, first)), "{}: `{first}`", rule.id);
}

#[test]
fn every_fact_and_property_that_a_clock_of_the_district_names_stands_in_a_contract() {
    for rule in demo().clocks().all() {
        rule.patterns().for_each(pattern);
        for start in &rule.starts {
            let kind = start.on.fact.as_str();
            key_and_time(&start.on, Some(&start.per), start.at.as_ref());
            rule.due.iter().for_each(|case| when(kind, &case.when));
            rule.due.iter().for_each(|case| dates(kind, &case.time));
            // A right may be that of somebody who is no agency.
            if !rule.right {
                owner(rule, kind);
            }
        }
        for stop in &rule.stops {
            key_and_time(&stop.on, stop.per.as_ref(), stop.at.as_ref());
            if let Some((name, words)) = &stop.covers {
                when(stop.on.fact.as_str(), &[(name.clone(), words.iter().cloned().collect())]);
            }
            if let Some((name, _)) = &stop.covers_roles {
                assert!(holds_agencies(property(stop.on.fact.as_str(), name)));
            }
        }
        rule.mentions().for_each(|fact| key_and_time(&fact.on, fact.per.as_ref(), fact.at.as_ref()));
        for extension in &rule.extensions {
            if let Longer::Until(name) = &extension.longer {
                is_date(extension.by.on.fact.as_str(), name, &["date"]);
            }
        }
    }
    for told in demo().risk().told() {
        property(told.fact.as_str(), &told.grade);
        told.valid_until.iter().for_each(|name| is_date(told.fact.as_str(), name, &["date"]));
    }
}

/// The clocks of the study, by number: `K56b` is a part of `K56`.
fn numbers(rules: &Rules, of: impl Fn(&ClockRule) -> bool) -> String {
    let ids = rules.clocks().all().iter().filter(|rule| of(rule)).map(|rule| rule.id.to_string());
    let numbers: BTreeSet<_> =
        ids.map(|id| id.trim_end_matches(|c: char| c.is_ascii_lowercase()).to_owned()).collect();
    numbers.into_iter().collect::<Vec<_>>().join(" ")
}

#[test]
fn the_district_has_every_clock_of_the_study() {
    let all: Vec<_> = (1..=68).map(|number| format!("K{number:02}")).collect();
    assert_eq!(numbers(&demo(), |rule| rule.id.as_str().starts_with('K')), all.join(" "));
}

#[test]
fn a_number_that_law_does_not_give_is_the_districts_own() {
    let local = numbers(&demo(), |rule| rule.kind == Kind::Local);
    let expected = "K01 K02 K16 K19 K20 K26 K27 K28 K29 K30 K31 K34 K35 K36 K37 K38 K39 K40 K41 K42 K43 K45 K46 K47 K50 K52 K58 K62 K65 K67 K68 L01 L02 L03 L04 L05 L06 L07 L08 L09";
    assert_eq!(local, expected);
}

#[test]
fn time_stands_still_and_is_more_only_by_a_law_that_is_named() {
    let rules = demo();
    let longer = rules.clocks().all().iter().flat_map(|rule| {
        let pauses = rule.pauses.iter().map(|pause| &pause.basis);
        let bases = pauses.chain(rule.extensions.iter().map(|extension| &extension.basis));
        bases.map(|basis| (rule.id.to_string(), basis.clone()))
    });
    let longer: Vec<_> = longer.collect();
    assert!(longer.len() > 7, "{longer:?}");
    for (id, basis) in longer {
        let said = [&basis.law, &basis.article, &basis.text.zh, &basis.text.en];
        assert!(said.iter().all(|text| !text.is_empty()), "{id}: {basis:?}");
    }
}

#[test]
fn the_next_year_is_marked_as_assumed_until_its_notice_is_out() {
    let rules = demo();
    let years: Vec<_> = rules.calendar().years().map(|year| (year.year, year.assumed)).collect();
    assert_eq!(years, [(2025, false), (2026, false), (2027, true)]);
}
