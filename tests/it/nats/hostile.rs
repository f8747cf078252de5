//! A hostile agency: it has its real credentials and tries everything. Then the same with what no agency has: a
//! user of its own account without any restriction, so that the account alone must hold.

mod attack;

use super::hub::{Hub, pulled};
use crate::harness::nats::NatsSite;
use crate::harness::wait::eventually_seen;
use attack::{DELIVERIES, Heard, Hostile, LISTENS, SPEAKS, calls};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::StreamExt as _;
use nkeys::KeyPair;
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// What only the bus, or only the other agency, may hear. Every message of theirs bears it.
const SECRET: &str = "not-for-the-hostile";

/// All that must stay as it is.
async fn treasure(hub: &Hub) -> Vec<String> {
    let mut all = hub.held("LIANHU_LEDGER").await;
    all.extend(hub.held("LIANHU_FEED_psb-03").await);
    let operator = async_nats::jetstream::new(hub.site.service("operator").await);
    let mut names: Vec<_> = operator.stream_names().map(Result::unwrap).collect().await;
    names.sort();
    for name in names {
        let stream = operator.get_stream(&name).await.unwrap();
        all.push(serde_json::to_value(&stream.cached_info().config).unwrap().to_string());
        let consumers: Vec<_> = stream.consumers().map(Result::unwrap).collect().await;
        for consumer in consumers.iter().filter(|_| name != "LIANHU_FEED_hsp-01") {
            let (delivered, floor) = (&consumer.delivered, &consumer.ack_floor);
            let numbers = (delivered.stream_sequence, floor.stream_sequence, consumer.num_ack_pending);
            all.push(format!("{name} {} {numbers:?} {:?}", consumer.name, consumer.paused));
        }
        all.push(format!("{name} has {} consumers", consumers.len()));
    }
    all
}

/// A gateway, a vault and a stage of the bus: what they were asked, each answered with a secret.
async fn bus(hub: &Hub) -> Heard {
    let asked = Heard::default();
    for subject in ["lianhu.v1.publish.>", "lianhu.v1.read.*", "lianhu.v1.admit.>", "lianhu.v1.vault.>"] {
        let mut requests = hub.bus.queue_subscribe(subject, "gateway".to_owned()).await.unwrap();
        let (client, asked) = (hub.bus.clone(), asked.clone());
        tokio::spawn(async move {
            while let Some(request) = requests.next().await {
                let said = String::from_utf8_lossy(&request.payload).into_owned();
                asked.lock().unwrap().push((request.subject.to_string(), said));
                if let Some(reply) = request.reply {
                    let answer = format!("{SECRET}: receipt for {}", request.subject);
                    client.publish(reply, answer.into()).await.unwrap();
                }
            }
        });
    }
    hub.bus.flush().await.unwrap();
    asked
}

/// The whole attack, against a hub on which the other agency works on.
async fn survive(hub: &Hub, hostile: &Hostile, asked: &Heard) {
    let secret = |what: &str| format!("{SECRET}: {what}");
    let before = treasure(hub).await;
    hostile.listen().await;
    hostile.attack().await;

    // its pulls are waiting: what it is told now is delivered where it said, if anywhere
    let consumer = || async {
        let operator = async_nats::jetstream::new(hub.site.service("operator").await);
        let stream = operator.get_stream("LIANHU_FEED_hsp-01").await.unwrap();
        stream.consumer_info("feed").await.unwrap()
    };
    let first = consumer().await;
    assert!(first.num_waiting > 0, "its pulls were taken: this is no empty attack");
    hub.tell("hsp-01", &["its own"; 4 * DELIVERIES.len()]).await;
    eventually_seen("all its pulls were served", async || {
        let now = consumer().await;
        let served = now.delivered.consumer_sequence > first.delivered.consumer_sequence;
        if served && now.num_waiting == 0 { Ok(()) } else { Err(format!("{now:?}")) }
    })
    .await;
    let other = hub.site.agency("psb-03").await;
    let answer = other.request("lianhu.v1.publish.psb-03.intake.x", secret("asked").into()).await.unwrap();
    assert_eq!(
        answer.payload,
        secret("receipt for lianhu.v1.publish.psb-03.intake.x"),
        "answered by the bus"
    );
    hub.bus.request("lianhu.v1.vault.reveal", secret("asked").into()).await.unwrap();
    hostile.heard_out().await;

    assert_eq!(treasure(hub).await, before, "all is as it was");
    let asked = asked.lock().unwrap().clone();
    let own = |subject: &str| {
        subject.starts_with("lianhu.v1.publish.hsp-01.") || subject == "lianhu.v1.read.hsp-01"
    };
    for (subject, said) in &asked {
        assert!(own(subject) || said.contains(SECRET), "the bus was asked {said} at {subject}");
    }
    assert!(asked.iter().any(|(subject, _)| own(subject)), "its own door is open");
    for (subject, said) in hostile.heard() {
        let receipt = subject.starts_with("_INBOX") || DELIVERIES.contains(&subject.as_str());
        let receipt = receipt
            && (said.contains("receipt for lianhu.v1.publish.hsp-01.")
                || said.contains("receipt for lianhu.v1.read.hsp-01"));
        assert!(receipt || !said.contains(SECRET), "it heard {said} at {subject}");
        for name in ["LIANHU_LEDGER", "LIANHU_FEED_psb-03", "record 1", "sync_always", "lianhu-single"] {
            let names_it = said.contains(name) && !said.contains("hostile");
            assert!(!names_it, "it heard of {name} at {subject}: {said}");
        }
    }
}

async fn hub() -> (Hub, Heard) {
    let hub = Hub::with(&["hsp-01", "psb-03"]).await;
    let told: Vec<_> = (0..3).map(|n| format!("{SECRET}: fact {n}")).collect();
    hub.tell("psb-03", &told.iter().map(String::as_str).collect::<Vec<_>>()).await;
    hub.tell("hsp-01", &["its own"]).await;
    let asked = bus(&hub).await;
    (hub, asked)
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agency_with_its_own_credentials_reaches_nothing_but_its_own() {
    let (hub, asked) = hub().await;
    let options = hub.site.connecting(&hub.site.agency_creds("hsp-01"), "_INBOX");
    let hostile = Hostile::connect(options, hub.site.urls()).await;
    survive(&hub, &hostile, &asked).await;
    let refused = hub.site.printed(); // by the server, which leaves none out
    for subject in LISTENS.iter().filter(|subject| **subject != "_INBOX.>") {
        assert!(refused.contains(&format!("Subscription Violation - Subject \"{subject}\"")), "{subject}");
    }
    let calls = calls().into_iter();
    let calls = calls.flat_map(|(call, _)| [format!("hub.{call}"), format!("$JS.API.{call}")]);
    for subject in SPEAKS.iter().map(|subject| (*subject).to_owned()).chain(calls) {
        assert!(refused.contains(&format!("Publish Violation - Subject \"{subject}\"")), "{subject}");
    }
    // and what is its own works on
    hub.tell("hsp-01", &["the last"]).await;
    drop(hostile);
    let client = hub.site.agency("hsp-01").await;
    eventually_seen("it can pull its own feed", async || {
        let taken = pulled(&client, "hsp-01", 1).await.map_err(|error| error.to_string())?;
        if taken.iter().any(|message| message.payload == "the last") {
            Ok(())
        } else {
            Err(format!("{taken:?}"))
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn its_account_holds_even_a_user_without_any_restriction() {
    let (hub, asked) = hub().await;
    let creds = unrestricted(&hub.site);
    let hostile = Hostile::connect(hub.site.connecting(&creds, "_INBOX"), hub.site.urls()).await;
    survive(&hub, &hostile, &asked).await;
    let own = hostile.heard().iter().filter(|(_, said)| said == "its own").count();
    assert!(own > 0, "what it pulled came back to it: {:?}", hostile.heard());
}

/// Credentials of a user that may say and hear everything in the account of hsp-01; signing them takes the
/// account's seed, which no agency is given.
fn unrestricted(site: &NatsSite) -> PathBuf {
    let seed = fs::read_to_string(site.trust().join("agencies/hsp-01/account.seed")).unwrap();
    let (account, user) = (KeyPair::from_seed(seed.trim()).unwrap(), KeyPair::new_user());
    let encode = |value: Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let signed = format!(
        "{}.{}",
        encode(json!({"typ": "JWT", "alg": "ed25519-nkey"})),
        encode(
            json!({"iat": 2_000_000_000, "iss": account.public_key(), "sub": user.public_key(), "name": "hostile",
                      "nats": {"type": "user", "version": 2, "pub": {}, "sub": {}, "subs": -1, "data": -1, "payload": -1}})
        )
    );
    let signature = URL_SAFE_NO_PAD.encode(account.sign(signed.as_bytes()).unwrap());
    let path = site.beside("unrestricted.creds");
    write(
        &path,
        &format!(
            "-----BEGIN NATS USER JWT-----\n{signed}.{signature}\n------END NATS USER JWT------\n\n\
         -----BEGIN USER NKEY SEED-----\n{}\n------END USER NKEY SEED------\n",
            user.seed().unwrap()
        ),
    );
    path
}

fn write(path: &Path, text: &str) {
    fs::write(path, text).unwrap();
}
