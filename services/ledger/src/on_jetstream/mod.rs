//! The ledger on NATS JetStream, for several processes at once: one stream, one message per record, and in each
//! process a local copy that follows the stream.
//!
//! | the port says | here it is |
//! | --- | --- |
//! | position | sequence of the stream, dense from 1 because nothing can be deleted |
//! | history | subject `lianhu.v1.ledger.<history>` |
//! | expected version | `Nats-Expected-Last-Subject-Sequence`, which the server checks |
//! | (source, id) once for ever | the copy's index, then `Nats-Msg-Id` for what is younger than the copy |
//! | durable | `sync_interval: always` on each server, proven at start and every minute |
//!
//! [`append`] is the protocol of a write whose answer may get lost, [`follow`] how the copy keeps up, [`copy`] the
//! copy itself, [`warden`] what keeps asking whether stream and copy still belong together, [`promises`] what is
//! asked of servers and stream, [`import`] how a ledger on one box moves here. A copy can be deleted while its process is stopped: it is made again.

mod append;
mod copy;
mod follow;
mod import;
mod promises;
mod stream;
mod warden;

use crate::on_sled::keys;
use crate::{Ledger, LedgerError, Outcome, Stored};
use append::Append;
use async_nats::jetstream::Context;
use async_nats::jetstream::context::ContextBuilder;
use async_trait::async_trait;
use copy::Copy;
use follow::{Acked, Copier};
pub use import::{ImportError, Imported, Step, import};
pub use promises::{Promises, ServerSeen, servers};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};
pub use stream::{LEDGER_STREAM, StreamSeen, seen as stream_seen};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use vocabulary::id::HistoryKind;
use vocabulary::{EventId, FactRef, HistoryId, Position, Record, Source, Version};

/// How long one request may wait for the server.
const ANSWER: Duration = Duration::from_secs(3);

/// How long an append, or a question that must be current, may take before it says that the ledger is away.
const PATIENCE: Duration = Duration::from_secs(10);

/// The ledger on a stream. Dropping it stops its tasks; what was acknowledged stays in the stream.
pub struct JetStreamLedger {
    /// Dropped first of all, which is why it stands here: aborts them, so that none takes the end of the others
    /// for a fault.
    _tasks: JoinSet<()>,
    shared: Arc<Shared>,
    acked: mpsc::UnboundedSender<Acked>,
}

/// What the tasks of one ledger have in common.
struct Shared {
    js: Context,
    copy: Copy,
    promises: Promises,
    head: watch::Receiver<Position>,
    /// When the copy was last known to hold all that the stream held.
    fresh: Mutex<Option<(Instant, SystemTime)>>,
    /// Why appends are refused just now, if they are.
    troubled: Mutex<Option<LedgerError>>,
    /// Why the copy follows no more, for good.
    fault: OnceLock<LedgerError>,
    stop: watch::Sender<bool>,
}

impl JetStreamLedger {
    /// Opens the ledger behind a connection, making its stream where there is none, with a local copy in `dir`.
    /// Answers when the copy holds everything that the stream held at the call.
    ///
    /// # Errors
    /// `Unsafe` when server or stream keep less than `promises` asks for; `Behind` when the copy knows more than
    /// the stream holds, `Unreadable` when they differ or something else stands in the stream; `Locked` while
    /// another process has the copy; `Unavailable`.
    pub async fn open(
        client: async_nats::Client,
        dir: &Path,
        promises: Promises,
    ) -> Result<Self, LedgerError> {
        let js = ContextBuilder::new().timeout(ANSWER).ack_timeout(ANSWER).build(client);
        promises.held_by_servers(&js).await?;
        stream::ensure(&js, &promises).await?;
        let copy = Copy::open(dir)?;
        let (head, shown) = watch::channel(copy.last()?);
        let shared = Arc::new(Shared {
            js,
            copy,
            promises,
            head: shown,
            fresh: Mutex::default(),
            troubled: Mutex::default(),
            fault: OnceLock::new(),
            stop: watch::Sender::default(),
        });
        let goal = warden::compare(&shared).await.map_err(warden::Doubt::into_error)?;
        let (acked, appended) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(Copier::new(shared.clone(), appended, head).run());
        tasks.spawn(warden::watch(shared.clone()));
        tasks.spawn(copy::flush(shared.clone()));
        shared.reach(goal, Duration::MAX).await?;
        shared.is_fresh();
        Ok(Self { shared, acked, _tasks: tasks })
    }
}

impl Shared {
    /// Waits until the copy holds a position.
    async fn reach(&self, position: Position, most: Duration) -> Result<(), LedgerError> {
        let mut head = self.head.clone();
        let reached = head.wait_for(|head| *head >= position);
        match tokio::time::timeout(most, reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(self.faulty()),
            Err(_) => Err(LedgerError::unavailable("the local copy is behind the ledger")),
        }
    }

    /// The copy held all that the stream held, just now.
    #[allow(clippy::disallowed_methods, reason = "an age is measured; no fact is dated by it")]
    fn is_fresh(&self) {
        *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) =
            Some((Instant::now(), SystemTime::now()));
    }

    /// How long ago that was. Both clocks are asked: one stands still while a machine sleeps, the other may be
    /// set.
    fn age(&self) -> Duration {
        let fresh = *self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.map_or(Duration::MAX, |(at, time)| at.elapsed().max(time.elapsed().unwrap_or_default()))
    }

    fn faulty(&self) -> LedgerError {
        let gone = || LedgerError::unavailable("the ledger was closed");
        self.fault.get().cloned().unwrap_or_else(gone)
    }

    /// Ends the following, for good.
    fn fail(&self, why: LedgerError) {
        tracing::error!(%why, "the ledger is followed no more");
        let _ = self.fault.set(why); // Err: there was a fault before, and it is the one to tell
        self.stop.send_replace(true);
    }

    fn trouble(&self, why: Option<LedgerError>) {
        *self.troubled.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    fn well(&self) -> Result<(), LedgerError> {
        if let Some(fault) = self.fault.get() {
            return Err(fault.clone());
        }
        let troubled = self.troubled.lock().unwrap_or_else(PoisonError::into_inner);
        troubled.clone().map_or(Ok(()), Err)
    }

    fn upto(&self) -> Position {
        *self.head.borrow()
    }
}

#[async_trait]
impl Ledger for JetStreamLedger {
    async fn append(&self, record: Record) -> Result<Outcome, LedgerError> {
        Append::new(&self.shared, &self.acked, record)?.run().await
    }

    fn read(&self, history: &HistoryId, after: Version) -> Result<Vec<Stored>, LedgerError> {
        self.shared.copy.store.read(history, after, self.shared.upto())
    }

    fn version(&self, history: &HistoryId) -> Result<Version, LedgerError> {
        self.shared.copy.store.version(history, self.shared.upto())
    }

    fn find(&self, source: &Source, id: &EventId) -> Result<Option<FactRef>, LedgerError> {
        self.shared.copy.store.find(&keys::pair(source, id), self.shared.upto())
    }

    fn get(&self, position: Position) -> Result<Option<Stored>, LedgerError> {
        self.shared.copy.get(position, self.shared.upto())
    }

    fn range(&self, after: Position, most: usize) -> Result<Vec<Stored>, LedgerError> {
        let (store, upto) = (&self.shared.copy.store, self.shared.upto());
        match store.recent.range(after, most, upto) {
            Some(recent) => Ok(recent),
            None => store.range(after, most, upto),
        }
    }

    fn histories(&self, kind: HistoryKind) -> Result<Vec<HistoryId>, LedgerError> {
        self.shared.copy.store.histories(kind, self.shared.upto())
    }

    async fn confirm(&self) -> Result<bool, LedgerError> {
        if let Some(fault) = self.shared.fault.get() {
            return Err(fault.clone());
        }
        let before = self.shared.upto();
        let asked = tokio::time::timeout(ANSWER, stream::state(&self.shared.js)).await;
        let state = asked.map_err(|_| LedgerError::unavailable("the server does not answer"))??;
        self.shared.reach(Position(state.last), PATIENCE).await?;
        Ok(self.shared.upto() > before)
    }

    fn well(&self) -> Result<(), LedgerError> {
        self.shared.well()
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.shared.head.clone()
    }
}
