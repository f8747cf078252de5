//! What is owed in a history that another case has absorbed, and when the link is undone.

use super::*;
use crate::Verdict;
use serde_json::json;

const LATER: &str = "2026-12-01 12:00";

fn report() -> CaseFact {
    let minute = "2026-03-02 09:00";
    let clear = json!({"discovered_at": stamp(minute), "filed_to": "psb-03", "situation_code": "R4"});
    said("hsp-01", minute, "report", "mandatory-reporting.report-filed.v1", clear)
}

fn accepted(minute: &str) -> CaseFact {
    let clear = json!({"report": id("report"), "accepted_at": stamp(minute)});
    said("psb-03", minute, "accept", "mandatory-reporting.police-accepted.v1", clear)
}

fn filed(minute: &str) -> CaseFact {
    let clear = json!({"report": id("report"), "filed_at": stamp(minute)});
    said("psb-03", minute, "filed", "mandatory-reporting.criminal-case-filed.v1", clear)
}

fn absorbed(link: &str, minute: &str) -> CaseFact {
    let clear = json!({"link": id(link), "primary": "case-1", "absorbed_at": stamp(minute)});
    said("bus", minute, "absorb", "intake.report-absorbed.v1", clear)
}

fn unlinked(link: &str, minute: &str) -> CaseFact {
    let clear = json!({"link": id(link), "reason_code": "other-child", "unlinked_at": stamp(minute)});
    said("wbo", minute, "undo", "intake.reports-unlinked.v1", clear)
}

/// The rounds of a clock of the district: instance, start, due day, verdict in the end.
fn rounds(clock: &str, facts: impl IntoIterator<Item = CaseFact>) -> Vec<(String, String, String, Verdict)> {
    let rules = demo();
    let local = |at: Instant| rules.local_time(at).strftime("%m-%d %H:%M").to_string();
    let row = |clock: &Clock| {
        let due = clock.due.as_ref().unwrap();
        let day = due.day().map_or_else(|| "at once".to_owned(), |day| day.strftime("%m-%d").to_string());
        let instance = clock.instance.replace(&id("report"), "report");
        (instance, local(clock.started.time), day, clock.verdict(at(LATER)).unwrap())
    };
    let clocks = clocks(&history(facts), &rules);
    clocks.iter().filter(|of| of.rule.id.as_str() == clock).map(row).collect()
}

fn row(instance: &str, start: &str, due: &str, verdict: Verdict) -> (String, String, String, Verdict) {
    (instance.to_owned(), start.to_owned(), due.to_owned(), verdict)
}

#[test]
fn what_only_the_other_case_takes_is_owed_there() {
    let facts = [report(), accepted("2026-03-02 10:00"), absorbed("one", "2026-03-03 10:00")];
    assert_eq!(rounds("K06", facts), [row("report", "03-02 10:00", "03-05", Verdict::Ended)]);
}

#[test]
fn what_was_missed_before_stays_missed() {
    let facts = [report(), accepted("2026-03-02 10:00"), absorbed("one", "2026-03-06 10:00")];
    assert_eq!(rounds("K06", facts), [row("report", "03-02 10:00", "03-05", Verdict::Missed)]);
}

#[test]
fn the_loop_of_the_reporters_is_owed_where_they_reported() {
    let of = |clock| rounds(clock, [report(), absorbed("one", "2026-03-02 09:10")])[0].3;
    assert_eq!(of("K02"), Verdict::Missed, "its unit registers the report with its own authority");
    let waits = clocks(&history([report(), absorbed("one", "2026-03-02 09:10")]), &demo());
    assert_eq!(only(&waits, "K03").ended, None, "the police accept it");
}

#[test]
fn when_the_link_is_undone_its_time_begins_anew_and_what_stops_it_then_does() {
    let until_then = [
        report(),
        accepted("2026-03-02 10:00"),
        absorbed("one", "2026-03-03 10:00"),
        unlinked("one", "2026-03-20 10:00"),
    ];
    let first = row("report", "03-02 10:00", "03-05", Verdict::Ended);
    let again = |verdict| row("report:2026-03-20", "03-20 10:00", "03-23", verdict);
    assert_eq!(rounds("K06", until_then.clone()), [first.clone(), again(Verdict::Missed)]);
    let done = until_then.into_iter().chain([filed("2026-03-22 10:00")]);
    assert_eq!(rounds("K06", done), [first, again(Verdict::Met)]);
}

#[test]
fn what_would_begin_meanwhile_begins_when_the_link_is_undone_or_never() {
    let meanwhile = [report(), absorbed("one", "2026-03-02 09:30"), accepted("2026-03-02 10:00")];
    assert_eq!(rounds("K06", meanwhile.clone()), []);
    let undone = meanwhile.into_iter().chain([unlinked("one", "2026-03-20 10:00")]);
    let expected = row("report:2026-03-20", "03-20 10:00", "03-23", Verdict::Missed);
    assert_eq!(rounds("K06", undone), [expected]);
}

#[test]
fn what_was_done_before_stays_done_and_a_second_link_ends_it_again() {
    let facts = [
        report(),
        accepted("2026-03-02 10:00"),
        absorbed("one", "2026-03-03 10:00"),
        unlinked("one", "2026-03-20 10:00"),
        absorbed("two", "2026-03-21 10:00"),
    ];
    let ended = rounds("K06", facts);
    assert_eq!(ended.iter().map(|round| round.3).collect::<Vec<_>>(), [Verdict::Ended, Verdict::Ended]);
    let done = [
        report(),
        accepted("2026-03-02 10:00"),
        filed("2026-03-03 09:00"),
        absorbed("one", "2026-03-03 10:00"),
    ];
    assert_eq!(rounds("K06", done), [row("report", "03-02 10:00", "03-05", Verdict::Met)]);
}

#[test]
fn a_link_that_was_undone_before_it_began_changes_nothing() {
    let facts = [
        report(),
        accepted("2026-03-02 10:00"),
        absorbed("one", "2026-03-03 10:00"),
        unlinked("one", "2026-03-02 11:00"), // found earlier, recorded later
    ];
    assert_eq!(rounds("K06", facts), [row("report", "03-02 10:00", "03-05", Verdict::Missed)]);
}
