//! What a newcomer sees: a demo that is alive from its first moment.

use crate::harness::{Server, Site, eventually};
use serde_json::{Value, json};
use std::collections::BTreeSet;

const PHASES: [&str; 9] = [
    "received",
    "acknowledged",
    "open",
    "conference",
    "plan-active",
    "follow-up",
    "closure-review",
    "closed",
    "sealed",
];

#[track_caller]
fn total(server: &Server, query: &str) -> u64 {
    server.agency("wbo").get(&format!("/v1/cases?limit=500&{query}")).expect(200)["total"].as_u64().unwrap()
}

/// The cases of which the coordinator was told behind a position.
fn cases_behind(server: &Server, position: u64) -> (BTreeSet<String>, u64) {
    let page = server.agency("wbo").get(&format!("/v1/feed?after={position}&limit=1000")).expect(200);
    let items = page["items"].as_array().unwrap();
    let case = |item: &Value| item["event"]["subject"].as_str().unwrap().to_owned();
    (items.iter().map(case).collect(), page["next"].as_u64().unwrap())
}

/// Where the coordinator's feed ends.
fn end_of_feed(server: &Server) -> u64 {
    server.agency("wbo").get("/v1/feed?limit=1").expect(200)["head"].as_u64().unwrap()
}

#[test]
fn a_new_demo_has_cases_in_every_phase_and_overdue_clocks_and_is_filled_once() {
    let mut site = Site::with(&["--demo", "--quiet"]);
    let server = site.up();
    server.settled();
    assert_eq!(total(&server, ""), 31);
    for phase in PHASES {
        assert!(total(&server, &format!("phase={phase}")) > 0, "no case is {phase}");
    }
    assert!(total(&server, "overdue=true") > 2, "nothing is overdue");
    let missed = server.agency("wbo").get("/v1/clocks?state=missed&limit=500").expect(200);
    assert!(missed["items"].to_string().contains("K02") && missed["items"].to_string().contains("K08"));
    told_in_their_time(&server);
    let head = server.ready()["head"].clone();
    server.stop();

    let server = site.up();
    server.settled();
    assert_eq!((server.ready()["head"].clone(), total(&server, "")), (head, 31), "nobody goes on with it");
    server.stop();
    site.options = ["--demo", "--pace", "0"].map(str::to_owned).to_vec();
    let server = site.up();
    server.settled();
    assert_eq!(total(&server, ""), 31);
}

/// The first fact of the incident was recorded and told half a year ago; nothing lies ahead; every case has a
/// past of its own.
fn told_in_their_time(server: &Server) {
    let feed = server.agency("wbo").feed();
    let recorded: Vec<&str> =
        feed.iter().map(|item| item["event"]["recordedtime"].as_str().unwrap()).collect();
    assert!(recorded.is_sorted(), "{recorded:?}");
    let days: BTreeSet<&str> = recorded.iter().map(|recorded| &recorded[..10]).collect();
    assert!(days.len() > 60, "{days:?}");
    let alert = "a9999901-0000-4000-8000-000100000001";
    let Some(alert) = feed.iter().find(|item| item["event"]["id"] == alert) else { return };
    let case = alert["event"]["subject"].as_str().unwrap();
    let known = |as_of: &str| {
        let path = format!("/v1/cases/{case}/knowledge?agency=psb-03&as_of={as_of}");
        let knowledge = server.agency("wbo").get(&path).expect(200).to_string();
        knowledge.contains("mandatory-reporting.report-filed.v1")
    };
    assert!(!known("2026-03-30T14:17:59%2B08:00"), "nobody knew of the report before it was made");
    assert!(known("2026-03-30T14:19:00%2B08:00"), "the station was told within the minute");
}

#[test]
fn the_simulator_publishes_and_goes_on_after_a_restart() {
    let site = Site::with(&["--demo", "--pace", "1"]);
    let server = site.up();
    let begun = end_of_feed(&server);
    let more = |server: &Server, after: u64, count: usize| {
        eventually("the simulator publishes", || {
            let page = server.agency("wbo").get(&format!("/v1/feed?after={after}&limit=1000")).expect(200);
            let count_now = page["items"].as_array().unwrap().len();
            if count_now >= count { Ok(()) } else { Err(format!("{count_now} items")) }
        });
    };
    more(&server, begun, 4);
    let (known, last) = cases_behind(&server, 0);
    server.stop();

    let server = site.up();
    more(&server, last, 6);
    server.settled();
    let (after, _) = cases_behind(&server, last);
    assert!(after.intersection(&known).count() > 0, "it goes on with what it had begun: {after:?}");
    let ready = server.ready();
    assert_eq!(ready["stopped"], json!([]), "{ready}");
    assert!(total(&server, "") < 31 + 12, "few cases are begun");
    server.stop();
}

#[test]
fn a_demo_may_stay_empty_and_is_filled_when_it_is_asked_to_later() {
    let mut site = Site::demo();
    let server = site.up();
    server.settled();
    assert_eq!(total(&server, ""), 0);
    server.stop();

    let empty = std::mem::replace(&mut site.options, ["--demo", "--quiet"].map(str::to_owned).to_vec());
    let server = site.up();
    server.settled();
    assert_eq!(total(&server, ""), 31);
    server.stop();

    site.options = empty;
    let server = site.up();
    server.settled();
    assert_eq!(total(&server, ""), 31, "what is there stays");
    server.stop();
    let data = site.beside("data");
    for options in [&["--empty"][..], &["--quiet"], &["--pace", "3"]] {
        let ended = site.lianhu(&[&["up", "--data", data.to_str().unwrap()], options].concat());
        ended.refused(2, &["--demo"]);
    }
}
