//! Three processes, as the README shows them: the vault; the door with the feeds; everything that decides.

use super::district::District;
use super::voice::Voice;
use crate::harness::client::withheld;
use crate::harness::eventually;
use crate::harness::facts::{Case, event, report};
use serde_json::{Value, json};
use std::time::Duration;

/// The item of the HTTP feed, as it must stand in the stream: what a read answers is left out, and marked.
fn clear(item: &Value, by_read: &[&str]) -> Value {
    let mut item = item.clone();
    for pointer in by_read {
        let (object, name) = pointer.rsplit_once('/').unwrap();
        let event = item["event"].pointer_mut(object).unwrap();
        assert!(event.as_object_mut().unwrap().remove(name).is_some(), "{pointer} is to be had over HTTP");
    }
    item
}

/// The pointers that are marked `by-read`; the item without these marks.
fn unmarked(item: &Value) -> (Vec<&str>, Value) {
    let mut left = item.clone();
    left["withheld"].as_array_mut().unwrap().retain(|value| value["state"] != "by-read");
    let kept = withheld(&left).len();
    let marked: Vec<&str> = item["withheld"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|v| v["state"] == "by-read")
        .map(|v| v["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(kept + marked.len(), withheld(item).len());
    (marked, left)
}

#[test]
fn a_case_goes_its_way_over_http_and_nats_and_each_shows_what_the_other_does() {
    let district = District::new();
    let processes = district.three();
    let door = &processes[1];
    for agency in ["hsp-01", "psb-03", "hlt"] {
        district.nats.provision(agency, &[]);
    }
    let (hospital, police) = (Voice::of(&district.nats, "hsp-01"), Voice::of(&district.nats, "psb-03"));

    let case = Case::of(&door.agency("hsp-01"), &report("hsp-01", "psb-03", "接诊时发现可疑情形。"));
    let acknowledged = eventually("the police see the case", || {
        let reply = police.publish(&case.acknowledged("psb-03"));
        if reply.status == 201 { Ok(reply.body) } else { Err(reply.text) }
    });
    assert_eq!(acknowledged["subject"], case.subject.as_str());
    let accepted = case.accepted("psb-03");
    let receipt = police.publish(&accepted).expect(201);
    let again = police.publish(&accepted).expect(200);
    assert_eq!(again["duplicate"], true);
    assert_eq!(again["sequence"], receipt["sequence"]);
    door.agency("wbo").admitted(&case.opened_by_coordinator());
    district.operator.settled();

    for voice in [&hospital, &police, &Voice::of(&district.nats, "hlt")] {
        same_feed(door.agency(&voice.agency).feed(), voice);
    }
}

/// The stream of an agency is its feed over HTTP: order, content, and what it may read.
#[track_caller]
fn same_feed(http: Vec<Value>, voice: &Voice) {
    let (streamed, mut protected) = (voice.next(http.len()), 0);
    for (at, ((place, item), told)) in streamed.iter().zip(&http).enumerate() {
        assert_eq!((*place, &item["position"]), (at as u64 + 1, &json!(at + 1)), "dense from 1: {item}");
        let (by_read, item) = unmarked(item);
        assert_eq!(item, clear(told, &by_read), "{} at {}", voice.agency, at + 1);
        let event = &told["event"];
        let path = format!("/v1/events/{}.{}", event["sequence"].as_str().unwrap(), event["ordinal"]);
        let read = voice.read(&path).expect(200);
        assert_eq!(read["event"], *event, "a read answers what HTTP shows");
        protected += by_read.len();
    }
    assert!(
        !http.is_empty() && (protected > 0 || voice.agency == "hlt"),
        "{}: nothing is protected",
        voice.agency
    );
}

#[test]
fn a_refusal_is_the_same_over_both() {
    let district = District::new();
    let processes = district.three();
    let door = &processes[1];
    district.nats.provision("psb-03", &[]);
    let (http, nats) = (door.agency("psb-03"), Voice::of(&district.nats, "psb-03"));
    let case = Case::of(&door.agency("hsp-01"), &report("hsp-01", "psb-03", "接诊时发现可疑情形。"));
    district.operator.settled();

    let bad_contract = case.says("psb-03", "intake.report-acknowledged.v1", json!({"report": 7}));
    let not_its_own = event("hsp-01", "intake.report-acknowledged.v1", Some(&case.subject), json!({}));
    let no_such_case = event(
        "psb-03",
        "mandatory-reporting.police-accepted.v1",
        Some("case-00000000-0000-8000-8000-000000000000"),
        case.accepted("psb-03")["data"].clone(),
    );
    let not_its_role = case.opened_by_coordinator();
    let mut by_police = not_its_role.clone();
    by_police["source"] = "/999901/psb-03".into();
    nats.publish(&case.acknowledged("psb-03")).expect(201);
    let by_rule = case.acknowledged("psb-03");
    for refused in [bad_contract, not_its_own, no_such_case, by_police, by_rule] {
        let (over_http, over_nats) = (http.publish(&refused), nats.publish(&refused));
        assert!(over_http.status >= 400, "{}", over_http.text);
        let (mut one, mut other) = (over_http.body, over_nats.body);
        for body in [&mut one, &mut other] {
            body.as_object_mut().unwrap().remove("instance");
        }
        assert_eq!((over_http.status, one), (over_nats.status, other), "{refused}");
    }

    for path in ["/v1/events/99999.0", "/v1/cases/case-none", "/v1/feed?after=-1", "/v1/nothing"] {
        let (over_http, over_nats) = (http.get(path), nats.read(path));
        assert!(over_http.status >= 400, "{path}: {}", over_http.text);
        assert_eq!((over_http.status, &over_http.body["code"]), (over_nats.status, &over_nats.body["code"]));
    }
    for path in ["/v1/stream", "v1/feed", "", "http://elsewhere/v1/feed", "/readyz", "/metrics"] {
        let reply = nats.read(path);
        assert_eq!((reply.status, &reply.body["code"]), (400, &json!("malformed")), "{path}: {}", reply.text);
    }
}

#[test]
fn a_dry_run_and_a_precondition_mean_over_nats_what_they_mean_over_http() {
    let district = District::new();
    let processes = district.three();
    let door = &processes[1];
    district.nats.provision("psb-03", &[]);
    let (http, nats) = (door.agency("psb-03"), Voice::of(&district.nats, "psb-03"));
    let case = Case::of(&door.agency("hsp-01"), &report("hsp-01", "psb-03", "接诊时发现可疑情形。"));
    district.operator.settled();

    let document = case.acknowledged("psb-03");
    let preview = nats.publish_with(&document, &[("Dry-Run", "true")]).expect(200);
    let over_http =
        http.post("/v1/events?dry_run=true", "application/cloudevents+json", document.to_string());
    assert_eq!(preview, over_http.expect(200));
    let seen = format!("\"{}\"", case.reference());
    let first = nats.publish_with(&document, &[("If-Match", &seen)]).expect(201);
    assert_eq!(first["duplicate"], false, "the dry run had recorded nothing");
    district.operator.settled();
    let late = nats.publish_with(&case.accepted("psb-03"), &[("If-Match", &seen)]);
    assert_eq!((late.status, &late.body["code"]), (412, &json!("precondition-failed")), "{}", late.text);
    let no_fact = nats.publish_with(&case.accepted("psb-03"), &[("If-Match", "yesterday")]);
    assert_eq!((no_fact.status, &no_fact.body["code"]), (400, &json!("malformed")), "{}", no_fact.text);

    let other_type =
        nats.ask("lianhu.v1.publish.psb-03.intake.lead-received", case.accepted("psb-03").to_string(), &[]);
    let other_type = other_type.unwrap();
    assert_eq!((other_type.status, &other_type.body["errors"][0]["pointer"]), (400, &json!("/type")));

    // A word for another agency does not arrive anywhere: what its own account does not import, nobody hears.
    let foreign = report("hsp-01", "psb-03", "冒名。");
    let subject = "lianhu.v1.publish.hsp-01.mandatory-reporting.report-filed";
    let heard = nats.ask_for(Duration::from_secs(3), subject, foreign.to_string(), &[]);
    assert!(heard.is_err(), "{heard:?}");
    assert_eq!(door.agency("hsp-01").admitted(&foreign)["duplicate"], false, "nothing had been recorded");
}
