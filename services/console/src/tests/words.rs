//! Words: complete in both languages, and for every code that a contract can say.

use crate::when::span;
use crate::words::{Lang, code, own};
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;
use contract::Contracts;
use serde_json::Value;

/// Calls `see` with the name and the schema of every property, however deep.
fn properties(schema: &Value, root: &Value, deep: bool, see: &mut impl FnMut(&str, &Value, bool)) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        see(name, property, deep);
        let target = property["$ref"].as_str().and_then(|target| root.pointer(target.strip_prefix('#')?));
        for part in [property, &property["items"], target.unwrap_or(&Value::Null)] {
            properties(part, root, true, see);
            if part["enum"].is_array() && part != property {
                see(name, part, false);
            }
        }
    }
}

/// What agencies never publish and no timeline shows.
fn of_the_bus(kind: &str) -> bool {
    ["governance.disclosed.v1", "governance.rules-adopted.v1", "governance.rule-file-published.v1"]
        .contains(&kind)
}

#[test]
fn every_code_of_every_contract_has_its_words() {
    let contracts = Contracts::published().unwrap();
    let mut missing = Vec::new();
    for contract in contracts.all().filter(|contract| !of_the_bus(contract.kind.as_str())) {
        properties(&contract.schema, &contract.schema, false, &mut |name, property, _| {
            for value in property["enum"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if [Lang::Zh, Lang::En].iter().any(|lang| code(name, value, *lang).is_none()) {
                    missing.push(format!("{} {name}: {value}", contract.kind));
                }
            }
        });
    }
    assert!(missing.is_empty(), "words/codes lacks {missing:#?}");
}

#[test]
fn every_part_of_a_value_has_its_label_in_both_languages() {
    let contracts = Contracts::published().unwrap();
    let mut missing = Vec::new();
    for contract in contracts.all().filter(|contract| !of_the_bus(contract.kind.as_str())) {
        properties(&contract.schema, &contract.schema, false, &mut |name, property, deep| {
            if deep && property["x-zh"]["title"].is_null() && own("property", name, Lang::Zh).is_none() {
                missing.push(format!("{} {name}", contract.kind));
            }
        });
    }
    assert!(missing.is_empty(), "words/codes lacks the property {missing:#?}");
}

#[test]
fn a_browser_gets_the_language_that_it_asks_for_first_and_a_choice_wins() {
    let asked = |header: &str, chosen: Option<&str>| {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, header.parse().unwrap());
        Lang::of_request(chosen, &headers)
    };
    assert_eq!(asked("en-GB,en;q=0.9,zh;q=0.8", None), Lang::En);
    assert_eq!(asked("fr, zh-CN;q=0.9, en;q=0.8", None), Lang::Zh);
    assert_eq!(asked("zh;q=0.5, en;q=0.9", None), Lang::En);
    assert_eq!(asked("fr", None), Lang::Zh);
    assert_eq!(asked("en", Some("zh")), Lang::Zh);
    assert_eq!(asked("en", Some("xx")), Lang::En);
}

#[test]
fn a_span_is_said_in_its_two_largest_units() {
    let (zh, en) = (|s| span(s, Lang::Zh), |s| span(s, Lang::En));
    assert_eq!(zh(59), "不足 1 分");
    assert_eq!(en(60), "1 min");
    assert_eq!(zh(-2 * 3_600 - 14 * 60 - 59), "2小时14分");
    assert_eq!(en(3_600), "1 h");
    assert_eq!(en(3 * 86_400 + 4 * 3_600 + 59 * 60), "3 d 4 h");
    assert_eq!(zh(86_400), "1天");
}
