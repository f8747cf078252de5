//! The ledger on sled, for one box: one folder, one writing thread, one process at a time.
//!
//! [`open`] says what sled needs to be durable, [`keys`] how the ledger lies in its tree, [`writer`] how
//! records get there, [`mark`] how a lost end is noticed, [`watchdog`] what is done about an error that sled
//! keeps to itself.

mod check;
pub(crate) mod keys;
pub(crate) mod mark;
pub(crate) mod open;
mod recent;
pub(crate) mod store;
mod watchdog;
mod writer;

use crate::port::fit;
use crate::{Ledger, LedgerError, MOST_RANGE_BYTES, MOST_RECORD_BYTES, Outcome, Stored};
use async_trait::async_trait;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread::JoinHandle;
use store::Store;
use tokio::sync::{Semaphore, mpsc, oneshot, watch};
use vocabulary::id::HistoryKind;
use vocabulary::{EventId, FactRef, HistoryId, Position, Record, Source, Version};
use watchdog::Watchdog;
use writer::{Request, Writer};

/// Most records that wait for the writer; the next caller waits outside.
const QUEUE_RECORDS: usize = 1_024;

/// Most bytes that wait for the writer (8 MiB).
const QUEUE_BYTES: usize = 8 * MOST_RECORD_BYTES;

/// The ledger in a folder. Dropping it finishes what waits and closes the store.
pub struct SledLedger {
    dir: PathBuf,
    store: Arc<Store>,
    head: watch::Receiver<Position>,
    room: Arc<Semaphore>,
    /// `None` only while it is dropped.
    queue: Option<mpsc::Sender<Request>>,
    writer: Option<JoinHandle<()>>,
    /// Goes last: the writer may need it to end.
    _watchdog: Watchdog,
}

/// A record with its stored bytes.
pub(crate) struct WithBytes {
    pub at: Position,
    pub record: Record,
    pub bytes: Vec<u8>,
}

/// A ledger that nobody can open while this is held.
pub struct KeptShut(#[allow(dead_code, reason = "held for its drop")] Option<mark::Mark>);

impl SledLedger {
    /// Keeps the ledger in a folder shut, for whoever must see its files as they are: opening it changes them.
    ///
    /// # Errors
    /// `Locked` while somebody has it open; `Unavailable`.
    pub fn keep_shut(dir: &Path) -> Result<KeptShut, LedgerError> {
        mark::Mark::locked_as_it_is(dir).map(KeptShut)
    }

    /// Opens the ledger in a folder, making it where there is none, and checks its last records.
    ///
    /// # Errors
    /// `Locked` while another process has it; `Behind` when its end is missing; `Gap` or `Unreadable` when
    /// its last records are damaged; `Unavailable` when the folder cannot be used.
    pub fn open(dir: &Path) -> Result<Self, LedgerError> {
        let open::Opened { store, mark, file, head: last } = open::open(dir)?;
        let store = Arc::new(store);
        let (sender, head) = watch::channel(last);
        let (queue, requests) = mpsc::channel(QUEUE_RECORDS);
        let writer = Writer { store: store.clone(), mark, file, last, head: sender };
        let thread = std::thread::Builder::new().name("ledger-writer".to_owned());
        let writer = thread.spawn(move || writer.run(requests)).map_err(LedgerError::unavailable)?;
        let _watchdog = Watchdog::start(store.clone()).map_err(LedgerError::unavailable)?;
        let room = Arc::new(Semaphore::new(QUEUE_BYTES));
        Ok(Self {
            dir: dir.to_owned(),
            store,
            head,
            room,
            queue: Some(queue),
            writer: Some(writer),
            _watchdog,
        })
    }

    /// Reads everything, for `doctor`: positions dense, every record whole and readable, every history dense,
    /// every index entry right, and none too many. Answers with the position up to which it looked.
    ///
    /// # Errors
    /// `Gap` or `Unreadable` with the first position that is wrong; `Unavailable`.
    pub fn check(&self) -> Result<Position, LedgerError> {
        self.check_telling(|_| {})
    }

    /// The same; says each position that it has read.
    ///
    /// # Errors
    /// As [`SledLedger::check`].
    pub fn check_telling(&self, mut seen: impl FnMut(Position)) -> Result<Position, LedgerError> {
        let head = self.durable()?;
        check::all(&self.store, &self.dir, head, &mut seen).map(|()| head)
    }

    /// As [`Ledger::range`], each record with the very bytes that are stored: for whoever takes them elsewhere.
    pub(crate) fn with_bytes(&self, after: Position, most: usize) -> Result<Vec<WithBytes>, LedgerError> {
        let upto = self.durable()?;
        let (mut records, mut length) = (Vec::new(), 0);
        let visit = |at, gathered: keys::Gathered| {
            length += gathered.len();
            let read = gathered.with_bytes().map_err(|why| LedgerError::Unreadable { at, why });
            let (record, bytes) = read?;
            records.push(WithBytes { at, record, bytes });
            Ok(records.len() < most && length < MOST_RANGE_BYTES)
        };
        if after < upto && most > 0 {
            self.store.walk(after, upto, visit)?;
        }
        Ok(records)
    }

    /// The last position that a reader may see.
    fn durable(&self) -> Result<Position, LedgerError> {
        self.store.well()?;
        Ok(*self.head.borrow())
    }

    /// The answer when the writer is gone: the fault that it left.
    fn gone(&self) -> LedgerError {
        self.store.fail("the writer of the ledger has ended")
    }
}

#[async_trait]
impl Ledger for SledLedger {
    async fn append(&self, record: Record) -> Result<Outcome, LedgerError> {
        self.store.well()?;
        let bytes = fit(&record)?;
        let room = self.room.clone().acquire_many_owned(bytes.len() as u32); // at most 1 MiB
        let room = room.await.map_err(|_| self.gone())?;
        let pairs = keys::pairs(&record);
        let (answer, answered) = oneshot::channel();
        let request = Request { record: Arc::new(record), pairs, bytes, answer, room };
        let queue = self.queue.as_ref().ok_or_else(|| self.gone())?;
        queue.send(request).await.map_err(|_| self.gone())?;
        answered.await.unwrap_or_else(|_| Err(self.gone()))
    }

    fn read(&self, history: &HistoryId, after: Version) -> Result<Vec<Stored>, LedgerError> {
        self.store.read(history, after, self.durable()?)
    }

    fn version(&self, history: &HistoryId) -> Result<Version, LedgerError> {
        self.store.version(history, self.durable()?)
    }

    fn find(&self, source: &Source, id: &EventId) -> Result<Option<FactRef>, LedgerError> {
        self.store.find(&keys::pair(source, id), self.durable()?)
    }

    fn get(&self, position: Position) -> Result<Option<Stored>, LedgerError> {
        if position == Position(0) || position > self.durable()? {
            return Ok(None);
        }
        if let Some(recent) = self.store.recent.get(position) {
            return Ok(Some(recent));
        }
        let missing = || LedgerError::Unreadable { at: position, why: "it is missing".to_owned() };
        self.store.get(position)?.ok_or_else(missing).map(Some)
    }

    fn range(&self, after: Position, most: usize) -> Result<Vec<Stored>, LedgerError> {
        let upto = self.durable()?;
        match self.store.recent.range(after, most, upto) {
            Some(recent) => Ok(recent),
            None => self.store.range(after, most, upto),
        }
    }

    fn histories(&self, kind: HistoryKind) -> Result<Vec<HistoryId>, LedgerError> {
        self.store.histories(kind, self.durable()?)
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.head.clone()
    }
}

impl Drop for SledLedger {
    fn drop(&mut self) {
        drop(self.queue.take()); // the writer finishes what waits and ends
        if let Some(writer) = self.writer.take() {
            let _ = writer.join(); // Err: it panicked, and every caller was told
        }
    }
}
