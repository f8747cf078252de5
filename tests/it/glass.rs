//! Broken glass: an agency that has no part in a case opens what it needs at once, for a time, and on the record.

use crate::harness::facts::{Case, event, soon, when};
use crate::harness::{Caller, Site, eventually};
use serde_json::{Value, json};

fn broken(case: &str, expires_at: &str) -> Value {
    let data = json!({"reason_code": "crisis", "groups": ["child-identity"], "expires_at": expires_at,
                      "note": "来电儿童自述轻生念头。"});
    event("psb-05", "governance.break-glass-used.v1", Some(case), data)
}

#[track_caller]
fn name(police: &Caller, fact: &str) -> Result<Value, String> {
    let answer = police.get(&format!("/v1/events/{fact}"));
    match answer.body["event"]["data"]["child_identity"][0]["name"].clone() {
        Value::Null => Err(answer.text),
        name => Ok(name),
    }
}

#[test]
fn whoever_breaks_the_glass_sees_what_it_named_until_the_time_is_over_and_everybody_can_see_that_it_did() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::opened(&server);
    let (fact, path) = (case.reference(), format!("/v1/cases/{}", case.subject));
    let police = server.agency("psb-05");
    police.get(&path).refused(404, "not-found");
    let elsewhere = "case-00000000-0000-8000-8000-000000000000";
    police.publish(&broken(elsewhere, &soon(60))).refused(404, "not-found");
    police.publish(&broken(&case.subject, &soon(25 * 3600))).refused(409, "disclosure.glass-too-long");

    let used = broken(&case.subject, &soon(8));
    police.admitted(&used);
    eventually("what it opened is told", || name(&police, &fact));
    let seen = police.get(&format!("/v1/events/{fact}")).expect(200);
    assert_eq!(seen["event"]["data"]["child_identity"][0]["name"], "测试甲");
    assert_eq!(seen["event"]["data"]["narrative"], Value::Null, "{seen}");
    police.get(&path).expect(200);
    police.admitted(&case.says(
        "psb-05",
        "mandatory-reporting.emergency-measures-taken.v1",
        json!({"measures": ["separated"], "taken_at": when()}),
    ));
    eventually("it is closed again", || match name(&police, &fact) {
        Ok(name) => Err(name.to_string()),
        Err(_) => Ok(()),
    });
    let coarse = police.get(&format!("/v1/events/{fact}")).expect(200);
    assert_eq!(coarse["form"], "coarse", "{coarse}");
    police.publish(&case.measures_taken()).refused(403, "source-not-yours");
    let mut late = case.measures_taken();
    late["source"] = "/999901/psb-05".into();
    police.publish(&late).refused(404, "not-found");

    // the coordinator learns of it, owes a look at it, and gives it
    let coordinator = server.agency("wbo");
    coordinator.told_of("governance.break-glass-used.v1");
    let clock = || {
        let clocks = coordinator.get(&format!("{path}/clocks")).expect(200);
        let items = clocks["items"].as_array().unwrap();
        items.iter().find(|clock| clock["clock"] == "L01").map(|clock| clock["state"].clone())
    };
    assert_eq!(clock(), Some(json!("running")));
    let data = json!({"use": used["id"], "outcome": "justified", "reviewed_at": soon(0)});
    coordinator.admitted(&case.says("wbo", "governance.break-glass-reviewed.v1", data));
    eventually("its clock is met", || {
        if clock() == Some(json!("met")) { Ok(()) } else { Err(format!("{:?}", clock())) }
    });
    // the reviewer can say what it had been told, though it is closed
    let known = server.agency("wcc").get(&format!("{path}/knowledge?agency=psb-05")).expect(200);
    let mut told =
        known["steps"].as_array().unwrap().iter().flat_map(|step| step["facts"].as_array().unwrap());
    let sequence = case.receipt["sequence"].to_string();
    let told = told.find(|fact| fact["event"]["sequence"] == sequence).unwrap();
    assert_eq!(told["form"], "masked", "{told}");
    let opened =
        told["withheld"].as_array().unwrap().iter().find(|one| one["pointer"] == "/data/child_identity");
    assert_eq!(
        opened.unwrap()["state"],
        "withheld-from-you",
        "it had been told, and the reviewer may not see it"
    );
}
