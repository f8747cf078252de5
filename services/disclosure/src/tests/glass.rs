//! Broken glass: what it opens, for whom, until when.

use super::*;
use crate::{Refusal, admit};
use vocabulary::{Proposed, Refusal as Refused};

const USED: &str = "governance.break-glass-used.v1";

fn at(text: &str) -> Instant {
    Instant::parse(&format!("{text}:00+08:00")).unwrap()
}

fn broken(by: &str, groups: &[&str]) -> CaseFact {
    fact(2, by, USED, json!({"groups": groups, "expires_at": "2026-03-31T10:00:00+08:00"}))
}

fn decided_at(facts: &[CaseFact], index: usize, agency: &str, when: Instant) -> Option<crate::Decision> {
    let mut involved = Involved::default();
    facts.iter().for_each(|fact| involved.evolve(fact, &CONTRACTS));
    let contract = CONTRACTS.get(facts[index].attributes.kind.as_str()).unwrap();
    decide(&facts[index], contract, &code(agency), &involved, &RULES, when)
}

#[test]
fn an_agency_without_a_part_in_the_case_sees_what_it_opened_and_nothing_else_while_it_is_open() {
    let facts = [report(1), broken("psb-05", &["child-identity"])];
    let open = decided_at(&facts, 0, "psb-05", now()).unwrap();
    assert_eq!(open.form, Form::Masked);
    assert!(!open.withheld.contains_key("/data/child_identity"), "{open:?}");
    for pointer in ["/data/narrative", "/data/reporter", "/data/situation_code"] {
        assert_eq!(open.withheld.get(pointer), Some(&Reason::ApprovalRequired), "{pointer}");
    }
    let told = open;
    let after = decided_at(&facts, 0, "psb-05", at("2026-03-31T10:00"));
    assert_eq!(after, None, "the time is over");
    assert_eq!(narrower(told, after), crate::Decision::coarse());
    assert_eq!(decided_at(&facts, 0, "sch-12", now()), None, "nobody else's glass is broken by it");
}

#[test]
fn whoever_has_a_part_sees_more_of_it_for_a_time_and_never_what_is_closed() {
    let narrative = |facts: &[CaseFact], agency, when| {
        decided_at(facts, 0, agency, when).unwrap().withheld.get("/data/narrative").copied()
    };
    assert_eq!(narrative(&[report(1)], "wbo", now()), Some(Reason::ApprovalRequired));
    let facts = [report(1), broken("wbo", &["narrative"])];
    assert_eq!(narrative(&facts, "wbo", now()), None);
    assert_eq!(narrative(&facts, "wbo", at("2026-03-31T10:01")), Some(Reason::ApprovalRequired));
    let hlt = [report(1), broken("hlt", &["narrative"])];
    assert_eq!(
        narrative(&hlt, "hlt", now()),
        Some(Reason::NotEntitled),
        "refused at the door, and closed anyway"
    );
}

#[test]
fn breaking_the_glass_tells_the_past_as_backfill_once_and_who_did_it_to_the_others() {
    let tellings = told(&[report(1), broken("psb-05", &["child-identity"])]);
    assert_eq!(of(&tellings, "psb-05"), [(1, Form::Masked, true), (2, Form::Full, false)]);
    assert_eq!(of(&tellings, "wbo").len(), 1, "the coordinator learns of it");
}

/// What the door says to it.
fn refused(said: CaseFact, before: &[CaseFact], when: Instant) -> Result<(), Refused> {
    let mut involved = Involved::default();
    before.iter().for_each(|fact| involved.evolve(fact, &CONTRACTS));
    let proposed = Proposed::new(said.attributes, said.fact, when);
    admit(&involved, &proposed, &RULES).map(drop)
}

#[test]
fn every_rule_of_the_glass_refuses() {
    let broken = |groups: &[&str]| broken("psb-05", groups);
    let reviewed = |by: &str, of: &CaseFact| {
        fact(4, by, "governance.break-glass-reviewed.v1", json!({"use": of.attributes.id}))
    };
    let used = broken(&["child-identity"]);
    assert_eq!(refused(used.clone(), &[report(1)], now()), Ok(()));
    assert_eq!(refused(reviewed("wbo", &used), &[report(1), used.clone()], now()), Ok(()));
    assert_eq!(refused(report(1), &[], now()), Ok(()), "not its decision");
    let mut tried = Vec::new();
    let mut expect = |refusal: Refusal, got: Result<(), Refused>| {
        assert_eq!(got.map_err(|refused| refused.code), Err(refusal.code()));
        tried.push(refusal);
    };
    expect(Refusal::Expired, refused(used.clone(), &[report(1)], at("2026-03-31T10:00")));
    expect(Refusal::TooLong, refused(used.clone(), &[report(1)], at("2026-03-30T09:59")));
    expect(Refusal::OpensNothing, refused(broken(&["economy", "no-such-group"]), &[report(1)], now()));
    let other = fact(9, "psb-05", USED, json!({}));
    expect(Refusal::NoSuchUse, refused(reviewed("wbo", &other), &[report(1), used.clone()], now()));
    expect(Refusal::OwnUse, refused(reviewed("psb-05", &used), &[report(1), used.clone()], now()));
    let seen = [report(1), used.clone(), reviewed("wcc", &used)];
    expect(Refusal::Reviewed, refused(reviewed("wbo", &used), &seen, now()));
    let bare = Rules::read(&without_glass(), Version(1)).unwrap();
    let proposed = Proposed::new(used.attributes, used.fact, now());
    expect(Refusal::NotHere, admit(&Involved::default(), &proposed, &bare).map(drop));
    assert!(Refusal::ALL.iter().all(|rule| tried.contains(rule)), "{tried:?}");
}

/// The rules of a district in which nobody breaks the glass.
fn without_glass() -> Vec<RuleFile> {
    let mut files = files();
    let matrix = &mut files[1].content;
    let (before, after) = matrix.split_once("[break_glass]\nhours = 24\n").unwrap();
    *matrix = format!("{before}{after}");
    files
}
