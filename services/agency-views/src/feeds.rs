//! The feeds of all agencies, as blocks of references.
//!
//! | key | value |
//! | --- | --- |
//! | `b` agency, 0, number of the block | up to 128 rows, in the order of their positions |
//! | `e` sequence, ordinal | who was told of this fact, each with its last position |
//! | `h` agency | last position of its feed |
//! | `c` | last position of the ledger that was applied |
//!
//! However much is applied at once, each block and each fact that it touches is written once, and with the
//! checkpoint in one batch: after a crash they agree.

use crate::row::{BYTES, FeedRow};
use ledger::{Follower, Ledger, LedgerError, Stored};
use sled::{Batch, Db};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard};
use std::time::Duration;
use tokio::sync::watch;
use vocabulary::governance::Governance;
use vocabulary::id::HistoryKind;
use vocabulary::{AgencyCode, CaseFact, Fact, FactRef, Position};

/// Why a view cannot answer.
#[derive(Clone, Debug, thiserror::Error)]
pub enum ViewError {
    /// Its store failed. It can be deleted and is rebuilt from the ledger.
    #[error("the store of the views failed: {0}")]
    Store(#[from] sled::Error),
    /// The ledger failed.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A stored row that cannot be read.
    #[error("a row of the feeds cannot be read; delete the views and start again")]
    Row,
    /// A disclosure that does not continue an agency's feed: following on would hide a fact.
    #[error("record {at} does not continue a feed: position {found} after {last}")]
    Hole {
        /// The record.
        at: Position,
        /// Position of the entry.
        found: u64,
        /// Last position of that feed.
        last: u64,
    },
}

/// How far a view has come.
#[derive(Clone, Debug, Default)]
pub struct Progress {
    /// Everything up to here is in the view.
    pub applied: Position,
    /// Why it stopped, if it did.
    pub stopped: Option<Arc<ViewError>>,
}

/// The feeds of all agencies.
pub struct Feeds {
    store: Db,
    tails: RwLock<HashMap<AgencyCode, Tail>>,
    progress: watch::Sender<Progress>,
}

/// The end of a feed: its last position and its last block.
#[derive(Clone, Default)]
struct Tail {
    head: u64,
    block: Vec<u8>,
}

/// What a batch changes, until it is written.
#[derive(Default)]
struct Change {
    batch: Batch,
    tails: HashMap<AgencyCode, Tail>,
    told: HashMap<FactRef, Vec<u8>>,
}

const CHECKPOINT: &[u8] = b"c";
/// Most rows of one answer.
const MOST: usize = 1_000;
/// Rows of a block.
const BLOCK: u64 = 128;

/// sled gives its file lock back a little after a store was dropped.
fn open(dir: &Path) -> sled::Result<Db> {
    let config = sled::Config::new().path(dir).cache_capacity(64 << 20);
    for _ in 0..20 {
        match config.open() {
            Err(sled::Error::Io(_)) => std::thread::sleep(Duration::from_millis(10)),
            outcome => return outcome,
        }
    }
    config.open()
}

fn block_key(agency: &AgencyCode, block: u64) -> Vec<u8> {
    [b"b", agency.as_str().as_bytes(), &[0], &block.to_be_bytes()].concat()
}

fn fact_key(fact: FactRef) -> Vec<u8> {
    [&b"e"[..], &fact.sequence.0.to_be_bytes(), &fact.ordinal.to_be_bytes()].concat()
}

fn head_key(agency: &AgencyCode) -> Vec<u8> {
    [b"h", agency.as_str().as_bytes()].concat()
}

fn number(bytes: &[u8]) -> Result<u64, ViewError> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| ViewError::Row)
}

/// The positions in an `e` value: length and text of the agency's code, then the position.
fn positions(mut told: &[u8]) -> impl Iterator<Item = Result<(&str, u64), ViewError>> {
    std::iter::from_fn(move || {
        let (length, rest) = told.split_first()?;
        let read = rest.split_at_checked(usize::from(*length)).and_then(|(code, rest)| {
            let (position, rest) = rest.split_at_checked(8)?;
            told = rest;
            Some((std::str::from_utf8(code).ok()?, number(position).ok()?))
        });
        if read.is_none() {
            told = &[];
        }
        Some(read.ok_or(ViewError::Row))
    })
}

impl Feeds {
    /// Opens or creates the view in a folder.
    ///
    /// # Errors
    /// The store cannot be opened or read.
    pub fn open(dir: &Path) -> Result<Self, ViewError> {
        let store = open(dir)?;
        let applied = store.get(CHECKPOINT)?.map(|applied| number(&applied)).transpose()?.unwrap_or_default();
        let mut tails = HashMap::new();
        for item in store.scan_prefix(b"h") {
            let (name, head) = item?;
            let code = std::str::from_utf8(&name[1..]).ok().and_then(|code| AgencyCode::parse(code).ok());
            let (code, head) = (code.ok_or(ViewError::Row)?, number(&head)?);
            let block = store.get(block_key(&code, head.saturating_sub(1) / BLOCK))?;
            let block = block.map(|block| block.to_vec()).unwrap_or_default();
            tails.insert(code, Tail { head, block });
        }
        let progress = Progress { applied: Position(applied), stopped: None };
        Ok(Self { store, tails: RwLock::new(tails), progress: watch::Sender::new(progress) })
    }

    /// Follows the ledger until it fails; the reason then stands in [`Progress`].
    pub async fn follow(&self, ledger: Arc<dyn Ledger>) {
        let mut follower = Follower::follow(ledger, self.progress.borrow().applied);
        loop {
            let outcome =
                follower.next().await.map_err(ViewError::from).and_then(|records| self.apply(&records));
            if let Err(error) = outcome {
                tracing::error!(%error, "the feeds stopped");
                self.progress.send_modify(|progress| progress.stopped = Some(Arc::new(error)));
                return;
            }
        }
    }

    /// Applies records in order. A record that was applied before changes nothing.
    ///
    /// # Errors
    /// The store failed, or a feed would get a hole; nothing of the batch is then in the view.
    pub fn apply(&self, records: &[Stored]) -> Result<(), ViewError> {
        let applied = self.progress.borrow().applied;
        let fresh: Vec<&Stored> = records.iter().filter(|stored| stored.position > applied).collect();
        let Some(last) = fresh.last().map(|stored| stored.position) else { return Ok(()) };
        let mut change = Change::default();
        for stored in fresh.iter().filter(|stored| stored.record.history.kind() == HistoryKind::Disclosure) {
            self.disclosed(stored, &mut change)?;
        }
        let Change { mut batch, tails, told } = change;
        for (agency, tail) in &tails {
            batch.insert(block_key(agency, (tail.head - 1) / BLOCK), tail.block.as_slice());
            batch.insert(head_key(agency), &tail.head.to_be_bytes());
        }
        told.into_iter().for_each(|(fact, positions)| batch.insert(fact_key(fact), positions));
        batch.insert(CHECKPOINT, &last.0.to_be_bytes());
        self.store.apply_batch(batch)?;
        self.tails.write().unwrap_or_else(PoisonError::into_inner).extend(tails);
        self.progress.send_modify(|progress| progress.applied = last);
        Ok(())
    }

    fn disclosed(&self, stored: &Stored, change: &mut Change) -> Result<(), ViewError> {
        let at = stored.position;
        let unreadable =
            |why: vocabulary::fact::Misshapen| LedgerError::Unreadable { at, why: why.to_string() };
        for fact in CaseFact::of_record(at, &stored.record).map_err(unreadable)? {
            let Fact::Governance(Governance::Disclosed(disclosed)) = fact.fact else { continue };
            for entry in &disclosed.entries {
                let row = FeedRow::new(&disclosed, entry);
                self.append(at, &entry.agency, row, change)?;
                self.tell(&entry.agency, row, change)?;
            }
        }
        Ok(())
    }

    /// Puts a row at the end of a feed; a block that is full goes into the batch.
    fn append(
        &self,
        at: Position,
        agency: &AgencyCode,
        row: FeedRow,
        change: &mut Change,
    ) -> Result<(), ViewError> {
        let known = || self.tails().get(agency).cloned().unwrap_or_default();
        let tail = change.tails.entry(agency.clone()).or_insert_with(known);
        if row.position != tail.head + 1 {
            return Err(ViewError::Hole { at, found: row.position, last: tail.head });
        }
        if tail.head > 0 && tail.head.is_multiple_of(BLOCK) {
            let full = std::mem::take(&mut tail.block);
            change.batch.insert(block_key(agency, tail.head / BLOCK - 1), full);
        }
        row.write(&mut tail.block);
        tail.head = row.position;
        Ok(())
    }

    /// Notes where an agency was told of a fact; a later telling takes the place of an earlier one.
    fn tell(&self, agency: &AgencyCode, row: FeedRow, change: &mut Change) -> Result<(), ViewError> {
        let told = match change.told.entry(row.fact) {
            Entry::Occupied(told) => told.into_mut(),
            Entry::Vacant(place) => place
                .insert(self.store.get(fact_key(row.fact))?.map(|told| told.to_vec()).unwrap_or_default()),
        };
        let mut kept = Vec::with_capacity(told.len() + 32);
        for known in positions(told) {
            let (code, position) = known?;
            if code != agency.as_str() {
                note(&mut kept, code, position);
            }
        }
        note(&mut kept, agency.as_str(), row.position);
        *told = kept;
        Ok(())
    }

    fn tails(&self) -> RwLockReadGuard<'_, HashMap<AgencyCode, Tail>> {
        self.tails.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// How far the view has come; changes wake whoever waits on it.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Last position of an agency's feed, 0 when it was never told anything.
    pub fn head(&self, agency: &AgencyCode) -> u64 {
        self.tails().get(agency).map_or(0, |tail| tail.head)
    }

    /// Last positions of all feeds.
    pub fn heads(&self) -> HashMap<AgencyCode, u64> {
        self.tails().iter().map(|(agency, tail)| (agency.clone(), tail.head)).collect()
    }

    /// Rows of an agency's feed after a position, at most `limit` and at most 1,000.
    ///
    /// # Errors
    /// The store failed.
    pub fn read(&self, agency: &AgencyCode, after: u64, limit: usize) -> Result<Vec<FeedRow>, ViewError> {
        let (limit, mut rows) = (limit.min(MOST), Vec::new());
        for item in self.store.range(block_key(agency, after / BLOCK)..=block_key(agency, u64::MAX)) {
            let (key, block) = item?;
            let first = number(&key[key.len() - 8..])? * BLOCK + 1;
            for (position, row) in
                (first..).zip(block.chunks(BYTES)).filter(|(position, _)| *position > after)
            {
                if rows.len() == limit {
                    return Ok(rows);
                }
                rows.push(FeedRow::from_bytes(position, row).ok_or(ViewError::Row)?);
            }
        }
        Ok(rows)
    }

    /// The row that told an agency of a fact: the latest, when it was told more than once.
    ///
    /// # Errors
    /// The store failed.
    pub fn find(&self, agency: &AgencyCode, fact: FactRef) -> Result<Option<FeedRow>, ViewError> {
        let Some(position) = self.position(agency, fact)? else { return Ok(None) };
        Ok(self.read(agency, position - 1, 1)?.pop())
    }

    /// Where an agency was told of a fact: the last position, when it was told more than once.
    ///
    /// # Errors
    /// The store failed.
    pub fn position(&self, agency: &AgencyCode, fact: FactRef) -> Result<Option<u64>, ViewError> {
        let Some(told) = self.store.get(fact_key(fact))? else { return Ok(None) };
        for known in positions(&told) {
            let (code, position) = known?;
            if code == agency.as_str() {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }
}

fn note(told: &mut Vec<u8>, code: &str, position: u64) {
    told.push(code.len() as u8); // a code has at most 17 letters
    told.extend(code.as_bytes());
    told.extend(position.to_be_bytes());
}
