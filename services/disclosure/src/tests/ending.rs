//! What ends a part in a case, and what gives it back.

use super::*;

fn involved(facts: &[CaseFact]) -> Involved {
    let mut involved = Involved::default();
    facts.iter().for_each(|fact| involved.evolve(fact, &CONTRACTS));
    involved
}

fn parts(facts: &[CaseFact], agency: &str) -> usize {
    involved(facts).grants(&code(agency)).count()
}

fn of(at: u64, by: &str, kind: &str, referral: &CaseFact, more: Value) -> CaseFact {
    let mut data = more;
    data["referral"] = referral.attributes.id.as_str().into();
    fact(at, by, kind, data)
}

fn withdrawn(at: u64, fact_: &CaseFact) -> CaseFact {
    let by = fact_.attributes.source.agency.as_str();
    fact(at, by, "governance.fact-withdrawn.v1", json!({"fact": fact_.attributes.id}))
}

#[test]
fn whom_an_arbitration_named_leaves_with_the_referral() {
    let made = referral(2, "ngo-07");
    let returned = of(3, "ngo-07", "referral.returned.v1", &made, json!({}));
    let arbitrated = of(4, "wbo", "referral.arbitrated.v1", &made, json!({"to": "ngo-11"}));
    let again = of(5, "ngo-11", "referral.returned.v1", &made, json!({}));
    let facts = [report(1), made, returned, arbitrated, again];
    assert_eq!(
        [parts(&facts[..3], "ngo-07"), parts(&facts[..4], "ngo-11"), parts(&facts, "ngo-11")],
        [0, 1, 0]
    );
}

#[test]
fn whoever_claims_an_offer_has_a_part_until_it_ends_and_the_others_have_none() {
    let offered = fact(2, "wbo", "referral.offered.v1", json!({"to": ["ngo-07", "ngo-11"]}));
    let claimed = of(3, "ngo-11", "referral.claimed.v1", &offered, json!({"by": "ngo-11"}));
    let cancelled = of(4, "wbo", "referral.cancelled.v1", &offered, json!({}));
    let facts = [report(1), offered, claimed, cancelled];
    assert_eq!([parts(&facts[..2], "ngo-07"), parts(&facts[..2], "ngo-11")], [1, 1]);
    assert_eq!([parts(&facts[..3], "ngo-07"), parts(&facts[..3], "ngo-11")], [0, 1]);
    assert_eq!(parts(&facts, "ngo-11"), 0);
}

#[test]
fn what_is_withdrawn_gives_no_part_and_what_it_ended_goes_on() {
    let made = referral(2, "ngo-07");
    let returned = of(3, "ngo-07", "referral.returned.v1", &made, json!({}));
    let back = withdrawn(4, &returned);
    let gone = withdrawn(5, &made);
    let facts = [report(1), made, returned, back, gone];
    let by_then = [2, 3, 4, 5].map(|end| parts(&facts[..end], "ngo-07"));
    assert_eq!(by_then, [1, 0, 1, 0]);
    // a fact of the same id that another agency said is another fact
    let mut other = withdrawn(3, &facts[1]);
    other.attributes.source = report(1).attributes.source;
    assert_eq!(parts(&[report(1), referral(2, "ngo-07"), other], "ngo-07"), 1);
}

#[test]
fn whoever_loses_its_part_is_told_by_what() {
    let made = referral(2, "ngo-07");
    for last in [of(3, "wbo", "referral.cancelled.v1", &made, json!({})), withdrawn(3, &made)] {
        let (kind, at) = (last.attributes.kind.clone(), last.at);
        let told = told(&[report(1), made.clone(), last]);
        let mine = told.iter().find(|telling| telling.agency == code("ngo-07") && telling.fact == at);
        assert!(mine.is_some_and(|telling| telling.form != Form::Coarse), "{kind}: {mine:?}");
    }
}

/// The contracts with one of the district's own, of which only those who may see the inner life of a child know at all.
fn with_a_hidden_kind() -> Contracts {
    let mut schema = CONTRACTS.get("health.psych-alert-raised.v1").unwrap().schema.clone();
    schema["$id"] = format!("urn:lianhu:{HIDDEN}").into();
    schema["x-attributes"]["source"]["x-group"] = "psychological".into();
    let text = schema.to_string();
    CONTRACTS.with_local([(HIDDEN, text.as_str())]).unwrap()
}

const HIDDEN: &str = "health.hidden-note-made.v1";

#[test]
fn that_a_fact_is_withdrawn_or_corrected_is_told_to_whoever_was_told_of_the_fact() {
    let contracts = with_a_hidden_kind();
    let mut hidden = fact(3, "mhc", "health.psych-alert-raised.v1", json!({}));
    hidden.attributes.kind = vocabulary::TypeName::parse(HIDDEN).unwrap();
    let correction = json!({"fact": hidden.attributes.id});
    for last in [withdrawn(4, &hidden), fact(4, "mhc", "governance.data-correction-recorded.v1", correction)]
    {
        let facts = [report(1), referral(2, "mhc"), hidden.clone(), last];
        let (mut told, mut decisions) = (Told::default(), Decisions::default());
        let mut next = |at: usize| {
            let tellings =
                told.next((&facts[..at], &facts[at..=at]), &contracts, &RULES, now(), &mut decisions);
            let new = tellings.into_iter().filter(|telling| telling.fact == facts[at].at);
            new.map(|telling| (telling.agency, telling.form == Form::Coarse)).collect::<Vec<_>>()
        };
        let [_, _, of_fact, of_last] = [0, 1, 2, 3].map(&mut next);
        assert_eq!(of_fact, of_last);
        assert!(!of_fact.iter().any(|(agency, _)| *agency == code("hlt")), "it is hidden from the authority");
    }
}
