//! Making an account known to the servers that run.

use crate::failure::Failure;
use async_nats::Client;
use futures_util::StreamExt as _;
use serde_json::Value;
use std::collections::BTreeSet;
use std::time::Duration;

/// Whom to ask for the accounts' sake.
const UPDATE: &str = "$SYS.REQ.CLAIMS.UPDATE";

/// How long to wait for the first server, and then for each further one.
const FIRST: Duration = Duration::from_secs(10);
const FURTHER: Duration = Duration::from_millis(500);

/// Sends an account's claims to every server that is up and names those that took them. A server that is away
/// hears of them from the others when it is back.
pub async fn claims(system: &Client, servers: &str, jwt: &str) -> Result<BTreeSet<String>, Failure> {
    let unreachable = |why: String| Failure::Unreachable(servers.to_owned(), why);
    let inbox = system.new_inbox();
    let mut answers =
        system.subscribe(inbox.clone()).await.map_err(|error| unreachable(error.to_string()))?;
    let sent = system.publish_with_reply(UPDATE, inbox, jwt.to_owned().into()).await;
    sent.map_err(|error| unreachable(error.to_string()))?;
    let mut took = BTreeSet::new();
    let mut patience = FIRST;
    while let Ok(Some(answer)) = tokio::time::timeout(patience, answers.next()).await {
        took.insert(taken(&answer.payload)?);
        patience = FURTHER;
    }
    match took.is_empty() {
        false => Ok(took),
        true => Err(unreachable("no server took the account; run the same command again".to_owned())),
    }
}

/// The name of a server that took the claims.
fn taken(answer: &[u8]) -> Result<String, Failure> {
    let answer: Value = serde_json::from_slice(answer).unwrap_or_default();
    let name = answer["server"]["name"].as_str().unwrap_or("a server").to_owned();
    match answer["error"]["description"].as_str() {
        Some(why) => {
            Err(Failure::Answered { status: 403, said: format!("{name} refused the account: {why}") })
        }
        None if answer["data"]["code"] == 200 => Ok(name),
        None => Err(Failure::Answered { status: 403, said: format!("{name} refused the account: {answer}") }),
    }
}
