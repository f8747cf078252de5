//! Three servers: a feed on all of them, and a cut that a server hears of though it was away.

use super::hub::{ledger, pulled};
use crate::harness::nats::NatsSite;
use crate::harness::wait::eventually_seen;
use async_nats::jetstream::stream::Config;
use async_nats::{ConnectErrorKind, jetstream};
use std::fs;

async fn with_ledger(site: &NatsSite) -> jetstream::Context {
    let bus = jetstream::new(site.service("services").await);
    eventually_seen("the ledger is made on three servers", async || {
        let ledger = Config { num_replicas: 3, ..ledger() };
        bus.get_or_create_stream(ledger).await.map(drop).map_err(|error| error.to_string())
    })
    .await;
    bus
}

#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_kept_on_as_many_servers_as_the_ledger_and_survives_one() {
    let site = NatsSite::cluster();
    site.try_provision("hsp-01", &[]).refused(3, &["no ledger"]);
    assert!(!site.agency_creds("hsp-01").exists(), "nobody is let in without a feed");
    let bus = with_ledger(&site).await;
    let said = site.provision("hsp-01", &[]);
    assert_eq!(said["feed"]["replicas"], 3, "{said}");
    assert_eq!(said["told"], serde_json::json!(["lianhu-1", "lianhu-2", "lianhu-3"]), "{said}");
    assert_eq!(said["connect"].as_array().unwrap().len(), 3, "{said}");
    bus.publish("lianhu.v1.feed.hsp-01.a.b", "one".into()).await.unwrap().await.unwrap();
    let agency = site.agency("hsp-01").await;
    let leader = bus
        .get_stream("LIANHU_FEED_hsp-01")
        .await
        .unwrap()
        .cached_info()
        .cluster
        .clone()
        .unwrap()
        .leader
        .unwrap();
    site.server(&leader).kill();
    eventually_seen("another server gives the feed", async || match pulled(&agency, "hsp-01", 1).await {
        Ok(taken) if taken.len() == 1 && taken[0].payload == "one" => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    // one that is there stays as it is until somebody says otherwise
    site.server(&leader).start();
    site.server(&leader).well();
    assert_eq!(site.provision("hsp-01", &[])["feed"]["change"], "kept");
    let said = site.provision("hsp-01", &["--replicas", "1"]);
    assert_eq!(
        (&said["feed"]["change"], &said["feed"]["replicas"]),
        (&"renewed".into(), &1.into()),
        "{said}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_was_away_while_an_agency_was_cut_off_hears_of_it() {
    let site = NatsSite::cluster();
    with_ledger(&site).await;
    site.provision("hsp-01", &[]);
    let old = site.beside("old.creds");
    fs::copy(site.agency_creds("hsp-01"), &old).unwrap();
    let away = &site.servers()[2];
    away.kill();
    let said = site.provision("hsp-01", &["--revoke"]);
    assert_eq!(said["told"], serde_json::json!(["lianhu-1", "lianhu-2"]), "{said}");
    away.start();
    away.well();
    let it = site.urls()[2].clone();
    eventually_seen("the server that was away refuses the agency, too", async || {
        let options = site.connecting(&old, "_INBOX").ignore_discovered_servers();
        match options.connect(it.as_str()).await {
            Err(error) if error.kind() == ConnectErrorKind::AuthorizationViolation => Ok(()),
            other => Err(format!("{:?}", other.map(|_| "let in"))),
        }
    })
    .await;
}
