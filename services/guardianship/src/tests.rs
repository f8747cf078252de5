//! The rules of guardianship as sentences.

mod facts;
mod kin;

use crate::{Guardianship, Refusal};
use facts::*;
use jurisdiction::Rules;
use vocabulary::given::{Given, given as after_facts};
use vocabulary::{CaseFact, Proposed};

const CONFERENCE: &str = "case-conference.concluded:return";
const ASSESSMENT: &str = "guardianship.guardianship-assessed";

fn after<'r>(rules: &'r Rules, facts: impl IntoIterator<Item = CaseFact>) -> Given<'r, Rules, Guardianship> {
    after_facts(rules, [opened()].into_iter().chain(facts))
}

/// A child in danger is taken away and placed, and then this.
fn away_and<const N: usize>(facts: [CaseFact; N]) -> Vec<CaseFact> {
    [danger(true), removed(), placed()].into_iter().chain(facts).collect()
}

/// After these facts the way home lacks this.
#[track_caller]
fn lacking(missing: &[&str], facts: impl IntoIterator<Item = CaseFact>, step: CaseFact) {
    let rules = rules();
    let case = after(&rules, facts);
    case.when(step.clone()).then_refused("guardianship.return-not-prepared");
    let proposed = Proposed::new(step.attributes, step.fact, step.recorded);
    assert_eq!(crate::admit::admit(case.state(), &proposed, &rules).unwrap_err().unmet, missing);
}

#[test]
fn incident_a_is_admitted_fact_by_fact() {
    let rules = rules();
    let away = [danger(true), removed(), placed(), temporary()];
    let order = [applied(ORDER, "crt"), granted(), served(), concluded("stay")];
    let home = [able(), concluded("return"), notified(), returned(), ended("returned"), expired()];
    let facts: Vec<_> = away.into_iter().chain(order).chain(home).collect();
    for (so_far, fact) in facts.iter().enumerate() {
        after(&rules, facts[..so_far].to_vec()).when(fact.clone()).then_admitted([]);
    }
}

#[test]
fn nothing_is_done_to_a_family_before_the_case_is_open() {
    let rules = rules();
    let not_open = after_facts::<Guardianship, _>(&rules, []);
    let order =
        [applied(ORDER, "crt"), granted(), served(), extended("2027-03-31"), reviewed("upheld"), expired()];
    let home = [notified(), returned(), notice_to("psb-03"), ended("returned")];
    for fact in [temporary()].into_iter().chain(order).chain(home) {
        not_open.when(fact).then_refused("guardianship.case-not-open");
    }
}

#[test]
fn how_able_a_guardian_is_may_be_asked_of_a_child_without_a_case() {
    after_facts::<Guardianship, _>(&rules(), []).when(able()).then_admitted([]);
}

#[test]
fn in_an_emergency_help_comes_before_the_case_is_open() {
    let rules = rules();
    let facts = [danger(true), removed(), placed()];
    for (so_far, fact) in facts.iter().enumerate() {
        after_facts::<Guardianship, _>(&rules, facts[..so_far].to_vec()).when(fact.clone()).then_admitted([]);
    }
    after_facts::<Guardianship, _>(&rules, [])
        .when(removed())
        .then_refused("guardianship.danger-not-assessed");
}

#[test]
fn measures_taken_in_an_emergency_say_that_there_is_danger_until_somebody_finds_none_or_the_child_is_home() {
    let rules = rules();
    after(&rules, [measures()]).when(removed()).then_admitted([]);
    after(&rules, [measures(), danger(false)])
        .when(removed())
        .then_refused("guardianship.danger-not-assessed");
    let home = [measures(), removed(), placed(), able(), concluded("return"), returned()];
    after(&rules, home).when(removed()).then_refused("guardianship.danger-not-assessed");
}

#[test]
fn a_child_is_taken_away_from_a_danger_that_was_found_last() {
    let rules = rules();
    after(&rules, []).when(removed()).then_refused("guardianship.danger-not-assessed");
    let safe_again = after(&rules, [danger(true), danger(false)]);
    safe_again.when(removed()).then_refused("guardianship.danger-not-assessed");
    after(&rules, [danger(false), danger(true)]).when(removed()).then_admitted([]);
}

#[test]
fn a_child_is_taken_away_once_until_it_is_home_again() {
    let rules = rules();
    after(&rules, [danger(true), removed()]).when(removed()).then_refused("guardianship.already-away");
    after(&rules, away_and([danger(true)])).when(removed()).then_refused("guardianship.already-away");
    let home = away_and([able(), concluded("return"), returned()]);
    after(&rules, home.clone()).when(removed()).then_refused("guardianship.danger-not-assessed");
    after(&rules, home.into_iter().chain([danger(true)])).when(removed()).then_admitted([]);
}

#[test]
fn a_child_with_kin_or_a_new_guardian_can_be_taken_away_again() {
    let rules = rules();
    for reason in ["kin-care", "other-guardian"] {
        let there = after(&rules, away_and([temporary(), ended(reason), danger(true)]));
        there.when(removed()).then_admitted([]);
    }
    let with_kin = after(&rules, away_and([temporary(), danger(true), ended("kin-care")]));
    with_kin.when(removed()).then_refused("guardianship.danger-not-assessed");
    let for_good = [temporary(), long_term("94-1"), ended("long-term-guardianship"), danger(true)];
    let still_placed = after(&rules, away_and(for_good));
    still_placed.when(removed()).then_refused("guardianship.already-away");
}

#[test]
fn only_a_child_that_is_away_is_handed_over_and_in_writing() {
    let rules = rules();
    after(&rules, [danger(true)]).when(placed()).then_refused("guardianship.not-away");
    let away = after(&rules, [danger(true), removed()]);
    away.when(placed_with("mpc", false)).then_refused("guardianship.handover-not-written");
    away.when(placed_with("psb-09", true)).then_refused("guardianship.unknown-agency");
    after(&rules, away_and([])).when(placed_with("cab", true)).then_admitted([]);
}

#[test]
fn temporary_guardianship_needs_a_placement_and_a_day_to_end_and_runs_once() {
    let rules = rules();
    after(&rules, [danger(true), removed()]).when(temporary()).then_refused("guardianship.not-placed");
    let placed = after(&rules, away_and([]));
    placed.when(temporary_until("2026-03-29")).then_refused("guardianship.until-before-start");
    placed.when(temporary_until("2026-03-30")).then_admitted([]);
    after(&rules, away_and([temporary()])).when(temporary()).then_refused("guardianship.already-running");
    let ended = after(&rules, away_and([temporary(), ended("transferred-region")]));
    ended.when(temporary()).then_admitted([]);
}

#[test]
fn temporary_guardianship_ends_once_and_as_returned_only_after_the_return() {
    let rules = rules();
    after(&rules, away_and([])).when(ended("majority")).then_refused("guardianship.not-running");
    let running = after(&rules, away_and([temporary()]));
    running.when(ended("returned")).then_refused("guardianship.not-returned");
    running.when(ended("majority")).then_admitted([]);
    let home = away_and([temporary(), able(), concluded("return"), returned()]);
    after(&rules, home.clone()).when(ended("returned")).then_admitted([]);
    let over = after(&rules, home.into_iter().chain([ended("returned")]));
    over.when(ended("returned")).then_refused("guardianship.not-running");
}

#[test]
fn an_application_has_an_id_of_its_own_and_a_court_on_the_roster() {
    let rules = rules();
    let case = after(&rules, [applied(ORDER, "crt")]);
    case.when(applied(ORDER, "crt")).then_refused("guardianship.application-id-taken");
    case.when(applied(SECOND, "crt")).then_admitted([]);
    case.when(applied(SECOND, "psb-09")).then_refused("guardianship.unknown-agency");
}

#[test]
fn a_court_decides_once_on_an_application_of_the_case_and_grants_until_a_day() {
    let rules = rules();
    after(&rules, [applied(SECOND, "crt")]).when(granted()).then_refused("guardianship.unknown-application");
    let case = after(&rules, [applied(ORDER, "crt")]);
    let endless = decided_with(|decided| decided.valid_to = None);
    case.when(endless).then_refused("guardianship.valid-to-missing");
    let to_a_closed_station = decided_with(|decided| decided.to = Some(vec![code("psb-09")]));
    case.when(to_a_closed_station).then_refused("guardianship.unknown-agency");
    case.when(refused()).then_admitted([]);
    for decision in [granted(), refused()] {
        let decided = after(&rules, [applied(ORDER, "crt"), decision]);
        decided.when(granted()).then_refused("guardianship.already-decided");
    }
}

#[test]
fn an_order_is_served_when_it_is_granted_and_on_nobody_twice() {
    let rules = rules();
    after(&rules, []).when(served()).then_refused("guardianship.unknown-application");
    for no_order in [vec![applied(ORDER, "crt")], vec![applied(ORDER, "crt"), refused()]] {
        after(&rules, no_order).when(served()).then_refused("guardianship.not-granted");
    }
    let first = [applied(ORDER, "crt"), granted(), served_on(&["applicant", "police"], "psb-03")];
    let case = after(&rules, first);
    case.when(served_on(&["respondent", "committee"], "psb-03")).then_admitted([]);
    case.when(served_on(&["respondent", "police"], "psb-03")).then_refused("guardianship.already-served");
    case.when(served_on(&["respondent"], "psb-09")).then_refused("guardianship.unknown-agency");
}

#[test]
fn an_order_expires_once_when_its_last_day_is_over_whoever_says_so() {
    let rules = rules();
    after(&rules, []).when(expired()).then_refused("guardianship.unknown-application");
    let refused = after(&rules, [applied(ORDER, "crt"), refused()]);
    refused.when(expired()).then_refused("guardianship.not-granted");
    let case = after(&rules, [applied(ORDER, "crt"), granted()]);
    for by in ["bus", "crt"] {
        case.when(expired_at(by, "2026-10-01 23:59", "2026-10-01"))
            .then_refused("guardianship.not-yet-expired");
        case.when(expired_at(by, "2026-10-02 00:00", "2026-10-01")).then_admitted([]);
        case.when(expired_at(by, "2026-10-02 00:00", "2026-09-30"))
            .then_refused("guardianship.valid-to-differs");
    }
    let over = after(&rules, [applied(ORDER, "crt"), granted(), expired()]);
    over.when(expired()).then_refused("guardianship.already-expired");
    over.when(served()).then_admitted([]);
}

#[test]
fn an_order_is_extended_to_a_later_day_while_it_holds() {
    let rules = rules();
    let asked = [applied(ORDER, "crt")];
    after(&rules, asked.clone()).when(extended("2027-03-31")).then_refused("guardianship.not-granted");
    let granted = [asked[0].clone(), granted()];
    let case = after(&rules, granted.clone());
    case.when(extended("2026-10-01")).then_refused("guardianship.not-longer");
    case.when(extended("2027-03-31")).then_admitted([]);
    let longer = after(&rules, granted.clone().into_iter().chain([extended("2027-03-31")]));
    longer.when(expired()).then_refused("guardianship.valid-to-differs");
    longer.when(expired_at("bus", "2027-04-01 00:00", "2027-03-31")).then_admitted([]);
    let over = after(&rules, granted.into_iter().chain([expired()]));
    over.when(extended("2027-03-31")).then_refused("guardianship.already-expired");
}

#[test]
fn a_decision_is_reviewed_once_there_is_one_and_an_order_that_is_revoked_is_over() {
    let rules = rules();
    let asked = [applied(ORDER, "crt")];
    after(&rules, asked.clone()).when(reviewed("upheld")).then_refused("guardianship.not-decided");
    after(&rules, [asked[0].clone(), refused()]).when(reviewed("changed")).then_admitted([]);
    let granted = [asked[0].clone(), granted()];
    for outcome in ["upheld", "changed"] {
        let holds = after(&rules, granted.clone().into_iter().chain([reviewed(outcome)]));
        holds.when(extended("2027-03-31")).then_admitted([]);
    }
    let revoked = after(&rules, granted.into_iter().chain([reviewed("revoked")]));
    revoked.when(extended("2027-03-31")).then_refused("guardianship.already-expired");
    revoked.when(expired()).then_refused("guardianship.already-expired");
}

#[test]
fn school_police_and_committee_are_told_of_a_return_that_is_prepared_or_has_happened() {
    let rules = rules();
    after(&rules, []).when(notice_to("psb-03")).then_refused("guardianship.not-placed");
    lacking(&[CONFERENCE, ASSESSMENT], away_and([]), notice_to("psb-03"));
    let home = away_and([able(), concluded("return"), returned()]);
    for known in [away_and([able(), concluded("return")]), home.clone()] {
        let case = after(&rules, known);
        case.when(notice_to("psb-03")).then_admitted([]);
        case.when(notice_to("psb-09")).then_refused("guardianship.unknown-agency");
    }
    let away_again = after(&rules, home.into_iter().chain([danger(true), removed()]));
    away_again.when(notice_to("psb-03")).then_refused("guardianship.not-placed");
}

#[test]
fn no_child_goes_home_without_a_conference_and_an_assessment() {
    for step in [notified(), returned()] {
        lacking(&[CONFERENCE], away_and([able()]), step.clone());
        lacking(&[ASSESSMENT], away_and([concluded("return")]), step.clone());
        lacking(&[CONFERENCE, ASSESSMENT], away_and([]), step.clone());
        after(&rules(), away_and([concluded("return"), able()])).when(step).then_admitted([]);
    }
}

#[test]
fn only_a_child_that_is_placed_goes_home() {
    let rules = rules();
    for step in [notified(), returned()] {
        after(&rules, []).when(step.clone()).then_refused("guardianship.not-placed");
        let on_the_way = after(&rules, [danger(true), removed()]);
        on_the_way.when(step.clone()).then_refused("guardianship.not-placed");
        let home = after(&rules, away_and([able(), concluded("return"), returned()]));
        home.when(step).then_refused("guardianship.not-placed");
    }
}

#[test]
fn what_was_found_before_the_placement_brings_no_child_home() {
    let before = [danger(true), removed(), able(), concluded("return"), placed()];
    lacking(&[CONFERENCE, ASSESSMENT], before.clone(), returned());
    lacking(&[ASSESSMENT], before.clone().into_iter().chain([concluded("return")]), returned());
    lacking(&[CONFERENCE], before.into_iter().chain([able()]), returned());
    let again = away_and([able(), concluded("return"), returned(), danger(true), removed(), placed()]);
    lacking(&[CONFERENCE, ASSESSMENT], again, returned());
    let moved_on = away_and([able(), concluded("return"), placed_with("cab", true)]);
    after(&rules(), moved_on).when(returned()).then_admitted([]);
}

#[test]
fn the_last_assessment_counts_whatever_it_was_for_and_while_it_is_valid() {
    let unable = away_and([concluded("return"), able(), assessed("periodic", "unable")]);
    lacking(&[ASSESSMENT], unable.clone(), returned());
    let able_again: Vec<_> = unable.into_iter().chain([assessed("periodic", "able")]).collect();
    let rules = rules();
    let case = after(&rules, able_again.clone());
    case.when(returned()).then_admitted([]);
    case.when(returned_at("2026-12-30 23:59")).then_admitted([]);
    lacking(&[ASSESSMENT], able_again.clone(), returned_at("2026-12-31 00:00"));
    lacking(&[ASSESSMENT], able_again, notified_at("2026-12-31 00:00"));
}

#[test]
fn a_later_conference_can_keep_the_child_away() {
    let rules = rules();
    for result in ["stay", "kin", "petition"] {
        lacking(&[CONFERENCE], away_and([able(), concluded("return"), concluded(result)]), returned());
    }
    for result in ["plan", "inquorate"] {
        let unchanged = after(&rules, away_and([able(), concluded("return"), concluded(result)]));
        unchanged.when(returned()).then_admitted([]);
        lacking(&[CONFERENCE], away_and([able(), concluded(result)]), returned());
    }
}

#[test]
fn the_court_decides_once_on_each_petition() {
    let rules = rules();
    after(&rules, []).when(revoked()).then_refused("guardianship.unknown-petition");
    after(&rules, []).when(petitioned_to("psb-09")).then_refused("guardianship.unknown-agency");
    let asked = after(&rules, [petitioned()]);
    asked.when(petitioned()).then_refused("guardianship.application-id-taken");
    for decision in [revoked(), court_decided("refused", None), court_decided("withdrawn", None)] {
        asked.when(decision.clone()).then_admitted([]);
        after(&rules, [petitioned(), decision]).when(revoked()).then_refused("guardianship.already-decided");
    }
}

#[test]
fn civil_affairs_is_appointed_by_the_court_before_it_is_guardian_for_good_on_that_ground() {
    let rules = rules();
    let without: [&[CaseFact]; 4] = [
        &[],
        &[petitioned()],
        &[petitioned(), court_decided("refused", None)],
        &[petitioned(), court_decided("revoked", Some("grandparent"))],
    ];
    for facts in without {
        let case = after(&rules, facts.to_vec());
        case.when(long_term("94-4")).then_refused("guardianship.not-revoked");
        case.when(long_term("94-1")).then_admitted([]);
    }
    after(&rules, [petitioned(), revoked()]).when(long_term("94-4")).then_admitted([]);
    let running = after(&rules, [petitioned(), revoked(), long_term("94-4")]);
    running.when(long_term("94-5")).then_refused("guardianship.already-long-term");
}

#[test]
fn temporary_guardianship_turns_into_one_for_good_only_when_that_has_begun() {
    let rules = rules();
    let meanwhile = after(&rules, away_and([temporary()]));
    meanwhile.when(ended("long-term-guardianship")).then_refused("guardianship.not-long-term");
    let for_good = after(&rules, away_and([temporary(), long_term("94-2")]));
    for_good.when(ended("long-term-guardianship")).then_admitted([]);
}

#[test]
fn what_was_taken_away_is_given_back_once_and_ends_the_guardianship_for_good() {
    let rules = rules();
    let taken = [petitioned(), revoked(), long_term("94-4")];
    after(&rules, [petitioned()])
        .when(given_back("restored"))
        .then_refused("guardianship.unknown-revocation");
    let refused = after(&rules, taken.clone().into_iter().chain([given_back("refused")]));
    refused.when(given_back("restored")).then_admitted([]);
    refused.when(long_term("94-5")).then_refused("guardianship.already-long-term");
    let restored = after(&rules, taken.into_iter().chain([given_back("restored")]));
    restored.when(given_back("restored")).then_refused("guardianship.unknown-revocation");
    restored.when(long_term("94-5")).then_admitted([]);
    restored.when(long_term("94-4")).then_refused("guardianship.not-revoked");
}

#[test]
fn every_rule_is_tried_here() {
    for refusal in Refusal::ALL {
        let tried = format!("then_refused(\"{}\")", refusal.code());
        let here = [include_str!("tests.rs"), include_str!("tests/kin.rs")].concat();
        assert!(here.contains(&tried), "{}", refusal.code());
    }
}
