//! A closed case takes nothing more, whoever owns the fact.

use super::*;

/// A case of the police that goes on in another one, and so is closed.
async fn closed() -> (Fixture, HistoryId) {
    let bus = adopted().await;
    let case = bus.opened().await;
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

/// What a small region asks before a case closes.
const ASKED: &str = r#"[[criterion]]
id = "guardianship-clocks-over"
name = { zh = "-", en = "-" }
kind = "local"
from = "2020-01-01"
predicate = "clocks-over"
basis = { law = "-", article = "-", text = { zh = "-", en = "-" } }

[[criterion]]
id = "approved"
name = { zh = "-", en = "-" }
kind = "local"
from = "2020-01-01"
predicate = "approved"
when = "closing"
levels = [{ up_to = "L4", roles = ["coordinator"] }]
basis = { law = "-", article = "-", text = { zh = "-", en = "-" } }
"#;

/// A case in which the police search for a guardian (clock K30), under that region's rules, and is proposed to close.
async fn searching() -> (Fixture, HistoryId) {
    let mut files = demo_files_with_clocks();
    files.retain(|file| file.path != "closure.toml");
    let clocks = include_str!("../../../../deploy/jurisdictions/demo/clocks/guardianship.toml");
    for (path, content) in [("closure.toml", ASKED), ("clocks/guardianship.toml", clocks)] {
        files.push(RuleFile { path: path.into(), content: content.into() });
    }
    let bus = bare();
    bus.bus.adopt(&files).await.unwrap();
    let case = bus.opened().await;
    bus.publish("psb-03", &search(&case)).await.unwrap();
    let proposed = json!({"closure_type": "goal-met", "proposed_at": AT});
    bus.publish("psb-03", &event(5, "psb-03", "closure.proposed.v1", Some(&case), proposed)).await.unwrap();
    (bus, case)
}

fn approval(case: &HistoryId) -> Value {
    event(6, "wbo", "closure.approved.v1", Some(case), json!({"proposal": id(5), "approved_at": AT}))
}

fn refused<T: std::fmt::Debug>(answer: Result<T, Problem>) -> vocabulary::Refusal {
    let Err(Problem::Refused(refusal)) = answer else { panic!("{answer:?}") };
    refusal
}

#[tokio::test]
async fn a_clock_that_is_open_holds_a_closing_back_until_it_is_over() {
    let (bus, case) = searching().await;
    let held = refused(bus.publish("wbo", &approval(&case)).await);
    assert_eq!((held.code, held.unmet), ("closure.not-yet", vec!["guardianship-clocks-over".to_owned()]));
    bus.publish("psb-03", &searched(7, 4, &case)).await.unwrap();
    bus.publish("wbo", &approval(&case)).await.unwrap();
}

#[tokio::test]
async fn an_approval_rests_on_what_ended_the_clock_that_held_it_back() {
    let (bus, case) = searching().await;
    bus.publish("psb-03", &searched(7, 4, &case)).await.unwrap();
    bus.publish("wbo", &approval(&case)).await.unwrap();
    bus.settle().await;
    let data = json!({"fact": id(7), "reason_code": "wrong-history"});
    let withdrawal = event(8, "psb-03", "governance.fact-withdrawn.v1", Some(&case), data);
    assert_eq!(refused(bus.publish("psb-03", &withdrawal).await).code, "governance.rested-on");
}
