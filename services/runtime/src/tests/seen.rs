use super::*;
use futures_util::future::join_all;
use vocabulary::{FactRef, Version};

fn place(receipt: &Receipt) -> FactRef {
    FactRef { sequence: receipt.sequence, ordinal: receipt.ordinal }
}

fn measures(number: u64, subject: &HistoryId) -> Value {
    let data = json!({"measures": ["kept-on-ward"], "taken_at": "2026-03-30T14:20:00+08:00"});
    event(number, "psb-03", "mandatory-reporting.emergency-measures-taken.v1", Some(subject), data)
}

/// The hospital's second report into the same case.
fn further(number: u64, agency: &str, subject: &HistoryId) -> Value {
    let mut event = report(number);
    event["subject"] = subject.as_str().into();
    event["source"] = format!("/999901/{agency}").into();
    event
}

impl Fixture {
    async fn publish_seen(&self, agency: &str, event: &Value, seen: FactRef) -> Result<Receipt, Problem> {
        let envelope = Envelope::structured(event.to_string().as_bytes()).unwrap();
        self.bus.publish(&caller(agency), envelope, Some(seen)).await
    }
}

#[tokio::test]
async fn who_has_seen_the_last_disclosed_fact_may_publish_and_nobody_else() {
    let bus = adopted().await;
    let first = bus.publish("hsp-01", &report(1)).await.unwrap();
    let ack = acknowledgement(2, 1, &first.subject);
    let untold = bus.publish_seen("psb-03", &ack, place(&first)).await;
    assert!(matches!(untold, Err(Problem::Moved)), "it was told nothing yet");
    bus.settle().await;
    let version = bus.ledger.version(&first.subject).unwrap();
    for wrong in
        [FactRef { ordinal: 1, ..place(&first) }, FactRef { sequence: vocabulary::Position(1), ordinal: 0 }]
    {
        assert!(matches!(bus.publish_seen("psb-03", &ack, wrong).await, Err(Problem::Moved)), "{wrong}");
    }
    assert_eq!(bus.ledger.version(&first.subject).unwrap(), version, "nothing was recorded");
    let second = bus.publish_seen("psb-03", &ack, place(&first)).await.unwrap();
    let more = measures(3, &first.subject);
    let stale = bus.publish_seen("psb-03", &more, place(&first)).await;
    assert!(matches!(stale, Err(Problem::Moved)), "an own fact counts at once");
    bus.publish_seen("psb-03", &more, place(&second)).await.unwrap();
    bus.settle().await;
    let stale = bus.publish_seen("hsp-01", &further(4, "hsp-01", &first.subject), place(&first)).await;
    assert!(matches!(stale, Err(Problem::Moved)), "the hospital was told of what followed");
}

#[tokio::test]
async fn facts_that_are_hidden_from_the_caller_do_not_count() {
    let bus = bare();
    let mut files = demo_files();
    let told = "reporter-unit = \"status\"";
    assert!(files[1].content.contains(told), "a unit that reported is told that steps were taken");
    files[1].content = files[1].content.replacen(told, "reporter-unit = \"none\"", 1);
    bus.bus.adopt(&files).await.unwrap();
    let mut filed = report(1);
    filed["source"] = "/999901/htl-08".into();
    let first = bus.publish("htl-08", &filed).await.unwrap();
    bus.publish("psb-03", &measures(2, &first.subject)).await.unwrap();
    bus.settle().await;
    assert_eq!(
        bus.bus.feed(&caller("htl-08"), 0, 10).unwrap().len(),
        1,
        "now it is told of its report alone"
    );
    let again = further(3, "htl-08", &first.subject);
    bus.publish_seen("htl-08", &again, place(&first)).await.unwrap();
}

#[tokio::test]
async fn a_fact_that_is_recorded_and_not_yet_disclosed_does_not_count() {
    let bus = adopted().await;
    let first = bus.publish("hsp-01", &report(1)).await.unwrap();
    bus.publish("psb-03", &acknowledgement(2, 1, &first.subject)).await.unwrap();
    bus.publish_seen("hsp-01", &further(3, "hsp-01", &first.subject), place(&first)).await.unwrap();
}

#[tokio::test]
async fn a_receipt_counts_for_what_followed_from_its_fact() {
    let bus = adopted().await;
    let first = bus.publish("hsp-01", &report(1)).await.unwrap();
    let data =
        json!({"report": id(1), "accepted_at": "2026-03-30T14:25:00+08:00", "receipt_no": "A-2026-0001"});
    let accepted = event(2, "psb-03", "mandatory-reporting.police-accepted.v1", Some(&first.subject), data);
    let accepted = bus.publish("psb-03", &accepted).await.unwrap();
    assert_eq!(accepted.consequences.len(), 1);
    let next = bus.publish_seen("psb-03", &measures(3, &first.subject), place(&accepted)).await.unwrap();
    assert!(next.sequence > accepted.sequence);
    bus.settle().await;
    let stale = FactRef { ordinal: 1, ..place(&accepted) };
    assert!(matches!(
        bus.publish_seen("psb-03", &measures(4, &first.subject), stale).await,
        Err(Problem::Moved)
    ));
    let beyond = FactRef { ordinal: 1, ..place(&next) };
    assert!(matches!(
        bus.publish_seen("psb-03", &measures(4, &first.subject), beyond).await,
        Err(Problem::Moved)
    ));
    bus.publish_seen("psb-03", &measures(4, &first.subject), place(&next)).await.unwrap();
}

#[tokio::test]
async fn of_two_who_have_seen_the_same_one_is_first_and_the_other_reads_again() {
    let bus = adopted().await;
    let first = bus.publish("hsp-01", &report(1)).await.unwrap();
    bus.settle().await;
    let events: Vec<Value> = (10..18).map(|number| measures(number, &first.subject)).collect();
    let answers = join_all(events.iter().map(|event| bus.publish_seen("psb-03", event, place(&first)))).await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1);
    assert!(answers.iter().all(|answer| matches!(answer, Ok(_) | Err(Problem::Moved))));
    assert_eq!(bus.ledger.version(&first.subject).unwrap(), Version(2));
}

#[tokio::test]
async fn the_same_document_again_answers_its_receipt_whatever_was_seen() {
    let bus = adopted().await;
    let first = bus.publish("hsp-01", &report(1)).await.unwrap();
    bus.settle().await;
    let ack = acknowledgement(2, 1, &first.subject);
    let receipt = bus.publish_seen("psb-03", &ack, place(&first)).await.unwrap();
    let again = bus.publish_seen("psb-03", &ack, place(&first)).await.unwrap();
    assert_eq!(again, Receipt { duplicate: true, ..receipt });
}

#[tokio::test]
async fn involvement_is_asked_before_and_the_stage_after() {
    let bus = adopted().await;
    let first = bus.publish("hsp-01", &report(1)).await.unwrap();
    bus.settle().await;
    let mut stranger = acknowledgement(2, 1, &first.subject);
    stranger["source"] = "/999901/psb-05".into();
    let answer = bus.publish_seen("psb-05", &stranger, place(&first)).await;
    assert!(matches!(answer, Err(Problem::NotFound)), "whether the case exists is not told");
    let ack = bus.publish("psb-03", &acknowledgement(3, 1, &first.subject)).await.unwrap();
    let twice = acknowledgement(4, 1, &first.subject);
    assert!(matches!(bus.publish_seen("psb-03", &twice, place(&first)).await, Err(Problem::Moved)));
    assert!(matches!(bus.publish_seen("psb-03", &twice, place(&ack)).await, Err(Problem::Refused(_))));
    let new = bus.publish_seen("hsp-01", &report(5), place(&first)).await;
    assert!(matches!(new, Err(Problem::Moved)), "a case that is not yet has no last fact");
}

#[tokio::test]
async fn a_dry_run_is_asked_the_same() {
    let bus = adopted().await;
    let first = bus.publish("hsp-01", &report(1)).await.unwrap();
    let ask = async |seen| {
        let ack = acknowledgement(2, 1, &first.subject).to_string();
        bus.bus.preview(&caller("psb-03"), Envelope::structured(ack.as_bytes()).unwrap(), Some(seen)).await
    };
    assert!(matches!(ask(place(&first)).await, Err(Problem::Moved)));
    bus.settle().await;
    assert!(ask(place(&first)).await.unwrap().admitted);
}
