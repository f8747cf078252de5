//! From moments to positions: the longest prefix of the ledger that had been recorded by a moment.
//!
//! | key | value |
//! | --- | --- |
//! | `t` number of a block of 256 records | the latest `recordedtime` in the block and before it |
//!
//! `recordedtime` never goes back within one history, but it may between two; the running maximum never does.

use crate::ViewError;
use crate::feeds::number;
use ledger::{Ledger, Stored};
use sled::{Batch, Db};
use vocabulary::{Instant, Position};

/// Records of a block.
const BLOCK: u64 = 256;

fn key(block: u64) -> Vec<u8> {
    [&b"t"[..], &block.to_be_bytes()].concat()
}

pub(crate) fn micros(at: Instant) -> i64 {
    at.timestamp().as_microsecond()
}

/// Notes each block that ends within these records; answers the running maximum after the last.
pub(crate) fn note(records: &[&Stored], mut latest: i64, batch: &mut Batch) -> i64 {
    for stored in records {
        latest = latest.max(micros(stored.record.recordedtime));
        if stored.position.0.is_multiple_of(BLOCK) {
            batch.insert(key(stored.position.0 / BLOCK - 1), &latest.to_be_bytes());
        }
    }
    latest
}

/// The last position of the longest prefix that had been recorded by a moment; 0 before the first record.
///
/// # Errors
/// The store or the ledger failed.
pub(crate) fn position(store: &Db, ledger: &dyn Ledger, at: Instant) -> Result<Position, ViewError> {
    let head = ledger.head().borrow().0;
    let (mut whole, mut blocks) = (0, head / BLOCK); // all blocks below `whole` are in, those from `blocks` on are not
    while whole < blocks {
        let middle = whole + (blocks - whole) / 2;
        let Some(latest) = store.get(key(middle))? else {
            blocks = middle; // not noted yet: its records are looked at
            continue;
        };
        if (number(&latest)? as i64) <= micros(at) {
            whole = middle + 1;
        } else {
            blocks = middle;
        }
    }
    let mut last = Position(whole * BLOCK);
    loop {
        let records = ledger.range(last, BLOCK as usize)?;
        let Some(end) = records.last().map(|stored| stored.position) else { return Ok(last) };
        for stored in &records {
            if micros(stored.record.recordedtime) > micros(at) {
                return Ok(last);
            }
            last = stored.position;
        }
        last = end;
    }
}
