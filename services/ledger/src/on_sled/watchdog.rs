//! Wakes a flush that sled forgot.
//!
//! A message that is finished while its buffer is being sealed is written by `Log::exit_reservation`
//! (sled 0.34.7, `pagecache/logger.rs`). If that write fails, sled notes the error but tells nobody: a flush
//! that waits for it waits for ever, and with it the writer and every caller. But whoever *begins* a flush
//! after an error is refused and wakes all who wait. So this thread looks for an error now and then, and
//! begins one. It writes nothing; nothing waits for it in good days.

use super::store::Store;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError::Timeout, Sender, channel};
use std::thread::JoinHandle;
use std::time::Duration;

/// How long a caller waits at most for a failure that sled kept to itself.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// The running thread; it ends when this is dropped.
pub struct Watchdog {
    /// `None` only while it is dropped.
    alive: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Watchdog {
    /// Starts to look.
    pub fn start(store: Arc<Store>) -> std::io::Result<Self> {
        let (alive, ended) = channel();
        let thread = std::thread::Builder::new().name("ledger-watchdog".to_owned());
        let thread = thread.spawn(move || look(&store, &ended))?;
        Ok(Self { alive: Some(alive), thread: Some(thread) })
    }
}

fn look(store: &Store, ended: &Receiver<()>) {
    while ended.recv_timeout(LOOK_EVERY) == Err(Timeout) {
        if store.db.context.global_error().is_err() {
            let _ = store.db.flush(); // Err: the same error, which wakes the others
        }
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        drop(self.alive.take());
        if let Some(thread) = self.thread.take() {
            let _ = thread.join(); // Err: it panicked, and has nothing to finish
        }
    }
}
