//! A fact that was taken back: from then on the history reads as if it had never been said, and only from then on.

use super::*;
use crate::render::FeedItem;
use crate::{AsOf, ClockState, withdraw::Refusal};
use vocabulary::Position;
use vocabulary::governance::Form;

const WITHDRAWN: &str = "governance.fact-withdrawn.v1";

/// A case that the police lead, with a referral to a service.
async fn case(bus: &Fixture) -> HistoryId {
    let case = bus.opened().await;
    let made =
        json!({"to": "ngo-07", "purpose": "counselling", "urgency": "urgent", "request": "please see her"});
    bus.publish("wbo", &event(4, "wbo", "referral.made.v1", Some(&case), made)).await.unwrap();
    case
}

fn withdrawal(number: u64, agency: &str, of: u64, history: &HistoryId) -> Value {
    let data = json!({"fact": id(of), "reason_code": "wrong-history"});
    event(number, agency, WITHDRAWN, Some(history), data)
}

fn received(number: u64, history: &HistoryId) -> Value {
    let data = json!({"referral": id(4), "received_at": AT});
    event(number, "ngo-07", "referral.received.v1", Some(history), data)
}

fn feed(bus: &Fixture, agency: &str) -> Vec<FeedItem> {
    bus.bus.feed(&caller(agency), 0, 1_000).unwrap()
}

#[track_caller]
fn refused(answer: Result<Receipt, Problem>) -> vocabulary::Refusal {
    match answer {
        Err(Problem::Refused(refusal)) => refusal,
        other => panic!("{other:?}"),
    }
}

fn referrals(bus: &Fixture, case: &HistoryId, as_of: AsOf) -> usize {
    bus.bus.case_referrals(&caller("wbo"), case, as_of).unwrap().len()
}

#[tokio::test]
async fn a_withdrawn_referral_asks_nothing_of_anybody_and_was_there_all_the_same() {
    let bus = adopted().await;
    let case = case(&bus).await;
    bus.settle().await;
    let before = bus.ledger.head().borrow().0;
    assert_eq!(referrals(&bus, &case, AsOf::Now), 1);
    assert_eq!(bus.bus.inbox(&caller("ngo-07")).unwrap().len(), 1);

    bus.publish("wbo", &withdrawal(5, "wbo", 4, &case)).await.unwrap();
    bus.settle().await;
    assert_eq!(referrals(&bus, &case, AsOf::Now), 0);
    assert_eq!(referrals(&bus, &case, AsOf::Position(Position(before))), 1, "it had been made by then");
    assert_eq!(bus.bus.inbox(&caller("ngo-07")).unwrap().len(), 0, "and waits on nobody");

    let timeline = bus.bus.timeline(&caller("wbo"), &case, AsOf::Now).unwrap();
    let facts = timeline.steps.iter().flat_map(|step| &step.facts);
    let marked = facts.filter(|fact| fact.withdrawn).map(|fact| fact.item.event["id"].clone());
    assert_eq!(marked.collect::<Vec<_>>(), [id(4)], "it stays in sight, marked");

    // the service is told why its request is gone, and has no part in the case any more
    let items = feed(&bus, "ngo-07");
    let last = items.last().unwrap();
    assert_eq!(
        (last.event["type"].as_str(), last.event["data"]["fact"].as_str()),
        (Some(WITHDRAWN), Some(&*id(4)))
    );
    assert!(items.iter().rev().skip(1).all(|item| item.form == Form::Coarse), "what it was told has shrunk");
    assert!(matches!(bus.publish("ngo-07", &received(6, &case)).await, Err(Problem::NotFound)));

    // nor is there anything that the coordinator could cancel
    let cancelled = json!({"referral": id(4), "cancelled_at": AT, "reason_code": "no-longer-needed"});
    let cancelled =
        bus.publish("wbo", &event(7, "wbo", "referral.cancelled.v1", Some(&case), cancelled)).await;
    assert_eq!(refused(cancelled).code, "referral.unknown");
    same_when_folded_again(&bus).await;
}

#[tokio::test]
async fn a_fact_that_others_rest_on_is_not_withdrawn() {
    let bus = adopted().await;
    let case = case(&bus).await;
    bus.publish("ngo-07", &received(5, &case)).await.unwrap();
    bus.settle().await;
    let refusal = refused(bus.publish("wbo", &withdrawal(6, "wbo", 4, &case)).await);
    assert_eq!(
        (refusal.code, refusal.unmet),
        (Refusal::RestedOn.code(), vec![id(5)]),
        "its receipt names it"
    );

    // first the later one, then the earlier one
    bus.publish("ngo-07", &withdrawal(7, "ngo-07", 5, &case)).await.unwrap();
    bus.publish("wbo", &withdrawal(8, "wbo", 4, &case)).await.unwrap();
    bus.settle().await;
    assert_eq!(referrals(&bus, &case, AsOf::Now), 0);
    same_when_folded_again(&bus).await;
}

#[tokio::test]
async fn what_an_agency_said_rests_on_the_fact_that_gave_it_its_part() {
    let bus = adopted().await;
    let case = case(&bus).await;
    // names no referral, and no stage asks for one: it is in the case only because it was asked to help
    let kind = "health.psych-alert-raised.v1";
    let made =
        json!({"to": "mhc", "purpose": "counselling", "urgency": "urgent", "request": "please see her"});
    bus.publish("wbo", &event(5, "wbo", "referral.made.v1", Some(&case), made)).await.unwrap();
    let alert = CONTRACTS.get(kind).unwrap().schema["examples"][0].clone();
    bus.publish("mhc", &event(6, "mhc", kind, Some(&case), alert)).await.unwrap();
    let refusal = refused(bus.publish("wbo", &withdrawal(7, "wbo", 5, &case)).await);
    assert_eq!(refusal.code, Refusal::RestedOn.code());
    assert_eq!(refusal.unmet, Vec::<String>::new(), "nobody learns by it of a fact that it was not told of");
    bus.publish("wbo", &withdrawal(8, "wbo", 4, &case)).await.unwrap();
}

#[tokio::test]
async fn what_a_withdrawn_fact_had_ended_goes_on() {
    let bus = adopted().await;
    let case = case(&bus).await;
    bus.publish("ngo-07", &received(5, &case)).await.unwrap();
    let returned = json!({"referral": id(4), "returned_at": AT, "reason_code": "no-capacity"});
    bus.publish("ngo-07", &event(6, "ngo-07", "referral.returned.v1", Some(&case), returned)).await.unwrap();
    bus.settle().await;
    // it has left the case by its own word, so whoever has a part in it must say so; here the fold is asked
    let contracts = bus.bus.contracts();
    let facts = bus.bus.histories.with(&case, |folded| folded.facts.clone()).unwrap();
    let mut involved = disclosure::Involved::of(&case);
    facts.iter().for_each(|fact| involved.evolve(fact, &contracts));
    let service = caller("ngo-07").agency;
    assert_eq!(involved.grants(&service).count(), 0);
    let mut taken_back = facts[facts.len() - 1].clone();
    let said = vocabulary::governance::FactWithdrawn {
        fact: taken_back.attributes.id.clone(),
        reason_code: "said-twice".to_owned(),
    };
    taken_back.fact = vocabulary::governance::Governance::FactWithdrawn(said).into();
    taken_back.attributes.id = vocabulary::EventId::parse(&id(7)).unwrap();
    involved.evolve(&taken_back, &contracts);
    assert_eq!(involved.grants(&service).count(), 1);
}

#[tokio::test]
async fn only_ones_own_facts_and_once_and_no_report() {
    let bus = adopted().await;
    let case = case(&bus).await;
    for (agency, of, code) in [
        ("psb-03", 4, Refusal::NoSuchFact),      // another agency's
        ("wbo", 99, Refusal::NoSuchFact),        // nobody's
        ("hsp-01", 1, Refusal::NotWithdrawable), // a report stays a report
        ("wbo", 3, Refusal::NotWithdrawable),    // a case is closed, not unsaid
    ] {
        let answer = bus.publish(agency, &withdrawal(20, agency, of, &case)).await;
        assert_eq!(refused(answer).code, code.code(), "{agency} {of}");
    }
    bus.publish("wbo", &withdrawal(5, "wbo", 4, &case)).await.unwrap();
    assert_eq!(
        refused(bus.publish("wbo", &withdrawal(6, "wbo", 4, &case)).await).code,
        Refusal::NoSuchFact.code()
    );
    assert_eq!(
        refused(bus.publish("wbo", &withdrawal(6, "wbo", 5, &case)).await).code,
        Refusal::NotWithdrawable.code()
    );
    assert!(bus.publish("wbo", &withdrawal(5, "wbo", 4, &case)).await.unwrap().duplicate);
}

#[tokio::test]
async fn a_correction_names_properties_of_ones_own_fact_and_changes_no_fold() {
    let bus = adopted().await;
    let case = case(&bus).await;
    let correction = |number, of, property: &str| {
        let data = json!({"fact": id(of), "properties": [property], "reason_code": "wrong-when-written",
            "note": "the urgency was an emergency"});
        event(number, "wbo", "governance.data-correction-recorded.v1", Some(&case), data)
    };
    let unknown = refused(bus.publish("wbo", &correction(5, 4, "colour_of_hair")).await);
    assert_eq!(
        (unknown.code, unknown.unmet),
        (Refusal::NoSuchProperty.code(), vec!["colour_of_hair".to_owned()])
    );
    assert_eq!(
        refused(bus.publish("wbo", &correction(5, 1, "urgency")).await).code,
        Refusal::NoSuchFact.code()
    );
    let before = bus.bus.histories.with(&case, |folded| agency_views::Case::of(&folded.facts)).unwrap();
    bus.publish("wbo", &correction(5, 4, "urgency")).await.unwrap();
    let mut after = bus.bus.histories.with(&case, |folded| agency_views::Case::of(&folded.facts)).unwrap();
    after.last = before.last;
    assert_eq!(before, after);
    // a correction rests on nothing that could not go: it went with it
    bus.publish("wbo", &withdrawal(6, "wbo", 4, &case)).await.unwrap();
}

#[tokio::test]
async fn a_visit_that_was_not_made_leaves_its_clock_missed() {
    let bus = clocks::whole().await;
    bus.clock.set("2026-03-30T14:30:00+08:00");
    let kind = "follow-up.child-registered.v1";
    let mut data = CONTRACTS.get(kind).unwrap().schema["examples"][0].clone();
    data["registered_at"] = "2026-03-30T14:00:00+08:00".into();
    let file = bus.says(1, "cdr-07", kind, None, data).await.subject;
    let kind = "follow-up.home-visit-completed.v1";
    let mut visit = CONTRACTS.get(kind).unwrap().schema["examples"][0].clone();
    visit["started_at"] = "2026-03-30T14:10:00+08:00".into();
    bus.says(2, "cdr-07", kind, Some(&file), visit).await;
    bus.at("2026-04-08T01:00:00+08:00").await;
    assert_eq!(bus.state("cdr-07", &file, "K40"), Some(ClockState::Met));

    let taken_back = json!({"fact": id(2), "reason_code": "did-not-happen"});
    bus.says(3, "cdr-07", WITHDRAWN, Some(&file), taken_back).await;
    bus.at("2026-04-08T02:00:00+08:00").await;
    assert_eq!(bus.state("cdr-07", &file, "K40"), Some(ClockState::Missed));
    assert!(bus.told("wst-02", &file).contains(&"governance.clock-breached.v1".to_owned()));
    same_when_folded_again(&bus).await;
}

/// Views that another process fills from the first record on are these.
async fn same_when_folded_again(bus: &Fixture) {
    bus.settle().await;
    let again = Arc::new(bus.another("again"));
    settle_with(&again, crate::Duties::NONE).await;
    let (alike, difference) = bus.bus.views.difference(&again.views).unwrap();
    assert_eq!(difference, None);
    assert!(alike > 0);
}
