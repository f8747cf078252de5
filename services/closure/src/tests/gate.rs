//! Each condition of the region: what breaks it, and what mends it. The case is settled but for one thing.

use super::facts::*;
use super::{after, unmet};
use jurisdiction::{Rules, given::rules};
use serde_json::json;
use vocabulary::CaseFact;
use vocabulary::closure::ClosureType;

/// What is unmet on 20 November 2026, when some facts are missing from the settled case and others are added.
#[track_caller]
fn owed(without: &[&str], with: impl IntoIterator<Item = CaseFact>) -> Vec<String> {
    owed_as(&rules(), ClosureType::GoalMet, without, with)
}

#[track_caller]
fn owed_as(
    rules: &Rules,
    kind: ClosureType,
    without: &[&str],
    with: impl IntoIterator<Item = CaseFact>,
) -> Vec<String> {
    let kept = settled().into_iter().filter(|(name, _)| !without.contains(name)).map(|(_, fact)| fact);
    let case = after(rules, kept.chain(with).chain([proposed_as(kind)]));
    unmet_or_none(&case, rules, closed_as(kind, CLOSED_AT))
}

fn unmet_or_none(
    case: &vocabulary::given::Given<'_, Rules, crate::Closure>,
    rules: &Rules,
    fact: CaseFact,
) -> Vec<String> {
    let proposed = vocabulary::Proposed::new(fact.attributes, fact.fact, fact.recorded);
    match crate::admit::admit(case.state(), &proposed, rules) {
        Ok(_) => Vec::new(),
        Err(refusal) => {
            assert_eq!(refusal.code, "closure.not-yet");
            refusal.unmet
        }
    }
}

const NOTHING: [&str; 0] = [];
const SAFETY: [&str; 1] = ["safety-assessed"];
const LOW: [&str; 1] = ["grade-low"];
const FOLLOW_UP: [&str; 1] = ["follow-up-finished"];
const GUARDIANSHIP: [&str; 1] = ["guardianship-settled"];

#[test]
fn the_settled_case_owes_nothing() {
    assert_eq!(owed(&[], []), NOTHING);
}

#[test]
fn the_latest_safety_assessment_is_fresh_and_finds_no_danger() {
    assert_eq!(owed(&["safe"], []), SAFETY);
    assert_eq!(owed(&["safe"], [safety("2026-10-21T00:00:00+08:00", false)]), NOTHING, "thirty days");
    assert_eq!(owed(&["safe"], [safety("2026-10-20T23:59:59+08:00", false)]), SAFETY, "thirty-one");
    assert_eq!(owed(&[], [safety("2026-11-02T10:00:00+08:00", true)]), SAFETY);
    assert_eq!(owed(&[], [safety("2026-10-31T10:00:00+08:00", true)]), NOTHING, "an older one came late");
    assert_eq!(
        owed(&[], [safety("2026-12-01T10:00:00+08:00", false)]),
        SAFETY,
        "nobody has assessed tomorrow"
    );
}

#[test]
fn the_grade_is_low_at_two_looks_a_month_apart() {
    assert_eq!(owed(&["low"], []), LOW, "a visitor lowers nothing");
    assert_eq!(
        owed(&["low"], [changed("2026-10-12T10:00:00+08:00", "L2", "L1")]),
        LOW,
        "29 days before the visit"
    );
    assert_eq!(owed(&["low"], [changed("2026-10-11T10:00:00+08:00", "L2", "L1")]), NOTHING, "30 days");
    assert_eq!(
        owed(&["medium", "low"], [visited("2026-09-01T10:00:00+08:00", "L0")]),
        LOW,
        "no grade of the case"
    );
}

#[test]
fn a_good_impression_before_the_grade_fell_is_no_low_look() {
    let visited = visited("2026-09-01T10:00:00+08:00", "L1");
    let changed = changed("2026-11-01T10:00:00+08:00", "L2", "L1");
    assert_eq!(owed(&["low"], [visited, changed]), LOW, "nine days between the change and the last visit");
}

#[test]
fn what_a_visitor_sees_holds_a_case_open() {
    let seen = |at: &str| [visited(at, "L2")];
    assert_eq!(owed(&[], seen("2026-11-11T10:00:00+08:00")), LOW, "the last look");
    assert_eq!(owed(&[], seen("2026-10-20T10:00:00+08:00")), LOW, "in between: the two looks begin anew");
    assert_eq!(owed(&[], seen("2026-09-20T10:00:00+08:00")), NOTHING, "before the grade fell");
}

#[test]
fn a_grade_that_lapsed_counts_as_one_higher() {
    let low = |until| [graded_until("2026-10-02T10:00:00+08:00", "L1", Some(until))];
    assert_eq!(owed(&[], low("2026-11-20")), NOTHING);
    assert_eq!(owed(&[], low("2026-11-19")), LOW);
}

#[test]
fn a_child_that_was_away_is_back_or_stays_for_good_somewhere() {
    let away = || {
        fact(
            "psb",
            OTHER,
            "guardianship.child-removed.v1",
            json!({"removed_at": "2025-09-01T10:00:00+08:00", "ground": "no-care"}),
        )
    };
    let handed = || {
        fact(
            "psb",
            OTHER,
            "guardianship.placement-handed-over.v1",
            json!({"to": "cab", "handed_over_at": "2025-09-01T10:00:00+08:00", "written": true}),
        )
    };
    let temporary = || {
        fact(
            "cab",
            OTHER,
            "guardianship.temporary-guardianship-started.v1",
            json!({"ground": "92-6", "started_at": "2025-09-01T12:00:00+08:00", "until": "2026-09-01"}),
        )
    };
    let returned = || {
        fact(
            "cab",
            OTHER,
            "guardianship.child-returned.v1",
            json!({"returned_at": "2025-11-01T10:00:00+08:00"}),
        )
    };
    let ended = |reason: &str| {
        fact(
            "cab",
            OTHER,
            "guardianship.temporary-guardianship-ended.v1",
            json!({"ended_at": "2025-11-01T10:00:00+08:00", "end_reason": reason}),
        )
    };
    for (away, back) in [
        (vec![away()], vec![returned()]),
        (vec![handed()], vec![returned()]),
        (vec![away(), handed(), temporary()], vec![returned(), ended("returned")]),
        (vec![away(), handed(), temporary()], vec![ended("returned"), returned()]),
        (vec![temporary(), handed()], vec![ended("kin-care")]),
    ] {
        assert_eq!(owed(&[], away.clone()), [GUARDIANSHIP, FOLLOW_UP].concat(), "{away:?}");
        assert_eq!(owed(&[], away.into_iter().chain(back)), NOTHING);
    }
    assert_eq!(owed(&[], [temporary(), returned()]), GUARDIANSHIP, "it ends by its own fact");
    let again = [away(), returned(), away()];
    assert_eq!(owed(&[], again), [GUARDIANSHIP, FOLLOW_UP].concat(), "the first return counts no more");
}

#[test]
fn no_order_protects_the_child_any_more_or_is_asked_for() {
    let applied = || {
        fact(
            "cab",
            ORDER,
            "guardianship.protection-order-applied.v1",
            json!({"to": "pro", "urgent": true, "applied_at": "2026-05-01T10:00:00+08:00"}),
        )
    };
    let decided = |granted: bool, until: &str| {
        let data = json!({"application": ORDER, "granted": granted, "decided_at": "2026-05-02T10:00:00+08:00", "valid_to": until});
        fact("pro", OTHER, "guardianship.protection-order-decided.v1", data)
    };
    let expired = || {
        fact(
            "pro",
            OTHER,
            "guardianship.protection-order-expired.v1",
            json!({"application": ORDER, "valid_to": "2026-11-20"}),
        )
    };
    let order = ["no-active-order"];
    assert_eq!(owed(&[], [applied()]), order);
    assert_eq!(owed(&[], [applied(), decided(true, "2026-11-20")]), order, "its last day");
    assert_eq!(owed(&[], [applied(), decided(true, "2026-11-19")]), NOTHING);
    assert_eq!(owed(&[], [applied(), decided(false, "2026-11-20")]), NOTHING);
    assert_eq!(owed(&[], [applied(), decided(true, "2026-11-20"), expired()]), NOTHING);
    let later = |kind: &str, mut data: serde_json::Value| {
        data["application"] = ORDER.into();
        fact("pro", OTHER, &format!("guardianship.protection-order-{kind}.v1"), data)
    };
    let extended = later("extended", json!({"extended_at": CLOSED_AT, "valid_to": "2027-05-19"}));
    assert_eq!(owed(&[], [applied(), decided(true, "2026-11-19"), extended]), order, "it holds longer");
    let reviewed = |outcome: &str| {
        later("reviewed", json!({"requested_at": CLOSED_AT, "decided_at": CLOSED_AT, "outcome": outcome}))
    };
    assert_eq!(owed(&[], [applied(), decided(true, "2026-11-20"), reviewed("upheld")]), order);
    assert_eq!(owed(&[], [applied(), decided(true, "2026-11-20"), reviewed("revoked")]), NOTHING);
}

#[test]
fn every_referral_has_ended() {
    let open = ["no-open-referral"];
    let received = || referral("received", json!({}));
    let accepted = || referral("accepted", json!({}));
    for history in [vec![referred()], vec![referred(), received()], vec![referred(), received(), accepted()]]
    {
        assert_eq!(owed(&[], history), open);
    }
    for end in [
        referral("returned", json!({"reason_code": "no-capacity"})),
        referral("completed", json!({"outcome": "goal-met"})),
        referral("failed", json!({"reason_code": "declined"})),
        referral("cancelled", json!({"reason_code": "duplicate"})),
    ] {
        assert_eq!(owed(&[], [referred(), received(), accepted(), end]), NOTHING);
    }
}

#[test]
fn the_reporter_of_each_report_was_told_the_outcome_and_of_a_criminal_case_its_progress() {
    let told = ["reporter-told"];
    assert_eq!(owed(&["told"], []), told);
    assert_eq!(owed(&["told"], [reporter_told("progress")]), told);
    assert_eq!(owed(&[], [criminal_case_filed()]), told);
    assert_eq!(owed(&[], [criminal_case_filed(), reporter_told("progress")]), NOTHING);
    assert_eq!(owed(&["told", "report"], []), NOTHING, "nobody reported by duty");
}

#[test]
fn the_reporters_of_a_linked_history_are_answered_or_the_link_is_undone() {
    let linked = || {
        let data = json!({"other": "case-2", "reason_code": "same-child", "linked_at": CLOSED_AT});
        fact("wbo", OTHER, "intake.reports-linked.v1", data)
    };
    let settled = |outcome: &str| {
        let data = json!({"link": OTHER, "outcome": outcome, "settled_at": CLOSED_AT});
        fact("bus", REFERRAL, "intake.link-settled.v1", data)
    };
    assert_eq!(owed(&[], [linked()]), ["reporter-told"]);
    for outcome in ["answered", "unlinked", "not-made"] {
        assert_eq!(owed(&[], [linked(), settled(outcome)]), NOTHING);
    }
}

#[test]
fn a_conference_that_decided_recorded_the_view_of_the_child() {
    let view = ["child-view-recorded"];
    assert_eq!(owed(&["conference"], []), view);
    assert_eq!(owed(&["conference"], [concluded("inquorate")]), view);
}

#[test]
fn every_missed_clock_was_explained_or_rebutted() {
    let clock = |kind: &str, more: serde_json::Value| {
        let mut data = json!({"clock": "K08", "instance": REPORT});
        data.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        fact("psb", OTHER, &format!("governance.{kind}.v1"), data)
    };
    let breached = || clock("clock-breached", json!({"due_at": CLOSED_AT, "owners": ["psb"]}));
    assert_eq!(owed(&[], [breached()]), ["breaches-explained"]);
    assert_eq!(owed(&[], [breached(), clock("breach-explained", json!({"reason_code": "other"}))]), NOTHING);
    assert_eq!(owed(&[], [breached(), clock("breach-rebutted", json!({"due_at": CLOSED_AT}))]), NOTHING);
    let of_another = clock("breach-rebutted", json!({"due_at": "2026-01-01T00:00:00+08:00"}));
    assert_eq!(
        owed(&[], [breached(), of_another]),
        ["breaches-explained"],
        "an earlier miss was none, not this one"
    );
}

#[test]
fn the_follow_up_lasts_its_months_from_the_first_plan_and_is_looked_at_at_their_end() {
    let from = |day: &str| [planned_at(&format!("{day}T10:00:00+08:00"))];
    assert_eq!(owed(&["plan"], []), FOLLOW_UP, "nobody planned");
    assert_eq!(owed(&["plan"], from("2026-08-20")), NOTHING, "three months to the day");
    assert_eq!(owed(&["plan"], from("2026-08-21")), FOLLOW_UP);
    assert_eq!(owed(&[], from("2026-11-01")), NOTHING, "a later plan does not begin anew");
    assert_eq!(owed(&["plan", "visit"], from("2026-08-20")), [LOW, FOLLOW_UP].concat(), "nobody looked");
    let early = [graded("2026-11-05T10:00:00+08:00", "L1"), visited("2026-10-19T10:00:00+08:00", "L1")];
    let early = early.into_iter().chain(from("2026-08-20"));
    assert_eq!(owed(&["plan", "visit"], early), FOLLOW_UP, "nobody looked in the last month");
}

#[test]
fn a_case_that_was_ever_graded_high_is_followed_up_longer() {
    let once =
        |grade: &str| [graded("2026-05-01T10:00:00+08:00", grade), planned_at("2026-05-21T10:00:00+08:00")];
    assert_eq!(owed(&["plan"], once("L2")), NOTHING);
    assert_eq!(owed(&["plan"], once("L3")), FOLLOW_UP, "six months from 21 May");
    assert_eq!(owed(&[], [graded("2026-05-01T10:00:00+08:00", "L3")]), NOTHING, "six months from 3 April");
    assert_eq!(owed(&[], [graded("2026-05-01T10:00:00+08:00", "L4")]), FOLLOW_UP, "twelve");
    assert_eq!(owed(&[], [visited("2026-05-01T10:00:00+08:00", "L4")]), FOLLOW_UP, "a visitor has seen it");
}

#[test]
fn a_date_in_the_future_makes_no_follow_up_longer() {
    let rules = rules();
    let kept = settled().into_iter().filter(|(name, _)| *name != "plan").map(|(_, fact)| fact);
    let case = after(&rules, kept.chain([planned_at("2026-08-21T10:00:00+08:00"), proposed()]));
    let tomorrow = recorded(CLOSED_AT, closed_as(ClosureType::GoalMet, "2026-11-21T10:00:00+08:00"));
    case.when(tomorrow.clone()).then_refused("closure.not-yet");
    assert_eq!(unmet(&case, &rules, tomorrow), FOLLOW_UP);
    case.when(closed_as(ClosureType::GoalMet, "2026-11-21T10:00:00+08:00")).then_admitted([]);
}

#[test]
fn a_kind_of_closure_is_not_asked_what_it_is_exempt_from() {
    let rules = rules();
    let bare = ["told", "conference", "plan", "medium", "low", "visit", "safe"];
    let open = || [referred()];
    assert_eq!(owed_as(&rules, ClosureType::Merged, &bare, open()), NOTHING);
    assert_eq!(owed_as(&rules, ClosureType::Death, &bare, open()), ["no-open-referral", "reporter-told"]);
    let unfounded = ["safety-assessed", "no-open-referral", "reporter-told"];
    assert_eq!(owed_as(&rules, ClosureType::Unfounded, &bare, open()), unfounded);
}
