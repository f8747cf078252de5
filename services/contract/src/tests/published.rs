use super::*;
use crate::Store;
use std::collections::BTreeSet;
use vocabulary::Fact;
use vocabulary::governance::Governance;
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::referral::Referral;

/// `repeat` keeps long invalid values out of the files: the string (as "x") or the first item, so many times.
fn invalid_data(case: &Value) -> Value {
    let mut data = case["data"].clone();
    if let (Some(pointer), Some(times)) = (case.pointer("/repeat/pointer"), case.pointer("/repeat/times")) {
        let times = times.as_u64().expect("times") as usize;
        let target = data.pointer_mut(pointer.as_str().expect("a pointer")).expect("a place to repeat at");
        *target = match &*target {
            Value::Array(items) => vec![items[0].clone(); times].into(),
            _ => "x".repeat(times).into(),
        };
    }
    data
}

#[test]
fn every_example_passes_the_whole_door() {
    let contracts = contracts();
    for contract in contracts.all() {
        let examples = contract.schema["examples"].as_array().expect("examples");
        assert!(!examples.is_empty(), "{}", contract.kind);
        for example in examples {
            let envelope = structured(&event(contract.kind.as_str(), example)).expect("an envelope");
            let document = contracts.check(envelope).unwrap_or_else(|e| panic!("{}: {e:?}", contract.kind));
            assert_eq!(
                document.clear.len() + document.protected.len(),
                example.as_object().expect("data").len()
            );
        }
    }
}

#[test]
fn every_invalid_example_is_refused_at_its_pointer() {
    for contract in contracts().all() {
        for case in contract.schema["x-invalid"].as_array().expect("x-invalid") {
            let found =
                contracts().violations(contract.kind.as_str(), &invalid_data(case)).expect("a contract");
            let pointer = case["pointer"].as_str().expect("pointer");
            assert!(
                found.iter().any(|v| v.pointer == pointer),
                "{}: {pointer} {} {found:?}",
                contract.kind,
                case["breaks"]
            );
            assert!(found.iter().all(|v| !v.detail.is_empty() && !v.detail_zh.is_empty()));
        }
    }
}

/// Every rule of a schema, as the instance location (items as `*`) and the keyword.
fn rules(schema: &Value, root: &Value, at: &str, all: &mut BTreeSet<(String, String)>) {
    let target = schema["$ref"].as_str().and_then(|r| root.pointer(r.strip_prefix('#')?));
    if let Some(target) = target {
        rules(target, root, at, all);
    }
    for (keyword, rule) in schema.as_object().into_iter().flatten() {
        match keyword.as_str() {
            "required" => {
                for name in rule.as_array().expect("names") {
                    all.insert((format!("{at}/{}", name.as_str().expect("a name")), "required".into()));
                }
            }
            "additionalProperties" => drop(all.insert((format!("{at}/?"), keyword.clone()))),
            "properties" => rule
                .as_object()
                .into_iter()
                .flatten()
                .for_each(|(n, s)| rules(s, root, &format!("{at}/{n}"), all)),
            "items" => rules(rule, root, &format!("{at}/*"), all),
            "type" | "enum" | "pattern" | "format" | "minLength" | "maxLength" | "minItems" | "maxItems"
            | "uniqueItems" | "minimum" | "maximum" | "const" => {
                drop(all.insert((at.to_owned(), keyword.clone())))
            }
            "$schema" | "$id" | "$defs" | "$ref" | "title" | "description" | "examples" => {}
            other => assert!(other.starts_with("x-"), "a keyword that this test does not know: {other}"),
        }
    }
}

#[test]
fn every_rule_of_every_schema_is_broken_by_an_invalid_example() {
    let contracts = contracts();
    let mut total = 0;
    for contract in contracts.all() {
        let mut all = BTreeSet::new();
        rules(&contract.schema, &contract.schema, "", &mut all);
        total += all.len();
        for case in contract.schema["x-invalid"].as_array().expect("x-invalid") {
            for violation in
                contracts.violations(contract.kind.as_str(), &invalid_data(case)).expect("a contract")
            {
                let mut steps: Vec<_> = violation
                    .pointer
                    .split('/')
                    .map(|s| if s.parse::<u32>().is_ok() { "*" } else { s })
                    .collect();
                if violation.code == "additionalProperties" {
                    steps.pop();
                    steps.push("?");
                }
                all.remove(&(steps.join("/"), violation.code.clone()));
            }
        }
        assert!(all.is_empty(), "{}: never broken: {all:?}", contract.kind);
    }
    assert!(total > 300, "{total} rules only");
}

/// A Rust type and its schema say the same: same clear properties, same required ones, nothing else.
#[test]
fn rust_types_and_schemas_are_equal() {
    let typed: Vec<&str> =
        [Intake::TYPES, MandatoryReporting::TYPES, Referral::TYPES, Governance::TYPES].concat();
    for kind in typed {
        let contracts = contracts();
        let contract = contracts.get(kind).unwrap_or_else(|| panic!("{kind} has no schema"));
        let required = contract.schema["required"].as_array().expect("required");
        let mut met = BTreeSet::new();
        for example in contract.schema["examples"].as_array().expect("examples") {
            let mut clear = example.as_object().expect("data").clone();
            clear.retain(|name, _| contract.properties()[name].store == Store::Clear);
            let fact = Fact::read(kind, &clear).unwrap_or_else(|e| panic!("{e}"));
            assert_eq!(fact.write(), Some((kind.to_owned(), clear.clone())), "read and written alike");
            for name in clear.keys() {
                let mut less = clear.clone();
                less.remove(name);
                let needed = required.iter().any(|r| r == name);
                assert_eq!(
                    Fact::read(kind, &less).is_err(),
                    needed,
                    "{kind}: {name} required in both or in none"
                );
                met.insert(name.clone());
            }
            let mut more = clear.clone();
            more.insert("colour_of_hair".into(), 1.into());
            assert!(Fact::read(kind, &more).is_err(), "{kind} is closed");
        }
        let clear =
            contract.properties().iter().filter(|(_, p)| p.store == Store::Clear).map(|(n, _)| n.clone());
        assert_eq!(met, clear.collect(), "{kind}: the examples show every clear property");
    }
}

#[test]
fn codes_of_the_schema_are_codes_of_the_type() {
    for form in ["full", "masked", "coarse"] {
        assert!(serde_json::from_value::<vocabulary::governance::Form>(form.into()).is_ok());
    }
    let contracts = contracts();
    let schema = &contracts.get("governance.disclosed.v1").expect("disclosed").schema;
    assert_eq!(
        schema.pointer("/properties/entries/items/properties/form/enum"),
        Some(&json!(["full", "masked", "coarse"]))
    );
}

#[test]
fn every_coarse_fact_fulfils_its_own_contract() {
    let contracts = contracts();
    for contract in contracts.all().filter(|c| c.history().word() == "case" && !c.publishers().is_empty()) {
        let coarse = contract.coarse().unwrap_or_else(|| panic!("{} has no coarse fact", contract.kind));
        let data = Value::Object(coarse.data.clone());
        assert_eq!(contracts.violations(coarse.kind.as_str(), &data), Some(vec![]), "{}", contract.kind);
    }
}

#[test]
fn every_text_stands_in_both_languages() {
    for contract in contracts().all() {
        let both = |place: &Value| {
            ["title", "description"].iter().all(|t| {
                let zh = place["x-zh"][t].as_str().unwrap_or_default();
                place[t].as_str().is_some_and(|en| !en.is_empty())
                    && zh.chars().any(|c| ('一'..='龥').contains(&c))
            })
        };
        assert!(both(&contract.schema), "{}", contract.kind);
        for (name, property) in contract.schema["properties"].as_object().expect("properties") {
            assert!(both(property), "{}: {name}", contract.kind);
        }
    }
}

#[test]
fn a_schema_that_reaches_outside_or_forgets_a_group_does_not_load() {
    let good = contracts().get("referral.received.v1").expect("a contract").schema.clone();
    let load = |schema: &Value| crate::Contract::read("referral/received.v1.json", &schema.to_string());
    assert!(load(&good).is_ok());
    let with = |pointer: &str, value: Value| {
        let mut schema = good.clone();
        *schema.pointer_mut(pointer).expect("a place") = value;
        load(&schema).err().map(|e| e.reason)
    };
    assert!(
        with(
            "/properties/referral",
            json!({"$ref": "https://example.org/x", "x-group": "state", "x-store": "clear"})
        )
        .is_some()
    );
    assert!(
        with(
            "/properties/referral",
            json!({"$ref": "file:///etc/passwd", "x-group": "state", "x-store": "clear"})
        )
        .is_some()
    );
    assert!(
        with("/properties/referral", json!({"pattern": "(?=a)b", "x-group": "state", "x-store": "clear"}))
            .is_some()
    );
    assert!(with("/properties/referral", json!({"type": "string", "x-store": "clear"})).is_some());
    assert!(
        with("/properties/referral", json!({"type": "string", "x-group": "state", "x-store": "protected"}))
            .is_some()
    );
    assert!(with("/additionalProperties", json!(true)).is_some());
    assert!(with("/$id", json!("urn:lianhu:referral.made.v1")).is_some());
}
