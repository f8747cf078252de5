//! The coordination moves to another agency: new rules, over a running bus.

use crate::demo::{real, real_rules};
use crate::harness::command::lianhu_at;
use crate::harness::facts::{Case, report};
use crate::harness::{eventually, repository};
use std::fs;

const CHANGED: &str = "governance.coordinator-changed.v1";

#[test]
fn rules_that_move_the_coordination_hand_over_what_is_under_way() {
    let (_site, server, operator) = real();
    let token = |agency: &str| lianhu_at(server.at, &operator, &["agency", "token", agency], "").done();
    let agency = |code: &str| server.bearer(token(code).trim());
    let (hospital, police, old, new) = (agency("hsp-01"), agency("psb-03"), agency("wbo"), agency("cab"));
    let case = Case::of(&hospital, &report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。"));
    police.admitted(&case.acknowledged("psb-03"));
    server.settled();
    assert!(new.feed().is_empty(), "civil affairs has no part in it");
    let position = server.ready()["head"].as_u64().unwrap();
    let path = |at: &str| format!("/v1/cases/{}{at}", case.subject);
    old.get(&path("")).expect(200);

    let folder = tempfile::tempdir().unwrap();
    let rules = real_rules(folder.path());
    let roster = fs::read_to_string(repository("deploy/jurisdictions/demo/agencies.toml")).unwrap();
    let held = "{ role = \"coordinator\", from = \"2024-04-26\" }";
    let moved = roster.replace("\ndemo = true\n", "\n");
    let moved = moved.replace(held, &held.replace(" }", ", until = \"2026-01-01\" }"));
    let before = "{ role = \"civil-affairs\", from = \"2020-01-01\" },";
    let also = format!("{before}\n  {{ role = \"coordinator\", from = \"2026-01-01\" }},");
    fs::write(folder.path().join("agencies.toml"), moved.replacen(before, &also, 1)).unwrap();
    lianhu_at(server.at, &operator, &["rules", "apply", &rules], "").done();

    let feed = new.told_of(CHANGED);
    let backfill: Vec<&str> = feed
        .iter()
        .filter(|item| item["backfill"] == true)
        .map(|item| item["event"]["type"].as_str().unwrap())
        .collect();
    let past = ["mandatory-reporting.report-filed.v1", "intake.report-acknowledged.v1"];
    assert_eq!(backfill, past, "the past is told to the new host");
    assert_eq!(police.told_of(CHANGED).iter().filter(|item| item["event"]["type"] == CHANGED).count(), 1);
    eventually("it waits on the new host", || {
        let inbox = new.get("/v1/inbox").expect(200);
        let waits = inbox["items"].as_array().is_some_and(|items| !items.is_empty());
        if waits { Ok(()) } else { Err(inbox.to_string()) }
    });
    assert_eq!(
        old.get("/v1/inbox").expect(200)["items"].as_array().unwrap().len(),
        0,
        "on the old one no more"
    );
    assert!(old.feed().iter().all(|item| item["form"] == "coarse" && item["event"]["type"] != CHANGED));

    // who coordinated then is asked of the rules of then
    let opened = case.opened_by_coordinator();
    old.publish(&opened).refused(403, "role-not-allowed");
    let mut opened = opened;
    opened["source"] = "/999901/cab".into();
    new.admitted(&opened);
    let owners = |as_of: &str| new.get(&path(&format!("/clocks{as_of}"))).expect(200).to_string();
    assert!(!owners("").contains("\"wbo\""), "{}", owners(""));
    new.get(&path(&format!("?as_of={position}"))).refused(404, "not-found");
}
