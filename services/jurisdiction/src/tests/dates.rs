//! What holds when. The amendment of UCL 9 moved the coordinator on 2024-04-26.

use super::*;

const BEFORE: &str = "2024-04-25T15:59:59.999999Z"; // the last microsecond of 2024-04-25 in the region
const AFTER: &str = "2024-04-25T16:00:00Z"; // midnight there; in UTC it is still the day before

#[test]
fn a_role_moves_at_midnight_of_the_region_and_not_of_utc() {
    let rules = given::rules();
    assert_eq!(rules.holders("coordinator", at(BEFORE)), [&code("cab")]);
    assert_eq!(rules.holders("coordinator", at(AFTER)), [&code("wbo")]);
    assert_eq!(rules.local_date(at(AFTER)).to_string(), "2024-04-26");
    assert!(rules.holds(&code("cab"), "coordinator", at(BEFORE)));
    assert!(!rules.holds(&code("cab"), "coordinator", at(AFTER)));
}

#[test]
fn a_parent_moves_with_its_dates() {
    let rules = given::rules();
    assert_eq!(rules.parent(&code("wbo"), at(BEFORE)), Some(&code("cab")));
    assert_eq!(rules.parent(&code("wbo"), at(AFTER)), Some(&code("feo")));
    assert_eq!(rules.parent(&code("psb-03"), at(AFTER)), Some(&code("psb")));
    assert_eq!(rules.parent(&code("psb"), at(AFTER)), None);
}

#[test]
fn an_authority_is_not_a_parent() {
    let (rules, now) = (given::rules(), at(AFTER));
    assert_eq!(rules.authority(&code("hsp-01"), now), Some(&code("hlt")));
    assert_eq!(rules.parent(&code("hsp-01"), now), None);
    assert_eq!(rules.authority(&code("psb-03"), now), None);
}

#[test]
fn an_agency_is_on_the_roster_from_its_first_day_until_its_last() {
    let rules = given::rules();
    let station = code("psb-09");
    let on = |time: &str| rules.agency(&station, at(time)).is_some();
    assert!(!on("2019-12-31T15:59:59Z") && on("2019-12-31T16:00:00Z"));
    assert!(on("2025-12-30T15:59:59Z") && !on("2025-12-30T16:00:00Z"));
    assert!(rules.known(&station) && !rules.known(&code("psb-10")));
}

#[test]
fn an_agency_that_has_closed_holds_nothing() {
    let (rules, closed) = (given::rules(), at("2026-03-30T06:19:00Z"));
    let station = code("psb-09");
    assert!(rules.holds(&station, "police", at(AFTER)));
    assert!(!rules.holds(&station, "police", closed), "its role has no end of its own");
    assert!(rules.roles(&station, closed).is_empty());
    assert_eq!(rules.parent(&station, closed), None);
    assert!(rules.agencies(closed).all(|agency| agency.code != station));
    assert!(!rules.holders("police", closed).contains(&&station));
}

#[test]
fn an_agency_may_hold_several_roles() {
    let (rules, now) = (given::rules(), at(AFTER));
    let roles = rules.roles(&code("cab"), now).into_iter().map(|role| role.as_str()).collect::<Vec<_>>();
    assert_eq!(roles, ["civil-affairs", "report-door", "mandated-reporter"]);
}

#[test]
fn the_whole_region_is_seen_by_the_coordinator_of_the_day_and_the_reviewer() {
    let rules = given::rules();
    let sees = |time: &str| {
        let seeing = rules.agencies(at(time)).map(|agency| &agency.code);
        seeing.filter(|code| rules.sees_region(code, at(time))).map(|code| code.as_str()).collect::<Vec<_>>()
    };
    assert_eq!(sees(BEFORE), ["cab"]);
    assert_eq!(sees(AFTER), ["feo", "wbo"]);
}
