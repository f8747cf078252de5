//! The rules of mandatory reporting as sentences.

use crate::{MandatoryReporting, Refusal};
use jurisdiction::{Rules, given::rules};
use vocabulary::given::{Given, given, said};
use vocabulary::intake::{Intake, LeadReceived, ReportAcknowledged, ReportForwarded};
use vocabulary::mandatory_reporting::{
    CaseFilingDeclined, CriminalCaseFiled, EmergencyMeasuresTaken, EvidencePreserved,
    MandatoryReporting as Said, PoliceAccepted, ProcuratorateNotified, RegisteredWithAuthority, ReportFiled,
    SuspectedCrimeTransferred,
};
use vocabulary::{AgencyCode, CaseFact, Child, Fact};

const LEAD: &str = "00000000-0000-4000-8000-000000000001";
const REPORT: &str = "00000000-0000-4000-8000-000000000002";
const OTHER: &str = "00000000-0000-4000-8000-000000000009";
/// The moment that all facts of these tests say they happened at.
const AT: &str = "2026-03-30T14:18:00+08:00";

fn code(agency: &str) -> AgencyCode {
    AgencyCode::parse(agency).unwrap()
}

/// A report of this agency to that door.
fn report_of(agency: &str, door: &str, discovered_at: &str, labels: &[&str]) -> CaseFact {
    let child = |label: &&str| Child {
        label: (*label).to_owned(),
        age_band: "12-13".to_owned(),
        sex: "female".to_owned(),
    };
    let filed = ReportFiled {
        discovered_at: discovered_at.to_owned(),
        filed_to: code(door),
        reporter_type: "medical".to_owned(),
        situation_code: "R2".to_owned(),
        children: labels.iter().map(child).collect(),
    };
    said(agency, REPORT, Said::ReportFiled(filed))
}

/// The hospital reports to the police station.
fn report() -> CaseFact {
    report_of("hsp-01", "psb-03", AT, &["A"])
}

/// The hotline passes a lead to the police station.
fn lead() -> CaseFact {
    let lead = LeadReceived {
        channel: "phone".to_owned(),
        received_at: AT.to_owned(),
        urgency: "urgent".to_owned(),
        addressed_to: code("psb-03"),
        situation_code: None,
        children: None,
    };
    said("hl1", LEAD, Intake::LeadReceived(lead))
}

fn acknowledgement(report: &str, receipt_no: Option<&str>) -> Intake {
    Intake::ReportAcknowledged(ReportAcknowledged {
        report: report.to_owned(),
        acknowledged_at: AT.to_owned(),
        receipt_no: receipt_no.map(str::to_owned),
    })
}

fn acknowledges(agency: &str) -> CaseFact {
    said(agency, OTHER, acknowledgement(REPORT, None))
}

fn forwards(agency: &str, to: &str) -> CaseFact {
    let (report, to) = (REPORT.to_owned(), code(to));
    let (reason_code, forwarded_at) = ("wrong-door".to_owned(), AT.to_owned());
    said(agency, OTHER, Intake::ReportForwarded(ReportForwarded { report, to, reason_code, forwarded_at }))
}

fn registers(agency: &str, report: &str) -> CaseFact {
    let (registered_at, register_no) = (AT.to_owned(), "R-1".to_owned());
    let fact = RegisteredWithAuthority { report: report.to_owned(), registered_at, register_no };
    said(agency, OTHER, Said::RegisteredWithAuthority(fact))
}

fn accepts(agency: &str, report: &str) -> CaseFact {
    let (accepted_at, receipt_no) = (AT.to_owned(), "2026-0142".to_owned());
    let fact = PoliceAccepted {
        report: report.to_owned(),
        accepted_at,
        receipt_no,
        matters: Vec::new(),
        competent: None,
    };
    said(agency, OTHER, Said::PoliceAccepted(fact))
}

fn files_a_criminal_case(report: &str) -> CaseFact {
    let fact = CriminalCaseFiled { report: report.to_owned(), filed_at: AT.to_owned(), direct_ground: None };
    said("psb", OTHER, Said::CriminalCaseFiled(fact))
}

fn declines_to_file(report: &str, to: Option<&str>) -> CaseFact {
    let fact = CaseFilingDeclined {
        report: report.to_owned(),
        declined_at: AT.to_owned(),
        reason_code: "too-slight".to_owned(),
        served_at: None,
        to: to.map(code),
    };
    said("psb", OTHER, Said::CaseFilingDeclined(fact))
}

fn hands_over(to: &str) -> CaseFact {
    let fact = SuspectedCrimeTransferred { to: code(to), transferred_at: AT.to_owned() };
    said("edu", REPORT, Said::SuspectedCrimeTransferred(fact))
}

fn notifies(procuratorate: &str) -> CaseFact {
    let fact = ProcuratorateNotified { to: code(procuratorate), notified_at: AT.to_owned() };
    said("psb", OTHER, Said::ProcuratorateNotified(fact))
}

fn preserves_evidence_at(custodian: &str) -> CaseFact {
    let (kind, preserved_at) = ("video".to_owned(), AT.to_owned());
    let fact = EvidencePreserved { kind, preserved_at, custodian: code(custodian) };
    said("hsp-01", OTHER, Said::EvidencePreserved(fact))
}

fn after<'r>(
    rules: &'r Rules,
    facts: impl IntoIterator<Item = CaseFact>,
) -> Given<'r, Rules, MandatoryReporting> {
    given(rules, facts)
}

/// The acknowledgement that follows from an acceptance, in the name of the bus.
fn receipt(report: &str) -> Fact {
    Fact::Intake(acknowledgement(report, Some("2026-0142")))
}

#[test]
fn a_unit_chooses_among_the_doors_of_the_roster() {
    for door in ["psb", "psb-03", "cab", "edu", "wbo"] {
        after(&rules(), []).when(report_of("hsp-01", door, AT, &["A"])).then_admitted([]);
    }
    for wall in ["pro", "hlt", "psb-09", "psb-77"] {
        after(&rules(), [])
            .when(report_of("hsp-01", wall, AT, &["A"]))
            .then_refused("mandatory-reporting.not-a-door");
    }
}

#[test]
fn nothing_is_discovered_after_it_was_reported() {
    let rules = rules();
    let case = after(&rules, []);
    case.when(report_of("hsp-01", "psb-03", "2026-03-30T06:18:00Z", &["A"])).then_admitted([]);
    case.when(report_of("hsp-01", "psb-03", "2026-03-30T14:18:01+08:00", &["A"]))
        .then_refused("mandatory-reporting.discovered-after-filing");
}

#[test]
fn each_child_of_a_report_has_a_label_of_its_own() {
    let rules = rules();
    let case = after(&rules, []);
    case.when(report_of("hsp-01", "psb-03", AT, &["A", "B"])).then_admitted([]);
    case.when(report_of("hsp-01", "psb-03", AT, &["A", "B", "A"]))
        .then_refused("mandatory-reporting.label-taken");
}

#[test]
fn two_reports_of_a_case_never_share_an_id() {
    after(&rules(), [report()]).when(report()).then_refused("mandatory-reporting.report-id-taken");
    let lead = CaseFact { attributes: report().attributes, ..lead() };
    after(&rules(), [lead]).when(report()).then_refused("mandatory-reporting.report-id-taken");
}

#[test]
fn the_authority_of_the_reporting_unit_registers_its_report_once() {
    let rules = rules();
    let case = after(&rules, [report()]);
    case.when(registers("hlt", REPORT)).then_admitted([]);
    case.when(registers("edu", REPORT)).then_refused("mandatory-reporting.not-the-authority");
    case.when(registers("hsp-01", REPORT)).then_refused("mandatory-reporting.not-the-authority");
    case.when(registers("hlt", OTHER)).then_refused("mandatory-reporting.unknown-report");
    let case = after(&rules, [report(), registers("hlt", REPORT)]);
    case.when(registers("hlt", REPORT)).then_refused("mandatory-reporting.already-registered");
}

#[test]
fn the_report_of_a_unit_without_an_authority_is_registered_by_nobody() {
    let facts = [report_of("cab", "psb-03", AT, &["A"])];
    after(&rules(), facts)
        .when(registers("hlt", REPORT))
        .then_refused("mandatory-reporting.not-the-authority");
}

#[test]
fn a_lead_has_no_reporting_unit_and_is_not_registered() {
    after(&rules(), [lead()]).when(registers("hlt", LEAD)).then_refused("mandatory-reporting.unknown-report");
}

#[test]
fn accepting_is_receiving() {
    after(&rules(), [report()]).when(accepts("psb-03", REPORT)).then_admitted([receipt(REPORT)]);
    after(&rules(), [lead()]).when(accepts("psb-03", LEAD)).then_admitted([receipt(LEAD)]);
}

#[test]
fn what_the_police_have_acknowledged_they_accept_without_a_second_receipt() {
    let facts = [report(), acknowledges("psb-03")];
    after(&rules(), facts).when(accepts("psb-03", REPORT)).then_admitted([]);
}

#[test]
fn a_report_is_accepted_by_the_agency_that_has_it_or_is_handed_it() {
    let rules = rules();
    let case = after(&rules, [report()]);
    case.when(accepts("psb", REPORT)).then_refused("mandatory-reporting.not-the-addressee");
    case.when(accepts("psb-03", OTHER)).then_refused("mandatory-reporting.unknown-report");

    let handing_on = [report(), acknowledges("psb-03"), forwards("psb-03", "psb")];
    let case = after(&rules, handing_on.clone());
    case.when(accepts("psb-03", REPORT)).then_admitted([]);
    case.when(accepts("psb", REPORT)).then_admitted([receipt(REPORT)]);

    let case = after(&rules, handing_on.into_iter().chain([acknowledges("psb")]));
    case.when(accepts("psb", REPORT)).then_admitted([]);
    case.when(accepts("psb-03", REPORT)).then_refused("mandatory-reporting.not-the-addressee");
}

#[test]
fn a_report_is_accepted_once() {
    let rules = rules();
    let receipt = said("bus", OTHER, acknowledgement(REPORT, None));
    let case = after(&rules, [report(), accepts("psb-03", REPORT), receipt]);
    case.when(accepts("psb-03", REPORT)).then_refused("mandatory-reporting.already-accepted");
    let case = after(&rules, [report(), accepts("psb-03", REPORT), files_a_criminal_case(REPORT)]);
    case.when(accepts("psb-03", REPORT)).then_refused("mandatory-reporting.already-accepted");
}

#[test]
fn the_receipt_of_the_bus_does_not_move_a_report() {
    // The holder accepts while it hands on: the agency that was asked may still take it over.
    let receipt = said("bus", OTHER, acknowledgement(REPORT, None));
    let facts = [report(), forwards("psb-03", "psb"), accepts("psb-03", REPORT), receipt];
    let rules = rules();
    let held = &after(&rules, facts).state().reports[REPORT].clone();
    assert_eq!((&held.holder, held.next.as_ref()), (&code("psb-03"), Some(&code("psb"))));
}

#[test]
fn emergency_measures_are_never_refused() {
    let fact = EmergencyMeasuresTaken { measures: vec!["separated".to_owned()], taken_at: AT.to_owned() };
    let fact = said("psb-03", OTHER, Said::EmergencyMeasuresTaken(fact));
    after(&rules(), []).when(fact).then_admitted([]);
}

#[test]
fn evidence_is_kept_by_an_agency_that_is_on_the_roster_today() {
    let rules = rules();
    let case = after(&rules, []);
    case.when(preserves_evidence_at("hsp-01")).then_admitted([]);
    case.when(preserves_evidence_at("psb-09")).then_refused("mandatory-reporting.unknown-agency");
}

#[test]
fn the_procuratorate_is_notified_once_something_was_accepted() {
    let rules = rules();
    let case = after(&rules, [report(), lead()]);
    case.when(notifies("pro")).then_refused("mandatory-reporting.nothing-accepted");
    let case = after(&rules, [report(), lead(), accepts("psb-03", LEAD)]);
    case.when(notifies("pro")).then_admitted([]);
    case.when(notifies("cab")).then_refused("mandatory-reporting.not-the-procuratorate");
    let case = after(&rules, [report(), accepts("psb-03", REPORT), files_a_criminal_case(REPORT)]);
    case.when(notifies("pro")).then_admitted([]);
}

#[test]
fn a_criminal_case_is_filed_once_on_a_report_that_was_accepted() {
    let rules = rules();
    let mut facts = vec![report(), lead(), accepts("psb-03", LEAD)];
    let case = after(&rules, facts.clone());
    case.when(files_a_criminal_case(LEAD)).then_admitted([]);
    case.when(files_a_criminal_case(REPORT)).then_refused("mandatory-reporting.not-accepted");
    case.when(files_a_criminal_case(OTHER)).then_refused("mandatory-reporting.unknown-report");
    facts.push(files_a_criminal_case(LEAD));
    after(&rules, facts).when(files_a_criminal_case(LEAD)).then_refused("mandatory-reporting.already-filed");
}

#[test]
fn filing_is_declined_once_on_a_report_that_was_accepted_and_never_after_it_was_filed() {
    let rules = rules();
    let mut facts = vec![report(), lead(), accepts("psb-03", LEAD)];
    let case = after(&rules, facts.clone());
    case.when(declines_to_file(LEAD, Some("hsp-01"))).then_admitted([]);
    case.when(declines_to_file(LEAD, Some("psb-09"))).then_refused("mandatory-reporting.unknown-agency");
    case.when(declines_to_file(REPORT, None)).then_refused("mandatory-reporting.not-accepted");
    case.when(declines_to_file(OTHER, None)).then_admitted([]); // of a kind that other stages hold
    let filed = after(&rules, facts.clone().into_iter().chain([files_a_criminal_case(LEAD)]));
    filed.when(declines_to_file(LEAD, None)).then_refused("mandatory-reporting.already-filed");
    facts.push(declines_to_file(LEAD, None));
    let case = after(&rules, facts);
    case.when(declines_to_file(LEAD, None)).then_refused("mandatory-reporting.already-declined");
    case.when(accepts("psb-03", LEAD)).then_refused("mandatory-reporting.already-accepted");
    case.when(files_a_criminal_case(LEAD)).then_admitted([]);
}

#[test]
fn what_an_agency_hands_over_the_police_have_and_decide_on() {
    let rules = rules();
    after(&rules, []).when(hands_over("psb")).then_admitted([]);
    after(&rules, []).when(hands_over("pro")).then_refused("mandatory-reporting.not-the-police");
    after(&rules, [report()]).when(hands_over("psb")).then_refused("mandatory-reporting.report-id-taken");
    let case = after(&rules, [hands_over("psb")]);
    case.when(files_a_criminal_case(REPORT)).then_admitted([]);
    case.when(declines_to_file(REPORT, None)).then_admitted([]);
    case.when(notifies("pro")).then_admitted([]);
    case.when(registers("hlt", REPORT)).then_refused("mandatory-reporting.unknown-report");
    case.when(accepts("psb", REPORT)).then_refused("mandatory-reporting.already-accepted");
}

#[test]
fn every_rule_is_tried_here() {
    for refusal in Refusal::ALL {
        let tried = format!("then_refused(\"{}\")", refusal.code());
        assert!(include_str!("tests.rs").contains(&tried), "{}", refusal.code());
    }
}
