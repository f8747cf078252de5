//! Two reports of the same child.

use super::*;
use crate::{State, linkable, takes};
use vocabulary::intake::{LinkOutcome, LinkSettled, ReportAbsorbed, ReportsLinked, ReportsUnlinked};
use vocabulary::{EventId, HistoryId, TypeName};

const LINK: &str = "00000000-0000-4000-8000-000000000003";
const SECOND: &str = "00000000-0000-4000-8000-000000000004";

fn history(name: &str) -> HistoryId {
    HistoryId::parse(name).unwrap()
}

fn link_id(id: &str) -> EventId {
    EventId::parse(id).unwrap()
}

fn links(id: &str, other: &str) -> CaseFact {
    let (reason_code, linked_at) = ("same-child".to_owned(), AT.to_owned());
    let mut fact =
        said("wbo", id, Said::ReportsLinked(ReportsLinked { other: history(other), reason_code, linked_at }));
    fact.attributes.subject = Some(history("case-1"));
    fact
}

fn settled(id: &str) -> CaseFact {
    let (outcome, settled_at) = (LinkOutcome::Answered, AT.to_owned());
    said("bus", OTHER, Said::LinkSettled(LinkSettled { link: link_id(id), outcome, settled_at }))
}

fn absorbed() -> CaseFact {
    let (primary, absorbed_at) = (history("case-1"), AT.to_owned());
    said("bus", OTHER, Said::ReportAbsorbed(ReportAbsorbed { link: link_id(LINK), primary, absorbed_at }))
}

fn unlinks(id: &str) -> CaseFact {
    let (reason_code, unlinked_at) = ("other-child".to_owned(), AT.to_owned());
    said("wbo", OTHER, Said::ReportsUnlinked(ReportsUnlinked { link: link_id(id), reason_code, unlinked_at }))
}

struct Asked(Result<(), vocabulary::Refusal>);

impl Asked {
    #[track_caller]
    fn then_taken(self) {
        assert_eq!(self.0, Ok(()));
    }

    #[track_caller]
    fn then_refused(self, code: &str) {
        assert_eq!(self.0.map_err(|refusal| refusal.code), Err(code));
    }
}

fn asked(state: &State, kind: &str) -> Asked {
    Asked(takes(state, &TypeName::parse(kind).unwrap()))
}

#[test]
fn a_case_takes_over_each_other_history_once_and_never_itself() {
    let rules = rules();
    let case = after(&rules, [report(), links(LINK, "case-2")]);
    case.when(links(SECOND, "case-1")).then_refused("intake.linked-to-itself");
    case.when(links(SECOND, "case-2")).then_refused("intake.already-linked");
    case.when(links(LINK, "case-3")).then_refused("intake.link-id-taken");
    case.when(links(SECOND, "case-3")).then_admitted([]);
}

#[test]
fn an_absorbed_history_answers_its_reporters_and_takes_nothing_else() {
    let rules = rules();
    let case = after(&rules, [report(), absorbed()]);
    for kind in [
        "intake.report-acknowledged.v1",
        "intake.reports-unlinked.v1",
        "justice.reporter-feedback-sent.v1",
        "mandatory-reporting.police-accepted.v1",
        "mandatory-reporting.registered-with-authority.v1",
    ] {
        asked(case.state(), kind).then_taken();
    }
    for kind in ["intake.case-opened.v1", "intake.reports-linked.v1", "referral.made.v1"] {
        asked(case.state(), kind).then_refused("intake.history-linked");
    }
    asked(after(&rules, [report()]).state(), "intake.case-opened.v1").then_taken();
}

#[test]
fn a_link_is_undone_by_its_id_and_the_history_goes_on_by_itself() {
    let rules = rules();
    let case = after(&rules, [report(), absorbed()]);
    case.when(unlinks(SECOND)).then_refused("intake.unknown-link");
    case.when(unlinks(LINK)).then_admitted([]);
    let alone = after(&rules, [report(), absorbed(), unlinks(LINK)]);
    asked(alone.state(), "intake.case-opened.v1").then_taken();
    alone.when(unlinks(LINK)).then_refused("intake.unknown-link");
}

#[test]
fn nobody_is_owed_an_answer_along_a_chain() {
    let rules = rules();
    Asked(linkable(after(&rules, [report()]).state())).then_taken();
    Asked(linkable(after(&rules, [report(), absorbed()]).state())).then_refused("intake.history-linked");
    let primary = after(&rules, [report(), links(LINK, "case-2")]);
    Asked(linkable(primary.state())).then_refused("intake.has-links");
    Asked(linkable(after(&rules, [report(), links(LINK, "case-2"), settled(LINK)]).state())).then_taken();
}
