//! The only thread that writes. It takes what waits, decides it, puts it down in one step, and answers.
//!
//! This is group commit: while one batch is being flushed the next one gathers in the queue, so the cost of a
//! flush is shared by everyone who waits, and nobody ever waits for a timer.

use super::keys::Pair;
use super::mark::Mark;
use super::store::{ALL, Store, lay};
use crate::{LedgerError, Outcome, Stored};
use std::collections::HashMap;
use std::fs::File;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, mpsc, oneshot, watch};
use vocabulary::{FactRef, HistoryId, Position, Record, Version};

/// A batch takes no further record once it holds this much (1 MiB); see [`super::open`] for the reason.
const BATCH_BYTES: usize = 1 << 20;

type Answer = Result<Outcome, LedgerError>;

/// A record on its way to the writer, with everything that could be worked out before.
pub struct Request {
    pub record: Arc<Record>,
    /// One per fact, in their order.
    pub pairs: Vec<Pair>,
    /// The stored form.
    pub bytes: Vec<u8>,
    pub answer: oneshot::Sender<Answer>,
    /// Its share of the bytes that may wait; given back with the answer.
    pub room: OwnedSemaphorePermit,
}

/// The thread's own things.
pub struct Writer {
    pub store: Arc<Store>,
    pub mark: Mark,
    pub file: File,
    /// The last position in the tree.
    pub last: Position,
    pub head: watch::Sender<Position>,
}

/// What one flush will make durable, and who waits for it.
#[derive(Default)]
struct Batch {
    writes: ::sled::Batch,
    /// Each with the length of its stored form.
    records: Vec<(Stored, usize)>,
    bytes: usize,
    pairs: HashMap<Pair, FactRef>,
    versions: HashMap<HistoryId, Version>,
    /// Answers that rest on this batch: they are true only if it becomes durable.
    waiting: Vec<(oneshot::Sender<Answer>, Answer, OwnedSemaphorePermit)>,
}

/// If the thread ends by a panic of sled, the ledger is no longer well.
struct Ending(Arc<Store>);

impl Drop for Ending {
    fn drop(&mut self) {
        if std::thread::panicking() {
            self.0.fail("the writer of the ledger panicked");
        }
    }
}

/// What is to be done with a request.
enum Decision {
    /// It continues its history.
    Append,
    /// The durable store answers it.
    Settled(Answer),
    /// A record of this batch answers it, once that is durable.
    Pending(Answer),
}

impl Writer {
    /// Works until the ledger is dropped and the queue is empty, or until something fails.
    pub fn run(mut self, mut queue: mpsc::Receiver<Request>) {
        let _ending = Ending(self.store.clone());
        while let Some(first) = queue.blocking_recv() {
            let mut batch = Batch::default();
            let mut next = Some(first);
            while let Some(request) = next {
                self.take(&mut batch, request);
                next = if batch.bytes < BATCH_BYTES { queue.try_recv().ok() } else { None };
            }
            self.commit(batch);
            if self.store.well().is_err() {
                break; // the queue closes, and every request in it is answered `Unavailable`
            }
        }
    }

    /// Decides one request. A refusal that rests on the batch waits for it as well: if the flush fails, the
    /// fact that it speaks of was never there.
    fn take(&mut self, batch: &mut Batch, request: Request) {
        match self.decide(batch, &request) {
            Decision::Append => {
                self.last = Position(self.last.0 + 1);
                batch.add(self.last, request);
            }
            Decision::Settled(answer) => {
                let _ = request.answer.send(answer); // Err: the caller has stopped waiting
            }
            Decision::Pending(answer) => batch.waiting.push((request.answer, answer, request.room)),
        }
    }

    /// Repeat before conflict, for every fact; the batch holds what the store does not hold yet.
    fn decide(&self, batch: &Batch, request: &Request) -> Decision {
        for pair in &request.pairs {
            if let Some(at) = batch.pairs.get(pair) {
                return Decision::Pending(Ok(Outcome::AlreadyThere(*at)));
            }
            match self.store.find(pair, ALL) {
                Ok(None) => {}
                Ok(Some(at)) => return Decision::Settled(Ok(Outcome::AlreadyThere(at))),
                Err(why) => return Decision::Settled(Err(why)),
            }
        }
        let follows = |found: Version| found.0 + 1 == request.record.version.0;
        match batch.versions.get(&request.record.history) {
            Some(found) if follows(*found) => Decision::Append,
            Some(found) => Decision::Pending(Err(LedgerError::Conflict { found: *found })),
            None => match self.store.version(&request.record.history, ALL) {
                Ok(found) if follows(found) => Decision::Append,
                Ok(found) => Decision::Settled(Err(LedgerError::Conflict { found })),
                Err(why) => Decision::Settled(Err(why)),
            },
        }
    }

    /// Puts a batch down and answers those who wait for it. Each step may be the last one of this process.
    fn commit(&mut self, batch: Batch) {
        if batch.records.is_empty() {
            return; // nobody waits: what rests on a batch rests on a record in it
        }
        let done = self.put(batch.writes);
        if done.is_ok() {
            self.store.recent.push(batch.records);
            self.head.send_replace(self.last); // before the answers: who has one can read the record
        }
        for (waiting, answer, _room) in batch.waiting {
            let answer = done.clone().and(answer);
            let _ = waiting.send(answer); // Err: the caller has stopped waiting
        }
    }

    fn put(&self, writes: ::sled::Batch) -> Result<(), LedgerError> {
        let fail = |why: ::sled::Error| self.store.fail(why);
        // A crash here: nothing of the batch is there.
        self.store.db.apply_batch(writes).map_err(fail)?;
        // A crash here, or while sled writes: sled finds all of the batch at the next start, or nothing.
        self.store.db.flush().map_err(fail)?;
        // A power cut here: the same; a killed process: all of it is there, and nobody was told.
        self.file.sync_data().map_err(|why| self.store.fail(why))?;
        // Durable from here on. A crash before the mark leaves an older mark, which asks for less.
        self.mark.write(self.last).map_err(|why| self.store.fail(why))
    }
}

impl Batch {
    fn add(&mut self, at: Position, request: Request) {
        let Request { record, pairs, bytes, answer, room } = request;
        lay(&mut self.writes, at, &record, &pairs, &bytes);
        let places = (0..).zip(&pairs).map(|(ordinal, pair)| (*pair, FactRef { sequence: at, ordinal }));
        self.pairs.extend(places);
        self.versions.insert(record.history.clone(), record.last_version());
        self.records.push((Stored { position: at, record }, bytes.len()));
        self.bytes += bytes.len();
        self.waiting.push((answer, Ok(Outcome::Appended(at)), room));
    }
}
