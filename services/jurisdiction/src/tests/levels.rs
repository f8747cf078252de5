//! Who sees what: levels by group, agency and standing.

use super::*;
use crate::{Level, Standing};
use vocabulary::GroupName;

const NOW: &str = "2026-03-30T06:19:00Z";

pub(super) fn level(rules: &Rules, group: &str, agency: &str, standing: Standing) -> Level {
    rules.level(&GroupName::parse(group).unwrap(), &code(agency), at(NOW), &standing)
}

const OWN: Standing = Standing { own: true, addressed: false, assigned: false, mandate: false };
const ADDRESSED: Standing = Standing { addressed: true, own: false, ..OWN };
const ASSIGNED: Standing = Standing { assigned: true, own: false, ..OWN };
const MANDATE: Standing = Standing { mandate: true, own: false, ..OWN };
const INVOLVED: Standing = Standing { own: false, ..OWN };

#[test]
fn a_cell_is_read_by_group_agency_and_standing() {
    let rules = given::rules();
    for (group, agency, standing, expected) in [
        ("reporter-identity", "psb-03", INVOLVED, Level::Full),
        ("reporter-identity", "wbo", INVOLVED, Level::None), // not even the coordinator (Opinion, art. 13)
        ("reporter-identity", "pro", INVOLVED, Level::Approval),
        ("reporter-identity", "hsp-01", INVOLVED, Level::None),
        ("reporter-identity", "hsp-01", OWN, Level::Full),
        ("reporter-identity", "hsp-01", ADDRESSED, Level::None), // only what it said itself
        ("narrative", "wbo", INVOLVED, Level::Approval),
        ("child-identity", "sch-12", INVOLVED, Level::None),
        ("child-identity", "sch-12", ADDRESSED, Level::Full),
        ("child-identity", "sch-12", ASSIGNED, Level::Full),
        ("child-identity", "sch-12", MANDATE, Level::None),
        ("child-reference", "sch-12", OWN, Level::Masked),
        ("state", "htl-08", INVOLVED, Level::None),
        ("state", "htl-08", ADDRESSED, Level::Status),
        ("state", "feo", INVOLVED, Level::Full),
    ] {
        assert_eq!(level(&rules, group, agency, standing), expected, "{group} {agency} {standing:?}");
    }
}

#[test]
fn who_reads_in_no_column_is_closed_or_is_unknown_sees_nothing() {
    let rules = given::rules();
    let all = Standing { own: true, addressed: true, assigned: true, mandate: true };
    for agency in ["psb-09", "zzz", "bus"] {
        assert_eq!(level(&rules, "state", agency, all), Level::None, "{agency}");
    }
    assert_eq!(level(&rules, "no-such-group", "psb", all), Level::None);
}

#[test]
fn an_agency_with_several_roles_reads_the_widest_of_its_columns() {
    let [agencies, visibility, closure] = given::files().try_into().unwrap();
    let hospital = r#"{ role = "hospital", from = "2020-01-01" }"#;
    let both = format!(r#"{hospital}, {{ role = "hotline", from = "2026-01-01" }}"#);
    let agencies = file("agencies.toml", &agencies.content.replace(hospital, &both));
    let rules = Rules::read(&[agencies, visibility, closure], Version(2)).unwrap();
    // Situation: the hospital reads its own report only, the hotline reads the code.
    assert_eq!(level(&rules, "situation", "hsp-01", INVOLVED), Level::Masked);
    assert_eq!(level(&rules, "situation", "hsp-01", OWN), Level::Full);
}

#[test]
fn levels_are_ordered_from_nothing_to_all() {
    let order = [Level::None, Level::Approval, Level::Status, Level::Masked, Level::Full];
    assert!(order.is_sorted());
}

#[test]
fn the_groups_and_the_facts_that_grant_a_mandate_can_be_asked_for() {
    let rules = given::rules();
    let facts: Vec<&str> = rules.mandate_facts().iter().map(|fact| fact.as_str()).collect();
    assert_eq!(facts, ["justice.legal-aid-assigned.v1"]);
    let secret = rules.groups().filter(|(_, group)| group.class == crate::Class::C4);
    let secret: Vec<&str> = secret.map(|(name, _)| name.as_str()).collect();
    assert_eq!(secret, ["forensic", "narrative", "orders", "reporter-identity"]);
}
