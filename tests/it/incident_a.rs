//! Incident A as its users meet it: the coordinator's page, the reviewer's replay, what others knew and when. The
//! golden results stand in the domain study; every time here is that of the district.

use crate::harness::command::lianhu_at;
use crate::harness::played::{Played, Row, golden, row};
use crate::harness::{Server, Site, lianhu, repository};
use serde_json::{Value, json};
use std::collections::BTreeSet;

#[rustfmt::skip]
const GOLDEN: &[Row] = &[
    ("K01",  "hsp-01", "2026-03-30 14:05", "2026-03-31 14:05", "2026-03-30 14:18", "met"),
    ("K02",  "hsp-01", "2026-03-30 14:18", "2026-03-31 14:18", "2026-03-30 14:40", "met"),
    ("K03",  "psb-03", "2026-03-30 14:18", "immediately",      "2026-03-30 14:25", "met"),
    ("K06",  "psb-03", "2026-03-30 14:25", "2026-04-02",       "2026-03-30 16:10", "met"),
    ("K07",  "psb-03", "2026-03-30 14:25", "2026-04-07",       "2026-03-30 16:10", "met"),
    ("L08",  "wbo",    "2026-03-30 15:20", "2026-04-02",       "2026-04-02 16:30", "met"),
    ("K08",  "psb",    "2026-03-30 16:10", "2026-04-02",       "2026-04-02 10:00", "met"),
    ("K09",  "psb",    "2026-03-30 16:10", "2026-05-18 09:00", "2026-05-15 10:00", "met"),
    ("K19",  "psb",    "2026-03-30 16:10", "2026-03-31 16:10", "2026-03-30 15:05", "met"),
    ("K22",  "psb-03", "2026-03-30 20:05", "immediately",      "2026-03-30 21:10", "met"),
    ("K28",  "psb psb-03 psb-j", "2026-03-30 21:10", "2026-04-07", "2026-04-07 16:00", "met"),
    ("K29",  "cab",    "2026-03-30 21:20", "2027-03-30",       "2026-07-22 10:10", "met"),
    ("K32",  "mpc",    "2026-03-30 21:20", "2026-07-22 10:00", "2026-06-30 16:00", "met"),
    ("K23",  "crt",    "2026-03-31 10:00", "2026-04-01 10:00", "2026-04-01 08:40", "met"),
    ("K56a", "lac",    "2026-03-31 11:00", "2026-04-07",       "2026-04-03 09:00", "met"),
    ("K25",  "wfd",    "2026-04-01 08:40", "2026-10-01",       "2026-10-02 00:00", "expired"),
    ("K26",  "crt",    "2026-04-01 08:40", "2026-04-02 08:40", "2026-04-01 11:30", "met"),
    ("L09",  "wbo",    "2026-04-03 09:00", "2026-05-03",       "2026-04-30 15:00", "met"),
    ("K56b", "lac",    "2026-04-03 09:00", "2026-04-07",       "2026-04-03 09:00", "met"),
    ("K57",  "hlt",    "2026-04-10 17:00", "2026-05-11",       "2026-05-11 15:00", "met"),
    ("L09",  "wbo",    "2026-04-30 15:00", "2026-05-29",       "2026-05-29 15:00", "met"),
    ("K17",  "pro",    "2026-05-18 09:00", "2026-06-18",       "2026-06-12 10:00", "met"),
    ("L09",  "wbo",    "2026-05-29 15:00", "2026-06-29",       "2026-06-29 15:00", "met"),
    ("L09",  "wbo",    "2026-06-29 15:00", "2026-07-29",       "2026-07-16 15:00", "met"),
    ("L09",  "wbo",    "2026-07-16 15:00", "2026-08-14",       "2026-08-14 15:00", "ended"), // its goals are met
    ("K31",  "mpc",    "2026-07-20 09:00", "2026-07-23",       "2026-07-22 10:00", "met"),
    ("K36",  "mpc",    "2026-07-22 10:00", "2026-07-23 10:00", "2026-07-22 16:00", "met"),
    ("K37",  "wst-01", "2026-07-22 10:00", "2027-07-22",       "-",                "running"),
];

/// Each test has a server of its own, so that none outlives its test.
fn played() -> Played {
    Played::of("incident-a")
}

#[test]
fn every_clock_starts_ends_and_is_judged_to_the_minute_over_http() {
    let played = played();
    let answer = played.get("wbo", "/clocks");
    let rows: Vec<_> = answer["items"].as_array().unwrap().iter().map(row).collect();
    assert_eq!(rows, golden(GOLDEN));
    for clock in answer["items"].as_array().unwrap() {
        assert!(!clock["article"].as_str().unwrap().is_empty(), "{clock}");
        assert!(!clock["law"].as_str().unwrap().is_empty(), "{clock}");
    }
}

#[test]
fn the_replay_on_the_command_line_gives_the_same_verdicts_with_law_and_article() {
    let played = played();
    let said = played.lianhu("wcc", &["--json", "replay", &played.number]).done();
    let replay: Value = serde_json::from_str(&said).unwrap();
    let rows: Vec<_> = replay["verdicts"].as_array().unwrap().iter().map(row).collect();
    assert_eq!(rows, golden(GOLDEN));
    let told = played.lianhu("wcc", &["replay", &played.number]).done();
    for (clock, ..) in GOLDEN {
        assert!(
            told.lines().any(|line| line.trim().starts_with(clock) && line.contains(" art. ")),
            "{clock}"
        );
    }
    assert!(told.contains("local setting"), "what the district set itself is never shown as law");
}

#[test]
fn nothing_was_missed_the_case_is_in_follow_up_judged_and_the_child_is_home() {
    let played = played();
    let page = played.get("wbo", "");
    assert_eq!(
        (&page["phase"], &page["grade"], &page["overdue"]),
        (&json!("follow-up"), &json!("L1"), &json!(0))
    );
    let track = |name: &str| {
        let tracks = page["tracks"].as_array().unwrap();
        tracks.iter().find(|track| track["track"] == name).map(|track| track["state"].clone())
    };
    assert_eq!(track("justice"), Some(json!("judged")));
    assert_eq!(track("guardianship"), Some(json!("returned")));
    assert_eq!(track("protection-order"), Some(json!("expired")));
    let kinds = kinds(&played.get("wbo", "/timeline"));
    assert!(!kinds.iter().any(|kind| kind == "governance.clock-breached.v1"), "{kinds:?}");
    let count = |wanted: &str| kinds.iter().filter(|kind| *kind == wanted).count();
    assert_eq!(count("one-stop.interview-completed.v1"), 1, "the child was asked once");
    assert_eq!(count("guardianship.protection-order-expired.v1"), 1, "the bus said so itself, once");
}

fn facts(timeline: &Value) -> Vec<&Value> {
    let steps = timeline["steps"].as_array().unwrap().iter();
    steps.flat_map(|step| step["facts"].as_array().unwrap()).collect()
}

fn kinds(timeline: &Value) -> Vec<String> {
    facts(timeline).iter().map(|fact| fact["event"]["type"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_request_and_its_answers_are_one_step_with_its_duration() {
    let played = played();
    let timeline = played.get("wbo", "/timeline");
    let steps = timeline["steps"].as_array().unwrap();
    let order = steps.iter().find(|step| step["title"]["en"] == "Protection order applied for").unwrap();
    assert_eq!(order["facts"].as_array().unwrap().len(), 4, "applied, decided, served, expired");
    let counselling = steps.iter().find(|step| {
        step["title"]["en"] == "Referral made" && step["facts"][0]["event"]["data"]["to"] == "ngo-07"
    });
    let counselling = counselling.unwrap();
    assert_eq!(counselling["facts"].as_array().unwrap().len(), 4, "made, received, accepted, completed");
    assert_eq!(counselling["seconds"], 78 * 60, "16:22 to 17:40");
}

#[test]
fn as_of_an_earlier_moment_the_case_is_what_it_was() {
    let played = played();
    let as_of = |when: &str| played.get("wbo", &format!("?as_of={when}"));
    let evening = as_of("2026-03-30T18:00:00%2B08:00");
    assert_eq!((&evening["phase"], &evening["grade"]), (&json!("open"), &json!("L4")));
    let clocks = played.get("wbo", "/clocks?as_of=2026-04-01");
    let of = |id: &str| {
        let clocks = clocks["items"].as_array().unwrap();
        clocks.iter().find(|clock| clock["clock"] == id).map(|clock| clock["state"].clone())
    };
    assert_eq!((of("K08"), of("K23"), of("K17")), (Some(json!("running")), Some(json!("met")), None));
    assert_eq!(as_of("2026-07-15")["phase"], "conference");
    let wbo = played.server.agency("wbo");
    let before = wbo.get(&format!("/v1/cases/{}?as_of=2026-03-29", played.case));
    before.refused(404, "not-found"); // before its first fact there was no such case
    let far = played.get("wbo", "?as_of=2030-01-01");
    assert_eq!(far, played.get("wbo", ""), "what is to come is not known: as it stands");
    wbo.get(&format!("/v1/cases/{}?as_of=yesterday", played.case)).refused_at(
        400,
        "malformed",
        "/as_of",
        "query",
    );
}

#[test]
fn the_reviewer_sees_what_the_school_knew_on_three_dates() {
    let played = played();
    let knew = |day: &str| played.get("wcc", &format!("/knowledge?agency=sch-15&as_of={day}"));
    assert!(facts(&knew("2026-04-12")).is_empty(), "before the transfer the school knew nothing");
    let exact = |timeline: &Value| -> Vec<String> {
        let exact = facts(timeline).into_iter().filter(|fact| fact["form"] != "coarse");
        exact.map(|fact| fact["event"]["type"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(exact(&knew("2026-04-13")), ["education.school-transfer-arranged.v1"]);
    let later = ["education.school-transfer-arranged.v1", "guardianship.return-notice-given.v1"];
    assert_eq!(exact(&knew("2026-07-22")), later);
    let said = played.lianhu("wcc", &["replay", &played.number, "--as", "sch-15", "--as-of", "2026-04-12"]);
    assert!(said.done().contains("told nothing"));
    let school = played.server.agency("sch-15");
    let other = school.get(&format!("/v1/cases/{}/knowledge?agency=psb", played.case));
    other.refused(403, "role-not-allowed");
}

#[test]
fn knowledge_shows_the_reviewer_no_value_that_is_not_for_it() {
    let played = played();
    let police = played.get("wcc", "/knowledge?agency=psb-03");
    let report =
        facts(&police).into_iter().find(|f| f["event"]["type"] == "mandatory-reporting.report-filed.v1");
    let report = report.unwrap();
    assert_eq!(report["form"], "full", "the police station was told all of it");
    assert!(report["event"]["data"]["narrative"].is_null(), "{report}");
    let hidden: BTreeSet<&str> = report["withheld"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|withheld| withheld["state"] == "withheld-from-you")
        .map(|withheld| withheld["pointer"].as_str().unwrap())
        .collect();
    assert!(hidden.contains("/data/narrative"), "{report}");
}

#[test]
fn what_is_withheld_from_a_fact_stands_in_no_list_either() {
    let played = played();
    let timeline = played.get("pro", "/timeline");
    let made = facts(&timeline).into_iter().find(|fact| fact["event"]["type"] == "referral.made.v1").unwrap();
    assert!(made["event"]["data"]["purpose"].is_null(), "{made}");
    let referrals = played.get("pro", "/referrals");
    let referrals = referrals["items"].as_array().unwrap();
    assert!(!referrals.is_empty() && referrals.iter().all(|referral| referral["purpose"].is_null()));
    assert_eq!(played.get("wbo", "/referrals")["items"][1]["purpose"], "counselling");
}

#[test]
fn of_what_was_told_by_the_day_the_minute_stands_nowhere() {
    let played = played();
    let midnight = "T16:00:00.000000Z"; // in the district
    let replay = played.get("sch-15", "/replay");
    let coarse = replay["steps"].as_array().unwrap().iter().filter(|step| step["form"] == "coarse");
    let recorded: Vec<&str> = coarse.map(|step| step["recorded"].as_str().unwrap()).collect();
    assert!(recorded.len() > 30 && recorded.iter().all(|at| at.ends_with(midnight)), "{recorded:?}");
    assert!(played.get("sch-15", "")["opened"].as_str().unwrap().ends_with(midnight));
    assert!(!played.get("wbo", "")["opened"].as_str().unwrap().ends_with(midnight));
}

#[test]
fn who_has_no_part_in_the_case_finds_nothing_of_it() {
    let played = played();
    let stranger = played.server.agency("sch-12");
    let wrong = stranger.get("/v1/cases/case-00000000000000000000000000000000");
    for path in ["", "/timeline", "/clocks", "/referrals", "/replay", "/stream", "/knowledge?agency=sch-12"] {
        let answer = stranger.get(&format!("/v1/cases/{}{path}", played.case));
        assert_eq!((answer.status, &answer.text), (404, &wrong.text), "{path}");
    }
    assert_eq!(stranger.get("/v1/cases").expect(200)["total"], 0);
    assert_eq!(stranger.get("/v1/inbox?all=true").expect(200)["items"], json!([]));
    assert_eq!(stranger.get("/v1/clocks").expect(200)["total"], 0);
}

#[test]
fn the_views_are_what_the_ledger_says_and_are_rebuilt_beside_the_running_ones() {
    let site = Site::demo();
    let (file, data) = (repository("tests/scenarios/incident-a.jsonl"), site.data().to_owned());
    site.lianhu(&["scenario", "run", file.to_str().unwrap(), "--data", data.to_str().unwrap()]).done();
    let server = site.up();
    server.settled();
    let case =
        server.agency("wbo").get("/v1/cases").expect(200)["items"][0]["case"].as_str().unwrap().to_owned();
    let shown = |server: &Server| {
        let asked =
            |path: &str| server.agency("wbo").get(&format!("/v1/cases/{case}{path}?as_of=2026-09-01")).text;
        ["", "/timeline", "/clocks", "/replay"].map(asked)
    };
    let before = shown(&server);
    let operator = std::fs::read_to_string(data.join("operator.token")).unwrap();
    let words = ["--json", "rebuild"];
    let found = lianhu_at(server.at, operator.trim(), &words, "").done();
    let found: Value = serde_json::from_str(found.trim()).unwrap();
    assert!(found["difference"].is_null() && found["alike"].as_u64().unwrap() > 100, "{found}");
    assert_eq!(shown(&server), before, "and the rebuilt ones answer alike");
    server.stop();
    if site.on_nats() {
        return; // at rest there is no ledger beside the views
    }
    let found = lianhu(&["--json", "rebuild", "--data", data.to_str().unwrap()]).done();
    assert!(serde_json::from_str::<Value>(found.trim()).unwrap()["difference"].is_null(), "{found}");
    let server = site.up();
    server.settled();
    assert_eq!(shown(&server), before);
}
