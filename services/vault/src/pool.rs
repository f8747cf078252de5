//! The pool: keys are made ahead and leased ahead, so that a caller takes one by counting in memory.
//!
//! Numbers run: handed out ≤ `leased` ≤ `made`. Both marks are durable before a caller meets what they
//! promise, and only the refill thread moves them. After kill -9 or a power cut the next life begins at the
//! `leased` mark: at most two blocks of keys are skipped, and no key is handed out twice.

use crate::store::Store;
use crate::{KeyId, VaultError};
use std::ops::Range;
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// Keys that one refill makes. So many or more lie ready beyond the leased ones.
const MADE_BLOCK: u64 = 1024;

/// Keys that one durable mark hands to this life of the store. So many or more stay in hand.
const LEASED_BLOCK: u64 = 256;

/// The state of the keys, for `doctor`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Health {
    /// Keys that are on the disk and were not handed out.
    pub ready: u64,
    /// The durable mark: every key that was ever handed out has a number below this one. A record of the
    /// ledger that names a higher one means that this store is older than the ledger.
    pub leased: u64,
    /// Keys handed out since the vault was opened.
    pub used: u64,
}

pub(crate) struct Pool {
    marks: Mutex<Marks>,
    /// Tells the refill thread that a block runs low, or that it shall stop.
    low: Condvar,
    /// Tells callers that there are keys again, or that there will be none.
    filled: Condvar,
}

struct Marks {
    next: u64,
    leased: u64,
    made: u64,
    handed_out: u64,
    stop: bool,
    stopped: bool,
}

/// What the refill thread does next.
enum Step {
    Lease(u64),
    Make(Range<u64>),
}

impl Marks {
    /// Leasing comes first: it is one small write, and callers wait for it when they are fast.
    fn due(&self) -> Option<Step> {
        let leased = self.leased + LEASED_BLOCK;
        if self.leased - self.next < LEASED_BLOCK && leased <= self.made {
            Some(Step::Lease(leased))
        } else if self.made - self.leased < MADE_BLOCK {
            Some(Step::Make(self.made..self.made + MADE_BLOCK))
        } else {
            None
        }
    }
}

impl Pool {
    /// Begins a new life: whatever an earlier one may have handed out is skipped.
    pub(crate) fn new(store: &Store) -> Result<Self, VaultError> {
        let (leased, made) = (store.leased()?, store.made()?);
        if leased > made {
            return Err(VaultError::Damaged(format!("{leased} keys are leased, but only {made} were made")));
        }
        let marks = Marks { next: leased, leased, made, handed_out: 0, stop: false, stopped: false };
        let pool = Self { marks: Mutex::new(marks), low: Condvar::new(), filled: Condvar::new() };
        while let Some(step) = { pool.lock().due() } {
            pool.refill(store, step)?;
        }
        Ok(pool)
    }

    /// A key that was never handed out. Waits only when callers are faster than the disk.
    pub(crate) fn lease(&self, store: &Store) -> Result<KeyId, VaultError> {
        let mut marks = self.lock();
        loop {
            store.healthy()?;
            if marks.next < marks.leased {
                let number = marks.next;
                marks.next += 1;
                marks.handed_out += 1;
                if marks.due().is_some() {
                    self.low.notify_one();
                }
                return Ok(KeyId(number));
            }
            if marks.stopped {
                return Err(VaultError::unavailable("no more keys are made"));
            }
            marks = self.filled.wait(marks).unwrap_or_else(PoisonError::into_inner);
        }
    }

    /// Whether a record may name this key: key 0 names histories and is never leased.
    pub(crate) fn was_leased(&self, key: KeyId) -> bool {
        key.0 != 0 && key.0 < self.lock().leased
    }

    pub(crate) fn health(&self) -> Health {
        let marks = self.lock();
        Health { ready: marks.made - marks.next, leased: marks.leased, used: marks.handed_out }
    }

    /// The life of the refill thread. It ends when the pool is stopped or the store fails.
    pub(crate) fn keep_filled(&self, store: &Store) {
        let _leaving = Leaving(self);
        loop {
            let step = {
                let mut marks = self.lock();
                loop {
                    match marks.due() {
                        _ if marks.stop => return,
                        Some(step) => break step,
                        None => marks = self.low.wait(marks).unwrap_or_else(PoisonError::into_inner),
                    }
                }
            };
            if let Err(why) = self.refill(store, step) {
                let source = std::error::Error::source(&why).map(ToString::to_string);
                tracing::error!(error = %why, source, "the vault makes no more keys until it is started again");
                return;
            }
        }
    }

    pub(crate) fn stop(&self) {
        self.lock().stop = true;
        self.low.notify_all();
    }

    /// Disk first and without the lock, so that callers go on; then the mark that callers see.
    fn refill(&self, store: &Store, step: Step) -> Result<(), VaultError> {
        match step {
            Step::Lease(to) => {
                store.lease(to)?;
                self.lock().leased = to;
            }
            Step::Make(numbers) => {
                let made = numbers.end;
                store.make(numbers)?;
                self.lock().made = made;
            }
        }
        self.filled.notify_all();
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// However the refill thread ends, by a panic too, nobody may wait for it any more.
struct Leaving<'a>(&'a Pool);

impl Drop for Leaving<'_> {
    fn drop(&mut self) {
        self.0.lock().stopped = true;
        self.0.filled.notify_all();
    }
}
