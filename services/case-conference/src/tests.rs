//! The rules of the case conference as sentences.

mod around;
mod decisions;
mod dissent;
mod tasks;

use crate::{CaseConference, Refusal};
use jurisdiction::given;
use jurisdiction::{RuleFile, Rules};
use vocabulary::case_conference::{CaseConference as Said, Concluded, Convened, PlanAdopted, Task};
use vocabulary::given::{Given, given as after_facts, said};
use vocabulary::intake::{CaseOpened, Intake};
use vocabulary::{AgencyCode, CaseFact, Child, Fact, Version};

const CONFERENCE: &str = "00000000-0000-4000-8000-000000000001";
const SECOND: &str = "00000000-0000-4000-8000-000000000002";
const THIRD: &str = "00000000-0000-4000-8000-000000000003";
const OTHER: &str = "00000000-0000-4000-8000-000000000009";
/// The moment that all facts of these tests say they happened at.
const AT: &str = "2026-03-30T14:18:00+08:00";

/// The small region, in which two agencies at least decide, too few may come once, and a dissent goes to the heads of the
/// agencies before the committee.
fn rules() -> Rules {
    let basis = "from = \"2020-01-01\"\n\
                 basis = { law = \"-\", article = \"-\", text = { zh = \"-\", en = \"-\" } }\n";
    let quorum = "[[quorum]]\nagencies = 2\ninquorate = 1\n";
    let ladder = "[[ladder]]\nlevels = [\"heads-of-agencies\", \"committee\"]\n";
    let content = format!("{quorum}{basis}{ladder}{basis}");
    let quorum = RuleFile { path: "conference.toml".to_owned(), content };
    Rules::read(&[given::files(), vec![quorum]].concat(), Version(1)).unwrap()
}

fn code(agency: &str) -> AgencyCode {
    AgencyCode::parse(agency).unwrap()
}

fn codes(agencies: &[&str]) -> Vec<AgencyCode> {
    agencies.iter().map(|agency| code(agency)).collect()
}

fn opened() -> CaseFact {
    let child = Child { label: "A".to_owned(), age_band: "6-13".to_owned(), sex: "female".to_owned() };
    let (reports, children) = (vec![OTHER.to_owned()], vec![child]);
    let opened = CaseOpened { opened_at: AT.to_owned(), reports, children, lead: code("psb") };
    said("wbo", OTHER, Intake::CaseOpened(opened))
}

/// The coordinator calls these agencies together.
fn convened(participants: &[&str], child_heard: bool) -> CaseFact {
    let (kind, participants) = ("case".to_owned(), codes(participants));
    said("wbo", CONFERENCE, Said::Convened(Convened { kind, participants, at: AT.to_owned(), child_heard }))
}

fn concluded_with(change: impl FnOnce(&mut Concluded)) -> CaseFact {
    let mut concluded = Concluded {
        conference: CONFERENCE.to_owned(),
        result: "plan".to_owned(),
        concluded_at: AT.to_owned(),
        attended: codes(&["psb", "cab"]),
        child_view: "written".to_owned(),
        decisions: Vec::new(),
    };
    change(&mut concluded);
    said("wbo", OTHER, Said::Concluded(concluded))
}

fn concluded() -> CaseFact {
    concluded_with(|_| {})
}

fn attended(agencies: &[&str]) -> CaseFact {
    concluded_with(|said| said.attended = codes(agencies))
}

fn inquorate(agencies: &[&str]) -> CaseFact {
    concluded_with(|said| {
        said.attended = codes(agencies);
        (said.result, said.child_view) = ("inquorate".to_owned(), "declined".to_owned());
    })
}

fn task(task: &str, owner: &str) -> Task {
    Task { task: task.to_owned(), owner: code(owner), due: "2026-03-30".to_owned() }
}

/// A plan adopted on 30 March, late in the evening by UTC.
fn plan(change: impl FnOnce(&mut PlanAdopted)) -> CaseFact {
    let mut plan = PlanAdopted {
        adopted_at: "2026-03-29T16:30:00Z".to_owned(),
        review_at: "2026-03-31".to_owned(),
        tasks: vec![task("counselling", "ngo-07"), task("school", "edu"), task("visits", "ngo-07")],
        owners: codes(&["edu", "ngo-07"]),
    };
    change(&mut plan);
    said("wbo", OTHER, Said::PlanAdopted(plan))
}

fn after<'r>(
    rules: &'r Rules,
    facts: impl IntoIterator<Item = CaseFact>,
) -> Given<'r, Rules, CaseConference> {
    after_facts(rules, facts)
}

/// What exactly the answer said is unmet.
#[track_caller]
fn unmet(case: &Given<'_, Rules, CaseConference>, rules: &Rules, fact: CaseFact) -> Vec<String> {
    let proposed = vocabulary::Proposed::new(fact.attributes, fact.fact, fact.recorded);
    crate::admit::admit(case.state(), &proposed, rules).expect_err("refused").unmet
}

#[test]
fn only_an_open_case_confers() {
    let rules = rules();
    after(&rules, [opened()]).when(convened(&["psb", "cab"], true)).then_admitted([]);
    after(&rules, []).when(convened(&["psb", "cab"], true)).then_refused("case-conference.case-not-open");
}

#[test]
fn whoever_is_called_is_on_the_roster_today() {
    let rules = rules();
    let case = after(&rules, [opened()]);
    let called = || convened(&["psb", "psb-09", "psb-77"], true);
    case.when(called()).then_refused("case-conference.unknown-agency");
    assert_eq!(unmet(&case, &rules, called()), ["psb-09", "psb-77"]);
}

#[test]
fn two_conferences_of_a_case_never_share_an_id() {
    let rules = rules();
    let case = after(&rules, [opened(), convened(&["psb"], true)]);
    case.when(convened(&["cab"], true)).then_refused("case-conference.id-taken");
}

#[test]
fn a_conference_that_was_convened_is_concluded_once() {
    let rules = rules();
    let convened = || convened(&["psb", "cab"], true);
    after(&rules, [opened()]).when(concluded()).then_refused("case-conference.unknown");
    let case = after(&rules, [opened(), convened()]);
    case.when(concluded()).then_admitted([]);
    case.when(concluded_with(|said| said.conference = SECOND.to_owned()))
        .then_refused("case-conference.unknown");
    for end in [concluded(), inquorate(&["psb"])] {
        let case = after(&rules, [opened(), convened(), end]);
        case.when(concluded()).then_refused("case-conference.already-concluded");
        case.when(inquorate(&["psb"])).then_refused("case-conference.already-concluded");
    }
}

#[test]
fn only_who_was_called_attends_and_the_coordinator_itself() {
    let rules = rules();
    let case = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    case.when(attended(&["psb", "wbo"])).then_admitted([]);
    let guests = || attended(&["psb", "pro", "cab", "edu"]);
    case.when(guests()).then_refused("case-conference.not-invited");
    assert_eq!(unmet(&case, &rules, guests()), ["pro", "edu"]);
}

#[test]
fn a_conference_ends_after_it_begins() {
    let rules = rules();
    let case = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    let at = |end: &str| concluded_with(|said| said.concluded_at = end.to_owned());
    case.when(at("2026-03-30T06:18:00Z")).then_admitted([]);
    case.when(at("2026-03-30T14:17:59+08:00")).then_refused("case-conference.ended-before-it-began");
}

#[test]
fn one_agency_alone_decides_nothing_but_may_say_that_nobody_else_came() {
    let rules = rules();
    let case = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    case.when(attended(&["psb"])).then_refused("case-conference.no-quorum");
    case.when(attended(&["psb", "psb"])).then_refused("case-conference.no-quorum");
    case.when(inquorate(&["psb"])).then_admitted([]);
}

/// The same of the second conference.
fn second(fact: CaseFact) -> CaseFact {
    match fact.fact {
        Fact::CaseConference(Said::Convened(called)) => said("wbo", SECOND, Said::Convened(called)),
        Fact::CaseConference(Said::Concluded(mut end)) => {
            end.conference = SECOND.to_owned();
            said("wbo", OTHER, Said::Concluded(end))
        }
        _ => panic!("a conference"),
    }
}

fn thematic(mut fact: CaseFact) -> CaseFact {
    if let Fact::CaseConference(Said::Convened(called)) = &mut fact.fact {
        called.kind = "thematic".to_owned();
    }
    fact
}

#[test]
fn a_conference_to_which_too_few_came_is_held_once_more_and_that_one_decides() {
    let rules = rules();
    let in_vain = [opened(), convened(&["psb", "cab"], true), inquorate(&["psb"])];
    let again = in_vain.into_iter().chain([second(convened(&["psb", "cab"], true))]);
    let again = after(&rules, again);
    again.when(second(inquorate(&["psb"]))).then_refused("case-conference.enough-came");
    again.when(second(attended(&["psb"]))).then_admitted([]);
    let unheard = second(concluded_with(|said| said.child_view = "declined".to_owned()));
    again.when(unheard).then_refused("case-conference.child-not-heard");
}

#[test]
fn a_conference_to_which_enough_came_decides() {
    let rules = rules();
    let case = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    case.when(inquorate(&["psb", "cab"])).then_refused("case-conference.enough-came");
    case.when(inquorate(&["psb", "psb"])).then_admitted([]);
}

#[test]
fn only_one_of_the_same_kind_that_is_called_afterwards_goes_without_the_quorum() {
    let rules = rules();
    let called = || convened(&["psb", "cab"], true);
    let before = [opened(), called(), second(called()), inquorate(&["psb"])];
    after(&rules, before).when(second(attended(&["psb"]))).then_refused("case-conference.no-quorum");
    let other = [opened(), thematic(called()), inquorate(&["psb"]), second(called())];
    after(&rules, other).when(second(attended(&["psb"]))).then_refused("case-conference.no-quorum");
    let decided = [opened(), called(), inquorate(&["psb"]), second(called()), second(attended(&["psb"]))];
    let third = decided.into_iter().chain([said(
        "wbo",
        THIRD,
        Said::Convened(Convened {
            kind: "case".to_owned(),
            participants: codes(&["psb", "cab"]),
            at: AT.to_owned(),
            child_heard: true,
        }),
    )]);
    let alone = concluded_with(|said| (said.conference, said.attended) = (THIRD.to_owned(), codes(&["psb"])));
    after(&rules, third).when(alone).then_refused("case-conference.no-quorum");
}

#[test]
fn where_the_region_asks_for_no_quorum_whoever_came_decides() {
    let rules = given::rules();
    let case = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    case.when(attended(&["psb"])).then_admitted([]);
    case.when(inquorate(&["psb"])).then_admitted([]);
}

#[test]
fn a_child_that_was_to_be_heard_is_heard_or_has_written() {
    let rules = rules();
    let viewed = |view: &str| concluded_with(|said| said.child_view = view.to_owned());
    let promised = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    let open = after(&rules, [opened(), convened(&["psb", "cab"], false)]);
    for view in ["heard", "written"] {
        promised.when(viewed(view)).then_admitted([]);
        open.when(viewed(view)).then_admitted([]);
    }
    for view in ["declined", "too-young"] {
        promised.when(viewed(view)).then_refused("case-conference.child-not-heard");
        open.when(viewed(view)).then_admitted([]);
    }
}

#[test]
fn a_plan_follows_from_a_decision() {
    let rules = rules();
    let convened = || convened(&["psb", "cab"], true);
    after(&rules, [opened(), convened(), concluded()]).when(plan(|_| {})).then_admitted([]);
    let nothing =
        [vec![opened()], vec![opened(), convened()], vec![opened(), convened(), inquorate(&["psb"])]];
    for history in nothing {
        after(&rules, history).when(plan(|_| {})).then_refused("case-conference.nothing-decided");
    }
}

/// A case that has decided on a plan.
fn decided(rules: &Rules) -> Given<'_, Rules, CaseConference> {
    after(rules, [opened(), convened(&["psb", "cab"], true), concluded()])
}

#[test]
fn the_owners_of_a_plan_are_those_of_its_tasks() {
    let rules = rules();
    let case = decided(&rules);
    let too_many = || plan(|plan| plan.owners.push(code("hsp-01")));
    let too_few = || plan(|plan| plan.tasks.push(task("check-up", "hlt")));
    case.when(too_many()).then_refused("case-conference.owners-differ");
    assert_eq!(unmet(&case, &rules, too_many()), ["hsp-01"]);
    case.when(too_few()).then_refused("case-conference.owners-differ");
    assert_eq!(unmet(&case, &rules, too_few()), ["hlt"]);
}

#[test]
fn nobody_owns_a_task_who_is_off_the_roster() {
    let rules = rules();
    let closed = plan(|plan| {
        plan.tasks.push(task("patrol", "psb-09"));
        plan.owners.push(code("psb-09"));
    });
    decided(&rules).when(closed).then_refused("case-conference.unknown-agency");
}

#[test]
fn no_task_is_due_before_the_day_of_its_plan() {
    let rules = rules();
    let case = decided(&rules);
    let early = || plan(|plan| plan.tasks[1].due = "2026-03-29".to_owned());
    case.when(early()).then_refused("case-conference.due-past");
    assert_eq!(unmet(&case, &rules, early()), ["school"]);
}

#[test]
fn a_plan_is_looked_at_again_on_a_later_day() {
    let rules = rules();
    let review = |day: &str| plan(|plan| plan.review_at = day.to_owned());
    decided(&rules).when(review("2026-03-30")).then_refused("case-conference.review-too-early");
    decided(&rules).when(review("2026-03-31")).then_admitted([]);
}

#[test]
fn every_rule_is_tried_here() {
    for refusal in Refusal::ALL {
        let tried = format!("then_refused(\"{}\")", refusal.code());
        let here = [
            include_str!("tests.rs"),
            include_str!("tests/around.rs"),
            include_str!("tests/decisions.rs"),
            include_str!("tests/tasks.rs"),
            include_str!("tests/dissent.rs"),
        ];
        assert!(here.iter().any(|file| file.contains(&tried)), "{}", refusal.code());
    }
}
