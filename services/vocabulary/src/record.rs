//! The stored form: one record is one admission on one history.
//!
//! # Format 1
//! A record is stored as UTF-8 JSON:
//! ```json
//! {"format":1,"history":"case-…","version":1,"recordedtime":"2026-03-30T06:18:02.000000Z",
//!  "rules":{"history":"rules-999901","version":4},"seed":"<32 bytes>",
//!  "facts":[{"attributes":{…},"data":{clear properties},
//!            "sealed":{"narrative":{"key":12,"person":"children","group":"narrative",
//!                                   "commitment":"<32 bytes>","ciphertext":"<nonce, text, tag>"}},
//!            "digest":{"key":11,"mac":"<32 bytes>"}}]}
//! ```
//! Bytes are unpadded base64url. `sequence`, the position in the ledger, is the store's and is not part of
//! the record. The header (format, history, version, recordedtime, rules, number of facts) and the facts are
//! hashed as [`crate::commitment`] says; `seed` and `digest` stand beside the hash: the seed makes the salts
//! of clear values, the digest answers "is this the same document again?". A sealed value is stored as
//! ciphertext and as its commitment; its salt stands inside the ciphertext and dies with its key.
//!
//! A released format stays readable for ever: `tests/golden/` holds the vectors.

use crate::{Attributes, GroupName, HistoryId, Instant, Version};
use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::fmt;

/// The format that this code writes.
pub const FORMAT: u32 = 1;

/// Bytes that stand as unpadded base64url in JSON.
#[derive(Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Bytes(pub Vec<u8>);

impl TryFrom<String> for Bytes {
    type Error = base64::DecodeError;
    fn try_from(text: String) -> Result<Self, Self::Error> {
        URL_SAFE_NO_PAD.decode(text).map(Self)
    }
}

impl From<Bytes> for String {
    fn from(bytes: Bytes) -> String {
        URL_SAFE_NO_PAD.encode(bytes.0)
    }
}

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{} bytes]", self.0.len())
    }
}

/// The rules that a record was decided under.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesRef {
    /// `rules-<region>`.
    pub history: HistoryId,
    /// Version of the adoption in that history; 0 before the first.
    pub version: Version,
}

/// One protected property: only its ciphertext, the name of its key, and the commitment to its value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// Number of the key in the vault.
    pub key: u64,
    /// Whom the value concerns: a constant of the contract or a label of the history.
    pub person: String,
    /// The visibility group of the property.
    pub group: GroupName,
    /// SHA-256 commitment to the value.
    pub commitment: Bytes,
    /// Nonce (12 bytes), ciphertext of salt (32 bytes) and value, tag (16 bytes).
    pub ciphertext: Bytes,
}

/// What answers "is this the same document again?", keyed per history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Digest {
    /// Number of the key in the vault.
    pub key: u64,
    /// HMAC-SHA-256 over the canonical document.
    pub mac: Bytes,
}

/// A fact as it is stored.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoredFact {
    /// The attributes exactly as published.
    pub attributes: Attributes,
    /// The clear properties of `data`.
    pub data: Map<String, Value>,
    /// The protected properties of `data`, by name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub sealed: BTreeMap<String, Sealed>,
    /// Absent on facts that the bus derives: their id alone says what they are.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// One admission: appended whole or not at all.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Record {
    /// The stored format, see the module.
    pub format: u32,
    /// The history that it continues.
    pub history: HistoryId,
    /// Version of its first fact in the history, from 1.
    pub version: Version,
    /// When the bus recorded it.
    pub recordedtime: Instant,
    /// The rules that it was decided under.
    pub rules: RulesRef,
    /// 32 random bytes from which the salts of clear values derive; not hashed.
    pub seed: Bytes,
    /// The admitted fact, then its consequences. Never empty.
    pub facts: Vec<StoredFact>,
}

/// A record that cannot be read: guessing would rewrite history.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The bytes are not a record.
    #[error("not a record: {0}")]
    Json(#[from] serde_json::Error),
    /// A format that this program does not know.
    #[error("format {0} is newer than this program")]
    Format(u32),
    /// A record without facts.
    #[error("a record without facts")]
    Empty,
}

impl Record {
    /// Version of the history once this record is in it.
    pub fn last_version(&self) -> Version {
        Version(self.version.0 + self.facts.len() as u64 - 1)
    }

    /// The stored bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        serde_json::to_vec(self).unwrap_or_default()
    } // maps have string keys

    /// Reads stored bytes.
    ///
    /// # Errors
    /// The bytes are not a record of a known format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        let record: Self = serde_json::from_slice(bytes)?;
        match record.format {
            FORMAT if record.facts.is_empty() => Err(Unreadable::Empty),
            FORMAT => Ok(record),
            newer => Err(Unreadable::Format(newer)),
        }
    }
}
