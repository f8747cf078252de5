//! The high-water mark: the file `head` beside the store, which remembers the last acknowledged position.
//!
//! It holds 12 bytes, position (8) and CRC-32 (4), and is overwritten in place after each flush, in one
//! `pwrite` within one sector: a killed process leaves the old or the new mark. It is not flushed, so after a
//! power cut it may be older than the store, never newer. The open file also carries the lock.
//!
//! The rule at open: a store that ends below its mark has lost its end, or is an older copy, and refuses to
//! open. A mark is written and flushed once before the first record, and never changes its size, so no crash
//! tears it beside a store with records: there, a damaged mark refuses too. Without a mark file the store is
//! taken as it is: it is new, or an operator has restored it and removed the mark to say so.

use crate::LedgerError;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, ErrorKind::NotFound};
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use vocabulary::Position;

/// The open, locked mark file.
pub struct Mark(File);

/// What the file says.
#[derive(Debug, PartialEq, Eq)]
pub enum Marked {
    /// Nothing: it has just been made.
    Nothing,
    /// This position.
    At(Position),
    /// Something that is not a mark.
    Damaged,
}

impl Mark {
    /// Opens the mark of a folder, making it where there is none, and locks it against every other process
    /// and every other ledger of this one.
    pub fn open(dir: &Path) -> Result<Self, LedgerError> {
        let file =
            OpenOptions::new().read(true).write(true).create(true).truncate(false).open(dir.join("head"));
        Self::locked(file.map_err(LedgerError::unavailable)?)
    }

    /// Locks the mark of a folder without changing anything there; `None` where there is no mark, and so
    /// nobody who has opened the store.
    pub fn locked_as_it_is(dir: &Path) -> Result<Option<Self>, LedgerError> {
        match File::open(dir.join("head")) {
            Ok(file) => Self::locked(file).map(Some),
            Err(missing) if missing.kind() == NotFound => Ok(None),
            Err(other) => Err(LedgerError::unavailable(other)),
        }
    }

    fn locked(file: File) -> Result<Self, LedgerError> {
        match file.try_lock() {
            Ok(()) => Ok(Self(file)),
            Err(TryLockError::WouldBlock) => Err(LedgerError::Locked),
            Err(TryLockError::Error(why)) => Err(LedgerError::unavailable(why)),
        }
    }

    /// Reads the mark.
    pub fn read(&self) -> io::Result<Marked> {
        let mut bytes = [0; 13];
        match self.0.read_at(&mut bytes, 0)? {
            0 => Ok(Marked::Nothing),
            12 => Ok(decode(&bytes[..12]).map_or(Marked::Damaged, Marked::At)),
            _ => Ok(Marked::Damaged),
        }
    }

    /// Overwrites the mark.
    pub fn write(&self, position: Position) -> io::Result<()> {
        let position = position.0.to_be_bytes();
        let crc = crc32fast::hash(&position).to_be_bytes();
        self.0.write_all_at(&[&position[..], &crc].concat(), 0)
    }

    /// Makes the mark durable: once, at open.
    pub fn flush(&self) -> io::Result<()> {
        self.0.sync_all()
    }
}

impl Drop for Mark {
    /// Lets go of the lock in so many words: a child that another thread is just forking has a copy of the
    /// file, and closing ours would leave the lock with it.
    fn drop(&mut self) {
        let _ = self.0.unlock(); // Err: the close that follows does it
    }
}

fn decode(bytes: &[u8]) -> Option<Position> {
    let (position, crc) = bytes.split_first_chunk::<8>()?;
    (crc32fast::hash(position).to_be_bytes() == crc).then_some(Position(u64::from_be_bytes(*position)))
}
