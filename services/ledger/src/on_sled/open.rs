//! Opening the store: lock, sled, durability of the files themselves, mark, tail.
//!
//! # What sled 0.34.7 does, and what follows from it
//! - **Its flush is not durable.** On Linux it ends in `sync_file_range` (`pagecache/iobuf.rs`), which writes
//!   pages to the device but neither the file's length nor the device's cache. So the writer calls
//!   `sync_data` on the file `db` behind each flush; one handle will do, it is the same file. `conf` and the
//!   folders are never flushed by sled: they are, once, here, before the first append.
//! - **Blobs are not durable at all.** A log message above a quarter of a segment (less 20 bytes) goes to its
//!   own file in `blobs/`, which sled never flushes. Messages are single links, but every tenth change of a
//!   leaf, and every split, writes the whole leaf of up to 17 entries. Segments of 8 MiB put the limit at
//!   2 MiB; parts of 64 KiB keep the fullest leaf below 1.1 MiB. So no blob is ever written.
//! - **A crash while opening can lock the owner out.** sled writes `snap.….generating` and renames it, but
//!   also *reads* a file of that name as a snapshot and finds it corrupt. What is left of one is removed
//!   first; the log holds everything that it would have held. The same with a half-written `conf`: it goes as
//!   long as there is no log, which sled makes after it.
//! - **It forgets to report** some failed writes: [`super::watchdog`].
//! - **It panics** in its drop, and so when an open fails half-way, if its last flush fails. That is caught.
//! - **Old segments are reused** once what replaced them stands two whole segments further back in the log.
//!   A batch of about 1 MiB ([`super::writer`]) writes less than that as a rule, so a flush of the device
//!   lies in between and a power cut does not find the old copy overwritten and the new one not yet written.
//! - **It lets go of its lock late**, when its last I/O thread is done. So opening waits a little for it;
//!   whether the store is in use is decided by the lock on the mark.

use super::mark::{Mark, Marked};
use super::store::Store;
use crate::LedgerError;
use std::fs::{self, File};
use std::io::{self, ErrorKind::NotFound};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;
use std::time::Duration;
use vocabulary::Position;

/// 8 MiB: above this, sled's open (which clears the rest of a segment) becomes slow; see the module.
const SEGMENT_BYTES: usize = 8 << 20;

/// What sled may keep in memory; the kernel caches the rest.
const CACHE_BYTES: u64 = 64 << 20;

/// How long to wait for sled's own lock: 250 times 20 ms.
const LOCK_TRIES: u32 = 250;

/// An opened store.
pub struct Opened {
    pub store: Store,
    pub mark: Mark,
    /// The file that the writer flushes.
    pub file: File,
    pub head: Position,
}

/// Opens the store in a folder, making it where there is none.
pub fn open(dir: &Path) -> Result<Opened, LedgerError> {
    fs::create_dir_all(dir).map_err(LedgerError::unavailable)?;
    let mark = Mark::open(dir)?;
    remove_unfinished(dir).map_err(LedgerError::unavailable)?;
    let store = Store::new(open_sled(dir)?);
    let file = flush_files(dir).map_err(LedgerError::unavailable)?;
    let head = store.last()?;
    admit(&mark, head)?;
    super::check::tail(&store, head)?;
    mark.write(head).and_then(|()| mark.flush()).map_err(LedgerError::unavailable)?;
    Ok(Opened { store, mark, file, head })
}

/// A store that only copies what is durable elsewhere, and the last position that it is known to have had. What
/// it lost, or what is damaged in it, is copied again; so its mark says how far the *other* store once was.
pub fn open_copy(dir: &Path) -> Result<(Store, Mark, Position), LedgerError> {
    fs::create_dir_all(dir).map_err(LedgerError::unavailable)?;
    let mark = locked(dir)?;
    let known = match mark.read().map_err(LedgerError::unavailable)? {
        Marked::At(known) => known,
        Marked::Nothing | Marked::Damaged => Position(0),
    };
    let whole = || {
        remove_unfinished(dir).map_err(LedgerError::unavailable)?;
        let store = Store::new(open_sled(dir)?);
        let last = store.last()?;
        super::check::tail(&store, last)?;
        Ok::<_, LedgerError>((store, last))
    };
    let (store, last) = whole().or_else(|why| match why {
        LedgerError::Unreadable { .. } | LedgerError::Gap { .. } => {
            tracing::warn!(%why, "the local copy of the ledger is damaged and is made again");
            clear(dir).map_err(LedgerError::unavailable)?;
            whole()
        }
        other => Err(other),
    })?;
    Ok((store, mark, known.max(last)))
}

/// Waits a little for the lock: who had the copy before may be about to let go of it.
fn locked(dir: &Path) -> Result<Mark, LedgerError> {
    for _ in 1..LOCK_TRIES {
        match Mark::open(dir) {
            Err(LedgerError::Locked) => std::thread::sleep(Duration::from_millis(20)),
            outcome => return outcome,
        }
    }
    Mark::open(dir)
}

/// Removes everything but the mark.
fn clear(dir: &Path) -> io::Result<()> {
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            fs::remove_dir_all(path)?;
        } else if !path.ends_with("head") {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

/// Holds the head of the store against its mark; the rule is in [`super::mark`].
fn admit(mark: &Mark, head: Position) -> Result<(), LedgerError> {
    match mark.read().map_err(LedgerError::unavailable)? {
        Marked::At(recorded) if recorded > head => Err(LedgerError::Behind { head, recorded }),
        Marked::Damaged if head > Position(0) => {
            let why = "the mark `head` beside the store is damaged: check the store, then remove the mark";
            Err(LedgerError::Unreadable { at: head, why: why.to_owned() })
        }
        Marked::Nothing if head > Position(0) => {
            tracing::warn!(%head, "the store has no mark: taken as it is");
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Removes what a crash in an earlier open left half-written. Nothing of it was ever acknowledged.
fn remove_unfinished(dir: &Path) -> io::Result<()> {
    let no_log = fs::metadata(dir.join("db")).map_or_else(|why| why.kind() == NotFound, |db| db.len() == 0);
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        let snapshot = path.extension().is_some_and(|extension| extension == "generating");
        if snapshot || (no_log && path.ends_with("conf")) {
            fs::remove_file(path)?;
        }
    }
    Ok(())
}

fn open_sled(dir: &Path) -> Result<::sled::Db, LedgerError> {
    let config = ::sled::Config::new().path(dir).cache_capacity(CACHE_BYTES);
    let config = config.segment_size(SEGMENT_BYTES).flush_every_ms(None);
    for _ in 0..LOCK_TRIES {
        let opened = catch_unwind(AssertUnwindSafe(|| config.open()));
        match opened.map_err(|_| LedgerError::unavailable("sled panicked while it opened"))? {
            Ok(db) => return Ok(db),
            Err(::sled::Error::Io(why)) if why.to_string().starts_with("could not acquire lock") => {
                std::thread::sleep(Duration::from_millis(20));
            }
            Err(why @ ::sled::Error::Corruption { .. }) => {
                return Err(LedgerError::Unreadable { at: Position(0), why: why.to_string() });
            }
            Err(why) => return Err(LedgerError::unavailable(why)),
        }
    }
    Err(LedgerError::Locked)
}

/// Makes what sled has made durable, and answers with the handle that the writer flushes.
fn flush_files(dir: &Path) -> io::Result<File> {
    let file = File::open(dir.join("db"))?;
    file.sync_all()?;
    for path in [dir.join("conf"), dir.join("blobs"), dir.to_owned(), dir.join("..")] {
        File::open(path)?.sync_all()?;
    }
    Ok(file)
}
