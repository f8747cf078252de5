//! What can go wrong in the vault: one variant for each thing that the caller can do about it.

use crate::KeyId;
use std::path::PathBuf;

/// Why the vault did not do what was asked. No variant holds a key or a value.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    /// The key store or the random source failed. After an input/output error the vault stays shut until
    /// the process is started again: what reached the disk is unknown until the store is read anew.
    #[error("the key store cannot be used")]
    Unavailable(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Another process, or another `Vault` of this one, has the store open.
    #[error("the key store is open elsewhere")]
    Locked,
    /// The store was made under another root key. Find the right one; never make a new one.
    #[error("the key store belongs to another root key")]
    WrongRoot,
    /// Others than the owner may touch the root key. Set the mode to 0600 and ask who has read it.
    #[error("{} may be touched by others than its owner: set its mode to 0600", path.display())]
    Permissions {
        /// The root key file.
        path: PathBuf,
    },
    /// The file does not hold a root key.
    #[error(
        "{} is not a root key (64 hexadecimal digits and a line end); if it is empty because the very first \
         start was interrupted, remove it",
        path.display()
    )]
    NotARootKey {
        /// The root key file.
        path: PathBuf,
    },
    /// The key was never handed out: the record that names it belongs to another store, or to a later
    /// state of this one.
    #[error("key {} was never handed out by this store", .0.0)]
    UnknownKey(KeyId),
    /// The key was destroyed, so nothing more can be sealed under it. Lease another.
    #[error("key {} was destroyed", .0.0)]
    Destroyed(KeyId),
    /// The ciphertext is not the one that was sealed for this place, or not under this commitment.
    #[error("the ciphertext does not belong here, or was changed")]
    Forged,
    /// The value would not come back as it went in: a number that is not an integer within ±(2^53−1), or
    /// nesting deeper than 32. The contract prevents both at the door.
    #[error("the value cannot be sealed: it has a number that is not exact, or nests too deep")]
    Inexact,
    /// The store contradicts itself. Stop and call a person: a lost key must not pass for a destroyed one.
    #[error("the key store is damaged: {0}")]
    Damaged(String),
}

/// Why a store that failed once refuses everything until the next start.
#[derive(Debug, thiserror::Error)]
#[error("it failed before and stays shut until the next start: {0}")]
pub(crate) struct Shut(pub String);

impl VaultError {
    /// The store or the random source failed.
    pub(crate) fn unavailable(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Unavailable(why.into())
    }
}
