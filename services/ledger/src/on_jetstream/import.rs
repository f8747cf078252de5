//! A ledger on one box moves into the stream: the same records, in the same order, at the same positions, byte by
//! byte.
//!
//! It goes in rounds. A round asks how far the stream goes, compares what nobody has compared yet with the source,
//! and publishes what follows. The last round finds nothing to publish, so every record is read back before anyone
//! says that it was moved; and a run that was cut short is gone on with by the next one, in the same way as after
//! an answer that got lost. Each message names the position before its own: whatever fails, or whoever else writes,
//! nothing behind it is taken at a wrong place.
//!
//! That position stays in the message, too: a record can never be stored once more, wherever a reader of the
//! stream may send it.

use super::append::{Answer, meaning, message_id};
use super::follow::messages;
use super::{ANSWER, Promises, stream};
use crate::on_sled::{WithBytes, keys};
use crate::{LedgerError, SledLedger};
use async_nats::jetstream::Context;
use async_nats::jetstream::context::{ContextBuilder, PublishAckFuture};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use futures_util::StreamExt as _;
use std::collections::VecDeque;
use std::time::Duration;
use tokio::time::{Instant, timeout};
use vocabulary::Position;

/// Messages on their way at once: enough for a server that flushes each, and for a cluster that shares flushes.
const WINDOW: usize = 512;
/// Bytes of them (8 MiB): far below what a server lets a slow client run up.
const WINDOW_BYTES: usize = 8 << 20;
/// Records that are read of the source at once.
const CHUNK: usize = 256;
/// How long one message may wait for its acknowledgement, or a reader for the next message.
const SLOW: Duration = Duration::from_secs(10);
/// Pause before another round when one got stuck.
const AGAIN: Duration = Duration::from_millis(500);
/// How long rounds may get nowhere before it is given up.
const PATIENCE: Duration = Duration::from_secs(60);

/// Something that an import has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Every record up to here was read back from the stream and is the source's.
    Compared(Position),
    /// Every record up to here was acknowledged.
    Published(Position),
}

/// A ledger that was moved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Imported {
    /// The last position, of source and stream.
    pub head: Position,
    /// Up to where the stream held the source's records before.
    pub there: Position,
}

/// Why a ledger was not moved. What was published of it stays, and is gone on with by the next run.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// The stream is of another ledger than the source: choose another account, or another source.
    #[error("record {at} of the stream is not the one of the source")]
    Differs {
        /// The first position that differs.
        at: Position,
    },
    /// The stream holds more than the source: it has been moved before, and has gone on since.
    #[error("the stream goes on to {stream}, and the source ends at {head}")]
    Longer {
        /// Where the stream ends.
        stream: Position,
        /// Where the source ends.
        head: Position,
    },
    /// The ledger's own: of the source, or of the stream.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
}

/// Why a round stops.
enum Halt {
    /// Nobody knows what became of something: look again.
    Lost(String),
    /// No round will be better.
    For(ImportError),
}

impl<E: Into<ImportError>> From<E> for Halt {
    fn from(why: E) -> Self {
        match why.into() {
            ImportError::Ledger(LedgerError::Unavailable(why)) => Self::Lost(why.to_string()),
            other => Self::For(other),
        }
    }
}

/// Moves every record of a ledger that nobody else has open into the stream, which is made where there is none;
/// `told` hears how far it is. The source is read, and never changed.
///
/// # Errors
/// `Differs` and `Longer` when something else stands in the stream; `Unsafe` when server or stream keep less than
/// `promises` asks for; `Gap` and `Unreadable` when the source is damaged; `Unavailable` when the server stays away.
pub async fn import(
    source: &SledLedger,
    client: async_nats::Client,
    promises: Promises,
    told: impl FnMut(Step) + Send,
) -> Result<Imported, ImportError> {
    let js = ContextBuilder::new().timeout(ANSWER).ack_timeout(SLOW).build(client);
    promises.held_by_servers(&js).await?;
    stream::ensure(&js, &promises, Position(0)).await?;
    let head = *crate::Ledger::head(source).borrow();
    let import =
        Import { source, js, head, there: None, compared: Position(0), published: Position(0), told };
    import.run().await
}

/// A ledger on its way.
struct Import<'a, Told> {
    source: &'a SledLedger,
    js: Context,
    /// Where the source ends.
    head: Position,
    /// Where the stream ended at first.
    there: Option<Position>,
    compared: Position,
    published: Position,
    told: Told,
}

impl<Told: FnMut(Step) + Send> Import<'_, Told> {
    async fn run(mut self) -> Result<Imported, ImportError> {
        let (mut came, mut moved) = ((self.compared, self.published), Instant::now());
        loop {
            let why = match self.round().await {
                Ok(Some(imported)) => return Ok(imported),
                Ok(None) => continue,
                Err(Halt::For(why)) => return Err(why),
                Err(Halt::Lost(why)) => why,
            };
            tracing::info!(why, "the stream is looked at again");
            if came != (self.compared, self.published) {
                (came, moved) = ((self.compared, self.published), Instant::now());
            } else if moved.elapsed() > PATIENCE {
                return Err(LedgerError::unavailable(why).into());
            }
            tokio::time::sleep(AGAIN).await;
        }
    }

    /// Compares what is new in the stream, then publishes what follows. The answer comes when nothing did.
    async fn round(&mut self) -> Result<Option<Imported>, Halt> {
        let state = timeout(ANSWER, stream::state(&self.js)).await;
        let state = state.map_err(|_| Halt::Lost("the server does not answer".to_owned()))??;
        let (last, head) = (Position(state.last), self.head);
        if last < self.compared {
            return Err(LedgerError::Behind { head: last, recorded: self.compared }.into());
        }
        if state.messages > 0 && (state.first != 1 || state.messages != state.last) {
            return Err(LedgerError::Gap { expected: Position(1), found: Position(state.first) }.into());
        }
        self.compare(last.min(head)).await?;
        if last > head {
            return Err(ImportError::Longer { stream: last, head }.into());
        }
        let there = *self.there.get_or_insert(last);
        if last == head {
            return Ok(Some(Imported { head, there }));
        }
        self.publish(last).await.map(|()| None)
    }

    /// Reads the stream on to a position and holds each record against the source's.
    async fn compare(&mut self, upto: Position) -> Result<(), Halt> {
        if self.compared >= upto {
            return Ok(());
        }
        let mut stream =
            messages(&self.js, self.compared, "a ledger that moves").await.map_err(Halt::Lost)?;
        let mut ours = Records::of(self.source, self.compared);
        while self.compared < upto {
            let next = timeout(SLOW, stream.next()).await;
            let next = next.map_err(|_| Halt::Lost("the stream is silent".to_owned()))?;
            let message = next.ok_or_else(|| Halt::Lost("the consumer ended".to_owned()))?;
            let message = message.map_err(|why| Halt::Lost(why.to_string()))?;
            let info = message.info().map_err(|why| Halt::Lost(why.to_string()))?;
            let at = Position(self.compared.0 + 1);
            if info.stream_sequence != at.0 {
                return Err(Halt::Lost(format!("position {at} was not delivered")));
            }
            let ours = ours.next()?;
            if stream::subject(&ours.record.history) != *message.subject || ours.bytes != message.payload[..]
            {
                return Err(ImportError::Differs { at }.into());
            }
            self.compared = at;
            (self.told)(Step::Compared(at));
        }
        Ok(())
    }

    /// Publishes what follows a position, up to the first thing that is odd.
    async fn publish(&mut self, after: Position) -> Result<(), Halt> {
        let mut ours = Records::of(self.source, after);
        let (mut sent, mut waiting, mut bytes) = (after, VecDeque::with_capacity(WINDOW), 0);
        while sent < self.head || !waiting.is_empty() {
            if sent < self.head && waiting.len() < WINDOW && bytes < WINDOW_BYTES {
                let record = ours.next()?;
                let length = record.bytes.len();
                (sent, bytes) = (record.at, bytes + length);
                waiting.push_back((sent, length, self.send(record).await?));
                continue;
            }
            let Some((at, length, ack)) = waiting.pop_front() else { break };
            bytes -= length;
            match ack.await {
                Ok(PublishAck { sequence, .. }) if sequence == at.0 => self.published = at,
                Ok(ack) => return Err(Halt::Lost(format!("record {at} stands at {}", ack.sequence))),
                Err(why) => return Err(odd(&why)),
            }
            (self.told)(Step::Published(at));
        }
        Ok(())
    }

    async fn send(&self, WithBytes { at, record, bytes }: WithBytes) -> Result<PublishAckFuture, Halt> {
        let message = PublishMessage::build()
            .payload(bytes.into())
            .message_id(message_id(&keys::pairs(&record)))
            .expected_stream(stream::LEDGER_STREAM)
            .expected_last_sequence(at.0 - 1);
        let sent = self.js.send_publish(stream::subject(&record.history), message).await;
        sent.map_err(|why| odd(&why))
    }
}

/// What an error of a publish means for a round.
fn odd(why: &async_nats::jetstream::context::PublishError) -> Halt {
    match meaning(why) {
        Answer::Refused(why) => why.into(),
        _ => Halt::Lost(why.to_string()),
    }
}

/// The records of the source, in order, read some at a time.
struct Records<'a> {
    source: &'a SledLedger,
    last: Position,
    read: VecDeque<WithBytes>,
}

impl<'a> Records<'a> {
    fn of(source: &'a SledLedger, last: Position) -> Self {
        Self { source, last, read: VecDeque::new() }
    }

    /// The next one; there must be one.
    fn next(&mut self) -> Result<WithBytes, ImportError> {
        if self.read.is_empty() {
            self.read = self.source.with_bytes(self.last, CHUNK)?.into();
        }
        let expected = Position(self.last.0 + 1);
        let next = self.read.pop_front().ok_or(LedgerError::Gap { expected, found: self.last })?;
        self.last = next.at;
        Ok(next)
    }
}
