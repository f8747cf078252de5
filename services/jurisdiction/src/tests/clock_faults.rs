//! Each fault of a clock, with its line.

use super::*;
use crate::clock::{Allowed, LastDay, OwnerRule};

/// A clock on twelve lines: `id` on the second, `kind` 5, `from` 6, owner 7, starts 8, stops 9, due 10.
const CLOCK: &str = r#"[[clock]]
id = "K08"
name = { zh = "", en = "" }
obligation = { zh = "", en = "" }
kind = "law"
from = "2020-05-07"
owner = { publisher = "start" }
starts = [{ fact = "a.began.v1", per = "report" }]
stops = [{ fact = "a.ended.v1", per = "report" }]
due = [{ days = 3, rule = "next-working-day" }]
basis = { law = "", article = "", text = { zh = "", en = "" } }

"#;

fn with(content: &str) -> Vec<RuleFile> {
    let mut files = given::files();
    files.push(file("clocks/a.toml", content));
    files
}

/// What is wrong when a line of the clock reads otherwise; each reason without what was expected.
#[track_caller]
fn wrong(from: &str, to: &str) -> Vec<String> {
    assert!(CLOCK.contains(from), "{from}");
    let faults = faults(&with(&CLOCK.replace(from, to)));
    faults.iter().map(|fault| fault.split(", expected").next().unwrap().to_owned()).collect()
}

#[test]
fn a_clock_reads() {
    let rules = Rules::read(&with(CLOCK), Version(1)).unwrap();
    let [clock] = rules.clocks().all() else { panic!("one clock") };
    assert_eq!((clock.id.as_str(), clock.line, clock.file.as_str()), ("K08", 2, "clocks/a.toml"));
    assert_eq!(clock.owner, OwnerRule::Publisher);
    assert_eq!(clock.due[0].time, Allowed::Days(3, LastDay::NextWorkingDay));
    let reads = |kind: &str| rules.clocks().read_type(&vocabulary::TypeName::parse(kind).unwrap());
    assert!(reads("a.began.v1") && reads("a.ended.v1") && !reads("a.other.v1"));
}

#[test]
fn rules_adopted_before_there_were_clocks_have_none() {
    let rules = given::rules();
    assert!(rules.clocks().all().is_empty() && rules.calendar().years().next().is_none());
}

#[test]
fn only_files_directly_in_the_two_folders_are_read() {
    for path in ["clocks/a/b.toml", "clocks/a.txt", "calendars/2026.toml", "clock/a.toml"] {
        let mut files = given::files();
        files.push(file(path, ""));
        assert_eq!(faults(&files), [format!("{path}:1: this is not a rule file that anything reads")]);
    }
    let mut files = with(CLOCK);
    files.push(file("clocks/a.toml", CLOCK));
    assert!(faults(&files).contains(&"clocks/a.toml:1: the file is given twice".to_owned()));
}

#[test]
fn a_key_that_nobody_reads_is_refused_wherever_it_stands() {
    assert_eq!(
        wrong("kind = \"law\"", "kind = \"law\"\nurgent = true"),
        ["clocks/a.toml:6: unknown field `urgent`"]
    );
    assert_eq!(
        wrong("[[clock]]", "title = \"\"\n[[clock]]"),
        ["clocks/a.toml:1: unknown field `title`, there are no fields"]
    );
    assert_eq!(
        wrong("per = \"report\" }]\nstops", "for = \"report\" }]\nstops"),
        ["clocks/a.toml:8: unknown field `for`"]
    );
    assert_eq!(wrong("days = 3", "weeks = 3"), ["clocks/a.toml:10: unknown field `weeks`"]);
    assert_eq!(wrong("\"start\"", "\"start\", until = \"\""), ["clocks/a.toml:7: unknown field `until`"]);
    assert_eq!(wrong("[[clock]]", "[clock]"), ["clocks/a.toml:1: `clock` is a list of tables: [[clock]]"]);
}

#[test]
fn a_key_that_is_missing_is_named() {
    for (line, key) in [("kind = \"law\"\n", "kind"), ("owner = { publisher = \"start\" }\n", "owner")] {
        assert_eq!(wrong(line, ""), [format!("clocks/a.toml:1: missing field `{key}`")]);
    }
    let faults = wrong("basis = { law = \"\", article = \"\",", "basis = { law = \"\",");
    assert_eq!(faults, ["clocks/a.toml:11: missing field `article`"]);
}

#[test]
fn ids_types_properties_and_dates_are_of_their_pattern() {
    assert_eq!(
        wrong("\"K08\"", "\"k08\""),
        ["clocks/a.toml:2: `k08`: not a clock: expected a capital and letters or digits, such as K08"]
    );
    assert!(wrong("a.began.v1", "began")[0].starts_with("clocks/a.toml:8: `began`: not a valid type"));
    assert_eq!(
        wrong("per = \"report\" }]\ndue", "per = \"Report\" }]\ndue"),
        ["clocks/a.toml:9: `Report`: not a property: expected lower-case letters, digits and _"]
    );
    assert_eq!(
        wrong("2020-05-07", "2020-05-32"),
        ["clocks/a.toml:6: `2020-05-32`: not a date: expected YYYY-MM-DD"]
    );
    assert_eq!(wrong("\"law\"\n", "\"custom\"\n"), ["clocks/a.toml:5: unknown variant `custom`"]);
    let ends = "`until` is the first day on which it no longer holds, and must be after `from`";
    assert_eq!(
        wrong("2020-05-07\"", "2020-05-07\"\nuntil = \"2020-05-07\""),
        [format!("clocks/a.toml:7: {ends}")]
    );
}

#[test]
fn an_owner_is_a_role_that_somebody_holds_or_is_named_by_facts() {
    let owner = |owner: &str| wrong("{ publisher = \"start\" }", owner);
    assert_eq!(owner("{ role = \"judge\" }"), ["clocks/a.toml:7: no agency ever holds the role `judge`"]);
    let one = "clocks/a.toml:7: `owner` is one of role, agency_in (a list of properties) and publisher";
    for several in ["{}", "{ role = \"police\", publisher = \"start\" }", "{ agency_in = [] }"] {
        assert_eq!(owner(several), [one]);
    }
    assert_eq!(
        owner("{ publisher = \"about\" }"),
        ["clocks/a.toml:7: the owner published what the start is about, so every start needs `about`"]
    );
    assert!(
        Rules::read(&with(&CLOCK.replace("publisher = \"start\"", "role = \"police\"")), Version(1)).is_ok()
    );
}

#[test]
fn roles_that_facts_are_asked_for_are_held_by_somebody() {
    let asked = |more: &str| wrong("per = \"report\" }]\ndue", &format!("{more} }}]\ndue"));
    let fault = ["clocks/a.toml:9: no agency ever holds the role `judge`"];
    assert_eq!(asked("holds = { to = \"judge\" }"), fault);
    assert_eq!(asked("covers_roles = { to = [\"police\", \"judge\"] }"), fault);
}

#[test]
fn a_clock_starts_by_something() {
    assert_eq!(
        wrong("[{ fact = \"a.began.v1\", per = \"report\" }]", "[]"),
        ["clocks/a.toml:2: nothing ever starts this clock"]
    );
}

#[test]
fn a_clock_stops_by_something_unless_it_expires() {
    let never = "clocks/a.toml:2: nothing ever stops this clock, and it does not expire by `validity` either";
    let endless = CLOCK.replace("stops = [{ fact = \"a.ended.v1\", per = \"report\" }]\n", "");
    assert_eq!(faults(&with(&endless)), [never]);
    assert_eq!(wrong("[{ fact = \"a.ended.v1\", per = \"report\" }]", "[]"), [never]);
    let days = "{ days = 3, rule = \"next-working-day\" }";
    let mixed = endless.replace(days, "{ when = { x = 1 }, validity = \"valid_to\" }, { hours = 1 }");
    assert_eq!(faults(&with(&mixed)), [never]);
    assert!(Rules::read(&with(&endless.replace(days, "{ validity = \"valid_to\" }")), Version(1)).is_ok());
}

#[test]
fn what_is_due_is_said_in_one_way() {
    let due = |due: &str| wrong("{ days = 3, rule = \"next-working-day\" }", due);
    let one = "clocks/a.toml:10: `due` is one of hours, days, working_days, months, next, each, on, date, cadence, \
               validity, immediately (true), before, earlier and later";
    for several in ["{}", "{ hours = 1, working_days = 2 }", "{ immediately = false }"] {
        assert_eq!(due(several), [one]);
    }
    for nothing in ["{ hours = 0 }", "{ days = 10000, rule = \"fixed\" }", "{ working_days = 0 }"] {
        assert_eq!(due(nothing), ["clocks/a.toml:10: expected a number from 1 to 9999"]);
    }
    assert_eq!(due(""), ["clocks/a.toml:2: `due` says nothing"]);
}

#[test]
fn days_and_months_say_what_becomes_of_their_last_day() {
    let due = |due: &str| wrong("{ days = 3, rule = \"next-working-day\" }", due);
    let missing = "clocks/a.toml:10: `rule` is missing: next-working-day or fixed";
    assert_eq!(due("{ days = 3 }"), [missing]);
    assert_eq!(due("{ months = 1 }"), [missing]);
    assert_eq!(
        due("{ days = 3, rule = \"previous\" }"),
        ["clocks/a.toml:10: `previous`: not a rule for the last day: expected next-working-day or fixed"]
    );
    for other in ["hours = 3", "working_days = 3", "immediately = true", "validity = \"valid_to\""] {
        assert_eq!(
            due(&format!("{{ {other}, rule = \"fixed\" }}")),
            ["clocks/a.toml:10: `rule` is about the last day of a limit in days, months or dates only"]
        );
    }
}

#[test]
fn the_last_case_fits_always_and_no_other_does() {
    let due = |due: &str| wrong("{ days = 3, rule = \"next-working-day\" }", due);
    assert_eq!(
        due("\n{ hours = 1 },\n{ when = { urgent = true }, hours = 2 }"),
        [
            "clocks/a.toml:11: the cases after this one are never reached: it needs `when`",
            "clocks/a.toml:12: the last case of `due` fits always, so it has no `when`",
        ]
    );
}

#[test]
fn values_are_texts_numbers_or_flags_and_about_needs_per() {
    let starts = |start: &str| wrong("{ fact = \"a.began.v1\", per = \"report\" }", start);
    let words = "clocks/a.toml:8: `x`: expected a text, a number, true or false, or a list of them";
    for value in ["1.5", "[]", "[[1]]", "2026-01-01"] {
        assert_eq!(starts(&format!("{{ fact = \"a.began.v1\", when = {{ x = {value} }} }}")), [words]);
    }
    assert_eq!(
        starts("{ fact = \"a.began.v1\", about = [{ fact = \"a.asked.v1\" }] }"),
        ["clocks/a.toml:8: `about` looks up the fact that `per` names, so `per` is needed"]
    );
    let two = wrong("per = \"report\" }]\ndue", "covers = { a = [1], b = [2] } }]\ndue");
    assert_eq!(two, ["clocks/a.toml:9: expected one property: { property = [...] }"]);
}

#[test]
fn versions_of_a_clock_follow_each_other_and_never_hold_together() {
    let ended = CLOCK.replace("2020-05-07\"", "2020-05-07\"\nuntil = \"2026-01-01\"");
    let next = CLOCK.replace("2020-05-07", "2026-01-01");
    let rules = Rules::read(&with(&[next.clone(), ended.clone()].concat()), Version(1)).unwrap();
    let versions: Vec<_> = rules.clocks().by_id().map(<[_]>::len).collect();
    assert_eq!(versions, [2]);
    assert_eq!(rules.clocks().all()[0].term.from.to_string(), "2020-05-07");

    let early = next.replace("2026-01-01", "2025-12-31");
    let fault = "`K08` holds at the same time, by clocks/a.toml:2";
    assert_eq!(
        faults(&with(&[ended.clone(), early.clone()].concat())),
        [format!("clocks/a.toml:15: {fault}")]
    );
    let mut files = with(&ended);
    files.push(file("clocks/b.toml", &early));
    assert_eq!(faults(&files), [format!("clocks/b.toml:2: {fault}")]);
}

#[test]
fn a_slip_in_one_clock_does_not_hide_those_in_the_others() {
    let broken = [CLOCK.replace("\"K08\"", "\"8\""), CLOCK.replace("days = 3", "days = 0")].concat();
    let lines: Vec<_> =
        faults(&with(&broken)).iter().map(|fault| fault.split(": ").next().unwrap().to_owned()).collect();
    assert_eq!(lines, ["clocks/a.toml:2", "clocks/a.toml:22"]);
}
