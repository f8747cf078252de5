//! The rules of referral as sentences.

mod decisions;
mod more;
mod product;

use crate::{Referral, Refusal};
use jurisdiction::{Rules, given::rules};
use vocabulary::given::{Given, given, said};
use vocabulary::intake::{CaseOpened, IndicatorAlertRaised, Intake, LeadReceived};
use vocabulary::mandatory_reporting::{MandatoryReporting, ReportFiled};
use vocabulary::referral::{
    Accepted, Cancelled, Completed, Failed, Made, Received, Referral as Said, Returned,
};
use vocabulary::{AgencyCode, CaseFact, Child};

const REFERRAL: &str = "00000000-0000-4000-8000-000000000001";
const OTHER: &str = "00000000-0000-4000-8000-000000000009";
/// The moment that all facts of these tests say they happened at.
const AT: &str = "2026-03-30T14:18:00+08:00";

fn code(agency: &str) -> AgencyCode {
    AgencyCode::parse(agency).unwrap()
}

fn child(label: &str) -> Child {
    Child { label: label.to_owned(), age_band: "12-13".to_owned(), sex: "female".to_owned() }
}

/// The coordinator opens the case of child A.
fn opened() -> CaseFact {
    let opened = CaseOpened {
        opened_at: AT.to_owned(),
        reports: vec![OTHER.to_owned()],
        children: vec![child("A")],
        lead: code("cab"),
    };
    said("wbo", OTHER, Intake::CaseOpened(opened))
}

/// Child B is named by an alert, child C by a lead, child D by a report.
fn children_b_c_d() -> [CaseFact; 3] {
    let alert = IndicatorAlertRaised {
        detected_at: AT.to_owned(),
        model_id: "m-1".to_owned(),
        rule_id: "r-1".to_owned(),
        colour: "red".to_owned(),
        children: vec![child("B")],
    };
    let lead = LeadReceived {
        channel: "phone".to_owned(),
        received_at: AT.to_owned(),
        urgency: "urgent".to_owned(),
        addressed_to: code("psb-03"),
        situation_code: None,
        children: Some(vec![child("C")]),
    };
    let filed = ReportFiled {
        discovered_at: AT.to_owned(),
        filed_to: code("psb-03"),
        reporter_type: "medical".to_owned(),
        situation_code: "R2".to_owned(),
        children: vec![child("D")],
    };
    [
        said("htl-08", OTHER, Intake::IndicatorAlertRaised(alert)),
        said("hl1", OTHER, Intake::LeadReceived(lead)),
        said("hsp-01", OTHER, MandatoryReporting::ReportFiled(filed)),
    ]
}

/// The civil-affairs bureau asks this agency to act.
fn made_with(to: &str, change: impl FnOnce(&mut Made)) -> CaseFact {
    let mut made = Made {
        to: code(to),
        purpose: "counselling".to_owned(),
        urgency: "urgent".to_owned(),
        children: None,
        respond_by: None,
        parent: None,
        conference: None,
        decision: None,
    };
    change(&mut made);
    said("cab", REFERRAL, Said::Made(made))
}

fn made(to: &str) -> CaseFact {
    made_with(to, |_| {})
}

fn made_for(labels: &[&str]) -> CaseFact {
    made_with("ngo-07", |made| made.children = Some(labels.iter().map(|&label| label.to_owned()).collect()))
}

fn made_until(respond_by: &str) -> CaseFact {
    made_with("ngo-07", |made| made.respond_by = Some(respond_by.to_owned()))
}

fn receives(agency: &str, referral: &str) -> CaseFact {
    let fact = Received { referral: referral.to_owned(), received_at: AT.to_owned(), on_behalf_of: None };
    said(agency, OTHER, Said::Received(fact))
}

fn accepts(agency: &str, referral: &str) -> CaseFact {
    let fact = Accepted {
        referral: referral.to_owned(),
        accepted_at: AT.to_owned(),
        start_on: None,
        on_behalf_of: None,
    };
    said(agency, OTHER, Said::Accepted(fact))
}

fn returns(agency: &str, referral: &str) -> CaseFact {
    let (returned_at, reason_code) = (AT.to_owned(), "no-capacity".to_owned());
    let fact = Returned { referral: referral.to_owned(), returned_at, reason_code, on_behalf_of: None };
    said(agency, OTHER, Said::Returned(fact))
}

fn completes(agency: &str, referral: &str) -> CaseFact {
    let (completed_at, outcome) = (AT.to_owned(), "goal-met".to_owned());
    said(
        agency,
        OTHER,
        Said::Completed(Completed {
            referral: referral.to_owned(),
            completed_at,
            outcome,
            on_behalf_of: None,
        }),
    )
}

fn fails(agency: &str, referral: &str) -> CaseFact {
    let (failed_at, reason_code) = (AT.to_owned(), "declined".to_owned());
    said(
        agency,
        OTHER,
        Said::Failed(Failed { referral: referral.to_owned(), failed_at, reason_code, on_behalf_of: None }),
    )
}

fn cancels(agency: &str, referral: &str) -> CaseFact {
    let (cancelled_at, reason_code) = (AT.to_owned(), "by-mistake".to_owned());
    let fact = Cancelled { referral: referral.to_owned(), cancelled_at, reason_code };
    said(agency, OTHER, Said::Cancelled(fact))
}

/// A referral to the social-work centre, taken so far.
fn taken(steps: impl IntoIterator<Item = CaseFact>) -> Vec<CaseFact> {
    [opened(), made("ngo-07")].into_iter().chain(steps).collect()
}

/// Every way in which the loop closes by the addressee.
fn closed_loops() -> [Vec<CaseFact>; 3] {
    let received = || receives("ngo-07", REFERRAL);
    [
        taken([received(), returns("ngo-07", REFERRAL)]),
        taken([received(), accepts("ngo-07", REFERRAL), completes("ngo-07", REFERRAL)]),
        taken([received(), accepts("ngo-07", REFERRAL), fails("ngo-07", REFERRAL)]),
    ]
}

fn after<'r>(rules: &'r Rules, facts: impl IntoIterator<Item = CaseFact>) -> Given<'r, Rules, Referral> {
    given(rules, facts)
}

#[test]
fn only_an_open_case_refers() {
    let rules = rules();
    after(&rules, [opened()]).when(made("ngo-07")).then_admitted([]);
    after(&rules, []).when(made("ngo-07")).then_refused("referral.case-not-open");
    after(&rules, children_b_c_d()).when(made("ngo-07")).then_refused("referral.case-not-open");
}

#[test]
fn a_referral_goes_to_another_agency_that_is_on_the_roster_today() {
    let rules = rules();
    let case = after(&rules, [opened()]);
    case.when(made("cab")).then_refused("referral.to-itself");
    case.when(made("psb-09")).then_refused("referral.unknown-agency");
    case.when(made("psb-77")).then_refused("referral.unknown-agency");
}

#[test]
fn two_referrals_of_a_case_never_share_an_id() {
    after(&rules(), [opened(), made("ngo-07")]).when(made("hsp-01")).then_refused("referral.id-taken");
}

#[test]
fn a_referral_concerns_children_of_the_case() {
    let rules = rules();
    let case = after(&rules, children_b_c_d().into_iter().chain([opened()]));
    case.when(made_for(&["A", "B", "C", "D"])).then_admitted([]);
    case.when(made_for(&["A", "E"])).then_refused("referral.unknown-child");
    after(&rules, [opened()]).when(made_for(&["B"])).then_refused("referral.unknown-child");
}

#[test]
fn no_answer_is_wanted_before_the_question() {
    let rules = rules();
    let case = after(&rules, [opened()]);
    case.when(made_until("2026-03-30T06:18:00Z")).then_admitted([]);
    case.when(made_until("2026-03-30T14:17:59+08:00")).then_refused("referral.respond-by-past");
}

#[test]
fn a_referral_is_received_and_then_accepted_or_returned() {
    let rules = rules();
    after(&rules, [opened(), made("ngo-07")]).when(receives("ngo-07", REFERRAL)).then_admitted([]);
    let case = after(&rules, [opened(), made("ngo-07"), receives("ngo-07", REFERRAL)]);
    case.when(accepts("ngo-07", REFERRAL)).then_admitted([]);
    case.when(returns("ngo-07", REFERRAL)).then_admitted([]);
}

#[test]
fn only_the_addressee_receives_and_answers() {
    let rules = rules();
    let case = after(&rules, [opened(), made("ngo-07"), receives("ngo-07", REFERRAL)]);
    for other in ["cab", "wbo", "hsp-01"] {
        case.when(receives(other, REFERRAL)).then_refused("referral.not-the-addressee");
        case.when(accepts(other, REFERRAL)).then_refused("referral.not-the-addressee");
        case.when(returns(other, REFERRAL)).then_refused("referral.not-the-addressee");
        case.when(completes(other, REFERRAL)).then_refused("referral.not-the-addressee");
        case.when(fails(other, REFERRAL)).then_refused("referral.not-the-addressee");
    }
}

#[test]
fn a_referral_that_is_not_in_the_case_is_not_answered() {
    let rules = rules();
    let case = after(&rules, [opened(), made("ngo-07")]);
    case.when(receives("ngo-07", OTHER)).then_refused("referral.unknown");
    case.when(accepts("ngo-07", OTHER)).then_refused("referral.unknown");
    case.when(returns("ngo-07", OTHER)).then_refused("referral.unknown");
    case.when(completes("ngo-07", OTHER)).then_refused("referral.unknown");
    case.when(fails("ngo-07", OTHER)).then_refused("referral.unknown");
    case.when(cancels("cab", OTHER)).then_refused("referral.unknown");
}

#[test]
fn a_referral_is_received_once() {
    let rules = rules();
    let case = after(&rules, [opened(), made("ngo-07"), receives("ngo-07", REFERRAL)]);
    case.when(receives("ngo-07", REFERRAL)).then_refused("referral.already-received");
}

#[test]
fn nobody_answers_what_is_not_on_its_desk() {
    let rules = rules();
    let case = after(&rules, [opened(), made("ngo-07")]);
    case.when(accepts("ngo-07", REFERRAL)).then_refused("referral.not-received");
    case.when(returns("ngo-07", REFERRAL)).then_refused("referral.not-received");
}

#[test]
fn a_referral_is_answered_once() {
    let rules = rules();
    for answer in [accepts("ngo-07", REFERRAL), returns("ngo-07", REFERRAL)] {
        let case = after(&rules, [opened(), made("ngo-07"), receives("ngo-07", REFERRAL), answer]);
        case.when(accepts("ngo-07", REFERRAL)).then_refused("referral.already-answered");
        case.when(returns("ngo-07", REFERRAL)).then_refused("referral.already-answered");
        case.when(receives("ngo-07", REFERRAL)).then_refused("referral.already-answered");
    }
}

#[test]
fn what_was_answered_is_not_answered_again_when_the_work_has_ended() {
    let rules = rules();
    for history in closed_loops() {
        let case = after(&rules, history);
        case.when(accepts("ngo-07", REFERRAL)).then_refused("referral.already-answered");
        case.when(receives("ngo-07", REFERRAL)).then_refused("referral.already-answered");
    }
}

#[test]
fn only_accepted_work_is_completed_or_fails() {
    let rules = rules();
    let received = || receives("ngo-07", REFERRAL);
    for early in [taken([]), taken([received()])] {
        let case = after(&rules, early);
        case.when(completes("ngo-07", REFERRAL)).then_refused("referral.not-accepted");
        case.when(fails("ngo-07", REFERRAL)).then_refused("referral.not-accepted");
    }
    let case = after(&rules, taken([received(), accepts("ngo-07", REFERRAL)]));
    case.when(completes("ngo-07", REFERRAL)).then_admitted([]);
    case.when(fails("ngo-07", REFERRAL)).then_admitted([]);
}

#[test]
fn a_referral_ends_once() {
    let rules = rules();
    for history in closed_loops() {
        let case = after(&rules, history);
        case.when(completes("ngo-07", REFERRAL)).then_refused("referral.already-ended");
        case.when(fails("ngo-07", REFERRAL)).then_refused("referral.already-ended");
        case.when(cancels("cab", REFERRAL)).then_refused("referral.already-ended");
    }
}

#[test]
fn the_sender_takes_a_referral_back_until_the_work_has_ended() {
    let rules = rules();
    let received = || receives("ngo-07", REFERRAL);
    for history in [taken([]), taken([received()]), taken([received(), accepts("ngo-07", REFERRAL)])] {
        after(&rules, history).when(cancels("cab", REFERRAL)).then_admitted([]);
    }
    let case = after(&rules, taken([]));
    case.when(cancels("ngo-07", REFERRAL)).then_refused("referral.not-the-sender");
    case.when(cancels("wbo", REFERRAL)).then_refused("referral.not-the-sender");
}

#[test]
fn on_a_referral_that_was_taken_back_nothing_more_is_said() {
    let rules = rules();
    let case = after(&rules, taken([receives("ngo-07", REFERRAL), cancels("cab", REFERRAL)]));
    let more = [receives, accepts, returns, completes, fails].map(|say| say("ngo-07", REFERRAL));
    for said in more.into_iter().chain([cancels("cab", REFERRAL)]) {
        case.when(said).then_refused("referral.cancelled");
    }
}

#[test]
fn every_rule_is_tried_here() {
    for refusal in Refusal::ALL {
        let tried = format!("then_refused(\"{}\")", refusal.code());
        let here =
            [include_str!("tests.rs"), include_str!("tests/decisions.rs"), include_str!("tests/more.rs")];
        assert!(here.iter().any(|file| file.contains(&tried)), "{}", refusal.code());
    }
}
