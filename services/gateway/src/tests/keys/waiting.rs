//! From where the keys are asked: whoever waits for an answer keeps nobody from bringing it. And the whole bus,
//! with its vault elsewhere.

use super::{Remote, until_answered};
use crate::tests::{World, uuid};
use crate::{Config, tests::client::Answer};
use serde_json::json;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use vault::conformance::{protect, reveal};
use vault::{Keys, VaultError};

#[test]
fn the_only_worker_of_a_runtime_may_ask() {
    let remote = Remote::with_workers(1);
    remote.serve(remote.vault());
    let keys = Arc::new(remote.answered());
    let expected = keys.name(&[b"a"]).unwrap();
    let (worker, blocking, entered) = (keys.clone(), keys.clone(), keys.clone());
    let on_a_worker = async move { worker.name(&[b"a"]) };
    assert_eq!(remote.runtime.block_on(remote.runtime.spawn(on_a_worker)).unwrap().unwrap(), expected);
    let in_the_pool = remote.runtime.spawn_blocking(move || blocking.name(&[b"a"]));
    assert_eq!(remote.runtime.block_on(in_the_pool).unwrap().unwrap(), expected);
    assert_eq!(remote.runtime.block_on(async move { entered.name(&[b"a"]) }).unwrap(), expected);
}

#[test]
fn many_may_wait_at_once_and_others_go_on() {
    let remote = Remote::with_workers(1);
    remote.serve(remote.vault());
    let keys = Arc::new(remote.answered());
    let ask = |number: u32| {
        let keys = keys.clone();
        remote.runtime.spawn(async move { keys.name(&[&number.to_be_bytes()]) })
    };
    let asked: Vec<_> = (0..200).map(ask).collect();
    let names: std::collections::BTreeSet<_> =
        asked.into_iter().map(|asked| remote.runtime.block_on(asked).unwrap().unwrap()).collect();
    assert_eq!(names.len(), 200);
}

#[test]
fn in_a_runtime_of_one_thread_it_is_said_rather_than_hung() {
    let remote = Remote::new();
    remote.serve(remote.vault());
    let keys = remote.answered();
    let alone = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    assert!(matches!(alone.block_on(async { keys.name(&[]) }), Err(VaultError::Unavailable(_))));
    let keys = crate::nats::RemoteKeys::new(remote.client(), alone.handle().clone());
    assert!(matches!(keys.name(&[]), Err(VaultError::Unavailable(_))));
}

#[test]
fn the_longest_document_fits_into_one_message() {
    let remote = Remote::new();
    remote.serve(remote.vault());
    let keys = remote.answered();
    let longest = Config::default().max_document_bytes;
    let value = [json!("测".repeat(longest / 3))];
    let pointers = (String::from("/data/0"), vocabulary::Protected::new(value[0].clone()));
    let (fact, message) = (vault::conformance::fact(), vocabulary::Protected::new(vec![7; longest]));
    let values = vec![(pointers.0, &pointers.1)];
    let compartments = vec![vault::Compartment { key: None, values }];
    let document = vault::ClearDocument { fact: fact.place(), compartments, digest: None, message: &message };
    let sealed = keys.protect(&document).unwrap();
    assert_eq!(reveal(&keys, &fact, &sealed).unwrap(), value);
    let too_long = [json!("x".repeat(1 << 20))];
    assert!(matches!(protect(&keys, &[(None, &too_long)], None), Err(VaultError::Unavailable(_))));
}

fn publish(world: &World, remote: &Remote, number: u64) -> Answer {
    remote.runtime.block_on(world.publish("hsp-01", &world.filed(number)))
}

#[test]
fn a_bus_without_its_vault_says_try_again_and_nothing_is_lost() {
    let remote = Remote::new();
    remote.serve(remote.vault());
    let keys = Arc::new(remote.answered().patient(Duration::from_secs(30)));
    let world = remote.runtime.block_on(async {
        World::bare_with(Config::default(), keys.clone(), TempDir::new().unwrap()).await.begun().await
    });
    remote.runtime.block_on(world.report(1));
    let item = || remote.runtime.block_on(world.get("psb-03", "/v1/feed"));
    let narrative = &world.filed(1)["data"]["narrative"];
    assert_eq!(&item().json()["items"][0]["event"]["data"]["narrative"], narrative);

    remote.end();
    let refused = publish(&world, &remote, 2);
    assert_eq!((refused.status, &refused.json()["code"]), (503, &json!("unavailable")));
    assert_eq!(item().status, 503, "a feed without its values would look like a whole one");

    remote.serve(remote.vault());
    until_answered(&keys);
    assert_eq!(publish(&world, &remote, 2).status, 201, "{}", uuid(2));
    assert_eq!(publish(&world, &remote, 1).status, 200, "the same as before");
    assert_eq!(&item().json()["items"][0]["event"]["data"]["narrative"], narrative);
    remote.runtime.block_on(world.end());
}
