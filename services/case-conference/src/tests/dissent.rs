//! Who agrees with what was decided, and what becomes of a dissent.

use super::*;
use vocabulary::case_conference::{DissentEscalated, DissentSettled, PositionStated};

const POSITION: &str = "00000000-0000-4000-8000-000000000005";

fn states(by: &str, conference: &str, position: &str) -> CaseFact {
    let (conference, position) = (conference.to_owned(), position.to_owned());
    let stated = PositionStated { conference, position, stated_at: AT.to_owned() };
    said(by, POSITION, Said::PositionStated(stated))
}

fn dissents() -> CaseFact {
    states("cab", CONFERENCE, "dissents")
}

fn laid_before(level: &str) -> CaseFact {
    let (position, level) = (POSITION.to_owned(), level.to_owned());
    said(
        "wbo",
        OTHER,
        Said::DissentEscalated(DissentEscalated { position, level, escalated_at: AT.to_owned() }),
    )
}

fn settled() -> CaseFact {
    let (position, outcome) = (POSITION.to_owned(), "compromise".to_owned());
    said("wbo", OTHER, Said::DissentSettled(DissentSettled { position, outcome, settled_at: AT.to_owned() }))
}

fn decided_and<const N: usize>(facts: [CaseFact; N]) -> Vec<CaseFact> {
    [opened(), convened(&["psb", "cab"], true), concluded()].into_iter().chain(facts).collect()
}

#[test]
fn whoever_was_called_says_what_it_thinks_of_what_was_decided() {
    let rules = rules();
    let decided = after(&rules, decided_and([]));
    for position in ["agrees", "agrees-with-conditions", "dissents"] {
        decided.when(states("cab", CONFERENCE, position)).then_admitted([]);
    }
    decided.when(states("edu", CONFERENCE, "agrees")).then_refused("case-conference.not-called");
    decided.when(states("cab", SECOND, "agrees")).then_refused("case-conference.unknown");
    let not_yet = after(&rules, [opened(), convened(&["psb", "cab"], true)]);
    not_yet.when(dissents()).then_refused("case-conference.not-decided");
    let taken = after(&rules, decided_and([dissents()]));
    taken.when(states("psb", CONFERENCE, "dissents")).then_refused("case-conference.position-id-taken");
}

#[test]
fn a_dissent_goes_up_level_by_level_until_it_is_settled() {
    let rules = rules();
    let nobody = after(&rules, decided_and([states("cab", CONFERENCE, "agrees")]));
    nobody.when(laid_before("committee")).then_refused("case-conference.unknown-dissent");
    nobody.when(settled()).then_refused("case-conference.unknown-dissent");
    let open = after(&rules, decided_and([dissents(), laid_before("heads-of-agencies")]));
    open.when(laid_before("heads-of-agencies")).then_refused("case-conference.level-reached");
    open.when(laid_before("committee")).then_admitted([]);
    open.when(settled()).then_admitted([]);
    let not_yet = after(&rules, decided_and([dissents()]));
    not_yet.when(laid_before("committee")).then_refused("case-conference.level-skipped");
    assert_eq!(unmet(&not_yet, &rules, laid_before("committee")), ["heads-of-agencies"]);
    not_yet.when(laid_before("district-government")).then_admitted([]); // the ladder of this region has no such level
    let unordered = given::rules();
    after(&unordered, decided_and([dissents()])).when(laid_before("committee")).then_admitted([]);
    let over = after(&rules, decided_and([dissents(), settled()]));
    over.when(laid_before("committee")).then_refused("case-conference.dissent-settled");
    over.when(settled()).then_refused("case-conference.dissent-settled");
}
