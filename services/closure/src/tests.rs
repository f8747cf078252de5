//! The rules of closure as sentences.

mod end;
mod facts;
mod gate;
mod incident;
mod words;

use crate::{Closure, Refusal};
use facts::*;
use jurisdiction::{Rules, given::rules};
use vocabulary::CaseFact;
use vocabulary::closure::ClosureType;
use vocabulary::given::{Given, given};

fn after<'r>(rules: &'r Rules, facts: impl IntoIterator<Item = CaseFact>) -> Given<'r, Rules, Closure> {
    given(rules, facts)
}

/// What exactly the answer said is unmet.
#[track_caller]
fn unmet(case: &Given<'_, Rules, Closure>, rules: &Rules, fact: CaseFact) -> Vec<String> {
    let proposed = vocabulary::Proposed::new(fact.attributes, fact.fact, fact.recorded);
    crate::admit::admit(case.state(), &proposed, rules).expect_err("refused").unmet
}

#[test]
fn only_an_open_case_is_proposed_to_close() {
    let rules = rules();
    after(&rules, [opened()]).when(proposed()).then_admitted([]);
    after(&rules, []).when(proposed()).then_refused("closure.case-not-open");
}

#[test]
fn one_proposal_waits_at_a_time() {
    let rules = rules();
    let case = after(&rules, [opened(), proposed()]);
    case.when(proposed()).then_refused("closure.proposal-pending");
    after(&rules, [opened(), proposed(), rejected(PROPOSAL)]).when(proposed()).then_admitted([]);
}

#[test]
fn only_the_proposal_that_waits_is_answered() {
    let rules = rules();
    let waits = after(&rules, [opened(), proposed()]);
    waits.when(rejected(OTHER)).then_refused("closure.no-such-proposal");
    waits.when(closed(OTHER)).then_refused("closure.no-such-proposal");
    for history in [vec![], vec![opened()], vec![opened(), proposed(), rejected(PROPOSAL)]] {
        let case = after(&rules, history);
        case.when(rejected(PROPOSAL)).then_refused("closure.no-such-proposal");
        case.when(closed(PROPOSAL)).then_refused("closure.no-such-proposal");
    }
}

#[test]
fn nobody_answers_its_own_proposal() {
    let rules = rules();
    let case = after(&rules, settled_and_proposed());
    case.when(by("sch-12", rejected(PROPOSAL))).then_refused("closure.own-proposal");
    case.when(by("sch-12", closed(PROPOSAL))).then_refused("closure.own-proposal");
    case.when(rejected(PROPOSAL)).then_admitted([]);
    case.when(closed(PROPOSAL)).then_admitted([]);
}

#[test]
fn a_proposal_is_turned_down_because_of_something() {
    let rules = rules();
    let case = after(&rules, [opened(), proposed()]);
    case.when(rejected_for(PROPOSAL, &[])).then_refused("closure.nothing-unmet");
    case.when(rejected_for(PROPOSAL, &["follow-up-finished"])).then_admitted([]);
}

#[test]
fn a_case_closes_in_the_way_that_was_proposed() {
    let rules = rules();
    let case = after(&rules, settled_and_proposed());
    case.when(closed_as(ClosureType::Merged, CLOSED_AT)).then_refused("closure.type-differs");
}

#[test]
fn a_case_does_not_close_before_that_was_proposed() {
    let rules = rules();
    let case = after(&rules, settled_and_proposed());
    let early = closed_as(ClosureType::GoalMet, "2026-11-19T23:59:59+08:00");
    case.when(early).then_refused("closure.before-proposal");
}

#[test]
fn a_case_to_which_nothing_is_owed_closes() {
    let rules = rules();
    after(&rules, settled_and_proposed()).when(closed(PROPOSAL)).then_admitted([]);
}

#[test]
fn a_case_that_is_owed_something_is_told_everything_at_once() {
    let rules = rules();
    let case = after(&rules, [opened(), report_filed(), referred(), proposed()]);
    case.when(closed(PROPOSAL)).then_refused("closure.not-yet");
    let all = [
        "safety-assessed",
        "grade-low",
        "no-open-referral",
        "reporter-told",
        "child-view-recorded",
        "follow-up-finished",
    ];
    assert_eq!(unmet(&case, &rules, closed(PROPOSAL)), all);
}

#[test]
fn a_closed_case_takes_nothing_more() {
    let rules = rules();
    let case = after(&rules, settled_and_proposed().into_iter().chain([closed(PROPOSAL)]));
    for said in [proposed(), rejected(PROPOSAL), closed(PROPOSAL)] {
        case.when(said).then_refused("closure.already-closed");
    }
}

#[test]
fn whoever_repeats_itself_has_been_heard() {
    let rules = rules();
    let waits = after(&rules, [opened(), proposed()]);
    waits.when(consented("edu")).then_admitted([]);
    waits.when(objected("edu")).then_admitted([]);
    waits.when(consented("sch-12")).then_refused("closure.own-proposal");
    let said = after(&rules, [opened(), proposed(), consented("edu")]);
    said.when(consented("edu")).then_refused("closure.already-said");
    said.when(objected("edu")).then_admitted([]);
    after(&rules, [opened()]).when(consented("edu")).then_refused("closure.no-such-proposal");
}

#[test]
fn a_closing_is_approved_once_by_who_may_and_when_all_but_its_end_holds() {
    let rules = whole();
    let settled = settled_and_proposed();
    let case = after(&rules, settled.clone());
    case.when(approved("wbo")).then_admitted([]);
    case.when(approved("edu")).then_refused("closure.not-the-approver");
    case.when(approved("sch-12")).then_refused("closure.own-proposal");
    case.when(approved_at("wbo", "2026-11-19T10:00:00+08:00")).then_refused("closure.before-proposal");
    let twice = after(&rules, settled.clone().into_iter().chain([approved("wbo")]));
    twice.when(approved("wbo")).then_refused("closure.already-approved");
    twice.when(proposed()).then_refused("closure.proposal-pending");
    let objected = after(&rules, settled.into_iter().chain([objected("edu")]));
    objected.when(approved("wbo")).then_refused("closure.not-yet");
}

#[test]
fn only_a_closed_case_is_reopened_or_sealed_and_only_for_a_time() {
    let rules = whole();
    let open = after(&rules, [opened()]);
    open.when(reopened("2026-12-01T10:00:00+08:00")).then_refused("closure.not-closed");
    open.when(sealed("2026-12-01T10:00:00+08:00")).then_refused("closure.not-closed");
    let closed = after(&rules, closed_for_good());
    closed.when(reopened("2026-12-01T10:00:00+08:00")).then_admitted([]);
    closed.when(reopened("2026-11-01T10:00:00+08:00")).then_refused("closure.before-closing");
    closed.when(reopened("2027-11-21T10:00:00+08:00")).then_refused("closure.watch-over");
    closed.when(sealed("2026-12-01T10:00:00+08:00")).then_admitted([]);
    let sealed_one =
        after(&rules, closed_for_good().into_iter().chain([sealed("2026-12-01T10:00:00+08:00")]));
    sealed_one.when(reopened("2026-12-02T10:00:00+08:00")).then_refused("closure.sealed");
    let again = after(&rules, closed_for_good().into_iter().chain([reopened("2026-12-01T10:00:00+08:00")]));
    again.when(proposed()).then_admitted([]);
}

#[test]
fn every_rule_is_tried_here() {
    for refusal in Refusal::ALL {
        let tried = format!("then_refused(\"{}\")", refusal.code());
        assert!(include_str!("tests.rs").contains(&tried), "{}", refusal.code());
    }
}
