//! The local copy: the same tree as the sled ledger, filled from the stream, flushed now and then.
//!
//! Nothing rests on it alone. What a crash takes from its end is copied again, and so is all of it when it is
//! damaged. Its mark remembers how far the stream was seen to go: a stream that ends before that has lost records.

use super::Shared;
use crate::on_sled::keys;
use crate::on_sled::mark::Mark;
use crate::on_sled::open::open_copy;
use crate::on_sled::store::{ALL, Store, lay};
use crate::{LedgerError, Stored};
use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use vocabulary::{HistoryId, Position, Record, Version};

/// How often what was copied is flushed: so much is copied again after a crash.
const FLUSH: Duration = Duration::from_secs(2);

/// The open copy.
pub struct Copy {
    pub store: Store,
    mark: Mark,
    /// The furthest that the stream was known to go when the copy was opened.
    pub known: Position,
}

/// A record as it came from the stream.
pub struct Arrived {
    pub at: Position,
    pub record: Arc<Record>,
    /// Its stored form.
    pub bytes: Vec<u8>,
}

impl Arrived {
    /// Reads a message of the stream.
    ///
    /// # Errors
    /// `Unreadable`: it is no record, or stands under another history than its own. Nothing behind it may be
    /// taken either.
    pub fn read(at: Position, subject: &str, bytes: Vec<u8>) -> Result<Self, LedgerError> {
        let foreign = |why: String| LedgerError::Unreadable { at, why };
        let record = Record::from_bytes(&bytes).map_err(|why| foreign(why.to_string()))?;
        if super::stream::subject(&record.history) != subject {
            return Err(foreign("it stands under another history than its own".to_owned()));
        }
        Ok(Self { at, record: Arc::new(record), bytes })
    }
}

impl Copy {
    /// Opens the copy in a folder, making it where there is none.
    ///
    /// # Errors
    /// `Locked`, `Unavailable`.
    pub fn open(dir: &Path) -> Result<Self, LedgerError> {
        let (store, mark, known) = open_copy(dir)?;
        Ok(Self { store, mark, known })
    }

    /// The last position in it.
    pub fn last(&self) -> Result<Position, LedgerError> {
        self.store.last()
    }

    /// Takes records that follow its last one, without a gap, up to the first that does not continue its history.
    /// Answers with the last position that it took, and says why not all of them.
    pub fn take(&self, mut arrived: Vec<Arrived>) -> (Option<Position>, Result<(), LedgerError>) {
        let mut writes = ::sled::Batch::default();
        let fitting = self.lay(&mut writes, &mut arrived);
        match arrived.last().map(|last| last.at) {
            None => (None, fitting),
            Some(last) => match self.write(writes, arrived, last) {
                Ok(()) => (Some(last), fitting), // what stands before a stranger's record is not held up by it
                Err(why) => (None, Err(why)),
            },
        }
    }

    /// Lays records down in a batch, and forgets those from the first on that does not continue its history.
    fn lay(&self, writes: &mut ::sled::Batch, arrived: &mut Vec<Arrived>) -> Result<(), LedgerError> {
        let mut versions: HashMap<HistoryId, Version> = HashMap::new();
        for index in 0..arrived.len() {
            let Arrived { at, record, bytes } = &arrived[index];
            let before = match versions.get(&record.history) {
                Some(version) => Ok(*version),
                None => self.store.version(&record.history, ALL),
            };
            let fits = before.and_then(|before| match before.0 + 1 == record.version.0 {
                true => Ok(()),
                false => {
                    let why = format!("it does not continue its history, which is at version {before}");
                    Err(LedgerError::Unreadable { at: *at, why })
                }
            });
            if let Err(why) = fits {
                arrived.truncate(index);
                return Err(why);
            }
            versions.insert(record.history.clone(), record.last_version());
            lay(writes, *at, record, &keys::pairs(record), bytes);
        }
        Ok(())
    }

    fn write(&self, writes: ::sled::Batch, arrived: Vec<Arrived>, last: Position) -> Result<(), LedgerError> {
        self.store.db.apply_batch(writes).map_err(LedgerError::unavailable)?;
        let recent = arrived
            .into_iter()
            .map(|Arrived { at, record, bytes }| (Stored { position: at, record }, bytes.len()));
        self.store.recent.push(recent);
        self.mark.write(last).map_err(LedgerError::unavailable)
    }

    /// The record at a position up to `upto`.
    pub fn get(&self, at: Position, upto: Position) -> Result<Option<Stored>, LedgerError> {
        if at == Position(0) || at > upto {
            return Ok(None);
        }
        if let Some(recent) = self.store.recent.get(at) {
            return Ok(Some(recent));
        }
        let missing = || LedgerError::Unreadable { at, why: "it is missing".to_owned() };
        self.store.get(at)?.ok_or_else(missing).map(Some)
    }
}

/// Flushes the copy now and then, for as long as the ledger is open.
pub async fn flush(shared: Arc<Shared>) {
    let mut flushed = shared.upto();
    loop {
        tokio::time::sleep(FLUSH).await;
        let now = shared.upto();
        if now != flushed {
            let copy = shared.clone();
            let outcome = tokio::task::spawn_blocking(move || copy.copy.store.db.flush()).await;
            if let Ok(Err(why)) = outcome {
                shared.fail(LedgerError::unavailable(why));
                return;
            }
            flushed = now;
        }
    }
}
