//! Clocks that nobody stops in time: the bus says so once, takes it back when a fact that was recorded late shows
//! otherwise, and names who owed it.

use crate::harness::{Server, Site};
use serde_json::{Value, json};
use std::fs;

const REPORT: &str = "00000000-0000-4000-8000-0000000000c1";

fn at(time: &str) -> String {
    format!("2026-03-{time}:00+08:00")
}

/// A line of a scenario: what an agency said had happened then, recorded then or later.
fn line(agency: &str, time: &str, recorded: &str, id: &str, kind: &str, data: Value) -> Value {
    let mut line = json!({
        "specversion": "1.0", "id": id, "source": format!("/999901/{agency}"), "type": kind, "time": at(time),
        "recordedtime": at(recorded), "data": data,
    });
    if kind != "mandatory-reporting.report-filed.v1" {
        line["subject"] = format!("of:{REPORT}").into();
    }
    line
}

/// A report of the second of March whose registration with the authority is due a day later.
fn reported() -> Vec<Value> {
    let filed = json!({"discovered_at": at("02T10:00"), "filed_to": "psb-03", "reporter_type": "medical",
                       "situation_code": "R4", "reporter": {"name": "测试乙"},
                       "children": [{"label": "A", "age_band": "6-13", "sex": "male"}],
                       "child_identity": [{"label": "A", "name": "测试甲"}], "narrative": "测试"});
    let accepted = json!({"report": REPORT, "accepted_at": at("02T10:30"), "receipt_no": "JB-0001"});
    vec![
        line("hsp-01", "02T10:10", "02T10:10", REPORT, "mandatory-reporting.report-filed.v1", filed),
        line("psb-03", "02T10:30", "02T10:30", "c2", "mandatory-reporting.police-accepted.v1", accepted),
    ]
}

fn registered(time: &str, recorded: &str) -> Value {
    let data = json!({"report": REPORT, "registered_at": at(time), "register_no": "BA-0001"});
    line("hlt", time, recorded, "c3", "mandatory-reporting.registered-with-authority.v1", data)
}

/// The lines, played and served; and the history of the case.
fn played(lines: &[Value]) -> (Site, Server, String) {
    let site = Site::demo();
    let file = site.beside("clocks.jsonl");
    let text: Vec<String> = lines.iter().map(Value::to_string).collect();
    fs::write(&file, text.join("\n")).unwrap();
    let data = site.data().to_str().unwrap().to_owned();
    let ended = site.lianhu(&["--json", "scenario", "run", file.to_str().unwrap(), "--data", &data]).done();
    let end: Value = serde_json::from_str(ended.lines().last().unwrap()).unwrap();
    let case = end["cases"][0]["id"].as_str().unwrap().to_owned();
    let server = site.up();
    server.settled();
    (site, server, case)
}

/// What the coordinator was told of this type, as data beside time.
fn said(server: &Server, kind: &str) -> Vec<(Value, Value)> {
    let feed = server.agency("wbo").feed();
    let of = feed.iter().filter(|item| item["event"]["type"] == kind);
    of.map(|item| (item["event"]["data"].clone(), item["event"]["recordedtime"].clone())).collect()
}

fn of_clock(said: Vec<(Value, Value)>, clock: &str) -> Vec<(Value, Value)> {
    said.into_iter().filter(|(data, _)| data["clock"] == clock).collect()
}

fn state(server: &Server, agency: &str, case: &str, clock: &str) -> Value {
    let clocks = server.agency(agency).get(&format!("/v1/cases/{case}/clocks")).expect(200);
    let clocks = clocks["items"].as_array().unwrap();
    clocks.iter().find(|c| c["clock"] == clock).map(|c| c["state"].clone()).unwrap_or_default()
}

const BREACHED: &str = "governance.clock-breached.v1";
const REBUTTED: &str = "governance.breach-rebutted.v1";

#[test]
fn a_clock_that_runs_out_is_announced_once_at_its_due_moment_and_names_who_owed_it() {
    let mut lines = reported();
    lines.push(registered("05T09:00", "05T09:00")); // two days too late
    let (site, server, case) = played(&lines);
    let breaches = of_clock(said(&server, BREACHED), "K02");
    let (data, recorded) = &breaches[0];
    assert_eq!(breaches.len(), 1, "{breaches:?}");
    assert_eq!((&data["instance"], &data["owners"]), (&json!(REPORT), &json!(["hsp-01"])));
    assert_eq!(data["due_at"], "2026-03-03T02:10:00.000000Z");
    assert_eq!(recorded, "2026-03-03T02:10:00.000001Z", "the first moment at which it was too late");
    assert_eq!(state(&server, "wbo", &case, "K02"), "met-late");
    assert!(said(&server, REBUTTED).is_empty(), "late is late");
    server.stop();
    let server = site.up();
    server.settled();
    assert_eq!(of_clock(said(&server, BREACHED), "K02").len(), 1, "and not again after a restart");
}

#[test]
fn a_breach_is_taken_back_when_what_was_recorded_late_had_been_done_in_time() {
    let mut lines = reported();
    lines.push(registered("02T16:00", "05T09:00")); // an island without a network
    let (_site, server, case) = played(&lines);
    assert_eq!(of_clock(said(&server, BREACHED), "K02").len(), 1);
    let rebutted = of_clock(said(&server, REBUTTED), "K02");
    assert_eq!(rebutted.len(), 1, "{rebutted:?}");
    assert_eq!(rebutted[0].0["stopped_at"], "2026-03-02T08:00:00.000000Z");
    assert_eq!(
        rebutted[0].1, "2026-03-05T01:00:00.000000Z",
        "as soon as it was known, by the clock of the story"
    );
    assert_eq!(state(&server, "wbo", &case, "K02"), "met");
    let timeline = server.agency("wbo").get(&format!("/v1/cases/{case}/timeline")).expect(200);
    let facts = timeline["steps"].as_array().unwrap().iter().flat_map(|s| s["facts"].as_array().unwrap());
    let of_agency = |fact: &&&Value| fact["event"]["source"] != "/999901/bus";
    let facts: Vec<&Value> = facts.collect();
    let late: Vec<&&Value> = facts.iter().filter(of_agency).filter(|fact| fact["late"] == true).collect();
    assert_eq!(late.len(), 1, "one fact was recorded late: {late:?}");
    let then = server.agency("wbo").get(&format!("/v1/cases/{case}/clocks?as_of=2026-03-04")).expect(200);
    let k02 = then["items"].as_array().unwrap().iter().find(|c| c["clock"] == "K02").unwrap().clone();
    assert_eq!(k02["state"], "missed", "as of the day before, nobody knew");
}

#[test]
fn the_owner_says_why_it_missed_and_the_clock_says_that_it_was_explained() {
    let (_site, server, case) = played(&reported());
    assert_eq!(state(&server, "wbo", &case, "K02"), "missed");
    let overdue = server.agency("wbo").get("/v1/cases?overdue=true").expect(200);
    assert_eq!(overdue["items"][0]["case"], case);
    let inbox = server.agency("hsp-01").get("/v1/inbox").expect(200);
    let waits = inbox["items"].as_array().unwrap().iter().find(|item| item["clock"] == "K02").cloned();
    assert_eq!(waits.unwrap()["overdue"], true, "it still waits on the hospital");
    let explained = json!({"clock": "K02", "instance": REPORT, "reason_code": "no-capacity"});
    let kind = "governance.breach-explained.v1";
    let event = crate::harness::facts::event("hsp-01", kind, Some(&case), explained);
    server.agency("hsp-01").admitted(&event);
    server.settled();
    assert_eq!(state(&server, "wbo", &case, "K02"), "explained");
}

#[test]
fn an_agency_that_does_not_owe_a_clock_does_not_learn_from_it_what_it_was_not_told() {
    let mut lines = reported();
    lines.push(registered("02T16:00", "02T16:00"));
    let (_site, server, case) = played(&lines);
    assert_eq!(state(&server, "hsp-01", &case, "K02"), "met", "the hospital owes it");
    assert_eq!(state(&server, "psb-03", &case, "K06"), "missed", "the police owe it, and know");
    // The hospital was told of no acceptance: it does not know that there is a clock on the filing.
    assert_eq!(state(&server, "hsp-01", &case, "K06"), Value::Null);
    assert_eq!(server.agency("sch-12").get(&format!("/v1/cases/{case}/clocks")).status, 404);
}
