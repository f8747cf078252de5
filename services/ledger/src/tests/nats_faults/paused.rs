//! What stands still for a while and goes on: a server, a process with its copy, the consumer under a copy.

use super::killed::Pair;
use super::plan::Plan;
use super::{part, room};
use crate::LEDGER_STREAM;
use futures_util::TryStreamExt as _;
use std::time::Duration;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_leader_stands_still() {
    let _room = room().await;
    let servers = Plan::of(3).start();
    let pair = Pair::start(&servers).await;
    part(2).await;
    let leader = servers.leader().await;
    servers.pause(leader);
    tokio::time::sleep(Duration::from_secs(8)).await; // longer than an election takes
    servers.resume(leader);
    pair.go_on().await;
    part(2).await;
    pair.hold("three servers, leader paused for 8 s", &servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_that_stood_still_catches_up_without_a_gap() {
    let _room = room().await;
    let servers = Plan::of(1).start();
    let pair = Pair::start(&servers).await;
    part(2).await;
    pair.two.signal("-STOP");
    tokio::time::sleep(Duration::from_secs(5)).await; // longer than two heartbeats of its consumer
    pair.one.goes_on(20).await;
    pair.two.signal("-CONT");
    pair.go_on().await;
    part(2).await;
    pair.hold("one of two processes paused for 5 s", &servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_copy_goes_on_when_its_consumer_is_deleted() {
    let _room = room().await;
    let servers = Plan::of(1).start();
    let pair = Pair::start(&servers).await;
    let js = async_nats::jetstream::new(servers.client().await);
    let stream = js.get_stream(LEDGER_STREAM).await.unwrap();
    for _ in 0..3 {
        part(4).await;
        let names: Vec<String> = stream.consumer_names().try_collect().await.unwrap();
        assert!(names.len() >= 2, "each copy has a consumer: {names:?}");
        for name in names {
            let _ = stream.delete_consumer(&name).await; // Err: it was given up before
        }
        pair.go_on().await;
    }
    part(4).await;
    pair.hold("consumers deleted three times", &servers).await;
}
