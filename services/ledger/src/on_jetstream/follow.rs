//! How the copy keeps up: a consumer of the stream from the copy's last position on, and, ahead of it, what this
//! process appended itself and was acknowledged.
//!
//! The consumer is ephemeral and holds nothing: whenever anything is odd it is dropped, and a new one begins
//! behind what the copy holds. So nothing is skipped and nothing is taken twice, whatever the server repeats.
//!
//! A new consumer may belong to another stream than the one before: a backup was put back, or the stream made
//! anew. One that is shorter than the copy would bring nothing until it has grown past it, and then go on as if
//! nothing had happened. So stream and copy are compared before anything is taken from a new consumer, and an
//! acknowledged record must be the one that stands at its position.

use super::copy::Arrived;
use super::{AGAIN, Shared, stream, warden};
use crate::LedgerError;
use async_nats::jetstream::Context;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::message::Message;
use futures_util::StreamExt as _;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot, watch};
use vocabulary::Position;

/// Most records that are taken in one step.
const CHUNK: usize = 256;

/// A record that this process appended, and who waits until it can be read.
pub struct Acked {
    pub arrived: Arrived,
    pub taken: oneshot::Sender<()>,
}

/// The task that fills the copy.
pub struct Copier {
    shared: Arc<Shared>,
    acked: mpsc::UnboundedReceiver<Acked>,
    /// Acknowledged, but something before it has not arrived yet.
    early: BTreeMap<Position, Acked>,
    head: watch::Sender<Position>,
}

/// Why a consumer is given up.
enum End {
    /// Make another.
    Again(String),
    /// Follow no more.
    For(LedgerError),
    /// Nobody has the ledger any more.
    Closed,
}

impl Copier {
    pub fn new(
        shared: Arc<Shared>,
        acked: mpsc::UnboundedReceiver<Acked>,
        head: watch::Sender<Position>,
    ) -> Self {
        Self { shared, acked, early: BTreeMap::new(), head }
    }

    /// Works until something cannot be followed. The head goes away with it.
    pub async fn run(mut self) {
        let mut stop = self.shared.stop.subscribe();
        loop {
            let end = tokio::select! {
                _ = stop.wait_for(|stop| *stop) => return,
                end = self.session() => end,
            };
            match end {
                End::Again(why) => tracing::info!(why, "the ledger is followed anew"),
                End::For(why) => return self.shared.fail(why),
                End::Closed => return,
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Follows with one consumer.
    async fn session(&mut self) -> End {
        let last = *self.head.borrow();
        let messages = match messages(&self.shared.js, last, "a local copy of the ledger").await {
            Ok(messages) => messages,
            Err(why) => return End::Again(why),
        };
        if let Err(doubt) = warden::compare(&self.shared).await {
            return End::Again(doubt.into_error().to_string());
        }
        let mut messages = messages.ready_chunks(CHUNK);
        let mut acked = Vec::with_capacity(CHUNK);
        loop {
            tokio::select! {
                biased;
                count = self.acked.recv_many(&mut acked, CHUNK) => {
                    if count == 0 {
                        return End::Closed;
                    }
                    self.early.extend(acked.drain(..).map(|acked| (acked.arrived.at, acked)));
                    if let Err(why) = self.take(Vec::new()) {
                        return End::For(why);
                    }
                }
                chunk = messages.next() => {
                    let Some(chunk) = chunk else { return End::Again("the consumer ended".to_owned()) };
                    if let Err(end) = self.chunk(chunk) {
                        return end;
                    }
                }
            }
        }
    }

    /// Takes what a consumer brought, up to the first thing that is odd.
    fn chunk<E: std::fmt::Display>(&mut self, chunk: Vec<Result<Message, E>>) -> Result<(), End> {
        let mut last = *self.head.borrow();
        let (mut arrived, mut end) = (Vec::new(), None);
        for message in chunk {
            match message.map_err(|why| End::Again(why.to_string())).and_then(|message| read(&message, last))
            {
                Ok(Some(next)) => {
                    last = next.at;
                    arrived.push(next);
                }
                Ok(None) => {}
                Err(odd) => {
                    end = Some(odd);
                    break;
                }
            }
        }
        self.take(arrived).map_err(End::For)?;
        end.map_or(Ok(()), Err)
    }

    /// Puts records that follow the copy's last one into it, and whatever was waiting for them.
    fn take(&mut self, arrived: Vec<Arrived>) -> Result<(), LedgerError> {
        self.show(arrived)?;
        let mut last = *self.head.borrow();
        let (mut next, mut waiting) = (Vec::new(), Vec::new());
        while let Some(early) = self.early.first_entry().filter(|early| early.key().0 <= last.0 + 1) {
            let Acked { arrived: early, taken } = early.remove();
            if early.at > last {
                last = early.at;
                next.push(early);
            } else {
                self.stands(&early)?;
            }
            waiting.push(taken);
        }
        self.show(next)?;
        for taken in waiting {
            let _ = taken.send(()); // Err: the caller has stopped waiting
        }
        Ok(())
    }

    /// Puts records into the copy and shows them.
    fn show(&self, arrived: Vec<Arrived>) -> Result<(), LedgerError> {
        let (last, all) = self.shared.copy.take(arrived);
        if let Some(last) = last {
            self.head.send_replace(last);
        }
        all
    }

    /// A record that was acknowledged at a position that the copy has already must be the one that it has.
    fn stands(&self, acked: &Arrived) -> Result<(), LedgerError> {
        let stored = self.shared.copy.get(acked.at, acked.at)?;
        if stored.is_some_and(|stored| stored.record == acked.record) {
            return Ok(());
        }
        let why =
            "the server acknowledged a record where another one stands: this is not the stream that it was";
        Err(LedgerError::Unreadable { at: acked.at, why: why.to_owned() })
    }
}

/// The messages of the stream behind a position, as they come. `why` is what the server shows of the consumer.
pub async fn messages(js: &Context, last: Position, why: &str) -> Result<pull::Stream, String> {
    let config = pull::Config {
        description: Some(why.to_owned()),
        deliver_policy: DeliverPolicy::ByStartSequence { start_sequence: last.0 + 1 },
        ack_policy: AckPolicy::None,
        inactive_threshold: Duration::from_secs(60),
        memory_storage: true,
        num_replicas: 1,
        ..pull::Config::default()
    };
    let stream = js.get_stream_no_info(stream::LEDGER_STREAM).await.map_err(|why| why.to_string())?;
    let consumer = stream.create_consumer(config).await.map_err(|why| why.to_string())?;
    let messages = consumer.stream().max_messages_per_batch(1_000).expires(Duration::from_secs(10));
    messages.heartbeat(Duration::from_secs(2)).messages().await.map_err(|why| why.to_string())
}

/// The record in a message; `None` when the copy has it already.
fn read(message: &Message, last: Position) -> Result<Option<Arrived>, End> {
    let info = message.info().map_err(|why| End::Again(why.to_string()))?;
    let (at, expected) = (Position(info.stream_sequence), Position(last.0 + 1));
    if at < expected {
        return Ok(None);
    }
    if at > expected {
        return Err(End::Again(format!("position {expected} was not delivered, {at} was")));
    }
    Arrived::read(at, &message.subject, message.payload.to_vec()).map(Some).map_err(End::For)
}
