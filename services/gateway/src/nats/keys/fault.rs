//! Why the vault did not do what was asked: each [`VaultError`] crosses under a code and comes back as itself.

use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use vault::{KeyId, VaultError};

/// A fault, by its code. The codes never change: processes of two releases speak to each other.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "code")]
pub(super) enum Fault {
    #[serde(rename = "unavailable")]
    Unavailable { why: String },
    #[serde(rename = "locked")]
    Locked,
    #[serde(rename = "wrong-root")]
    WrongRoot,
    #[serde(rename = "permissions")]
    Permissions { path: PathBuf },
    #[serde(rename = "not-a-root-key")]
    NotARootKey { path: PathBuf },
    #[serde(rename = "unknown-key")]
    UnknownKey { key: u64 },
    #[serde(rename = "destroyed")]
    Destroyed { key: u64 },
    #[serde(rename = "forged")]
    Forged,
    #[serde(rename = "inexact")]
    Inexact,
    #[serde(rename = "damaged")]
    Damaged { why: String },
    /// The vault does not understand the request: it is of another release, or somebody else asks.
    #[serde(rename = "malformed")]
    Malformed,
}

impl From<VaultError> for Fault {
    fn from(error: VaultError) -> Self {
        match error {
            VaultError::Unavailable(why) => Self::Unavailable { why: why.to_string() },
            VaultError::Locked => Self::Locked,
            VaultError::WrongRoot => Self::WrongRoot,
            VaultError::Permissions { path } => Self::Permissions { path },
            VaultError::NotARootKey { path } => Self::NotARootKey { path },
            VaultError::UnknownKey(KeyId(key)) => Self::UnknownKey { key },
            VaultError::Destroyed(KeyId(key)) => Self::Destroyed { key },
            VaultError::Forged => Self::Forged,
            VaultError::Inexact => Self::Inexact,
            VaultError::Damaged(why) => Self::Damaged { why },
        }
    }
}

impl From<Fault> for VaultError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Unavailable { why } => Self::Unavailable(why.into()),
            Fault::Locked => Self::Locked,
            Fault::WrongRoot => Self::WrongRoot,
            Fault::Permissions { path } => Self::Permissions { path },
            Fault::NotARootKey { path } => Self::NotARootKey { path },
            Fault::UnknownKey { key } => Self::UnknownKey(KeyId(key)),
            Fault::Destroyed { key } => Self::Destroyed(KeyId(key)),
            Fault::Forged => Self::Forged,
            Fault::Inexact => Self::Inexact,
            Fault::Damaged { why } => Self::Damaged(why),
            Fault::Malformed => Self::Unavailable("the vault does not understand the request".into()),
        }
    }
}
