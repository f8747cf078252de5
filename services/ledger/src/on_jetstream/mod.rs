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
//! copy itself, [`warden`] what keeps asking whether stream and copy still belong together, [`shared`] what is
//! known of both just now, [`promises`] and [`stream`] what is asked of servers and stream, [`import`] how a ledger
//! on one box moves here. A copy can be deleted while its process is stopped: it is made again.

mod append;
mod copy;
mod follow;
mod import;
pub(crate) mod promises;
mod shared;
mod stream;
mod warden;

use crate::on_sled::keys;
use crate::{Ledger, LedgerError, Outcome, Stored};
use append::Append;
use async_nats::jetstream::context::ContextBuilder;
use async_trait::async_trait;
use copy::Copy;
use follow::{Acked, Copier};
pub use import::{ImportError, Imported, Step, import};
pub use promises::{OLDEST_SERVER, Promises, ServerSeen, servers};
use shared::{Asked, Shared};
use std::path::Path;
use std::sync::{Arc, Mutex, OnceLock};
use std::time::Duration;
pub use stream::{LEDGER_STREAM, StreamSeen, seen as stream_seen};
use tokio::sync::{mpsc, watch};
use tokio::task::JoinSet;
use tokio::time::Instant as Deadline;
use vocabulary::id::HistoryKind;
use vocabulary::{EventId, FactRef, HistoryId, Position, Record, Source, Version};

/// How long one request may wait for the server.
const ANSWER: Duration = Duration::from_secs(3);

/// How long an append, or a question that must be current, may take before it says that the ledger is away.
const PATIENCE: Duration = Duration::from_secs(10);

/// How long to wait before something is tried again.
const AGAIN: Duration = Duration::from_millis(250);

/// The ledger on a stream. Dropping it stops its tasks; what was acknowledged stays in the stream.
pub struct JetStreamLedger {
    /// Dropped first of all, which is why it stands here: aborts them, so that none takes the end of the others
    /// for a fault.
    _tasks: JoinSet<()>,
    shared: Arc<Shared>,
    acked: mpsc::UnboundedSender<Acked>,
}

impl JetStreamLedger {
    /// Opens the ledger behind a connection, with a local copy in `dir`. Where there is no stream it is made, but
    /// only for a copy that never knew of one.
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
        let copy = Copy::open(dir)?;
        stream::ensure(&js, &promises, copy.known).await?;
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
        let asked = Asked::now();
        let compare = || async { warden::compare(&shared).await.map_err(warden::Doubt::into_error) };
        let goal = stream::patiently(compare).await?;
        let (acked, appended) = mpsc::unbounded_channel();
        let mut tasks = JoinSet::new();
        tasks.spawn(Copier::new(shared.clone(), appended, head).run());
        tasks.spawn(warden::watch(shared.clone()));
        tasks.spawn(copy::flush(shared.clone()));
        shared.reach(goal, Duration::MAX).await?;
        shared.is_fresh(asked);
        Ok(Self { shared, acked, _tasks: tasks })
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

    async fn confirm(&self) -> Result<(), LedgerError> {
        self.shared.catch_up(Deadline::now() + PATIENCE).await
    }

    fn well(&self) -> Result<(), LedgerError> {
        self.shared.well()
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.shared.head.clone()
    }
}
