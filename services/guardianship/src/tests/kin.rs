//! A child that was taken away goes to its kin for the time being, or to a new family for good.

use super::*;
use vocabulary::given::by;
use vocabulary::guardianship::{AdoptionCompleted, Guardianship as Said, PlacementTransferredToKin};

fn to_kin(written: bool) -> CaseFact {
    let (relation, transferred_at) = ("grandparent".to_owned(), "2026-04-02T10:00:00+08:00".to_owned());
    by(
        "cab",
        Said::PlacementTransferredToKin(PlacementTransferredToKin { relation, written, transferred_at }),
    )
}

fn adopted() -> CaseFact {
    let registered_at = "2027-05-06T10:00:00+08:00".to_owned();
    by("cab", Said::AdoptionCompleted(AdoptionCompleted { registered_at }))
}

#[test]
fn a_child_goes_to_its_kin_in_writing_once_it_was_taken_away() {
    let rules = rules();
    after(&rules, [danger(true)]).when(to_kin(true)).then_refused("guardianship.not-away");
    let away = after(&rules, [danger(true), removed()]);
    away.when(to_kin(true)).then_admitted([]);
    away.when(to_kin(false)).then_refused("guardianship.handover-not-written");
    after(&rules, away_and([])).when(to_kin(true)).then_admitted([]);

    // it is away all the same: it is not taken away twice, and its way home is prepared as any other
    let with_kin = after(&rules, [danger(true), removed(), to_kin(true)]);
    with_kin.when(removed()).then_refused("guardianship.already-away");
    with_kin.when(returned()).then_refused("guardianship.return-not-prepared");
    let prepared = [danger(true), removed(), to_kin(true), able(), concluded("return")];
    after(&rules, prepared).when(returned()).then_admitted([]);
    after(&rules, away_and([able(), concluded("return"), to_kin(true)])).when(returned()).then_admitted([]);
}

#[test]
fn a_child_is_adopted_out_of_long_term_guardianship() {
    let rules = rules();
    after(&rules, away_and([])).when(adopted()).then_refused("guardianship.not-long-term");
    let both = after(&rules, away_and([temporary(), long_term("94-1")]));
    both.when(adopted()).then_refused("guardianship.still-temporary");
    let for_good = [temporary(), long_term("94-1"), ended("long-term-guardianship")];
    after(&rules, away_and(for_good.clone())).when(adopted()).then_admitted([]);
    let [first, second, third] = for_good;
    let done = after(&rules, away_and([first, second, third, adopted()]));
    done.when(adopted()).then_refused("guardianship.not-long-term");
    after(&rules, away_and([long_term("94-1"), adopted(), danger(true)])).when(removed()).then_admitted([]);
}
