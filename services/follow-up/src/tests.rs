//! The rules of follow-up as sentences.

use crate::{FollowUp, Refusal};
use jurisdiction::{RuleFile, Rules, given::rules};
use vocabulary::follow_up::{FollowUp as Said, Grade, RiskGradeAssigned, RiskGradeChanged, VisitRecorded};
use vocabulary::given::{Given, given, said};
use vocabulary::intake::{CaseOpened, Intake};
use vocabulary::{AgencyCode, CaseFact, Child, Version};

const OTHER: &str = "00000000-0000-4000-8000-000000000009";
/// The moment that all facts of these tests say they happened at; the bus records them a minute later.
const AT: &str = "2026-03-30T14:18:00+08:00";

fn opened() -> CaseFact {
    let child = Child { label: "A".to_owned(), age_band: "6-13".to_owned(), sex: "female".to_owned() };
    let (reports, lead) = (vec![OTHER.to_owned()], AgencyCode::parse("psb").unwrap());
    let opened = CaseOpened { opened_at: AT.to_owned(), reports, children: vec![child], lead };
    said("wbo", OTHER, Intake::CaseOpened(opened))
}

fn assigned(grade: Grade) -> CaseFact {
    assigned_until(grade, None)
}

/// Assigned on 30 March, late in the evening by UTC.
fn assigned_until(grade: Grade, valid_until: Option<&str>) -> CaseFact {
    let fact = RiskGradeAssigned {
        grade,
        scheme: "district-five-grades".to_owned(),
        scheme_version: "2026.1".to_owned(),
        assigned_at: "2026-03-29T16:30:00Z".to_owned(),
        valid_until: valid_until.map(ToOwned::to_owned),
    };
    said("wbo", OTHER, Said::RiskGradeAssigned(fact))
}

fn changed(from: Grade, to: Grade, assessors: u32) -> CaseFact {
    let (reason_code, changed_at) = ("reassessment".to_owned(), AT.to_owned());
    said(
        "wbo",
        OTHER,
        Said::RiskGradeChanged(RiskGradeChanged { from, to, reason_code, assessors, changed_at }),
    )
}

fn visited_at(visited_at: &str, grade: Grade) -> CaseFact {
    let (mode, outcome) = ("scan".to_owned(), "ok".to_owned());
    let fact = VisitRecorded { visited_at: visited_at.to_owned(), mode, outcome, grade };
    said("sch-12", OTHER, Said::VisitRecorded(fact))
}

fn visited(grade: Grade) -> CaseFact {
    visited_at(AT, grade)
}

fn after<'r>(rules: &'r Rules, facts: impl IntoIterator<Item = CaseFact>) -> Given<'r, Rules, FollowUp> {
    given(rules, facts)
}

#[test]
fn a_grade_is_assigned_once_and_may_be_confirmed() {
    let rules = rules();
    after(&rules, []).when(assigned(Grade::L4)).then_admitted([]);
    let case = after(&rules, [assigned(Grade::L2)]);
    case.when(assigned(Grade::L2)).then_admitted([]);
    for other in [Grade::L1, Grade::L3] {
        case.when(assigned(other)).then_refused("follow-up.already-graded");
    }
}

#[test]
fn a_grade_is_changed_from_what_it_is() {
    let rules = rules();
    let up = || changed(Grade::L1, Grade::L3, 2);
    after(&rules, [assigned(Grade::L1)]).when(up()).then_admitted([]);
    after(&rules, []).when(up()).then_refused("follow-up.not-graded");
    after(&rules, [assigned(Grade::L2)]).when(up()).then_refused("follow-up.not-the-grade");
    let risen = after(&rules, [assigned(Grade::L1), up()]);
    risen.when(up()).then_refused("follow-up.not-the-grade");
    risen.when(changed(Grade::L3, Grade::L4, 2)).then_admitted([]);
}

#[test]
fn nobody_lowers_a_grade_alone_where_the_region_asks_for_two() {
    let content = include_str!("../../../deploy/jurisdictions/demo/risk.toml").to_owned();
    let risk = RuleFile { path: "risk.toml".to_owned(), content };
    let files = [jurisdiction::given::files(), vec![risk]].concat();
    let rules = Rules::read(&files, Version(1)).unwrap();
    let case = after(&rules, [assigned(Grade::L3)]);
    case.when(changed(Grade::L3, Grade::L2, 1)).then_refused("follow-up.lowered-alone");
    case.when(changed(Grade::L3, Grade::L2, 2)).then_admitted([]);
    case.when(changed(Grade::L3, Grade::L4, 1)).then_admitted([]);
    let silent = jurisdiction::given::rules();
    let case = after(&silent, [assigned(Grade::L3)]);
    case.when(changed(Grade::L3, Grade::L2, 1)).then_admitted([]);
}

#[test]
fn a_grade_holds_on_the_day_on_which_it_is_given_at_the_least() {
    let rules = rules();
    let case = after(&rules, []);
    case.when(assigned_until(Grade::L2, Some("2026-03-30"))).then_admitted([]);
    case.when(assigned_until(Grade::L2, Some("2026-03-29"))).then_refused("follow-up.validity-past");
}

#[test]
fn only_an_open_case_is_visited() {
    let rules = rules();
    after(&rules, [opened()]).when(visited(Grade::L2)).then_admitted([]);
    after(&rules, [assigned(Grade::L2)]).when(visited(Grade::L2)).then_refused("follow-up.case-not-open");
}

#[test]
fn a_visit_is_recorded_when_it_has_taken_place() {
    let rules = rules();
    let case = after(&rules, [opened()]);
    case.when(visited_at("2026-03-30T06:19:00Z", Grade::L2)).then_admitted([]);
    case.when(visited_at("2026-03-30T06:19:01Z", Grade::L2)).then_refused("follow-up.not-visited-yet");
}

#[test]
fn a_device_whose_clock_runs_ahead_may_record_its_visit() {
    let mut visit = visited_at("2026-03-30T06:20:30Z", Grade::L2);
    visit.attributes.time = "2026-03-30T06:20:30Z".to_owned();
    after(&rules(), [opened()]).when(visit).then_admitted([]);
}

#[test]
fn a_visit_is_one_view_and_does_not_change_the_grade_of_the_case() {
    let rules = rules();
    let case = after(&rules, [opened(), assigned(Grade::L4), visited(Grade::L2), visited(Grade::L1)]);
    assert_eq!((case.state().grade, case.state().observed), (Some(Grade::L4), Some(Grade::L1)));
    case.when(changed(Grade::L1, Grade::L0, 2)).then_refused("follow-up.not-the-grade");
    case.when(changed(Grade::L4, Grade::L1, 2)).then_admitted([]);
}

#[test]
fn every_rule_is_tried_here() {
    for refusal in Refusal::ALL {
        let tried = format!("then_refused(\"{}\")", refusal.code());
        assert!(include_str!("tests.rs").contains(&tried), "{}", refusal.code());
    }
}
