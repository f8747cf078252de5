//! A fact names another by its id: one that stands in the same history, of a type that its contract means.

use super::*;

const AT: &str = "2026-03-30T14:25:00+08:00";

/// A case in which the police search for a guardian (4), and the coordinator's suggestion (5) waits for an answer.
async fn searching() -> (Fixture, HistoryId) {
    let bus = adopted().await;
    let case = bus.publish("hsp-01", &report(1)).await.unwrap().subject;
    bus.publish("psb-03", &acknowledgement(2, 1, &case)).await.unwrap();
    let children = json!([{"label": "A", "age_band": "6-13", "sex": "female"}]);
    let opened = json!({"opened_at": AT, "reports": [id(1)], "children": children, "lead": "psb"});
    bus.publish("wbo", &event(3, "wbo", "intake.case-opened.v1", Some(&case), opened)).await.unwrap();
    let search = json!({"started_at": AT, "ground": "guardian-unreachable", "means": ["police-inquiry"]});
    let search = event(4, "psb-03", "guardianship.guardian-search-started.v1", Some(&case), search);
    bus.publish("psb-03", &search).await.unwrap();
    (bus, case)
}

fn concluded(number: u64, of: u64, case: &HistoryId) -> Value {
    let data = json!({"search": id(of), "concluded_at": AT, "finding": "not-found", "to": ["cab"]});
    event(number, "psb-03", "guardianship.guardian-search-concluded.v1", Some(case), data)
}

#[track_caller]
fn names_nothing<T: std::fmt::Debug>(answer: Result<T, Problem>) {
    let Err(Problem::Refused(refusal)) = answer else { panic!("{answer:?}") };
    assert_eq!((refusal.code, refusal.unmet), ("governance.names-nothing", vec!["search".to_owned()]));
}

#[tokio::test]
async fn what_is_named_stands_in_the_history_and_is_of_the_type_that_is_meant() {
    let (bus, case) = searching().await;
    names_nothing(bus.publish("psb-03", &concluded(5, 77, &case)).await); // there is none
    names_nothing(bus.publish("psb-03", &concluded(5, 2, &case)).await); // that is no search
    let envelope = contract::Envelope::structured(concluded(5, 77, &case).to_string().as_bytes()).unwrap();
    names_nothing(bus.bus.preview(&caller("psb-03"), envelope, None).await);
    bus.publish("psb-03", &concluded(5, 4, &case)).await.unwrap();
}

#[tokio::test]
async fn what_is_said_once_is_not_said_again_unless_it_was_withdrawn() {
    let (bus, case) = searching().await;
    bus.publish("psb-03", &concluded(5, 4, &case)).await.unwrap();
    assert!(bus.publish("psb-03", &concluded(5, 4, &case)).await.unwrap().duplicate, "the same is no second");
    let again = bus.publish("psb-03", &concluded(6, 4, &case)).await;
    let Err(Problem::Refused(refusal)) = again else { panic!("{again:?}") };
    assert_eq!((refusal.code, refusal.unmet), ("governance.said-before", vec!["search".to_owned()]));
    let data = json!({"fact": id(5), "reason_code": "wrong-history"});
    let withdrawal = event(7, "psb-03", "governance.fact-withdrawn.v1", Some(&case), data);
    bus.publish("psb-03", &withdrawal).await.unwrap();
    bus.publish("psb-03", &concluded(8, 4, &case)).await.unwrap();
}

#[tokio::test]
async fn what_was_withdrawn_is_named_no_more() {
    let (bus, case) = searching().await;
    let data = json!({"fact": id(4), "reason_code": "wrong-history"});
    let withdrawal = event(5, "psb-03", "governance.fact-withdrawn.v1", Some(&case), data);
    bus.publish("psb-03", &withdrawal).await.unwrap();
    names_nothing(bus.publish("psb-03", &concluded(6, 4, &case)).await);
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
