//! The key store: a sled database of its own, in which every key lies wrapped under the root key.
//!
//! | entry | value |
//! | --- | --- |
//! | `check` | 32 zero bytes wrapped under the root key: it tells a wrong root key from a damaged store |
//! | `k` and the number (8 bytes, big-endian) | the key, wrapped; empty once it was destroyed |
//! | `made` | number of keys that are on the disk (8 bytes, big-endian): 0 up to `made` − 1 |
//! | `leased` | keys below this number may have been handed out (8 bytes, big-endian) |
//!
//! A destroyed key leaves an empty entry: an entry that is missing is damage, and is never taken for a
//! destruction.
//!
//! Entries are written one by one: sled's batches and transactions stop every reader of every sled database
//! of the process, the ledger's too.

use crate::error::{Shut, VaultError};
use crate::keys::Secret;
use crate::root::{RootKey, sync_folder_of};
use crate::wrapping::Wrapping;
use std::fs::{DirBuilder, File};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;
use std::sync::OnceLock;
use std::time::Duration;
use zeroize::Zeroizing;

const CHECK: &[u8] = b"check";
const MADE: &[u8] = b"made";
const LEASED: &[u8] = b"leased";
const CACHE_BYTES: u64 = 16 << 20; // sled's own default is 1 GiB

pub(crate) struct Store {
    db: sled::Db,
    /// A handle of our own on sled's one data file, see [`Store::durable`].
    file: File,
    wrapping: Wrapping,
    failed: OnceLock<String>,
    #[cfg(test)]
    pub(crate) fault: std::sync::Mutex<Option<crate::tests::Fault>>,
}

impl Store {
    /// Opens the store, or makes an empty one with key 0 in it.
    pub(crate) fn open(dir: &Path, root: &RootKey) -> Result<Self, VaultError> {
        DirBuilder::new().recursive(true).mode(0o700).create(dir).map_err(VaultError::unavailable)?;
        let db = open_sled(dir)?;
        let file = File::open(dir.join("db")).map_err(VaultError::unavailable)?;
        for path in [dir, &dir.join("db"), &dir.join("blobs").join("-")] {
            sync_folder_of(path).map_err(VaultError::unavailable)?; // new names must outlive a power cut
        }
        let store = Self {
            db,
            file,
            wrapping: Wrapping::under(root),
            failed: OnceLock::new(),
            #[cfg(test)]
            fault: Default::default(),
        };
        match store.get(CHECK)? {
            Some(check) if store.wrapping.unwrapped(b"lianhu.check.v1", 0, &check).is_none() => {
                Err(VaultError::WrongRoot)
            }
            Some(_) => Ok(store),
            None => store.initialise().map(|()| store),
        }
    }

    /// `check` comes last and alone: a crash before it leaves a store that is begun again, and nothing of it
    /// was handed out.
    fn initialise(&self) -> Result<(), VaultError> {
        if self.get(LEASED)?.is_some() {
            return Err(VaultError::Damaged(
                "keys were handed out, but the check value is missing".to_owned(),
            ));
        }
        self.put_fresh_key(0)?;
        self.set(MADE, 1)?;
        self.durable()?;
        self.put(CHECK, &self.wrapping.wrap(b"lianhu.check.v1", 0, &Zeroizing::new([0; 32]))?)?;
        self.durable()
    }

    /// Number of keys on the disk, key 0 included.
    pub(crate) fn made(&self) -> Result<u64, VaultError> {
        self.mark(MADE)
    }

    /// Keys below this number may have been handed out.
    pub(crate) fn leased(&self) -> Result<u64, VaultError> {
        Ok(self.mark(LEASED)?.max(1))
    }

    /// Makes the keys of these numbers, and then the mark that counts them, each durable before the next.
    /// After a crash between the two, the keys above the mark are overwritten: nobody was given one.
    pub(crate) fn make(&self, numbers: std::ops::Range<u64>) -> Result<(), VaultError> {
        let made = numbers.end;
        for number in numbers {
            self.put_fresh_key(number)?;
        }
        self.durable()?;
        self.set(MADE, made)?;
        self.durable()
    }

    /// Marks the keys below `to` as handed out, durably. After a crash the unused ones are skipped.
    pub(crate) fn lease(&self, to: u64) -> Result<(), VaultError> {
        self.set(LEASED, to)?;
        self.durable()
    }

    /// The key, or `None` when it was destroyed.
    pub(crate) fn key(&self, number: u64) -> Result<Option<Secret>, VaultError> {
        let damaged = |what: &str| VaultError::Damaged(format!("key {number} {what}"));
        let wrapped = self.get(&entry(number))?.ok_or_else(|| damaged("is missing"))?;
        if wrapped.is_empty() {
            return Ok(None);
        }
        self.wrapping
            .unwrapped(b"lianhu.wrap.v1", number, &wrapped)
            .map(Some)
            .ok_or_else(|| damaged("cannot be unwrapped"))
    }

    /// Refuses once anything failed: what a failed flush left on the disk is unknown until the store is
    /// opened anew, and a second flush would answer "done" for pages that the kernel has dropped.
    pub(crate) fn healthy(&self) -> Result<(), VaultError> {
        self.failed.get().map_or(Ok(()), |why| Err(VaultError::unavailable(Shut(why.clone()))))
    }

    fn put_fresh_key(&self, number: u64) -> Result<(), VaultError> {
        let mut key = Zeroizing::new([0; 32]);
        getrandom::fill(&mut key[..]).map_err(VaultError::unavailable)?;
        self.put(&entry(number), &self.wrapping.wrap(b"lianhu.wrap.v1", number, &key)?)
    }

    fn mark(&self, name: &[u8]) -> Result<u64, VaultError> {
        let Some(value) = self.get(name)? else { return Ok(0) };
        let bytes = value.as_ref().try_into();
        bytes.map(u64::from_be_bytes).map_err(|_| VaultError::Damaged("a mark is not a number".to_owned()))
    }

    fn set(&self, name: &[u8], mark: u64) -> Result<(), VaultError> {
        self.put(name, &mark.to_be_bytes())
    }

    fn get(&self, name: &[u8]) -> Result<Option<sled::IVec>, VaultError> {
        self.healthy()?;
        self.kept(self.db.get(name))
    }

    fn put(&self, name: &[u8], value: &[u8]) -> Result<(), VaultError> {
        self.healthy()?;
        #[cfg(test)]
        self.kept(crate::tests::Fault::lost(&self.fault))?;
        self.kept(self.db.insert(name, value)).map(drop)
    }

    /// Everything written so far is on the disk when this returns. sled's `flush` ends with
    /// `sync_file_range`, which neither writes the file's length and extents nor empties the cache of the
    /// device: `fdatasync` does both.
    fn durable(&self) -> Result<(), VaultError> {
        self.kept(self.db.flush())?;
        self.kept(self.file.sync_data())?;
        #[cfg(test)]
        self.kept(crate::tests::Fault::kept(&self.fault))?;
        Ok(())
    }

    /// Passes a result on, and shuts the store for good when it is an error.
    fn kept<T, E>(&self, outcome: Result<T, E>) -> Result<T, VaultError>
    where
        E: std::error::Error + Send + Sync + 'static,
    {
        outcome.map_err(|why| {
            self.failed.get_or_init(|| why.to_string());
            VaultError::unavailable(why)
        })
    }

    /// What destruction will leave behind.
    #[cfg(test)]
    pub(crate) fn forget(&self, number: u64) {
        self.put(&entry(number), &[]).unwrap();
    }

    #[cfg(test)]
    pub(crate) fn db(&self) -> &sled::Db {
        &self.db
    }
}

/// The entry of a key.
pub(crate) fn entry(number: u64) -> [u8; 9] {
    let mut entry = [b'k'; 9];
    entry[1..].copy_from_slice(&number.to_be_bytes());
    entry
}

/// sled holds its file for a moment after the database was dropped (a worker thread still owns the log), so a
/// store that is reopened at once waits for it.
fn open_sled(dir: &Path) -> Result<sled::Db, VaultError> {
    let config = sled::Config::new().path(dir).cache_capacity(CACHE_BYTES).flush_every_ms(None);
    for _ in 0..40 {
        match config.open() {
            Err(why) if is_lock(&why) => std::thread::sleep(Duration::from_millis(5)),
            outcome => return outcome.map_err(VaultError::unavailable),
        }
    }
    Err(VaultError::Locked)
}

/// sled 0.34.7 says so in words only.
fn is_lock(why: &sled::Error) -> bool {
    matches!(why, sled::Error::Io(io) if io.to_string().starts_with("could not acquire lock"))
}
