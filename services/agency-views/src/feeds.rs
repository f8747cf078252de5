//! The feeds of all agencies: rows and checkpoint in one batch, so that after a crash they agree.

use crate::row::FeedRow;
use ledger::{Follower, Ledger, LedgerError, Stored};
use sled::{Batch, Db, IVec};
use std::collections::HashMap;
use std::path::Path;
use std::sync::{Arc, RwLock};
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
    heads: RwLock<HashMap<AgencyCode, u64>>,
    progress: watch::Sender<Progress>,
}

const CHECKPOINT: &[u8] = b"c";
const MOST: usize = 1_000;

fn key(kind: u8, agency: &AgencyCode, rest: &[u8]) -> Vec<u8> {
    [&[kind][..], agency.as_str().as_bytes(), &[0], rest].concat()
}

fn of_fact(fact: FactRef) -> [u8; 12] {
    let mut bytes = [0; 12];
    bytes[..8].copy_from_slice(&fact.sequence.0.to_be_bytes());
    bytes[8..].copy_from_slice(&fact.ordinal.to_be_bytes());
    bytes
}

fn number(bytes: &IVec) -> Result<u64, ViewError> {
    bytes.as_ref().try_into().map(u64::from_be_bytes).map_err(|_| ViewError::Row)
}

impl Feeds {
    /// Opens or creates the view in a folder.
    ///
    /// # Errors
    /// The store cannot be opened or read.
    pub fn open(dir: &Path) -> Result<Self, ViewError> {
        let store = sled::Config::new().path(dir).cache_capacity(64 << 20).open()?;
        let applied = store.get(CHECKPOINT)?.as_ref().map(number).transpose()?.unwrap_or_default();
        let mut heads = HashMap::new();
        for item in store.scan_prefix(b"h") {
            let (name, head) = item?;
            let code = std::str::from_utf8(&name[1..]).ok().and_then(|code| AgencyCode::parse(code).ok());
            heads.insert(code.ok_or(ViewError::Row)?, number(&head)?);
        }
        let progress = Progress { applied: Position(applied), stopped: None };
        Ok(Self { store, heads: RwLock::new(heads), progress: watch::Sender::new(progress) })
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
        let (mut batch, mut moved) = (Batch::default(), HashMap::new());
        let fresh: Vec<&Stored> = records.iter().filter(|stored| stored.position > applied).collect();
        let Some(last) = fresh.last().map(|stored| stored.position) else { return Ok(()) };
        for stored in fresh.iter().filter(|stored| stored.record.history.kind() == HistoryKind::Disclosure) {
            self.disclosed(stored, &mut batch, &mut moved)?;
        }
        for (agency, head) in &moved {
            batch.insert([b"h", agency.as_str().as_bytes()].concat(), &head.to_be_bytes());
        }
        batch.insert(CHECKPOINT, &last.0.to_be_bytes());
        self.store.apply_batch(batch)?;
        if let Ok(mut heads) = self.heads.write() {
            heads.extend(moved);
        }
        self.progress.send_modify(|progress| progress.applied = last);
        Ok(())
    }

    fn disclosed(
        &self,
        stored: &Stored,
        batch: &mut Batch,
        moved: &mut HashMap<AgencyCode, u64>,
    ) -> Result<(), ViewError> {
        let unreadable = |why: vocabulary::fact::Misshapen| LedgerError::Unreadable {
            at: stored.position,
            why: why.to_string(),
        };
        for fact in CaseFact::of_record(stored.position, &stored.record).map_err(unreadable)? {
            let Fact::Governance(Governance::Disclosed(disclosed)) = fact.fact else { continue };
            for entry in &disclosed.entries {
                let last = moved.get(&entry.agency).copied().unwrap_or_else(|| self.head(&entry.agency));
                if entry.position != last + 1 {
                    return Err(ViewError::Hole { at: stored.position, found: entry.position, last });
                }
                let row = FeedRow::new(&disclosed, entry);
                batch.insert(key(b'f', &entry.agency, &row.position.to_be_bytes()), row.to_bytes());
                batch.insert(key(b'e', &entry.agency, &of_fact(row.fact)), &row.position.to_be_bytes());
                moved.insert(entry.agency.clone(), entry.position);
            }
        }
        Ok(())
    }

    /// How far the view has come; changes wake whoever waits on it.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// Last position of an agency's feed, 0 when it was never told anything.
    pub fn head(&self, agency: &AgencyCode) -> u64 {
        self.heads.read().ok().and_then(|heads| heads.get(agency).copied()).unwrap_or_default()
    }

    /// Last positions of all feeds.
    pub fn heads(&self) -> HashMap<AgencyCode, u64> {
        self.heads.read().map(|heads| heads.clone()).unwrap_or_default()
    }

    /// Rows of an agency's feed after a position, at most `limit` and at most 1,000.
    ///
    /// # Errors
    /// The store failed.
    pub fn read(&self, agency: &AgencyCode, after: u64, limit: usize) -> Result<Vec<FeedRow>, ViewError> {
        let from = key(b'f', agency, &after.saturating_add(1).to_be_bytes());
        let to = key(b'f', agency, &u64::MAX.to_be_bytes());
        self.store.range(from..=to).take(limit.min(MOST)).map(row).collect()
    }

    /// The row that told an agency of a fact: the latest, when it was told more than once.
    ///
    /// # Errors
    /// The store failed.
    pub fn find(&self, agency: &AgencyCode, fact: FactRef) -> Result<Option<FeedRow>, ViewError> {
        let Some(position) = self.store.get(key(b'e', agency, &of_fact(fact)))? else { return Ok(None) };
        Ok(self.read(agency, number(&position)? - 1, 1)?.pop())
    }
}

fn row(item: sled::Result<(IVec, IVec)>) -> Result<FeedRow, ViewError> {
    let (key, value) = item?;
    let position = key.len().checked_sub(8).and_then(|at| key[at..].try_into().ok()).map(u64::from_be_bytes);
    position.and_then(|position| FeedRow::from_bytes(position, &value)).ok_or(ViewError::Row)
}
