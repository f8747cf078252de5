//! Disclosure by sentences and by property, under the demo jurisdiction.

mod ending;
mod glass;

use crate::{Decisions, Involved, Reason, Telling, Told, decide, narrower};
use contract::{Contracts, Store};
use jurisdiction::{Level, RuleFile, Rules, Standing};
use proptest::prelude::*;
use serde_json::{Map, Value, json};
use std::sync::LazyLock;
use vocabulary::governance::Form;
use vocabulary::{AgencyCode, Attributes, CaseFact, Fact, FactRef, Instant, Position, Version};

static CONTRACTS: LazyLock<Contracts> = LazyLock::new(|| Contracts::published().unwrap());
static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::read(&files(), Version(1)).unwrap());

fn files() -> Vec<RuleFile> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/jurisdictions/demo");
    let file = |path: &str| RuleFile {
        path: path.into(),
        content: std::fs::read_to_string(format!("{dir}/{path}")).unwrap(),
    };
    vec![file("agencies.toml"), file("visibility.toml"), file("closure.toml")]
}

fn code(text: &str) -> AgencyCode {
    AgencyCode::parse(text).unwrap()
}
fn now() -> Instant {
    Instant::parse("2026-03-30T14:30:00+08:00").unwrap()
}

/// A fact from its contract's first example, with some clear properties set.
fn fact(at: u64, agency: &str, kind: &str, set: Value) -> CaseFact {
    let contract = CONTRACTS.get(kind).unwrap();
    let mut clear: Map<String, Value> = contract.schema["examples"][0].as_object().unwrap().clone();
    let protected =
        clear.keys().filter(|name| contract.properties()[*name].store == Store::Protected).cloned().collect();
    clear.retain(|name, _| contract.properties()[name].store == Store::Clear);
    clear.extend(set.as_object().unwrap().clone());
    let attributes: Attributes = serde_json::from_value(json!({
        "specversion": "1.0", "id": format!("00000000-0000-4000-8000-{at:012}"), "source": format!("/999901/{agency}"),
        "type": kind, "time": "2026-03-30T14:18:00+08:00", "actor": "nurse-7",
    }))
    .unwrap();
    let at = FactRef { sequence: Position(at), ordinal: 0 };
    let read = Fact::read(kind, &clear).unwrap();
    CaseFact { at, recorded: now(), attributes, fact: read, newer: None, clear, protected }
}

fn report(at: u64) -> CaseFact {
    fact(at, "hsp-01", "mandatory-reporting.report-filed.v1", json!({"filed_to": "psb-03"}))
}

fn referral(at: u64, to: &str) -> CaseFact {
    fact(at, "wbo", "referral.made.v1", json!({"to": to}))
}

/// What the last fact tells after the others.
fn told(facts: &[CaseFact]) -> Vec<Telling> {
    all_told(facts).pop().unwrap_or_default()
}

/// What each fact tells, one record each.
fn all_told(facts: &[CaseFact]) -> Vec<Vec<Telling>> {
    let (mut told, mut decisions) = (Told::default(), Decisions::default());
    let next =
        |at: usize| told.next((&facts[..at], &facts[at..=at]), &CONTRACTS, &RULES, now(), &mut decisions);
    (0..facts.len()).map(next).collect()
}

fn of(tellings: &[Telling], agency: &str) -> Vec<(u64, Form, bool)> {
    let of = tellings.iter().filter(|telling| telling.agency.as_str() == agency);
    of.map(|telling| (telling.fact.sequence.0, telling.form, telling.backfill)).collect()
}

fn decided(facts: &[CaseFact], index: usize, agency: &str) -> Option<crate::Decision> {
    let mut involved = Involved::default();
    facts.iter().for_each(|fact| involved.evolve(fact, &CONTRACTS));
    let contract = CONTRACTS.get(facts[index].attributes.kind.as_str()).unwrap();
    decide(&facts[index], contract, &code(agency), &involved, &RULES, now())
}

#[test]
fn a_report_is_told_to_its_addressee_its_authority_and_the_coordinator_and_to_nobody_else() {
    let tellings = told(&[report(1)]);
    let mut agencies: Vec<&str> = tellings.iter().map(|telling| telling.agency.as_str()).collect();
    agencies.dedup();
    assert_eq!(agencies, ["feo", "hlt", "hsp-01", "psb", "psb-03", "wbo", "wcc"]);
    assert_eq!(of(&tellings, "hsp-01"), [(1, Form::Full, false)], "its own fact, exactly");
    assert_eq!(of(&tellings, "psb-03"), [(1, Form::Full, false)]);
    assert_eq!(of(&tellings, "hlt"), [(1, Form::Masked, false)]);
    assert_eq!(of(&tellings, "wbo"), [(1, Form::Masked, false)]);
}

#[test]
fn the_health_authority_sees_the_report_without_story_names_or_reporter() {
    let withheld = decided(&[report(1)], 0, "hlt").unwrap().withheld;
    for pointer in ["/data/narrative", "/data/child_identity", "/data/reporter", "/actor"] {
        assert!(withheld.contains_key(pointer), "{pointer}: {withheld:?}");
    }
    assert!(!withheld.contains_key("/data/situation_code") && !withheld.contains_key("/data/discovered_at"));
}

#[test]
fn the_coordinator_never_learns_who_reported() {
    let withheld = decided(&[report(1)], 0, "wbo").unwrap().withheld;
    assert_eq!(withheld.get("/data/reporter"), Some(&Reason::NotEntitled));
    assert_eq!(withheld.get("/data/narrative"), Some(&Reason::ApprovalRequired));
}

#[test]
fn the_reporting_unit_is_told_of_further_steps_only_that_they_happened() {
    let accepted = fact(2, "psb-03", "mandatory-reporting.police-accepted.v1", json!({}));
    assert_eq!(of(&told(&[report(1), accepted]), "hsp-01"), [(2, Form::Coarse, false)]);
}

#[test]
fn whoever_is_addressed_later_is_told_the_past_as_backfill_and_only_coarsely() {
    let facts =
        [report(1), fact(2, "wbo", "intake.case-opened.v1", json!({"lead": "psb"})), referral(3, "ngo-07")];
    let tellings = told(&facts);
    assert_eq!(
        of(&tellings, "ngo-07"),
        [(1, Form::Coarse, true), (2, Form::Coarse, true), (3, Form::Full, false)]
    );
    assert_eq!(
        of(&tellings, "psb-03"),
        [(3, Form::Masked, false)],
        "who knew the case is told the new fact alone"
    );
}

#[test]
fn a_returned_referral_ends_the_involvement() {
    let made = referral(2, "ngo-07");
    let returned = fact(3, "ngo-07", "referral.returned.v1", json!({"referral": made.attributes.id}));
    let later = fact(4, "psb-03", "mandatory-reporting.emergency-measures-taken.v1", json!({}));
    let facts = [report(1), made, returned, later];
    assert_eq!(of(&told(&facts[..3]), "ngo-07"), [(3, Form::Full, false)], "it still sees its own answer");
    assert_eq!(of(&told(&facts), "ngo-07"), []);
    let before = decided(&facts[..2], 1, "ngo-07").unwrap();
    assert_eq!(before.form, Form::Full);
    assert_eq!(narrower(before, decided(&facts, 1, "ngo-07")).form, Form::Coarse, "what it was told shrinks");
}

#[test]
fn an_agency_off_the_roster_is_told_nothing() {
    let lead = fact(1, "hl1", "intake.lead-received.v1", json!({"addressed_to": "psb-09"}));
    assert_eq!(of(&told(&[lead]), "psb-09"), []);
}

#[test]
fn whoever_is_given_more_to_do_is_told_the_past_again_as_far_as_it_may_know_more() {
    let aid = fact(2, "cab", "justice.legal-aid-applied.v1", json!({"to": "lac"}));
    let assigned = fact(
        3,
        "lac",
        "justice.legal-aid-assigned.v1",
        json!({"to": "lac", "application": aid.attributes.id}),
    );
    let tellings = told(&[report(1), aid, assigned]);
    assert_eq!(
        of(&tellings, "lac")[0],
        (1, Form::Masked, true),
        "with a mandate the narrative is open to it"
    );
    let lead = |code: &str| fact(3, "wbo", "intake.case-opened.v1", json!({"lead": code}));
    let accepted = fact(2, "psb-03", "mandatory-reporting.police-accepted.v1", json!({}));
    let known = fact(1, "sch-12", "mandatory-reporting.report-filed.v1", json!({"filed_to": "psb-03"}));
    let tellings = told(&[known, accepted.clone(), lead("edu")]);
    assert_eq!(
        of(&tellings, "edu").iter().map(|(at, _, late)| (*at, *late)).collect::<Vec<_>>(),
        [(1, true), (2, true), (3, false)]
    );
    let tellings = told(&[report(1), accepted, lead("plc")]);
    assert_eq!(
        of(&tellings, "plc"),
        [(3, Form::Masked, false)],
        "a lead without a column learns of its task alone"
    );
}

#[test]
fn nobody_is_told_the_same_twice() {
    let again = |at: u64, id: &CaseFact| {
        fact(at, "ngo-07", "referral.returned.v1", json!({"referral": id.attributes.id}))
    };
    let first = referral(2, "ngo-07");
    let facts = [report(1), first.clone(), again(3, &first), referral(4, "ngo-07")];
    assert_eq!(of(&told(&facts), "ngo-07"), [(4, Form::Full, false)], "it comes back and knows the past");
}

#[test]
fn a_consequence_that_is_told_coarsely_does_not_stand_beside_its_cause() {
    let accepted = fact(2, "psb-03", "mandatory-reporting.police-accepted.v1", json!({}));
    let mut follows = fact(2, "bus", "intake.report-acknowledged.v1", json!({}));
    follows.at.ordinal = 1;
    let (mut told, past, new) = (Told::default(), [report(1)], [accepted, follows]);
    let mut decisions = Decisions::default();
    told.next((&[], &past), &CONTRACTS, &RULES, now(), &mut decisions);
    let tellings = told.next((&past, &new), &CONTRACTS, &RULES, now(), &mut decisions);
    assert_eq!(of(&tellings, "hsp-01"), [(2, Form::Coarse, false)]);
    assert_eq!(of(&tellings, "psb-03").len(), 2);
    assert_eq!(of(&tellings, "bus"), [], "the bus is nobody's reader");
}

/// A case as agencies might tell it: any fact, by anybody, naming anybody.
fn case() -> impl Strategy<Value = Vec<CaseFact>> {
    const AGENCIES: &[&str] = &[
        "hsp-01", "psb-03", "psb", "hlt", "wbo", "ngo-07", "sch-12", "edu", "cab", "pro", "mhc", "htl-08",
        "hl1",
    ];
    let kinds: Vec<String> = CONTRACTS
        .all()
        .filter(|c| c.history().word() == "case" && !c.publishers().is_empty())
        .map(|c| c.kind.to_string())
        .collect();
    let step = (
        prop::sample::select(kinds),
        prop::sample::select(AGENCIES),
        prop::sample::select(AGENCIES),
        0..20usize,
    );
    proptest::collection::vec(step, 1..12).prop_map(|steps| {
        let place = |(index, (kind, by, to, back)): (usize, (String, &str, &str, usize))| {
            let contract = CONTRACTS.get(&kind).unwrap();
            let mut set = json!({});
            for (name, property) in contract.properties() {
                if property.involves.is_some() {
                    let list = contract.schema["properties"][name]["type"] == "array";
                    set[name] = if list { json!([to]) } else { to.into() };
                }
                if property.ends {
                    set[name] = format!("00000000-0000-4000-8000-{:012}", back % (index + 1) + 1).into();
                }
            }
            fact(index as u64 + 1, by, &kind, set)
        };
        steps.into_iter().enumerate().map(place).collect()
    })
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    /// Same ledger, same disclosure; nobody is told what the matrix denies; nobody outside the case is told.
    #[test]
    fn nobody_is_told_what_the_matrix_denies(facts in case()) {
        let mut involved = Involved::default();
        let all = all_told(&facts);
        prop_assert_eq!(&all, &all_told(&facts), "same ledger, same disclosure");
        for (index, fact) in facts.iter().enumerate() {
            let before = involved.audience(&RULES, now());
            involved.evolve(fact, &CONTRACTS);
            let tellings = &all[index];
            // what is told of a withdrawal or a correction depends on what was told of the fact: `ending` tries it
            let told_apart = fact.about_own().is_some();
            for agency in involved.audience(&RULES, now()).into_iter().filter(|_| !told_apart) {
                let contract = CONTRACTS.get(fact.attributes.kind.as_str()).unwrap();
                let due = decide(fact, contract, &agency, &involved, &RULES, now()).map(|d| d.form);
                let got = tellings.iter().find(|t| t.agency == agency && t.fact == fact.at).map(|t| t.form);
                prop_assert_eq!(due, got, "{} must be told of the new fact, as it may", agency);
            }
            let audience = involved.audience(&RULES, now());
            for telling in tellings {
                prop_assert!(RULES.agency(&telling.agency, now()).is_some(), "told agencies are on the roster");
                let agency = &telling.agency;
                let of = &facts[telling.fact.sequence.0 as usize - 1];
                let own = of.attributes.source.agency == *agency;
                let ends = CONTRACTS.get(of.attributes.kind.as_str()).unwrap().properties().values().any(|p| p.ends);
                let leaves = ends && telling.fact == fact.at && before.contains(agency);
                prop_assert!(own || leaves || audience.contains(agency), "{} is not in the case", agency);
                prop_assert_eq!(audience.contains(agency), involved.includes(agency, &RULES, now()));
                if own {
                    prop_assert_eq!(telling.form, Form::Full);
                    continue;
                }
                let contract = CONTRACTS.get(of.attributes.kind.as_str()).unwrap();
                let decision = decide(of, contract, agency, &involved, &RULES, now()).unwrap();
                prop_assert!(decision.form == telling.form || of.about_own().is_some() && telling.form == Form::Coarse);
                if decision.form == Form::Coarse {
                    continue;
                }
                // The oracle reads the matrix at its widest for this agency: what even that denies is withheld.
                // Broken glass opens what needs an approval, and shows whoever has no other part in the case no more than it names.
                let opened = involved.opened(agency, now());
                let widest = Standing { own: false, addressed: true, assigned: true, mandate: false };
                for (name, property) in contract.properties() {
                    let present = of.clear.contains_key(name) || of.protected.contains(name);
                    let pointer = format!("/data/{name}");
                    let level = RULES.level(&property.group, agency, now(), &widest);
                    let denied = match property.store {
                        Store::Clear => level < Level::Masked,
                        Store::Protected => level < Level::Full,
                    };
                    let opens = level == Level::Approval && opened.as_ref().is_some_and(|o| o.contains(&property.group));
                    if present && denied && !opens {
                        prop_assert!(decision.withheld.contains_key(&pointer), "{} is told {}", agency, pointer);
                    }
                    let plain = RULES.level(&property.group, agency, now(), &Standing::default());
                    if plain == Level::Full && involved.has_part(agency, &RULES, now()) {
                        prop_assert!(!decision.withheld.contains_key(&pointer), "{} misses {}", agency, pointer);
                    }
                }
            }
        }
    }

    /// What was told never grows by what is allowed later.
    #[test]
    fn the_narrower_of_two_decisions_withholds_what_either_withholds(facts in case(), agency in prop::sample::select(&["psb", "hlt", "ngo-07", "wbo"][..])) {
        let (last, before) = (facts.len() - 1, facts.len().div_ceil(2) - 1);
        let (Some(told), now) = (decided(&facts[..=before], 0, agency), decided(&facts, 0, agency)) else { return Ok(()) };
        let shown = narrower(told.clone(), now.clone());
        prop_assert!(shown.form <= told.form && now.as_ref().is_none_or(|now| shown.form <= now.form), "of {}", last);
        if shown.form != Form::Coarse {
            let both = told.withheld.keys().chain(now.iter().flat_map(|now| now.withheld.keys()));
            prop_assert!(both.into_iter().all(|pointer| shown.withheld.contains_key(pointer)));
        }
    }
}
