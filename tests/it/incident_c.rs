//! Incident C as its users meet it: a crisis at night that ends well. Two histories, the school's file and the case;
//! the golden results stand in the domain study.

use crate::harness::played::{Played, Row, golden, row};
use serde_json::{Value, json};

/// The school's file first, then the case.
#[rustfmt::skip]
const GOLDEN: [&[Row]; 2] = [
    &[
        ("K48",  "sch-12", "2025-03-25 08:20", "immediately", "2025-03-25 09:00", "met"),
        ("K49",  "sch-12", "2025-03-25 09:00", "2025-04-07",  "2025-04-03 16:00", "met"),
        ("K50",  "edu",    "2025-04-07 10:00", "2025-04-22",  "2025-04-21 11:00", "met"),
    ],
    &[
        ("K54",  "hl2",    "2025-03-26 22:14", "immediately", "2025-03-26 23:05", "met"),
        ("K03",  "psb",    "2025-03-26 22:16", "immediately", "2025-03-26 22:17", "met"),
        ("K06",  "psb",    "2025-03-26 22:17", "2025-03-31",  "2025-03-27 08:00", "met"),
        ("L01",  "wbo",    "2025-03-26 22:18", "2025-03-31",  "2025-03-27 16:00", "met"),
        ("L08",  "wbo",    "2025-03-26 23:20", "2025-03-31",  "2025-03-28 15:40", "met"), // high: three working days
        ("K10",  "psb",    "2025-03-27 08:00", "2025-03-31",  "2025-03-27 09:30", "met"),
        ("K11a", "hl2",    "2025-03-27 09:30", "2025-04-03",  "-",                "expired"),
        ("L09",  "wbo",    "2025-03-28 17:00", "2025-04-28",  "2025-04-25 16:00", "met"),
        ("L09",  "wbo",    "2025-04-25 16:00", "2025-07-25",  "2025-06-12 14:00", "ended"), // its goals are met
        ("L02",  "wbo",    "2025-12-16 10:00", "2026-01-15",  "2026-01-05 10:00", "met"),
    ],
];

fn played() -> Played {
    Played::of("incident-c")
}

/// All facts of a case as an agency may see them.
fn facts(played: &Played, agency: &str, case: &str) -> Vec<Value> {
    let timeline = played.server.agency(agency).get(&format!("/v1/cases/{case}/timeline")).expect(200);
    let steps = timeline["steps"].as_array().unwrap().iter();
    steps.flat_map(|step| step["facts"].as_array().unwrap().clone()).collect()
}

fn kind(fact: &Value) -> &str {
    fact["event"]["type"].as_str().unwrap()
}

#[test]
fn every_clock_is_met_and_nothing_is_missed() {
    let played = played();
    assert_eq!(played.cases.len(), 2);
    for (case, rows_of_it) in played.cases.iter().zip(GOLDEN) {
        let clocks = played.server.agency("wbo").get(&format!("/v1/cases/{case}/clocks")).expect(200);
        let rows: Vec<_> = clocks["items"].as_array().unwrap().iter().map(row).collect();
        assert_eq!(rows, golden(rows_of_it));
        let missed =
            facts(&played, "wbo", case).iter().any(|fact| kind(fact) == "governance.clock-breached.v1");
        assert!(!missed, "nothing was missed");
    }
}

#[test]
fn it_ends_closed_and_sealed_at_a_low_grade() {
    let played = played();
    let page = played.server.agency("wbo").get(&format!("/v1/cases/{}", played.cases[1])).expect(200);
    assert_eq!(
        (&page["phase"], &page["grade"], &page["overdue"]),
        (&json!("sealed"), &json!("L1"), &json!(0))
    );
    assert_eq!(page["waiting"], json!([]), "nobody waits for anything: {page}");
    let at = format!("/v1/cases/{}?as_of=2025-06-14", played.cases[1]);
    assert_eq!(
        played.server.agency("wbo").get(&at).expect(200)["phase"],
        "follow-up",
        "approved, and watched"
    );
}

#[test]
fn the_patrol_sees_the_child_for_a_day_and_nothing_of_her_afterwards() {
    let played = played();
    let case = &played.cases[1];
    let now = facts(&played, "psb-05", case);
    for fact in now.iter().filter(|fact| fact["event"]["source"] != "/999901/psb-05") {
        assert_eq!(fact["form"], "coarse", "{fact}");
    }
    assert!(!Value::from(now).to_string().contains("测试丙"), "the glass is whole again");
    let knew = format!("/v1/cases/{case}/knowledge?agency=psb-05&as_of=2025-03-27T12:00:00%2B08:00");
    let knew = played.server.agency("wcc").get(&knew).expect(200);
    let steps = knew["steps"].as_array().unwrap().iter().flat_map(|step| step["facts"].as_array().unwrap());
    let lead: Vec<_> = steps.filter(|fact| kind(fact) == "intake.lead-received.v1").collect();
    assert_eq!(lead.len(), 1, "it had been told who she is, where she lives");
}

#[test]
fn the_other_pupil_and_the_school_are_hidden_from_those_who_have_no_part_in_it() {
    let played = played();
    let (school, case) = (&played.cases[0], &played.cases[1]);
    for outsider in ["hl2", "psb", "psb-05", "mhc", "wst-01", "wfd"] {
        let answer = played.server.agency(outsider).get(&format!("/v1/cases/{school}"));
        answer.refused(404, "not-found");
    }
    for agency in ["wbo", "psb", "hl2", "mhc", "sch-12"] {
        let text = Value::from(facts(&played, agency, case)).to_string();
        assert!(!text.contains("\"label\":\"B\"") && !text.contains("accused"), "{agency}");
    }
}

#[test]
fn the_helpline_keeps_its_own_call_and_hears_of_the_rest_that_it_went_on() {
    let played = played();
    let exact = facts(&played, "hl2", &played.cases[1]);
    let exact: Vec<_> = exact.iter().filter(|fact| fact["form"] != "coarse").collect();
    let foreign: Vec<_> =
        exact.iter().filter(|fact| fact["event"]["source"] != "/999901/hl2").map(|f| kind(f)).collect();
    assert_eq!(foreign, ["mandatory-reporting.case-filing-declined.v1"], "what was served on it");
    assert!(
        exact.iter().any(|fact| fact["event"]["data"]["narrative"].is_string()),
        "its own call, word for word"
    );
}
