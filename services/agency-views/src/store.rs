//! One store of all views. Rows and checkpoint are written in one batch, so that after a crash they agree;
//! whatever is lost is applied again, and what is applied twice changes nothing.
//!
//! | key | value |
//! | --- | --- |
//! | `c` | last position of the ledger that was applied, and the latest `recordedtime` so far |

use crate::desk::{Desk, Touched, is_followed};
use crate::feeds::{Change, Feeds, number};
use crate::{RulesInForce, ViewError, moments};
use ledger::{Ledger, Stored};
use sled::{Batch, Db};
use std::panic::catch_unwind;
use std::path::Path;
use std::time::Duration;
use vocabulary::id::HistoryKind;
use vocabulary::{Instant, Position};

/// Everything that stands on the desks of a region, in one store.
pub struct Store {
    db: Db,
    /// What each agency was told, in its order.
    pub feeds: Feeds,
    /// Every case as a row.
    pub desk: Desk,
}

const CHECKPOINT: &[u8] = b"c";

/// How often what was applied is made durable. Whatever a crash takes is applied again, and a flush of the views
/// stands in the way of those that publishers wait for.
const FLUSH_EVERY_MS: u64 = 5_000;

/// sled gives its file lock back a little after a store was dropped.
fn open(dir: &Path) -> sled::Result<Db> {
    let config = sled::Config::new().path(dir).cache_capacity(64 << 20).flush_every_ms(Some(FLUSH_EVERY_MS));
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

impl Store {
    /// Opens or creates a store. sled panics on some damage while it opens a file; here that is an answer.
    pub(crate) fn open(dir: &Path) -> Result<Self, ViewError> {
        let opened = catch_unwind(|| {
            let db = open(dir)?;
            Ok(Self { feeds: Feeds::of(db.clone())?, desk: Desk::of(db.clone()), db })
        });
        opened.unwrap_or(Err(ViewError::Damaged))
    }

    pub(crate) fn checkpoint(&self) -> Result<(Position, i64), ViewError> {
        let Some(bytes) = self.db.get(CHECKPOINT)? else { return Ok((Position(0), i64::MIN)) };
        match bytes.split_at_checked(8) {
            Some((applied, latest)) => Ok((Position(number(applied)?), number(latest)? as i64)),
            None => Err(ViewError::Row),
        }
    }

    /// Applies records in order; answers the last position that is in the views then.
    pub(crate) fn apply(
        &self,
        records: &[Stored],
        ledger: &dyn Ledger,
        rules: &RulesInForce,
    ) -> Result<Position, ViewError> {
        let (applied, latest) = self.checkpoint()?;
        let fresh: Vec<&Stored> = records.iter().filter(|stored| stored.position > applied).collect();
        let Some(last) = fresh.last().map(|stored| stored.position) else { return Ok(applied) };
        let (mut change, mut touched, mut batch) = (Change::default(), Touched::default(), Batch::default());
        for stored in &fresh {
            match stored.record.history.kind() {
                HistoryKind::Disclosure => self.feeds.disclosed(stored, (&fresh, ledger), &mut change)?,
                HistoryKind::Rules if adopts(stored) => touched.rules_changed(),
                _ if is_followed(stored) => touched.note(stored),
                _ => {}
            }
        }
        Feeds::write(&change, &mut batch);
        if !touched.is_empty() {
            let rules = rules().map_err(ViewError::Rules)?;
            self.desk.write(touched, last, (ledger, &rules), &mut batch)?;
        }
        let latest = moments::note(&fresh, latest, &mut batch);
        batch.insert(CHECKPOINT, [last.0.to_be_bytes(), latest.to_be_bytes()].concat());
        self.db.apply_batch(batch)?;
        self.feeds.written(change);
        Ok(last)
    }

    pub(crate) fn position_at(&self, ledger: &dyn Ledger, at: Instant) -> Result<Position, ViewError> {
        moments::position(&self.db, ledger, at)
    }

    /// How many entries stand alike in both, and the first key at which they differ, if any.
    pub(crate) fn difference(&self, other: &Self) -> Result<(u64, Option<String>), ViewError> {
        let (mut mine, mut theirs, mut count) = (self.db.iter(), other.db.iter(), 0);
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

    /// Writes what no record says.
    #[cfg(test)]
    pub(crate) fn spoil(&self, key: &[u8]) {
        self.db.insert(key, b"?").expect("a store");
    }

    pub(crate) fn flush(&self) -> Result<(), ViewError> {
        self.db.flush().map(drop).map_err(ViewError::from)
    }
}
