//! What a conference decides beside its result.

use super::*;
use vocabulary::case_conference::Decision;

/// A conference that decided this, each with who carries it out.
fn decided(decisions: &[(&str, &str)], change: impl FnOnce(&mut Concluded)) -> CaseFact {
    let decision =
        |(label, owner): &(&str, &str)| Decision { decision: (*label).to_owned(), owner: code(owner) };
    concluded_with(|said| {
        said.decisions = decisions.iter().map(decision).collect();
        change(said);
    })
}

#[test]
fn each_decision_stands_once_and_somebody_of_the_roster_carries_it_out() {
    let rules = rules();
    let case = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    case.when(decided(&[("counselling", "ngo-07"), ("school", "edu")], |_| {})).then_admitted([]);
    let twice = || decided(&[("school", "ngo-07"), ("visits", "psb"), ("school", "edu")], |_| {});
    case.when(twice()).then_refused("case-conference.decision-twice");
    assert_eq!(unmet(&case, &rules, twice()), ["school"]);
    let stranger = || decided(&[("school", "psb-77")], |_| {});
    case.when(stranger()).then_refused("case-conference.unknown-agency");
    assert_eq!(unmet(&case, &rules, stranger()), ["psb-77"]);
}

#[test]
fn a_conference_to_which_too_few_came_decides_nothing() {
    let rules = rules();
    let case = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    let too_few = |decisions| {
        decided(decisions, |said| {
            said.attended = codes(&["psb"]);
            (said.result, said.child_view) = ("inquorate".to_owned(), "declined".to_owned());
        })
    };
    case.when(too_few(&[("school", "edu")])).then_refused("case-conference.decides-nothing");
    case.when(too_few(&[])).then_admitted([]);
}
