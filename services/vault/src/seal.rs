//! How one value is sealed and revealed (format 1, with [`vocabulary::commitment`]).
//!
//! Ciphertext: nonce (12 random bytes), AES-256-GCM of salt (32 random bytes) and the value as RFC 8785 JSON,
//! tag (16 bytes). Associated data: `lianhu.aead.v1`, history, source, id, pointer, each preceded by its
//! length as eight bytes, big-endian: a ciphertext opens only in the place that it was made for. The
//! commitment is over salt and value; checked at every reveal, it also rules out a ciphertext that opens
//! under two keys to two values, which GCM alone does not.
//!
//! Buffers that hold a value are wiped. Copies inside serde's own buffers and in the value that is handed out
//! are beyond reach: this narrows what a core dump shows, and promises no more.

use crate::VaultError;
use crate::keys::{Derived, framed};
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag, aead::AeadInOut};
use serde_json::Value;
use std::fmt;
use subtle::ConstantTimeEq;
use vocabulary::commitment::{canonical, commit};
use vocabulary::record::Bytes;
use vocabulary::{EventId, HistoryId, Protected, Source};
use zeroize::Zeroizing;

const NONCE: usize = 12;
const SALT: usize = 32;
const TAG: usize = 16;
const LARGEST: u64 = (1 << 53) - 1;
const DEEPEST: u32 = 32;

/// What a ciphertext is bound to: moved to any other place, it does not open.
#[derive(Clone, Copy, Debug)]
pub struct Place<'a> {
    /// The history of the fact.
    pub history: &'a HistoryId,
    /// Who published the fact.
    pub source: &'a Source,
    /// The fact's `id`.
    pub id: &'a EventId,
    /// JSON Pointer of the property, such as `/data/narrative`.
    pub pointer: &'a str,
}

/// A value as it is stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedValue {
    /// The commitment (32 bytes) of `vocabulary::commitment` to salt and value.
    pub commitment: Bytes,
    /// Nonce (12 bytes), ciphertext of salt (32 bytes) and value, tag (16 bytes).
    pub ciphertext: Bytes,
}

/// What became of a sealed value.
pub enum Opened {
    /// The value, and the salt by which a third party can check its commitment.
    Present {
        /// The value.
        value: Protected<Value>,
        /// The salt of its commitment. It is as secret as the value: with it, a value can be guessed.
        salt: [u8; 32],
    },
    /// The key was destroyed; nobody can read the value any more.
    Gone,
}

impl fmt::Debug for Opened {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Present { .. } => "Present([protected])",
            Self::Gone => "Gone",
        })
    }
}

/// Seals a value with a nonce and a salt of its own.
pub(crate) fn seal(keys: &Derived, place: &Place, value: &Value) -> Result<SealedValue, VaultError> {
    let mut random = Zeroizing::new([0; NONCE + SALT]);
    getrandom::fill(&mut random[..]).map_err(VaultError::unavailable)?;
    seal_with(keys, place, value, &random)
}

/// Seals a value; `random` is nonce and salt, and must never serve twice.
pub(crate) fn seal_with(
    keys: &Derived,
    place: &Place,
    value: &Value,
    random: &[u8; NONCE + SALT],
) -> Result<SealedValue, VaultError> {
    if !exact(value, DEEPEST) {
        return Err(VaultError::Inexact);
    }
    let text = Zeroizing::new(canonical(value));
    let source = place.source.to_string();
    let commitment = commit(&source, place.id, place.pointer, &random[NONCE..], value);

    // Encrypted where it stands: what is left in the buffer is the ciphertext.
    let mut ciphertext = Zeroizing::new(Vec::with_capacity(random.len() + text.len() + TAG));
    ciphertext.extend_from_slice(random);
    ciphertext.extend_from_slice(&text);
    let nonce = Nonce::try_from(&random[..NONCE]).map_err(VaultError::unavailable)?;
    let tag = Aes256Gcm::new(&(*keys.seal).into())
        .encrypt_inout_detached(&nonce, &bound(place, &source), (&mut ciphertext[NONCE..]).into())
        .map_err(|_| VaultError::unavailable("a value is too long to be sealed"))?;
    ciphertext.extend_from_slice(&tag);
    Ok(SealedValue {
        commitment: Bytes(commitment.to_vec()),
        ciphertext: Bytes(std::mem::take(&mut *ciphertext)),
    })
}

/// Reveals a value, or refuses it: nothing of a forged one is ever looked at.
pub(crate) fn reveal(
    keys: &Derived,
    place: &Place,
    sealed_commitment: &Bytes,
    ciphertext: &Bytes,
) -> Result<Opened, VaultError> {
    let source = place.source.to_string();
    let text = decrypt(keys, &bound(place, &source), &ciphertext.0).ok_or(VaultError::Forged)?;
    let (salt, text) = text.split_first_chunk::<SALT>().ok_or(VaultError::Forged)?;
    let value: Value = serde_json::from_slice(text).map_err(|_| VaultError::Forged)?;
    let commitment = commit(&source, place.id, place.pointer, salt, &value);
    if !bool::from(commitment.ct_eq(&sealed_commitment.0)) {
        return Err(VaultError::Forged);
    }
    Ok(Opened::Present { value: Protected::new(value), salt: *salt })
}

fn decrypt(keys: &Derived, bound: &[u8], ciphertext: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let (nonce, rest) = ciphertext.split_at_checked(NONCE)?;
    let (text, tag) = rest.split_at_checked(rest.len().checked_sub(TAG)?)?;
    let (nonce, tag) = (Nonce::try_from(nonce).ok()?, Tag::try_from(tag).ok()?);
    let mut text = Zeroizing::new(text.to_vec());
    let cipher = Aes256Gcm::new(&(*keys.seal).into());
    cipher.decrypt_inout_detached(&nonce, bound, (&mut text[..]).into(), &tag).ok()?;
    Some(text)
}

/// The associated data: where the ciphertext belongs.
fn bound(place: &Place, source: &str) -> Vec<u8> {
    framed(&[
        b"lianhu.aead.v1",
        place.history.as_str().as_bytes(),
        source.as_bytes(),
        place.id.as_str().as_bytes(),
        place.pointer.as_bytes(),
    ])
}

/// Whether RFC 8785 keeps the value exactly. It writes every number as a double, so an integer beyond 2^53
/// would be committed to, and come back, as its neighbour.
fn exact(value: &Value, depth: u32) -> bool {
    match value {
        Value::Null | Value::Bool(_) | Value::String(_) => true,
        Value::Number(number) => number.as_i64().is_some_and(|n| n.unsigned_abs() <= LARGEST),
        Value::Array(items) => depth > 0 && items.iter().all(|item| exact(item, depth - 1)),
        Value::Object(members) => depth > 0 && members.values().all(|member| exact(member, depth - 1)),
    }
}
