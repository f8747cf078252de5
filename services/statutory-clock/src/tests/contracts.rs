//! The clocks of the demonstration district speak of facts as their contracts describe them.

use super::*;
use jurisdiction::clock::{Allowed, Key, OwnerRule, Pattern, Word};

/// The contract of a fact type.
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

fn holds_agencies(property: &Value) -> bool {
    let of = if property["type"] == "array" { &property["items"] } else { property };
    of["pattern"].as_str().is_some_and(|pattern| pattern == "^[a-z][a-z0-9]{1,7}(-[a-z0-9]{1,8})?$")
}

fn when(kind: &str, when: &[(String, Vec<Word>)]) {
    for (name, words) in when {
        let property = property(kind, name);
        let of = if property["type"] == "array" { &property["items"] } else { &property };
        for word in words {
            let possible = match word {
                Word::Text(text) => {
                    of["enum"].as_array().is_some_and(|all| all.iter().any(|one| one == text))
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
        assert!(holds_agencies(&property(pattern.fact.as_str(), name)), "`{name}` names no agency");
    }
}

fn key_and_time(on: &Pattern, per: Option<&Key>, at: Option<&String>) {
    if let Some(Key::Property(name)) = per {
        property(on.fact.as_str(), name);
    }
    if let Some(name) = at {
        assert_eq!(property(on.fact.as_str(), name)["format"], "date-time", "`{name}` of {}", on.fact);
    }
}

#[test]
fn every_fact_and_property_that_a_clock_of_the_district_names_stands_in_a_contract() {
    for rule in demo().clocks().all() {
        rule.patterns().for_each(pattern);
        for start in &rule.starts {
            key_and_time(&start.on, Some(&start.per), start.at.as_ref());
            for case in &rule.due {
                when(start.on.fact.as_str(), &case.when);
                if let Allowed::Validity(name) = &case.time {
                    assert_eq!(property(start.on.fact.as_str(), name)["format"], "date");
                }
            }
            if let OwnerRule::AgencyIn(names) = &rule.owner {
                let known =
                    |name: &&String| contract(start.on.fact.as_str())["properties"][*name].is_object();
                let first = names.iter().find(known).unwrap_or_else(|| panic!("{}: no owner", rule.id));
                assert!(holds_agencies(&property(start.on.fact.as_str(), first)), "{}: `{first}`", rule.id);
            }
        }
        for stop in &rule.stops {
            key_and_time(&stop.on, stop.per.as_ref(), stop.at.as_ref());
            if let Some((name, words)) = &stop.covers {
                when(stop.on.fact.as_str(), &[(name.clone(), words.iter().cloned().collect())]);
            }
            if let Some((name, _)) = &stop.covers_roles {
                assert!(holds_agencies(&property(stop.on.fact.as_str(), name)));
            }
        }
        for case in &rule.due {
            if let Allowed::Before(before) = &case.time {
                key_and_time(&before.on, before.per.as_ref(), before.at.as_ref());
            }
        }
    }
}

#[test]
fn the_district_has_every_clock_of_incident_a() {
    let rules = demo();
    let ids: Vec<_> = rules.clocks().by_id().map(|versions| versions[0].id.to_string()).collect();
    let expected = "K01 K02 K03 K06 K07 K08 K09 K17 K19 K23 K25 K26 K28 K29 K31 K36 K37 K56a K56b K57";
    assert_eq!(ids.join(" "), expected);
}

#[test]
fn a_number_that_law_does_not_give_is_the_districts_own() {
    use jurisdiction::clock::Kind;
    let rules = demo();
    let local = rules.clocks().all().iter().filter(|rule| rule.kind == Kind::Local);
    let local: Vec<_> = local.map(|rule| rule.id.to_string()).collect();
    assert_eq!(local.join(" "), "K01 K02 K19 K26 K28 K29 K31 K36 K37");
}

#[test]
fn the_next_year_is_marked_as_assumed_until_its_notice_is_out() {
    let rules = demo();
    let years: Vec<_> = rules.calendar().years().map(|year| (year.year, year.assumed)).collect();
    assert_eq!(years, [(2025, false), (2026, false), (2027, true)]);
}
