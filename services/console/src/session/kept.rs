//! The file of the sessions, and what may stand in it.

use aes_gcm::aead::{Aead as _, Payload};
use aes_gcm::{Aes256Gcm, KeyInit as _};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::PathBuf;
use vocabulary::Instant;

/// A session as it is kept: useless without its id.
#[derive(Clone, Serialize, Deserialize)]
pub(super) struct Kept {
    /// The hash of its id.
    pub(super) hash: String,
    /// When a page was asked for last.
    pub(super) last: Instant,
    /// The token, under the key that the id gives.
    sealed: String,
}

/// How an id is kept.
pub(super) fn hash(id: &str) -> String {
    hex::encode(derived("name", id))
}

fn derived(what: &str, id: &str) -> [u8; 32] {
    Sha256::new()
        .chain_update(b"lianhu console session ")
        .chain_update(what)
        .chain_update([0])
        .chain_update(id)
        .finalize()
        .into()
}

impl Kept {
    /// Seals a token under a new id. The key serves once, so its nonce may stand still.
    pub(super) fn seal(id: &str, token: &str, last: Instant) -> Option<Self> {
        let hash = hash(id);
        let payload = Payload { msg: token.as_bytes(), aad: hash.as_bytes() };
        let cipher = Aes256Gcm::new(&derived("key", id).into());
        let sealed = hex::encode(cipher.encrypt(&[0; 12].into(), payload).ok()?);
        Some(Self { hash, last, sealed })
    }

    /// The token, for who knows the id.
    pub(super) fn token(&self, id: &str) -> Option<String> {
        let sealed = hex::decode(&self.sealed).ok()?;
        let payload = Payload { msg: &sealed, aad: self.hash.as_bytes() };
        let cipher = Aes256Gcm::new(&derived("key", id).into());
        String::from_utf8(cipher.decrypt(&[0; 12].into(), payload).ok()?).ok()
    }
}

/// The file.
pub(super) struct File(PathBuf);

impl File {
    pub(super) fn at(path: PathBuf) -> Self {
        Self(path)
    }

    /// What it holds. A file that is not there, or cannot be read, holds none: one signs in again.
    pub(super) fn read(&self) -> Vec<Kept> {
        let text = fs::read_to_string(&self.0).unwrap_or_default();
        text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
    }

    /// Writes all of them. A crash in between leaves the old file.
    pub(super) fn write<'a>(&self, all: impl Iterator<Item = &'a Kept>) -> io::Result<()> {
        let beside = self.0.with_extension("new");
        let mut file =
            OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&beside)?;
        for kept in all {
            writeln!(file, "{}", serde_json::to_string(kept)?)?;
        }
        file.sync_data()?;
        fs::rename(&beside, &self.0)
    }
}
