//! What goes beyond one question and one answer: work that waits, both sides ending it, mistakes, the coordinator's
//! decision, open referrals, parts, street stations, and the lead.

use super::*;
use serde_json::{Map, Value, json};
use vocabulary::Fact;

pub(super) const SECOND: &str = "00000000-0000-4000-8000-000000000002";

/// Any step, by its type and clear properties.
pub(super) fn step(agency: &str, id: &str, what: &str, clear: Value) -> CaseFact {
    let clear: Map<String, Value> = clear.as_object().unwrap().clone();
    let fact = Fact::read(&format!("referral.{what}.v1"), &clear).unwrap_or_else(|why| panic!("{why}"));
    said(agency, id, fact)
}

/// A step of the referral of these tests.
pub(super) fn on(agency: &str, what: &str) -> CaseFact {
    let moment = json!({"referral": REFERRAL});
    let more = match what {
        "started" => json!({"started_at": AT}),
        "held" => json!({"held_at": AT, "reason_code": "child-away"}),
        "resumed" => json!({"resumed_at": AT}),
        "appointment-missed" => json!({"missed_at": AT, "missed_by": "guardian"}),
        "cancellation-requested" => json!({"requested_at": AT, "reason_code": "plan-changed"}),
        "cancellation-agreed" => json!({"agreed_at": AT}),
        "cancellation-refused" => json!({"refused_at": AT, "reason_code": "child-needs-it"}),
        "entered-in-error" => json!({"found_at": AT}),
        "claimed" => json!({"by": agency, "claimed_at": AT}),
        "received" => json!({"received_at": AT}),
        "accepted" => json!({"accepted_at": AT}),
        "returned" => json!({"returned_at": AT, "reason_code": "no-capacity"}),
        "completed" => json!({"completed_at": AT, "outcome": "goal-met"}),
        "failed" => json!({"failed_at": AT, "reason_code": "declined"}),
        "cancelled" => json!({"cancelled_at": AT, "reason_code": "by-mistake"}),
        "arbitrated" => json!({"decision": "return-stands", "arbitrated_at": AT}),
        other => panic!("{other}"),
    };
    let mut clear = moment;
    clear.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    step(agency, OTHER, what, clear)
}

pub(super) fn steps(whats: &[&str]) -> Vec<CaseFact> {
    taken(whats.iter().map(|what| on("ngo-07", what)))
}

pub(super) fn offered() -> CaseFact {
    let clear = json!({"to": ["ngo-07", "hsp-01"], "purpose": "counselling", "urgency": "urgent"});
    step("cab", REFERRAL, "offered", clear)
}

fn decides(decision: &str, to: Option<&str>) -> CaseFact {
    let mut clear = json!({"referral": REFERRAL, "decision": decision, "arbitrated_at": AT});
    if let Some(to) = to {
        clear["to"] = to.into();
    }
    step("wbo", OTHER, "arbitrated", clear)
}

#[test]
fn work_begins_waits_and_goes_on() {
    let rules = rules();
    let case = after(&rules, steps(&["received", "accepted", "started"]));
    case.when(on("ngo-07", "started")).then_refused("referral.already-started");
    case.when(on("ngo-07", "resumed")).then_refused("referral.not-on-hold");
    case.when(on("ngo-07", "appointment-missed")).then_admitted([]);
    case.when(on("ngo-07", "held")).then_admitted([]);
    let held = after(&rules, steps(&["received", "accepted", "started", "held"]));
    held.when(on("ngo-07", "held")).then_refused("referral.on-hold");
    held.when(on("ngo-07", "completed")).then_refused("referral.on-hold");
    held.when(on("ngo-07", "failed")).then_admitted([]);
    held.when(on("ngo-07", "resumed")).then_admitted([]);
}

#[test]
fn what_was_begun_is_ended_by_both_sides() {
    let rules = rules();
    let not_begun = after(&rules, steps(&["received", "accepted"]));
    not_begun.when(on("cab", "cancellation-requested")).then_refused("referral.work-not-begun");
    let begun = steps(&["received", "accepted", "started"]);
    let case = after(&rules, begun.clone());
    case.when(on("cab", "cancelled")).then_refused("referral.work-begun");
    case.when(on("ngo-07", "cancellation-agreed")).then_refused("referral.no-cancellation-asked");
    let asked = || begun.clone().into_iter().chain([on("cab", "cancellation-requested")]);
    let case = after(&rules, asked());
    case.when(on("cab", "cancellation-requested")).then_refused("referral.cancellation-already-asked");
    case.when(on("ngo-07", "cancellation-agreed")).then_admitted([]);
    case.when(on("ngo-07", "completed")).then_admitted([]);
    let refused = after(&rules, asked().chain([on("ngo-07", "cancellation-refused")]));
    refused.when(on("ngo-07", "cancellation-agreed")).then_refused("referral.no-cancellation-asked");
    refused.when(on("cab", "cancellation-requested")).then_admitted([]);
    let agreed = after(&rules, asked().chain([on("ngo-07", "cancellation-agreed")]));
    agreed.when(on("ngo-07", "completed")).then_refused("referral.cancelled");
}

#[test]
fn a_mistake_is_one_only_while_nothing_rests_on_it() {
    let rules = rules();
    after(&rules, steps(&["received"])).when(on("cab", "entered-in-error")).then_admitted([]);
    let accepted = after(&rules, steps(&["received", "accepted"]));
    accepted.when(on("cab", "entered-in-error")).then_refused("referral.something-rests-on-it");
    let case = after(&rules, steps(&[]).into_iter().chain([on("cab", "entered-in-error")]));
    case.when(on("ngo-07", "received")).then_refused("referral.entered-in-error");
}

#[test]
fn on_what_was_given_back_the_coordinator_decides_once() {
    let rules = rules();
    let returned = || steps(&["received", "returned"]).into_iter();
    let case = after(&rules, returned());
    case.when(decides("return-stands", None)).then_admitted([]);
    case.when(decides("insisted", Some("ngo-07"))).then_admitted([]);
    case.when(decides("reassigned", Some("hsp-01"))).then_admitted([]);
    case.when(decides("return-stands", Some("ngo-07"))).then_refused("referral.decision-names-nobody");
    case.when(decides("insisted", Some("hsp-01"))).then_refused("referral.decision-names-nobody");
    case.when(decides("reassigned", None)).then_refused("referral.decision-names-nobody");
    case.when(decides("reassigned", Some("psb-77"))).then_refused("referral.unknown-agency");
    let stands = after(&rules, returned().chain([decides("return-stands", None)]));
    stands.when(decides("insisted", Some("ngo-07"))).then_refused("referral.not-returned");
    let insisted =
        after(&rules, returned().chain([decides("insisted", Some("ngo-07")), on("ngo-07", "received")]));
    insisted.when(on("ngo-07", "returned")).then_refused("referral.return-decided");
    insisted.when(on("ngo-07", "accepted")).then_admitted([]);
    let other = after(&rules, returned().chain([decides("reassigned", Some("hsp-01"))]));
    other.when(on("hsp-01", "received")).then_admitted([]);
    other.when(on("ngo-07", "received")).then_refused("referral.not-the-addressee");
}

#[test]
fn the_first_that_claims_an_open_referral_has_it() {
    let rules = rules();
    let case = after(&rules, [opened(), offered()]);
    case.when(on("ngo-07", "claimed")).then_admitted([]);
    case.when(on("psb-03", "claimed")).then_refused("referral.not-the-addressee");
    case.when(on("ngo-07", "received")).then_refused("referral.not-claimed");
    let for_another =
        step("ngo-07", OTHER, "claimed", json!({"referral": REFERRAL, "by": "hsp-01", "claimed_at": AT}));
    case.when(for_another).then_refused("referral.not-yourself");
    let claimed = after(&rules, [opened(), offered(), on("ngo-07", "claimed")]);
    claimed.when(on("ngo-07", "claimed")).then_refused("referral.already-claimed");
    claimed.when(on("hsp-01", "claimed")).then_refused("referral.not-the-addressee");
    claimed.when(on("ngo-07", "completed")).then_admitted([]);
    after(&rules, []).when(offered()).then_refused("referral.case-not-open");
}

#[test]
fn a_part_belongs_to_work_of_its_sender_and_ends_before_it() {
    let rules = rules();
    let part = |from: &str, of: &str| {
        let clear = json!({"to": "hsp-01", "purpose": "medical-care", "urgency": "urgent", "parent": of});
        step(from, SECOND, "made", clear)
    };
    let work = || steps(&["received", "accepted", "started"]).into_iter();
    let case = after(&rules, work());
    case.when(part("ngo-07", REFERRAL)).then_admitted([]);
    case.when(part("psb-03", REFERRAL)).then_refused("referral.parent-not-yours");
    case.when(part("ngo-07", OTHER)).then_refused("referral.parent-not-yours");
    after(&rules, steps(&["received"]))
        .when(part("ngo-07", REFERRAL))
        .then_refused("referral.parent-not-yours");
    let parted = || work().chain([part("ngo-07", REFERRAL)]);
    after(&rules, parted()).when(on("ngo-07", "completed")).then_refused("referral.parts-open");
    let ended = step(
        "ngo-07",
        OTHER,
        "cancelled",
        json!({"referral": SECOND, "cancelled_at": AT, "reason_code": "by-mistake"}),
    );
    after(&rules, parted().chain([ended])).when(on("ngo-07", "completed")).then_admitted([]);
}

/// The small region, in which the police station acts for the social-work centre.
fn with_station() -> Rules {
    let mut files = jurisdiction::given::files();
    let roster = &mut files[0].content;
    let at = roster.find("code = \"ngo-07\"").unwrap();
    let level = at + roster[at..].find("level =").unwrap();
    roster.insert_str(level, "served_by = \"psb-03\"\n");
    Rules::read(&files, vocabulary::Version(1)).unwrap_or_else(|faults| panic!("{faults:?}"))
}

#[test]
fn for_a_unit_without_software_its_station_acts_and_says_so() {
    let rules = with_station();
    let received = |by: &str, unit: &str| {
        step(by, OTHER, "received", json!({"referral": REFERRAL, "received_at": AT, "on_behalf_of": unit}))
    };
    let case = after(&rules, steps(&[]));
    case.when(received("psb-03", "ngo-07")).then_admitted([]);
    case.when(on("psb-03", "received")).then_refused("referral.not-the-addressee");
    case.when(received("hsp-01", "ngo-07")).then_refused("referral.not-the-addressee");
    case.when(received("psb-03", "hsp-01")).then_refused("referral.not-the-addressee");
    let elsewhere = super::rules();
    let case = after(&elsewhere, steps(&[]));
    case.when(received("psb-03", "ngo-07")).then_refused("referral.not-the-addressee");
}

#[test]
fn the_lead_moves_when_it_is_accepted_and_not_before() {
    let rules = rules();
    let offers =
        |from: &str, to: &str| step(from, REFERRAL, "lead-offered", json!({"to": to, "offered_at": AT}));
    let accepts = |by: &str, offer: &str, lead: &str| {
        step(by, OTHER, "lead-accepted", json!({"offer": offer, "lead": lead, "accepted_at": AT}))
    };
    let declines = |by: &str| {
        let clear = json!({"offer": REFERRAL, "declined_at": AT, "reason_code": "no-capacity"});
        step(by, OTHER, "lead-declined", clear)
    };
    let case = after(&rules, [opened()]); // led by cab
    case.when(offers("cab", "psb-03")).then_admitted([]);
    case.when(offers("wbo", "psb-03")).then_admitted([]);
    case.when(offers("psb-03", "psb-03")).then_refused("referral.not-your-lead");
    case.when(offers("wbo", "cab")).then_refused("referral.leads-already");
    case.when(offers("cab", "psb-77")).then_refused("referral.unknown-agency");
    after(&rules, []).when(offers("wbo", "psb-03")).then_refused("referral.case-not-open");
    let offered = || [opened(), offers("cab", "psb-03")].into_iter();
    let case = after(&rules, offered());
    case.when(offers("wbo", "hsp-01")).then_refused("referral.lead-offer-pending");
    case.when(accepts("psb-03", REFERRAL, "psb-03")).then_admitted([]);
    case.when(accepts("psb-03", OTHER, "psb-03")).then_refused("referral.no-such-lead-offer");
    case.when(accepts("hsp-01", REFERRAL, "hsp-01")).then_refused("referral.no-such-lead-offer");
    case.when(accepts("psb-03", REFERRAL, "hsp-01")).then_refused("referral.not-yourself");
    let moved = after(&rules, offered().chain([accepts("psb-03", REFERRAL, "psb-03")]));
    moved.when(offers("cab", "hsp-01")).then_refused("referral.not-your-lead");
    moved.when(offers("psb-03", "cab")).then_admitted([]);
    let kept = after(&rules, offered().chain([declines("psb-03")]));
    kept.when(offers("cab", "hsp-01")).then_admitted([]);
    kept.when(accepts("psb-03", REFERRAL, "psb-03")).then_refused("referral.no-such-lead-offer");
}
