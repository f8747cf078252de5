//! What an operator finds: every service of the district, as each tells it.

use crate::harness::eventually;
use crate::harness::nats::NatsSite;
use async_nats::Client;
use async_nats::jetstream::consumer::pull::OrderedConfig;
use futures_util::StreamExt as _;
use serde_json::Value;
use std::time::Duration;
use tokio::runtime::Runtime;

/// An operator's connection.
pub struct Operator {
    client: Client,
    runtime: Runtime,
}

impl Operator {
    pub fn of(nats: &NatsSite) -> Self {
        let runtime = Runtime::new().unwrap();
        let client = runtime.block_on(nats.service("operator"));
        Self { client, runtime }
    }

    /// What every service answers to `$SRV.PING`, `$SRV.INFO` or `$SRV.STATS`, until nobody answers any more.
    pub fn ask(&self, verb: &str) -> Vec<Value> {
        self.runtime.block_on(async {
            let inbox = self.client.new_inbox();
            let mut answers = self.client.subscribe(inbox.clone()).await.unwrap();
            self.client.publish_with_reply(format!("$SRV.{verb}"), inbox, "".into()).await.unwrap();
            let mut said = Vec::new();
            while let Ok(Some(answer)) =
                tokio::time::timeout(Duration::from_millis(700), answers.next()).await
            {
                if !answer.payload.is_empty() {
                    said.push(serde_json::from_slice(&answer.payload).unwrap());
                }
            }
            said
        })
    }

    /// How a service says it is: of each that was found, its name and its health.
    pub fn health(&self) -> Vec<(String, Value)> {
        let of = |service: &Value| {
            let endpoints = service["endpoints"].as_array().unwrap();
            let health = endpoints.iter().find(|endpoint| endpoint["name"] == "health").unwrap();
            (service["name"].as_str().unwrap().to_owned(), health["data"].clone())
        };
        self.ask("STATS").iter().map(of).collect()
    }

    /// Waits until every process stands at the same head, with everything disclosed and in the views.
    #[track_caller]
    pub fn settled(&self) {
        eventually("everything is disclosed and in all views", || {
            let said = self.health();
            let of = |(name, health): &(String, Value)| match name.as_str() {
                "lianhu-vault" => vec![],
                "lianhu-disclosure" => ["head", "views", "disclosed"].map(|n| health[n].as_u64()).to_vec(),
                _ => ["head", "views"].map(|n| health[n].as_u64()).to_vec(),
            };
            let at: Vec<Option<u64>> = said.iter().flat_map(of).collect();
            let same = at.first().is_some_and(|first| first.is_some() && at.iter().all(|at| at == first));
            let discloses = said.iter().any(|(name, _)| name == "lianhu-disclosure");
            if same && discloses { Ok(()) } else { Err(format!("{said:?}")) }
        });
    }

    /// The records of the ledger, in order; they are dense.
    pub fn ledger(&self) -> Vec<Value> {
        self.runtime.block_on(self.stream("LIANHU_LEDGER")).expect("a ledger")
    }

    /// What stands in the stream of an agency, once it holds so many; none when it has no stream.
    #[track_caller]
    pub fn feed(&self, agency: &str, count: usize) -> Option<Vec<Value>> {
        let name = format!("LIANHU_FEED_{agency}");
        eventually(&format!("{name} holds {count}"), || match self.runtime.block_on(self.stream(&name)) {
            Some(items) if items.len() < count => Err(items.len().to_string()),
            found => {
                assert!(found.as_ref().is_none_or(|items| items.len() == count), "{name}: too many");
                Ok(found)
            }
        })
    }

    /// Everything in a stream, from the first message to the last, without a gap.
    async fn stream(&self, name: &str) -> Option<Vec<Value>> {
        let js = async_nats::jetstream::new(self.client.clone());
        let stream = js.get_stream(name).await.ok()?;
        let last = stream.cached_info().state.last_sequence;
        assert_eq!(stream.cached_info().state.messages, last, "{name} is dense");
        let config = OrderedConfig { max_expires: Duration::from_secs(5), ..OrderedConfig::default() };
        let messages = stream.create_consumer(config).await.unwrap().messages().await.unwrap();
        let mut messages = messages.take(last as usize);
        let mut held = Vec::new();
        while let Some(message) = messages.next().await {
            let message = message.unwrap();
            assert_eq!(message.info().unwrap().stream_sequence, held.len() as u64 + 1, "{name}");
            held.push(serde_json::from_slice(&message.payload).unwrap());
        }
        Some(held)
    }
}
