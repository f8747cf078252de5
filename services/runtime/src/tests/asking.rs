//! How often the keys are asked: in another process every call is a message there and back.

use super::*;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use vault::{ClearDocument, FactPlace, Health, KeyId, Keys, Opened, SealedAt, SealedDocument, VaultError};
use vocabulary::Protected;

/// Keys that count the calls.
struct Counted {
    keys: Arc<Vault>,
    calls: AtomicUsize,
}

impl Counted {
    fn asked(&self) -> &Vault {
        self.calls.fetch_add(1, SeqCst);
        &self.keys
    }

    /// Calls since the last time that somebody asked for this.
    fn taken(&self) -> usize {
        self.calls.swap(0, SeqCst)
    }
}

impl Keys for Counted {
    fn name(&self, parts: &[&[u8]]) -> Result<[u8; 16], VaultError> {
        self.asked().name(parts)
    }

    fn protect(&self, document: &ClearDocument) -> Result<SealedDocument, VaultError> {
        self.asked().protect(document)
    }

    fn reveal(&self, fact: FactPlace, values: &[SealedAt]) -> Result<Vec<Opened>, VaultError> {
        self.asked().reveal(fact, values)
    }

    fn mac(&self, key: KeyId, message: &Protected<Vec<u8>>) -> Result<Option<[u8; 32]>, VaultError> {
        self.asked().mac(key, message)
    }

    fn check(&self) -> Result<Health, VaultError> {
        self.asked().check()
    }
}

#[tokio::test]
async fn a_publish_asks_three_times_at_most_and_a_shown_fact_once() {
    let fixture = adopted().await;
    let keys = Arc::new(Counted { keys: fixture.vault.clone(), calls: AtomicUsize::new(0) });
    let (ledger, views) = (fixture.ledger.clone(), fixture.dir.path().join("counted"));
    let bus = Arc::new(open_with(ledger, keys.clone(), fixture.clock.clone(), &views).unwrap());
    keys.taken();
    let publish = async |event: Value| {
        let envelope = Envelope::structured(event.to_string().as_bytes()).unwrap();
        let agency = event["source"].as_str().unwrap().rsplit_once('/').unwrap().1;
        bus.publish(&caller(agency), envelope, None).await.unwrap()
    };

    let opened = publish(report(1)).await;
    assert_eq!(keys.taken(), 2, "the name of the case, and everything under keys");
    publish(acknowledgement(2, 1, &opened.subject)).await;
    assert_eq!(keys.taken(), 1, "the digest, though the fact has no protected value");
    assert!(publish(report(1)).await.duplicate);
    assert_eq!(keys.taken(), 1, "is it the same again?");

    settle(&bus).await;
    keys.taken();
    let sealed = fixture.ledger.get(opened.sequence).unwrap().unwrap().record.facts[0].sealed.len();
    assert!(sealed > 1, "the report has several protected values");
    let shown = bus.event(&caller("psb-03"), vocabulary::FactRef { sequence: opened.sequence, ordinal: 0 });
    let shown = shown.unwrap().event;
    assert_eq!(shown["data"]["narrative"], report(1)["data"]["narrative"]);
    assert_eq!(keys.taken(), 1, "all values of the fact at once");
}

/// Keys that are far away: while they answer, another record is appended.
struct Slow {
    keys: Arc<Vault>,
    bus: Arc<Bus>,
}

impl Keys for Slow {
    fn name(&self, parts: &[&[u8]]) -> Result<[u8; 16], VaultError> {
        self.keys.name(parts)
    }

    fn protect(&self, document: &ClearDocument) -> Result<SealedDocument, VaultError> {
        self.keys.protect(document)
    }

    fn reveal(&self, fact: FactPlace, values: &[SealedAt]) -> Result<Vec<Opened>, VaultError> {
        self.keys.reveal(fact, values)
    }

    fn mac(&self, key: KeyId, message: &Protected<Vec<u8>>) -> Result<Option<[u8; 32]>, VaultError> {
        self.keys.mac(key, message)
    }

    fn check(&self) -> Result<Health, VaultError> {
        let (done, told) = std::sync::mpsc::channel();
        let bus = self.bus.clone();
        std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
            let envelope = Envelope::structured(report(1).to_string().as_bytes()).unwrap();
            let receipt = runtime.block_on(bus.publish(&caller("hsp-01"), envelope, None));
            let _ = done.send(receipt.is_ok()); // Err: it came too late
        });
        let admitted = told.recv_timeout(Duration::from_secs(60));
        assert_eq!(admitted, Ok(true), "nothing is appended while the vault is waited for");
        self.keys.check()
    }
}

#[tokio::test]
async fn while_the_vault_is_waited_for_at_the_start_the_ledger_goes_on() {
    let fixture = adopted().await;
    let slow = Slow { keys: fixture.vault.clone(), bus: fixture.bus.clone() };
    let views = fixture.dir.path().join("slow");
    open_with(fixture.ledger.clone(), Arc::new(slow), fixture.clock.clone(), &views).unwrap();
}
