//! The fold of a case as sentences: whose turn it is, how far it has come, what it is worth looking at.

use crate::{Case, DutyKind, Party, Phase};
use vocabulary::case_conference::{CaseConference, Concluded, Convened};
use vocabulary::closure::{Closure, ClosureType, Proposed, Rejected};
use vocabulary::given::said;
use vocabulary::intake::{CaseOpened, Intake, ReportAcknowledged, ReportForwarded};
use vocabulary::mandatory_reporting::{MandatoryReporting, ReportFiled};
use vocabulary::referral::{Accepted, Completed, Made, Received, Referral};
use vocabulary::{AgencyCode, CaseFact, Child};

const AT: &str = "2026-03-30T14:18:00+08:00";

fn code(agency: &str) -> AgencyCode {
    AgencyCode::parse(agency).unwrap()
}

fn children() -> Vec<Child> {
    vec![Child { label: "A".into(), age_band: "6-13".into(), sex: "female".into() }]
}

fn filed() -> CaseFact {
    let filed = ReportFiled {
        discovered_at: AT.into(),
        filed_to: code("psb-03"),
        reporter_type: "medical".into(),
        situation_code: "R2".into(),
        children: children(),
    };
    said("hsp-01", "report", MandatoryReporting::ReportFiled(filed))
}

fn forwarded() -> CaseFact {
    let (report, reason_code) = ("report".into(), "wrong-agency".into());
    let forwarded = ReportForwarded { report, to: code("cab"), reason_code, forwarded_at: AT.into() };
    said("psb-03", "forwarded", Intake::ReportForwarded(forwarded))
}

fn acknowledged(by: &str) -> CaseFact {
    let acknowledged =
        ReportAcknowledged { report: "report".into(), acknowledged_at: AT.into(), receipt_no: None };
    said(by, "acknowledged", Intake::ReportAcknowledged(acknowledged))
}

fn opened() -> CaseFact {
    let opened = CaseOpened {
        opened_at: AT.into(),
        reports: vec!["report".into()],
        children: children(),
        lead: code("psb"),
    };
    said("wbo", "opened", Intake::CaseOpened(opened))
}

fn convened(id: &str) -> CaseFact {
    let participants = vec![code("cab"), code("wst-01")];
    let convened = Convened { kind: "case".into(), participants, at: AT.into(), child_heard: true };
    said("wbo", id, CaseConference::Convened(convened))
}

fn concluded(conference: &str, result: &str) -> CaseFact {
    let concluded = Concluded {
        conference: conference.into(),
        result: result.into(),
        concluded_at: AT.into(),
        attended: vec![code("cab")],
        child_view: "heard".into(),
        decisions: Vec::new(),
    };
    said("wbo", "concluded", CaseConference::Concluded(concluded))
}

/// What waits, and on whom.
fn waiting(facts: &[CaseFact]) -> Vec<(DutyKind, String)> {
    let party = |party: &Party| match party {
        Party::Agency(agency) => agency.to_string(),
        Party::Role(role) => format!("the {role}"),
    };
    Case::of(facts).duties().iter().map(|duty| (duty.kind, party(&duty.party))).collect()
}

fn phase(facts: &[CaseFact]) -> Option<Phase> {
    Case::of(facts).phase().map(|known| known.value)
}

#[test]
fn a_report_waits_on_its_addressee_and_then_on_the_coordinator() {
    let acknowledge = (DutyKind::AcknowledgeReport, "psb-03".to_owned());
    assert_eq!(waiting(&[filed()]), [acknowledge]);
    let open = (DutyKind::OpenCase, "the coordinator".to_owned());
    assert_eq!(waiting(&[filed(), acknowledged("psb-03")]), [open]);
    assert_eq!(waiting(&[filed(), acknowledged("psb-03"), opened()]), []);
}

#[test]
fn a_report_that_is_handed_on_waits_on_both_until_one_acknowledges() {
    let both = [(DutyKind::AcknowledgeReport, "psb-03".into()), (DutyKind::AcknowledgeReport, "cab".into())];
    assert_eq!(waiting(&[filed(), forwarded()]), both);
    let after = waiting(&[filed(), forwarded(), acknowledged("cab")]);
    assert_eq!(after, [(DutyKind::OpenCase, "the coordinator".to_owned())]);
}

#[test]
fn a_referral_waits_on_its_addressee_at_each_step_and_on_nobody_in_the_end() {
    let made = Made {
        to: code("ngo-07"),
        purpose: "counselling".into(),
        urgency: "emergency".into(),
        children: None,
        respond_by: None,
        parent: None,
        conference: None,
        decision: None,
    };
    let referral = || "referral".to_owned();
    let steps = [
        said("wbo", "referral", Referral::Made(made)),
        said(
            "ngo-07",
            "r",
            Referral::Received(Received { referral: referral(), received_at: AT.into(), on_behalf_of: None }),
        ),
        said(
            "ngo-07",
            "a",
            Referral::Accepted(Accepted {
                referral: referral(),
                accepted_at: AT.into(),
                start_on: None,
                on_behalf_of: None,
            }),
        ),
        said(
            "ngo-07",
            "c",
            Referral::Completed(Completed {
                referral: referral(),
                completed_at: AT.into(),
                outcome: "goal-met".into(),
                on_behalf_of: None,
            }),
        ),
    ];
    let kinds = [DutyKind::ReceiveReferral, DutyKind::AnswerReferral, DutyKind::CompleteReferral];
    for (count, kind) in (1..).zip(kinds) {
        assert_eq!(waiting(&steps[..count]), [(kind, "ngo-07".to_owned())]);
    }
    assert_eq!(waiting(&steps), []);
}

#[test]
fn a_conference_to_which_too_few_came_waits_to_be_called_again_and_only_once() {
    let conclude = || (DutyKind::ConcludeConference, "the coordinator".to_owned());
    let facts = [opened(), convened("first"), concluded("first", "inquorate"), convened("second")];
    assert_eq!(waiting(&facts[..3]), [conclude()]);
    assert_eq!(phase(&facts[..3]), Some(Phase::Conference), "it decided nothing");
    let coordinator = waiting(&facts).into_iter().filter(|duty| *duty == conclude()).count();
    assert_eq!(coordinator, 1, "the second one is waited for, the first no more");
    let held = [&facts[..], &[concluded("second", "plan")]].concat();
    assert_eq!((waiting(&held), phase(&held)), (vec![], Some(Phase::PlanActive)));
}

#[test]
fn an_end_that_is_turned_down_leads_back_to_where_the_case_was() {
    let proposed = Proposed { closure_type: ClosureType::GoalMet, proposed_at: AT.into() };
    let rejected = Rejected {
        proposal: "proposal".into(),
        failed: vec!["follow-up-finished".into()],
        rejected_at: AT.into(),
    };
    let facts = [
        opened(),
        convened("first"),
        concluded("first", "plan"),
        said("wst-01", "proposal", Closure::Proposed(proposed)),
        said("wbo", "rejected", Closure::Rejected(rejected)),
    ];
    assert_eq!(phase(&facts[..4]), Some(Phase::ClosureReview));
    assert_eq!(waiting(&facts[..4]), [(DutyKind::DecideClosure, "the coordinator".to_owned())]);
    assert_eq!((phase(&facts), waiting(&facts)), (Some(Phase::PlanActive), vec![]));
}

#[test]
fn a_second_report_does_not_send_an_open_case_back() {
    assert_eq!(phase(&[filed(), acknowledged("psb-03"), opened(), filed()]), Some(Phase::Open));
}
