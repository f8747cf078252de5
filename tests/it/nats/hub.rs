//! What the bus has on NATS, made by hand: a ledger with a few records, and feeds with a few messages.

use crate::harness::nats::NatsSite;
use async_nats::Client;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::jetstream::stream::{Config, DiscardPolicy};
use async_nats::jetstream::{self, Context, Message};
use futures_util::StreamExt as _;
use std::time::Duration;

/// One server with a ledger and provisioned agencies.
pub struct Hub {
    pub site: NatsSite,
    /// The bus, with the rights of all its services.
    pub bus: Client,
    /// JetStream, as the bus may use it.
    pub jetstream: Context,
}

impl Hub {
    /// A ledger of three records, and these agencies let in.
    pub async fn with(agencies: &[&str]) -> Self {
        let site = NatsSite::single();
        let bus = site.service("services").await;
        let jetstream = jetstream::new(bus.clone());
        jetstream.create_stream(ledger()).await.unwrap();
        for n in 1..=3 {
            let record = format!("record {n}").into();
            jetstream.publish(format!("lianhu.v1.ledger.case-{n}"), record).await.unwrap().await.unwrap();
        }
        for agency in agencies {
            site.provision(agency, &[]);
        }
        Self { site, bus, jetstream }
    }

    /// Tells an agency something.
    pub async fn tell(&self, agency: &str, payloads: &[&str]) {
        for payload in payloads {
            let subject = format!("lianhu.v1.feed.{agency}.intake.report-acknowledged");
            let sent = self.jetstream.publish(subject, (*payload).to_owned().into()).await.unwrap();
            sent.await.unwrap();
        }
    }

    /// Everything that a stream holds: subject, headers and payload of each message, in order.
    pub async fn held(&self, stream: &str) -> Vec<String> {
        let client = jetstream::new(self.site.service("operator").await);
        let mut stream = client.get_stream(stream).await.unwrap();
        let state = stream.info().await.unwrap().state.clone();
        let mut held =
            vec![format!("{} to {}, {} bytes", state.first_sequence, state.last_sequence, state.bytes)];
        for sequence in state.first_sequence..=state.last_sequence {
            let message = stream.get_raw_message(sequence).await.unwrap();
            held.push(format!("{} {:?} {:?}", message.subject, message.headers, message.payload));
        }
        held
    }
}

/// The ledger, as far as this needs it.
pub fn ledger() -> Config {
    Config {
        name: "LIANHU_LEDGER".to_owned(),
        subjects: vec!["lianhu.v1.ledger.>".to_owned()],
        discard: DiscardPolicy::New,
        deny_delete: true,
        deny_purge: true,
        allow_direct: true,
        ..Config::default()
    }
}

/// The next messages of an agency's own feed, as an agency's program takes them.
pub async fn pulled(client: &Client, agency: &str, count: usize) -> Result<Vec<Message>, async_nats::Error> {
    let hub = ContextBuilder::new().api_prefix("hub").timeout(Duration::from_secs(5)).build(client.clone());
    let feed: PullConsumer = hub.get_consumer_from_stream("feed", format!("LIANHU_FEED_{agency}")).await?;
    let mut batch = feed.fetch().max_messages(count).expires(Duration::from_secs(10)).messages().await?;
    let mut taken = Vec::new();
    while let Some(message) = batch.next().await {
        taken.push(message?);
    }
    Ok(taken)
}
