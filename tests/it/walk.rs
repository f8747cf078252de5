//! The story of the README: a hospital reports, the police act, the coordinator opens the case and asks for help.

use crate::harness::client::{of_type, positions, withheld};
use crate::harness::facts::{Case, event, report, today};
use crate::harness::{Site, raw};
use serde_json::{Value, json};

const REPORT: &str = "mandatory-reporting.report-filed.v1";
const COARSE: &str = "disclosure.step-recorded.v1";

#[test]
fn a_report_reaches_the_police_in_full_and_the_health_authority_without_words_or_names() {
    let site = Site::demo();
    let server = site.up();
    let document = report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
    let case = Case::filed_as(&server, &document);
    assert!(case.subject.starts_with("case-") && case.receipt["duplicate"] == false, "{}", case.receipt);
    assert!(case.receipt["hash"].as_str().unwrap().starts_with("sha256:"));

    let police = server.agency("psb-03").told_of(REPORT);
    assert_eq!(positions(&police), [1]);
    assert_eq!((&police[0]["form"], &police[0]["withheld"]), (&json!("full"), &json!([])));
    assert_eq!(police[0]["event"]["data"], document["data"], "every property, as it was sent");
    assert_eq!(police[0]["event"]["sequence"], case.receipt["sequence"].to_string());

    let authority = server.agency("hlt").told_of(REPORT);
    assert_eq!(authority[0]["form"], "masked");
    // what is closed to it is listed whether the report has it or not: the list tells nothing
    let closed = ["child_identity", "evidence", "first_check", "guardian", "narrative", "reporter"];
    assert_eq!(withheld(&authority[0]), closed.map(|name| format!("/data/{name}")));
    for property in ["reporter", "child_identity", "narrative"] {
        assert!(authority[0]["event"]["data"].get(property).is_none(), "{property}: {}", authority[0]);
    }
    let text = authority[0].to_string();
    assert!(!text.contains("测试") && !text.contains("伤痕"), "{text}");
}

#[test]
fn the_publisher_reads_its_own_fact_exactly() {
    let site = Site::demo();
    let server = site.up();
    let document = report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
    let case = Case::filed_as(&server, &document);
    let own = server.agency("hsp-01").get(&format!("/v1/events/{}", case.reference())).expect(200);
    assert_eq!((&own["event"]["data"], &own["withheld"]), (&document["data"], &json!([])));
}

#[test]
fn what_an_agency_has_no_part_in_does_not_exist_for_it() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::filed(&server);
    server.settled();
    assert_eq!(server.agency("sch-12").feed(), Vec::<Value>::new());

    let real = raw::get(server.at, "demo-sch-12", &format!("/v1/events/{}", case.reference()));
    let wrong = raw::get(server.at, "demo-sch-12", "/v1/events/987654.0");
    assert_eq!((real.status(), real.code()), (404, "not-found".to_owned()));
    assert_eq!(real, wrong, "head and body, but for the date");

    let entitled = raw::get(server.at, "demo-psb-03", &format!("/v1/events/{}", case.reference()));
    assert_eq!(entitled.status(), 200, "the same question, asked by somebody who may");
}

#[test]
fn the_police_acknowledge_and_accept_and_the_coordinator_opens_the_case() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::filed(&server);
    let acknowledged = server.agency("psb-03").admitted(&case.acknowledged("psb-03"));
    let accepted = server.agency("psb-03").admitted(&case.accepted("psb-03"));
    assert_eq!(accepted["consequences"], json!([]), "it was acknowledged before");
    let opened = server.agency("wbo").admitted(&case.opened_by_coordinator());
    for receipt in [&acknowledged, &accepted, &opened] {
        assert_eq!(receipt["subject"], case.subject.as_str());
    }
    let steps =
        ["intake.report-acknowledged.v1", "mandatory-reporting.police-accepted.v1", "intake.case-opened.v1"];
    let police = server.agency("psb-03").told_of(steps[2]);
    let kinds: Vec<&Value> = police.iter().map(|item| &item["event"]["type"]).collect();
    assert_eq!(kinds, [REPORT, steps[0], steps[1], steps[2]]);
    assert_eq!(positions(&police), [1, 2, 3, 4]);
    let lead = server.agency("psb").told_of(steps[2]);
    assert_eq!(of_type(&lead, steps[2])[0]["form"], "full", "the lead");
}

#[test]
fn accepting_a_report_that_nobody_acknowledged_acknowledges_it() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::filed(&server);
    let accepted = case.accepted("psb-03");
    let receipt = server.agency("psb-03").admitted(&accepted);
    let consequences = receipt["consequences"].as_array().unwrap();
    assert_eq!(consequences.len(), 1, "{receipt}");
    assert_eq!(consequences[0]["type"], "intake.report-acknowledged.v1");
    assert_eq!(consequences[0]["ordinal"], 1);

    let police = server.agency("psb-03").told_of("intake.report-acknowledged.v1");
    let followed = of_type(&police, "intake.report-acknowledged.v1")[0];
    assert_eq!(followed["event"]["id"], consequences[0]["id"]);
    assert_eq!(followed["event"]["source"], "/999901/bus");
    assert_eq!(followed["event"]["causationid"], accepted["id"]);
    let again = server.agency("psb-03").publish(&case.acknowledged("psb-03"));
    again.refused(409, "intake.already-acknowledged");
}

#[test]
fn the_same_document_again_changes_nothing_and_another_under_its_id_is_refused() {
    let site = Site::demo();
    let server = site.up();
    let hospital = server.agency("hsp-01");
    let mut document = report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
    let first = hospital.admitted(&document);
    server.settled();
    let head = server.ready()["head"].clone();

    let mut again = hospital.publish(&document).expect(200);
    assert_eq!(again["duplicate"], true);
    again["duplicate"] = false.into();
    assert_eq!(again, first, "the first receipt");

    document["data"]["narrative"] = "别的内容".into();
    hospital.publish(&document).refused(409, "id-conflict");
    document["data"]["narrative"] = "体检时发现多处陈旧性伤痕。".into();
    document["time"] = "2026-01-12T14:19:00+08:00".into();
    hospital.publish(&document).refused(409, "id-conflict");
    assert_eq!(server.ready()["head"], head, "nothing was recorded");
    assert_eq!(server.agency("psb-03").feed().len(), 1);
}

#[test]
fn a_repeat_is_the_same_document_after_a_restart_too() {
    let site = Site::demo();
    let server = site.up();
    let document = report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
    let first = server.agency("hsp-01").admitted(&document);
    server.stop();
    let server = site.up();
    let mut again = server.agency("hsp-01").publish(&document).expect(200);
    assert_eq!(again["duplicate"].take(), true);
    again["duplicate"] = false.into();
    assert_eq!(again, first);
}

#[test]
fn a_dry_run_says_what_would_follow_and_records_nothing() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::filed(&server);
    server.settled();
    let head = server.ready()["head"].clone();
    let dry = |agency: &str, event: &Value| {
        let path = "/v1/events?dry_run=true";
        server.agency(agency).post(path, "application/cloudevents+json", event.to_string())
    };
    let preview = dry("psb-03", &case.accepted("psb-03")).expect(200);
    assert_eq!(preview["admitted"], true);
    assert_eq!(preview["consequences"], json!(["intake.report-acknowledged.v1"]));
    dry("wbo", &case.opened_by_coordinator()).refused(409, "intake.report-not-acknowledged");
    assert_eq!(server.ready()["head"], head);
}

#[test]
fn an_agency_that_is_not_told_the_type_is_told_the_day() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::filed(&server);
    server.agency("psb-03").admitted(&case.acknowledged("psb-03"));
    server.agency("hsp-01").told_of(COARSE);
    let feed = server.agency("hsp-01").feed();
    let coarse = of_type(&feed, COARSE)[0];
    assert_eq!(coarse["form"], "coarse");
    assert_eq!(coarse["event"]["source"], "/999901/bus", "not who said it");
    assert_eq!(coarse["event"]["time"], today(), "not the minute");
    assert_eq!(coarse["event"]["data"], json!({"step": "report"}));
}

#[test]
fn one_event_is_taken_in_every_mode_of_cloudevents() {
    let site = Site::demo();
    let server = site.up();
    let hospital = server.agency("hsp-01");
    let batch: Vec<Value> = (0..3).map(|_| report("hsp-01", "psb-03", "批量。")).collect();
    let mode = "application/cloudevents-batch+json";
    let answers = hospital.post("/v1/events", mode, json!(batch).to_string()).expect(200);
    for (answer, sent) in answers.as_array().unwrap().iter().zip(&batch) {
        assert_eq!((&answer["status"], &answer["receipt"]["id"]), (&json!(201), &sent["id"]), "{answers}");
    }
    let binary = event("hsp-01", REPORT, None, crate::harness::facts::report_data("psb-03", "二进制。"));
    let mut head =
        String::from("POST /v1/events HTTP/1.1\r\nhost: lianhu\r\nauthorization: Bearer demo-hsp-01\r\n");
    for name in ["specversion", "id", "source", "type", "time"] {
        head.push_str(&format!("ce-{name}: {}\r\n", binary[name].as_str().unwrap()));
    }
    let body = binary["data"].to_string();
    head.push_str(&format!("content-type: application/json\r\ncontent-length: {}\r\n", body.len()));
    let answer = raw::exchange(server.at, format!("{head}connection: close\r\n\r\n{body}").as_bytes());
    assert_eq!(answer.status(), 201, "{}", String::from_utf8_lossy(&answer.body));
    server.settled();
    assert_eq!(server.agency("psb-03").feed().len(), 4);
}
