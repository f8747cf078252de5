//! Which facts start a clock, which stop it, and which version of its rule it runs under.

use super::incident::incident_a;
use super::*;
use crate::{Due, Owner, Verdict};
use serde_json::json;

fn report(agency: &str, minute: &str, name: &str, to: &str, situation: &str) -> CaseFact {
    let clear = json!({"discovered_at": stamp(minute), "filed_to": to, "situation_code": situation});
    said(agency, minute, name, "mandatory-reporting.report-filed.v1", clear)
}

fn accepted(minute: &str, report: &str) -> CaseFact {
    let clear = json!({"report": id(report), "accepted_at": stamp(minute)});
    said("psb-03", minute, "accept", "mandatory-reporting.police-accepted.v1", clear)
}

fn filed(minute: &str, report: &str) -> CaseFact {
    let clear = json!({"report": id(report), "filed_at": stamp(minute)});
    said("psb", minute, "filed", "mandatory-reporting.criminal-case-filed.v1", clear)
}

fn placed(to: &str, minute: &str) -> CaseFact {
    let clear = json!({"to": to, "handed_over_at": stamp(minute), "written": true});
    said("psb-03", minute, "placed", "guardianship.placement-handed-over.v1", clear)
}

fn ids(facts: Vec<CaseFact>) -> Vec<String> {
    let mut ids: Vec<_> =
        clocks(&history(facts), &demo()).iter().map(|clock| clock.rule.id.to_string()).collect();
    ids.sort();
    ids
}

#[test]
fn the_order_of_recording_changes_nothing() {
    let (rules, mut facts) = (demo(), incident_a());
    let shown = |facts: &[CaseFact]| {
        let clock = |clock: &Clock| {
            let stop = clock.stopped.map(|stop| stop.time);
            let due = clock.due.as_ref().ok().and_then(Due::moment);
            (clock.rule.id.clone(), clock.owner.clone(), clock.started.time, stop, due)
        };
        let mut shown: Vec<_> = clocks(facts, &rules).iter().map(clock).collect();
        shown.sort_by(|a, b| a.0.cmp(&b.0));
        shown
    };
    let live = shown(&facts);
    facts.reverse();
    assert_eq!(shown(&history(facts)), live);
}

#[test]
fn only_sexual_harm_starts_the_clock_of_sexual_harm() {
    let of = |situation| {
        ids(vec![
            report("hsp-01", "2026-03-30 14:00", "report", "psb-03", situation),
            accepted("2026-03-30 15:00", "report"),
        ])
    };
    assert!(of("R2").contains(&"K07".to_owned()));
    assert!(!of("R4").contains(&"K07".to_owned()));
    assert!(of("R4").contains(&"K06".to_owned()));
}

#[test]
fn a_report_at_another_door_starts_the_police_clock_once_it_is_forwarded() {
    let report = report("hsp-01", "2026-03-30 14:00", "report", "edu", "R4");
    assert!(!ids(vec![report.clone()]).contains(&"K03".to_owned()));
    let clear = json!({"report": id("report"), "to": "psb-05", "forwarded_at": stamp("2026-03-30 16:00")});
    let forwarded = said("edu", "2026-03-30 16:00", "forwar", "intake.report-forwarded.v1", clear);
    let clocks = clocks(&history([report, forwarded]), &demo());
    assert_eq!(only(&clocks, "K03").started.time, at("2026-03-30 16:00"));
    assert_eq!(only(&clocks, "K03").owner, Owner::Agency(vocabulary::AgencyCode::parse("psb-05").unwrap()));
}

#[test]
fn what_is_said_of_one_report_stops_no_clock_of_another() {
    let clocks = clocks(
        &history([
            report("hsp-01", "2026-03-30 14:00", "first", "psb-03", "R4"),
            report("sch-15", "2026-03-30 14:30", "second", "psb-03", "R4"),
            accepted("2026-03-30 15:00", "second"),
        ]),
        &demo(),
    );
    let k03: Vec<_> = clocks.iter().filter(|clock| clock.rule.id.as_str() == "K03").collect();
    assert_eq!(k03.iter().map(|clock| clock.stopped.is_some()).collect::<Vec<_>>(), [false, true]);
}

/// Starts and stops of the clock `T1`, which tells instances apart by report.
fn by_report(facts: Vec<CaseFact>) -> Vec<(Instant, Option<Instant>)> {
    let rules = clock("due = [{ days = 3, rule = \"fixed\" }]");
    let rules = with_clocks(&rules.replace(START, &START.replace(" }", ", per = \"report\" }")), &[]);
    let clocks = clocks(&history(facts), &rules);
    clocks.iter().map(|clock| (clock.started.time, clock.stopped.map(|stop| stop.time))).collect()
}

fn feedback(minute: &str) -> CaseFact {
    said("psb", minute, "feedba", "justice.reporter-feedback-sent.v1", json!({}))
}

#[test]
fn an_instance_that_runs_is_not_started_again_and_one_that_has_stopped_is() {
    let (first, again, later) = ("2026-03-30 16:10", "2026-04-01 09:00", "2026-04-20 09:00");
    let (stop, next) = ("2026-04-01 10:00", "2026-04-21 10:00");
    let filed = |minute: &str| filed(minute, "report");
    assert_eq!(by_report(vec![filed(first), filed(again)]), [(at(first), None)]);
    assert_eq!(by_report(vec![filed(first), filed(again), feedback(stop)]), [(at(first), Some(at(stop)))]);
    let both = [(at(first), Some(at(stop))), (at(later), Some(at(next)))];
    assert_eq!(by_report(vec![filed(first), feedback(stop), filed(later), feedback(next)]), both);
}

#[test]
fn the_earliest_start_and_stop_count_in_whatever_order_they_are_recorded() {
    let filed = |minute: &str| filed(minute, "report");
    let facts = vec![
        feedback("2026-04-02 10:00"),
        filed("2026-03-31 09:00"),
        feedback("2026-04-01 10:00"),
        filed("2026-03-30 16:10"),
    ];
    assert_eq!(by_report(facts), [(at("2026-03-30 16:10"), Some(at("2026-04-01 10:00")))]);
}

#[test]
fn every_placement_in_an_institution_asks_for_its_statement_and_one_with_kin_for_none() {
    let facts = vec![
        placed("mpc", "2026-03-30 21:10"),
        placed("cwi", "2026-03-31 09:00"),
        placed("vil-03", "2026-04-01 09:00"),
    ];
    assert_eq!(ids(facts), ["K28", "K28"]);
}

#[test]
fn a_role_owes_by_its_holders_of_the_day() {
    let (rules, now) = (demo(), at("2026-03-31 09:00"));
    let clocks = clocks(&history([placed("mpc", "2026-03-30 21:10")]), &rules);
    let holders = only(&clocks, "K28").owner.agencies(&rules, now);
    assert_eq!(holders, rules.holders("police", now).into_iter().cloned().collect::<Vec<_>>());
    assert!(holders.len() > 1);
}

#[test]
fn an_order_is_served_when_all_four_have_it_by_one_fact_or_several() {
    let served = |minute: &str, on: &[&str]| {
        let clear = json!({"application": id("apply"), "served_on": on, "served_at": stamp(minute)});
        said("crt", minute, "served", "guardianship.protection-order-served.v1", clear)
    };
    let k26 = |more: Vec<CaseFact>| {
        let mut facts = incident_a();
        facts.retain(|fact| fact.attributes.kind.as_str() != "guardianship.protection-order-served.v1");
        facts.extend(more);
        only(&clocks(&history(facts), &demo()), "K26").stopped.map(|stop| stop.time)
    };
    let first = served("2026-04-01 09:00", &["applicant", "police"]);
    assert_eq!(k26(vec![first.clone()]), None);
    assert_eq!(k26(vec![first.clone(), served("2026-04-01 12:00", &["police", "committee"])]), None);
    let all = vec![first, served("2026-04-01 15:00", &["respondent", "committee"])];
    assert_eq!(k26(all), Some(at("2026-04-01 15:00")));
}

#[test]
fn a_return_is_told_when_school_police_and_committee_know_and_may_be_told_the_day_before() {
    let told = |minute: &str, to: &[&str]| {
        let clear = json!({"to": to, "given_at": stamp(minute)});
        said("mpc", minute, "notice", "guardianship.return-notice-given.v1", clear)
    };
    let k36 = |more: Vec<CaseFact>| {
        let mut facts = incident_a();
        facts.retain(|fact| fact.attributes.kind.as_str() != "guardianship.return-notice-given.v1");
        facts.extend(more);
        only(&clocks(&history(facts), &demo()), "K36").stopped.map(|stop| stop.time)
    };
    assert_eq!(k36(vec![told("2026-07-22 16:00", &["sch-15", "vil-03"])]), None);
    let before = told("2026-07-21 09:00", &["sch-15", "vil-03"]);
    assert_eq!(k36(vec![before, told("2026-07-22 09:00", &["psb-03"])]), Some(at("2026-07-22 09:00")));
    assert_eq!(k36(vec![told("2026-07-20 09:00", &["sch-15", "vil-03", "psb-03"])]), None);
}

#[test]
fn the_basis_of_a_suggestion_chooses_its_clock() {
    let issued = |basis: &str| {
        let clear = json!({"basis": basis, "to": "hlt", "issued_at": stamp("2026-04-10 17:00")});
        ids(vec![said("pro", "2026-04-10 17:00", "sugges", "governance.suggestion-issued.v1", clear)])
    };
    assert_eq!(issued("ucl-114"), ["K57"]);
    assert_eq!(issued("general"), ["K58"]);
}

#[test]
fn an_order_that_is_not_urgent_has_three_days_and_one_that_is_refused_is_not_served() {
    let clear = json!({"to": "crt", "urgent": false, "applied_at": stamp("2026-03-31 10:00")});
    let applied = said("wfd", "2026-03-31 10:00", "apply", "guardianship.protection-order-applied.v1", clear);
    let clear =
        json!({"application": id("apply"), "granted": false, "decided_at": stamp("2026-04-01 08:40")});
    let refused = said("crt", "2026-04-01 08:40", "order", "guardianship.protection-order-decided.v1", clear);
    let clocks = clocks(&history([applied, refused]), &demo());
    assert_eq!(clocks.len(), 2);
    assert!(only(&clocks, "K24").due.as_ref().unwrap().expires(), "to ask for review is a right");
    assert_eq!(only(&clocks, "K23").due, Ok(Due::By(at("2026-04-03 10:00"))));
    assert_eq!(only(&clocks, "K23").verdict(at("2026-05-01 00:00")), Ok(Verdict::Met));
}

/// The start of the clock of [`clock`].
pub(super) const START: &str = "{ fact = \"mandatory-reporting.criminal-case-filed.v1\" }";

/// A clock `T1`, open from 2020 on, from the filing of a case to feedback.
pub(super) fn clock(rest: &str) -> String {
    let until = if rest.contains("from =") { "" } else { "from = \"2020-01-01\"\n" };
    format!(
        "[[clock]]\nid = \"T1\"\nname = {{ zh = \"\", en = \"\" }}\nobligation = {{ zh = \"\", en = \"\" }}\n\
         kind = \"local\"\nowner = {{ publisher = \"start\" }}\nstarts = [{START}]\n\
         stops = [{{ fact = \"justice.reporter-feedback-sent.v1\" }}]\n\
         basis = {{ law = \"\", article = \"\", text = {{ zh = \"\", en = \"\" }} }}\n{until}{rest}\n"
    )
}

#[test]
fn the_version_of_the_day_on_which_the_start_happened_applies_whenever_it_is_recorded() {
    let old = clock("from = \"2020-01-01\"\nuntil = \"2026-04-01\"\ndue = [{ hours = 24 }]");
    let new = clock("from = \"2026-04-01\"\ndue = [{ hours = 2 }]");
    let rules = with_clocks(&[new, old].concat(), &[]);
    let due = |minute: &str, recorded: &str| {
        let mut fact = filed(minute, "report");
        fact.recorded = at(recorded);
        let clocks = clocks(&[fact], &rules);
        (only(&clocks, "T1").due.clone(), only(&clocks, "T1").rule.term.from.to_string())
    };
    let old = (Ok(Due::By(at("2026-04-01 23:59"))), "2020-01-01".to_owned());
    assert_eq!(due("2026-03-31 23:59", "2026-03-31 23:59"), old);
    assert_eq!(due("2026-03-31 23:59", "2026-04-09 09:00"), old, "recorded late");
    let new = (Ok(Due::By(at("2026-04-01 02:00"))), "2026-04-01".to_owned());
    assert_eq!(due("2026-04-01 00:00", "2026-04-01 00:01"), new, "midnight of the region");
}

#[test]
fn a_region_without_clocks_has_none() {
    assert!(clocks(&incident_a(), &jurisdiction::Rules::none(demo().region())).is_empty());
}
