//! How the ledger lies in one tree of keys. Numbers are big-endian, so the order of keys is their order.
//!
//! | key | value |
//! | --- | --- |
//! | `r` position (8) | CRC-32 of the record (4), its length (4), its first [`PART`] bytes |
//! | `r` position (8) part (2, from 1) | the next [`PART`] bytes of a longer record |
//! | `h` history `0` version (8) | position (8), number of facts (4) |
//! | `i` digest of source and id (16) | position (8), ordinal (4) |
//!
//! A long record is cut into parts for the reason that [`super::open`] gives. The digest is the first half of
//! SHA-256: a fixed short key keeps many of them in a node, and two pairs meet only after some 2^64 tries.

use sha2::{Digest as _, Sha256};
use vocabulary::id::HistoryKind;
use vocabulary::{EventId, FactRef, HistoryId, Position, Record, Source, Version};

/// Most bytes of a record in one value (64 KiB).
pub const PART: usize = 64 << 10;

/// Digest of a (source, id).
pub type Pair = [u8; 16];

/// Key of a record, and of its first part.
pub fn record(position: Position) -> Vec<u8> {
    [b"r", &position.0.to_be_bytes()[..]].concat()
}

/// The position in the key of a record or part, and whether it is a further part.
pub fn position(key: &[u8]) -> Option<(Position, bool)> {
    let (position, part) = key.strip_prefix(b"r")?.split_first_chunk::<8>()?;
    Some((Position(u64::from_be_bytes(*position)), !part.is_empty()))
}

/// The keys and values under which the stored bytes of a record lie.
pub fn parts(at: Position, bytes: &[u8]) -> impl Iterator<Item = (Vec<u8>, Vec<u8>)> {
    let (first, rest) = bytes.split_at(bytes.len().min(PART));
    let crc = crc32fast::hash(bytes).to_be_bytes();
    let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX).to_be_bytes(); // at most 1 MiB
    let head = (record(at), [&crc[..], &length, first].concat());
    let part = move |(number, part): (u16, &[u8])| {
        ([&record(at)[..], &number.to_be_bytes()].concat(), part.to_vec())
    };
    std::iter::once(head).chain((1..).zip(rest.chunks(PART)).map(part))
}

/// A record as it is put together again from its parts.
pub struct Gathered {
    crc: u32,
    length: usize,
    bytes: Vec<u8>,
}

impl Gathered {
    /// Begins with the value of the first part; `None` when it is shorter than its own head.
    pub fn begin(value: &[u8]) -> Option<Self> {
        let (crc, rest) = value.split_first_chunk::<4>()?;
        let (length, first) = rest.split_first_chunk::<4>()?;
        let length = u32::from_be_bytes(*length) as usize;
        Some(Self { crc: u32::from_be_bytes(*crc), length, bytes: first.to_vec() })
    }

    /// Adds the next part.
    pub fn add(&mut self, part: &[u8]) {
        self.bytes.extend_from_slice(part);
    }

    /// Whether parts are missing.
    pub fn is_partial(&self) -> bool {
        self.bytes.len() < self.length
    }

    /// Stored length of the record.
    pub fn len(&self) -> usize {
        self.length
    }

    /// The record, or what is wrong with it.
    pub fn finish(self) -> Result<Record, String> {
        self.with_bytes().map(|(record, _)| record)
    }

    /// The record and its stored bytes, or what is wrong with it.
    pub fn with_bytes(self) -> Result<(Record, Vec<u8>), String> {
        if self.bytes.len() != self.length {
            return Err(format!("{} of {} bytes are there", self.bytes.len(), self.length));
        }
        if crc32fast::hash(&self.bytes) != self.crc {
            return Err("its checksum differs".to_owned());
        }
        let record = Record::from_bytes(&self.bytes).map_err(|why| why.to_string())?;
        Ok((record, self.bytes))
    }
}

/// Key of the record of a history whose first fact has this version.
pub fn history(history: &HistoryId, version: Version) -> Vec<u8> {
    [b"h", history.as_str().as_bytes(), &[0], &version.0.to_be_bytes()].concat()
}

/// The first key behind all records of a history; `0` stands below every byte of an id.
pub fn behind(history: &HistoryId) -> Vec<u8> {
    [b"h", history.as_str().as_bytes(), &[1]].concat()
}

/// The first key that a history of this kind can have.
pub fn kind(kind: HistoryKind) -> Vec<u8> {
    format!("h{}-", kind.word()).into_bytes()
}

/// The history and version in a history key.
pub fn history_of(key: &[u8]) -> Option<(HistoryId, Version)> {
    let (id, version) = key.strip_prefix(b"h")?.split_last_chunk::<8>()?;
    let id = std::str::from_utf8(id.strip_suffix(&[0])?).ok()?;
    Some((HistoryId::parse(id).ok()?, Version(u64::from_be_bytes(*version))))
}

/// Digest of a (source, id), each part behind its length.
pub fn pair(source: &Source, id: &EventId) -> Pair {
    let mut hash = Sha256::new();
    for part in [source.to_string().as_str(), id.as_str()] {
        hash.update((part.len() as u32).to_be_bytes()); // ids are short
        hash.update(part);
    }
    let mut half = Pair::default();
    half.copy_from_slice(&hash.finalize()[..16]);
    half
}

/// The digests of all facts of a record, in their order.
pub fn pairs(record: &Record) -> Vec<Pair> {
    record.facts.iter().map(|fact| pair(&fact.attributes.source, &fact.attributes.id)).collect()
}

/// Key of a fact.
pub fn fact(pair: &Pair) -> Vec<u8> {
    [b"i", &pair[..]].concat()
}

/// A value of the indexes: a position and a small number (of facts, or the ordinal).
pub fn place(position: Position, number: u32) -> Vec<u8> {
    [&position.0.to_be_bytes()[..], &number.to_be_bytes()].concat()
}

/// Reads such a value.
pub fn place_of(value: &[u8]) -> Option<(Position, u32)> {
    let (position, number) = value.split_first_chunk::<8>()?;
    Some((Position(u64::from_be_bytes(*position)), u32::from_be_bytes(number.try_into().ok()?)))
}

/// Reads the value of a fact key.
pub fn fact_of(value: &[u8]) -> Option<FactRef> {
    place_of(value).map(|(sequence, ordinal)| FactRef { sequence, ordinal })
}
