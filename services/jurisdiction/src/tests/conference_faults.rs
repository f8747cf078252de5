//! Each fault of what a conference needs, with its line; and which version holds when.

use super::*;

const QUORUM: &str = r#"[[quorum]]
agencies = 2
inquorate = 1
from = "2020-01-01"
until = "2026-01-01"
basis = { law = "", article = "", text = { zh = "", en = "" } }
"#;

fn with(content: &str) -> Vec<RuleFile> {
    [given::files(), vec![file("conference.toml", content)]].concat()
}

#[test]
fn the_version_of_the_day_holds() {
    let later = QUORUM.replace("2026-01-01", "2030-01-01").replace("2020-01-01", "2026-01-01");
    let later = later.replace("agencies = 2", "agencies = 3");
    let rules = Rules::read(&with(&format!("{QUORUM}{later}")), Version(1)).unwrap();
    let agencies = |day: &str| rules.conferences().quorum(day.parse().unwrap()).map(|quorum| quorum.agencies);
    let asked = ["2019-12-31", "2025-12-31", "2026-01-01", "2030-01-01"].map(agencies);
    assert_eq!(asked, [None, Some(2), Some(3), None]);
    assert_eq!(
        given::rules().conferences().quorum("2025-12-31".parse().unwrap()),
        None,
        "a region may ask nothing"
    );
}

#[test]
fn what_is_wrong_with_a_quorum_is_told_with_its_line() {
    let wrong = |from: &str, to: &str| faults(&with(&QUORUM.replace(from, to)));
    assert_eq!(wrong("agencies = 2", "agencies = 0"), ["conference.toml:2: at least one agency decides"]);
    assert_eq!(
        wrong("inquorate = 1", "inquorate = 0"),
        ["conference.toml:2: a quorum holds for one conference at the least: `inquorate` is not 0"]
    );
    assert!(wrong("agencies = 2", "agencies = -1")[0].starts_with("conference.toml:2: "));
    assert!(wrong("inquorate = 1\n", "")[0].contains("missing field `inquorate`"));
    assert!(wrong("inquorate", "title")[0].contains("unknown field `title`"));
    let twice = faults(&with(&format!("{QUORUM}{QUORUM}")));
    assert_eq!(twice, ["conference.toml:8: another quorum holds at the same time, by line 2"]);
}

const LADDER: &str = r#"[[ladder]]
levels = ["heads", "committee"]
from = "2020-01-01"
until = "2026-01-01"
basis = { law = "", article = "", text = { zh = "", en = "" } }
"#;

#[test]
fn a_ladder_holds_on_its_days_and_has_each_level_once() {
    let rules = Rules::read(&with(LADDER), Version(1)).unwrap();
    let levels = |day: &str| rules.conferences().ladder(day.parse().unwrap()).len();
    assert_eq!(["2019-12-31", "2025-12-31", "2026-01-01"].map(levels), [0, 2, 0]);
    let each_once = "conference.toml:2: a ladder has one level at least, and each of them once";
    for levels in ["[]", r#"["heads", "heads"]"#] {
        assert_eq!(faults(&with(&LADDER.replace(r#"["heads", "committee"]"#, levels))), [each_once]);
    }
    let twice = faults(&with(&format!("{LADDER}{LADDER}")));
    assert_eq!(twice, ["conference.toml:7: another ladder holds at the same time, by line 2"]);
}
