//! Giving a report back, and saying which file a child of the case has.

use super::*;
use vocabulary::HistoryId;
use vocabulary::intake::{ChildIdentified, ReportReturned};

/// The `id` of the fact by which these tests hand a report on.
const FORWARDING: &str = OTHER;

fn returns(agency: &str, forwarding: &str) -> CaseFact {
    let returned = ReportReturned {
        report: LEAD.to_owned(),
        forwarding: forwarding.to_owned(),
        reason_code: "not-competent".to_owned(),
        returned_at: AT.to_owned(),
    };
    said(agency, REPORT, Said::ReportReturned(returned))
}

fn is(label: &str, file: char) -> CaseFact {
    let file = HistoryId::parse(&format!("child-{}", file.to_string().repeat(32))).unwrap();
    let (label, identified_at) = (label.to_owned(), AT.to_owned());
    said("wbo", OTHER, Said::ChildIdentified(ChildIdentified { label, file, identified_at, how: None }))
}

#[test]
fn whoever_is_handed_a_report_may_give_it_back_before_taking_it() {
    let rules = rules();
    let handed = [lead_to("cab"), acknowledges("cab", LEAD), forwards("cab", LEAD, "edu")];
    let pending = after(&rules, handed.clone());
    pending.when(returns("edu", FORWARDING)).then_admitted([]);
    pending.when(returns("psb", FORWARDING)).then_refused("intake.not-handed-on");
    pending.when(returns("cab", FORWARDING)).then_refused("intake.not-handed-on");
    pending.when(returns("edu", LEAD)).then_refused("intake.not-handed-on");

    let taken = after(&rules, handed.clone().into_iter().chain([acknowledges("edu", LEAD)]));
    taken.when(returns("edu", FORWARDING)).then_refused("intake.not-handed-on");

    // the first receiver has it as before, and hands it to another
    let back = after(&rules, handed.into_iter().chain([returns("edu", FORWARDING)]));
    back.when(acknowledges("edu", LEAD)).then_refused("intake.not-the-addressee");
    back.when(returns("edu", FORWARDING)).then_refused("intake.not-handed-on");
    back.when(forwards("cab", LEAD, "psb")).then_admitted([]);
    after(&rules, [alert()]).when(returns("edu", FORWARDING)).then_refused("intake.unknown-report");
}

#[test]
fn each_child_of_a_case_is_tied_to_one_file_and_no_two_to_the_same() {
    let rules = rules();
    let case = || [report(), acknowledges("psb-03", REPORT), opens_with(&[REPORT], &["A", "B"], "psb-03")];
    let open = after(&rules, case());
    open.when(is("A", 'a')).then_admitted([]);
    open.when(is("C", 'a')).then_refused("intake.unknown-label");
    after(&rules, [report()]).when(is("A", 'a')).then_refused("intake.unknown-label");
    let tied = after(&rules, case().into_iter().chain([is("A", 'a')]));
    tied.when(is("A", 'b')).then_refused("intake.already-identified");
    tied.when(is("B", 'a')).then_refused("intake.file-taken");
    tied.when(is("B", 'b')).then_admitted([]);
}
