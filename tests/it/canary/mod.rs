//! Canaries: every protected property of every fact carries a mark, and no mark stands anywhere but in the
//! answers to those who may read it.

mod fill;
mod scenario;

use crate::harness::client::Caller;
use crate::harness::search::Needles;
use crate::harness::{Server, Site, note};
use fill::{Filler, PREFIXES};
use scenario::Scenario;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

/// Agencies that read along; some may see much, some little, one nothing.
const READERS: &[&str] = &[
    "psb-03", "psb", "psb-05", "pro", "hlt", "hsp-01", "wbo", "wcc", "cab", "ngo-07", "ngo-11", "sch-12",
    "hl1", "htl-08", "vil-03",
];

#[test]
fn what_is_protected_stands_nowhere_but_in_answers_to_those_who_may_read_it() {
    let site = Site::one_box();
    let server = site.up();
    let mut filler = Filler::new();
    let published = Scenario::play(&server, &mut filler);
    every_type_of_a_case_was_published(&published);
    server.settled();

    let seen = read_along(&server, &filler, &published);
    let unseen: Vec<&String> = filler.marks().iter().filter(|mark| !seen.contains(*mark)).collect();
    assert!(unseen.is_empty(), "nobody may read {unseen:?}: a test that looks for them could not fail");
    let provoked = provoke(&server, &published, &mut filler);
    note(&format!("canary: {} facts, {} marks, {provoked} refusals", published.len(), filler.marks().len()));

    let ready = server.ready().to_string();
    server.stop();
    let needles = Needles::new(PREFIXES);
    let refusals = site.refusals.lock().unwrap().clone();
    fs::write(site.beside("refusals.log"), &refusals).unwrap();
    fs::write(site.beside("readyz.log"), ready).unwrap();
    let clear = Needles::new(["emr-minor-harm"]).in_folder(&site.data().join("ledger"));
    assert!(!clear.is_empty(), "what is clear is not found either: the search looks in the wrong place");
    let found = needles.in_folder(site.data().parent().unwrap());
    assert!(found.is_empty(), "{found:#?}\n{}", String::from_utf8_lossy(&refusals));
}

/// A contract that the scenario does not know would be one that this test does not hold.
fn every_type_of_a_case_was_published(published: &[Value]) {
    let played: BTreeSet<&str> = published.iter().map(|event| event["type"].as_str().unwrap()).collect();
    for contract in fill::contracts() {
        // the bus itself says that an order is over, and nothing in it is protected
        let by_bus = contract.kind == "guardianship.protection-order-expired.v1";
        let said = contract.of_case && !contract.publishers.is_empty() && !by_bus;
        assert!(!said || played.contains(contract.kind.as_str()), "the scenario lacks {}", contract.kind);
    }
}

/// The marks that all readers together were shown, by page, by stream position and one by one.
fn read_along(server: &Server, filler: &Filler, published: &[Value]) -> BTreeSet<String> {
    let mut seen = BTreeSet::new();
    let mut note_marks = |text: &str| {
        seen.extend(filler.marks().iter().filter(|mark| text.contains(mark.as_str())).cloned());
    };
    let publishers = published.iter().map(publisher);
    for agency in publishers.chain(READERS.iter().copied()).collect::<BTreeSet<_>>() {
        let caller = server.agency(agency);
        let mut last = BTreeMap::new(); // whoever comes to know more of a fact is told of it again
        for item in caller.feed() {
            note_marks(&item.to_string());
            let (sequence, ordinal) = (&item["event"]["sequence"], &item["event"]["ordinal"]);
            last.insert(
                format!("/v1/events/{}.{ordinal}", sequence.as_str().unwrap()),
                item["event"].clone(),
            );
        }
        for (path, event) in last {
            assert_eq!(caller.get(&path).expect(200)["event"], event, "{agency}: {path}");
        }
    }
    let police = json!(server.agency("psb-03").feed()).to_string();
    let narrative = filler.mark_of("mandatory-reporting.report-filed.v1", "narrative");
    assert!(police.contains(narrative), "the police read the narrative");
    for blind in ["sch-12", "hlt", "ngo-11", "ngo-07", "wcc"] {
        let feed = json!(server.agency(blind).feed()).to_string();
        assert!(!feed.contains(narrative), "{blind} reads the narrative");
    }
    seen
}

fn publisher(event: &Value) -> &str {
    event["source"].as_str().unwrap().rsplit('/').next().unwrap()
}

/// Documents with marks where they do not belong, and questions with marks in them. Answers how many there were.
fn provoke(server: &Server, published: &[Value], filler: &mut Filler) -> usize {
    let mut provoked = 0;
    let mut refused = |caller: &Caller, document: &Value| {
        let path = ["/v1/events", "/v1/events?dry_run=true", "/v1/validate"][provoked % 3];
        let answer = caller.post(path, "application/cloudevents+json", document.to_string());
        assert!(answer.status >= 400 || path == "/v1/validate", "{document} was taken: {}", answer.text);
        provoked += 1;
    };
    for event in published {
        let caller = server.agency(publisher(event));
        for attribute in event.as_object().unwrap().keys() {
            let mut broken = event.clone();
            broken[attribute] = format!("{} 张三", filler.word()).into();
            refused(&caller, &broken);
        }
        for property in event["data"].as_object().unwrap().keys() {
            for wrong in [json!(filler.word()), json!([filler.word()]), json!({"x": filler.word()}), json!(1)]
            {
                let mut broken = event.clone();
                broken["data"][property] = wrong;
                broken["id"] = crate::harness::uuid().into();
                broken["data"]["unknown"] = filler.word().into();
                refused(&caller, &broken);
            }
        }
        let mut conflict = event.clone();
        conflict["actor"] = "another".into();
        refused(&caller, &conflict);
        let mut foreign = event.clone();
        foreign["source"] = "/999901/kdg-02".into(); // a kindergarten that nobody names
        refused(&caller, &foreign);
        if event.get("subject").is_some() {
            refused(&server.agency("kdg-02"), &foreign);
        }
        let cut = event.to_string();
        let broken_off = &cut.as_bytes()[..cut.len() - 2];
        caller.post("/v1/events", "application/cloudevents+json", broken_off).refused(400, "malformed");
        let doubled = cut.replacen(
            "\"data\":{",
            &format!("\"data\":{{\"narrative\":\"{}\",\"narrative\":1,", filler.word()),
            1,
        );
        caller.post("/v1/events", "application/cloudevents+json", doubled).refused(400, "malformed");
    }
    let police = server.agency("psb-03");
    for path in ["/v1/events/", "/v1/schemas/", "/v1/", "/v1/feed?after=", "/v1/stream?after=", "/v1/feed?"] {
        assert!(police.get(&format!("{path}{}", filler.word())).status >= 400, "{path}");
    }
    server.bearer(&filler.word()).get("/v1/feed").refused(401, "unauthenticated");
    provoked
}
