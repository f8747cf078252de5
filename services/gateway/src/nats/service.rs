//! Each service announces itself as NATS services do (ADR-32): whoever may ask finds every one that runs, what it
//! has done, and how it is.

use async_nats::Client;
use async_nats::service::endpoint::Endpoint;
use async_nats::service::{ServiceExt as _, error};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeMap;
use std::io;
use std::time::Duration;

/// What the names of all services begin with.
const NAME: &str = "lianhu-";
/// How long after one service's answer another's is waited for.
const SILENCE: Duration = Duration::from_millis(500);

/// A service that runs in this process, under the name of its role.
pub struct Service(async_nats::service::Service);

/// Announces a role, with the endpoint `health` that all roles have. `health` says how it is; it is also part of
/// its statistics.
///
/// # Errors
/// The connection was closed for good.
pub async fn announce<F>(client: &Client, role: &str, health: F) -> io::Result<Service>
where
    F: Fn() -> Value + Clone + Send + Sync + 'static,
{
    let told = health.clone();
    let service = client
        .service_builder()
        .description(format!("Lianhu: {role}"))
        .stats_handler(move |_, _| told())
        .start(format!("{NAME}{role}"), env!("CARGO_PKG_VERSION"))
        .await
        .map_err(io::Error::other)?;
    let service = Service(service);
    let endpoint = service.endpoint("health", &format!("lianhu.v1.health.{role}"), role).await?;
    tokio::spawn(endpoint.for_each(move |request| {
        let answer: Result<_, error::Error> = Ok(health().to_string().into());
        async move {
            let _ = request.respond(answer).await; // Err: whoever asked has gone
        }
    }));
    Ok(service)
}

impl Service {
    /// Takes no more requests; those that were taken are worked off by who answers them.
    pub async fn stop(self) {
        let _ = self.0.stop().await; // Err: nobody listened any more
    }

    /// An endpoint of it, shared with all services of one queue group.
    pub(crate) async fn endpoint(&self, name: &str, subject: &str, group: &str) -> io::Result<Endpoint> {
        let builder = self.0.endpoint_builder().name(name).queue_group(group);
        builder.add(subject).await.map_err(io::Error::other)
    }
}

/// A service that answered.
#[derive(Clone, Debug, PartialEq)]
pub struct Found {
    /// Its role.
    pub role: String,
    /// The id of this one among those of the role.
    pub id: String,
    /// The version of its program.
    pub version: String,
    /// Requests that it has answered, over all endpoints but `health`.
    pub requests: u64,
    /// How it says it is.
    pub health: Value,
}

#[derive(Deserialize)]
struct Statistics {
    name: String,
    id: String,
    version: String,
    endpoints: Vec<Counted>,
}

#[derive(Deserialize)]
struct Counted {
    name: String,
    #[serde(default, rename = "num_requests")]
    requests: u64,
    #[serde(default)]
    data: Value,
}

/// Asks every service of the bus for its statistics. Those that do not answer soon are not there.
///
/// # Errors
/// The connection was closed for good.
pub async fn services(client: &Client) -> io::Result<Vec<Found>> {
    let inbox = client.new_inbox();
    let mut answers = client.subscribe(inbox.clone()).await.map_err(io::Error::other)?;
    client.publish_with_reply("$SRV.STATS", inbox, "".into()).await.map_err(io::Error::other)?;
    let mut found = BTreeMap::new();
    while let Ok(Some(answer)) = tokio::time::timeout(SILENCE, answers.next()).await {
        let Ok(statistics) = serde_json::from_slice::<Statistics>(&answer.payload) else { continue };
        if let Some(role) = statistics.name.strip_prefix(NAME) {
            found.insert((role.to_owned(), statistics.id.clone()), of(role, &statistics));
        }
    }
    Ok(found.into_values().collect())
}

fn of(role: &str, statistics: &Statistics) -> Found {
    let answered = statistics.endpoints.iter().filter(|endpoint| endpoint.name != "health");
    let health = statistics.endpoints.iter().find(|endpoint| endpoint.name == "health");
    Found {
        role: role.to_owned(),
        id: statistics.id.clone(),
        version: statistics.version.clone(),
        requests: answered.map(|endpoint| endpoint.requests).sum(),
        health: health.map(|endpoint| endpoint.data.clone()).unwrap_or_default(),
    }
}
