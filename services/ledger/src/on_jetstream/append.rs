//! One append, to its end: the same message again and again until the server has answered, whatever gets lost
//! on the way.
//!
//! The message names the last message of its history as this process knows it, so at most one of two racing
//! writers is taken; and it carries the digest of its first fact as its id, so that a repeat whose first answer
//! was lost is not taken twice. The other facts of a record have ids that derive from the first, or stand in a
//! history that is written at an expected version. A single server checks the version before the id and a
//! cluster the other way round; so either refusal means: look whether it is there. Facts that are older than
//! the server's memory of ids are in the copy, which is asked first and must be young enough.
//!
//! No refusal of a version or an id is taken as the last word: while a cluster is cut, a leader that was deposed
//! and does not know it yet still refuses, and the next one takes the same message. So what is found there in the
//! end may be this very append's own, whatever was answered; a header that no other append has tells it.

use super::copy::Arrived;
use super::follow::Acked;
use super::{PATIENCE, Shared, stream};
use crate::on_sled::keys::{self, Pair};
use crate::port::fit;
use crate::{LedgerError, Outcome};
use async_nats::jetstream::context::{PublishError, PublishErrorKind};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{mpsc, oneshot};
use tokio::time::Instant;
use vocabulary::{FactRef, Position, Record, Version};

/// The header that tells one append's messages from all others.
const APPEND: &str = "Lianhu-Append";

/// First pause between two tries; each is twice as long as the one before, up to half a second.
const PAUSE: Duration = Duration::from_millis(20);

/// A record on its way.
pub struct Append<'a> {
    shared: &'a Shared,
    acked: &'a mpsc::UnboundedSender<Acked>,
    record: Arc<Record>,
    bytes: Vec<u8>,
    pairs: Vec<Pair>,
    until: Instant,
    /// What [`APPEND`] says on its messages.
    mine: String,
    /// Why the last try was not the last, once there was one.
    tried: Option<String>,
}

/// What a server's answer means.
pub enum Answer {
    /// It is there, at this position; it may have been there before.
    There(Position, bool),
    /// Something else was there first, or is on its way, or this very record: look.
    Look(String),
    /// Nobody knows: try the same again.
    Lost(String),
    /// It will not be taken.
    Refused(LedgerError),
}

impl<'a> Append<'a> {
    /// Prepares an append.
    ///
    /// # Errors
    /// `Unfit`.
    pub fn new(
        shared: &'a Shared,
        acked: &'a mpsc::UnboundedSender<Acked>,
        record: Record,
    ) -> Result<Self, LedgerError> {
        let bytes = fit(&record)?;
        let pairs = keys::pairs(&record);
        let until = Instant::now() + PATIENCE;
        let mine = shared.js.client().new_inbox(); // unique, which is all that is wanted of it
        Ok(Self { shared, acked, record: Arc::new(record), bytes, pairs, until, mine, tried: None })
    }

    /// Appends.
    ///
    /// # Errors
    /// As [`crate::Ledger::append`].
    pub async fn run(mut self) -> Result<Outcome, LedgerError> {
        let (mut pause, mut looked) = (PAUSE, false);
        loop {
            self.shared.well()?;
            if self.shared.age() > stream::WINDOW / 2 {
                self.shared.catch_up(self.until).await?;
            }
            let upto = self.shared.upto(); // both questions are put to the same ledger
            if let Some(outcome) = self.there(upto).await? {
                return Ok(outcome);
            }
            let (position, found) = self.tail(upto)?;
            if found.0 + 1 != self.record.version.0 {
                if looked {
                    return Err(LedgerError::Conflict { found });
                }
                self.shared.catch_up(self.until).await?;
                looked = true;
                continue;
            }
            match self.publish(position).await {
                Answer::There(at, before) => {
                    if before {
                        self.tried = Some("the server has a message of its id".to_owned());
                    }
                    return self.taken(at, before).await;
                }
                Answer::Look(why) => {
                    self.tried = Some(why);
                    self.shared.catch_up(self.until).await?;
                    if self.tail(self.shared.upto())?.0 != position {
                        looked = true;
                        continue;
                    } // else it is on its way, and asking at once again would only keep the server busy
                }
                Answer::Lost(why) => self.tried = Some(why),
                Answer::Refused(why) => return Err(why),
            }
            if Instant::now() + pause > self.until {
                return Err(LedgerError::unavailable(self.tried.unwrap_or_default()));
            }
            tokio::time::sleep(pause).await;
            (pause, looked) = ((pause * 2).min(Duration::from_millis(500)), false);
        }
    }

    /// Where the last record of its history stands, and the version that it brought.
    fn tail(&self, upto: Position) -> Result<(Position, Version), LedgerError> {
        self.shared.copy.store.tail(&self.record.history, upto)
    }

    /// The first of its facts that is there already, and whether a try of this append brought it there.
    async fn there(&self, upto: Position) -> Result<Option<Outcome>, LedgerError> {
        for pair in &self.pairs {
            if let Some(at) = self.shared.copy.store.find(pair, upto)? {
                return self.outcome(at).await.map(Some);
            }
        }
        Ok(None)
    }

    async fn outcome(&self, at: FactRef) -> Result<Outcome, LedgerError> {
        let stored = self.shared.copy.get(at.sequence, self.shared.upto())?;
        let may_be = self.tried.is_some() && stored.is_some_and(|stored| stored.record == self.record);
        let ours =
            may_be && stream::header(&self.shared.js, at.sequence, APPEND).await? == Some(self.mine.clone());
        Ok(if ours { Outcome::Appended(at.sequence) } else { Outcome::AlreadyThere(at) })
    }

    async fn publish(&self, last: Position) -> Answer {
        let id = message_id(&self.pairs);
        let message = PublishMessage::build()
            .payload(self.bytes.clone().into())
            .message_id(id)
            .header(APPEND, self.mine.as_str())
            .expected_stream(stream::LEDGER_STREAM)
            .expected_last_subject_sequence(last.0);
        let subject = stream::subject(&self.record.history);
        let sent = match self.shared.js.send_publish(subject, message).await {
            Ok(sent) => sent.await,
            Err(why) => Err(why),
        };
        match sent {
            Ok(PublishAck { sequence, duplicate, .. }) => Answer::There(Position(sequence), duplicate),
            Err(why) => meaning(&why),
        }
    }

    /// Waits until the copy holds the record at a position, and says what it is.
    async fn taken(&self, at: Position, before: bool) -> Result<Outcome, LedgerError> {
        if before {
            let left = self.until.saturating_duration_since(Instant::now());
            self.shared.reach(at, left).await?;
            let missing = "the server knows the id of a record that is not there".to_owned();
            let there = self.there(self.shared.upto()).await?;
            return there.ok_or(LedgerError::Unreadable { at, why: missing });
        }
        let (taken, waiting) = oneshot::channel();
        let arrived = Arrived { at, record: self.record.clone(), bytes: self.bytes.clone() };
        let sent = self.acked.send(Acked { arrived, taken });
        sent.map_err(|_| self.shared.faulty())?;
        match tokio::time::timeout_at(self.until, waiting).await {
            Ok(Ok(())) => Ok(Outcome::Appended(at)),
            Ok(Err(_)) => Err(self.shared.faulty()),
            Err(_) => Err(LedgerError::unavailable("the local copy is behind the ledger")),
        }
    }
}

/// The id of the message that carries a record: the digest of its first fact.
pub fn message_id(pairs: &[Pair]) -> String {
    pairs.first().map(hex::encode).unwrap_or_default()
}

/// What an error of a publish means.
pub fn meaning(why: &PublishError) -> Answer {
    let code = why.source().and_then(|source| source.downcast_ref::<async_nats::jetstream::Error>());
    match (why.kind(), code.map(|error| error.error_code().0)) {
        // 10158 and 10164: the same id, or another write of the same history, is on its way through a cluster
        (PublishErrorKind::WrongLastSequence, _) | (_, Some(10_071 | 10_158 | 10_164)) => {
            Answer::Look(why.to_string())
        }
        // 10060: the stream that takes the subject is not ours; 10077: it is full
        (_, Some(code @ (10_060 | 10_077))) => {
            let why = format!("the server refuses the record ({code}): {why}");
            Answer::Refused(LedgerError::Unsafe { code: "nats-stream", why })
        }
        (PublishErrorKind::MaxPayloadExceeded, _) | (_, Some(10_054)) => {
            let why = format!("the server takes no message as long as the record: {why}");
            Answer::Refused(LedgerError::Unsafe { code: "nats-max-payload", why })
        }
        _ => Answer::Lost(why.to_string()),
    }
}
