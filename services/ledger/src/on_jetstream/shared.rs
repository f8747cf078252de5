//! What the tasks of one ledger have in common, and what is known just now: how far the copy is, how fresh, and
//! whether anything is wrong.

use super::copy::Copy;
use super::{ANSWER, Promises, stream};
use crate::LedgerError;
use async_nats::jetstream::Context;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::{Duration, Instant, SystemTime};
use tokio::sync::watch;
use tokio::time::Instant as Deadline;
use vocabulary::Position;

/// How long a leader is given to catch up with what another server has delivered, a few times.
const LATE: Duration = Duration::from_millis(50);

/// When something was asked, by both clocks: one stands still while a machine sleeps, the other may be set.
#[derive(Clone, Copy)]
pub struct Asked(Instant, SystemTime);

impl Asked {
    #[allow(clippy::disallowed_methods, reason = "an age is measured; no fact is dated by it")]
    pub fn now() -> Self {
        Self(Instant::now(), SystemTime::now())
    }

    fn age(&self) -> Duration {
        self.0.elapsed().max(self.1.elapsed().unwrap_or_default())
    }
}

/// What the tasks of one ledger have in common.
pub struct Shared {
    pub js: Context,
    pub copy: Copy,
    pub promises: Promises,
    pub head: watch::Receiver<Position>,
    /// When the stream was last asked of which the copy has all that it held then.
    pub fresh: Mutex<Option<Asked>>,
    /// Why appends are refused just now, if they are.
    pub troubled: Mutex<Option<LedgerError>>,
    /// Why the copy follows no more, for good.
    pub fault: OnceLock<LedgerError>,
    pub stop: watch::Sender<bool>,
}

impl Shared {
    /// Waits until the copy holds a position.
    pub async fn reach(&self, position: Position, most: Duration) -> Result<(), LedgerError> {
        let mut head = self.head.clone();
        let reached = head.wait_for(|head| *head >= position);
        match tokio::time::timeout(most, reached).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(_)) => Err(self.faulty()),
            Err(_) => Err(LedgerError::unavailable("the local copy is behind the ledger")),
        }
    }

    /// Makes the copy as new as the stream.
    pub async fn catch_up(&self, until: Deadline) -> Result<(), LedgerError> {
        self.well()?;
        let (recorded, asked) = (self.upto(), Asked::now());
        let head = Position(self.state(recorded, until).await?.last);
        if head < recorded {
            // A backup was put back, or another stream made: nothing that it holds is the ledger's answer. Or it
            // is the leader that is late. The warden will tell which.
            return Err(LedgerError::unavailable(LedgerError::Behind { head, recorded }));
        }
        self.reach(head, until.saturating_duration_since(Deadline::now())).await?;
        self.is_fresh(asked);
        Ok(())
    }

    /// How the stream stands, by its leader: at least as far as `recorded`, as a rule. A leader may for a moment
    /// be behind what another server of the cluster has delivered, so it is asked a few times.
    pub async fn state(&self, recorded: Position, until: Deadline) -> Result<stream::State, LedgerError> {
        let mut left = 5;
        loop {
            let until = until.min(Deadline::now() + ANSWER);
            let asked = tokio::time::timeout_at(until, stream::state(&self.js)).await;
            let state = asked.map_err(|_| LedgerError::unavailable("the server does not answer"))??;
            left -= 1;
            if Position(state.last) >= recorded || left == 0 {
                return Ok(state);
            }
            tokio::time::sleep(LATE).await;
        }
    }

    /// The copy holds all that the stream held when it was asked: not when the answer came, for the process may
    /// have stood still in between.
    pub fn is_fresh(&self, asked: Asked) {
        *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) = Some(asked);
    }

    /// Nobody knows whether it still does.
    pub fn is_stale(&self) {
        *self.fresh.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    /// How long ago the stream was asked of which the copy has everything.
    pub fn age(&self) -> Duration {
        let fresh = *self.fresh.lock().unwrap_or_else(PoisonError::into_inner);
        fresh.map_or(Duration::MAX, |asked| asked.age())
    }

    pub fn faulty(&self) -> LedgerError {
        let gone = || LedgerError::unavailable("the ledger was closed");
        self.fault.get().cloned().unwrap_or_else(gone)
    }

    /// Ends the following, for good.
    pub fn fail(&self, why: LedgerError) {
        tracing::error!(%why, "the ledger is followed no more");
        let _ = self.fault.set(why); // Err: there was a fault before, and it is the one to tell
        self.stop.send_replace(true);
    }

    pub fn trouble(&self, why: Option<LedgerError>) {
        *self.troubled.lock().unwrap_or_else(PoisonError::into_inner) = why;
    }

    pub fn well(&self) -> Result<(), LedgerError> {
        if let Some(fault) = self.fault.get() {
            return Err(fault.clone());
        }
        let troubled = self.troubled.lock().unwrap_or_else(PoisonError::into_inner);
        troubled.clone().map_or(Ok(()), Err)
    }

    pub fn upto(&self) -> Position {
        *self.head.borrow()
    }
}
