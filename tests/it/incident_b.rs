//! Incident B as its users meet it: a boy who was left behind, a year and a half long, and three other ends that it
//! might have had. The golden results stand in the domain study; every time here is that of the district.

use crate::demo::real_rules;
use crate::harness::played::{Played, Row, golden, row};
use crate::harness::repository;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fs;

/// The end of the story: later than that the clocks of the child's file go on by the time of today.
const END: &str = "2026-10-15T12:00:00%2B08:00";
/// The first facts of its histories.
const FILE: &str = "b9999902-0000-4000-8000-000100000001";
const SCHOOL: &str = "b9999902-0000-4000-8000-001600000001";
const CASE: &str = "b9999902-0000-4000-8000-001700000001";
const CALL: &str = "b9999902-0000-4000-8000-002300000001";
/// Where the other ends begin.
const FORK: &str = "// 36 and 37.";

/// What was missed in the child's file.
#[rustfmt::skip]
const MISSED_IN_THE_FILE: &[Row] = &[
    ("K44",  "vil-07", "2025-06-22 19:00", "2025-06-29", "-",                "explained"),
    ("K43b", "csv-02", "2025-07-13 16:00", "2025-07-28", "2025-08-02 10:00", "met-late"),
];

/// The case until the father does not come.
#[rustfmt::skip]
const UNTIL_THE_FORK: [Row; 5] = [
    ("K22", "psb-05", "2025-11-06 07:50", "immediately", "2025-11-06 10:20", "met"),
    ("K28", "psb-05", "2025-11-06 10:20", "2025-11-13",  "2025-11-14 15:30", "met-late"),
    ("K29", "cab",    "2025-11-06 10:40", "2026-11-06",  "2026-04-15 10:30", "met"),
    ("K32", "mpc",    "2025-11-06 10:40", "2026-04-15 10:00", "2026-03-11 10:00", "met"),
    ("K30", "psb-05", "2025-11-06 14:00", "2026-05-06",  "2025-12-02 16:00", "met"),
];

#[rustfmt::skip]
const HOME: [Row; 4] = [
    ("K31", "mpc",    "2026-03-16 09:00", "2026-03-19",  "2026-04-15 10:00", "met-late"),
    ("K31", "mpc",    "2026-04-13 09:00", "2026-04-16",  "2026-04-15 10:00", "met"),
    ("K36", "mpc",    "2026-04-15 10:00", "2026-04-16 10:00", "2026-04-15 15:00", "met"),
    ("K37", "wst-02", "2026-04-15 10:00", "2027-04-15",  "-",                "running"),
];

/// What the end in which guardianship is revoked adds.
#[rustfmt::skip]
const REVOKED: [Row; 4] = [
    ("K31", "mpc",    "2026-03-16 09:00", "2026-03-19",  "2026-06-16 10:00", "explained"), // another guardian: nobody has to come any more
    ("K33", "crt",    "2026-05-20 10:00", "2026-06-22",  "2026-06-15 10:00", "met"),
    ("K34", "cab",    "2026-06-15 10:00", "2027-06-15",  "2026-10-12 10:00", "met"),
    ("K35", "cab",    "2026-06-15 10:00", "2027-06-15",  "-",                "running"),
];

/// The district's own clocks of the case: the first conference, and how often its plan was looked at again.
#[rustfmt::skip]
const CONFERRED: [Row; 8] = [
    ("L08", "wbo", "2025-09-18 09:00", "2025-09-23", "2025-09-23 16:00", "met"), // high: three working days
    ("L09", "wbo", "2025-09-23 17:00", "2025-10-23", "2025-10-22 15:00", "met"),
    ("L09", "wbo", "2025-10-22 15:00", "2025-11-21", "2025-11-21 15:00", "met"),
    ("L09", "wbo", "2025-11-21 15:00", "2025-12-19", "2025-12-19 15:00", "met"),
    ("L09", "wbo", "2025-12-19 15:00", "2026-01-16", "2026-01-16 15:00", "met"),
    ("L09", "wbo", "2026-01-16 15:00", "2026-02-13", "2026-02-13 15:00", "met"),
    ("L09", "wbo", "2026-02-13 15:00", "2026-03-12", "2026-03-12 17:00", "met"),
    ("L09", "wbo", "2026-03-12 17:00", "2026-04-10", "2026-04-10 17:00", "met"),
];

/// The same in the end at home: medium is reviewed every three months, and whose goals are met no more.
#[rustfmt::skip]
const CONFERRED_AT_HOME: [Row; 2] = [
    ("L09", "wbo", "2026-04-10 17:00", "2026-05-08", "2026-05-08 15:00", "met"),
    ("L09", "wbo", "2026-05-08 15:00", "2026-08-07", "2026-08-07 15:00", "ended"),
];

/// The clocks of the study, and the district's own.
fn parted(rows: Vec<[String; 6]>) -> (Vec<[String; 6]>, Vec<[String; 6]>) {
    rows.into_iter().partition(|row| row[0].starts_with('K'))
}

fn scenario(name: &str) -> String {
    fs::read_to_string(repository("tests/scenarios").join(format!("{name}.jsonl"))).unwrap()
}

/// Plays a text in region 999902: the demo's rules, but that the coordination moves on 2026-06-01.
fn play(scenario: &str) -> Played {
    let folder = tempfile::tempdir().unwrap();
    let rules = real_rules(folder.path());
    let roster = folder.path().join("agencies.toml");
    let mut text = fs::read_to_string(&roster).unwrap().replace("\"999901\"", "\"999902\"");
    for date in ["from", "until"] {
        text = text.replace(&format!("{date} = \"2024-04-26\""), &format!("{date} = \"2026-06-01\""));
    }
    fs::write(&roster, text).unwrap();
    Played::under(&rules, scenario)
}

/// Another end of it.
fn ending(name: &str) -> Played {
    let (until, _) =
        scenario("incident-b").split_once(FORK).map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap();
    play(&format!("{until}{}", scenario(name)))
}

/// The clocks of a history as they stood at the end.
fn clocks(played: &Played, coordinator: &str, history: &str) -> Vec<[String; 6]> {
    let answer =
        played.agency(coordinator).get(&format!("/v1/cases/{history}/clocks?as_of={END}")).expect(200);
    answer["items"].as_array().unwrap().iter().map(row).collect()
}

fn events(played: &Played, agency: &str, history: &str) -> Vec<Value> {
    let timeline =
        played.agency(agency).get(&format!("/v1/cases/{history}/timeline?as_of={END}")).expect(200);
    let steps = timeline["steps"].as_array().unwrap().iter();
    steps
        .flat_map(|step| step["facts"].as_array().unwrap().clone())
        .map(|fact| fact["event"].clone())
        .collect()
}

fn page(played: &Played, coordinator: &str, history: &str) -> Value {
    played.agency(coordinator).get(&format!("/v1/cases/{history}?as_of={END}")).expect(200)
}

/// Clock and instance of each fact of this type.
fn instances(events: &[Value], kind: &str) -> Vec<(String, String)> {
    let text = |event: &Value, name: &str| event["data"][name].as_str().unwrap().to_owned();
    let of_kind = events.iter().filter(|event| event["type"] == kind);
    of_kind.map(|event| (text(event, "clock"), text(event, "instance"))).collect()
}

#[test]
fn the_clocks_of_the_case_are_judged_to_the_minute() {
    let played = play(&scenario("incident-b"));
    let (rows, own) = parted(clocks(&played, "wbo", played.history(CASE)));
    assert_eq!(rows, golden(&[&UNTIL_THE_FORK[..], &HOME[..]].concat()));
    assert_eq!(own, golden(&[&CONFERRED[..], &CONFERRED_AT_HOME[..]].concat()));
    let school = clocks(&played, "wbo", played.history(SCHOOL));
    let back = ("K52", "sch-15", "2025-09-01 00:00", "2025-09-29", "2025-09-22 09:00", "met");
    assert_eq!(school, golden(&[back]), "four weeks were never reached");
    let page = page(&played, "wbo", played.history(CASE));
    assert_eq!(
        (&page["phase"], &page["grade"], &page["overdue"]),
        (&json!("follow-up"), &json!("L1"), &json!(0))
    );
}

#[test]
fn the_child_s_file_knows_what_was_missed_and_nothing_that_was_only_recorded_late() {
    let played = play(&scenario("incident-b"));
    let rows = clocks(&played, "wbo", played.history(FILE));
    let missed: Vec<_> =
        rows.iter().filter(|row| !["met", "running"].contains(&row[5].as_str())).cloned().collect();
    assert_eq!(missed, golden(MISSED_IN_THE_FILE));
    let first = rows.iter().find(|row| row[0] == "K40").unwrap();
    assert_eq!(
        (&*first[3], &*first[4], &*first[5]),
        ("2025-03-19", "2025-03-18 10:20", "met"),
        "recorded on the 19th"
    );
    let mut met = BTreeMap::new();
    for row in rows.iter().filter(|row| row[5] == "met") {
        *met.entry(row[0].as_str()).or_insert(0) += 1;
    }
    let golden = [
        ("K38", 2),
        ("K40", 1),
        ("K41", 37),
        ("K42", 34),
        ("K43a", 37),
        ("K43b", 33),
        ("K44", 14),
        ("K45", 1),
    ];
    assert_eq!(met, BTreeMap::from(golden));
}

#[test]
fn every_breach_is_announced_once_and_explained() {
    let played = play(&scenario("incident-b"));
    let mut all = Vec::new();
    for history in [FILE, SCHOOL, CASE, CALL] {
        let events = events(&played, "wbo", played.history(history));
        let breached = instances(&events, "governance.clock-breached.v1");
        assert_eq!(breached, instances(&events, "governance.breach-explained.v1"));
        assert!(instances(&events, "governance.breach-rebutted.v1").is_empty(), "none was false");
        all.extend(breached.into_iter().map(|(clock, _)| clock));
    }
    assert_eq!(all, ["K44", "K43b", "K28", "K31"]);
}

#[test]
fn what_110_heard_is_taken_over_by_the_case() {
    let played = play(&scenario("incident-b"));
    let (case, call) = (played.history(CASE), played.history(CALL));
    let absorbed = events(&played, "wbo", call);
    let absorbed = absorbed.iter().find(|event| event["type"] == "intake.report-absorbed.v1").unwrap();
    assert_eq!(absorbed["data"]["primary"], case);
    played.agency("hl3").get(&format!("/v1/cases/{case}")).refused(404, "not-found");
    let settled =
        events(&played, "wbo", case).into_iter().any(|event| event["type"] == "intake.link-settled.v1");
    assert!(settled, "its reporter was answered");
}

#[test]
fn the_coordination_moves_and_what_runs_goes_on() {
    let played = play(&scenario("incident-b"));
    let case = played.history(CASE);
    let moved = events(&played, "wbo", case);
    let moved: Vec<_> =
        moved.iter().filter(|event| event["type"] == "governance.coordinator-changed.v1").collect();
    assert_eq!(moved.len(), 1);
    assert_eq!(moved[0]["data"], json!({"from": ["cab"], "to": ["wbo"], "since": "2026-06-01"}));
    let at = |agency: &str, moment: &str| {
        played.agency(agency).get(&format!("/v1/cases/{case}?as_of={moment}T12:00:00%2B08:00"))
    };
    at("wbo", "2026-05-31").refused(404, "not-found");
    at("cab", "2026-05-31").expect(200);
    at("wbo", "2026-06-01").expect(200);
    let running: Vec<_> =
        clocks(&played, "wbo", case).into_iter().filter(|row| row[5] == "running").collect();
    assert_eq!(running, golden(&HOME[3..]), "it started under the coordinator before");
}

#[test]
fn it_might_have_ended_with_another_guardian_for_good() {
    let played = ending("ending-long-term");
    let mut until = UNTIL_THE_FORK;
    (until[2].4, until[3].3) = ("2026-06-16 10:30", "before-a-fact"); // nobody returns, so nothing is due before a return
    let case = played.history(CASE);
    let (rows, own) = parted(clocks(&played, "wbo", case));
    assert_eq!(rows, golden(&[&until[..], &REVOKED[..]].concat()));
    assert_eq!(own[..8], golden(&CONFERRED)[..]);
    assert!(own[8..].iter().all(|row| row[5] != "missed"), "{own:?}");
    let page = page(&played, "wbo", case);
    assert_eq!((&page["phase"], &page["grade"]), (&json!("plan-active"), &json!("L1")));
    let track =
        |name: &str| page["tracks"].as_array().unwrap().iter().find(|track| track["track"] == name).cloned();
    assert_eq!(track("guardianship").unwrap()["state"], "long-term-guardianship", "{page}");
}

#[test]
fn it_might_have_ended_in_another_region() {
    let played = ending("ending-transfer");
    let case = played.history(CASE);
    assert_eq!(page(&played, "cab", case)["phase"], "closed");
    let answer =
        |id: &str| played.answers.iter().find(|answer| answer["id"] == id).unwrap()["problem"].clone();
    let early = answer("b9999902-0000-4000-8000-006100000002");
    assert_eq!(early["unmet"], json!(["transfer-accepted"]), "nobody had taken it yet: {early}");
}

#[test]
fn a_child_comes_of_age_and_its_case_ends() {
    let played = play(&scenario("ending-majority"));
    assert_eq!(page(&played, "cab", &played.case)["phase"], "closed");
    let early = played.answers.iter().find(|answer| answer["outcome"] == "refused").unwrap();
    let unmet = early["problem"]["unmet"].as_array().unwrap();
    assert!(unmet.contains(&json!("guardianship-settled")), "{early}");
    let states: Vec<_> = clocks(&played, "cab", &played.case)
        .into_iter()
        .map(|row| (row[0].clone(), row[5].clone()))
        .collect();
    assert!(!states.iter().any(|(_, state)| state == "missed"), "{states:?}");
}
