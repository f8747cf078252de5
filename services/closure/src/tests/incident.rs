//! Incident A under the rules of the demonstration district: a child of 13 that was taken away and is back since
//! July. The station proposes to close in October; the coordinator turns it down, because a removal asks for a
//! year. All of it is invented.

use super::facts::*;
use super::{after, unmet};
use jurisdiction::{RuleFile, Rules};
use serde_json::json;
use vocabulary::CaseFact;
use vocabulary::Version;
use vocabulary::closure::ClosureType;

pub(super) fn repository(path: &str) -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The rules of the demonstration district, without its clocks.
pub(super) fn demo() -> Rules {
    let read = |path: &str| {
        let folder = repository("deploy/jurisdictions/demo");
        RuleFile { path: path.to_owned(), content: std::fs::read_to_string(folder.join(path)).unwrap() }
    };
    Rules::read(&["agencies.toml", "visibility.toml", "closure.toml"].map(read), Version(1)).unwrap()
}

/// What closure reads of the first forty rows.
fn until_october() -> Vec<CaseFact> {
    let guardianship =
        |agency: &str, id: &str, what: &str, data| fact(agency, id, &format!("guardianship.{what}.v1"), data);
    vec![
        report_filed(),
        opened(),
        safety("2026-03-30T15:30:00+08:00", true),
        graded_until("2026-03-30T15:40:00+08:00", "L4", Some("2026-04-30")),
        criminal_case_filed(),
        guardianship(
            "psb-03",
            OTHER,
            "child-removed",
            json!({"removed_at": "2026-03-30T20:05:00+08:00", "ground": "suspect-in-home"}),
        ),
        guardianship(
            "psb-03",
            OTHER,
            "placement-handed-over",
            json!({"to": "mpc", "handed_over_at": "2026-03-30T21:10:00+08:00", "written": true}),
        ),
        guardianship(
            "cab",
            OTHER,
            "temporary-guardianship-started",
            json!({"ground": "92-6", "started_at": "2026-03-30T21:20:00+08:00", "until": "2027-03-30"}),
        ),
        guardianship(
            "wfd",
            ORDER,
            "protection-order-applied",
            json!({"to": "crt", "urgent": true, "applied_at": "2026-03-31T10:00:00+08:00"}),
        ),
        guardianship(
            "crt",
            OTHER,
            "protection-order-decided",
            json!({"application": ORDER, "granted": true, "decided_at": "2026-04-01T08:40:00+08:00", "valid_to": "2026-10-01"}),
        ),
        reporter_told("progress"),
        concluded("stay"),
        planned_at("2026-04-03T09:00:00+08:00"),
        reporter_told("before-prosecution"),
        concluded("return"),
        guardianship("mpc", OTHER, "child-returned", json!({"returned_at": "2026-07-22T10:00:00+08:00"})),
        guardianship(
            "mpc",
            OTHER,
            "temporary-guardianship-ended",
            json!({"ended_at": "2026-07-22T10:30:00+08:00", "end_reason": "returned"}),
        ),
        changed("2026-07-24T15:00:00+08:00", "L4", "L2"),
        visited("2026-08-21T10:20:00+08:00", "L2"),
        visited("2026-09-21T10:00:00+08:00", "L2"),
        changed("2026-09-22T15:00:00+08:00", "L2", "L1"),
        guardianship(
            "crt",
            OTHER,
            "protection-order-expired",
            json!({"application": ORDER, "valid_to": "2026-10-01"}),
        ),
        visited("2026-10-22T16:40:00+08:00", "L1"),
    ]
}

fn proposed() -> CaseFact {
    by("wst-01", proposed_at(ClosureType::ReturnedStable, "2026-10-23T09:30:00+08:00"))
}

fn closed(at: &str) -> CaseFact {
    closed_as(ClosureType::ReturnedStable, at)
}

#[test]
fn the_proposal_of_october_is_taken_and_turned_down() {
    let rules = demo();
    after(&rules, until_october()).when(proposed()).then_admitted([]);
    let case = after(&rules, until_october().into_iter().chain([proposed()]));
    case.when(rejected_for(PROPOSAL, &["follow-up-finished"])).then_admitted([]);
}

#[test]
fn it_could_not_have_been_closed_and_is_told_why() {
    let rules = demo();
    let case = after(&rules, until_october().into_iter().chain([proposed()]));
    let closed = closed("2026-10-26T10:00:00+08:00");
    case.when(closed.clone()).then_refused("closure.not-yet");
    let owed = [
        "safety-assessed",
        "reporter-told",
        "follow-up-finished",
        "justice-ended",
        "tasks-done",
        "approved",
        "file-decided",
    ];
    assert_eq!(unmet(&case, &rules, closed), owed);
}

#[test]
fn it_closes_a_year_after_the_return() {
    let rules = demo();
    let rest = [
        reporter_told("outcome"),
        visited("2027-06-24T10:00:00+08:00", "L1"),
        safety("2027-07-01T10:00:00+08:00", false),
        fact(
            "crt",
            OTHER,
            "justice.judgment-delivered.v1",
            json!({"delivered_at": "2026-08-20T10:00:00+08:00"}),
        ),
        task_done("visits"),
        proposed(),
    ];
    let approved = recorded("2027-07-10T10:00:00+08:00", approved_at("wbo", "2027-07-10T10:00:00+08:00"));
    let case = after(&rules, until_october().into_iter().chain(rest.clone()));
    assert_eq!(unmet(&case, &rules, approved.clone()), ["approved:procuratorate"], "it was critical");
    let agreed = rest.into_iter().chain([consented("pro"), approved]);
    let case = after(&rules, until_october().into_iter().chain(agreed));
    assert_eq!(
        unmet(&case, &rules, closed("2027-07-21T10:00:00+08:00")),
        ["follow-up-finished", "file-decided"]
    );
    case.when(with_file(closed("2027-07-22T10:00:00+08:00"))).then_admitted([]);
}
