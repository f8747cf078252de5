//! What stands in `deploy/`: every file is used as it is.

use crate::harness::eventually;
use crate::harness::nats::NatsSite;
use futures_util::StreamExt as _;
use serde_json::Value;
use std::collections::BTreeMap;

/// What every server says of its flushing, as the bus asks for it.
async fn flushing(site: &NatsSite, servers: usize) -> BTreeMap<String, Value> {
    let client = site.service("services").await;
    let inbox = client.new_inbox();
    let mut answers = client.subscribe(inbox.clone()).await.unwrap();
    client.publish_with_reply("lianhu.v1.server.varz", inbox, "".into()).await.unwrap();
    let mut said = BTreeMap::new();
    while said.len() < servers {
        let answer = tokio::time::timeout(std::time::Duration::from_secs(20), answers.next()).await;
        let answer = answer.unwrap_or_else(|_| panic!("only {said:?} of {servers} answered")).unwrap();
        let answer: Value = serde_json::from_slice(&answer.payload).unwrap();
        let name = answer["server"]["name"].as_str().unwrap().to_owned();
        said.insert(name, answer["data"]["jetstream"]["config"].clone());
    }
    said
}

#[tokio::test(flavor = "multi_thread")]
async fn one_server_starts_flushes_before_it_acknowledges_and_tells_the_bus() {
    let site = NatsSite::single();
    let said = flushing(&site, 1).await;
    assert_eq!(said["lianhu-single"]["sync_always"], true, "{said:?}");
    let page = site.servers()[0].page("/varz").unwrap();
    assert_eq!(page["max_payload"], 2 << 20);
    assert_eq!(page["tls_required"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn three_servers_find_each_other_elect_a_leader_and_all_tell_the_bus_that_they_flush() {
    let site = NatsSite::cluster();
    let leader = eventually("a leader is known to all", || {
        let pages = site.servers().iter().map(|server| server.page("/jsz")).collect::<Result<Vec<_>, _>>()?;
        let leaders: Vec<_> = pages.iter().map(|page| page["meta_cluster"]["leader"].clone()).collect();
        match leaders[0].is_string() && leaders.iter().all(|leader| *leader == leaders[0]) {
            true => Ok(leaders[0].as_str().unwrap().to_owned()),
            false => Err(format!("{leaders:?}")),
        }
    });
    assert!(site.servers().iter().any(|server| server.name() == leader), "{leader}");
    let said = flushing(&site, 3).await;
    assert_eq!(said.len(), 3);
    assert!(said.values().all(|config| config["sync_always"] == true), "{said:?}");
}
