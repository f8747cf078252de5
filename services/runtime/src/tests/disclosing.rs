use super::*;
use crate::render::FeedItem;
use ledger::faulty::Fault;
use proptest::prelude::*;
use vocabulary::governance::Form;
use vocabulary::id::HistoryKind;
use vocabulary::{FactRef, Position, Version};

/// A case in which police, health authority, coordinator and a service have a part.
async fn story(bus: &Fixture) -> HistoryId {
    let subject = bus.opened().await;
    let made =
        json!({"to": "ngo-07", "purpose": "counselling", "urgency": "urgent", "request": "please see her"});
    bus.publish("wbo", &event(4, "wbo", "referral.made.v1", Some(&subject), made)).await.unwrap();
    subject
}

fn feed(bus: &Fixture, agency: &str) -> Vec<FeedItem> {
    bus.bus.feed(&caller(agency), 0, 1_000).unwrap()
}

#[tokio::test]
async fn each_agency_reads_what_it_may_and_no_more() {
    let bus = adopted().await;
    let subject = story(&bus).await;
    bus.settle().await;
    let police = feed(&bus, "psb-03");
    assert_eq!(police[0].form, Form::Full);
    let narrative = report(1)["data"]["narrative"].clone();
    assert_eq!(police[0].event["data"]["narrative"], narrative);
    let health = feed(&bus, "hlt");
    assert_eq!((health[0].form, &health[0].event["data"]["narrative"]), (Form::Masked, &Value::Null));
    let withheld: Vec<&str> = health[0].withheld.iter().map(|w| w.pointer.as_str()).collect();
    assert!(withheld.contains(&"/data/narrative") && withheld.contains(&"/data/reporter"), "{withheld:?}");
    let service = feed(&bus, "ngo-07");
    assert_eq!(
        service.iter().map(|item| item.form).collect::<Vec<_>>(),
        [Form::Coarse, Form::Coarse, Form::Coarse, Form::Full]
    );
    assert_eq!(service.iter().map(|item| item.backfill).collect::<Vec<_>>(), [true, true, true, false]);
    assert_eq!(service[3].event["data"]["request"], "please see her");
    let coarse = &service[0].event;
    assert_eq!(
        (&coarse["type"], &coarse["source"]),
        (&json!("disclosure.step-recorded.v1"), &json!("/999901/bus"))
    );
    assert_eq!((&coarse["time"], &coarse["subject"]), (&json!("2026-03-30T00:00:00Z"), &json!(subject)));
    assert!(coarse.get("actor").is_none() && coarse.get("recordedtime").is_none());
    assert_eq!(feed(&bus, "sch-12").len(), 0);
    let first = FactRef { sequence: Position(5), ordinal: 0 };
    assert!(matches!(bus.bus.event(&caller("sch-12"), first), Err(Problem::NotFound)));
    assert_eq!(bus.bus.event(&caller("hlt"), first).unwrap().form, Form::Masked);
}

#[tokio::test]
async fn the_publisher_reads_its_fact_before_disclosure_has_come_by() {
    let bus = adopted().await;
    let receipt = bus.publish("hsp-01", &report(1)).await.unwrap();
    let at = FactRef { sequence: receipt.sequence, ordinal: 0 };
    let item = bus.bus.event(&caller("hsp-01"), at).unwrap();
    assert_eq!((item.form, &item.event["data"]), (Form::Full, &report(1)["data"]));
    assert!(matches!(bus.bus.event(&caller("psb-03"), at), Err(Problem::NotFound)), "nobody else does");
}

#[tokio::test]
async fn what_was_told_shrinks_when_involvement_ends_and_positions_stay() {
    let bus = adopted().await;
    let subject = story(&bus).await;
    let received = json!({"referral": id(4), "received_at": "2026-03-30T14:25:00+08:00"});
    bus.publish("ngo-07", &event(5, "ngo-07", "referral.received.v1", Some(&subject), received))
        .await
        .unwrap();
    bus.settle().await;
    assert_eq!(feed(&bus, "ngo-07")[3].event["data"]["request"], "please see her");
    let returned =
        json!({"referral": id(4), "returned_at": "2026-03-30T14:26:00+08:00", "reason_code": "no-capacity"});
    bus.publish("ngo-07", &event(6, "ngo-07", "referral.returned.v1", Some(&subject), returned))
        .await
        .unwrap();
    let measures = json!({"measures": ["kept-on-ward"], "taken_at": "2026-03-30T14:20:00+08:00"});
    let kind = "mandatory-reporting.emergency-measures-taken.v1";
    bus.publish("psb-03", &event(7, "psb-03", kind, Some(&subject), measures)).await.unwrap();
    bus.settle().await;
    let items = feed(&bus, "ngo-07");
    assert_eq!(
        items.iter().map(|item| item.position).collect::<Vec<_>>(),
        [1, 2, 3, 4, 5, 6],
        "and nothing after its answer"
    );
    assert_eq!(
        (items[3].form, items[5].form),
        (Form::Coarse, Form::Full),
        "the request shrank, its own answer did not"
    );
}

#[tokio::test]
async fn whoever_was_asked_is_told_that_it_no_longer_is() {
    let bus = adopted().await;
    let subject = story(&bus).await;
    bus.settle().await;
    let cancelled = json!({"referral": id(4), "cancelled_at": "2026-03-30T14:26:00+08:00", "reason_code": "no-longer-needed"});
    bus.publish("wbo", &event(5, "wbo", "referral.cancelled.v1", Some(&subject), cancelled)).await.unwrap();
    bus.settle().await;
    let items = feed(&bus, "ngo-07");
    let last = items.last().unwrap();
    assert_eq!(
        (last.event["type"].as_str(), &last.event["data"]["referral"]),
        (Some("referral.cancelled.v1"), &json!(id(4)))
    );
    assert_eq!(items[3].form, Form::Coarse, "the request itself is not its business any more");
}

#[tokio::test]
async fn narrower_rules_narrow_what_is_shown_of_the_past() {
    let bus = adopted().await;
    story(&bus).await;
    bus.settle().await;
    let mut files = demo_files();
    let narrative = files[1].content.find("[groups.narrative.cells]").unwrap();
    let (head, tail) = files[1].content.split_at(narrative);
    files[1].content = format!("{head}{}", tail.replacen("police = \"full\"", "police = \"none\"", 1));
    bus.bus.adopt(&files).await.unwrap();
    let item = feed(&bus, "psb-03").remove(0);
    assert_eq!((item.form, item.position), (Form::Masked, 1));
    assert!(item.event["data"].get("narrative").is_none());
    bus.bus.adopt(&demo_files()).await.unwrap();
    assert_eq!(feed(&bus, "psb-03")[0].form, Form::Full, "wider again, up to what was told");
}

/// Everything that was told, as it stands in the ledger.
fn told(ledger: &dyn Ledger) -> Vec<Value> {
    let histories = ledger.histories(HistoryKind::Disclosure).unwrap();
    let records = histories.iter().flat_map(|history| ledger.read(history, Version(0)).unwrap());
    records.flat_map(|stored| stored.record.facts.clone()).map(|fact| Value::Object(fact.data)).collect()
}

#[tokio::test]
async fn whoever_waits_until_all_is_told_finds_it_in_the_feeds() {
    let bus = adopted().await;
    let running = tokio::spawn(bus.bus.clone().run(crate::Duties::ALL));
    bus.bus.settled().await.unwrap(); // rules are told to nobody
    story(&bus).await;
    bus.bus.settled().await.unwrap();
    let status = bus.bus.status().unwrap();
    assert_eq!((status.disclosed, status.views), (Some(status.head), status.head));
    assert_eq!(feed(&bus, "ngo-07").len(), 4);
    running.abort();
}

#[tokio::test]
async fn whoever_waits_until_all_is_told_hears_that_a_follower_has_stopped() {
    let bus = adopted().await;
    story(&bus).await;
    bus.ledger.fail_next(Fault::Lost);
    let running = tokio::spawn(bus.bus.clone().run(crate::Duties::ALL));
    let answer = tokio::time::timeout(Duration::from_secs(60), bus.bus.settled()).await;
    assert!(matches!(answer, Ok(Err(Problem::Unavailable(_)))), "{answer:?}");
    running.abort();
}

#[tokio::test]
async fn disclosure_goes_on_after_a_failed_append_without_gap_or_repeat() {
    for fault in [Fault::Lost, Fault::Kept] {
        let (steady, broken) = (adopted().await, adopted().await);
        story(&steady).await;
        steady.settle().await;
        story(&broken).await;
        broken.ledger.fail_next(fault);
        broken.settle().await; // disclosure stops
        assert!(!broken.bus.status().unwrap().stopped.is_empty(), "and says so");
        let again = Arc::new(broken.another("again"));
        settle(&again).await;
        assert_eq!(told(&*broken.ledger), told(&*steady.ledger), "{fault:?}");
    }
}

#[tokio::test]
async fn a_long_past_is_told_in_facts_of_at_most_a_thousand_entries() {
    let bus = adopted().await;
    let subject = story(&bus).await;
    let kind = "mandatory-reporting.emergency-measures-taken.v1";
    for number in 0..600 {
        let measures = json!({"measures": ["kept-on-ward"], "taken_at": "2026-03-30T14:20:00+08:00"});
        bus.publish("psb-03", &event(1_000 + number, "psb-03", kind, Some(&subject), measures))
            .await
            .unwrap();
    }
    let made =
        json!({"to": "ngo-11", "purpose": "counselling", "urgency": "urgent", "request": "please see her"});
    bus.publish("wbo", &event(5, "wbo", "referral.made.v1", Some(&subject), made)).await.unwrap();
    let made =
        json!({"to": "mhc", "purpose": "counselling", "urgency": "urgent", "request": "please see her"});
    bus.publish("wbo", &event(6, "wbo", "referral.made.v1", Some(&subject), made)).await.unwrap();
    bus.settle().await;
    assert_eq!(
        (
            bus.bus.views.now().feeds.head(&caller("ngo-11").agency),
            bus.bus.views.now().feeds.head(&caller("mhc").agency),
        ),
        (606, 606)
    );
    let sizes: Vec<usize> =
        told(&*bus.ledger).iter().map(|fact| fact["entries"].as_array().unwrap().len()).collect();
    assert!(sizes.iter().all(|size| *size <= 1_000));
    let again = Arc::new(bus.another("again"));
    let head = *bus.ledger.head().borrow();
    settle(&again).await;
    assert_eq!(*bus.ledger.head().borrow(), head, "nothing is told again");
}

#[tokio::test]
async fn two_processes_disclose_once() {
    let bus = adopted().await;
    let other = Arc::new(bus.another("other"));
    let (one, two) = (
        tokio::spawn(bus.bus.clone().run(crate::Duties::ALL)),
        tokio::spawn(other.clone().run(crate::Duties::ALL)),
    );
    story(&bus).await;
    for number in 100..140 {
        bus.publish("hsp-01", &report(number)).await.unwrap();
    }
    settle(&other).await;
    one.abort();
    two.abort();
    bus.settle().await;
    let mut pairs: Vec<(String, u64)> = told(&*bus.ledger)
        .iter()
        .flat_map(|disclosed| disclosed["entries"].as_array().unwrap().clone())
        .map(|entry| (entry["agency"].as_str().unwrap().to_owned(), entry["position"].as_u64().unwrap()))
        .collect();
    let count = pairs.len();
    pairs.sort();
    pairs.dedup();
    assert_eq!(pairs.len(), count, "no position twice");
    let sources: Vec<u64> =
        told(&*bus.ledger).iter().map(|disclosed| disclosed["source"].as_u64().unwrap()).collect();
    assert!(sources.windows(2).all(|pair| pair[0] < pair[1]), "each source once, in order");
    assert_eq!(sources.len(), 44);
}

/// A ledger whose readers panic once it is told to: as sled may, below them.
struct Panicking(Arc<Faulty<MemoryLedger>>, std::sync::atomic::AtomicBool);

#[async_trait::async_trait]
impl Ledger for Panicking {
    async fn append(&self, record: vocabulary::Record) -> Result<ledger::Outcome, ledger::LedgerError> {
        self.0.append(record).await
    }
    fn read(&self, history: &HistoryId, after: Version) -> Result<Vec<ledger::Stored>, ledger::LedgerError> {
        self.0.read(history, after)
    }
    fn version(&self, history: &HistoryId) -> Result<Version, ledger::LedgerError> {
        self.0.version(history)
    }
    fn find(
        &self,
        source: &vocabulary::Source,
        id: &vocabulary::EventId,
    ) -> Result<Option<FactRef>, ledger::LedgerError> {
        self.0.find(source, id)
    }
    fn get(&self, position: Position) -> Result<Option<ledger::Stored>, ledger::LedgerError> {
        self.0.get(position)
    }
    fn range(&self, after: Position, most: usize) -> Result<Vec<ledger::Stored>, ledger::LedgerError> {
        assert!(most == 1 || !self.1.load(std::sync::atomic::Ordering::SeqCst), "as told");
        self.0.range(after, most)
    }
    fn histories(&self, kind: HistoryKind) -> Result<Vec<HistoryId>, ledger::LedgerError> {
        self.0.histories(kind)
    }
    fn head(&self) -> tokio::sync::watch::Receiver<Position> {
        self.0.head()
    }
}

#[tokio::test]
async fn a_follower_that_panics_is_named_and_an_empty_feed_is_not_taken_for_nothing_new() {
    let fixture = adopted().await;
    let ledger = Arc::new(Panicking(fixture.ledger.clone(), false.into()));
    let views = fixture.dir.path().join("panicking");
    let bus = open_with(ledger.clone(), fixture.vault.clone(), fixture.clock.clone(), &views).unwrap();
    ledger.1.store(true, std::sync::atomic::Ordering::SeqCst);
    let bus = Arc::new(bus);
    let running = tokio::spawn(bus.clone().run(crate::Duties::ALL));
    let waited = tokio::time::timeout(Duration::from_secs(30), async {
        while bus.status().unwrap().stopped.is_empty() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    });
    waited.await.expect("it is named");
    let moved = bus.feed_moved(&caller("psb-03"), 0, Duration::from_millis(1)).await;
    assert!(matches!(moved, Err(Problem::Unavailable(_))));
    let settled = tokio::time::timeout(Duration::from_secs(30), bus.settled()).await;
    assert!(matches!(settled, Ok(Err(Problem::Unavailable(_)))), "{settled:?}");
    running.abort();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 6, ..ProptestConfig::default() })]

    /// Same ledger, same disclosure: whenever the followers run and however often they are restarted.
    #[test]
    fn the_same_ledger_is_disclosed_alike(steps in proptest::collection::vec((0u8..4, any::<bool>()), 1..25)) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
        runtime.block_on(async {
            let (often, once) = (adopted().await, adopted().await);
            for (number, (step, pause)) in steps.iter().enumerate() {
                for bus in [&often, &once] {
                    play(bus, *step, number as u64 * 10 + 100).await;
                }
                if *pause {
                    often.settle().await;
                }
            }
            often.settle().await;
            once.settle().await;
            let content = |disclosed: Value| disclosed["entries"].as_array().unwrap().iter().map(|entry| {
                (entry["agency"].to_string(), entry["position"].as_u64(), entry["form"].to_string(), entry["backfill"].as_bool())
            }).collect::<Vec<_>>();
            let all = |bus: &Fixture| told(&*bus.ledger).into_iter().map(content).collect::<Vec<_>>();
            assert_eq!(all(&often), all(&once));
            for agency in ["psb-03", "hlt", "ngo-07", "wbo", "hsp-01", "sch-12"] {
                let positions = |bus: &Fixture| feed(bus, agency).iter().map(|item| item.position).collect::<Vec<_>>();
                assert_eq!(positions(&often), (1..=positions(&often).len() as u64).collect::<Vec<_>>(), "dense");
                assert_eq!(positions(&often), positions(&once));
            }
        });
    }
}

/// One step of a generated day; what a rule refuses is refused in both worlds alike.
async fn play(bus: &Fixture, step: u8, number: u64) {
    let mut cases = bus.ledger.histories(HistoryKind::Case).unwrap();
    cases.sort_by_key(|case| bus.ledger.read(case, Version(0)).unwrap()[0].position); // their names differ
    let Some(subject) = cases.get(number as usize / 10 % cases.len().max(1)) else {
        return drop(bus.publish("hsp-01", &report(number)).await.unwrap());
    };
    let opener = bus.ledger.read(subject, Version(0)).unwrap()[0].record.facts[0].attributes.id.to_string();
    let children = json!([{"label": "A", "age_band": "6-13", "sex": "female"}]);
    let (agency, kind, data) = match step {
        0 => return drop(bus.publish("hsp-01", &report(number)).await.unwrap()),
        1 => (
            "psb-03",
            "intake.report-acknowledged.v1",
            json!({"report": opener, "acknowledged_at": "2026-03-30T14:21:00+08:00"}),
        ),
        2 => (
            "wbo",
            "intake.case-opened.v1",
            json!({"opened_at": "2026-03-30T14:20:00+08:00", "reports": [opener], "children": children, "lead": "psb"}),
        ),
        _ => (
            "wbo",
            "referral.made.v1",
            json!({"to": "ngo-07", "purpose": "counselling", "urgency": "urgent", "request": "please"}),
        ),
    };
    let outcome = bus.publish(agency, &event(number, agency, kind, Some(subject), data)).await;
    assert!(matches!(outcome, Ok(_) | Err(Problem::Refused(_))), "{outcome:?}");
}
