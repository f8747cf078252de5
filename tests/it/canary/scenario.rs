//! Every fact that a case admits, in an order in which it admits them, with all its protected properties.

mod course;

use super::fill::{Filler, contracts};
use crate::harness::Server;
use crate::harness::facts::{discovered, event, soon, when};
use serde_json::{Value, json};

/// An agency of the demo for each role that says things.
const ROLES: &[(&str, &str)] = &[
    ("coordinator", "wbo"),
    ("police", "psb-03"),
    ("procuratorate", "pro"),
    ("court", "crt"),
    ("civil-affairs", "cab"),
    ("care-centre", "mpc"),
    ("station", "wst-01"),
    ("village", "vil-03"),
    ("education", "edu"),
    ("school", "sch-15"),
    ("health-authority", "hlt"),
    ("hospital", "hsp-02"),
    ("mental-health", "mhc"),
    ("legal-aid", "lac"),
    ("womens-federation", "wfd"),
    ("youth-league", "cyl"),
    ("benefit-office", "mib"),
    ("service-organisation", "sws-01"),
];

/// What no agency says here in the middle: what ends the case, and what the bus says itself.
const LAST: [&str; 7] = [
    "closure.consented.v1",
    "closure.objected.v1",
    "closure.approved.v1",
    "closure.closed.v1",
    "closure.reopened.v1",
    "closure.file-sealed.v1",
    "guardianship.protection-order-expired.v1",
];

/// A case that is being told.
pub struct Scenario<'s> {
    server: &'s Server,
    filler: &'s mut Filler,
    published: Vec<Value>,
}

impl<'s> Scenario<'s> {
    /// Publishes everything; answers the documents.
    pub fn play(server: &'s Server, filler: &'s mut Filler) -> Vec<Value> {
        let mut play = Self { server, filler, published: Vec::new() };
        play.an_alert_becomes_a_criminal_case();
        let case = play.a_lead_is_handed_on_and_becomes_a_case_with_referrals();
        play.the_agencies_confer_plan_and_follow_up(&case);
        play.everything_else_is_said_of_the_case(&case);
        play.the_case_is_closed(&case);
        play.published
    }

    /// Publishes one fact; answers its id and its history.
    #[track_caller]
    fn say(&mut self, agency: &str, kind: &str, subject: Option<&str>, clear: Value) -> (String, String) {
        let data = self.filler.fill(kind, clear);
        let event = event(agency, kind, subject, data);
        let receipt = self.server.agency(agency).admitted(&event);
        let id = event["id"].as_str().unwrap().to_owned();
        self.published.push(event);
        (id, receipt["subject"].as_str().unwrap().to_owned())
    }

    fn an_alert_becomes_a_criminal_case(&mut self) {
        let children = json!([{"label": "A", "age_band": "6-13", "sex": "female"}]);
        let alert = json!({"detected_at": when(), "model_id": "emr-minor-harm", "rule_id": "r03", "colour": "red",
                           "children": children});
        let (_, alerted) = self.say("hsp-01", "intake.indicator-alert-raised.v1", None, alert);
        let filed = json!({"discovered_at": discovered(), "filed_to": "psb-03", "reporter_type": "medical",
                           "situation_code": "R2", "children": children});
        let (report, case) = self.say("hsp-01", "mandatory-reporting.report-filed.v1", Some(&alerted), filed);
        let on = Some(case.as_str());
        let registered = json!({"report": report, "registered_at": when(), "register_no": "WJ-BA-2026-0042"});
        self.say("hlt", "mandatory-reporting.registered-with-authority.v1", on, registered);
        let acknowledged = json!({"report": report, "acknowledged_at": when()});
        self.say("psb-03", "intake.report-acknowledged.v1", on, acknowledged);
        let accepted = json!({"report": report, "accepted_at": when(), "receipt_no": "J9999010320260112"});
        self.say("psb-03", "mandatory-reporting.police-accepted.v1", on, accepted);
        let measures = json!({"measures": ["separated"], "taken_at": when()});
        self.say("psb-03", "mandatory-reporting.emergency-measures-taken.v1", on, measures);
        let evidence = json!({"kind": "medical-record", "preserved_at": when(), "custodian": "hsp-01"});
        self.say("hsp-01", "mandatory-reporting.evidence-preserved.v1", on, evidence);
        let notified = json!({"to": "pro", "notified_at": when()});
        self.say("psb-03", "mandatory-reporting.procuratorate-notified.v1", on, notified);
        let filed = json!({"report": report, "filed_at": when(), "direct_ground": "a"});
        self.say("psb-03", "mandatory-reporting.criminal-case-filed.v1", on, filed);
    }

    /// Answers the case.
    fn a_lead_is_handed_on_and_becomes_a_case_with_referrals(&mut self) -> String {
        let children = json!([{"label": "A", "age_band": "6-13", "sex": "male"}]);
        let lead = json!({"channel": "hotline-12345", "received_at": when(), "urgency": "urgent",
                          "addressed_to": "cab", "situation_code": "R4", "children": children});
        let (lead, case) = self.say("hl1", "intake.lead-received.v1", None, lead);
        let on = Some(case.as_str());
        self.say(
            "cab",
            "intake.report-acknowledged.v1",
            on,
            json!({"report": lead, "acknowledged_at": when()}),
        );
        let forwarded = |to: &str| json!({"report": lead, "to": to, "reason_code": "wrong-agency", "forwarded_at": when()});
        let (forwarding, _) = self.say("cab", "intake.report-forwarded.v1", on, forwarded("edu"));
        let returned = json!({"report": lead, "forwarding": forwarding, "reason_code": "not-competent",
                              "returned_at": when()});
        self.say("edu", "intake.report-returned.v1", on, returned);
        self.say("cab", "intake.report-forwarded.v1", on, forwarded("psb-03"));
        let accepted = json!({"report": lead, "accepted_at": when(), "receipt_no": "J9999010320260113"});
        self.say("psb-03", "mandatory-reporting.police-accepted.v1", on, accepted);
        let opened = json!({"opened_at": when(), "reports": [lead], "children": children, "lead": "psb"});
        self.say("wbo", "intake.case-opened.v1", on, opened);
        self.the_child_has_a_file(&case);
        self.a_second_lead_is_linked_and_unlinked(&case);
        for (agency, answer) in [("ngo-07", "accepted"), ("ngo-11", "returned")] {
            let made =
                json!({"to": agency, "purpose": "counselling", "urgency": "urgent", "children": ["A"]});
            let (referral, _) = self.say("wbo", "referral.made.v1", on, made);
            self.say(
                agency,
                "referral.received.v1",
                on,
                json!({"referral": referral, "received_at": when()}),
            );
            let mut data = json!({"referral": referral, (format!("{answer}_at")): when()});
            if answer == "returned" {
                data["reason_code"] = "no-capacity".into();
            }
            self.say(agency, &format!("referral.{answer}.v1"), on, data);
            if answer == "accepted" {
                self.referrals_end(&case, &referral);
            }
        }
        case
    }

    fn the_child_has_a_file(&mut self, case: &str) {
        let kind = "follow-up.child-registered.v1";
        let contracts = contracts();
        let contract = contracts.iter().find(|contract| contract.kind == kind).unwrap();
        let (_, file) = self.say("cdr-07", kind, None, contract.example());
        let identified = json!({"label": "A", "file": file, "identified_at": when()});
        self.say("wbo", "intake.child-identified.v1", Some(case), identified);
    }

    /// Any agency of the case that holds the role says it, after its example: first what has its order, then
    /// the facts that are contracts only.
    fn everything_else_is_said_of_the_case(&mut self, case: &str) {
        for (_, agency) in ROLES.iter().filter(|(_, agency)| !["wbo", "psb-03", "cab"].contains(agency)) {
            let made = json!({"to": agency, "purpose": "other", "urgency": "routine"});
            self.say("wbo", "referral.made.v1", Some(case), made);
        }
        self.the_child_is_interviewed(case);
        self.the_child_is_taken_away_and_comes_home(case);
        self.the_court_takes_guardianship_away(case);
        let until = json!({"expires_at": soon(3600)});
        let glass = self.say_as_in_its_example("governance.break-glass-used.v1", case, until);
        self.say_as_in_its_example("governance.break-glass-reviewed.v1", case, json!({"use": glass}));
        self.a_fact_is_corrected_and_then_taken_back(case);
        for contract in contracts().iter().filter(|contract| contract.of_case) {
            let played = self.published.iter().any(|event| event["type"] == contract.kind.as_str());
            if !played && !contract.publishers.is_empty() && !LAST.contains(&contract.kind.as_str()) {
                self.say_as_in_its_example(&contract.kind, case, json!({}));
            }
        }
    }

    fn a_fact_is_corrected_and_then_taken_back(&mut self, case: &str) {
        let made = json!({"to": "ngo-07", "purpose": "other", "urgency": "routine"});
        let (fact, _) = self.say("wbo", "referral.made.v1", Some(case), made);
        let wrong = json!({"fact": fact, "properties": ["purpose"], "reason_code": "wrong-when-written"});
        self.say("wbo", "governance.data-correction-recorded.v1", Some(case), wrong);
        let data = json!({"fact": fact, "reason_code": "said-twice"});
        self.say("wbo", "governance.fact-withdrawn.v1", Some(case), data);
    }

    /// Publishes the example of a contract with these properties instead; answers its id.
    #[track_caller]
    fn say_as_in_its_example(&mut self, kind: &str, case: &str, instead: Value) -> String {
        let contracts = contracts();
        let contract = contracts.iter().find(|contract| contract.kind == kind).unwrap();
        let roles = &contract.publishers;
        let agency = roles.iter().find_map(|role| ROLES.iter().find(|(known, _)| known == role));
        let agency =
            agency.unwrap_or_else(|| panic!("name an agency of the demo that is one of {roles:?}")).1;
        let mut data = contract.example();
        data.as_object_mut().unwrap().extend(instead.as_object().unwrap().clone());
        self.say(agency, kind, Some(case), data).0
    }

    fn the_court_takes_guardianship_away(&mut self, case: &str) {
        let petition = self.say_as_in_its_example("guardianship.revocation-petitioned.v1", case, json!({}));
        let petition = json!({"petition": petition});
        let revocation = self.say_as_in_its_example("guardianship.revocation-decided.v1", case, petition);
        for fact in ["long-term-guardianship-started", "adoption-completed"] {
            self.say_as_in_its_example(&format!("guardianship.{fact}.v1"), case, json!({}));
        }
        let revocation = json!({"revocation": revocation});
        self.say_as_in_its_example("guardianship.restoration-decided.v1", case, revocation);
    }

    fn the_child_is_interviewed(&mut self, case: &str) {
        let session = self.say_as_in_its_example("one-stop.session-scheduled.v1", case, json!({}));
        self.say_as_in_its_example("one-stop.appropriate-adult-appointed.v1", case, json!({}));
        for kind in ["one-stop.interview-started.v1", "one-stop.interview-completed.v1"] {
            self.say_as_in_its_example(kind, case, json!({"session": session}));
        }
        self.say_as_in_its_example("one-stop.additional-interview-justified.v1", case, json!({}));
    }

    fn the_child_is_taken_away_and_comes_home(&mut self, case: &str) {
        for fact in [
            "safety-assessed",
            "child-removed",
            "placement-handed-over",
            "placement-transferred-to-kin",
            "temporary-guardianship-started",
        ] {
            self.say_as_in_its_example(&format!("guardianship.{fact}.v1"), case, json!({}));
        }
        let application =
            self.say_as_in_its_example("guardianship.protection-order-applied.v1", case, json!({}));
        let over = "2030-01-11"; // the bus itself says when it is over
        let order = json!({"application": application, "valid_to": over});
        self.say_as_in_its_example("guardianship.protection-order-decided.v1", case, order);
        let served = json!({"application": application});
        self.say_as_in_its_example("guardianship.protection-order-served.v1", case, served);
        let reviewed = json!({"application": application, "outcome": "upheld"});
        self.say_as_in_its_example("guardianship.protection-order-reviewed.v1", case, reviewed);
        let longer = json!({"application": application, "valid_to": "2030-07-11"});
        self.say_as_in_its_example("guardianship.protection-order-extended.v1", case, longer);
        let conference = self.say_as_in_its_example("case-conference.convened.v1", case, json!({}));
        let home = json!({"conference": conference, "result": "return"});
        self.say_as_in_its_example("case-conference.concluded.v1", case, home);
        let dissents = json!({"conference": conference, "position": "dissents", "stated_at": when()});
        let (position, _) = self.say("mpc", "case-conference.position-stated.v1", Some(case), dissents);
        for fact in ["escalated", "settled"] {
            let kind = format!("case-conference.dissent-{fact}.v1");
            let level = json!({"position": position, "level": "heads-of-agencies"});
            let said = if fact == "escalated" { level } else { json!({"position": position}) };
            self.say_as_in_its_example(&kind, case, said);
        }
        for fact in [
            "guardianship-assessed",
            "guardian-notified-to-collect",
            "child-returned",
            "return-notice-given",
            "temporary-guardianship-ended",
        ] {
            self.say_as_in_its_example(&format!("guardianship.{fact}.v1"), case, json!({}));
        }
    }
}
