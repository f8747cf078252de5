//! A fact said in an older version of its type starts and stops clocks as the newest one, and under the rules of its
//! own day as it always did.

use super::*;
use crate::Verdict;

const NOW: &str = "2027-06-01 00:00";

/// A yearly check that somebody owes, and one that answers it in the words of a version.
fn yearly(version: &str, answer: Value) -> Vec<CaseFact> {
    let hired = serde_json::json!({"check_kind": "hire", "requested_at": stamp("2026-03-02 10:00")});
    let kind = |version: &str| format!("governance.employment-check-requested.{version}");
    let mut answer = answer;
    answer["requested_at"] = stamp("2027-02-01 10:00").into();
    history([
        said("emp-02", "2026-03-02 10:00", "hired", &kind("v1"), hired),
        said("emp-02", "2027-02-01 10:00", "yearly", &kind(version), answer),
    ])
}

fn verdict(facts: &[CaseFact], rules: &Rules) -> Verdict {
    let first = clocks(facts, rules).into_iter().find(|clock| clock.rule.id.as_str() == "K60").unwrap();
    first.verdict(at(NOW)).unwrap()
}

#[test]
fn the_yearly_check_of_either_version_counts_and_one_of_a_few_people_does_not() {
    let rules = demo();
    let first = yearly("v1", serde_json::json!({"check_kind": "yearly"}));
    let whole = yearly("v2", serde_json::json!({"scope": "whole-staff"}));
    let some = yearly("v2", serde_json::json!({"scope": "some-staff"}));
    assert_eq!(verdict(&first, &rules), Verdict::Met);
    assert_eq!(verdict(&whole, &rules), Verdict::Met);
    assert_eq!(verdict(&some, &rules), Verdict::Missed);
}

#[test]
fn rules_of_an_earlier_day_name_the_version_of_their_day() {
    let mut files = demo_files();
    let file = files.iter_mut().find(|file| file.path == "clocks/governance.toml").unwrap();
    file.content = file.content.replace("employment-check-requested.v2", "employment-check-requested.v1");
    file.content = file.content.replace("scope = \"whole-staff\"", "check_kind = \"yearly\"");
    file.content = file.content.replace("scope = \"before-hiring\"", "check_kind = \"hire\"");
    let rules = Rules::read(&files, vocabulary::Version(1)).unwrap();
    let facts = yearly("v1", serde_json::json!({"check_kind": "yearly"}));
    assert_eq!(verdict(&facts, &rules), Verdict::Met);
}
