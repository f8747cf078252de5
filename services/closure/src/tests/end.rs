//! The rest of the gate, the watch after an approval, and what a case that has ended still takes.

use super::facts::*;
use super::{after, unmet};
use crate::{Phase, takes};
use serde_json::json;
use vocabulary::closure::ClosureType;
use vocabulary::{CaseFact, TypeName};

/// What is unmet when the settled case, approved, is to be closed with a decision on its file.
#[track_caller]
fn owed(with: impl IntoIterator<Item = CaseFact>) -> Vec<String> {
    let rules = whole();
    let case = after(&rules, settled_and_proposed().into_iter().chain(with).chain([approved("wbo")]));
    let said = closed_with_file();
    let proposed = vocabulary::Proposed::new(said.attributes, said.fact, said.recorded);
    crate::admit::admit(case.state(), &proposed, &rules).err().map_or_else(Vec::new, |refusal| {
        assert_eq!(refusal.code, "closure.not-yet");
        refusal.unmet
    })
}

fn said(agency: &str, id: &str, kind: &str, data: serde_json::Value) -> CaseFact {
    fact(agency, id, kind, data)
}

#[test]
fn the_settled_case_closes_once_it_is_approved_and_its_file_decided() {
    assert_eq!(owed([]), [""; 0]);
    let rules = whole();
    let case = after(&rules, settled_and_proposed());
    assert_eq!(unmet(&case, &rules, closed(PROPOSAL)), ["approved", "file-decided"]);
}

#[test]
fn a_case_of_justice_has_ended_before_the_case_does() {
    let open = ["justice-ended"];
    let decided = |outcome: &str| {
        let data = json!({"decided_at": CLOSED_AT, "outcome": outcome});
        said("pro", OTHER, "justice.prosecution-decided.v1", data)
    };
    let told = || reporter_told("progress");
    assert_eq!(owed([criminal_case_filed(), told()]), open);
    assert_eq!(owed([criminal_case_filed(), told(), decided("prosecute")]), open);
    assert_eq!(owed([criminal_case_filed(), told(), decided("conditional")]), open);
    assert_eq!(owed([criminal_case_filed(), told(), decided("not-prosecute")]), [""; 0]);
    let judged = said("crt", OTHER, "justice.judgment-delivered.v1", json!({"delivered_at": CLOSED_AT}));
    assert_eq!(owed([criminal_case_filed(), told(), judged]), [""; 0]);
    let data = json!({"report": REPORT, "accepted_at": CLOSED_AT});
    let accepted = said("psb", OTHER, "mandatory-reporting.administrative-case-accepted.v1", data);
    assert_eq!(owed([accepted.clone()]), open);
    let data = json!({"case": OTHER, "outcome": "punished", "decided_at": CLOSED_AT});
    let ended = said("psb", OTHER, "mandatory-reporting.administrative-case-decided.v1", data);
    assert_eq!(owed([accepted, ended]), [""; 0]);
}

#[test]
fn every_task_is_done_or_another_took_its_place() {
    let assigned = |task: &str, instead: Option<&str>| {
        let mut data = json!({"plan": OTHER, "task": task, "owner": "ngo-07", "due": "2026-12-01", "assigned_at": CLOSED_AT});
        if let Some(instead) = instead {
            data["instead_of"] = instead.into();
        }
        said("wbo", OTHER, "case-conference.task-assigned.v1", data)
    };
    assert_eq!(owed([assigned("counselling", None)]), ["tasks-done"]);
    assert_eq!(owed([assigned("counselling", None), task_done("counselling")]), [""; 0]);
    let replaced = [assigned("counselling", None), assigned("group", Some("counselling"))];
    assert_eq!(owed(replaced.clone()), ["tasks-done"], "the other one is owed now");
    assert_eq!(owed(replaced.into_iter().chain([task_done("group")])), [""; 0]);
}

#[test]
fn what_was_asked_is_answered() {
    for (asks, answers, names) in [
        ("governance.supervision-notice-issued.v1", "governance.supervision-replied.v1", "notice"),
        ("governance.suggestion-issued.v1", "governance.suggestion-replied.v1", "suggestion"),
    ] {
        let asked = said("wcc", REFERRAL, asks, json!({"to": "psb", "issued_at": CLOSED_AT}));
        let answered = |id: &str| said("psb", OTHER, answers, json!({names: id, "replied_at": CLOSED_AT}));
        assert_eq!(owed([asked.clone()]), ["answered"]);
        assert_eq!(owed([asked.clone(), answered(OTHER)]), ["answered"], "another one was");
        assert_eq!(owed([asked, answered(REFERRAL)]), [""; 0]);
    }
}

#[test]
fn a_case_goes_to_another_region_when_that_has_taken_it_over() {
    let rules = whole();
    let offered = |id: &str| {
        said(
            "wbo",
            id,
            "closure.transfer-offered.v1",
            json!({"offered_at": CLOSED_AT, "to_region": "999902"}),
        )
    };
    let accepted = |id: &str| {
        let data = json!({"transfer": id, "accepted_at": CLOSED_AT});
        said("wbo", OTHER, "closure.transfer-accepted.v1", data)
    };
    let with = |facts: Vec<CaseFact>| {
        let proposed = [proposed_as(ClosureType::TransferredRegion)];
        after(&rules, settled_and_proposed().into_iter().chain(facts).chain(proposed))
    };
    let earlier = vec![offered(REFERRAL), offered(REPORT), accepted(REFERRAL)];
    for waits in [vec![], vec![offered(REFERRAL)], earlier] {
        assert_eq!(unmet(&with(waits), &rules, approved("wbo")), ["transfer-accepted"]);
    }
    with(vec![offered(REFERRAL), offered(REPORT), accepted(REPORT)]).when(approved("wbo")).then_admitted([]);
    assert_eq!(owed([offered(REFERRAL)]), [""; 0], "a case that ends otherwise does not wait for it");
}

#[test]
fn the_last_word_of_an_agency_counts() {
    assert_eq!(owed([consented("psb"), objected("psb")]), ["no-objection"]);
    assert_eq!(owed([objected("psb"), consented("psb")]), [""; 0]);
}

#[test]
fn a_case_of_critical_risk_needs_the_consent_that_the_region_asks_for() {
    let critical = || changed("2026-05-01T10:00:00+08:00", "L2", "L4");
    let rules = whole();
    let without = after(&rules, settled_and_proposed().into_iter().chain([critical()]));
    let all = ["follow-up-finished", "approved:police"];
    let asked = unmet(&without, &rules, approved("wbo"));
    assert!(asked.contains(&all[1].to_owned()), "{asked:?}");
    let with = after(&rules, settled_and_proposed().into_iter().chain([critical(), consented("psb")]));
    assert!(!unmet(&with, &rules, approved("wbo")).contains(&all[1].to_owned()));
}

#[test]
fn whoever_is_worried_ends_the_watch() {
    let rules = whole();
    let watched = || settled_and_proposed().into_iter().chain([approved("wbo")]);
    let phase = |fact: Option<CaseFact>| after(&rules, watched().chain(fact)).state().phase.clone();
    assert!(matches!(phase(None), Phase::Watched(_)));
    let mut worried = visited("2026-12-01T10:00:00+08:00", "L1");
    if let vocabulary::Fact::FollowUp(vocabulary::follow_up::FollowUp::VisitRecorded(said)) =
        &mut worried.fact
    {
        said.outcome = "concern".to_owned();
    }
    let concern = said(
        "sch-12",
        OTHER,
        "follow-up.visit-concern-raised.v1",
        json!({"raised_at": CLOSED_AT, "concern_code": "low-mood", "urgency": "urgent"}),
    );
    let violated = said(
        "psb",
        OTHER,
        "guardianship.protection-order-violated.v1",
        json!({"application": ORDER, "violated_at": CLOSED_AT, "manner": "contact"}),
    );
    let raised = changed("2026-12-01T10:00:00+08:00", "L1", "L2");
    for worry in [worried, concern, violated, raised, report_filed()] {
        assert_eq!(phase(Some(worry.clone())), Phase::Open, "{:?}", worry.attributes.kind);
    }
    for calm in [visited("2026-12-01T10:00:00+08:00", "L1"), changed("2026-12-01T10:00:00+08:00", "L1", "L0")]
    {
        assert!(matches!(phase(Some(calm)), Phase::Watched(_)));
    }
}

#[test]
fn a_closed_case_takes_what_governs_it_and_a_sealed_one_decisions_on_access_alone() {
    let rules = whole();
    let taken = |history: Vec<CaseFact>, kind: &str| {
        takes(after(&rules, history).state(), &TypeName::parse(kind).unwrap()).map_err(|refusal| refusal.code)
    };
    let (visit, explained) = ("follow-up.visit-recorded.v1", "governance.breach-explained.v1");
    let access = "justice.sealed-record-access-decided.v1";
    assert_eq!(taken(settled_and_proposed(), visit), Ok(()));
    assert_eq!(taken(closed_for_good(), visit), Err("closure.already-closed"));
    assert_eq!(taken(closed_for_good(), access), Err("closure.already-closed"));
    assert_eq!(taken(closed_for_good(), explained), Ok(()));
    let sealed = || closed_for_good().into_iter().chain([sealed("2026-12-01T10:00:00+08:00")]).collect();
    assert_eq!(taken(sealed(), access), Ok(()));
    assert_eq!(taken(sealed(), explained), Err("closure.sealed"));
    assert_eq!(taken(sealed(), visit), Err("closure.sealed"));
    let again = closed_for_good().into_iter().chain([reopened("2026-12-01T10:00:00+08:00")]).collect();
    assert_eq!(taken(again, visit), Ok(()));
}

#[test]
fn neither_an_approval_nor_a_closing_comes_while_a_clock_holds_it_back() {
    let rules = whole();
    let settled = after(&rules, settled_and_proposed());
    let held = after(&rules, settled_and_proposed()).held_by(&["K29"]);
    settled.when(approved("wbo")).then_admitted([]);
    held.when(approved("wbo")).then_refused("closure.not-yet");
    let watched = || after(&rules, settled_and_proposed().into_iter().chain([approved("wbo")]));
    watched().when(closed_with_file()).then_admitted([]);
    watched().held_by(&["K29"]).when(closed_with_file()).then_refused("closure.not-yet");
    held.when(rejected_for(PROPOSAL, &["clocks-over"])).then_admitted([]);
}

#[test]
fn every_decision_of_a_conference_became_a_referral_or_a_task() {
    let mut decided = concluded("plan");
    if let vocabulary::Fact::CaseConference(vocabulary::case_conference::CaseConference::Concluded(said)) =
        &mut decided.fact
    {
        let decision = |label: &str| json!({"decision": label, "owner": "ngo-07"});
        said.decisions =
            serde_json::from_value(json!([decision("counselling"), decision("escort")])).unwrap();
    }
    let carried = |id: &str, decision: &str| {
        let data = json!({"to": "ngo-07", "purpose": "counselling", "urgency": "routine",
                          "conference": OTHER, "decision": decision});
        fact("wbo", id, "referral.made.v1", data)
    };
    let open = |facts: Vec<CaseFact>| {
        owed([decided.clone()].into_iter().chain(facts)).contains(&"decisions-carried".to_owned())
    };
    assert!(open(vec![]));
    assert!(open(vec![carried(REFERRAL, "counselling")]), "one of two");
    let both = || vec![carried(REFERRAL, "counselling"), carried(ORDER, "escort")];
    assert!(!open(both()));
    let cancelled = referral("cancelled", json!({"reason_code": "duplicate"}));
    assert!(open(both().into_iter().chain([cancelled]).collect()), "nobody carries it out now");
    let failed = referral("failed", json!({"reason_code": "declined"}));
    assert!(!open(both().into_iter().chain([failed]).collect()), "it failed with its reason");
    let plan = json!({"adopted_at": CLOSED_AT, "review_at": "2027-05-03", "owners": ["ngo-07"],
                      "tasks": [{"task": "escort", "owner": "ngo-07", "due": "2027-01-31"}]});
    let plan = fact("wbo", OTHER, "case-conference.plan-adopted.v1", plan);
    assert!(!open(vec![carried(REFERRAL, "counselling"), plan]), "a task of the same label");
}

#[test]
fn a_kind_of_closing_that_is_exempt_from_a_condition_is_not_asked_for_it() {
    let rules = whole();
    let history = [opened(), proposed_as(ClosureType::Merged)];
    let asked = unmet(&after(&rules, history), &rules, closed_as(ClosureType::Merged, CLOSED_AT));
    assert!(
        asked.contains(&"approved".to_owned()) && !asked.contains(&"no-open-referral".to_owned()),
        "{asked:?}"
    );
}
