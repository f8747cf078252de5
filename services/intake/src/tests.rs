//! The rules of intake as sentences.

mod links;
mod returned;

use crate::{Intake, Refusal};
use jurisdiction::{Rules, given::rules};
use vocabulary::given::{Given, given, said};
use vocabulary::intake::{
    CaseOpened, IndicatorAlertRaised, Intake as Said, LeadReceived, ReportAcknowledged, ReportForwarded,
};
use vocabulary::mandatory_reporting::{MandatoryReporting, PoliceAccepted, ReportFiled};
use vocabulary::{AgencyCode, CaseFact, Child, Proposed, Stage};

const LEAD: &str = "00000000-0000-4000-8000-000000000001";
const REPORT: &str = "00000000-0000-4000-8000-000000000002";
const OTHER: &str = "00000000-0000-4000-8000-000000000009";
const AT: &str = "2026-03-30T14:18:00+08:00";

fn code(agency: &str) -> AgencyCode {
    AgencyCode::parse(agency).unwrap()
}

fn child(label: &str) -> Child {
    Child { label: label.to_owned(), age_band: "12-13".to_owned(), sex: "female".to_owned() }
}

/// The hotline passes a lead to this agency.
fn lead_to(agency: &str) -> CaseFact {
    let lead = LeadReceived {
        channel: "phone".to_owned(),
        received_at: AT.to_owned(),
        urgency: "urgent".to_owned(),
        addressed_to: code(agency),
        situation_code: None,
        children: None,
    };
    said("hl1", LEAD, Said::LeadReceived(lead))
}

/// The hospital reports to the police station.
fn report() -> CaseFact {
    let filed = ReportFiled {
        discovered_at: AT.to_owned(),
        filed_to: code("psb-03"),
        reporter_type: "medical".to_owned(),
        situation_code: "R2".to_owned(),
        children: vec![child("A")],
    };
    said("hsp-01", REPORT, MandatoryReporting::ReportFiled(filed))
}

fn alert() -> CaseFact {
    let alert = IndicatorAlertRaised {
        detected_at: AT.to_owned(),
        model_id: "m-1".to_owned(),
        rule_id: "r-1".to_owned(),
        colour: "red".to_owned(),
        children: vec![child("A")],
    };
    said("htl-08", OTHER, Said::IndicatorAlertRaised(alert))
}

fn acknowledges(agency: &str, report: &str) -> CaseFact {
    let (report, acknowledged_at) = (report.to_owned(), AT.to_owned());
    said(
        agency,
        OTHER,
        Said::ReportAcknowledged(ReportAcknowledged { report, acknowledged_at, receipt_no: None }),
    )
}

fn forwards(agency: &str, report: &str, to: &str) -> CaseFact {
    let forwarded = ReportForwarded {
        report: report.to_owned(),
        to: code(to),
        reason_code: "wrong-door".to_owned(),
        forwarded_at: AT.to_owned(),
    };
    said(agency, OTHER, Said::ReportForwarded(forwarded))
}

fn police_accept(agency: &str) -> CaseFact {
    let accepted = PoliceAccepted {
        report: REPORT.to_owned(),
        accepted_at: AT.to_owned(),
        receipt_no: "2026-0142".to_owned(),
        matters: Vec::new(),
        competent: None,
    };
    said(agency, OTHER, MandatoryReporting::PoliceAccepted(accepted))
}

fn opens_with(reports: &[&str], children: &[&str], lead: &str) -> CaseFact {
    let opened = CaseOpened {
        opened_at: AT.to_owned(),
        reports: reports.iter().map(|&report| report.to_owned()).collect(),
        children: children.iter().map(|&label| child(label)).collect(),
        lead: code(lead),
    };
    said("wbo", OTHER, Said::CaseOpened(opened))
}

fn opens(reports: &[&str]) -> CaseFact {
    opens_with(reports, &["A"], "cab")
}

fn after<'r>(rules: &'r Rules, facts: impl IntoIterator<Item = CaseFact>) -> Given<'r, Rules, Intake> {
    given(rules, facts)
}

#[test]
fn an_alert_is_always_let_in() {
    after(&rules(), []).when(alert()).then_admitted([]);
    after(&rules(), [alert()]).when(alert()).then_admitted([]);
}

#[test]
fn a_lead_goes_to_an_agency_that_is_on_the_roster_today() {
    after(&rules(), []).when(lead_to("psb-03")).then_admitted([]);
    after(&rules(), []).when(lead_to("psb-77")).then_refused("intake.unknown-agency");
    after(&rules(), []).when(lead_to("psb-09")).then_refused("intake.unknown-agency");
}

#[test]
fn two_reports_of_a_case_never_share_an_id() {
    after(&rules(), [lead_to("psb-03")]).when(lead_to("cab")).then_refused("intake.report-id-taken");
    let filed = CaseFact { attributes: lead_to("psb-03").attributes, ..report() };
    after(&rules(), [filed]).when(lead_to("psb-03")).then_refused("intake.report-id-taken");
    after(&rules(), [report()]).when(lead_to("psb-03")).then_admitted([]);
}

#[test]
fn leads_and_reports_are_acknowledged_by_their_addressee_and_nobody_else() {
    let rules = rules();
    let case = after(&rules, [lead_to("cab"), report()]);
    case.when(acknowledges("cab", LEAD)).then_admitted([]);
    case.when(acknowledges("psb-03", REPORT)).then_admitted([]);
    case.when(acknowledges("psb-03", LEAD)).then_refused("intake.not-the-addressee");
    case.when(acknowledges("psb", REPORT)).then_refused("intake.not-the-addressee");
    case.when(acknowledges("hsp-01", REPORT)).then_refused("intake.not-the-addressee");
}

#[test]
fn the_bus_acknowledges_for_the_addressee() {
    after(&rules(), [report()]).when(acknowledges("bus", REPORT)).then_admitted([]);
    after(&rules(), []).when(acknowledges("bus", REPORT)).then_refused("intake.unknown-report");
}

#[test]
fn a_report_that_is_not_in_the_case_is_neither_acknowledged_nor_handed_on() {
    let rules = rules();
    let case = after(&rules, [lead_to("cab"), alert()]);
    case.when(acknowledges("cab", OTHER)).then_refused("intake.unknown-report");
    case.when(forwards("cab", OTHER, "edu")).then_refused("intake.unknown-report");
}

#[test]
fn an_agency_acknowledges_once_while_it_holds_a_report() {
    let mut facts = vec![report(), acknowledges("psb-03", REPORT)];
    after(&rules(), facts.clone())
        .when(acknowledges("psb-03", REPORT))
        .then_refused("intake.already-acknowledged");
    facts.push(forwards("psb-03", REPORT, "cab"));
    after(&rules(), facts).when(acknowledges("psb-03", REPORT)).then_refused("intake.already-acknowledged");
}

#[test]
fn accepting_is_receiving() {
    let accepted = [report(), police_accept("psb-03"), acknowledges("bus", REPORT)];
    let rules = rules();
    let case = after(&rules, accepted);
    case.when(acknowledges("psb-03", REPORT)).then_refused("intake.already-acknowledged");
    case.when(opens(&[REPORT])).then_admitted([]);
}

#[test]
fn an_acceptance_by_the_next_agency_completes_the_hand_on() {
    let facts = [
        report(),
        forwards("psb-03", REPORT, "psb"),
        police_accept("psb"),
        acknowledges("bus", REPORT),
        forwards("psb", REPORT, "cab"),
    ];
    let rules = rules();
    let case = after(&rules, facts);
    case.when(acknowledges("cab", REPORT)).then_admitted([]);
    case.when(acknowledges("psb-03", REPORT)).then_refused("intake.not-the-addressee");
}

#[test]
fn only_the_holder_hands_a_report_on() {
    let rules = rules();
    let case = after(&rules, [report()]);
    case.when(forwards("psb-03", REPORT, "cab")).then_admitted([]);
    case.when(forwards("cab", REPORT, "edu")).then_refused("intake.not-the-holder");
}

#[test]
fn a_report_is_handed_on_to_another_agency_that_is_on_the_roster_today() {
    let rules = rules();
    let case = after(&rules, [report()]);
    case.when(forwards("psb-03", REPORT, "psb-03")).then_refused("intake.forwarded-to-itself");
    case.when(forwards("psb-03", REPORT, "psb-09")).then_refused("intake.unknown-agency");
}

#[test]
fn a_report_is_handed_on_to_one_agency_at_a_time() {
    let facts = [report(), forwards("psb-03", REPORT, "cab")];
    after(&rules(), facts).when(forwards("psb-03", REPORT, "edu")).then_refused("intake.hand-on-pending");
}

#[test]
fn the_first_receiver_stays_responsible_until_the_next_acknowledges() {
    let rules = rules();
    let pending = [report(), forwards("psb-03", REPORT, "cab")];
    let case = after(&rules, pending.clone());
    case.when(acknowledges("psb-03", REPORT)).then_admitted([]);
    case.when(acknowledges("cab", REPORT)).then_admitted([]);
    case.when(forwards("cab", REPORT, "edu")).then_refused("intake.not-the-holder");

    let case = after(&rules, pending.into_iter().chain([acknowledges("cab", REPORT)]));
    case.when(forwards("cab", REPORT, "edu")).then_admitted([]);
    case.when(forwards("psb-03", REPORT, "edu")).then_refused("intake.not-the-holder");
    case.when(acknowledges("psb-03", REPORT)).then_refused("intake.not-the-addressee");
}

#[test]
fn the_holder_may_still_acknowledge_while_it_hands_on_and_the_next_one_after_it() {
    let facts = [report(), forwards("psb-03", REPORT, "cab"), acknowledges("psb-03", REPORT)];
    after(&rules(), facts).when(acknowledges("cab", REPORT)).then_admitted([]);
}

#[test]
fn a_report_that_comes_back_is_acknowledged_again() {
    let facts = [
        report(),
        acknowledges("psb-03", REPORT),
        forwards("psb-03", REPORT, "cab"),
        acknowledges("cab", REPORT),
        forwards("cab", REPORT, "psb-03"),
    ];
    after(&rules(), facts).when(acknowledges("psb-03", REPORT)).then_admitted([]);
}

#[test]
fn a_case_opens_once_one_of_its_reports_is_in_hand() {
    let rules = rules();
    let reports = [lead_to("cab"), report()];
    let case = after(&rules, reports.clone());
    case.when(opens(&[LEAD, REPORT])).then_refused("intake.report-not-acknowledged");
    let case = after(&rules, reports.into_iter().chain([acknowledges("cab", LEAD)]));
    case.when(opens(&[LEAD, REPORT])).then_admitted([]);
    case.when(opens(&[REPORT])).then_refused("intake.report-not-acknowledged");
    case.when(opens(&[LEAD, OTHER])).then_refused("intake.unknown-report");
}

#[test]
fn a_case_opens_once() {
    let facts = [report(), acknowledges("psb-03", REPORT), opens(&[REPORT])];
    after(&rules(), facts).when(opens(&[REPORT])).then_refused("intake.case-already-open");
}

#[test]
fn a_case_has_a_lead_on_the_roster_and_a_label_for_each_child() {
    let rules = rules();
    let case = after(&rules, [report(), acknowledges("psb-03", REPORT)]);
    case.when(opens_with(&[REPORT], &["A", "B"], "cab")).then_admitted([]);
    case.when(opens_with(&[REPORT], &["A", "A"], "cab")).then_refused("intake.label-taken");
    case.when(opens_with(&[REPORT], &["A"], "psb-09")).then_refused("intake.unknown-agency");
}

#[test]
fn a_refusal_names_what_is_unmet() {
    let rules = rules();
    let CaseFact { attributes, fact, recorded: now, .. } = opens(&[LEAD]);
    let refusal = Intake::admit(&Default::default(), &Proposed::new(attributes, fact, now), &rules);
    assert_eq!(refusal.unwrap_err().unmet, [LEAD]);
}

#[test]
fn every_rule_is_tried_here() {
    for refusal in Refusal::ALL {
        let tried = format!("refused(\"{}\")", refusal.code());
        let here =
            [include_str!("tests.rs"), include_str!("tests/links.rs"), include_str!("tests/returned.rs")]
                .concat();
        assert!(here.contains(&tried), "{}", refusal.code());
    }
}
