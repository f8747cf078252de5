//! The records that were appended last, as they came. Followers at the head, who are most of the readers,
//! find them here and need not read and parse them again, each for itself.

use crate::{MOST_RANGE_BYTES, Stored};
use std::collections::VecDeque;
use std::sync::{PoisonError, RwLock};
use vocabulary::Position;

/// Most bytes that are kept, counted as they are stored (8 MiB).
const MOST_BYTES: usize = 8 << 20;

/// The last records, dense. It holds only what is durable.
#[derive(Default)]
pub struct Recent(RwLock<Kept>);

#[derive(Default)]
struct Kept {
    records: VecDeque<(Stored, usize)>,
    bytes: usize,
}

impl Recent {
    /// Takes records that have become durable, in their order.
    pub fn push(&self, records: impl IntoIterator<Item = (Stored, usize)>) {
        let mut kept = self.0.write().unwrap_or_else(PoisonError::into_inner);
        for (stored, bytes) in records {
            kept.records.push_back((stored, bytes));
            kept.bytes += bytes;
        }
        while kept.bytes > MOST_BYTES {
            let Some((_, bytes)) = kept.records.pop_front() else { break };
            kept.bytes -= bytes;
        }
    }

    /// The record at a position, if it is among them.
    pub fn get(&self, at: Position) -> Option<Stored> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        kept.records.get(kept.index(at)?).map(|(stored, _)| stored.clone())
    }

    /// The records behind a position up to another, at most `most` and about [`MOST_RANGE_BYTES`]; `None` when
    /// the first of them is no longer here.
    pub fn range(&self, after: Position, most: usize, upto: Position) -> Option<Vec<Stored>> {
        let kept = self.0.read().unwrap_or_else(PoisonError::into_inner);
        let first = kept.index(Position(after.0.checked_add(1)?))?;
        let mut bytes = 0;
        let fit = |(stored, length): &&(Stored, usize)| {
            let fits = stored.position <= upto && bytes < MOST_RANGE_BYTES;
            bytes += length;
            fits
        };
        Some(
            kept.records
                .range(first..)
                .take_while(fit)
                .take(most)
                .map(|(stored, _)| stored.clone())
                .collect(),
        )
    }
}

impl Kept {
    fn index(&self, at: Position) -> Option<usize> {
        let (first, _) = self.records.front()?;
        let index = usize::try_from(at.0.checked_sub(first.position.0)?).ok()?;
        (index < self.records.len()).then_some(index)
    }
}
