use super::*;
use proptest::prelude::*;

fn lead() -> Value {
    let example =
        contracts().get("intake.lead-received.v1").expect("a contract").schema["examples"][0].clone();
    let mut event = event("intake.lead-received.v1", &example);
    event.as_object_mut().expect("an object").remove("subject");
    event
}

fn refused(text: &[u8]) -> Vec<(String, String)> {
    places(&Envelope::structured(text).expect_err("not an event"))
}

fn at(pointer: &str, code: &str) -> Vec<(String, String)> {
    vec![(pointer.into(), code.into())]
}

#[test]
fn exact_json_refuses_what_two_readers_could_read_differently() {
    assert_eq!(refused(br#"{"id": "1""#), at("", "json"));
    assert_eq!(refused(b"{} {}"), at("", "json"));
    assert_eq!(refused(b"\xff\xfe"), at("", "utf-8"));
    assert_eq!(refused(br#"{"data": "\ud800"}"#), at("", "json"));
    assert_eq!(refused(br#"{"data": {"a": 1, "a": 2}}"#), at("/data/a", "duplicate-member"));
    assert_eq!(
        refused(br#"{"data": {"a~/b": {"c": 1, "c": 1}}}"#),
        at("/data/(unnamed)/c", "duplicate-member")
    );
    assert_eq!(refused("[".repeat(10_000).as_bytes())[0].1, "depth");
    for number in
        ["9007199254740992", "-9007199254740992", "1.5", "1e3", "1.0", "-0", "1e999", "99999999999999999999"]
    {
        let (pointer, code) = refused(format!(r#"{{"data": {{"n": [{number}]}}}}"#).as_bytes()).remove(0);
        assert!(
            (pointer.as_str(), code.as_str()) == ("/data/n/0", "number") || code == "json",
            "{number}: {pointer} {code}"
        );
    }
    assert!(crate::exact::read(b"[9007199254740991, -9007199254740991, 0]").is_ok());
    let nested = |n: usize| format!("{}0{}", "[".repeat(n), "]".repeat(n));
    assert!(crate::exact::read(nested(32).as_bytes()).is_ok());
    assert_eq!(crate::exact::read(nested(33).as_bytes()).map_err(|v| v.code), Err("depth".into()));
}

#[test]
fn a_structured_event_needs_its_attributes_and_no_others() {
    assert!(structured(&lead()).is_ok());
    for name in ["specversion", "id", "source", "type", "time", "data"] {
        let mut event = lead();
        event.as_object_mut().expect("an object").remove(name);
        assert_eq!(places(&structured(&event).expect_err(name)), at(&format!("/{name}"), "required"));
    }
    let wrong = [
        ("specversion", json!("0.3"), "specversion"),
        ("specversion", json!(1), "type"),
        ("id", json!(""), "pattern"),
        ("id", json!("a b"), "pattern"),
        ("source", json!("hsp-01"), "pattern"),
        ("type", json!("LeadReceived"), "pattern"),
        ("subject", json!("somebody"), "pattern"),
        ("time", json!("2026-03-30 14:18"), "pattern"),
        ("time", json!("2026-02-30T14:18:00+08:00"), "pattern"),
        ("time", json!("2026-03-30T14:18:00"), "pattern"),
        ("actor", json!("测试甲"), "pattern"),
        ("traceparent", json!("00-1-2-3"), "pattern"),
        ("datacontenttype", json!("text/xml"), "content-type"),
        ("dataschema", json!("https://example.org"), "pattern"),
        ("sequence", json!(7), "bus-attribute"),
        ("ordinal", json!(7), "bus-attribute"),
        ("recordedtime", json!("2026-03-30T14:18:00+08:00"), "bus-attribute"),
        ("partitionkey", json!("x"), "unknown-extension"),
        ("Not_A_Name", json!("x"), "attribute-name"),
    ];
    for (name, value, code) in wrong {
        let mut event = lead();
        event[name] = value;
        assert_eq!(places(&structured(&event).expect_err(name)), at(&format!("/{name}"), code));
    }
}

#[test]
fn an_empty_event_is_told_everything_that_it_lacks() {
    let found = refused(b"{}");
    let lacks = ["specversion", "id", "source", "type", "time", "data"];
    assert_eq!(found, lacks.map(|name| (format!("/{name}"), "required".to_owned())));
}

#[test]
fn data_may_come_as_base64_but_not_twice() {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    let mut event = lead();
    let text = STANDARD.encode(event["data"].to_string());
    event.as_object_mut().expect("an object").remove("data");
    event["data_base64"] = text.into();
    let plain = contracts().check(structured(&lead()).expect("plain")).expect("plain");
    let packed = contracts().check(structured(&event).expect("packed")).expect("packed");
    assert_eq!(plain.sameness, packed.sameness, "the same document");
    event["data"] = json!({});
    assert_eq!(places(&structured(&event).expect_err("twice")), at("/data_base64", "data"));
    event.as_object_mut().expect("an object").remove("data");
    event["data_base64"] = "***".into();
    assert_eq!(places(&structured(&event).expect_err("not base64")), at("/data_base64", "base64"));
    event["data_base64"] = STANDARD.encode(r#"{"a":1,"a":1}"#).into();
    assert_eq!(places(&structured(&event).expect_err("inner")), at("/data/a", "duplicate-member"));
}

#[test]
fn a_binary_event_is_the_same_document() {
    let event = lead();
    let body = event["data"].to_string();
    let mut headers: Vec<(String, String)> = vec![];
    for (name, value) in event.as_object().expect("an object").iter().filter(|(n, _)| *n != "data") {
        headers.push((name.clone(), value.as_str().expect("text").replace(':', "%3A")));
    }
    let binary = |headers: &[(String, String)], body: &str| {
        let headers = headers.iter().map(|(n, v)| (n.as_str(), v.as_bytes()));
        Envelope::binary(headers, "application/json; charset=utf-8", body.as_bytes())
    };
    let document = contracts().check(binary(&headers, &body).expect("binary")).expect("a document");
    assert_eq!(document.attributes.time, "2026-03-30T14:18:00+08:00");
    let plain = contracts().check(structured(&event).expect("structured")).expect("a document");
    assert_eq!(document.sameness, plain.sameness, "the same document in another mode");
    assert_eq!(places(&binary(&headers, "{").expect_err("cut")), at("/data", "json"));
    headers.push(("id".into(), "again".into()));
    assert_eq!(places(&binary(&headers, &body).expect_err("twice")), at("/id", "duplicate-member"));
}

#[test]
fn a_batch_answers_for_each_item_in_order() {
    let batch = json!([lead(), 7, lead()]).to_string();
    let answers = Envelope::batch(batch.as_bytes()).expect("a batch");
    assert_eq!(answers.iter().map(Result::is_ok).collect::<Vec<_>>(), [true, false, true]);
    assert_eq!(places(&Envelope::batch(b"{}").expect_err("an object")), at("", "type"));
}

#[test]
fn the_contract_names_every_error_and_the_envelope_rules_of_its_type() {
    let check = |event: &Value| contracts().check(structured(event).expect("an envelope")).map(|_| ());
    let mut event = lead();
    event["type"] = "intake.rumour-heard.v1".into();
    assert!(matches!(check(&event), Err(Rejection::UnknownType(_))));
    let mut event = lead();
    event["id"] = "not-a-uuid".into();
    event["data"]["urgency"] = "soon".into();
    event["data"].as_object_mut().expect("data").remove("channel");
    let found = places(&check(&event).expect_err("three errors"));
    for expected in [("/id", "uuid"), ("/data/urgency", "enum"), ("/data/channel", "required")] {
        assert!(found.contains(&(expected.0.into(), expected.1.into())), "{expected:?} in {found:?}");
    }
    let mut event = super::event("intake.report-acknowledged.v1", &json!({}));
    event.as_object_mut().expect("an object").remove("subject");
    assert!(
        places(&check(&event).expect_err("no subject")).contains(&("/subject".into(), "required".into()))
    );
    let mut event = lead();
    event["subject"] = "rules-999901".into();
    assert_eq!(places(&check(&event).expect_err("a rules history")), at("/subject", "history-kind"));
}

#[test]
fn no_error_repeats_what_stood_there() {
    let named = refused(r#"{"data": {}, "张三 13800138000": 1, "13800138000": 2}"#.as_bytes());
    assert!(named.contains(&("/(unnamed)".into(), "attribute-name".into())), "{named:?}");
    assert!(!format!("{named:?}").contains("13800138000"));
    for contract in contracts().all() {
        for (name, property) in contract.properties() {
            let mut data = contract.schema["examples"][0].clone();
            data[name] = json!({"CANARY-7Q": ["CANARY-7Q"], "name": "CANARY-7Q"});
            let violations = contracts().violations(contract.kind.as_str(), &data).expect("a contract");
            assert!(!violations.is_empty());
            let said: String = violations.iter().map(|v| format!("{}{}", v.detail, v.detail_zh)).collect();
            assert!(!said.contains("CANARY-7Q"), "{}: {name} ({:?}): {said}", contract.kind, property.store);
        }
    }
}

proptest! {
    #[test]
    fn no_bytes_make_the_door_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let _ = Envelope::structured(&bytes);
        let _ = Envelope::batch(&bytes);
    }

    #[test]
    fn exact_json_reads_what_serde_json_writes(value in json_value()) {
        prop_assert_eq!(crate::exact::read(value.to_string().as_bytes()), Ok(value));
    }
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991i64..=9_007_199_254_740_991).prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 5, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            proptest::collection::btree_map(any::<String>(), inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}
