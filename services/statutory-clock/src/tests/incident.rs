//! Incident A, as its facts: a hospital suspects sexual abuse of a child of 13. All of it is invented.

use super::{history, id, repository, said, stamp};
use serde_json::{Value, json};
use vocabulary::CaseFact;

/// Every fact of the incident that a clock could read, in the order in which it happened.
pub(super) fn incident_a() -> Vec<CaseFact> {
    let mut facts = first_day();
    facts.extend(conferred());
    facts.extend(until_the_plan());
    facts.extend(until_the_return());
    facts.extend(afterwards());
    facts.sort_by_key(|fact| fact.recorded);
    history(facts)
}

fn first_day() -> Vec<CaseFact> {
    let on = |minute: &str| stamp(&format!("2026-03-30 {minute}"));
    let said = |agency: &str, minute: &str, name: &str, kind: &str, clear| {
        said(agency, &format!("2026-03-30 {minute}"), name, kind, clear)
    };
    vec![
        said(
            "hsp-01",
            "14:05",
            "alert",
            "intake.indicator-alert-raised.v1",
            json!({"detected_at": on("14:05"), "colour": "red"}),
        ),
        said(
            "hsp-01",
            "14:18",
            "report",
            "mandatory-reporting.report-filed.v1",
            json!({"discovered_at": on("14:05"), "filed_to": "psb-03", "situation_code": "R2", "reporter_type": "medical"}),
        ),
        said(
            "psb-03",
            "14:21",
            "ack",
            "intake.report-acknowledged.v1",
            json!({"report": id("report"), "acknowledged_at": on("14:21")}),
        ),
        said(
            "psb-03",
            "14:25",
            "accept",
            "mandatory-reporting.police-accepted.v1",
            json!({"report": id("report"), "accepted_at": on("14:25"), "receipt_no": "R-0001"}),
        ),
        said(
            "hlt",
            "14:40",
            "regist",
            "mandatory-reporting.registered-with-authority.v1",
            json!({"report": id("report"), "registered_at": on("14:40"), "register_no": "B-0001"}),
        ),
        said(
            "psb-03",
            "14:50",
            "measur",
            "mandatory-reporting.emergency-measures-taken.v1",
            json!({"measures": ["other"], "taken_at": on("14:50")}),
        ),
        said(
            "psb",
            "15:05",
            "procur",
            "mandatory-reporting.procuratorate-notified.v1",
            json!({"to": "pro", "notified_at": on("15:05")}),
        ),
        said(
            "wbo",
            "15:20",
            "opened",
            "intake.case-opened.v1",
            json!({"lead": "psb", "opened_at": on("15:20")}),
        ),
        said(
            "psb",
            "16:10",
            "filed",
            "mandatory-reporting.criminal-case-filed.v1",
            json!({"report": id("report"), "filed_at": on("16:10"), "direct_ground": "a"}),
        ),
        said(
            "psb-03",
            "20:05",
            "remove",
            "guardianship.child-removed.v1",
            json!({"removed_at": on("20:05"), "ground": "suspect-in-home"}),
        ),
        said(
            "psb-03",
            "21:10",
            "handov",
            "guardianship.placement-handed-over.v1",
            json!({"to": "mpc", "handed_over_at": on("21:10"), "written": true}),
        ),
        said(
            "cab",
            "21:20",
            "tempgs",
            "guardianship.temporary-guardianship-started.v1",
            json!({"ground": "92-6", "started_at": on("21:20"), "until": "2027-03-30"}),
        ),
    ]
}

fn until_the_plan() -> Vec<CaseFact> {
    vec![
        said(
            "wfd",
            "2026-03-31 10:00",
            "apply",
            "guardianship.protection-order-applied.v1",
            json!({"to": "crt", "urgent": true, "applied_at": stamp("2026-03-31 10:00")}),
        ),
        said(
            "mpc",
            "2026-03-31 11:00",
            "aid",
            "justice.legal-aid-applied.v1",
            json!({"to": "lac", "kind": "criminal-victim", "applied_at": stamp("2026-03-31 11:00")}),
        ),
        said(
            "crt",
            "2026-04-01 08:40",
            "order",
            "guardianship.protection-order-decided.v1",
            json!({"application": id("apply"), "granted": true, "decided_at": stamp("2026-04-01 08:40"), "valid_to": "2026-10-01"}),
        ),
        said(
            "crt",
            "2026-04-01 11:30",
            "served",
            "guardianship.protection-order-served.v1",
            json!({"application": id("apply"), "served_on": ["applicant", "respondent", "police", "committee"], "served_at": stamp("2026-04-01 11:30")}),
        ),
        said(
            "psb",
            "2026-04-02 10:00",
            "progre",
            "justice.reporter-feedback-sent.v1",
            json!({"report": id("report"), "kind": "progress", "to": "hsp-01", "sent_at": stamp("2026-04-02 10:00")}),
        ),
        said(
            "lac",
            "2026-04-03 09:00",
            "decid",
            "justice.legal-aid-decided.v1",
            json!({"application": id("aid"), "granted": true, "decided_at": stamp("2026-04-03 09:00")}),
        ),
        said(
            "lac",
            "2026-04-03 09:00",
            "assign",
            "justice.legal-aid-assigned.v1",
            json!({"application": id("aid"), "to": "lac", "assigned_at": stamp("2026-04-03 09:00")}),
        ),
        said(
            "psb",
            "2026-04-07 16:00",
            "statem",
            "justice.police-case-statement-provided.v1",
            json!({"to": "mpc", "provided_at": stamp("2026-04-07 16:00")}),
        ),
    ]
}

fn until_the_return() -> Vec<CaseFact> {
    vec![
        said(
            "pro",
            "2026-04-10 17:00",
            "sugges",
            "governance.suggestion-issued.v1",
            json!({"basis": "ucl-114", "to": "hlt", "issued_at": stamp("2026-04-10 17:00")}),
        ),
        said(
            "hlt",
            "2026-05-11 15:00",
            "reply",
            "governance.suggestion-replied.v1",
            json!({"suggestion": id("sugges"), "replied_at": stamp("2026-05-11 15:00")}),
        ),
        said(
            "psb",
            "2026-05-15 10:00",
            "before",
            "justice.reporter-feedback-sent.v1",
            json!({"report": id("report"), "kind": "before-prosecution", "to": "hsp-01", "sent_at": stamp("2026-05-15 10:00")}),
        ),
        said(
            "psb",
            "2026-05-18 09:00",
            "transf",
            "justice.case-transferred-for-prosecution.v1",
            json!({"to": "pro", "transferred_at": stamp("2026-05-18 09:00")}),
        ),
        said(
            "pro",
            "2026-06-12 10:00",
            "prosec",
            "justice.prosecution-decided.v1",
            json!({"outcome": "prosecute", "decided_at": stamp("2026-06-12 10:00")}),
        ),
        said(
            "mpc",
            "2026-06-30 16:00",
            "assess",
            "guardianship.guardianship-assessed.v1",
            json!({"purpose": "return", "result_grade": "able-with-support", "assessed_at": stamp("2026-06-30 16:00")}),
        ),
        said(
            "mpc",
            "2026-07-20 09:00",
            "notify",
            "guardianship.guardian-notified-to-collect.v1",
            json!({"notified_at": stamp("2026-07-20 09:00"), "due": "2026-07-23"}),
        ),
    ]
}

fn afterwards() -> Vec<CaseFact> {
    vec![
        said(
            "mpc",
            "2026-07-22 10:00",
            "return",
            "guardianship.child-returned.v1",
            json!({"returned_at": stamp("2026-07-22 10:00")}),
        ),
        said(
            "mpc",
            "2026-07-22 10:10",
            "tempge",
            "guardianship.temporary-guardianship-ended.v1",
            json!({"ended_at": stamp("2026-07-22 10:10"), "end_reason": "returned"}),
        ),
        said(
            "mpc",
            "2026-07-22 16:00",
            "notice",
            "guardianship.return-notice-given.v1",
            json!({"to": ["sch-15", "psb-03", "vil-03"], "given_at": stamp("2026-07-22 16:00")}),
        ),
        visit("2026-08-21 10:00", "visit1"),
        visit("2026-09-21 10:00", "visit2"),
        said(
            "bus",
            "2026-10-02 00:00",
            "expire",
            "guardianship.protection-order-expired.v1",
            json!({"application": id("apply"), "valid_to": "2026-10-01"}),
        ),
        visit("2026-10-22 10:00", "visit3"),
    ]
}

/// The grades of the child, what was decided on it, and how often its plan was looked at again.
fn conferred() -> Vec<CaseFact> {
    let wbo = |minute: &str, name: &str, kind: &str, clear| said("wbo", minute, name, kind, clear);
    let concluded = |minute: &str, name: &str, result: &str| {
        let clear = json!({"conference": id("meet"), "result": result, "concluded_at": stamp(minute)});
        wbo(minute, name, "case-conference.concluded.v1", clear)
    };
    let regraded = |minute: &str, name: &str, to: &str| {
        let clear = json!({"to": to, "changed_at": stamp(minute)});
        said("wst-01", minute, name, "follow-up.risk-grade-changed.v1", clear)
    };
    let (assigned, adopted) = ("follow-up.risk-grade-assigned.v1", "case-conference.plan-adopted.v1");
    let mut facts = vec![
        wbo("2026-03-30 15:40", "grade", assigned, json!({"grade": "L4", "valid_until": "2026-04-30"})),
        concluded("2026-04-02 16:30", "stay", "stay"),
        wbo(
            "2026-04-03 09:00",
            "plan",
            adopted,
            json!({"adopted_at": stamp("2026-04-03 09:00"), "review_at": "2026-05-03"}),
        ),
        concluded("2026-07-16 11:30", "home", "return"),
        regraded("2026-07-24 15:00", "medium", "L2"),
        regraded("2026-09-22 15:00", "low", "L1"),
    ];
    for (minute, outcome, again) in [
        ("2026-04-30 15:00", "unchanged", "2026-05-29"),
        ("2026-05-29 15:00", "unchanged", "2026-06-29"),
        ("2026-06-29 15:00", "unchanged", "2026-07-29"),
        ("2026-07-16 15:00", "changed", "2026-08-14"),
        ("2026-08-14 15:00", "goals-met", "2026-11-13"),
    ] {
        let clear = json!({
            "plan": id("plan"), "revised_at": stamp(minute), "outcome": outcome, "review_at": again
        });
        facts.push(wbo(minute, &minute[5..10], "case-conference.plan-revised.v1", clear));
    }
    facts
}

pub(super) fn visit(minute: &str, name: &str) -> CaseFact {
    let clear = json!({"visited_at": stamp(minute), "mode": "in-person", "outcome": "ok", "grade": "L1"});
    said("wst-01", minute, name, "follow-up.visit-recorded.v1", clear)
}

/// The facts of the incident as `lianhu scenario run` plays it: the lines that are not there to be refused. No
/// clock can read the protected values that stand in the file among the clear ones.
pub(super) fn played() -> Vec<CaseFact> {
    let text = std::fs::read_to_string(repository("tests/scenarios/incident-a.jsonl")).unwrap();
    let lines = text.lines().filter(|line| line.starts_with('{'));
    let events = lines.map(|line| serde_json::from_str::<Value>(line).unwrap());
    history(events.filter(|event| event["refused"].is_null()).map(|event| {
        let text = |name: &str| event[name].as_str().unwrap();
        let agency = text("source").rsplit('/').next().unwrap();
        let minute = text("time")[..16].replace('T', " ");
        let mut fact = said(agency, &minute, "", text("type"), event["data"].clone());
        fact.attributes.id = text("id").to_owned().try_into().unwrap();
        fact
    }))
}
