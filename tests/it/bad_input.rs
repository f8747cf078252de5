//! Documents that are not what they should be: each gets its status and its stable code, and nothing of it
//! shows up anywhere.

use crate::harness::facts::{event, report, report_data};
use crate::harness::raw::Raw;
use crate::harness::{Caller, Server, Site};
use serde_json::{Value, json};

const STRUCTURED: &str = "application/cloudevents+json";
/// Stands in every document that is refused here.
pub const MARK: &str = "MARK4711X";

/// A server, and a hospital that sends it things.
pub struct Refusing {
    site: Site,
    pub server: Server,
    pub hospital: Caller,
    head: Value,
}

impl Refusing {
    pub fn new() -> Self {
        let site = Site::demo();
        let server = site.up();
        server.settled();
        let (hospital, head) = (server.agency("hsp-01"), server.ready()["head"].clone());
        Self { site, server, hospital, head }
    }

    /// From here on nothing more may be recorded.
    pub fn nothing_more(&mut self) {
        self.server.settled();
        self.head = self.server.ready()["head"].clone();
    }

    /// An answer that came by hand counts among the refusals, too.
    pub fn heard(&self, answer: &Raw) {
        let mut refusals = self.site.refusals.lock().unwrap();
        refusals.extend_from_slice(answer.head.as_bytes());
        refusals.extend_from_slice(&answer.body);
    }

    /// Nothing was recorded, and no trace of the mark stands in a feed, a log, an answer or the data folder.
    #[track_caller]
    pub fn left_no_trace(self) {
        self.server.settled();
        assert_eq!(self.server.ready()["head"], self.head, "something was recorded");
        for agency in ["psb-03", "hlt", "wbo", "hsp-01"] {
            let feed = json!(self.server.agency(agency).feed()).to_string();
            assert!(!feed.contains(MARK), "{agency}: {feed}");
        }
        self.server.stop();
        let refusals = String::from_utf8(self.site.refusals.lock().unwrap().clone()).unwrap();
        assert!(!refusals.is_empty(), "nothing was refused");
        assert!(!refusals.contains(MARK), "an answer repeats it: {refusals}");
        assert!(!self.site.printed().contains(MARK), "{}", self.site.printed());
        let found = crate::harness::search::Needles::new([MARK]).in_folder(self.site.data());
        assert!(found.is_empty(), "{found:?}");
    }
}

fn marked() -> Value {
    report("hsp-01", "psb-03", MARK)
}

#[track_caller]
fn malformed_at(body: &[u8], pointer: &str, rule: &str) {
    let bus = Refusing::new();
    bus.hospital.post("/v1/events", STRUCTURED, body).refused_at(400, "malformed", pointer, rule);
    bus.left_no_trace();
}

/// The marked report, changed.
#[track_caller]
fn broken_at(pointer: &str, rule: &str, change: impl FnOnce(&mut Value)) {
    let bus = Refusing::new();
    let mut document = marked();
    change(&mut document);
    bus.hospital.publish(&document).refused_at(422, "contract-violation", pointer, rule);
    bus.left_no_trace();
}

#[test]
fn cut_json_is_malformed() {
    let text = marked().to_string();
    malformed_at(&text.as_bytes()[..text.len() - 1], "", "json");
}

#[test]
fn ten_thousand_nested_arrays_are_malformed() {
    let mut text = marked().to_string();
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    text = text.replace(&format!("\"{MARK}\""), &nested);
    malformed_at(text.as_bytes(), &format!("/data/narrative{}", "/0".repeat(30)), "depth");
}

#[test]
fn a_member_name_that_stands_twice_is_malformed() {
    let text = marked().to_string().replacen("\"data\":{", "\"data\":{\"narrative\":\"one\",", 1);
    malformed_at(text.as_bytes(), "/data/narrative", "duplicate-member");
    let text = marked().to_string().replacen('{', "{\"id\":\"a\",", 1);
    malformed_at(text.as_bytes(), "/id", "duplicate-member");
}

#[test]
fn bad_utf_8_is_malformed() {
    let mut bytes = marked().to_string().into_bytes();
    let at = bytes.windows(MARK.len()).position(|window| window == MARK.as_bytes()).unwrap();
    bytes[at + MARK.len() - 1] = 0xff;
    malformed_at(&bytes, "", "utf-8");
}

#[test]
fn numbers_that_not_every_reader_holds_are_malformed() {
    for number in ["9007199254740992", "-9007199254740992", "1.5", "1e400", "123456789012345678901234567890"]
    {
        let text = marked().to_string().replace("\"R2\"", number);
        let bus = Refusing::new();
        let answer = bus.hospital.post("/v1/events", STRUCTURED, &text);
        answer.refused(400, "malformed");
        bus.left_no_trace();
    }
}

#[test]
fn text_after_the_document_is_malformed() {
    malformed_at(format!("{}{{}}", marked()).as_bytes(), "", "json");
}

#[test]
fn an_attribute_that_only_the_bus_sets_is_refused() {
    for (name, value) in
        [("sequence", json!("7")), ("ordinal", json!(0)), ("recordedtime", json!("2026-01-12T00:00:00Z"))]
    {
        let mut document = marked();
        document[name] = value;
        malformed_at(document.to_string().as_bytes(), &format!("/{name}"), "bus-attribute");
    }
}

#[test]
fn an_extension_that_is_not_registered_is_refused() {
    let mut document = marked();
    document["patientname"] = MARK.into();
    malformed_at(document.to_string().as_bytes(), "/patientname", "unknown-extension");
}

#[test]
fn words_in_an_attribute_are_refused() {
    for name in [
        "id",
        "source",
        "type",
        "subject",
        "time",
        "actor",
        "causationid",
        "correlationid",
        "traceparent",
        "dataschema",
    ] {
        let mut document = marked();
        document[name] = format!("{MARK} 张三").into();
        malformed_at(document.to_string().as_bytes(), &format!("/{name}"), "pattern");
    }
}

#[test]
fn an_unknown_type_is_refused() {
    let bus = Refusing::new();
    let mut document = marked();
    document["type"] = "mandatory-reporting.report-filled.v1".into();
    bus.hospital.publish(&document).refused_at(422, "unknown-type", "/type", "unknown-type");
    bus.left_no_trace();
}

#[test]
fn a_missing_member_is_refused_at_its_own_place() {
    broken_at("/data/situation_code", "required", |document| {
        document["data"].as_object_mut().unwrap().remove("situation_code");
    });
}

#[test]
fn a_member_that_the_contract_does_not_know_is_refused() {
    broken_at("/data/diagnosis", "additionalProperties", |document| {
        document["data"]["diagnosis"] = MARK.into()
    });
}

#[test]
fn words_in_a_member_name_are_not_repeated() {
    let bus = Refusing::new();
    let name = format!("张三 {MARK} 13800138000");
    let at = |place: &str| {
        let mut document = marked();
        let target = document.pointer_mut(place).unwrap().as_object_mut().unwrap();
        target.insert(name.clone(), json!("x"));
        document
    };
    bus.hospital.publish(&at("")).refused(400, "malformed");
    for place in ["/data", "/data/reporter", "/data/child_identity/0"] {
        bus.hospital.publish(&at(place)).refused(422, "contract-violation");
    }
    let twice = at("/data").to_string().replacen("\"data\":{", &format!("\"data\":{{\"{name}\":1,"), 1);
    bus.hospital.post("/v1/events", STRUCTURED, twice).refused(400, "malformed");
    bus.left_no_trace();
}

#[test]
fn a_value_off_the_list_is_refused() {
    broken_at("/data/situation_code", "enum", |document| document["data"]["situation_code"] = MARK.into());
}

#[test]
fn an_id_that_other_facts_refer_to_must_be_a_uuid() {
    broken_at("/id", "uuid", |document| document["id"] = "report-1".into());
}

#[test]
fn a_far_future_time_is_refused() {
    broken_at("/time", "future-time", |document| document["time"] = "2999-01-01T00:00:00+08:00".into());
}

#[test]
fn a_fact_that_continues_a_history_must_name_it() {
    let bus = Refusing::new();
    let data = json!({"measures": ["separated"], "taken_at": crate::harness::facts::when(), "note": MARK});
    let fact = event("psb-03", "mandatory-reporting.emergency-measures-taken.v1", None, data);
    let answer = bus.server.agency("psb-03").publish(&fact);
    answer.refused_at(422, "contract-violation", "/subject", "required");
    bus.left_no_trace();
}

#[test]
fn a_history_of_another_kind_is_refused() {
    broken_at("/subject", "history-kind", |document| document["subject"] = "child-abc".into());
}

#[test]
fn a_contract_that_does_not_belong_to_the_type_is_refused() {
    broken_at("/dataschema", "const", |document| {
        document["dataschema"] = "urn:lianhu:referral.made.v1".into();
    });
}

#[test]
fn one_bad_half_of_a_batch_does_not_harm_the_other() {
    let mut bus = Refusing::new();
    let good = report("hsp-01", "psb-03", "好的一半。");
    let twice = marked().to_string().replacen('{', "{\"id\":\"a\",", 1);
    let mut wrong = marked();
    wrong["data"]["situation_code"] = "R0".into();
    let foreign = event("hsp-02", "mandatory-reporting.report-filed.v1", None, report_data("psb-03", MARK));
    let batch = format!("[{twice},{good},{wrong},{foreign}]");
    let answers = bus.hospital.post("/v1/events", "application/cloudevents-batch+json", batch).expect(200);
    assert!(!answers.to_string().contains(MARK), "{answers}");
    let statuses: Vec<&Value> = answers.as_array().unwrap().iter().map(|answer| &answer["status"]).collect();
    assert_eq!(statuses, [400, 201, 422, 403]);
    let codes: Vec<&Value> =
        answers.as_array().unwrap().iter().map(|answer| &answer["problem"]["code"]).collect();
    assert_eq!(codes[0], "malformed");
    assert_eq!((codes[2], codes[3]), (&json!("contract-violation"), &json!("source-not-yours")));
    assert_eq!(answers[1]["receipt"]["id"], good["id"]);
    bus.hospital.post("/v1/events", "application/cloudevents-batch+json", "[{]").refused(400, "malformed");
    bus.nothing_more();
    bus.left_no_trace();
}
