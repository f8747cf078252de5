//! A published contract changes only by new optional properties; an older version is read as the newest.

use super::*;
use crate::published::{Change, Forms};

const KIND: &str = "governance.time-limit-extended.v1";
const OLD: &str = "governance.employment-check-requested.v1";
const FILE: &str = "governance/employment-check-requested.v1.json";

fn form(schema: &Value) -> Forms {
    Forms::read(&json!({KIND: schema}).to_string()).unwrap()
}

/// What the check says of a published contract after a change.
fn changed(change: impl FnOnce(&mut Value)) -> Vec<(String, &'static str)> {
    let before = form(&contracts().get(KIND).unwrap().schema);
    let mut schema = contracts().get(KIND).unwrap().schema.clone();
    change(&mut schema);
    let changes = before.changes(&form(&schema));
    changes.into_iter().map(|changed| (changed.pointer, changed.change.code())).collect()
}

#[test]
fn what_was_published_stands_as_it_was_published() {
    let published = Contracts::published_forms().unwrap();
    let now = Forms::of(contracts());
    let changes: Vec<String> = published.changes(&now).iter().map(ToString::to_string).collect();
    assert_eq!(changes, Vec::<String>::new());
    assert!(published.count() > 130, "the published contracts are there");
    assert_eq!(Forms::read(&published.text()).unwrap(), published);
}

#[test]
fn a_new_optional_property_and_other_texts_are_no_change() {
    let new = |schema: &mut Value| {
        schema["properties"]["page"] = json!({"x-group": "state", "x-store": "clear", "type": "integer"});
    };
    assert_eq!(changed(new), []);
    let published = Forms::of(contracts());
    let mut schema = contracts().get(KIND).unwrap().schema.clone();
    schema["title"] = "Another title".into();
    let text = schema.to_string();
    let renamed = Contracts::read([("governance/time-limit-extended.v1.json", text.as_str())]).unwrap();
    let changes = published.changes(&Forms::of(&renamed));
    assert!(changes.iter().all(|changed| changed.kind != KIND), "{changes:?}");
    assert!(changes.iter().all(|changed| changed.change == Change::TypeRemoved), "{changes:?}");
}

#[test]
fn everything_else_is_refused_with_its_place() {
    let property = |name: &str| format!("/properties/{name}");
    let removed = changed(|schema| {
        let until = schema["properties"].as_object_mut().unwrap().remove("until").unwrap();
        schema["properties"]["last_day"] = until;
    });
    assert_eq!(removed, [(property("until"), "contract.property-removed")]);
    let required = changed(|schema| schema["required"].as_array_mut().unwrap().push("until".into()));
    assert_eq!(required, [(property("until"), "contract.property-required")]);
    let optional = changed(|schema| drop(schema["required"].as_array_mut().unwrap().pop()));
    assert_eq!(optional, [(property("extended_at"), "contract.property-optional")]);
    let narrowed =
        changed(|schema| drop(schema["properties"]["ground"]["enum"].as_array_mut().unwrap().pop()));
    assert_eq!(narrowed, [(property("ground/enum"), "contract.rule-changed")]);
    let bounded = changed(|schema| schema["properties"]["until"]["minLength"] = 10.into());
    assert_eq!(bounded, [(property("until/minLength"), "contract.rule-changed")]);
    let store = changed(|schema| schema["properties"]["until"]["x-store"] = "protected".into());
    assert_eq!(store, [(property("until/x-store"), "contract.place-changed")]);
    let group = changed(|schema| schema["properties"]["until"]["x-group"] = "narrative".into());
    assert_eq!(group, [(property("until/x-group"), "contract.place-changed")]);
    let publishers = changed(|schema| drop(schema["x-publishers"].as_array_mut().unwrap().pop()));
    assert_eq!(publishers, [("/x-publishers".to_owned(), "contract.type-changed")]);
    let opens = changed(|schema| schema["x-opens"] = "may".into());
    assert_eq!(opens, [("/x-opens".to_owned(), "contract.type-changed")]);
    let said = form(&json!({})).changes(&Forms::default());
    let said = said.first().map(ToString::to_string).unwrap_or_default();
    assert!(said.starts_with("governance.time-limit-extended.v1#: contract.type-removed: "), "{said}");
}

#[test]
fn an_older_version_is_admitted_and_read_as_the_newest() {
    let data = json!({"to": "psb", "check_kind": "yearly", "requested_at": "2026-03-02T10:00:00+08:00"});
    let mut event = event(OLD, &data);
    event["id"] = "check-7".into(); // the older version has no rule for ids
    let document = contracts().check(structured(&event).unwrap()).unwrap();
    assert_eq!(document.attributes.kind.as_str(), OLD, "it stays what was said");
    assert_eq!(document.contract.superseded().map(|kind| kind.as_str()), Some(NEW));
    let newest = json!({"to": "psb", "scope": "some-staff", "requested_at": "2026-03-02T10:00:00+08:00"});
    let mut event = self::event(NEW, &newest);
    event["id"] = "check-7".into();
    let refused = contracts().check(structured(&event).unwrap()).unwrap_err();
    assert_eq!(places(&refused), [("/id".to_owned(), "uuid".to_owned())]);
}

const NEW: &str = "governance.employment-check-requested.v2";

#[test]
fn a_version_that_is_followed_and_what_reads_it_belong_together() {
    let schema = contracts().get(OLD).unwrap().schema.clone();
    let faults = |schema: &Value, newest: &Value| {
        let (old, new) = (schema.to_string(), newest.to_string());
        let files = [(FILE, old.as_str()), ("governance/employment-check-requested.v2.json", new.as_str())];
        Contracts::read(files).map(|contracts| contracts.faults())
    };
    let newest = contracts().get(NEW).unwrap().schema.clone();
    assert_eq!(faults(&schema, &newest).unwrap(), Vec::<String>::new());
    let mut silent = schema.clone();
    silent.as_object_mut().unwrap().remove("x-superseded");
    let expected = format!("{OLD}: x-superseded exactly where there is an upcast");
    assert_eq!(faults(&silent, &newest).unwrap(), [expected]);
    let mut other = newest.clone();
    other["properties"]["scope"]["enum"] = json!(["before-hiring", "some-staff"]);
    let said = faults(&schema, &other).unwrap();
    let read = format!("{OLD}: examples/1: read as {NEW}/scope: enum");
    assert!(said.contains(&read), "{said:?}");
    let mut backwards = schema;
    backwards["x-superseded"] = OLD.into();
    assert!(faults(&backwards, &newest).is_err());
}
