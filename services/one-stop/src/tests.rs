//! The rules of one-stop as sentences.

use crate::{OneStop, Refusal};
use jurisdiction::{Rules, given};
use vocabulary::given::{Given, given as after_facts, said};
use vocabulary::intake::{CaseOpened, IndicatorAlertRaised, Intake, LeadReceived};
use vocabulary::mandatory_reporting::{MandatoryReporting, ReportFiled};
use vocabulary::one_stop::{
    AdditionalInterviewJustified, AppropriateAdultAppointed, CrisisCounsellingProvided,
    ForensicExamCompleted, InterviewCompleted, InterviewStarted, OneStop as Said, SessionScheduled,
};
use vocabulary::{AgencyCode, CaseFact, Child, Version};

const SESSION: &str = "00000000-0000-4000-8000-000000000001";
const SECOND: &str = "00000000-0000-4000-8000-000000000002";
const OTHER: &str = "00000000-0000-4000-8000-000000000009";

/// The small region, with two agencies more.
fn rules() -> Rules {
    let mut files = given::files();
    for (code, role) in [("psb-j", "police"), ("wfd", "womens-federation")] {
        let named = format!("code = \"{code}\"\nname = {{ zh = \"测试\", en = \"Test\" }}\nlevel = 1\n");
        let roles =
            format!("from = \"2020-01-01\"\nroles = [{{ role = \"{role}\", from = \"2020-01-01\" }}]\n");
        files[0].content.push_str(&format!("\n[[agency]]\n{named}{roles}"));
    }
    Rules::read(&files, Version(1)).unwrap()
}

fn code(agency: &str) -> AgencyCode {
    AgencyCode::parse(agency).unwrap()
}

fn time(minute: &str) -> String {
    format!("2026-03-30T{minute}:00+08:00")
}

fn child(label: &str, sex: &str) -> Child {
    Child { label: label.to_owned(), age_band: "6-13".to_owned(), sex: sex.to_owned() }
}

fn opened(children: &[(&str, &str)]) -> CaseFact {
    let opened = CaseOpened {
        opened_at: time("15:20"),
        reports: vec![OTHER.to_owned()],
        children: children.iter().map(|(label, sex)| child(label, sex)).collect(),
        lead: code("psb"),
    };
    said("wbo", OTHER, Intake::CaseOpened(opened))
}

fn alert(label: &str, sex: &str) -> CaseFact {
    let (model_id, rule_id) = ("m-1".to_owned(), "r-1".to_owned());
    let (detected_at, colour, children) = (time("14:05"), "red".to_owned(), vec![child(label, sex)]);
    let alert = IndicatorAlertRaised { detected_at, model_id, rule_id, colour, children };
    said("hsp-01", OTHER, Intake::IndicatorAlertRaised(alert))
}

fn lead(label: &str, sex: &str) -> CaseFact {
    let lead = LeadReceived {
        channel: "phone".to_owned(),
        received_at: time("14:10"),
        urgency: "urgent".to_owned(),
        addressed_to: code("psb-03"),
        situation_code: None,
        children: Some(vec![child(label, sex)]),
    };
    said("hl1", OTHER, Intake::LeadReceived(lead))
}

fn report(label: &str, sex: &str) -> CaseFact {
    let filed = ReportFiled {
        discovered_at: time("14:05"),
        filed_to: code("psb-03"),
        reporter_type: "medical".to_owned(),
        situation_code: "R2".to_owned(),
        children: vec![child(label, sex)],
    };
    said("hsp-01", OTHER, MandatoryReporting::ReportFiled(filed))
}

fn scheduled_with(session: &str, participants: &[&str]) -> CaseFact {
    let participants = Some(participants.iter().map(|agency| code(agency)).collect());
    said("psb-j", session, Said::SessionScheduled(SessionScheduled { at: time("18:10"), participants }))
}

fn scheduled(session: &str) -> CaseFact {
    scheduled_with(session, &["hsp-01", "ngo-07", "wfd"])
}

fn appointed_with(change: impl FnOnce(&mut AppropriateAdultAppointed)) -> CaseFact {
    let mut adult = AppropriateAdultAppointed {
        appointed_at: time("17:10"),
        relation_code: "womens-federation-cadre".to_owned(),
        conflict_checked: true,
        agency: Some(code("wfd")),
    };
    change(&mut adult);
    said("psb-j", OTHER, Said::AppropriateAdultAppointed(adult))
}

fn appointed() -> CaseFact {
    appointed_with(|_| {})
}

fn counselled(fit_for_interview: bool) -> CaseFact {
    let (provided_at, grade) = (time("17:30"), "strained".to_owned());
    let provided = CrisisCounsellingProvided { provided_at, grade, fit_for_interview };
    said("ngo-07", OTHER, Said::CrisisCounsellingProvided(provided))
}

fn examined() -> CaseFact {
    let exam = ForensicExamCompleted { completed_at: time("17:45"), examiner_sex: "female".to_owned() };
    said("hsp-01", OTHER, Said::ForensicExamCompleted(exam))
}

fn started_with(change: impl FnOnce(&mut InterviewStarted)) -> CaseFact {
    let mut started = InterviewStarted {
        session: SESSION.to_owned(),
        started_at: time("18:10"),
        interviewer_sex: "female".to_owned(),
        av_on: true,
        child: None,
    };
    change(&mut started);
    said("psb-j", OTHER, Said::InterviewStarted(started))
}

fn started(session: &str) -> CaseFact {
    started_with(|said| said.session = session.to_owned())
}

fn started_for(label: &str) -> CaseFact {
    started_with(|said| said.child = Some(label.to_owned()))
}

/// A man asks the questions.
fn started_by_a_man(label: Option<&str>) -> CaseFact {
    started_with(|said| {
        said.interviewer_sex = "male".to_owned();
        said.child = label.map(str::to_owned);
    })
}

fn completed_at(minute: &str, session: &str, count: u32) -> CaseFact {
    let (session, completed_at) = (session.to_owned(), time(minute));
    let completed = InterviewCompleted { session, completed_at, count, duration_minutes: 70 };
    said("psb-j", OTHER, Said::InterviewCompleted(completed))
}

fn completed(session: &str, count: u32) -> CaseFact {
    completed_at("19:20", session, count)
}

fn justified() -> CaseFact {
    let (at, approver_code) = (time("20:00"), "psb-j.head".to_owned());
    said(
        "psb-j",
        OTHER,
        Said::AdditionalInterviewJustified(AdditionalInterviewJustified { at, approver_code }),
    )
}

fn after<'r>(rules: &'r Rules, facts: impl IntoIterator<Item = CaseFact>) -> Given<'r, Rules, OneStop> {
    after_facts(rules, facts)
}

/// A case of these children, with two sessions and an appropriate adult.
fn ready(children: &[(&str, &str)]) -> Vec<CaseFact> {
    vec![opened(children), scheduled(SESSION), scheduled(SECOND), appointed()]
}

/// As [`ready`] for a girl, and then this.
fn girl_and(facts: impl IntoIterator<Item = CaseFact>) -> Vec<CaseFact> {
    ready(&[("A", "female")]).into_iter().chain(facts).collect()
}

#[test]
fn incident_a_is_admitted_fact_by_fact() {
    let rules = rules();
    let facts = [
        alert("A", "female"),
        report("A", "female"),
        opened(&[("A", "female")]),
        scheduled(SESSION),
        appointed(),
        counselled(true),
        examined(),
        started(SESSION),
        completed(SESSION, 1),
    ];
    for (so_far, fact) in facts.iter().enumerate() {
        after(&rules, facts[..so_far].to_vec()).when(fact.clone()).then_admitted([]);
    }
}

#[test]
fn only_an_open_case_comes_to_one_stop() {
    let rules = rules();
    let reported = after(&rules, [alert("A", "female"), lead("A", "female"), report("A", "female")]);
    reported.when(scheduled(SESSION)).then_refused("one-stop.case-not-open");
    for fact in
        [appointed(), counselled(true), examined(), started(SESSION), completed(SESSION, 1), justified()]
    {
        reported.when(fact).then_refused("one-stop.case-not-open");
    }
}

#[test]
fn a_session_calls_agencies_that_are_on_the_roster_today() {
    let rules = rules();
    let case = after(&rules, [opened(&[("A", "female")])]);
    case.when(scheduled_with(SESSION, &["hsp-01", "psb-09"])).then_refused("one-stop.unknown-agency");
    let from_a_closed_station = appointed_with(|adult| adult.agency = Some(code("psb-09")));
    case.when(from_a_closed_station).then_refused("one-stop.unknown-agency");
    case.when(appointed_with(|adult| adult.agency = None)).then_admitted([]);
}

#[test]
fn two_sessions_of_a_case_never_share_an_id() {
    let rules = rules();
    let case = after(&rules, [opened(&[("A", "female")]), scheduled(SESSION)]);
    case.when(scheduled(SESSION)).then_refused("one-stop.session-id-taken");
    case.when(scheduled(SECOND)).then_admitted([]);
}

#[test]
fn nobody_stands_beside_the_child_unchecked() {
    let rules = rules();
    let unchecked = appointed_with(|adult| adult.conflict_checked = false);
    let case = after(&rules, [opened(&[("A", "female")])]);
    case.when(unchecked).then_refused("one-stop.conflict-not-checked");
}

#[test]
fn an_interview_needs_a_session_and_an_adult_beside_the_child() {
    let rules = rules();
    let case = opened(&[("A", "female")]);
    after(&rules, [case.clone(), appointed()])
        .when(started(SESSION))
        .then_refused("one-stop.unknown-session");
    let no_adult = after(&rules, [case, scheduled(SESSION)]);
    no_adult.when(started(SESSION)).then_refused("one-stop.no-appropriate-adult");
}

#[test]
fn an_interview_is_recorded_from_the_beginning() {
    let silent = started_with(|said| said.av_on = false);
    after(&rules(), girl_and([])).when(silent).then_refused("one-stop.not-recorded");
}

#[test]
fn a_child_who_cannot_bear_it_now_is_asked_later() {
    let rules = rules();
    let unfit = after(&rules, girl_and([counselled(true), counselled(false)]));
    unfit.when(started(SESSION)).then_refused("one-stop.not-fit-for-interview");
    let fit_again = after(&rules, girl_and([counselled(false), counselled(true)]));
    fit_again.when(started(SESSION)).then_admitted([]);
}

#[test]
fn a_girl_is_asked_by_a_woman_and_a_boy_by_anyone() {
    let rules = rules();
    after(&rules, girl_and([])).when(started_by_a_man(None)).then_refused("one-stop.interviewer-not-a-woman");
    for sex in ["male", "unknown"] {
        after(&rules, ready(&[("A", sex)])).when(started_by_a_man(None)).then_admitted([]);
        after(&rules, ready(&[("A", sex)])).when(started(SESSION)).then_admitted([]);
    }
}

#[test]
fn with_a_girl_among_several_children_a_man_asks_only_a_boy_whom_he_names() {
    let rules = rules();
    let siblings = after(&rules, ready(&[("A", "male"), ("B", "female")]));
    siblings.when(started_by_a_man(None)).then_refused("one-stop.interviewer-not-a-woman");
    siblings.when(started_by_a_man(Some("B"))).then_refused("one-stop.interviewer-not-a-woman");
    siblings.when(started_by_a_man(Some("A"))).then_admitted([]);
    siblings.when(started_by_a_man(Some("C"))).then_refused("one-stop.unknown-child");
}

#[test]
fn whoever_called_a_child_a_girl_is_believed_until_the_coordinator_knows_better() {
    let rules = rules();
    for girl in [alert("A", "female"), lead("A", "female"), report("A", "female")] {
        let unsure = [girl.clone(), lead("A", "male")].into_iter().chain(ready(&[("A", "unknown")]));
        let unsure = after(&rules, unsure);
        unsure.when(started_by_a_man(None)).then_refused("one-stop.interviewer-not-a-woman");
        let corrected = after(&rules, [girl].into_iter().chain(ready(&[("A", "male")])));
        corrected.when(started_by_a_man(None)).then_admitted([]);
    }
    let found_later = after(&rules, ready(&[("A", "male")]).into_iter().chain([lead("B", "female")]));
    found_later.when(started_by_a_man(None)).then_refused("one-stop.interviewer-not-a-woman");
}

#[test]
fn one_interview_runs_at_a_time() {
    let rules = rules();
    let running = after(&rules, girl_and([started(SESSION)]));
    running.when(started(SECOND)).then_refused("one-stop.interview-running");
    running.when(justified()).then_refused("one-stop.interview-running");
}

#[test]
fn a_child_is_asked_once_more_only_with_an_approval_for_each_time() {
    let rules = rules();
    let mut facts = girl_and([]);
    after(&rules, facts.clone()).when(justified()).then_refused("one-stop.no-interview-yet");
    for count in 1..=2 {
        facts.extend([started(SESSION), completed(SESSION, count)]);
        after(&rules, facts.clone())
            .when(started(SECOND))
            .then_refused("one-stop.second-interview-not-justified");
        after(&rules, facts.clone()).when(justified()).then_admitted([]);
        facts.push(justified());
        after(&rules, facts.clone()).when(started(SECOND)).then_admitted([]);
    }
}

#[test]
fn each_child_who_is_named_has_an_interview_of_its_own() {
    let rules = rules();
    let first = [started_for("A"), completed(SESSION, 1)];
    let facts: Vec<_> = ready(&[("A", "male"), ("B", "female")]).into_iter().chain(first).collect();
    let case = after(&rules, facts.clone());
    case.when(started_for("B")).then_admitted([]);
    case.when(started_for("A")).then_refused("one-stop.second-interview-not-justified");
    case.when(started(SESSION)).then_refused("one-stop.second-interview-not-justified");
    let second = after(&rules, facts.iter().cloned().chain([started_for("B")]));
    second.when(completed(SESSION, 1)).then_admitted([]);
    let approved = [justified(), started_for("B"), completed(SESSION, 1)];
    let approved = after(&rules, facts.into_iter().chain(approved));
    approved.when(started_for("A")).then_admitted([]);
}

#[test]
fn an_interview_ends_once_in_its_session_and_after_its_beginning() {
    let rules = rules();
    let waiting = after(&rules, girl_and([]));
    waiting.when(completed(SESSION, 1)).then_refused("one-stop.interview-not-started");
    let running = after(&rules, girl_and([started(SESSION)]));
    running.when(completed(SECOND, 1)).then_refused("one-stop.interview-not-started");
    running.when(completed_at("18:09", SESSION, 1)).then_refused("one-stop.completed-before-start");
    running.when(completed_at("18:10", SESSION, 1)).then_admitted([]);
    let over = after(&rules, girl_and([started(SESSION), completed(SESSION, 1)]));
    over.when(completed(SESSION, 1)).then_refused("one-stop.interview-already-completed");
}

#[test]
fn the_count_is_the_number_of_interviews_that_the_case_holds() {
    let rules = rules();
    let first = girl_and([started(SESSION)]);
    after(&rules, first.clone()).when(completed(SESSION, 2)).then_refused("one-stop.count-differs");
    let again = [completed(SESSION, 1), justified(), started(SECOND)];
    let second = after(&rules, first.into_iter().chain(again));
    second.when(completed(SECOND, 1)).then_refused("one-stop.count-differs");
    second.when(completed(SECOND, 2)).then_admitted([]);
}

#[test]
fn every_rule_is_tried_here() {
    for refusal in Refusal::ALL {
        let tried = format!("then_refused(\"{}\")", refusal.code());
        assert!(include_str!("tests.rs").contains(&tried), "{}", refusal.code());
    }
}
