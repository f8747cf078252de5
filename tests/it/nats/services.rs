//! The services of the bus: each kind of user can do its work, and not the work of another.

use super::hub::{Hub, ledger};
use crate::harness::eventually;
use crate::harness::wait::eventually_seen;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::{Client, Event, jetstream};
use futures_util::StreamExt as _;
use std::sync::{Arc, Mutex};
use std::time::Duration;

const KINDS: [&str; 5] = ["services", "admission", "gateway", "vault", "views"];

/// A client of this kind, and what the server refused it.
async fn watched(hub: &Hub, kind: &str) -> (Client, Arc<Mutex<String>>) {
    let refusals = Arc::new(Mutex::new(String::new()));
    let told = refusals.clone();
    let options = hub.site.connecting(&hub.site.creds(kind), &format!("_INBOX.{kind}"));
    let options = options.event_callback(move |event| {
        if let Event::ServerError(error) = event {
            told.lock().unwrap().push_str(&format!("{error}\n").to_lowercase());
        }
        std::future::ready(())
    });
    (options.connect(hub.site.urls()).await.unwrap(), refusals)
}

/// The server refuses these, one by one.
async fn refuses(hub: &Hub, kind: &str, publish: &[&str], subscribe: &[&str]) {
    let (client, refusals) = watched(hub, kind).await;
    let mut open = Vec::new();
    for subject in publish {
        client.publish((*subject).to_owned(), "".into()).await.unwrap();
    }
    for subject in subscribe {
        open.push(client.subscribe((*subject).to_owned()).await.unwrap());
    }
    client.flush().await.unwrap();
    let expected = publish.iter().map(|subject| format!("publish to \"{subject}\"").to_lowercase());
    let expected =
        expected.chain(subscribe.iter().map(|s| format!("subscription to \"{s}\"").to_lowercase()));
    for refusal in expected {
        eventually(&format!("{kind} is refused: {refusal}"), || {
            let said = refusals.lock().unwrap();
            if said.contains(&refusal) { Ok(()) } else { Err(said.clone()) }
        });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_service_can_change_shorten_or_delete_a_stream() {
    let hub = Hub::with(&["hsp-01"]).await;
    hub.tell("hsp-01", &["one"]).await;
    let held = || async { (hub.held("LIANHU_LEDGER").await, hub.held("LIANHU_FEED_hsp-01").await) };
    let before = held().await;
    let mut destroys = Vec::new();
    for stream in ["LIANHU_LEDGER", "LIANHU_FEED_hsp-01"] {
        for call in ["UPDATE", "PURGE", "DELETE", "MSG.DELETE", "RESTORE", "SNAPSHOT", "LEADER.STEPDOWN"] {
            destroys.push(format!("$JS.API.STREAM.{call}.{stream}"));
        }
    }
    destroys.push("$JS.API.STREAM.CREATE.LIANHU_FEED_hsp-01".to_owned());
    destroys.push("$JS.API.CONSUMER.DELETE.LIANHU_FEED_hsp-01.feed".to_owned());
    destroys.push("$JS.API.CONSUMER.MSG.NEXT.LIANHU_FEED_hsp-01.feed".to_owned());
    let destroys: Vec<_> = destroys.iter().map(String::as_str).collect();
    for kind in KINDS {
        refuses(&hub, kind, &destroys, &[]).await;
    }
    assert_eq!(held().await, before);

    // the operator may, within what the streams themselves refuse
    let operator = jetstream::new(hub.site.service("operator").await);
    operator.get_stream("LIANHU_LEDGER").await.unwrap().purge().await.unwrap_err();
    operator.delete_stream("LIANHU_FEED_hsp-01").await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_service_is_kept_to_its_own_work() {
    let hub = Hub::with(&[]).await;
    let vault = "lianhu.v1.vault.reveal";
    let (feed, entry) = ("lianhu.v1.feed.hsp-01.a.b", "lianhu.v1.ledger.case-1");
    let (door, admit) = ("lianhu.v1.publish.>", "lianhu.v1.admit.intake");
    refuses(
        &hub,
        "admission",
        &[feed, "$SYS.REQ.SERVER.PING"],
        &[door, "lianhu.v1.read.*", "lianhu.v1.vault.>"],
    )
    .await;
    refuses(&hub, "gateway", &["$SYS.REQ.SERVER.PING"], &["lianhu.v1.admit.>", "lianhu.v1.vault.>"]).await;
    refuses(
        &hub,
        "vault",
        &[feed, entry, admit, vault, "$JS.API.STREAM.INFO.LIANHU_LEDGER"],
        &[door, "lianhu.v1.>"],
    )
    .await;
    refuses(&hub, "views", &[vault, entry, admit], &[door, "lianhu.v1.vault.>"]).await;
    refuses(&hub, "operator", &[vault, admit], &[door, "lianhu.v1.vault.>"]).await;
    refuses(&hub, "services", &["$SYS.REQ.SERVER.PING"], &[">", "$SYS.>", "$JS.>"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_vault_answers_to_one_service_no_other_overhears() {
    let hub = Hub::with(&[]).await;
    for kind in ["services", "admission", "gateway", "vault", "views", "operator"] {
        let others = ["services", "admission", "gateway", "views"].into_iter().filter(|other| *other != kind);
        let others: Vec<_> = others.map(|other| format!("_INBOX.{other}.>")).collect();
        let others = others.iter().map(String::as_str).chain(["_INBOX.>", ">", "*.>"]);
        refuses(&hub, kind, &[], &others.collect::<Vec<_>>()).await;
    }
    // and an answer cannot be sent astray: the vault may answer inboxes alone
    let vault = hub.site.service("vault").await;
    let mut asked = vault.subscribe("lianhu.v1.vault.reveal").await.unwrap();
    vault.flush().await.unwrap();
    let before = hub.held("LIANHU_LEDGER").await;
    let gateway = hub.site.service("gateway").await;
    let astray = "lianhu.v1.ledger.case-9".to_owned();
    gateway.publish_with_reply("lianhu.v1.vault.reveal", astray, "a".into()).await.unwrap();
    let request = asked.next().await.unwrap();
    vault.publish(request.reply.unwrap(), "a value".into()).await.unwrap();
    vault.flush().await.unwrap();
    assert_eq!(hub.held("LIANHU_LEDGER").await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_of_the_ledger_cannot_have_its_records_stored_again() {
    let hub = Hub::with(&["hsp-01"]).await;
    let client = hub.site.service("views").await;
    let ledger = jetstream::new(client.clone()).get_stream("LIANHU_LEDGER").await.unwrap();
    let places = ["lianhu.v1.ledger.case-9", "lianhu.v1.feed.hsp-01.a.b"];
    let delivered_to = async |place: &str, batch: u64| {
        let config = pull::Config { ack_policy: AckPolicy::None, ..pull::Config::default() };
        let mut consumer = ledger.create_consumer(config).await.unwrap();
        let next = format!("$JS.API.CONSUMER.MSG.NEXT.LIANHU_LEDGER.{}", consumer.cached_info().name);
        let pull = format!(r#"{{"batch": {batch}, "expires": 60000000000}}"#);
        client.publish_with_reply(next, place.to_owned(), pull.into()).await.unwrap();
        eventually_seen("all was delivered", async || {
            let delivered = consumer.info().await.unwrap().delivered.consumer_sequence;
            if delivered == batch { Ok(()) } else { Err(delivered.to_string()) }
        })
        .await;
    };
    let copies = async |payload: &str| {
        let held = [hub.held("LIANHU_LEDGER").await, hub.held("LIANHU_FEED_hsp-01").await].concat();
        held.iter().filter(|message| message.ends_with(&format!("b\"{payload}\""))).count()
    };
    for place in places {
        delivered_to(place, 3).await;
    }
    // one without what the others say of their place: a second copy in the ledger, and one for the agency
    hub.jetstream.publish("lianhu.v1.ledger.case-4", "bare".into()).await.unwrap().await.unwrap();
    for place in places {
        delivered_to(place, 4).await;
    }
    eventually_seen("the bare one is stored again", async || match copies("bare").await {
        copies @ 0..3 => Err(copies.to_string()),
        _ => Ok(()),
    })
    .await;
    for record in ["record 1", "record 2", "record 3"] {
        assert_eq!(copies(record).await, 1, "{record} says which place it was for");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_kind_of_service_can_do_its_work() {
    let site = crate::harness::nats::NatsSite::single();
    let (admission, gateway) = (site.service("admission").await, site.service("gateway").await);
    let (vault, views) = (site.service("vault").await, site.service("views").await);

    // whoever comes first makes the ledger; who comes second finds it; nobody makes another of it
    let writes = jetstream::new(admission.clone());
    writes.create_stream(ledger()).await.unwrap();
    jetstream::new(views.clone()).get_or_create_stream(ledger()).await.unwrap();
    let other = jetstream::stream::Config { max_messages: 1, ..ledger() };
    jetstream::new(gateway.clone()).create_stream(other).await.unwrap_err();

    // admission appends, all that follow read
    let sent = writes.publish("lianhu.v1.ledger.case-1", "record 1".into()).await.unwrap();
    assert_eq!(sent.await.unwrap().sequence, 1);
    for follower in [&admission, &gateway, &views] {
        let stream = jetstream::new(follower.clone()).get_stream("LIANHU_LEDGER").await.unwrap();
        assert_eq!(stream.get_raw_message(1).await.unwrap().payload, "record 1");
        let last = stream.direct_get_last_for_subject("lianhu.v1.ledger.case-1").await.unwrap();
        assert_eq!(last.payload, "record 1");
        let ordered = pull::OrderedConfig {
            deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: 1 },
            max_expires: Duration::from_secs(3),
            ..pull::OrderedConfig::default()
        };
        let consumer = stream.create_consumer(ordered).await.unwrap();
        let first = consumer.messages().await.unwrap().next().await.unwrap().unwrap();
        assert_eq!(first.payload, "record 1");
    }

    // an agency asks the gateway, the gateway asks a stage and the vault, and all answer
    for (subject, server) in [
        ("lianhu.v1.publish.>", &gateway),
        ("lianhu.v1.admit.intake", &admission),
        ("lianhu.v1.vault.>", &vault),
    ] {
        let mut requests = server.queue_subscribe(subject, "group".to_owned()).await.unwrap();
        server.flush().await.unwrap();
        let (server, gateway) = (server.clone(), gateway.clone());
        tokio::spawn(async move {
            while let Some(request) = requests.next().await {
                let answer = match request.subject.starts_with("lianhu.v1.publish.") {
                    true => {
                        let admitted = gateway.request("lianhu.v1.admit.intake", "".into()).await.unwrap();
                        let revealed = gateway.request("lianhu.v1.vault.reveal", "".into()).await.unwrap();
                        [admitted.payload, revealed.payload].concat()
                    }
                    false => request.subject.as_bytes().to_vec(),
                };
                server.publish(request.reply.unwrap(), answer.into()).await.unwrap();
            }
        });
    }
    site.provision("hsp-01", &[]);
    let agency = site.agency("hsp-01").await;
    let answer = agency.request("lianhu.v1.publish.hsp-01.intake.x", "".into()).await.unwrap();
    assert_eq!(answer.payload, "lianhu.v1.admit.intakelianhu.v1.vault.reveal");

    // the views write what provisioning made room for, and nothing else
    let feeds = jetstream::new(views.clone());
    let names: Vec<_> = feeds.stream_names().map(Result::unwrap).collect().await;
    assert!(names.contains(&"LIANHU_FEED_hsp-01".to_owned()), "{names:?}");
    let sent = feeds.publish("lianhu.v1.feed.hsp-01.intake.x", "told".into()).await.unwrap();
    assert_eq!(sent.await.unwrap().stream, "LIANHU_FEED_hsp-01");
    let nowhere = feeds.publish("lianhu.v1.feed.sch-12.intake.x", "told".into()).await.unwrap();
    nowhere.await.unwrap_err();
    let feed = feeds.get_stream("LIANHU_FEED_hsp-01").await.unwrap();
    assert_eq!(feed.get_raw_message(1).await.unwrap().payload, "told");
    let consumer = feed.consumer_info("feed").await.unwrap();
    assert_eq!(consumer.num_pending, 1);

    // services find each other, as NATS services do
    use async_nats::service::ServiceExt as _;
    let service = admission.service_builder().start("lianhu-intake", "1.0.0").await.unwrap();
    let mut intake = service.endpoint("lianhu.v1.admit.closure").await.unwrap();
    tokio::spawn(async move { while intake.next().await.is_some() {} });
    for seeker in [&gateway, &vault, &views] {
        eventually_seen("a service is found", async || {
            let found = seeker.request("$SRV.PING.lianhu-intake", "".into()).await;
            let found = found.map_err(|error| error.to_string())?;
            if String::from_utf8_lossy(&found.payload).contains("lianhu-intake") {
                Ok(())
            } else {
                Err(format!("{found:?}"))
            }
        })
        .await;
    }
}
