//! Who may say what: a token, the own source, a role, a part in the case. What is refused leaves no trace.

use crate::bad_input::{MARK, Refusing};
use crate::harness::client::Caller;
use crate::harness::facts::{Case, report, when};
use crate::harness::raw;
use serde_json::{Value, json};

fn marked(agency: &str) -> Value {
    report(agency, "psb-03", MARK)
}

#[test]
fn who_shows_no_valid_token_is_not_known() {
    let bus = Refusing::new();
    for caller in [bus.server.stranger(), bus.server.bearer("demo-nobody"), bus.server.bearer(MARK)] {
        caller.publish(&marked("hsp-01")).refused(401, "unauthenticated");
        for path in ["/v1/feed", "/v1/stream", "/v1/events/1.0"] {
            caller.get(path).refused(401, "unauthenticated");
        }
    }
    for header in ["", "authorization: Basic ZGVtby1oc3AtMDE6\r\n", "authorization: demo-hsp-01\r\n"] {
        let request = format!("GET /v1/feed HTTP/1.1\r\nhost: lianhu\r\n{header}connection: close\r\n\r\n");
        let answer = raw::exchange(bus.server.at, request.as_bytes());
        bus.heard(&answer);
        assert_eq!(answer.status(), 401);
        assert!(answer.head.to_lowercase().contains("www-authenticate: bearer"), "{}", answer.head);
    }
    bus.left_no_trace();
}

#[test]
fn an_agency_that_left_the_roster_has_no_token() {
    let bus = Refusing::new();
    bus.server.agency("psb-09").get("/v1/feed").refused(401, "unauthenticated");
    let mut retired = marked("psb-09");
    retired["type"] = "mandatory-reporting.report-filed.v1".into();
    bus.server.agency("psb-09").publish(&retired).refused(401, "unauthenticated");
    bus.left_no_trace();
}

#[test]
fn nobody_speaks_as_somebody_else() {
    let bus = Refusing::new();
    let mut other_region = marked("hsp-01");
    other_region["source"] = "/999902/hsp-01".into();
    let mut as_bus = marked("hsp-01");
    as_bus["source"] = "/999901/bus".into();
    for forged in [marked("hsp-02"), other_region, as_bus] {
        bus.hospital.publish(&forged).refused(403, "source-not-yours");
    }
    bus.left_no_trace();
}

#[test]
fn a_role_says_only_what_is_its_to_say() {
    let mut bus = Refusing::new();
    let case = Case::filed(&bus.server);
    bus.nothing_more();
    let data = json!({"report": case.report, "accepted_at": when(), "receipt_no": MARK});
    let accepted = case.says("hsp-01", "mandatory-reporting.police-accepted.v1", data);
    bus.hospital.publish(&accepted).refused(403, "role-not-allowed");
    let data = json!({"to": "ngo-07", "purpose": "counselling", "urgency": "urgent", "request": MARK});
    bus.hospital.publish(&case.says("hsp-01", "referral.made.v1", data)).refused(403, "role-not-allowed");
    bus.left_no_trace();
}

#[test]
fn nobody_but_the_bus_says_what_is_the_bus_to_say() {
    let bus = Refusing::new();
    let kinds =
        ["governance.disclosed.v1", "governance.rules-adopted.v1", "governance.agency-token-issued.v1"];
    for kind in kinds {
        let contract = bus.server.stranger().get(&format!("/v1/schemas/{kind}")).expect(200);
        let history = format!("{}-999901", contract["x-history"].as_str().unwrap());
        let mut fact = crate::harness::event("wbo", kind, Some(&history), contract["examples"][0].clone());
        fact["actor"] = MARK.into();
        bus.server.agency("wbo").publish(&fact).refused(403, "role-not-allowed");
    }
    bus.left_no_trace();
}

#[test]
fn the_history_of_others_and_a_wrong_history_are_one_answer() {
    let mut bus = Refusing::new();
    let case = Case::filed(&bus.server);
    bus.nothing_more();
    let mut notes = Vec::new();
    for subject in [case.subject.as_str(), &format!("case-{}", "0".repeat(case.subject.len() - 5))] {
        let data = json!({"measures": ["separated"], "taken_at": when(), "note": MARK});
        let kind = "mandatory-reporting.emergency-measures-taken.v1";
        let fact = crate::harness::event("psb-05", kind, Some(subject), data);
        notes.push(raw::post(bus.server.at, "demo-psb-05", "/v1/events", fact.to_string().as_bytes()));
    }
    assert_eq!((notes[0].status(), notes[0].code()), (404, "not-found".to_owned()));
    assert_eq!(notes[0], notes[1], "head and body, but for the date");
    notes.iter().for_each(|answer| bus.heard(answer));
    bus.left_no_trace();
}

#[test]
fn a_report_on_the_history_of_others_is_not_found() {
    let mut bus = Refusing::new();
    let case = Case::filed(&bus.server);
    bus.nothing_more();
    let mut second = marked("hsp-02");
    second["subject"] = case.subject.as_str().into();
    bus.server.agency("hsp-02").publish(&second).refused(404, "not-found");
    bus.left_no_trace();
}

#[test]
fn an_agency_calls_nothing_that_is_for_the_operator() {
    let bus = Refusing::new();
    let ask = |caller: &Caller, path: &str| {
        caller.post(path, "application/json", json!({"agency": MARK}).to_string())
    };
    for path in ["/v1/tokens", "/v1/rules"] {
        ask(&bus.hospital, path).refused(403, "operator-only");
        ask(&bus.server.bearer("lh_operator_00"), path).refused(401, "unauthenticated");
        ask(&bus.server.stranger(), path).refused(401, "unauthenticated");
    }
    bus.left_no_trace();
}

#[test]
fn a_conflict_is_found_before_the_role_and_the_source_before_both() {
    let mut bus = Refusing::new();
    let document = report("hsp-01", "psb-03", "先到的报告。");
    Case::filed_as(&bus.server, &document);
    bus.nothing_more();
    let mut other = document.clone();
    other["data"]["narrative"] = MARK.into();
    bus.hospital.publish(&other).refused(409, "id-conflict");
    bus.server.agency("hsp-02").publish(&document).refused(403, "source-not-yours");
    other["data"]["situation_code"] = "R0".into();
    bus.hospital.publish(&other).refused(422, "contract-violation");
    bus.left_no_trace();
}
