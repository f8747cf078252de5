//! A referral carries out what a conference decided.

use super::more::{SECOND, on};
use super::*;
use vocabulary::case_conference::{CaseConference, Concluded, Decision};

const CONFERENCE: &str = "00000000-0000-4000-8000-0000000000c1";

/// A case whose conference decided on counselling by ngo-07, and on a place at school by edu.
fn decided() -> Vec<CaseFact> {
    let decision = |label: &str, owner: &str| Decision { decision: label.to_owned(), owner: code(owner) };
    let concluded = Concluded {
        conference: CONFERENCE.to_owned(),
        result: "plan".to_owned(),
        concluded_at: AT.to_owned(),
        attended: vec![code("cab")],
        child_view: "heard".to_owned(),
        decisions: vec![decision("counselling", "ngo-07"), decision("school", "edu")],
    };
    vec![opened(), said("wbo", OTHER, CaseConference::Concluded(concluded))]
}

/// The referral of these tests, on a decision.
fn carries(to: &str, conference: Option<&str>, decision: Option<&str>) -> CaseFact {
    made_with(to, |made| {
        (made.conference, made.decision) = (conference.map(str::to_owned), decision.map(str::to_owned));
    })
}

fn again(to: &str, decision: &str) -> CaseFact {
    let mut fact = carries(to, Some(CONFERENCE), Some(decision));
    fact.attributes.id = SECOND.to_owned().try_into().unwrap();
    fact
}

#[test]
fn a_referral_names_a_decision_that_a_conference_took_for_that_agency() {
    let rules = rules();
    let case = after(&rules, decided());
    case.when(carries("ngo-07", Some(CONFERENCE), Some("counselling"))).then_admitted([]);
    case.when(carries("ngo-07", None, None)).then_admitted([]);
    for (conference, decision) in [
        (Some(CONFERENCE), Some("visits")),
        (Some(OTHER), Some("counselling")),
        (Some(CONFERENCE), None),
        (None, Some("counselling")),
    ] {
        case.when(carries("ngo-07", conference, decision)).then_refused("referral.no-such-decision");
    }
    case.when(carries("hsp-01", Some(CONFERENCE), Some("counselling")))
        .then_refused("referral.decided-for-another");
}

#[test]
fn a_decision_is_carried_out_once_and_again_where_that_came_to_nothing() {
    let rules = rules();
    let with = |steps: Vec<CaseFact>| {
        let made = carries("ngo-07", Some(CONFERENCE), Some("counselling"));
        after(&rules, decided().into_iter().chain([made]).chain(steps))
    };
    let by = |whats: &[&str]| whats.iter().map(|what| on("ngo-07", what)).collect::<Vec<_>>();
    for steps in [vec![], by(&["received", "accepted"]), by(&["received", "accepted", "completed"])] {
        with(steps).when(again("ngo-07", "counselling")).then_refused("referral.decision-carried");
    }
    for steps in
        [by(&["received", "returned"]), by(&["received", "accepted", "failed"]), vec![on("cab", "cancelled")]]
    {
        let case = with(steps);
        case.when(again("ngo-07", "counselling")).then_admitted([]);
        case.when(again("hsp-01", "counselling")).then_admitted([]); // whoever can
    }
    with(vec![]).when(again("edu", "school")).then_admitted([]);
}
