//! What a clock says: running, met, met late, missed, explained, expired, or that nobody can say.

use super::folding::{START, clock};
use super::*;
use crate::{EXPLAINED, Fault, Verdict};
use jurisdiction::NoCalendar;
use serde_json::json;

const LATER: &str = "2026-05-01 12:00";

fn filed(minute: &str) -> CaseFact {
    said(
        "psb",
        minute,
        "filed",
        "mandatory-reporting.criminal-case-filed.v1",
        json!({"filed_at": stamp(minute)}),
    )
}

fn feedback(minute: &str) -> CaseFact {
    said("psb", minute, "feedba", "justice.reporter-feedback-sent.v1", json!({"sent_at": stamp(minute)}))
}

fn explained(minute: &str, clock: &str, instance: &str) -> CaseFact {
    said("psb", minute, "explai", EXPLAINED, json!({"clock": clock, "instance": id(instance)}))
}

/// What the clock of three days from 2026-03-30 says.
#[track_caller]
fn verdict(facts: Vec<CaseFact>, as_of: &str) -> Verdict {
    let rules = with_clocks(&clock("due = [{ days = 3, rule = \"next-working-day\" }]"), &[]);
    let clocks = clocks(&history(facts), &rules);
    only(&clocks, "T1").verdict(at(as_of)).unwrap()
}

fn start() -> CaseFact {
    filed("2026-03-30 16:10")
}

#[test]
fn a_clock_runs_until_the_last_day_is_over() {
    assert_eq!(verdict(vec![start()], "2026-04-02 23:59:59.999999"), Verdict::Running);
    assert_eq!(verdict(vec![start()], "2026-04-03 00:00"), Verdict::Missed);
}

#[test]
fn what_is_done_on_the_last_day_is_met_and_what_is_done_after_it_is_met_late() {
    assert_eq!(verdict(vec![start(), feedback("2026-04-02 23:59")], LATER), Verdict::Met);
    assert_eq!(verdict(vec![start(), feedback("2026-04-03 00:00")], LATER), Verdict::MetLate);
}

#[test]
fn what_was_done_in_time_and_recorded_late_is_met() {
    let mut done = feedback("2026-04-02 10:00");
    done.recorded = at("2026-04-20 10:00");
    assert_eq!(verdict(vec![start()], "2026-04-10 00:00"), Verdict::Missed, "as far as was known");
    assert_eq!(verdict(vec![start(), done], LATER), Verdict::Met);
}

#[test]
fn what_was_done_before_the_start_is_not_done() {
    assert_eq!(verdict(vec![feedback("2026-03-30 16:09"), start()], LATER), Verdict::Missed);
}

#[test]
fn a_limit_in_hours_is_met_at_the_minute_and_missed_after_it() {
    let rules = with_clocks(&clock("due = [{ hours = 24 }]"), &[]);
    let verdict = |facts: Vec<CaseFact>, as_of: &str| {
        only(&clocks(&history(facts), &rules), "T1").verdict(at(as_of)).unwrap()
    };
    assert_eq!(verdict(vec![start()], "2026-03-31 16:10"), Verdict::Running);
    assert_eq!(verdict(vec![start()], "2026-03-31 16:10:00.000001"), Verdict::Missed);
    assert_eq!(verdict(vec![start(), feedback("2026-03-31 16:10")], LATER), Verdict::Met);
    assert_eq!(verdict(vec![start(), feedback("2026-03-31 16:11")], LATER), Verdict::MetLate);
}

#[test]
fn a_breach_is_explained_only_after_it_happened_and_only_for_its_own_clock() {
    let with = |fact| verdict(vec![start(), fact], LATER);
    assert_eq!(with(explained("2026-04-03 09:00", "T1", "filed")), Verdict::Explained);
    assert_eq!(
        with(explained("2026-04-02 09:00", "T1", "filed")),
        Verdict::Missed,
        "there was no breach yet"
    );
    assert_eq!(with(explained("2026-04-03 09:00", "T2", "filed")), Verdict::Missed);
    assert_eq!(with(explained("2026-04-03 09:00", "T1", "other")), Verdict::Missed);
}

#[test]
fn what_is_done_late_is_met_late_however_well_it_was_explained() {
    let facts = vec![start(), explained("2026-04-03 09:00", "T1", "filed"), feedback("2026-04-05 09:00")];
    let rules = with_clocks(&clock("due = [{ days = 3, rule = \"fixed\" }]"), &[]);
    let clocks = clocks(&history(facts), &rules);
    assert_eq!(only(&clocks, "T1").verdict(at(LATER)), Ok(Verdict::MetLate));
    assert!(only(&clocks, "T1").explained.is_some());
}

#[test]
fn a_duty_before_a_fact_is_missed_when_that_fact_comes_first() {
    let rules = with_clocks(&clock("due = [{ before = { fact = \"justice.judgment-delivered.v1\" } }]"), &[]);
    let verdict = |more: Vec<CaseFact>| {
        let facts = history([start()].into_iter().chain(more));
        only(&clocks(&facts, &rules), "T1").verdict(at(LATER)).unwrap()
    };
    let judged = || said("crt", "2026-04-20 09:00", "judged", "justice.judgment-delivered.v1", json!({}));
    assert_eq!(verdict(vec![]), Verdict::Running);
    assert_eq!(verdict(vec![judged()]), Verdict::Missed);
    assert_eq!(verdict(vec![feedback("2026-04-20 08:59"), judged()]), Verdict::Met);
    assert_eq!(
        verdict(vec![judged(), feedback("2026-04-20 09:00")]),
        Verdict::MetLate,
        "at once is not before"
    );
}

#[test]
fn at_once_without_a_number_is_never_missed_and_shows_how_long_it_took() {
    let rules = with_clocks(&clock("due = [{ immediately = true }]"), &[]);
    let running = clocks(&history([start()]), &rules);
    assert_eq!(only(&running, "T1").verdict(at(LATER)), Ok(Verdict::Running));
    assert_eq!(only(&running, "T1").margin(at(LATER)), None);
    let done = clocks(&history([start(), feedback("2026-03-30 17:00")]), &rules);
    assert_eq!(only(&done, "T1").verdict(at(LATER)), Ok(Verdict::Met));
    assert_eq!(only(&done, "T1").taken(at(LATER)), jiff::SignedDuration::from_mins(50));
}

#[test]
fn what_ends_before_its_validity_is_met_and_what_comes_after_it_changes_nothing() {
    let start = || {
        said(
            "psb",
            "2026-03-30 16:10",
            "filed",
            "mandatory-reporting.criminal-case-filed.v1",
            json!({"to": "2026-04-05"}),
        )
    };
    let rules = with_clocks(&clock("due = [{ validity = \"to\" }]"), &[]);
    let verdict = |more: Vec<CaseFact>| {
        let facts = history([start()].into_iter().chain(more));
        only(&clocks(&facts, &rules), "T1").verdict(at(LATER)).unwrap()
    };
    assert_eq!(verdict(vec![]), Verdict::Expired);
    assert_eq!(verdict(vec![feedback("2026-04-05 23:59")]), Verdict::Met);
    assert_eq!(verdict(vec![feedback("2026-04-06 00:00")]), Verdict::Expired);
    let facts = history([filed("2026-03-30 16:10")]);
    let without = clocks(&facts, &rules);
    assert_eq!(only(&without, "T1").verdict(at(LATER)), Err(Fault::NoDate("to".to_owned())));
}

#[test]
fn a_clock_that_needs_a_year_that_is_missing_says_so_and_the_others_go_on() {
    let counted = clock("due = [{ days = 3, rule = \"next-working-day\" }]");
    let hours = clock("due = [{ hours = 24 }]").replace("T1", "T2");
    let rules = with_clocks(&[counted, hours].concat(), &["calendar/2026.toml"]);
    let clocks = clocks(&history([start(), feedback("2026-03-30 17:00")]), &rules);
    assert_eq!(only(&clocks, "T1").verdict(at(LATER)), Err(Fault::NoCalendar(NoCalendar(2026))));
    assert_eq!(only(&clocks, "T2").verdict(at(LATER)), Ok(Verdict::Met));
}

#[test]
fn the_margin_is_what_is_left_and_negative_when_it_is_overdue() {
    let rules = with_clocks(&clock("due = [{ hours = 24 }]"), &[]);
    let margin = |facts: Vec<CaseFact>, as_of: &str| {
        only(&clocks(&history(facts), &rules), "T1").margin(at(as_of)).unwrap().as_mins()
    };
    assert_eq!(margin(vec![start()], "2026-03-30 17:10"), 23 * 60);
    assert_eq!(margin(vec![start()], "2026-03-31 17:10"), -60);
    assert_eq!(margin(vec![start(), feedback("2026-03-30 18:10")], LATER), 22 * 60);
}

#[test]
fn what_has_expired_may_be_granted_again_and_what_is_valid_may_not() {
    let granted = |minute: &str, until: &str| {
        let kind = "mandatory-reporting.criminal-case-filed.v1";
        said("psb", minute, "filed", kind, json!({"report": "r-1", "to": until}))
    };
    let content = clock("due = [{ validity = \"to\" }]");
    let content = content.replace(START, &START.replace(" }", ", per = \"report\" }"));
    let rules = with_clocks(&content, &[]);
    let starts = |second: &str| {
        let facts = history([granted("2026-03-30 16:10", "2026-04-05"), granted(second, "2026-04-30")]);
        clocks(&facts, &rules).len()
    };
    assert_eq!((starts("2026-04-05 23:59"), starts("2026-04-06 00:00")), (1, 2));
}
