//! A fact names another by its id: one that stands in the same history, of a type that its contract means.

use super::*;

/// A case in which the police search for a guardian (4).
async fn searching() -> (Fixture, HistoryId) {
    let bus = adopted().await;
    let case = bus.opened().await;
    bus.publish("psb-03", &search(&case)).await.unwrap();
    (bus, case)
}

#[track_caller]
fn names_nothing<T: std::fmt::Debug>(answer: Result<T, Problem>) {
    let Err(Problem::Refused(refusal)) = answer else { panic!("{answer:?}") };
    assert_eq!((refusal.code, refusal.unmet), ("governance.names-nothing", vec!["search".to_owned()]));
}

#[tokio::test]
async fn what_is_named_stands_in_the_history_and_is_of_the_type_that_is_meant() {
    let (bus, case) = searching().await;
    names_nothing(bus.publish("psb-03", &searched(5, 77, &case)).await); // there is none
    names_nothing(bus.publish("psb-03", &searched(5, 2, &case)).await); // that is no search
    let envelope = contract::Envelope::structured(searched(5, 77, &case).to_string().as_bytes()).unwrap();
    names_nothing(bus.bus.preview(&caller("psb-03"), envelope, None).await);
    bus.publish("psb-03", &searched(5, 4, &case)).await.unwrap();
}

#[tokio::test]
async fn what_is_said_once_is_not_said_again_unless_it_was_withdrawn() {
    let (bus, case) = searching().await;
    bus.publish("psb-03", &searched(5, 4, &case)).await.unwrap();
    assert!(bus.publish("psb-03", &searched(5, 4, &case)).await.unwrap().duplicate, "the same is no second");
    let again = bus.publish("psb-03", &searched(6, 4, &case)).await;
    let Err(Problem::Refused(refusal)) = again else { panic!("{again:?}") };
    assert_eq!((refusal.code, refusal.unmet), ("governance.said-before", vec!["search".to_owned()]));
    let data = json!({"fact": id(5), "reason_code": "wrong-history"});
    let withdrawal = event(7, "psb-03", "governance.fact-withdrawn.v1", Some(&case), data);
    bus.publish("psb-03", &withdrawal).await.unwrap();
    bus.publish("psb-03", &searched(8, 4, &case)).await.unwrap();
}

#[tokio::test]
async fn what_was_withdrawn_is_named_no_more() {
    let (bus, case) = searching().await;
    let data = json!({"fact": id(4), "reason_code": "wrong-history"});
    let withdrawal = event(5, "psb-03", "governance.fact-withdrawn.v1", Some(&case), data);
    bus.publish("psb-03", &withdrawal).await.unwrap();
    names_nothing(bus.publish("psb-03", &searched(6, 4, &case)).await);
}

#[tokio::test]
async fn a_history_that_took_over_another_speaks_of_what_stands_there() {
    let (bus, case) = searching().await;
    let other = bus.publish("hsp-01", &report(20)).await.unwrap().subject;
    bus.publish("psb-03", &acknowledgement(21, 20, &other)).await.unwrap();
    let data = json!({"other": other, "reason_code": "same-child", "linked_at": AT});
    let link = event(22, "wbo", "intake.reports-linked.v1", Some(&case), data);
    let told = |number| {
        let data = json!({"report": id(20), "kind": "outcome", "to": "hsp-01", "sent_at": AT});
        event(number, "psb-03", "justice.reporter-feedback-sent.v1", Some(&case), data)
    };
    let Err(Problem::Refused(refusal)) = bus.publish("psb-03", &told(23)).await else { panic!("admitted") };
    assert_eq!(refusal.code, "governance.names-nothing");
    bus.publish("wbo", &link).await.unwrap();
    bus.publish("psb-03", &told(23)).await.unwrap();
}
