//! The views of a region: the store that answers, the follower that fills it, and a rebuild beside it.
//!
//! The folder holds one store per generation and the file `current`, which names the one that answers. A rebuild
//! fills the next generation from the first record on while the other one serves, compares the two at the same
//! position of the ledger, and lets the new one answer from then on.

use crate::store::Store;
use crate::{Progress, ViewError};
use jurisdiction::Rules;
use ledger::{Follower, Ledger, Stored};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};
use tokio::sync::watch;
use vocabulary::{Instant, Position};

/// Says which rules are in force, for the clocks.
pub type RulesInForce = dyn Fn() -> Result<Rules, String> + Send + Sync;

/// Most records that a rebuild applies at once: each row that they touch is written once.
const CHUNK: usize = 16_384;

/// Everything that stands on the desks of a region.
pub struct Views {
    dir: PathBuf,
    ledger: Arc<dyn Ledger>,
    live: RwLock<Arc<Store>>,
    /// Held while records are applied, and while two generations are compared.
    applying: Mutex<()>,
    progress: watch::Sender<Progress>,
}

/// What a rebuild found.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct Rebuilt {
    /// Through which record.
    pub through: Position,
    /// How many entries stood alike in both.
    pub alike: u64,
    /// The first key at which the old views were others, if any.
    pub difference: Option<String>,
}

fn generation(dir: &Path) -> u64 {
    fs::read_to_string(dir.join("current")).ok().and_then(|text| text.trim().parse().ok()).unwrap_or(1)
}

fn folder(dir: &Path, generation: u64) -> PathBuf {
    dir.join(generation.to_string())
}

impl Views {
    /// Opens or creates the views of a ledger in a folder.
    ///
    /// # Errors
    /// The store cannot be opened or read.
    pub fn open(dir: &Path, ledger: Arc<dyn Ledger>) -> Result<Self, ViewError> {
        fs::create_dir_all(dir).map_err(ViewError::folder)?;
        let store = Store::open(&folder(dir, generation(dir)))?;
        let progress = Progress { applied: store.checkpoint()?.0, stopped: None };
        Ok(Self {
            dir: dir.to_owned(),
            ledger,
            live: RwLock::new(Arc::new(store)),
            applying: Mutex::default(),
            progress: watch::Sender::new(progress),
        })
    }

    /// The store that answers now.
    pub fn now(&self) -> Arc<Store> {
        self.live.read().unwrap_or_else(PoisonError::into_inner).clone()
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
        let _applying = self.hold();
        let applied = self.now().apply(records, &*self.ledger, rules)?;
        self.progress.send_modify(|progress| progress.applied = applied);
        Ok(())
    }

    fn hold(&self) -> MutexGuard<'_, ()> {
        self.applying.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes all views again from the ledger, compares them with those that answer now, and lets the new ones
    /// answer. `tell` hears of each step: the last position that was applied, and the head.
    ///
    /// Blocks for as long as it takes; the live views go on meanwhile, and wait only for the comparison.
    ///
    /// # Errors
    /// A store failed; the live views are then as they were.
    pub fn rebuild(
        &self,
        rules: &RulesInForce,
        mut tell: impl FnMut(Position, Position),
    ) -> Result<Rebuilt, ViewError> {
        let old = generation(&self.dir);
        let next_dir = folder(&self.dir, old + 1);
        remove(&next_dir)?; // what a rebuild that was broken off has left
        let next = Store::open(&next_dir)?;
        let mut applied = Position(0);
        loop {
            let head = self.progress.borrow().applied;
            if applied >= head {
                break;
            }
            applied = self.some_more(&next, applied, head, rules)?;
            tell(applied, head);
        }
        let _applying = self.hold();
        let (live, through) = (self.now(), self.now().checkpoint()?.0);
        while applied < through {
            applied = self.some_more(&next, applied, through, rules)?;
        }
        let (alike, difference) = live.difference(&next)?;
        next.flush()?;
        name(&self.dir, old + 1)?;
        *self.live.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(next);
        drop(live);
        remove(&folder(&self.dir, old))?; // who still reads it has its files open
        Ok(Rebuilt { through, alike, difference })
    }

    /// Applies a chunk, not beyond `end`.
    fn some_more(
        &self,
        next: &Store,
        applied: Position,
        end: Position,
        rules: &RulesInForce,
    ) -> Result<Position, ViewError> {
        let most = usize::try_from(end.0 - applied.0).unwrap_or(CHUNK).min(CHUNK);
        let mut records = Vec::with_capacity(most);
        while records.len() < most {
            let last = records.last().map_or(applied, |stored: &Stored| stored.position);
            let more = self.ledger.range(last, most - records.len())?;
            if more.is_empty() {
                break;
            }
            records.extend(more);
        }
        next.apply(&records, &*self.ledger, rules)
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
        self.now().position_at(&*self.ledger, at)
    }

    /// How many entries stand alike in both, and the first key at which they differ, if any.
    ///
    /// # Errors
    /// A store failed.
    pub fn difference(&self, other: &Self) -> Result<(u64, Option<String>), ViewError> {
        self.now().difference(&other.now())
    }
}

/// Says which generation answers: written aside, then moved into place.
fn name(dir: &Path, generation: u64) -> Result<(), ViewError> {
    let aside = dir.join("current.new");
    let written = fs::write(&aside, generation.to_string()).and_then(|()| fs::File::open(&aside)?.sync_all());
    written.and_then(|()| fs::rename(&aside, dir.join("current"))).map_err(ViewError::folder)
}

fn remove(dir: &Path) -> Result<(), ViewError> {
    match fs::remove_dir_all(dir) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(ViewError::folder(error)),
        _ => Ok(()),
    }
}
