//! Commitments, fact hashes and record hashes (format 1).
//!
//! All hashes are SHA-256 over parts, each preceded by its length as eight bytes, big-endian; the first part
//! is a tag that names what is hashed, so that no hash of one kind is a hash of another.
//!
//! | hash | parts after the tag |
//! | --- | --- |
//! | salt of a clear value `lianhu.salt.v1` | seed, source, id, pointer |
//! | commitment `lianhu.commitment.v1` | source, id, pointer, salt, value as RFC 8785 JSON |
//! | fact `lianhu.fact.v1` | its commitments, in byte order |
//! | record `lianhu.record.v1` | the header as RFC 8785 JSON, then the fact hashes in order |
//!
//! Every attribute (pointer `/<name>`) and every top-level property of `data` (pointer `/data/<name>`) is
//! committed to. One value can so be shown to a third party with its salt and the other commitments, while
//! the others, and even their names, stay hidden. The record hash is the Merkle leaf of the ledger.

use crate::EventId;
use crate::record::{Bytes, Record, StoredFact};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A SHA-256 hash.
pub type Hash = [u8; 32];

/// SHA-256 over length-prefixed parts.
pub fn hash_parts<'a>(parts: impl IntoIterator<Item = &'a [u8]>) -> Hash {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_be_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}

/// RFC 8785 (JCS) bytes of a value. Numbers on the bus are integers within ±(2^53−1), so this never fails
/// on a checked document.
pub fn canonical(value: &impl serde::Serialize) -> Vec<u8> {
    serde_json_canonicalizer::to_vec(value).unwrap_or_default()
}

/// As [`canonical`]; one that holds no others needs no sorting, and is written at once.
fn canonical_value(value: &Value) -> Vec<u8> {
    match value {
        Value::Array(_) | Value::Object(_) => canonical(value),
        scalar => scalar.to_string().into_bytes(),
    }
}

/// The salt of a clear value.
pub fn clear_salt(seed: &Bytes, source: &str, id: &EventId, pointer: &str) -> Hash {
    hash_parts([
        b"lianhu.salt.v1",
        &seed.0[..],
        source.as_bytes(),
        id.as_str().as_bytes(),
        pointer.as_bytes(),
    ])
}

/// The commitment to one value.
pub fn commit(source: &str, id: &EventId, pointer: &str, salt: &[u8], value: &Value) -> Hash {
    hash_parts([
        b"lianhu.commitment.v1",
        source.as_bytes(),
        id.as_str().as_bytes(),
        pointer.as_bytes(),
        salt,
        &canonical_value(value),
    ])
}

/// The JSON Pointer of a top-level property of `data`.
pub fn data_pointer(name: &str) -> String {
    format!("/data/{name}")
}

/// All commitments of a stored fact, as (pointer, commitment).
pub fn commitments(fact: &StoredFact, seed: &Bytes) -> Vec<(String, Hash)> {
    let (source, id) = (fact.attributes.source.to_string(), &fact.attributes.id);
    let clear = |pointer: String, value: &Value| {
        let hash = commit(&source, id, &pointer, &clear_salt(seed, &source, id, &pointer), value);
        (pointer, hash)
    };
    let attributes = serde_json::to_value(&fact.attributes).unwrap_or_default();
    let attributes =
        attributes.as_object().into_iter().flatten().map(|(name, v)| clear(format!("/{name}"), v));
    let data = fact.data.iter().map(|(name, v)| clear(data_pointer(name), v));
    let sealed = fact.sealed.iter().map(|(name, sealed)| {
        let mut hash = [0; 32]; // a commitment of another length fits no hash, and is found out as such
        hash.iter_mut().zip(&sealed.commitment.0).for_each(|(to, from)| *to = *from);
        (data_pointer(name), hash)
    });
    attributes.chain(data).chain(sealed).collect()
}

/// The hash of a fact: its commitments in byte order, so that their names stay hidden.
pub fn fact_hash(fact: &StoredFact, seed: &Bytes) -> Hash {
    let mut hashes: Vec<Hash> = commitments(fact, seed).into_iter().map(|(_, hash)| hash).collect();
    hashes.sort_unstable();
    hash_parts(std::iter::once(&b"lianhu.fact.v1"[..]).chain(hashes.iter().map(|h| &h[..])))
}

/// The part of a record that is hashed beside its facts.
pub fn header(record: &Record) -> Value {
    json!({
        "facts": record.facts.len(),
        "format": record.format,
        "history": record.history,
        "recordedtime": record.recordedtime,
        "rules": record.rules,
        "version": record.version,
    })
}

/// The hash of a record: the Merkle leaf of the ledger.
pub fn record_hash(record: &Record) -> Hash {
    let facts: Vec<Hash> = record.facts.iter().map(|fact| fact_hash(fact, &record.seed)).collect();
    let header = canonical(&header(record));
    hash_parts([&b"lianhu.record.v1"[..], &header].into_iter().chain(facts.iter().map(|h| &h[..])))
}
