//! The tasks of a plan: each has one owner, who takes it on or declines it, and does it.

use super::*;
use vocabulary::case_conference::{TaskAccepted, TaskAssigned, TaskCompleted, TaskDeclined};

const PLAN: &str = OTHER;

fn accepts(by: &str, task: &str) -> CaseFact {
    let (plan, task) = (PLAN.to_owned(), task.to_owned());
    said(by, SECOND, Said::TaskAccepted(TaskAccepted { plan, task, accepted_at: AT.to_owned() }))
}

fn declines_for(by: &str, task: &str, proposed_owner: Option<&str>) -> CaseFact {
    let declined = TaskDeclined {
        plan: PLAN.to_owned(),
        task: task.to_owned(),
        declined_at: AT.to_owned(),
        reason_code: "no-capacity".to_owned(),
        proposed_owner: proposed_owner.map(code),
    };
    said(by, SECOND, Said::TaskDeclined(declined))
}

fn declines(by: &str, task: &str) -> CaseFact {
    declines_for(by, task, None)
}

fn completes(by: &str, task: &str) -> CaseFact {
    let (plan, task) = (PLAN.to_owned(), task.to_owned());
    let (completed_at, result_code) = (AT.to_owned(), "goal-met".to_owned());
    said(by, SECOND, Said::TaskCompleted(TaskCompleted { plan, task, completed_at, result_code }))
}

fn assigned(task: &str, owner: &str, change: impl FnOnce(&mut TaskAssigned)) -> CaseFact {
    let mut assigned = TaskAssigned {
        plan: PLAN.to_owned(),
        task: task.to_owned(),
        owner: code(owner),
        due: "2026-04-30".to_owned(),
        assigned_at: AT.to_owned(),
        instead_of: None,
    };
    change(&mut assigned);
    said("wbo", SECOND, Said::TaskAssigned(assigned))
}

fn gives(task: &str, owner: &str) -> CaseFact {
    assigned(task, owner, |_| {})
}

fn instead(task: &str, owner: &str, of: &str) -> CaseFact {
    assigned(task, owner, |said| said.instead_of = Some(of.to_owned()))
}

/// A case with the plan of these tests: counselling and visits by ngo-07, school by edu; and then this.
fn planned<const N: usize>(more: [CaseFact; N]) -> Vec<CaseFact> {
    let decided = [opened(), convened(&["psb", "cab"], true), concluded(), plan(|_| {})];
    decided.into_iter().chain(more).collect()
}

#[test]
fn only_its_owner_speaks_for_a_task() {
    let rules = rules();
    let case = after(&rules, planned([]));
    case.when(accepts("ngo-07", "counselling")).then_admitted([]);
    case.when(completes("ngo-07", "visits")).then_admitted([]);
    for say in [accepts, declines, completes] {
        case.when(say("edu", "counselling")).then_refused("case-conference.not-the-owner");
        case.when(say("wbo", "counselling")).then_refused("case-conference.not-the-owner");
        case.when(say("ngo-07", "riding")).then_refused("case-conference.unknown-task");
    }
    let bare = after(&rules, [opened()]);
    bare.when(accepts("ngo-07", "counselling")).then_refused("case-conference.unknown-plan");
    bare.when(gives("riding", "edu")).then_refused("case-conference.unknown-plan");
}

#[test]
fn a_task_is_taken_on_once_declined_once_and_done_once() {
    let rules = rules();
    let accepted = after(&rules, planned([accepts("ngo-07", "counselling")]));
    accepted.when(accepts("ngo-07", "counselling")).then_refused("case-conference.task-accepted");
    accepted.when(declines("ngo-07", "counselling")).then_admitted([]);
    accepted.when(completes("ngo-07", "counselling")).then_admitted([]);
    let declined = after(&rules, planned([declines("ngo-07", "counselling")]));
    let done = after(&rules, planned([completes("ngo-07", "counselling")]));
    for say in [accepts, declines, completes] {
        declined.when(say("ngo-07", "counselling")).then_refused("case-conference.task-declined");
        done.when(say("ngo-07", "counselling")).then_refused("case-conference.task-over");
    }
    let stranger = declines_for("ngo-07", "counselling", Some("psb-77"));
    after(&rules, planned([])).when(stranger).then_refused("case-conference.unknown-agency");
}

#[test]
fn a_task_is_given_when_nobody_has_it_or_instead_of_one_that_is_not_done() {
    let rules = rules();
    let case = after(&rules, planned([]));
    case.when(gives("mentoring", "edu")).then_admitted([]);
    case.when(gives("school", "ngo-07")).then_refused("case-conference.task-taken");
    case.when(instead("mentoring", "edu", "counselling")).then_admitted([]);
    case.when(instead("mentoring", "edu", "riding")).then_refused("case-conference.unknown-task");
    case.when(gives("mentoring", "psb-77")).then_refused("case-conference.unknown-agency");
    let late = assigned("mentoring", "edu", |said| said.due = "2026-03-29".to_owned());
    case.when(late).then_refused("case-conference.due-past");
    after(&rules, planned([declines("ngo-07", "visits")])).when(gives("visits", "edu")).then_admitted([]);
    let done = after(&rules, planned([completes("ngo-07", "visits")]));
    done.when(gives("visits", "edu")).then_refused("case-conference.task-over");
    done.when(instead("mentoring", "edu", "visits")).then_refused("case-conference.task-over");
    let replaced = after(&rules, planned([instead("mentoring", "edu", "visits")]));
    replaced.when(completes("ngo-07", "visits")).then_refused("case-conference.task-over");
    replaced.when(completes("edu", "mentoring")).then_admitted([]);
}
