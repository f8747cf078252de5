//! The facts of these tests: a case of one child that was planned in April 2026 and is well by November.

use jurisdiction::{RuleFile, Rules};
use serde_json::{Value, json};
use vocabulary::Version;
use vocabulary::closure::{
    Approved, Closed, Closure as Said, ClosureType, Consented, FileSealed, Objected, Proposed, Rejected,
    Reopened,
};
use vocabulary::given::said;
use vocabulary::{AgencyCode, CaseFact, Fact, Instant, TypeName};

pub(super) const PROPOSAL: &str = "00000000-0000-4000-8000-000000000001";
pub(super) const REPORT: &str = "00000000-0000-4000-8000-000000000002";
pub(super) const REFERRAL: &str = "00000000-0000-4000-8000-000000000003";
pub(super) const ORDER: &str = "00000000-0000-4000-8000-000000000004";
pub(super) const OTHER: &str = "00000000-0000-4000-8000-000000000009";
pub(super) const CLOSED_AT: &str = "2026-11-20T10:00:00+08:00";

/// Any fact, by its type and clear properties.
pub(super) fn fact(agency: &str, id: &str, kind: &str, clear: Value) -> CaseFact {
    let clear = clear.as_object().unwrap().clone();
    let typed = Fact::read(kind, &clear).unwrap_or_else(|why| panic!("{why}"));
    // A fact without a type cannot be made by `said`, so it borrows the attributes of one that can.
    let mut fact = match typed {
        Fact::Other => said(agency, id, Said::Rejected(rejection(OTHER, &[]))),
        typed => said(agency, id, typed),
    };
    fact.attributes.kind = TypeName::parse(kind).unwrap();
    (fact.fact, fact.clear) = (Fact::read(kind, &clear).unwrap(), clear);
    fact
}

/// The same fact, said by another agency.
pub(super) fn by(agency: &str, mut fact: CaseFact) -> CaseFact {
    fact.attributes.source.agency = AgencyCode::parse(agency).unwrap();
    fact
}

/// The same fact, recorded at another moment.
pub(super) fn recorded(at: &str, mut fact: CaseFact) -> CaseFact {
    fact.recorded = Instant::parse(at).unwrap();
    fact
}

pub(super) fn opened() -> CaseFact {
    let children = json!([{"label": "A", "age_band": "6-13", "sex": "female"}]);
    let data = json!({"opened_at": "2026-03-30T15:20:00+08:00", "reports": [REPORT], "children": children, "lead": "psb"});
    fact("wbo", OTHER, "intake.case-opened.v1", data)
}

pub(super) fn proposed() -> CaseFact {
    proposed_as(ClosureType::GoalMet)
}

/// A school, in the place of a station, proposes to close the case.
pub(super) fn proposed_as(closure_type: ClosureType) -> CaseFact {
    proposed_at(closure_type, "2026-11-20T00:00:00+08:00")
}

pub(super) fn proposed_at(closure_type: ClosureType, at: &str) -> CaseFact {
    let proposed_at = at.to_owned();
    said("sch-12", PROPOSAL, Said::Proposed(Proposed { closure_type, proposed_at }))
}

fn rejection(proposal: &str, failed: &[&str]) -> Rejected {
    let failed = failed.iter().map(|&code| code.to_owned()).collect();
    Rejected { proposal: proposal.to_owned(), failed, rejected_at: CLOSED_AT.to_owned() }
}

pub(super) fn rejected_for(proposal: &str, failed: &[&str]) -> CaseFact {
    said("wbo", OTHER, Said::Rejected(rejection(proposal, failed)))
}

pub(super) fn rejected(proposal: &str) -> CaseFact {
    rejected_for(proposal, &["follow-up-finished"])
}

fn closing(proposal: &str, closure_type: ClosureType, closed_at: &str) -> CaseFact {
    let (proposal, closed_at) = (proposal.to_owned(), closed_at.to_owned());
    let fact = said(
        "wbo",
        OTHER,
        Said::Closed(Closed {
            proposal,
            closed_at: closed_at.clone(),
            closure_type,
            retention_class: None,
            to_be_sealed: None,
        }),
    );
    recorded(&closed_at, fact)
}

/// The coordinator closes the case on 20 November 2026, and the bus records it at that moment.
pub(super) fn closed(proposal: &str) -> CaseFact {
    closing(proposal, ClosureType::GoalMet, CLOSED_AT)
}

pub(super) fn closed_as(closure_type: ClosureType, closed_at: &str) -> CaseFact {
    closing(PROPOSAL, closure_type, closed_at)
}

pub(super) fn report_filed() -> CaseFact {
    let at = "2026-03-30T14:18:00+08:00";
    let data = json!({"discovered_at": at, "filed_to": "psb-03", "reporter_type": "medical", "situation_code": "R2", "children": []});
    fact("hsp-01", REPORT, "mandatory-reporting.report-filed.v1", data)
}

pub(super) fn criminal_case_filed() -> CaseFact {
    let data = json!({"report": REPORT, "filed_at": "2026-03-30T16:10:00+08:00"});
    fact("psb", OTHER, "mandatory-reporting.criminal-case-filed.v1", data)
}

pub(super) fn reporter_told(kind: &str) -> CaseFact {
    let data = json!({"report": REPORT, "kind": kind, "to": "hsp-01", "sent_at": CLOSED_AT});
    fact("psb", OTHER, "justice.reporter-feedback-sent.v1", data)
}

pub(super) fn referred() -> CaseFact {
    let data = json!({"to": "ngo-07", "purpose": "counselling", "urgency": "routine"});
    fact("wbo", REFERRAL, "referral.made.v1", data)
}

/// A step of the referral, with what this step asks to know.
pub(super) fn referral(step: &str, more: Value) -> CaseFact {
    let mut data = json!({"referral": REFERRAL, (format!("{step}_at")): CLOSED_AT});
    data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
    fact("ngo-07", OTHER, &format!("referral.{step}.v1"), data)
}

pub(super) fn concluded(result: &str) -> CaseFact {
    let data = json!({"conference": OTHER, "result": result, "concluded_at": "2026-04-02T16:30:00+08:00",
                      "attended": ["psb", "cab"], "child_view": "written"});
    fact("wbo", OTHER, "case-conference.concluded.v1", data)
}

pub(super) fn planned_at(adopted_at: &str) -> CaseFact {
    let tasks = json!([{"task": "visits", "owner": "sch-12", "due": "2026-10-31"}]);
    let data =
        json!({"adopted_at": adopted_at, "review_at": "2026-05-03", "tasks": tasks, "owners": ["sch-12"]});
    fact("wbo", OTHER, "case-conference.plan-adopted.v1", data)
}

pub(super) fn safety(assessed_at: &str, danger_now: bool) -> CaseFact {
    let data = json!({"assessed_at": assessed_at, "danger_now": danger_now, "tool_version": "safety-2.1"});
    fact("sch-12", OTHER, "guardianship.safety-assessed.v1", data)
}

pub(super) fn graded(assigned_at: &str, grade: &str) -> CaseFact {
    graded_until(assigned_at, grade, None)
}

pub(super) fn graded_until(assigned_at: &str, grade: &str, valid_until: Option<&str>) -> CaseFact {
    let mut data = json!({"grade": grade, "scheme": "s", "scheme_version": "1", "assigned_at": assigned_at});
    if let Some(until) = valid_until {
        data["valid_until"] = until.into();
    }
    fact("wbo", OTHER, "follow-up.risk-grade-assigned.v1", data)
}

pub(super) fn changed(changed_at: &str, from: &str, to: &str) -> CaseFact {
    let data = json!({"from": from, "to": to, "reason_code": "plan-working", "assessors": 2, "changed_at": changed_at});
    fact("wbo", OTHER, "follow-up.risk-grade-changed.v1", data)
}

pub(super) fn visited(visited_at: &str, grade: &str) -> CaseFact {
    let data = json!({"visited_at": visited_at, "mode": "scan", "outcome": "ok", "grade": grade});
    fact("sch-12", OTHER, "follow-up.visit-recorded.v1", data)
}

/// Everything that a case of medium risk needs before 20 November 2026, by a name for each.
pub(super) fn settled() -> Vec<(&'static str, CaseFact)> {
    vec![
        ("opened", opened()),
        ("report", report_filed()),
        ("told", reporter_told("outcome")),
        ("conference", concluded("plan")),
        ("plan", planned_at("2026-04-03T09:00:00+08:00")),
        ("medium", graded("2026-04-03T10:00:00+08:00", "L2")),
        ("low", changed("2026-10-01T10:00:00+08:00", "L2", "L1")),
        ("task", task_done("visits")),
        ("visit", visited("2026-11-10T10:00:00+08:00", "L1")),
        ("safe", safety("2026-11-01T10:00:00+08:00", false)),
    ]
}

pub(super) fn settled_and_proposed() -> Vec<CaseFact> {
    settled().into_iter().map(|(_, fact)| fact).chain([proposed()]).collect()
}

/// The small region, and the rest of what a region may ask before a case closes.
pub(super) fn whole() -> Rules {
    let mut files = jurisdiction::given::files();
    let more = include_str!("whole.toml");
    files.iter_mut().filter(|file: &&mut RuleFile| file.path == "closure.toml").for_each(|file| {
        file.content = format!("[reopening]\nmonths = 12\n\n{}\n{more}", file.content);
    });
    Rules::read(&files, Version(1)).unwrap_or_else(|faults| panic!("{faults:?}"))
}

pub(super) fn consented(agency: &str) -> CaseFact {
    said(
        agency,
        OTHER,
        Said::Consented(Consented { proposal: PROPOSAL.to_owned(), consented_at: CLOSED_AT.to_owned() }),
    )
}

pub(super) fn objected(agency: &str) -> CaseFact {
    let (proposal, objected_at) = (PROPOSAL.to_owned(), CLOSED_AT.to_owned());
    said(
        agency,
        OTHER,
        Said::Objected(Objected { proposal, objected_at, reason_code: "work-goes-on".to_owned() }),
    )
}

pub(super) fn approved(agency: &str) -> CaseFact {
    approved_at(agency, CLOSED_AT)
}

pub(super) fn approved_at(agency: &str, at: &str) -> CaseFact {
    let fact = said(
        agency,
        OTHER,
        Said::Approved(Approved { proposal: PROPOSAL.to_owned(), approved_at: at.to_owned() }),
    );
    recorded(CLOSED_AT, fact)
}

/// The coordinator closes the case and says what becomes of the file.
pub(super) fn closed_with_file() -> CaseFact {
    with_file(closed(PROPOSAL))
}

pub(super) fn with_file(mut fact: CaseFact) -> CaseFact {
    if let Fact::Closure(Said::Closed(said)) = &mut fact.fact {
        (said.retention_class, said.to_be_sealed) = (Some("standard".to_owned()), Some(true));
    }
    fact
}

pub(super) fn closed_for_good() -> Vec<CaseFact> {
    settled_and_proposed().into_iter().chain([approved("wbo"), closed_with_file()]).collect()
}

pub(super) fn reopened(at: &str) -> CaseFact {
    let said_so = Reopened { reopened_at: at.to_owned(), trigger: "new-report".to_owned(), report: None };
    recorded(at, said("wbo", OTHER, Said::Reopened(said_so)))
}

pub(super) fn sealed(at: &str) -> CaseFact {
    let said_so = FileSealed { sealed_at: at.to_owned(), retention_class: "standard".to_owned() };
    recorded(at, said("wbo", OTHER, Said::FileSealed(said_so)))
}

/// A task of the plan, done.
pub(super) fn task_done(task: &str) -> CaseFact {
    let data = json!({"plan": OTHER, "task": task, "completed_at": CLOSED_AT, "result_code": "goal-met"});
    fact("sch-12", OTHER, "case-conference.task-completed.v1", data)
}
