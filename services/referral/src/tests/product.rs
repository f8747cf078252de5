//! The whole table of the closed loop: every phase, every step, every side. The expected answers stand here by
//! themselves, so that a change of the rules shows as a change of this table.

use super::more::{offered, on, step, steps};
use super::*;
use crate::Phase;
use serde_json::json;

/// Facts that bring a referral of cab to ngo-07 into a phase.
fn reached(phase: Phase) -> Vec<CaseFact> {
    let by_sender = |whats: &[&str], last: &str| {
        let mut facts = steps(whats);
        facts.push(on("cab", last));
        facts
    };
    match phase {
        Phase::Offered => vec![opened(), offered()],
        Phase::Made => steps(&[]),
        Phase::Received => steps(&["received"]),
        Phase::Accepted => steps(&["received", "accepted"]),
        Phase::InProgress => steps(&["received", "accepted", "started"]),
        Phase::OnHold => steps(&["received", "accepted", "held"]),
        Phase::Returned => steps(&["received", "returned"]),
        Phase::ReturnStands => {
            let mut facts = steps(&["received", "returned"]);
            facts.push(on("wbo", "arbitrated"));
            facts
        }
        Phase::Completed => steps(&["received", "accepted", "completed"]),
        Phase::Failed => steps(&["received", "accepted", "failed"]),
        Phase::Cancelled => by_sender(&[], "cancelled"),
        Phase::EnteredInError => by_sender(&[], "entered-in-error"),
    }
}

/// Who may take the step at all, and the phases in which that side is admitted, in the order of [`Phase::ALL`]:
/// offered, made, received, accepted, in progress, on hold, returned, return stands, completed, failed, cancelled,
/// entered in error. Cancellation is answered in a table of its own, because it was asked for.
#[rustfmt::skip]
const TABLE: &[(&str, &str, &str)] = &[
    //                                   o m r a p h t s c f x e
    ("received",               "ngo-07", ". y . . . . . . . . . ."),
    ("accepted",               "ngo-07", ". . y . . . . . . . . ."),
    ("returned",               "ngo-07", ". . y . . . . . . . . ."),
    ("claimed",                "ngo-07", "y . . . . . . . . . . ."),
    ("started",                "ngo-07", ". . . y . . . . . . . ."),
    ("held",                   "ngo-07", ". . . y y . . . . . . ."),
    ("resumed",                "ngo-07", ". . . . . y . . . . . ."),
    ("appointment-missed",     "ngo-07", ". . . y y . . . . . . ."),
    ("completed",              "ngo-07", ". . . y y . . . . . . ."),
    ("failed",                 "ngo-07", ". . . y y y . . . . . ."),
    ("cancellation-agreed",    "ngo-07", ". . . . . . . . . . . ."),
    ("cancellation-refused",   "ngo-07", ". . . . . . . . . . . ."),
    ("cancelled",              "cab",    "y y y y . . . . . . . ."),
    ("cancellation-requested", "cab",    ". . . . y y . . . . . ."),
    ("entered-in-error",       "cab",    "y y y . . . y . . . . ."),
    ("arbitrated",             "wbo",    ". . . . . . y . . . . ."),
];

/// The sender, the addressee, the coordinator and a stranger.
const SIDES: [&str; 4] = ["cab", "ngo-07", "wbo", "hlt"];

/// Whether the bus would admit it: by the roles of its contract, then by the stage.
fn is_admitted(case: &Given<'_, Rules, Referral>, rules: &Rules, fact: CaseFact) -> bool {
    may_say(&fact, rules) && {
        let proposed = vocabulary::Proposed::new(fact.attributes, fact.fact, fact.recorded);
        crate::admit::admit(case.state(), &proposed, rules).is_ok()
    }
}

/// Whether the publisher holds a role that the contract of the fact names.
fn may_say(fact: &CaseFact, rules: &Rules) -> bool {
    let what = fact.attributes.kind.as_str().strip_prefix("referral.").unwrap();
    let schemas = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../schemas/referral");
    let text = std::fs::read_to_string(schemas.join(format!("{what}.json"))).unwrap();
    let contract: serde_json::Value = serde_json::from_str(&text).unwrap();
    let mut roles = contract["x-publishers"].as_array().unwrap().iter().map(|role| role.as_str().unwrap());
    roles.any(|role| rules.holds(&fact.attributes.source.agency, role, fact.recorded))
}

/// The answers of a row, one for each of `columns`.
fn answers(row: &str, columns: usize) -> Vec<bool> {
    let row: Vec<_> = row.split(' ').map(|answer| answer == "y").collect();
    assert_eq!(row.len(), columns);
    row
}

#[test]
fn every_phase_step_and_side_answers_as_the_table_says() {
    let rules = rules();
    let (mut tried, mut admitted) = (0, 0);
    for (at, phase) in Phase::ALL.iter().enumerate() {
        let case = after(&rules, reached(*phase));
        assert_eq!(case.state().requests.values().next().unwrap().phase, *phase);
        for (what, side, row) in TABLE {
            for by in SIDES {
                let expected = by == *side && answers(row, Phase::ALL.len())[at];
                let answer = is_admitted(&case, &rules, on(by, what));
                assert_eq!(answer, expected, "{what} by {by} when {phase:?}");
                tried += 1;
                admitted += usize::from(expected);
            }
        }
    }
    println!("the closed loop: {tried} answers, {admitted} of them yes");
    assert_eq!((tried, admitted), (12 * 16 * 4, 26));
}

/// Who may say what of the lead: while there is no case, cab leads, it has offered the lead to psb-03, that has taken
/// it, that has declined it. All others may say nothing.
#[rustfmt::skip]
const LEAD: &[(&str, &str, &str)] = &[
    //                          no cab off taken declined
    ("lead-offered",  "cab",    ". y . . y"),
    ("lead-offered",  "psb-03", ". . . y ."),
    ("lead-offered",  "wbo",    ". y . y y"),
    ("lead-accepted", "psb-03", ". . y . ."),
    ("lead-declined", "psb-03", ". . y . ."),
];

/// What somebody says of the lead; the offer, to `to`, is [`REFERRAL`].
fn on_the_lead(by: &str, what: &str, to: &str) -> CaseFact {
    let clear = match what {
        "lead-offered" => json!({"to": to, "offered_at": AT}),
        "lead-accepted" => json!({"offer": REFERRAL, "lead": by, "accepted_at": AT}),
        "lead-declined" => json!({"offer": REFERRAL, "declined_at": AT, "reason_code": "other"}),
        other => panic!("{other}"),
    };
    step(by, REFERRAL, what, clear)
}

#[test]
fn the_lead_is_offered_taken_and_declined_as_the_table_says() {
    let rules = rules();
    let offer = || on_the_lead("cab", "lead-offered", "psb-03");
    let answered = |what| vec![opened(), offer(), on_the_lead("psb-03", what, "")];
    let histories = [
        vec![],
        vec![opened()],
        vec![opened(), offer()],
        answered("lead-accepted"),
        answered("lead-declined"),
    ];
    let (mut tried, mut admitted) = (0, 0);
    for (at, history) in histories.iter().enumerate() {
        let case = after(&rules, history.clone());
        for what in ["lead-offered", "lead-accepted", "lead-declined"] {
            for by in ["cab", "psb-03", "wbo", "hlt", "ngo-07"] {
                let row = LEAD.iter().find(|(step, side, _)| (*step, *side) == (what, by));
                let expected = row.is_some_and(|(_, _, row)| answers(row, histories.len())[at]);
                let answer = is_admitted(&case, &rules, on_the_lead(by, what, "edu"));
                assert_eq!(answer, expected, "{what} by {by} in history {at}");
                tried += 1;
                admitted += usize::from(expected);
            }
        }
    }
    println!("the lead: {tried} answers, {admitted} of them yes");
    assert_eq!((tried, admitted), (5 * 3 * 5, 8));
}

#[test]
fn a_cancellation_that_was_asked_for_is_answered_by_the_addressee_alone() {
    let rules = rules();
    for start in [Phase::InProgress, Phase::OnHold] {
        let case = after(&rules, reached(start).into_iter().chain([on("cab", "cancellation-requested")]));
        for by in SIDES {
            for answer in ["cancellation-agreed", "cancellation-refused"] {
                assert_eq!(is_admitted(&case, &rules, on(by, answer)), by == "ngo-07", "{answer} by {by}");
            }
            assert!(!is_admitted(&case, &rules, on(by, "cancellation-requested")));
        }
    }
}
