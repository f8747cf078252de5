//! What is said around a conference: asked for, answered, reported beforehand, sent afterwards, looked at again.

use super::*;
use vocabulary::case_conference::{InvitationAnswered, MinutesSent, PlanRevised, ReportSubmitted, Requested};

fn asked_with(participants: &[&str]) -> CaseFact {
    let requested = Requested {
        requested_at: AT.to_owned(),
        reason_code: "plan-not-working".to_owned(),
        wanted_by: None,
        participants: codes(participants),
    };
    said("cab", OTHER, Said::Requested(requested))
}

fn answers(by: &str, conference: &str) -> CaseFact {
    let (conference, answer) = (conference.to_owned(), "attends".to_owned());
    said(
        by,
        OTHER,
        Said::InvitationAnswered(InvitationAnswered { conference, answer, answered_at: AT.to_owned() }),
    )
}

fn reports(by: &str, conference: &str) -> CaseFact {
    let conference = conference.to_owned();
    said(by, OTHER, Said::ReportSubmitted(ReportSubmitted { conference, submitted_at: AT.to_owned() }))
}

fn minutes(conference: &str, to: &[&str]) -> CaseFact {
    let conference = conference.to_owned();
    said("wbo", OTHER, Said::MinutesSent(MinutesSent { conference, to: codes(to), sent_at: AT.to_owned() }))
}

fn looked_at(plan: &str, next: &str) -> CaseFact {
    let (plan, outcome, review_at) = (plan.to_owned(), "unchanged".to_owned(), next.to_owned());
    said(
        "wbo",
        SECOND,
        Said::PlanRevised(PlanRevised { plan, revised_at: AT.to_owned(), outcome, review_at }),
    )
}

#[test]
fn whoever_asks_for_a_conference_names_agencies_of_today() {
    let rules = rules();
    let case = after(&rules, [opened()]);
    case.when(asked_with(&[])).then_admitted([]);
    case.when(asked_with(&["psb", "edu"])).then_admitted([]);
    case.when(asked_with(&["psb-77"])).then_refused("case-conference.unknown-agency");
}

#[test]
fn whoever_was_called_answers_and_reports_until_it_has_ended() {
    let rules = rules();
    let called = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    let ended = after(&rules, [opened(), convened(&["psb", "cab"], true), concluded()]);
    for says in [answers, reports] {
        called.when(says("cab", CONFERENCE)).then_admitted([]);
        called.when(says("edu", CONFERENCE)).then_refused("case-conference.not-called");
        called.when(says("cab", SECOND)).then_refused("case-conference.unknown");
        ended.when(says("cab", CONFERENCE)).then_refused("case-conference.already-concluded");
    }
}

#[test]
fn minutes_go_to_those_who_were_called_once_there_are_any() {
    let rules = rules();
    let ended = after(&rules, [opened(), convened(&["psb", "cab"], true), concluded()]);
    ended.when(minutes(CONFERENCE, &["psb", "cab", "wbo"])).then_admitted([]);
    ended.when(minutes(SECOND, &["psb"])).then_refused("case-conference.unknown");
    ended.when(minutes(CONFERENCE, &["psb", "edu"])).then_refused("case-conference.minutes-to-others");
    assert_eq!(unmet(&ended, &rules, minutes(CONFERENCE, &["psb", "edu"])), ["edu"]);
    let called = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    called.when(minutes(CONFERENCE, &["psb"])).then_refused("case-conference.not-concluded");
}

#[test]
fn a_plan_is_looked_at_again_and_then_later_than_that() {
    let rules = rules();
    let planned = after(&rules, [opened(), convened(&["psb", "cab"], true), concluded(), plan(|_| {})]);
    planned.when(looked_at(OTHER, "2026-06-30")).then_admitted([]);
    planned.when(looked_at(OTHER, "2026-03-30")).then_refused("case-conference.review-too-early");
    planned.when(looked_at(SECOND, "2026-06-30")).then_refused("case-conference.unknown-plan");
}
