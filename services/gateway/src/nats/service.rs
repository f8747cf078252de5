//! Each service announces itself as NATS services do (ADR-32): whoever may ask finds every one that runs, what it
//! has done, and how it is.

use super::requests::Requests;
use async_nats::Client;
use async_nats::service::{ServiceExt as _, error};
use futures_util::StreamExt as _;
use serde::Deserialize;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::sync::watch;

/// What the names of all services begin with.
const NAME: &str = "lianhu-";
/// How long after one service's answer another's is waited for.
const SILENCE: Duration = Duration::from_millis(500);

/// A service that runs in this process, under the name of its role.
pub struct Service {
    announced: async_nats::service::Service,
    client: Client,
    stop: watch::Sender<bool>,
    counts: Counts,
}

/// How many requests each of its endpoints has taken, by their names.
type Counts = Arc<Mutex<BTreeMap<String, Arc<AtomicU64>>>>;

/// Announces a role, with the endpoint `health` that all roles have. `health` says how it is; it is also part of
/// its statistics, beside the counts of what was asked of it.
///
/// # Errors
/// The connection was closed for good.
pub async fn announce<F>(client: &Client, role: &str, health: F) -> io::Result<Service>
where
    F: Fn() -> Value + Clone + Send + Sync + 'static,
{
    let counts = Counts::default();
    let (told, counted) = (health.clone(), counts.clone());
    let announced = client
        .service_builder()
        .description(format!("Lianhu: {role}"))
        .stats_handler(move |_, _| with_counts(told(), &counted))
        .start(format!("{NAME}{role}"), env!("CARGO_PKG_VERSION"))
        .await
        .map_err(io::Error::other)?;
    let builder = announced.endpoint_builder().name("health").queue_group(role);
    let endpoint = builder.add(format!("lianhu.v1.health.{role}")).await.map_err(io::Error::other)?;
    tokio::spawn(endpoint.for_each(move |request| {
        let answer: Result<_, error::Error> = Ok(health().to_string().into());
        async move {
            let _ = request.respond(answer).await; // Err: whoever asked has gone
        }
    }));
    Ok(Service { announced, client: client.clone(), stop: watch::Sender::default(), counts })
}

fn with_counts(mut health: Value, counts: &Counts) -> Value {
    let counts = counts.lock().unwrap_or_else(PoisonError::into_inner);
    let counts: BTreeMap<_, _> =
        counts.iter().map(|(name, count)| (name, count.load(Ordering::Relaxed))).collect();
    health["requests"] = json!(counts);
    health
}

impl Service {
    /// Takes no more requests; those that were sent before are worked off by who answers them.
    pub async fn stop(self) {
        self.stop.send_replace(true);
        let _ = self.announced.stop().await; // Err: nobody listened any more
    }

    /// Requests to a subject, shared with all services of one queue group, until the service is stopped.
    pub(crate) async fn requests(&self, name: &str, subject: &str, group: &str) -> io::Result<Requests> {
        let subscriber = self.client.queue_subscribe(subject.to_owned(), group.to_owned()).await;
        let subscriber = subscriber.map_err(io::Error::other)?;
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(name.to_owned()).or_default().clone();
        Ok(Requests::new(self.client.clone(), subscriber, self.stop.subscribe(), count))
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
    /// Requests that it has taken, over all that it answers but `health`.
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
    let health = statistics.endpoints.iter().find(|endpoint| endpoint.name == "health");
    let health = health.map(|endpoint| endpoint.data.clone()).unwrap_or_default();
    let counts = health["requests"].as_object().into_iter().flatten();
    Found {
        role: role.to_owned(),
        id: statistics.id.clone(),
        version: statistics.version.clone(),
        requests: counts.filter_map(|(_, count)| count.as_u64()).sum(),
        health,
    }
}
