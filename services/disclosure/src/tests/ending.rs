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
