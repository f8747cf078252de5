//! A referral: the organisation that is asked learns what it needs, and nothing else; and what it may no longer
//! know when it has given the request back.

use crate::harness::Site;
use crate::harness::client::{of_type, positions, withheld};
use crate::harness::facts::{Case, today};
use serde_json::{Value, json};

const COARSE: &str = "disclosure.step-recorded.v1";
const REQUEST: &str = "请派女性心理咨询师全程陪伴。";

#[test]
fn the_addressee_reads_the_request_and_of_the_past_only_that_something_happened() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::opened(&server);
    let made = case.referred_to("ngo-07", REQUEST);
    server.agency("wbo").admitted(&made);

    let feed = server.agency("ngo-07").told_of("referral.made.v1");
    assert_eq!(positions(&feed), [1, 2, 3, 4]);
    let (past, request) = feed.split_at(3);
    for item in past {
        assert_eq!((&item["form"], &item["backfill"]), (&json!("coarse"), &json!(true)), "{item}");
        assert_eq!(item["event"]["type"], COARSE);
        assert_eq!(item["event"]["source"], "/999901/bus");
        assert_eq!(item["event"]["time"], today(), "a day, not a minute");
        let members: Vec<&String> = item["event"].as_object().unwrap().keys().collect();
        let expected =
            ["data", "id", "ordinal", "sequence", "source", "specversion", "subject", "time", "type"];
        assert_eq!(members, expected, "and nothing else");
    }
    assert_eq!(request[0]["event"]["data"]["request"], REQUEST);
    assert_eq!(request[0]["event"]["data"]["to"], "ngo-07");
    assert!(!withheld(&request[0]).contains(&"/data/request"), "{}", request[0]);
    assert_eq!(request[0]["backfill"], false);
    let text = json!(feed).to_string();
    assert!(!text.contains("伤痕") && !text.contains("测试") && !text.contains("协同"), "{text}");
}

#[test]
fn a_referral_is_received_and_accepted_in_this_order_and_by_its_addressee_only() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::opened(&server);
    let made = case.referred_to("ngo-07", REQUEST);
    server.agency("wbo").admitted(&made);
    let helper = server.agency("ngo-07");
    helper.publish(&case.answered("ngo-07", "accepted", &made)).refused(409, "referral.not-received");
    let other = server.agency("psb-03").publish(&case.answered("psb-03", "received", &made));
    other.refused(409, "referral.not-the-addressee");
    helper.admitted(&case.answered("ngo-07", "received", &made));
    helper.admitted(&case.answered("ngo-07", "accepted", &made));
    helper.publish(&case.answered("ngo-07", "accepted", &made)).refused(409, "referral.already-answered");

    let coordinator = server.agency("wbo").told_of("referral.accepted.v1");
    assert_eq!(of_type(&coordinator, "referral.accepted.v1")[0]["form"], "full");
}

#[test]
fn only_an_open_case_refers() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::filed(&server);
    server.agency("wbo").publish(&case.referred_to("ngo-07", REQUEST)).refused(409, "referral.case-not-open");
    server.settled();
    assert_eq!(server.agency("ngo-07").feed(), Vec::<Value>::new(), "it was never involved");
}

#[test]
fn giving_a_referral_back_ends_the_telling_and_moves_no_position() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::opened(&server);
    let made = case.referred_to("ngo-07", REQUEST);
    server.agency("wbo").admitted(&made);
    let helper = server.agency("ngo-07");
    helper.admitted(&case.answered("ngo-07", "received", &made));
    let before = helper.told_of("referral.received.v1");
    helper.admitted(&case.answered("ngo-07", "returned", &made));
    server.agency("psb-03").admitted(&case.measures_taken());
    server.settled();

    let after = helper.feed();
    assert_eq!(positions(&after), (1..=after.len() as u64).collect::<Vec<_>>());
    assert_eq!(after.len(), before.len() + 1, "its own answer, and nothing of what came later: {after:?}");
    assert_eq!(after.last().unwrap()["event"]["type"], "referral.returned.v1");
    for (was, is) in before.iter().zip(&after) {
        assert_eq!(was["position"], is["position"]);
        assert_eq!(was["event"]["sequence"], is["event"]["sequence"]);
    }
    let request = after.iter().find(|item| item["position"] == 4).unwrap();
    assert_eq!(request["form"], "coarse", "what it was asked to do, it may read no more: {request}");
    assert!(!json!(after).to_string().contains("咨询师"));

    helper.publish(&case.answered("ngo-07", "accepted", &made)).refused(404, "not-found");
    let police = server.agency("psb-03").told_of("mandatory-reporting.emergency-measures-taken.v1");
    assert_eq!(of_type(&police, "mandatory-reporting.emergency-measures-taken.v1").len(), 1);
}

#[test]
fn the_other_agencies_of_a_case_are_not_told_what_is_asked_of_one() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::opened(&server);
    server.agency("wbo").admitted(&case.referred_to("ngo-07", REQUEST));
    server.settled();
    for agency in ["psb-03", "psb", "hlt", "hsp-01"] {
        let text = json!(server.agency(agency).feed()).to_string();
        assert!(!text.contains("咨询师"), "{agency}: {text}");
    }
    let own = server.agency("wbo").feed();
    assert!(json!(own).to_string().contains("咨询师"), "the coordinator wrote it");
}
