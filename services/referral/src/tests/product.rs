//! The whole table of the closed loop: every phase, every step, every side. The expected answers stand here by
//! themselves, so that a change of the rules shows as a change of this table.

use super::more::{offered, on, steps};
use super::*;
use crate::Phase;

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

fn is_admitted(case: &Given<'_, Rules, Referral>, rules: &Rules, fact: CaseFact) -> bool {
    let proposed = vocabulary::Proposed { attributes: fact.attributes, fact: fact.fact, now: fact.recorded };
    crate::admit::admit(case.state(), &proposed, rules).is_ok()
}

#[test]
fn every_phase_step_and_side_answers_as_the_table_says() {
    let rules = rules();
    let (mut tried, mut admitted) = (0, 0);
    for (at, phase) in Phase::ALL.iter().enumerate() {
        let case = after(&rules, reached(*phase));
        assert_eq!(case.state().requests.values().next().unwrap().phase, *phase);
        for (what, side, row) in TABLE {
            let row: Vec<&str> = row.split(' ').collect();
            assert_eq!(row.len(), Phase::ALL.len(), "{what}");
            for by in SIDES {
                // Only the coordinator's role may arbitrate: its contract holds the others off.
                if *what == "arbitrated" && by != *side {
                    continue;
                }
                let expected = by == *side && row[at] == "y";
                assert_eq!(
                    is_admitted(&case, &rules, on(by, what)),
                    expected,
                    "{what} by {by} when {phase:?}"
                );
                tried += 1;
                admitted += usize::from(expected);
            }
        }
    }
    println!("the closed loop: {tried} answers, {admitted} of them yes");
    assert_eq!((tried, admitted), (12 * (15 * 4 + 1), 26));
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
