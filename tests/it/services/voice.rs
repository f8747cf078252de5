//! An agency on NATS, in its own account: it publishes and reads by request, and pulls its feed.

use crate::harness::nats::NatsSite;
use async_nats::jetstream::AckKind;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::{Client, HeaderMap, Request, RequestErrorKind};
use futures_util::StreamExt as _;
use serde_json::Value;
use std::time::Duration;
use tokio::runtime::Runtime;

/// The agency's connection.
pub struct Voice {
    pub agency: String,
    pub client: Client,
    runtime: Runtime,
}

/// An answer over NATS.
#[derive(Clone, Debug)]
pub struct Reply {
    pub status: u16,
    pub text: String,
    pub body: Value,
}

impl Voice {
    /// A provisioned agency connects.
    pub fn of(nats: &NatsSite, agency: &str) -> Self {
        let runtime = Runtime::new().unwrap();
        let client = runtime.block_on(nats.agency(agency));
        Self { agency: agency.to_owned(), client, runtime }
    }

    /// Publishes under the subject of the document's type.
    #[track_caller]
    pub fn publish(&self, event: &Value) -> Reply {
        self.publish_with(event, &[])
    }

    /// The same with headers.
    #[track_caller]
    pub fn publish_with(&self, event: &Value, headers: &[(&str, &str)]) -> Reply {
        self.try_publish(event, headers).expect("an answer")
    }

    /// The same, unless nobody answers.
    pub fn try_publish(&self, event: &Value, headers: &[(&str, &str)]) -> Result<Reply, RequestErrorKind> {
        let (fact, _) = event["type"].as_str().unwrap().rsplit_once(".v").unwrap();
        let subject = format!("lianhu.v1.publish.{}.{fact}", self.agency);
        self.ask(&subject, event.to_string(), headers)
    }

    /// Asks a reading call by its path.
    #[track_caller]
    pub fn read(&self, path: &str) -> Reply {
        let subject = format!("lianhu.v1.read.{}", self.agency);
        self.ask(&subject, path.to_owned(), &[]).expect("an answer")
    }

    /// Asks anything anywhere.
    pub fn ask(
        &self,
        subject: &str,
        body: String,
        headers: &[(&str, &str)],
    ) -> Result<Reply, RequestErrorKind> {
        self.ask_for(Duration::from_secs(60), subject, body, headers)
    }

    /// The same with another patience.
    pub fn ask_for(
        &self,
        patience: Duration,
        subject: &str,
        body: String,
        headers: &[(&str, &str)],
    ) -> Result<Reply, RequestErrorKind> {
        let mut map = HeaderMap::new();
        headers.iter().for_each(|(name, value)| map.insert(*name, *value));
        let request = Request::new().payload(body.into()).headers(map).timeout(Some(patience));
        let reply = self.runtime.block_on(self.client.send_request(subject.to_owned(), request));
        let reply = reply.map_err(|why| why.kind())?;
        let headers = reply.headers.expect("an answer says its status");
        let status = headers.get("Lianhu-Status").expect("a status").as_str().parse().unwrap();
        let text = String::from_utf8(reply.payload.to_vec()).unwrap();
        let body = serde_json::from_str(&text).unwrap();
        Ok(Reply { status, text, body })
    }

    /// Takes the next items of its feed and gives them back; the first of them is offered again last.
    #[track_caller]
    pub fn gives_back(&self, count: usize) {
        self.runtime.block_on(async {
            let mut some = self.feed().await.fetch().max_messages(count).messages().await.unwrap();
            let mut back = 0;
            while let Some(message) = some.next().await {
                let later = (back == 0).then(|| Duration::from_secs(4));
                message.unwrap().ack_with(AckKind::Nak(later)).await.unwrap();
                back += 1;
            }
            assert_eq!(back, count, "so many had been told");
            self.client.flush().await.unwrap();
        });
    }

    /// The one consumer of its feed, as its account may use it.
    async fn feed(&self) -> PullConsumer {
        let hub = ContextBuilder::new().api_prefix("hub").timeout(Duration::from_secs(10));
        let hub = hub.build(self.client.clone());
        hub.get_consumer_from_stream("feed", format!("LIANHU_FEED_{}", self.agency)).await.unwrap()
    }

    /// The next items of its feed, each with its place in the stream; acknowledged.
    #[track_caller]
    pub fn next(&self, count: usize) -> Vec<(u64, Value)> {
        self.runtime.block_on(async {
            let feed = self.feed().await;
            let mut taken = Vec::new();
            let deadline = tokio::time::Instant::now() + crate::harness::wait::DEADLINE;
            while taken.len() < count {
                assert!(
                    tokio::time::Instant::now() < deadline,
                    "{} of {count} items came: {taken:?}",
                    taken.len()
                );
                let some = feed.fetch().max_messages(count - taken.len()).expires(Duration::from_secs(2));
                let mut some = some.messages().await.unwrap();
                while let Some(message) = some.next().await {
                    let message = message.unwrap();
                    let place = message.info().unwrap().stream_sequence;
                    taken.push((place, serde_json::from_slice(&message.payload).unwrap()));
                    message.double_ack().await.unwrap();
                }
            }
            taken
        })
    }
}

impl Reply {
    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }
}
