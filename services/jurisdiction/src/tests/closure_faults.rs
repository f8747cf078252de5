//! Each fault of a closure rule, with its line; and which conditions are asked when.

use super::*;
use crate::closure::{Criterion, FollowUpMonths, Predicate};
use vocabulary::closure::ClosureType;
use vocabulary::follow_up::Grade;

/// A condition on nine lines: `id` on the second, `kind` 4, `from` 5, predicate 6, its keys 7 and 8, exempt 9.
const CRITERION: &str = r#"[[criterion]]
id = "follow-up-finished"
name = { zh = "", en = "" }
kind = "local"
from = "2020-01-01"
predicate = "follow-up-months"
months = { default = 3, L3 = 6, removal = 12 }
last_visit_months = 1
exempt = ["death", "merged"]
basis = { law = "", article = "", text = { zh = "", en = "" } }

"#;

fn with(content: &str) -> Vec<RuleFile> {
    let mut files = given::files();
    files.retain(|file| file.path != "closure.toml");
    files.push(file("closure.toml", content));
    files
}

/// What is wrong when a line of the condition reads otherwise; each reason without what was expected.
#[track_caller]
fn wrong(from: &str, to: &str) -> Vec<String> {
    assert!(CRITERION.contains(from), "{from}");
    let faults = faults(&with(&CRITERION.replace(from, to)));
    faults.iter().map(|fault| fault.split(", expected").next().unwrap().to_owned()).collect()
}

fn read(content: &str) -> Rules {
    Rules::read(&with(content), Version(1)).unwrap()
}

fn follow_up(content: &str) -> FollowUpMonths {
    match &read(content).closing().all() {
        [Criterion { predicate: Predicate::FollowUpMonths(months), .. }] => months.clone(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_condition_reads() {
    let rules = read(CRITERION);
    let [criterion] = rules.closing().all() else { panic!("one condition") };
    assert_eq!((criterion.id.as_str(), criterion.line), ("follow-up-finished", 2));
    assert_eq!(follow_up(CRITERION).last_visit_months, 1);
}

#[test]
fn the_longest_time_that_applies_counts() {
    let months = follow_up(CRITERION);
    assert_eq!(months.of(None, false), 3);
    assert_eq!(months.of(Some(Grade::L2), false), 3);
    assert_eq!(months.of(Some(Grade::L3), false), 6);
    assert_eq!(months.of(Some(Grade::L4), false), 6, "a higher grade asks for no less");
    assert_eq!(months.of(Some(Grade::L3), true), 12);
    assert_eq!(months.of(None, true), 12);
}

#[test]
fn a_condition_is_asked_while_it_is_in_force_and_not_of_kinds_that_are_exempt() {
    let ended = CRITERION.replace("from = \"2020-01-01\"", "from = \"2020-01-01\"\nuntil = \"2026-01-01\"");
    let later = CRITERION.replace("2020-01-01", "2026-01-01");
    let rules = read(&[ended, later].concat());
    let asked = |day: &str, kind| {
        let asked = rules.closing().asked(day.parse().unwrap(), kind);
        asked.map(|criterion| criterion.line).collect::<Vec<_>>()
    };
    assert_eq!(asked("2019-12-31", ClosureType::GoalMet), [0; 0]);
    assert_eq!(asked("2025-12-31", ClosureType::GoalMet), [2]);
    assert_eq!(asked("2026-01-01", ClosureType::GoalMet), [14]);
    assert_eq!(asked("2026-01-01", ClosureType::Death), [0; 0]);
}

#[test]
fn two_versions_of_a_condition_never_hold_at_the_same_time() {
    let twice = [CRITERION, CRITERION].concat();
    let fault = "closure.toml:13: `follow-up-finished` holds at the same time, by line 2";
    assert_eq!(faults(&with(&twice)), [fault]);
}

#[test]
fn a_key_that_nobody_reads_is_refused_wherever_it_stands() {
    assert_eq!(
        wrong("[[criterion]]", "title = \"\"\n[[criterion]]"),
        ["closure.toml:1: unknown field `title`"]
    );
    assert_eq!(
        wrong("last_visit_months = 1", "last_visit_months = 1\ndays = 30"),
        ["closure.toml:9: unknown field `days`"]
    );
    assert_eq!(
        wrong("[[criterion]]", "[criterion]"),
        ["closure.toml:1: `criterion` is a list of tables: [[criterion]]"]
    );
    let simple = CRITERION.replace("follow-up-months", "no-open-referral");
    assert!(faults(&with(&simple))[0].starts_with("closure.toml:8: unknown field `last_visit_months`"));
}

#[test]
fn a_key_that_is_missing_is_named() {
    assert_eq!(wrong("kind = \"local\"\n", ""), ["closure.toml:1: missing field `kind`"]);
    assert_eq!(
        wrong("predicate = \"follow-up-months\"\n", ""),
        ["closure.toml:1: missing field `predicate`"]
    );
    assert_eq!(wrong("last_visit_months = 1\n", ""), ["closure.toml:1: missing field `last_visit_months`"]);
    assert_eq!(wrong("default = 3, ", ""), ["closure.toml:7: `months` has a `default`"]);
}

#[test]
fn ids_dates_kinds_and_numbers_are_of_their_pattern() {
    assert_eq!(
        wrong("\"follow-up-finished\"", "\"Follow up\""),
        ["closure.toml:2: `Follow up`: not a code: expected lower-case letters, digits, . and -"]
    );
    assert_eq!(wrong("\"local\"", "\"custom\""), ["closure.toml:4: unknown variant `custom`"]);
    assert_eq!(
        wrong("2020-01-01", "2020-01-32"),
        ["closure.toml:5: `2020-01-32`: not a date: expected YYYY-MM-DD"]
    );
    assert_eq!(
        wrong("L3 = 6", "L9 = 6"),
        ["closure.toml:7: `L9`: expected default, removal or a grade such as L3"]
    );
    assert_eq!(wrong("default = 3", "default = 0"), ["closure.toml:7: expected a number from 1 to 9999"])
}

#[test]
fn only_what_a_case_can_be_asked_is_asked_and_only_kinds_that_there_are_are_exempt() {
    assert_eq!(
        wrong("\"follow-up-months\"", "\"all-is-well\""),
        ["closure.toml:6: `all-is-well`: nobody can ask this of a case"]
    );
    assert_eq!(wrong("\"merged\"]", "\"tired\"]"), ["closure.toml:9: unknown variant `tired`"]);
}

#[test]
fn the_small_region_asks_one_condition_of_each_kind() {
    let rules = given::rules();
    let asked: Vec<_> =
        rules.closing().all().iter().map(|one| std::mem::discriminant(&one.predicate)).collect();
    assert_eq!(asked.len(), 9);
    assert!((1..asked.len()).all(|place| !asked[..place].contains(&asked[place])), "each once");
}

#[test]
fn a_condition_is_asked_of_some_kinds_only_or_of_all_but_some() {
    let only = CRITERION.replace("exempt = [\"death\", \"merged\"]", "only = [\"majority\"]");
    let rules = read(&only);
    let day = "2026-01-01".parse().unwrap();
    let asked = |kind| rules.closing().asked(day, kind).count();
    let kinds: Vec<_> = ClosureType::ALL.iter().copied().filter(|kind| asked(*kind) == 1).collect();
    assert_eq!(kinds, [ClosureType::Majority]);
    let both = wrong("exempt =", "only = [\"majority\"]\nexempt =");
    assert_eq!(both, ["closure.toml:2: `only` and `exempt` say the same thing twice: one of them"]);
}
