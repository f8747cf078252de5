use super::*;
use crate::Store;
use std::collections::BTreeSet;
use vocabulary::Fact;
use vocabulary::case_conference::CaseConference;
use vocabulary::closure::{Closure, ClosureType};
use vocabulary::follow_up::{FollowUp, Grade};
use vocabulary::governance::Governance;
use vocabulary::intake::Intake;
use vocabulary::mandatory_reporting::MandatoryReporting;
use vocabulary::referral::Referral;

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
fn every_contract_holds_itself() {
    let contracts = contracts();
    assert_eq!(contracts.faults(), Vec::<String>::new());
    let cases = contracts.all().filter_map(|contract| contract.schema["x-invalid"].as_array());
    assert!(cases.map(Vec::len).sum::<usize>() > 400, "the invalid examples are there");
}

#[test]
fn a_rule_that_no_invalid_example_breaks_is_a_fault() {
    let mut schema = contracts().get("referral.received.v1").expect("a contract").schema.clone();
    let load = |schema: &Value| {
        crate::Contract::read("referral/received.v1.json", &schema.to_string()).expect("it loads")
    };
    assert_eq!(load(&schema).faults(), Vec::<String>::new());
    schema["properties"]["received_at"]["minLength"] = 3.into();
    assert_eq!(load(&schema).faults(), ["no x-invalid breaks minLength at /received_at"]);
    schema["x-invalid"][0]["pointer"] = "/elsewhere".into();
    schema["examples"][0]["referral"] = 7.into();
    let faults = load(&schema).faults();
    assert!(faults.contains(&"x-invalid/0: not refused at /elsewhere".to_owned()), "{faults:?}");
    assert!(faults.contains(&"examples/0/referral: type".to_owned()), "{faults:?}");
}

/// A Rust type and its schema say the same: same clear properties, same required ones, nothing else.
#[test]
fn rust_types_and_schemas_are_equal() {
    let stages = [
        Intake::TYPES,
        MandatoryReporting::TYPES,
        Referral::TYPES,
        CaseConference::TYPES,
        FollowUp::TYPES,
        Closure::TYPES,
        Governance::TYPES,
    ];
    let typed: Vec<&str> = stages.concat();
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
    let codes =
        |kind: &str, name: &str| contracts.get(kind).expect(kind).schema["properties"][name]["enum"].clone();
    for (kind, name) in [
        ("follow-up.risk-grade-assigned.v1", "grade"),
        ("follow-up.risk-grade-changed.v1", "from"),
        ("follow-up.risk-grade-changed.v1", "to"),
        ("follow-up.visit-recorded.v1", "grade"),
    ] {
        assert_eq!(codes(kind, name), json!(Grade::ALL), "{kind}");
    }
    for kind in ["closure.proposed.v1", "closure.closed.v1"] {
        assert_eq!(codes(kind, "closure_type"), json!(ClosureType::ALL), "{kind}");
    }
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

#[test]
fn what_a_property_may_name_is_a_type_that_there_is_and_stands_in_the_clear() {
    let good = contracts().get("referral.received.v1").expect("a contract").schema.clone();
    let faults = |names: Value| {
        let mut schema = good.clone();
        schema["properties"]["referral"]["x-names"] = names;
        let text = schema.to_string();
        Contracts::read([("referral/received.v1.json", text.as_str())]).map(|contracts| contracts.faults())
    };
    assert_eq!(faults(json!(["referral.received.v1"])).unwrap(), Vec::<String>::new());
    let expected = "referral.received.v1: referral: x-names knows no referral.mode.v1";
    assert_eq!(faults(json!(["referral.mode.v1"])).unwrap(), [expected]);
    assert!(faults(json!(["a type"])).is_err());
    let mut alone = good.clone();
    alone["properties"]["referral"]["x-once"] = true.into();
    assert!(crate::Contract::read("referral/received.v1.json", &alone.to_string()).is_err());
    let mut hidden = contracts().get("referral.made.v1").expect("a contract").schema.clone();
    hidden["properties"]["request"]["x-names"] = json!(["referral.made.v1"]);
    assert!(crate::Contract::read("referral/made.v1.json", &hidden.to_string()).is_err());
}

#[test]
fn what_is_named_by_a_uuid_has_one() {
    let contracts = contracts();
    // Alerts of machines keep the ids of their machines, and the first version of the request took any.
    let any = ["intake.indicator-alert-raised.v1", "governance.employment-check-requested.v1"];
    let mut named = 0;
    for contract in contracts.all() {
        for (name, property) in contract.properties() {
            let pattern = contract.property(name)["pattern"].as_str().unwrap_or_default();
            for kind in property.names.iter().filter(|kind| !any.contains(&kind.as_str())) {
                let uuid = contracts.get(kind.as_str()).expect("a contract").wants_uuid();
                assert!(uuid || !pattern.starts_with("^[0-9a-f]{8}"), "{}: {name}: {kind}", contract.kind);
                named += 1;
            }
        }
    }
    assert!(named > 39, "{named}");
}

#[test]
fn a_type_is_exempt_from_what_its_contract_says_in_a_known_word() {
    let mut schema = contracts().get("referral.received.v1").expect("a contract").schema.clone();
    let load = |schema: &Value| crate::Contract::read("referral/received.v1.json", &schema.to_string());
    assert!(!load(&schema).expect("it loads").exempt_from_quota());
    schema["x-exempt"] = "quota".into();
    assert!(load(&schema).expect("it loads").exempt_from_quota());
    assert!(!load(&schema).expect("it loads").exempt_from_involvement());
    schema["x-exempt"] = "involvement".into();
    let loaded = load(&schema).expect("it loads");
    assert!(loaded.exempt_from_involvement() && !loaded.exempt_from_quota());
    schema["x-exempt"] = "everything".into();
    assert!(load(&schema).is_err(), "an exemption that nobody knows would be none");
}
