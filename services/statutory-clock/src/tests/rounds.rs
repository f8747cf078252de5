//! Clocks that begin anew, that end without their being done, and that come round as often as a grade asks.

use super::folding::clock;
use super::*;
use crate::{Due, Verdict};
use serde_json::json;

const LATER: &str = "2026-12-01 12:00";

fn began(minute: &str, name: &str) -> CaseFact {
    said("psb", minute, name, "mandatory-reporting.criminal-case-filed.v1", json!({}))
}

fn done(minute: &str, name: &str) -> CaseFact {
    said("psb", minute, name, "justice.reporter-feedback-sent.v1", json!({}))
}

fn ended(minute: &str) -> CaseFact {
    said("crt", minute, "ended", "justice.judgment-delivered.v1", json!({}))
}

const WEEKLY: &str = "repeats = true\nends = [{ fact = \"justice.judgment-delivered.v1\" }]\n\
                      due = [{ days = 7, rule = \"fixed\" }]";

/// Each round: instance, start, due, stop or end, verdict.
fn rounds(facts: Vec<CaseFact>, rule: &str) -> Vec<(String, String, String, Verdict)> {
    let rules = with_clocks(&clock(rule), &[]);
    let local = |at: Instant| rules.local_time(at).strftime("%m-%d %H:%M").to_string();
    let row = |clock: &Clock| {
        let due = clock.due.as_ref().unwrap().day().unwrap().strftime("%m-%d").to_string();
        let instance = clock.instance.replace(&id("began"), "began");
        (instance, local(clock.started.time), due, clock.verdict(at(LATER)).unwrap())
    };
    clocks(&history(facts), &rules).iter().map(row).collect()
}

fn row(instance: &str, start: &str, due: &str, verdict: Verdict) -> (String, String, String, Verdict) {
    (instance.to_owned(), start.to_owned(), due.to_owned(), verdict)
}

#[test]
fn what_stops_it_begins_it_anew_and_each_round_is_judged_for_itself() {
    let facts = vec![
        began("2026-03-02 09:00", "began"),
        done("2026-03-09 18:00", "one"),
        done("2026-03-20 10:00", "two"), // four days late
        done("2026-03-20 15:00", "three"),
    ];
    assert_eq!(
        rounds(facts, WEEKLY),
        [
            row("began", "03-02 09:00", "03-09", Verdict::Met),
            row("began:2026-03-09", "03-09 18:00", "03-16", Verdict::MetLate),
            row("began:2026-03-20", "03-20 10:00", "03-27", Verdict::Met),
            row("began:2026-03-20", "03-20 15:00", "03-27", Verdict::Missed),
        ]
    );
}

#[test]
fn once_it_is_ended_nothing_is_owed_until_it_begins_again() {
    let facts = |end: &str| {
        vec![
            began("2026-03-02 09:00", "began"),
            done("2026-03-09 18:00", "one"),
            ended(end),
            done("2026-04-01 10:00", "idle"),
            began("2026-05-01 09:00", "anew"),
        ]
    };
    let verdicts = |end: &str| rounds(facts(end), WEEKLY).into_iter().map(|row| row.3).collect::<Vec<_>>();
    assert_eq!(verdicts("2026-03-12 09:00"), [Verdict::Met, Verdict::Ended, Verdict::Missed]);
    assert_eq!(verdicts("2026-03-16 23:59"), [Verdict::Met, Verdict::Ended, Verdict::Missed]);
    assert_eq!(
        verdicts("2026-03-17 00:00"),
        [Verdict::Met, Verdict::Missed, Verdict::Missed],
        "it was too late"
    );
}

#[test]
fn what_is_done_first_is_done_and_not_ended() {
    let facts =
        vec![began("2026-03-02 09:00", "began"), done("2026-03-05 09:00", "one"), ended("2026-03-06 09:00")];
    let once =
        "ends = [{ fact = \"justice.judgment-delivered.v1\" }]\ndue = [{ days = 7, rule = \"fixed\" }]";
    assert_eq!(rounds(facts, once), [row("began", "03-02 09:00", "03-09", Verdict::Met)]);
}

#[test]
fn a_round_that_runs_is_not_begun_again() {
    let facts = vec![began("2026-03-02 09:00", "began"), began("2026-03-05 09:00", "again")];
    assert_eq!(rounds(facts, WEEKLY), [row("began", "03-02 09:00", "03-09", Verdict::Missed)]);
}

#[test]
fn each_round_runs_under_the_version_of_the_day_on_which_it_began() {
    let old = clock(&format!("from = \"2020-01-01\"\nuntil = \"2026-03-09\"\n{WEEKLY}"));
    let new = clock(&format!("from = \"2026-03-09\"\n{}", WEEKLY.replace("days = 7", "days = 3")));
    let rules = with_clocks(&[old, new].concat(), &[]);
    let facts = [
        began("2026-03-02 09:00", "began"),
        done("2026-03-09 10:00", "one"),
        done("2026-03-11 10:00", "two"),
    ];
    let due: Vec<_> = clocks(&history(facts), &rules)
        .iter()
        .map(|clock| clock.due.as_ref().unwrap().day().unwrap().to_string())
        .collect();
    assert_eq!(due, ["2026-03-09", "2026-03-12", "2026-03-14"]);
}

#[test]
fn a_stop_that_is_recorded_late_is_counted_where_it_belongs() {
    let rules = with_clocks(&clock(WEEKLY), &[]);
    let mut late = done("2026-03-08 09:00", "late");
    late.recorded = at("2026-04-01 09:00");
    let facts = vec![began("2026-03-02 09:00", "began"), done("2026-03-14 09:00", "one"), late];
    let verdicts: Vec<_> = clocks(&history(facts), &rules)
        .iter()
        .map(|clock| clock.verdict(at("2026-03-20 09:00")).unwrap())
        .collect();
    assert_eq!(verdicts, [Verdict::Met, Verdict::Met, Verdict::Running]);
}

fn grade(minute: &str, name: &str, grade: &str, until: Option<&str>) -> CaseFact {
    let kind = "follow-up.risk-grade-assigned.v1";
    let mut clear = json!({"grade": grade});
    until.into_iter().for_each(|until| clear["valid_until"] = until.into());
    said("wst-01", minute, name, kind, clear)
}

/// When a visit is due that became owed on 2026-03-02, by the scheme of the district.
fn visit_due(grades: Vec<CaseFact>) -> String {
    let rules = with_clocks(&clock("due = [{ cadence = \"visit\" }]"), &[]);
    let facts = history([began("2026-03-02 09:00", "began")].into_iter().chain(grades));
    match only(&clocks(&facts, &rules), "T1").due.clone().unwrap() {
        Due::By(moment) => rules.local_time(moment).strftime("%Y-%m-%d %H:%M").to_string(),
        due => due.day().unwrap().to_string(),
    }
}

#[test]
fn how_often_is_by_the_grade_that_holds_when_it_begins() {
    let before = |code: &str| visit_due(vec![grade("2026-02-01 09:00", "grade", code, None)]);
    assert_eq!(visit_due(vec![]), "2026-06-02", "nobody has graded the child");
    assert_eq!(before("L0"), "2026-06-02");
    assert_eq!(before("L1"), "2026-04-02");
    assert_eq!(before("L2"), "2026-03-17");
    assert_eq!(before("L3"), "2026-03-09");
    assert_eq!(before("L4"), "2026-03-03 09:00");
}

#[test]
fn a_grade_that_asks_for_more_makes_it_sooner_and_none_makes_it_later() {
    let low = || grade("2026-02-01 09:00", "low", "L1", None);
    assert_eq!(visit_due(vec![low(), grade("2026-03-10 09:00", "high", "L3", None)]), "2026-03-17");
    assert_eq!(visit_due(vec![low(), grade("2026-03-31 09:00", "high", "L3", None)]), "2026-04-02");
    assert_eq!(visit_due(vec![low(), grade("2026-03-10 09:00", "watch", "L0", None)]), "2026-04-02");
    assert_eq!(
        visit_due(vec![low(), grade("2026-04-03 09:00", "after", "L4", None)]),
        "2026-04-02",
        "it was over"
    );
}

#[test]
fn a_grade_that_is_not_assessed_anew_rises() {
    let lapses = |until: &str| visit_due(vec![grade("2026-02-01 09:00", "grade", "L2", Some(until))]);
    assert_eq!(lapses("2026-03-01"), "2026-03-09", "high since midnight");
    assert_eq!(lapses("2026-03-04"), "2026-03-12", "high from the fifth on");
    assert_eq!(lapses("2026-03-16"), "2026-03-17");
    let anew = |minute: &str| {
        visit_due(vec![
            grade("2026-02-01 09:00", "grade", "L2", Some("2026-03-04")),
            grade(minute, "anew", "L2", Some("2026-09-04")),
        ])
    };
    assert_eq!(anew("2026-03-04 23:59"), "2026-03-17");
    assert_eq!(anew("2026-03-05 09:00"), "2026-03-12", "the day was set while it was high");
}

#[test]
fn only_an_open_clock_of_a_rule_that_says_so_holds_a_closing_back() {
    let holds = |rule: &str, facts: Vec<CaseFact>, as_of: &str| {
        crate::holding(&history(facts), &with_clocks(&clock(rule), &[]), at(as_of))
            .into_iter()
            .collect::<Vec<_>>()
    };
    let began = || began("2026-03-02 09:00", "began");
    let (rule, none) = ("due = [{ days = 3, rule = \"fixed\" }]", [""; 0]);
    let says_so =
        format!("holds_closing = true\nends = [{{ fact = \"justice.judgment-delivered.v1\" }}]\n{rule}");
    assert_eq!(holds(&says_so, vec![began()], "2026-03-03 09:00"), ["T1"], "it runs");
    assert_eq!(holds(&says_so, vec![began()], "2026-04-03 09:00"), ["T1"], "it was missed");
    assert_eq!(holds(&says_so, vec![began(), done("2026-04-02 09:00", "done")], "2026-04-03 09:00"), none);
    assert_eq!(holds(&says_so, vec![began(), ended("2026-03-03 09:00")], "2026-04-03 09:00"), none);
    assert_eq!(holds(rule, vec![began()], "2026-03-03 09:00"), none, "its rule does not say so");
    let right = format!("right = true\n{says_so}");
    assert_eq!(holds(&right, vec![began()], "2026-03-03 09:00"), ["T1"]);
    assert_eq!(holds(&right, vec![began()], "2026-04-03 09:00"), none, "it has expired");
}
