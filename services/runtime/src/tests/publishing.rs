use super::*;
use futures_util::future::join_all;
use ledger::faulty::Fault;
use ledger::{LedgerError, Outcome, Stored};
use tokio::sync::watch;
use vocabulary::id::HistoryKind;
use vocabulary::{EventId, FactRef, Position, Record, Source, Version};

#[tokio::test]
async fn the_same_document_again_answers_with_the_first_receipt_and_changes_nothing() {
    let bus = adopted().await;
    let first = bus.publish("hsp-01", &report(1)).await.unwrap();
    let head = *bus.ledger.head().borrow();
    let mut traced = report(1);
    traced["traceparent"] = "00-0123456789abcdef0123456789abcdef-0123456789abcdef-01".into();
    let again = bus.publish("hsp-01", &traced).await.unwrap();
    assert_eq!(again, Receipt { duplicate: true, ..first });
    assert_eq!(*bus.ledger.head().borrow(), head);
}

#[tokio::test]
async fn another_document_under_the_same_id_is_refused() {
    let bus = adopted().await;
    bus.publish("hsp-01", &report(1)).await.unwrap();
    for (pointer, value) in [
        ("/data/narrative", json!("another story")),
        ("/data/situation_code", json!("R9")),
        ("/time", json!("2026-03-30T14:19:00+08:00")),
    ] {
        let mut other = report(1);
        *other.pointer_mut(pointer).unwrap() = value;
        assert!(matches!(bus.publish("hsp-01", &other).await, Err(Problem::IdConflict)), "{pointer}");
    }
}

#[tokio::test]
async fn racing_repeats_are_one_fact_with_one_receipt() {
    let bus = adopted().await;
    let opened = bus.publish("hsp-01", &report(1)).await.unwrap();
    let ack = acknowledgement(2, 1, &opened.subject);
    let answers = join_all((0..32).map(|_| bus.publish("psb-03", &ack))).await;
    let receipts: Vec<Receipt> = answers.into_iter().map(Result::unwrap).collect();
    assert_eq!(receipts.iter().filter(|receipt| !receipt.duplicate).count(), 1);
    assert!(
        receipts
            .iter()
            .all(|receipt| receipt.sequence == receipts[0].sequence && receipt.hash == receipts[0].hash)
    );
}

#[tokio::test]
async fn thirty_two_publishers_into_one_case_are_all_admitted() {
    let bus = adopted().await;
    let opened = bus.publish("hsp-01", &report(1)).await.unwrap();
    let measures = |number| {
        let data = json!({"measures": ["kept-on-ward"], "taken_at": "2026-03-30T14:20:00+08:00"});
        event(
            number,
            "psb-03",
            "mandatory-reporting.emergency-measures-taken.v1",
            Some(&opened.subject),
            data,
        )
    };
    let events: Vec<Value> = (10..42).map(measures).collect();
    for answer in join_all(events.iter().map(|event| bus.publish("psb-03", event))).await {
        answer.unwrap();
    }
    assert_eq!(bus.ledger.version(&opened.subject).unwrap(), Version(33));
}

#[tokio::test]
async fn an_append_that_failed_is_safe_to_repeat_whether_it_was_lost_or_kept() {
    for (fault, duplicate) in [(Fault::Lost, false), (Fault::Kept, true)] {
        let bus = adopted().await;
        bus.ledger.fail_next(fault);
        assert!(matches!(bus.publish("hsp-01", &report(1)).await, Err(Problem::Unavailable(_))), "{fault:?}");
        let receipt = bus.publish("hsp-01", &report(1)).await.unwrap();
        assert_eq!(receipt.duplicate, duplicate, "{fault:?}");
        assert_eq!(bus.ledger.version(&receipt.subject).unwrap(), Version(1), "{fault:?}: there once");
    }
}

#[tokio::test]
async fn checks_run_in_their_order() {
    let bus = adopted().await;
    let opened = bus.publish("hsp-01", &report(1)).await.unwrap();
    let ack = acknowledgement(2, 1, &opened.subject);
    let mut broken = ack.clone();
    broken["data"]["report"] = 7.into();
    assert!(
        matches!(bus.publish("sch-12", &broken).await, Err(Problem::Rejected(_))),
        "contract before source"
    );
    assert!(matches!(bus.publish("sch-12", &ack).await, Err(Problem::ForeignSource)));
    let as_school = |mut event: Value| {
        event["source"] = "/999901/sch-12".into();
        event
    };
    assert!(
        matches!(bus.publish("sch-12", &as_school(ack.clone())).await, Err(Problem::RoleNotAllowed)),
        "role before history"
    );
    let uninvolved = |mut event: Value| {
        event["source"] = "/999901/psb-05".into();
        event
    };
    assert!(
        matches!(bus.publish("psb-05", &uninvolved(ack.clone())).await, Err(Problem::NotFound)),
        "not in this case"
    );
    let mut nowhere = uninvolved(ack.clone());
    nowhere["subject"] = "case-00000000000000000000000000000000".into();
    assert!(matches!(bus.publish("psb-05", &nowhere).await, Err(Problem::NotFound)), "no such case");
    let mut unknown = ack.clone();
    unknown["data"]["report"] = id(99).into();
    assert!(
        matches!(bus.publish("psb-03", &unknown).await, Err(Problem::Refused(r)) if r.code == "intake.unknown-report")
    );
    assert!(matches!(bus.publish("psb-09", &uninvolved_retired(&ack)).await, Err(Problem::OffRoster)));
}

fn uninvolved_retired(ack: &Value) -> Value {
    let mut event = ack.clone();
    event["source"] = "/999901/psb-09".into();
    event
}

#[tokio::test]
async fn a_time_that_lies_ahead_is_refused_and_one_that_lies_back_is_not() {
    let bus = adopted().await;
    let at = |time: &str| {
        let mut event = report(1);
        event["time"] = time.into();
        event
    };
    assert!(matches!(
        bus.publish("hsp-01", &at("2026-03-30T15:30:00+08:00")).await,
        Err(Problem::Rejected(_))
    ));
    bus.publish("hsp-01", &at("2026-03-30T14:35:00+08:00")).await.unwrap();
    let mut late = report(2);
    late["time"] = "2026-03-20T09:00:00+08:00".into();
    late["data"]["discovered_at"] = "2026-03-20T08:00:00+08:00".into();
    bus.publish("hsp-01", &late).await.unwrap();
}

#[tokio::test]
async fn recorded_time_never_goes_back_within_a_history() {
    let bus = adopted().await;
    let opened = bus.publish("hsp-01", &report(1)).await.unwrap();
    bus.clock.set("2026-03-30T14:25:00+08:00");
    let next = bus.publish("psb-03", &acknowledgement(2, 1, &opened.subject)).await.unwrap();
    assert_eq!(next.recordedtime, opened.recordedtime);
}

#[tokio::test]
async fn a_dry_run_answers_what_would_follow_and_stores_nothing() {
    let bus = adopted().await;
    let opened = bus.publish("hsp-01", &report(1)).await.unwrap();
    let data =
        json!({"report": id(1), "accepted_at": "2026-03-30T14:25:00+08:00", "receipt_no": "A-2026-0001"});
    let accepted = event(2, "psb-03", "mandatory-reporting.police-accepted.v1", Some(&opened.subject), data);
    let envelope = Envelope::structured(accepted.to_string().as_bytes()).unwrap();
    let head = *bus.ledger.head().borrow();
    let preview = bus.bus.preview(&caller("psb-03"), envelope, None).await.unwrap();
    assert_eq!(
        (preview.admitted, preview.consequences),
        (true, vec!["intake.report-acknowledged.v1".to_owned()])
    );
    assert_eq!(*bus.ledger.head().borrow(), head);
    let receipt = bus.publish("psb-03", &accepted).await.unwrap();
    assert_eq!(receipt.consequences[0].kind, "intake.report-acknowledged.v1");
    let consequence = &bus.ledger.get(receipt.sequence).unwrap().unwrap().record.facts[1];
    let clear = Value::Object(consequence.data.clone());
    assert_eq!(
        CONTRACTS.violations("intake.report-acknowledged.v1", &clear),
        Some(vec![]),
        "it fulfils its contract"
    );
}

#[tokio::test]
async fn a_retry_after_a_lost_answer_never_opens_a_second_case() {
    let bus = adopted().await;
    let first = bus.publish("hsp-01", &report(1)).await.unwrap();
    let cases = bus.ledger.histories(HistoryKind::Case).unwrap();
    assert_eq!(cases, std::slice::from_ref(&first.subject));
    assert!(!first.subject.as_str().contains("hsp"), "nobody can guess it");
    bus.publish("hsp-01", &report(1)).await.unwrap();
    assert_eq!(bus.ledger.histories(HistoryKind::Case).unwrap(), cases);
}

/// Somebody else is always first.
struct Contended(Arc<Faulty<MemoryLedger>>);

#[async_trait::async_trait]
impl Ledger for Contended {
    async fn append(&self, record: Record) -> Result<Outcome, LedgerError> {
        Err(LedgerError::Conflict { found: record.version })
    }
    fn read(&self, history: &HistoryId, after: Version) -> Result<Vec<Stored>, LedgerError> {
        self.0.read(history, after)
    }
    fn version(&self, history: &HistoryId) -> Result<Version, LedgerError> {
        self.0.version(history)
    }
    fn find(&self, source: &Source, id: &EventId) -> Result<Option<FactRef>, LedgerError> {
        self.0.find(source, id)
    }
    fn get(&self, position: Position) -> Result<Option<Stored>, LedgerError> {
        self.0.get(position)
    }
    fn range(&self, after: Position, most: usize) -> Result<Vec<Stored>, LedgerError> {
        self.0.range(after, most)
    }
    fn histories(&self, kind: HistoryKind) -> Result<Vec<HistoryId>, LedgerError> {
        self.0.histories(kind)
    }
    fn head(&self) -> watch::Receiver<Position> {
        self.0.head()
    }
}

#[tokio::test]
async fn whoever_is_never_first_is_told_to_try_again() {
    let bus = adopted().await;
    let contended = open_with(
        Arc::new(Contended(bus.ledger.clone())),
        bus.vault.clone(),
        bus.clock.clone(),
        &bus.dir.path().join("others"),
    )
    .unwrap();
    let envelope = Envelope::structured(report(1).to_string().as_bytes()).unwrap();
    assert!(matches!(contended.publish(&caller("hsp-01"), envelope, None).await, Err(Problem::Busy)));
}
