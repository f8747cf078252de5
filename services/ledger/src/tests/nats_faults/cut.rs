//! The network between the servers is cut, while every server is still reached by every client.

use super::killed::Pair;
use super::nets::Nets;
use super::plan::Plan;
use super::servers::{Servers, connect};
use super::{note, part, room, until};
use crate::conformance::record;
use crate::{JetStreamLedger, Ledger, LedgerError};
use std::time::{Duration, Instant};
use tempfile::TempDir;
use vocabulary::Version;

/// A ledger that reaches one server alone.
async fn through(servers: &Servers, node: usize, copy: &TempDir) -> JetStreamLedger {
    let client = connect(&servers.urls[node..=node]).await.unwrap();
    until("the ledger opens", async || {
        JetStreamLedger::open(client.clone(), copy.path(), servers.promises()).await.ok()
    })
    .await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_leader_is_cut_off() {
    let _room = room().await;
    let nets = match Nets::make(3) {
        Ok(nets) => nets,
        Err(why) => {
            note(&format!("NOT RUN: the network between servers cannot be cut here: {why}"));
            let required = std::env::var_os("LIANHU_REQUIRE_NETNS").is_some();
            assert!(!required, "LIANHU_REQUIRE_NETNS is set, and there are no network namespaces: {why}");
            return;
        }
    };
    let servers = Plan { nets: Some(nets), ..Plan::of(3) }.start();
    let pair = Pair::start(&servers).await;
    part(2).await;
    let leader = servers.leader().await;
    let copies = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let inside = through(&servers, leader, &copies[0]).await;
    let outside = through(&servers, (leader + 1) % 3, &copies[1]).await;
    inside.confirm().await.unwrap();
    let nets = servers.nets.as_ref().unwrap();
    nets.cut(leader);
    let cut = Instant::now();
    let new = record("case-cut", 1, &["cut"]);
    until("the others go on alone", async || outside.append(new.clone()).await.ok()).await;
    // The deposed leader goes on answering how long the stream is, as if it were still.
    let stale = inside.confirm().await;
    assert!(matches!(stale, Err(LedgerError::Unavailable(_))), "{stale:?}");
    let stale = until("the warden says so", async || inside.well().err()).await;
    assert!(matches!(stale, LedgerError::Unavailable(_)), "{stale:?}");
    tokio::time::sleep(Duration::from_secs(8).saturating_sub(cut.elapsed())).await;
    nets.heal(leader);
    until("it is as new as the others", async || inside.confirm().await.ok()).await;
    assert_eq!(inside.version(&new.history).unwrap(), Version(1));
    drop((inside, outside));
    pair.go_on().await;
    part(2).await;
    pair.hold("three servers, leader cut off for 8 s", &servers).await;
}
