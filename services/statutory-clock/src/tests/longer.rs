//! Time that stands still, and time on top: by the owner alone, on the grounds that the rule names.

use super::*;
use crate::{Due, Verdict};
use serde_json::json;

const LATER: &str = "2026-12-01 12:00";

fn accepted() -> CaseFact {
    let clear = json!({"report": id("report"), "accepted_at": stamp("2026-03-02 10:00")});
    said("psb-03", "2026-03-02 10:00", "admin", "mandatory-reporting.administrative-case-accepted.v1", clear)
}

fn decided(minute: &str) -> CaseFact {
    let clear = json!({"case": id("admin"), "outcome": "punished", "decided_at": stamp(minute)});
    said("psb-03", minute, "decide", "mandatory-reporting.administrative-case-decided.v1", clear)
}

fn said_of(agency: &str, minute: &str, what: &str, property: &str, ground: Option<&str>) -> CaseFact {
    let mut clear = json!({"clock": "K16", "instance": id("admin"), property: stamp(minute)});
    ground.into_iter().for_each(|ground| clear["ground"] = ground.into());
    said(
        agency,
        minute,
        &format!("{}{}", &what[..3], &minute[8..10]),
        &format!("governance.time-limit-{what}.v1"),
        clear,
    )
}

fn paused(minute: &str) -> CaseFact {
    said_of("psb-03", minute, "paused", "paused_at", Some("expert-examination"))
}

fn resumed(minute: &str) -> CaseFact {
    said_of("psb-03", minute, "resumed", "resumed_at", None)
}

fn extended(minute: &str) -> CaseFact {
    said_of("psb-03", minute, "extended", "extended_at", Some("complex"))
}

/// The clock of a concluded case (thirty days from 2026-03-02, so to 2026-04-01) with these facts.
fn k16(facts: Vec<CaseFact>) -> Clock {
    let facts = history([accepted()].into_iter().chain(facts));
    only(&clocks(&facts, &demo()), "K16").clone()
}

fn due(facts: Vec<CaseFact>) -> String {
    match k16(facts).due.unwrap() {
        Due::Paused(mark) => format!("paused {}", demo().local_date(mark.time)),
        due => due.day().unwrap().to_string(),
    }
}

#[test]
fn the_time_of_an_examination_is_not_counted() {
    assert_eq!(due(vec![]), "2026-04-01");
    assert_eq!(
        due(vec![paused("2026-03-10 09:00"), resumed("2026-03-20 16:00")]),
        "2026-04-13",
        "04-11 is a Saturday"
    );
    assert_eq!(
        due(vec![paused("2026-03-10 09:00"), resumed("2026-03-10 16:00")]),
        "2026-04-01",
        "the same day"
    );
    let twice = vec![
        paused("2026-03-10 09:00"),
        resumed("2026-03-12 16:00"),
        paused("2026-03-20 09:00"),
        resumed("2026-03-27 09:00"),
    ];
    assert_eq!(due(twice), "2026-04-10");
}

#[test]
fn while_it_stands_still_nothing_is_missed_and_nobody_knows_until_when() {
    let clock = k16(vec![paused("2026-04-01 09:00")]);
    assert!(matches!(clock.due, Ok(Due::Paused(_))));
    assert_eq!(clock.verdict(at(LATER)), Ok(Verdict::Running));
    assert_eq!(due(vec![paused("2026-04-01 09:00")]), "paused 2026-04-01");
    assert_eq!(
        due(vec![paused("2026-04-01 09:00"), resumed("2026-04-08 09:00")]),
        "2026-04-08",
        "what was left of it"
    );
    let done = k16(vec![paused("2026-03-10 09:00"), decided("2026-03-12 09:00")]);
    assert_eq!(done.verdict(at(LATER)), Ok(Verdict::Met));
}

#[test]
fn what_was_over_stands_still_no_more() {
    assert_eq!(due(vec![paused("2026-04-02 09:00")]), "2026-04-01");
    let late =
        k16(vec![paused("2026-04-02 00:00"), resumed("2026-05-02 09:00"), decided("2026-05-03 09:00")]);
    assert_eq!(late.verdict(at(LATER)), Ok(Verdict::MetLate));
}

#[test]
fn a_ground_that_the_rule_does_not_name_and_the_word_of_somebody_else_change_nothing() {
    let other = said_of("psb-03", "2026-03-10 09:00", "paused", "paused_at", Some("other-by-law"));
    assert_eq!(due(vec![other]), "2026-04-01");
    let stranger = said_of("hsp-01", "2026-03-10 09:00", "paused", "paused_at", Some("expert-examination"));
    assert_eq!(due(vec![stranger]), "2026-04-01");
    let bureau = said_of("psb", "2026-03-10 09:00", "paused", "paused_at", Some("expert-examination"));
    assert_eq!(due(vec![bureau]), "paused 2026-03-10", "the unit that the station is a part of");
    let mut of_another = paused("2026-03-10 09:00");
    of_another.clear.insert("instance".to_owned(), id("elsewhere").into());
    assert_eq!(due(vec![of_another]), "2026-04-01");
    let early = said_of("psb-03", "2026-03-01 09:00", "paused", "paused_at", Some("expert-examination"));
    assert_eq!(due(vec![early]), "2026-04-01", "before it began");
}

#[test]
fn more_time_is_granted_while_there_is_some_left_and_only_once() {
    assert_eq!(due(vec![extended("2026-03-30 09:00")]), "2026-05-06", "05-01 to 05-05 are holidays");
    assert_eq!(due(vec![extended("2026-04-01 23:59")]), "2026-05-06");
    assert_eq!(due(vec![extended("2026-04-02 00:00")]), "2026-04-01", "too late");
    assert_eq!(due(vec![extended("2026-03-20 09:00"), extended("2026-03-30 09:00")]), "2026-05-06");
    let both = vec![paused("2026-03-10 09:00"), resumed("2026-03-20 16:00"), extended("2026-04-10 09:00")];
    assert_eq!(due(both), "2026-05-11", "sixty days, and the ten of the examination");
}

/// The due moment of a clock of the district whose instance is `start`, with an extension by an agency.
fn with(
    start: CaseFact,
    clock: &str,
    agency: &str,
    minute: &str,
    ground: &str,
    until: Option<&str>,
) -> String {
    let mut clear = json!({
        "clock": clock, "instance": start.attributes.id.as_str(), "ground": ground, "extended_at": stamp(minute),
    });
    if clock == "K06" {
        clear["instance"] = start.clear["report"].clone();
    }
    until.into_iter().for_each(|until| clear["until"] = until.into());
    let longer = said(agency, minute, "longer", "governance.time-limit-extended.v1", clear);
    let clocks = clocks(&history([start, longer]), &demo());
    only(&clocks, clock).due.as_ref().unwrap().day().unwrap().to_string()
}

#[test]
fn an_extension_is_days_on_top_or_another_time_in_all_or_the_day_that_it_names() {
    let sent = || {
        let clear = json!({"to": "pro", "transferred_at": stamp("2026-05-18 09:00")});
        said("psb", "2026-05-18 09:00", "sent", "justice.case-transferred-for-prosecution.v1", clear)
    };
    assert_eq!(
        with(sent(), "K17", "pro", "2026-06-10 09:00", "complex", None),
        "2026-07-03",
        "a month and 15 days"
    );
    assert_eq!(
        with(sent(), "K17", "psb", "2026-06-10 09:00", "complex", None),
        "2026-06-18",
        "not theirs to extend"
    );
    let accepted = || {
        let clear = json!({"report": id("report"), "accepted_at": stamp("2026-03-30 14:25")});
        said("psb-03", "2026-03-30 14:25", "accept", "mandatory-reporting.police-accepted.v1", clear)
    };
    assert_eq!(with(accepted(), "K06", "psb-03", "2026-04-01 09:00", "lead-to-verify", None), "2026-04-07");
    assert_eq!(with(accepted(), "K06", "psb", "2026-04-01 09:00", "complex", None), "2026-04-29");
    assert_eq!(
        with(accepted(), "K06", "psb", "2026-04-01 09:00", "special-circumstances", None),
        "2026-04-02"
    );
    let petition = || {
        let clear = json!({"to": "crt", "petitioned_at": stamp("2026-03-02 10:00")});
        said("cab", "2026-03-02 10:00", "petit", "guardianship.revocation-petitioned.v1", clear)
    };
    let ground = "special-circumstances";
    assert_eq!(with(petition(), "K33", "crt", "2026-03-30 09:00", ground, Some("2026-06-30")), "2026-06-30");
}

#[test]
fn the_rule_of_the_day_on_which_it_began_says_which_law_it_is() {
    let k16 = |minute: &str| {
        let clear = json!({"report": id("report"), "accepted_at": stamp(minute)});
        let kind = "mandatory-reporting.administrative-case-accepted.v1";
        let clocks = clocks(&history([said("psb-03", minute, "admin", kind, clear)]), &demo());
        (only(&clocks, "K16").rule.basis.law.clone(), only(&clocks, "K16").rule.kind)
    };
    use jurisdiction::clock::Kind;
    let (law, kind) = k16("2025-12-31 23:59");
    assert!(law.contains("2012") && kind == Kind::Law, "{law}");
    let (law, kind) = k16("2026-01-01 00:00");
    assert!(law.contains("2025") && kind == Kind::Local, "{law}");
}
