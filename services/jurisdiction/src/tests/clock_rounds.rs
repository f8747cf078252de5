//! Each fault of what a clock says beyond start, stop and due: rounds, ends, rights, pauses, extensions, cadences.

use super::*;
use crate::clock::{Allowed, Key, LastDay, Longer, Period, YearDay};
use crate::risk::Cadence;
use vocabulary::follow_up::Grade;

/// A clock on twelve lines: `due` on the eleventh.
const CLOCK: &str = r#"[[clock]]
id = "K41"
name = { zh = "", en = "" }
obligation = { zh = "", en = "" }
kind = "local"
from = "2020-05-07"
owner = { publisher = "start" }
starts = [{ fact = "a.began.v1", by = "police", has = ["at"] }]
stops = [{ fact = "a.ended.v1" }]
ends = [{ fact = "a.closed.v1", at = "closed_at" }]
due = [{ days = 3, rule = "fixed" }]
basis = { law = "", article = "", text = { zh = "", en = "" } }
"#;

const PAUSE: &str = r#"[[clock.pauses]]
from = { fact = "a.paused.v1", per = "instance" }
until = { fact = "a.resumed.v1", per = "instance" }
basis = { law = "L", article = "9", text = { zh = "", en = "" } }
"#;

const EXTENSION: &str = r#"[[clock.extensions]]
by = { fact = "a.extended.v1" }
more_days = 15
basis = { law = "L", article = "9", text = { zh = "", en = "" } }
"#;

const RISK: &str = r#"ungraded = "L0"
[[grade]]
grade = "L0"
name = { zh = "", en = "" }
colour = "green"
from = "2020-01-01"
contact = { months = 1, rule = "fixed" }
visit = { next = "quarter", rule = "fixed" }
assessment = { months = 24, rule = "fixed" }
basis = { law = "", article = "", text = { zh = "", en = "" } }
[[told]]
fact = "a.graded.v1"
grade = "grade"
valid_until = "until"
"#;

fn with(content: &str, risk: Option<&str>) -> Vec<RuleFile> {
    let mut files = given::files();
    files.push(file("clocks/a.toml", content));
    files.extend(risk.map(|risk| file("risk.toml", risk)));
    files
}

fn read(content: &str) -> Rules {
    Rules::read(&with(content, Some(RISK)), Version(1)).unwrap_or_else(|faults| panic!("{faults:?}"))
}

#[track_caller]
fn wrong(from: &str, to: &str) -> Vec<String> {
    assert!(CLOCK.contains(from), "{from}");
    faults(&with(&CLOCK.replace(from, to), Some(RISK)))
}

#[test]
fn a_clock_with_everything_reads() {
    let content =
        [&CLOCK.replace("due =", "repeats = true\nholds_closing = true\ndue ="), PAUSE, EXTENSION].concat();
    let rules = read(&content);
    let [clock] = rules.clocks().all() else { panic!("one clock") };
    assert!(clock.repeats && clock.holds_closing && !clock.right);
    assert_eq!(clock.starts[0].per, Key::Only, "one at a time, whichever fact began it");
    assert_eq!(clock.starts[0].on.by.as_ref().map(|role| role.as_str()), Some("police"));
    assert_eq!(clock.starts[0].on.has, ["at"]);
    assert_eq!((clock.pauses.len(), clock.pauses[0].basis.article.as_str()), (1, "9"));
    assert_eq!(clock.extensions[0].longer, Longer::Days(15));
    let reads = |kind: &str| rules.clocks().read_type(&vocabulary::TypeName::parse(kind).unwrap());
    for kind in ["a.closed.v1", "a.paused.v1", "a.resumed.v1", "a.extended.v1"] {
        assert!(reads(kind), "{kind}");
    }
    assert!(!reads("a.graded.v1"), "no clock asks for a grade");
    let rules = read(CLOCK);
    let [clock] = rules.clocks().all() else { panic!("one clock") };
    assert!(clock.starts[0].per == Key::Id && !clock.holds_closing);
}

#[test]
fn every_kind_of_time_reads() {
    let time = |due: &str| {
        let rules = read(&CLOCK.replace("{ days = 3, rule = \"fixed\" }", due));
        rules.clocks().all()[0].due[0].time.clone()
    };
    let fixed = LastDay::Fixed;
    assert_eq!(time("{ next = \"half-year\", rule = \"fixed\" }"), Allowed::Next(Period::HalfYear, fixed));
    assert_eq!(
        time("{ each = \"11-15\", rule = \"fixed\" }"),
        Allowed::Each(YearDay { month: 11, day: 15 }, fixed)
    );
    assert_eq!(
        time("{ on = \"2024-06-30\", rule = \"fixed\" }"),
        Allowed::On("2024-06-30".parse().unwrap(), fixed)
    );
    assert_eq!(time("{ date = \"due\", rule = \"fixed\" }"), Allowed::Date("due".to_owned(), fixed));
    assert_eq!(time("{ cadence = \"visit\" }"), Allowed::Cadence(Cadence::Visit));
    let both = vec![Allowed::Hours(4), Allowed::Days(3, fixed)];
    assert_eq!(
        time("{ later = [{ hours = 4 }, { days = 3, rule = \"fixed\" }] }"),
        Allowed::Later(both.clone())
    );
    assert_eq!(time("{ earlier = [{ hours = 4 }, { days = 3, rule = \"fixed\" }] }"), Allowed::Earlier(both));
}

#[test]
fn a_grade_has_a_say_among_times_of_which_the_first_counts_and_in_no_other_choice() {
    let among = |word: &str| {
        CLOCK.replace(
            "due = [{ days = 3, rule = \"fixed\" }]",
            &format!("due = [{{ {word} = [{{ cadence = \"visit\" }}, {{ hours = 4 }}] }}]"),
        )
    };
    let rules = read(&among("earlier"));
    assert!(rules.clocks().all()[0].due[0].time.asks_grade());
    assert!(rules.clocks().read_type(&vocabulary::TypeName::parse("a.graded.v1").unwrap()));
    let choose = "`earlier` and `later` choose among times that are counted from the start";
    assert_eq!(faults(&with(&among("later"), Some(RISK))), [format!("clocks/a.toml:11: {choose}")]);
    let unsaid = among("earlier").replace("\"visit\"", "\"review\"");
    assert_eq!(
        faults(&with(&unsaid, Some(RISK))),
        ["clocks/a.toml:11: not every grade of risk.toml says how often"]
    );
    let said = RISK.replace("assessment =", "review = { months = 6, rule = \"fixed\" }\nassessment =");
    assert!(Rules::read(&with(&unsaid, Some(&said)), Version(1)).is_ok());
}

#[test]
fn a_cadence_reads_the_facts_that_tell_the_grade_and_needs_a_scheme() {
    let content = CLOCK.replace("{ days = 3, rule = \"fixed\" }", "{ cadence = \"visit\" }");
    let graded = vocabulary::TypeName::parse("a.graded.v1").unwrap();
    assert!(read(&content).clocks().read_type(&graded));
    assert_eq!(
        faults(&with(&content, None)),
        ["clocks/a.toml:11: how often a grade asks for it stands in risk.toml, which is missing"]
    );
    let broken = faults(&with(&content, Some(&RISK.replace("\"green\"", "7"))));
    assert_eq!(broken.len(), 1, "a slip in the scheme is told once: {broken:?}");
}

#[test]
fn what_is_wrong_with_a_time_is_told() {
    let due = |due: &str| wrong("{ days = 3, rule = \"fixed\" }", due);
    let at = "clocks/a.toml:11:";
    assert_eq!(
        due("{ next = \"week\", rule = \"fixed\" }"),
        [format!("{at} `week`: not a period: expected month, quarter, half-year or year")]
    );
    for day in ["02-29", "2-1", "13-01"] {
        assert_eq!(
            due(&format!("{{ each = \"{day}\", rule = \"fixed\" }}")),
            [format!("{at} `{day}`: not a day of every year: expected MM-DD, and never 02-29")]
        );
    }
    for missing in ["next = \"month\"", "each = \"11-15\"", "on = \"2024-06-30\"", "date = \"due\""] {
        assert_eq!(
            due(&format!("{{ {missing} }}")),
            [format!("{at} `rule` is missing: next-working-day or fixed")],
            "{missing}"
        );
    }
    assert_eq!(
        due("{ earlier = [{ hours = 4 }] }"),
        [format!("{at} `earlier` and `later` choose among two times or more")]
    );
    assert_eq!(
        due("{ later = [{ hours = 4 }, { immediately = true }] }"),
        [format!("{at} `earlier` and `later` choose among times that are counted from the start")]
    );
    assert_eq!(
        due("{ earlier = [{ hours = 4 }, { when = { x = 1 }, hours = 5 }] }"),
        [format!("{at} `when` chooses a case of `due`, and stands outside of `earlier` and `later`")]
    );
    assert_eq!(
        due("{ cadence = \"call\" }"),
        [format!("{at} `call`: not a cadence: expected contact, visit, assessment, conference or review")]
    );
}

#[test]
fn rounds_stop_by_something_and_a_right_ends_with_a_day() {
    assert_eq!(
        wrong("stops = [{ fact = \"a.ended.v1\" }]", "right = true\nrepeats = true"),
        ["clocks/a.toml:2: what it stops begins it anew, so something must stop it"]
    );
    assert_eq!(
        wrong("due = [{ days = 3, rule = \"fixed\" }]", "right = true\ndue = [{ hours = 3 }]"),
        ["clocks/a.toml:2: a `right` ends with a day: days, working_days, months, next, each, on or date"]
    );
    assert_eq!(wrong("due =", "right = false\ndue ="), ["clocks/a.toml:11: it is `true`, or it is left out"]);
    read(&CLOCK.replace("stops = [{ fact = \"a.ended.v1\" }]", "right = true"));
}

#[test]
fn an_extension_says_how_much_in_one_way_and_names_its_law() {
    let extension = |from: &str, to: &str| {
        assert!(EXTENSION.contains(from));
        faults(&with(&[CLOCK, &EXTENSION.replace(from, to)].concat(), None))
    };
    let one = ["clocks/a.toml:13: an extension is one of more_days, total and until (a property)"];
    assert_eq!(extension("more_days = 15\n", ""), one);
    assert_eq!(extension("more_days = 15", "more_days = 15\nuntil = \"until\""), one);
    assert_eq!(
        extension("more_days = 15", "total = { immediately = true }"),
        ["clocks/a.toml:13: `total` is a time that is counted from the start"]
    );
    let without =
        extension("basis = { law = \"L\", article = \"9\", text = { zh = \"\", en = \"\" } }\n", "");
    assert_eq!(without, ["clocks/a.toml:13: missing field `basis`"]);
    let pause =
        PAUSE.replace("basis = { law = \"L\", article = \"9\", text = { zh = \"\", en = \"\" } }\n", "");
    let without = faults(&with(&[CLOCK, &pause].concat(), None));
    assert_eq!(
        without,
        ["clocks/a.toml:13: missing field `basis`"],
        "time stands still by a law or not at all"
    );
}

#[test]
fn roles_of_publishers_are_held_by_somebody() {
    assert_eq!(
        wrong("by = \"police\"", "by = \"judge\""),
        ["clocks/a.toml:8: no agency ever holds the role `judge`"]
    );
}

#[test]
fn a_scheme_of_risk_reads_and_is_dated() {
    let rules = read(CLOCK);
    let risk = rules.risk();
    let day = |text: &str| text.parse().unwrap();
    assert_eq!((risk.ungraded(), risk.lowered_by()), (Some(Grade::L0), None));
    let two = Rules::read(&with(CLOCK, Some(&format!("lowered_by = 2\n{RISK}"))), Version(1)).unwrap();
    assert_eq!(two.risk().lowered_by(), Some(2));
    let visit = risk.cadence(Grade::L0, Cadence::Visit, day("2020-01-01"));
    assert_eq!(visit, Some(&Allowed::Next(Period::Quarter, LastDay::Fixed)));
    assert_eq!(risk.cadence(Grade::L0, Cadence::Visit, day("2019-12-31")), None);
    assert_eq!(risk.cadence(Grade::L1, Cadence::Visit, day("2020-01-01")), None);
    assert_eq!((risk.told().len(), risk.grades().len()), (1, 1));
    assert!(given::rules().risk().grades().is_empty(), "rules adopted before there was a scheme have none");
}

#[test]
fn what_is_wrong_with_a_scheme_is_told() {
    let risk = |from: &str, to: &str| {
        assert!(RISK.contains(from), "{from}");
        faults(&with(CLOCK, Some(&RISK.replace(from, to))))
    };
    assert_eq!(
        risk("ungraded = \"L0\"", "ungraded = \"L1\""),
        ["risk.toml:1: `ungraded` names a grade of this file"]
    );
    assert_eq!(
        risk("visit = { next = \"quarter\", rule = \"fixed\" }", "visit = { immediately = true }"),
        ["risk.toml:8: a cadence is a time that is counted: hours, days, working_days, months or next"]
    );
    let twice = RISK.replace(
        "[[told]]",
        &format!("{}[[told]]", &RISK[RISK.find("[[grade]]").unwrap()..RISK.find("[[told]]").unwrap()]),
    );
    assert_eq!(
        faults(&with(CLOCK, Some(&twice))),
        ["risk.toml:12: this grade holds at the same time, by line 3"]
    );
    assert!(risk("grade = \"L0\"\nname", "grade = \"L9\"\nname")[0].contains("L9"));
}
