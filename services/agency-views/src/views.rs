//! The store of all views, and the follower that fills it. Rows and checkpoint are written in one batch, so
//! that after a crash they agree; whatever is lost is applied again, and what is applied twice changes nothing.
//!
//! | key | value |
//! | --- | --- |
//! | `c` | last position of the ledger that was applied, and the latest `recordedtime` so far |

use crate::desk::{Desk, Touched, is_case};
use crate::feeds::{Change, Feeds, number};
use crate::{Progress, ViewError, moments};
use jurisdiction::Rules;
use ledger::{Follower, Ledger, Stored};
use sled::{Batch, Db};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::watch;
use vocabulary::id::HistoryKind;
use vocabulary::{Instant, Position};

/// Says which rules are in force, for the clocks.
pub type RulesInForce = dyn Fn() -> Result<Rules, String> + Send + Sync;

/// Everything that stands on the desks of a region.
pub struct Views {
    store: Db,
    ledger: Arc<dyn Ledger>,
    /// What each agency was told, in its order.
    pub feeds: Feeds,
    /// Every case as a row.
    pub desk: Desk,
    progress: watch::Sender<Progress>,
}

const CHECKPOINT: &[u8] = b"c";

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

/// Whether other rules act from this record on; files that were only published do not act yet.
fn adopts(stored: &Stored) -> bool {
    stored.record.facts.iter().any(|fact| fact.attributes.kind.as_str() == "governance.rules-adopted.v1")
}

impl Views {
    /// Opens or creates the views of a ledger in a folder.
    ///
    /// # Errors
    /// The store cannot be opened or read.
    pub fn open(dir: &Path, ledger: Arc<dyn Ledger>) -> Result<Self, ViewError> {
        let store = open(dir)?;
        let (feeds, desk) = (Feeds::of(store.clone())?, Desk::of(store.clone()));
        let views = Self { store, ledger, feeds, desk, progress: watch::Sender::default() };
        let applied = views.checkpoint()?.0;
        views.progress.send_modify(|progress| progress.applied = applied);
        Ok(views)
    }

    fn checkpoint(&self) -> Result<(Position, i64), ViewError> {
        let Some(bytes) = self.store.get(CHECKPOINT)? else { return Ok((Position(0), i64::MIN)) };
        match bytes.split_at_checked(8) {
            Some((applied, latest)) => Ok((Position(number(applied)?), number(latest)? as i64)),
            None => Err(ViewError::Row),
        }
    }

    /// Follows the ledger until it fails; the reason then stands in [`Progress`].
    pub async fn follow(&self, rules: &RulesInForce) {
        let mut follower = Follower::follow(self.ledger.clone(), self.progress.borrow().applied);
        loop {
            let next = follower.next().await.map_err(ViewError::from);
            if let Err(error) = next.and_then(|records| self.apply(&records, rules)) {
                tracing::error!(%error, "the views stopped");
                self.progress.send_modify(|progress| progress.stopped = Some(Arc::new(error)));
                return;
            }
        }
    }

    /// Applies records in order. A record that was applied before changes nothing.
    ///
    /// # Errors
    /// The store failed, or a feed would get a hole; nothing of the batch is then in the views.
    pub fn apply(&self, records: &[Stored], rules: &RulesInForce) -> Result<(), ViewError> {
        let (applied, latest) = self.checkpoint()?;
        let fresh: Vec<&Stored> = records.iter().filter(|stored| stored.position > applied).collect();
        let Some(last) = fresh.last().map(|stored| stored.position) else { return Ok(()) };
        let (mut change, mut touched, mut batch) = (Change::default(), Touched::default(), Batch::default());
        for stored in &fresh {
            match stored.record.history.kind() {
                HistoryKind::Disclosure => self.feeds.disclosed(stored, &*self.ledger, &mut change)?,
                HistoryKind::Rules if adopts(stored) => touched.rules_changed(),
                _ if is_case(stored) => touched.note(stored),
                _ => {}
            }
        }
        Feeds::write(&change, &mut batch);
        if !touched.is_empty() {
            let rules = rules().map_err(ViewError::Rules)?;
            self.desk.write(touched, last, (&*self.ledger, &rules), &mut batch)?;
        }
        let latest = moments::note(&fresh, latest, &mut batch);
        batch.insert(CHECKPOINT, [last.0.to_be_bytes(), latest.to_be_bytes()].concat());
        self.store.apply_batch(batch)?;
        self.feeds.written(change);
        self.progress.send_modify(|progress| progress.applied = last);
        Ok(())
    }

    /// How far the views have come; changes wake whoever waits on it.
    pub fn progress(&self) -> watch::Receiver<Progress> {
        self.progress.subscribe()
    }

    /// The last position of the longest prefix of the ledger that had been recorded by a moment.
    ///
    /// # Errors
    /// The store or the ledger failed.
    pub fn position_at(&self, at: Instant) -> Result<Position, ViewError> {
        moments::position(&self.store, &*self.ledger, at)
    }

    /// The first key in which two stores of views differ, if any, and how many entries were compared.
    ///
    /// # Errors
    /// A store failed.
    pub fn difference(&self, other: &Self) -> Result<(u64, Option<String>), ViewError> {
        let (mut mine, mut theirs, mut count) = (self.store.iter(), other.store.iter(), 0);
        loop {
            match (mine.next().transpose()?, theirs.next().transpose()?) {
                (None, None) => return Ok((count, None)),
                (one, two) if one == two => count += 1,
                (one, two) => {
                    let key = one.or(two).map(|(key, _)| String::from_utf8_lossy(&key).into_owned());
                    return Ok((count, key));
                }
            }
        }
    }

    /// Makes everything durable that was applied.
    ///
    /// # Errors
    /// The store failed.
    pub fn flush(&self) -> Result<(), ViewError> {
        self.store.flush().map(drop).map_err(ViewError::from)
    }
}
