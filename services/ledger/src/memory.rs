//! A ledger in memory: the rules of the port with nothing else around them. For tests; it forgets at exit.

use crate::port::fit;
use crate::{Ledger, LedgerError, MOST_RANGE_BYTES, Outcome, Stored};
use async_trait::async_trait;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio::sync::watch;
use vocabulary::id::HistoryKind;
use vocabulary::{EventId, FactRef, HistoryId, Position, Record, Source, Version};

/// The ledger in memory. "Durable" means "appended".
#[derive(Default)]
pub struct MemoryLedger {
    log: Mutex<Log>,
    head: watch::Sender<Position>,
}

#[derive(Default)]
struct Log {
    /// The record at position `index + 1` and its stored length.
    records: Vec<(Arc<Record>, usize)>,
    histories: BTreeMap<HistoryId, Vec<Position>>,
    facts: HashMap<(Source, EventId), FactRef>,
}

impl Log {
    fn stored(&self, position: Position) -> Option<Stored> {
        let (record, _) = self.records.get(usize::try_from(position.0).ok()?.checked_sub(1)?)?;
        Some(Stored { position, record: record.clone() })
    }

    fn of<'a>(&'a self, history: &HistoryId) -> impl DoubleEndedIterator<Item = Stored> + use<'a> {
        self.histories.get(history).into_iter().flatten().filter_map(|position| self.stored(*position))
    }

    fn version(&self, history: &HistoryId) -> Version {
        self.of(history).next_back().map(|last| last.record.last_version()).unwrap_or_default()
    }

    fn append(&mut self, record: Record) -> Result<Outcome, LedgerError> {
        let length = fit(&record)?.len();
        let pair = |fact: &vocabulary::record::StoredFact| {
            (fact.attributes.source.clone(), fact.attributes.id.clone())
        };
        if let Some(there) = record.facts.iter().find_map(|fact| self.facts.get(&pair(fact))) {
            return Ok(Outcome::AlreadyThere(*there));
        }
        let found = self.version(&record.history);
        if found.0 + 1 != record.version.0 {
            return Err(LedgerError::Conflict { found });
        }
        let sequence = Position(self.records.len() as u64 + 1);
        for (ordinal, fact) in (0..).zip(&record.facts) {
            self.facts.insert(pair(fact), FactRef { sequence, ordinal });
        }
        self.histories.entry(record.history.clone()).or_default().push(sequence);
        self.records.push((Arc::new(record), length));
        Ok(Outcome::Appended(sequence))
    }
}

impl MemoryLedger {
    fn log(&self) -> MutexGuard<'_, Log> {
        self.log.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[async_trait]
impl Ledger for MemoryLedger {
    async fn append(&self, record: Record) -> Result<Outcome, LedgerError> {
        let mut log = self.log();
        let outcome = log.append(record)?;
        if let Outcome::Appended(position) = outcome {
            self.head.send_replace(position); // under the lock: the head never goes back
        }
        Ok(outcome)
    }

    fn read(&self, history: &HistoryId, after: Version) -> Result<Vec<Stored>, LedgerError> {
        Ok(self.log().of(history).filter(|stored| stored.record.version > after).collect())
    }

    fn version(&self, history: &HistoryId) -> Result<Version, LedgerError> {
        Ok(self.log().version(history))
    }

    fn find(&self, source: &Source, id: &EventId) -> Result<Option<FactRef>, LedgerError> {
        Ok(self.log().facts.get(&(source.clone(), id.clone())).copied())
    }

    fn get(&self, position: Position) -> Result<Option<Stored>, LedgerError> {
        Ok(self.log().stored(position))
    }

    fn range(&self, after: Position, most: usize) -> Result<Vec<Stored>, LedgerError> {
        let log = self.log();
        let mut bytes = 0;
        let records =
            log.records.iter().zip(1..).skip(usize::try_from(after.0).unwrap_or(usize::MAX)).take(most);
        let room = records.take_while(|((_, length), _)| {
            let fits = bytes < MOST_RANGE_BYTES;
            bytes += length;
            fits
        });
        Ok(room.map(|((record, _), at)| Stored { position: Position(at), record: record.clone() }).collect())
    }

    fn histories(&self, kind: HistoryKind) -> Result<Vec<HistoryId>, LedgerError> {
        Ok(self.log().histories.keys().filter(|history| history.kind() == kind).cloned().collect())
    }

    fn head(&self) -> watch::Receiver<Position> {
        self.head.subscribe()
    }
}
