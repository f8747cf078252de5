//! What a process does beside answering HTTP, until it is told to end.

use super::roles::Role;
use crate::failure::Failure;
use crate::up::Door;
use async_nats::Client;
use async_nats::jetstream::context::ContextBuilder;
use gateway::{Service, announce, keep_feeds, serve_admission, serve_agencies, serve_keys};
use runtime::{Bus, Duties};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::{JoinHandle, JoinSet};
use vault::{Keys, Vault};

/// How long work that was taken may take to end.
const GRACE: Duration = Duration::from_secs(10);

/// The work of a process.
pub struct Work {
    client: Client,
    bus: Option<Arc<Bus>>,
    services: Vec<Service>,
    /// Ends by itself once the services are stopped.
    answering: JoinSet<()>,
    /// Goes on until it is cut off: it may be at any point.
    following: Vec<JoinHandle<()>>,
    stop: watch::Sender<bool>,
}

impl Work {
    /// Nothing yet.
    pub fn new(client: Client) -> Self {
        let (answering, following) = (JoinSet::new(), Vec::new());
        Self { client, bus: None, services: Vec::new(), answering, following, stop: watch::Sender::default() }
    }

    /// Its connection.
    pub fn client(&self) -> &Client {
        &self.client
    }

    /// Answers for the vault.
    pub async fn keys(&mut self, vault: Arc<Vault>) -> Result<(), Failure> {
        let asked = vault.clone();
        let health = move || match asked.check() {
            Ok(health) => json!({"ready": health.ready, "leased": health.leased, "stopped": []}),
            Err(why) => json!({"stopped": [format!("vault: {why}")]}),
        };
        self.services.push(announce(&self.client, Role::Vault.name(), health).await.map_err(failed)?);
        let serving = serve_keys(self.client.clone(), vault, self.stop.subscribe());
        self.answering.spawn(async move {
            if let Err(why) = serving.await {
                tracing::error!(%why, "nobody answers for the vault any more");
            }
        });
        Ok(())
    }

    /// Runs the followers of a bus.
    pub fn bus(&mut self, bus: Arc<Bus>, duties: Duties) {
        self.following.push(tokio::spawn(bus.clone().run(duties)));
        self.bus = Some(bus);
    }

    /// Resolves when the ledger is followed no more, for good: this process can only be in the way then, because
    /// others would be asked in its place.
    pub fn ledger_lost(&self) -> impl Future<Output = ()> + Send + use<> {
        let head = self.bus.as_ref().map(|bus| bus.ledger_head());
        async move {
            match head {
                Some(mut head) => while head.changed().await.is_ok() {},
                None => std::future::pending().await,
            }
        }
    }

    /// Whether the ledger is followed.
    pub fn ledger_well(&self) -> Result<(), Failure> {
        match &self.bus {
            Some(bus) if bus.ledger_head().has_changed().is_err() => {
                let why = bus.status().map_or_else(|why| why.to_string(), |status| status.stopped.join("; "));
                Err(Failure::Store(format!("the ledger is followed no more: {why}")))
            }
            _ => Ok(()),
        }
    }

    /// A bus whose followers somebody else runs.
    pub fn beside(&mut self, bus: Arc<Bus>) {
        self.bus = Some(bus);
    }

    /// Takes a role on: it is found under its name, and answers for what is its own.
    pub async fn announce(&mut self, role: Role) -> Result<(), Failure> {
        let Some(bus) = self.bus.clone() else { return Ok(()) };
        let asked = bus.clone();
        let service = announce(&self.client, role.name(), move || health(&asked)).await.map_err(failed)?;
        if role.is_stage() {
            for stage in std::iter::once(role.name().to_owned()).chain(without_rules(&bus)) {
                let admitting = serve_admission(&service, &stage, bus.clone()).await.map_err(failed)?;
                self.answering.spawn(admitting);
            }
        }
        if role == Role::Views {
            let js = ContextBuilder::new().timeout(Duration::from_secs(3)).build(self.client.clone());
            self.following.push(tokio::spawn(keep_feeds(js, bus)));
        }
        self.services.push(service);
        Ok(())
    }

    /// Answers agencies on NATS as the door does over HTTP.
    pub async fn agencies(&mut self, door: &Door) -> Result<(), Failure> {
        let Some(bus) = self.bus.clone() else { return Ok(()) };
        let service = announce(&self.client, "agencies", move || health(&bus)).await.map_err(failed)?;
        self.answering.spawn(serve_agencies(&service, door.calls()).await.map_err(failed)?);
        self.services.push(service);
        Ok(())
    }

    /// Takes nothing more, works off what was taken, and ends.
    pub async fn end(mut self) {
        self.stop.send_replace(true);
        for service in self.services {
            service.stop().await;
        }
        let worked_off = async { while self.answering.join_next().await.is_some() {} };
        if tokio::time::timeout(GRACE, worked_off).await.is_err() {
            tracing::warn!("requests were still under way at the end");
        }
        let _ = self.client.flush().await; // Err: the connection is gone, and whoever waits asks again
        self.following.iter().for_each(JoinHandle::abort);
    }
}

/// Stages whose facts are contracts only: whoever admits any stage admits them.
fn without_rules(bus: &Bus) -> BTreeSet<String> {
    let contracts = bus.contracts();
    let stages = contracts.all().map(|contract| contract.kind.stage());
    let others = stages.filter(|stage| !Role::ALL.iter().any(|role| role.name() == *stage));
    others.map(str::to_owned).collect()
}

/// How a bus is, as its services tell it.
fn health(bus: &Bus) -> Value {
    bus.status().map_or_else(|why| json!({"stopped": [why.to_string()]}), |status| json!(status))
}

fn failed(why: std::io::Error) -> Failure {
    Failure::Unreachable("NATS".to_owned(), why.to_string())
}
