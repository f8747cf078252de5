//! One line of a feed, as it is stored: [`BYTES`] bytes in a block of its agency's feed.

use vocabulary::governance::{Disclosed, Entry, Form};
use vocabulary::{FactRef, Position, Version};

/// Length of a stored row; its position follows from its place.
pub(crate) const BYTES: usize = 38;

/// What an agency was told at one position of its feed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FeedRow {
    /// Position in the feed, dense from 1.
    pub position: u64,
    /// The fact.
    pub fact: FactRef,
    /// The form in which it was told.
    pub form: Form,
    /// Whether the agency became involved only after the fact was recorded.
    pub backfill: bool,
    /// The record whose appending told it: the involvement of that moment decided.
    pub source: Position,
    /// The rules by which it was told.
    pub rules: Version,
    /// The record of the telling: when the agency knew.
    pub told: Position,
}

impl FeedRow {
    /// The row of one entry of a disclosure, and of the record that holds it.
    pub fn new(disclosed: &Disclosed, entry: &Entry, told: Position) -> Self {
        Self {
            position: entry.position,
            fact: entry.fact(),
            form: entry.form,
            backfill: entry.backfill,
            source: disclosed.source,
            rules: disclosed.rules,
            told,
        }
    }

    /// A fact as its publisher knows it before it is told of it: whole, and from its own record on.
    pub fn own(fact: FactRef, rules: Version) -> Self {
        let (source, told) = (fact.sequence, fact.sequence);
        Self { position: 0, fact, form: Form::Full, backfill: false, source, rules, told }
    }

    /// Puts the stored form behind others.
    pub(crate) fn write(self, bytes: &mut Vec<u8>) {
        let form = match self.form {
            Form::Coarse => 0,
            Form::Masked => 1,
            Form::Full => 2,
        };
        bytes.extend(self.fact.sequence.0.to_be_bytes());
        bytes.extend(self.fact.ordinal.to_be_bytes());
        bytes.extend([form, u8::from(self.backfill)]);
        bytes.extend(self.source.0.to_be_bytes());
        bytes.extend(self.rules.0.to_be_bytes());
        bytes.extend(self.told.0.to_be_bytes());
    }

    /// Reads a stored row.
    pub(crate) fn from_bytes(position: u64, bytes: &[u8]) -> Option<Self> {
        let u64_at = |at: usize| Some(u64::from_be_bytes(bytes.get(at..at + 8)?.try_into().ok()?));
        let form = match bytes.get(12)? {
            0 => Form::Coarse,
            1 => Form::Masked,
            2 => Form::Full,
            _ => return None,
        };
        Some(Self {
            position,
            fact: FactRef {
                sequence: Position(u64_at(0)?),
                ordinal: u32::from_be_bytes(bytes.get(8..12)?.try_into().ok()?),
            },
            form,
            backfill: *bytes.get(13)? == 1,
            source: Position(u64_at(14)?),
            rules: Version(u64_at(22)?),
            told: Position(u64_at(30)?),
        })
    }
}
