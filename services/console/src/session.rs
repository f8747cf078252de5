//! Sessions: who has signed in. The browser holds a random id; the token stays in memory, and is asked about
//! again with every page.
//!
//! An open page must outlive a restart of the bus, so sessions are kept in a file too, where neither the token
//! nor the id can be read: the id is kept as its hash, and the token is sealed under a key that only the id
//! gives. Without the browser's cookie the file opens nothing.

mod kept;

use crate::desk::Trouble;
use kept::{File, Kept};
use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Semaphore;
use vocabulary::Instant;

/// Most sessions at a time; the one that was idle the longest makes room.
const MOST: usize = 10_000;
/// How far the file may lag behind, in seconds, when all that happened is that a page was asked for.
const LAG: i64 = 60;

/// All sessions.
pub(crate) struct Sessions {
    idle: Duration,
    streams: usize,
    file: Option<File>,
    open: Mutex<HashMap<String, Open>>,
}

/// One session.
#[derive(Clone)]
pub(crate) struct Session {
    /// The agency's token.
    pub(crate) token: Arc<str>,
    /// Room for its streams.
    pub(crate) streams: Arc<Semaphore>,
}

struct Open {
    kept: Kept,
    written: Instant,
    streams: Arc<Semaphore>,
}

impl Sessions {
    /// Those that the file holds, and none when there is no file.
    pub(crate) fn new(idle: Duration, streams: usize, file: Option<PathBuf>) -> Self {
        let file = file.map(File::at);
        let kept = file.as_ref().map(File::read).unwrap_or_default();
        let open = kept.into_iter().map(|kept| {
            let written = kept.last;
            (kept.hash.clone(), Open { kept, written, streams: Arc::new(Semaphore::new(streams)) })
        });
        Self { idle, streams, file, open: Mutex::new(open.collect()) }
    }

    /// Opens a session and answers its id.
    ///
    /// # Errors
    /// The machine gives no randomness.
    pub(crate) fn open(&self, token: &str, now: Instant) -> Result<String, Trouble> {
        let mut random = [0; 32];
        getrandom::fill(&mut random).map_err(|_| Trouble::Away)?;
        let id = hex::encode(random);
        let kept = Kept::seal(&id, token, now).ok_or(Trouble::Away)?;
        let mut open = self.lock();
        open.retain(|_, session| !self.over(session.kept.last, now));
        if open.len() >= MOST {
            let oldest = open.values().min_by_key(|session| session.kept.last);
            let oldest = oldest.map(|session| session.kept.hash.clone());
            oldest.map(|hash| open.remove(&hash));
        }
        let streams = Arc::new(Semaphore::new(self.streams));
        open.insert(kept.hash.clone(), Open { kept, written: now, streams });
        self.write(&open);
        Ok(id)
    }

    /// The session of an id, which a page that is asked for prolongs.
    pub(crate) fn find(&self, id: &str, now: Instant, prolong: bool) -> Option<Session> {
        let mut open = self.lock();
        let hash = kept::hash(id);
        let session = open.get_mut(&hash)?;
        if self.over(session.kept.last, now) {
            open.remove(&hash);
            return None;
        }
        let found = Session { token: session.kept.token(id)?.into(), streams: session.streams.clone() };
        if prolong {
            session.kept.last = now;
            if crate::when::seconds(session.written, now) > LAG {
                session.written = now;
                self.write(&open);
            }
        }
        Some(found)
    }

    /// Ends a session.
    pub(crate) fn close(&self, id: &str) {
        let mut open = self.lock();
        if open.remove(&kept::hash(id)).is_some() {
            self.write(&open);
        }
    }

    fn over(&self, last: Instant, now: Instant) -> bool {
        u64::try_from(crate::when::seconds(last, now)).is_ok_and(|idle| idle > self.idle.as_secs())
    }

    /// A file that cannot be written costs a sign-in after a restart, and nothing else.
    fn write(&self, open: &HashMap<String, Open>) {
        if let Some(file) = &self.file
            && let Err(why) = file.write(open.values().map(|session| &session.kept))
        {
            tracing::warn!(%why, "sessions are not kept");
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
