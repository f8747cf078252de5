//! A closed case takes nothing more, whoever owns the fact.

use super::*;

const AT: &str = "2026-03-30T14:25:00+08:00";

/// A case of the police that goes on in another one, and so is closed.
async fn closed() -> (Fixture, HistoryId) {
    let bus = adopted().await;
    let case = bus.publish("hsp-01", &report(1)).await.unwrap().subject;
    bus.publish("psb-03", &acknowledgement(2, 1, &case)).await.unwrap();
    let children = json!([{"label": "A", "age_band": "6-13", "sex": "female"}]);
    let opened = json!({"opened_at": AT, "reports": [id(1)], "children": children, "lead": "psb"});
    bus.publish("wbo", &event(3, "wbo", "intake.case-opened.v1", Some(&case), opened)).await.unwrap();
    let proposed = json!({"closure_type": "merged", "proposed_at": AT});
    bus.publish("psb-03", &event(4, "psb-03", "closure.proposed.v1", Some(&case), proposed)).await.unwrap();
    bus.publish("wbo", &closing(&case)).await.unwrap();
    (bus, case)
}

fn closing(case: &HistoryId) -> Value {
    let closed = json!({"proposal": id(4), "closed_at": AT, "closure_type": "merged"});
    event(5, "wbo", "closure.closed.v1", Some(case), closed)
}

#[tokio::test]
async fn a_closed_case_refuses_the_facts_of_every_stage_and_those_that_no_stage_owns() {
    let (bus, case) = closed().await;
    let proposed = json!({"closure_type": "death", "proposed_at": AT});
    let measures = json!({"measures": ["separated"], "taken_at": AT});
    let told = json!({"report": id(1), "kind": "outcome", "to": "hsp-01", "sent_at": AT});
    for (number, kind, data) in [
        (6, "closure.proposed.v1", proposed),
        (7, "mandatory-reporting.emergency-measures-taken.v1", measures),
        (8, "justice.reporter-feedback-sent.v1", told),
    ] {
        let answer = bus.publish("psb-03", &event(number, "psb-03", kind, Some(&case), data)).await;
        let Err(Problem::Refused(refusal)) = answer else { panic!("{kind}: {answer:?}") };
        assert_eq!(refusal.code, "closure.already-closed", "{kind}");
    }
}

#[tokio::test]
async fn a_closed_case_takes_what_governs_its_clocks_and_repeats_its_receipts() {
    let (bus, case) = closed().await;
    let explained = json!({"clock": "K08", "instance": id(1), "reason_code": "no-capacity"});
    let explained = event(6, "psb-03", "governance.breach-explained.v1", Some(&case), explained);
    bus.publish("psb-03", &explained).await.unwrap();
    assert!(bus.publish("wbo", &closing(&case)).await.unwrap().duplicate);
}
