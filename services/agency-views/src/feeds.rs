//! The feeds of all agencies, as blocks of references.
//!
//! | key | value |
//! | --- | --- |
//! | `b` agency, 0, number of the block | up to 128 rows, in the order of their positions |
//! | `e` sequence, ordinal | who was told of this fact, each with its last position |
//! | `h` agency | last position of its feed |
//! | `a` agency, 0, case | positions of the case in the agency's feed, in order |
//!
//! However much is applied at once, each block, fact and case that it touches is written once, in the batch of
//! the [`crate::Store`].

use crate::ViewError;
use crate::row::{BYTES, FeedRow};
use ledger::{Ledger, LedgerError, Stored};
use sled::{Batch, Db};
use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::sync::{PoisonError, RwLock, RwLockReadGuard};
use vocabulary::governance::Governance;
use vocabulary::id::HistoryKind;
use vocabulary::{AgencyCode, Fact, FactRef, HistoryId, Position};

/// The feeds of all agencies.
pub struct Feeds {
    store: Db,
    tails: RwLock<HashMap<AgencyCode, Tail>>,
}

/// The end of a feed: its last position and its last block.
#[derive(Clone, Default)]
struct Tail {
    head: u64,
    block: Vec<u8>,
}

/// What a batch changes, until it is written.
#[derive(Default)]
pub(crate) struct Change {
    full: Vec<(Vec<u8>, Vec<u8>)>,
    tails: HashMap<AgencyCode, Tail>,
    told: HashMap<FactRef, Vec<u8>>,
    cases: HashMap<Vec<u8>, Vec<u8>>,
}

/// Most rows of one answer.
const MOST: usize = 1_000;
/// Rows of a block.
const BLOCK: u64 = 128;

fn block_key(agency: &AgencyCode, block: u64) -> Vec<u8> {
    [b"b", agency.as_str().as_bytes(), &[0], &block.to_be_bytes()].concat()
}

fn fact_key(fact: FactRef) -> Vec<u8> {
    [&b"e"[..], &fact.sequence.0.to_be_bytes(), &fact.ordinal.to_be_bytes()].concat()
}

fn head_key(agency: &AgencyCode) -> Vec<u8> {
    [b"h", agency.as_str().as_bytes()].concat()
}

fn case_key(agency: &AgencyCode, case: &HistoryId) -> Vec<u8> {
    [b"a", agency.as_str().as_bytes(), &[0], case.as_str().as_bytes()].concat()
}

pub(crate) fn number(bytes: &[u8]) -> Result<u64, ViewError> {
    bytes.try_into().map(u64::from_be_bytes).map_err(|_| ViewError::Row)
}

/// The positions in an `e` value: length and text of the agency's code, then the position.
fn positions(mut told: &[u8]) -> impl Iterator<Item = Result<(&str, u64), ViewError>> {
    std::iter::from_fn(move || {
        let (length, rest) = told.split_first()?;
        let read = rest.split_at_checked(usize::from(*length)).and_then(|(code, rest)| {
            let (position, rest) = rest.split_at_checked(8)?;
            told = rest;
            Some((std::str::from_utf8(code).ok()?, number(position).ok()?))
        });
        if read.is_none() {
            told = &[];
        }
        Some(read.ok_or(ViewError::Row))
    })
}

impl Feeds {
    /// The feeds in a store.
    ///
    /// # Errors
    /// The store cannot be read.
    pub(crate) fn of(store: Db) -> Result<Self, ViewError> {
        let mut tails = HashMap::new();
        for item in store.scan_prefix(b"h") {
            let (name, head) = item?;
            let code = std::str::from_utf8(&name[1..]).ok().and_then(|code| AgencyCode::parse(code).ok());
            let (code, head) = (code.ok_or(ViewError::Row)?, number(&head)?);
            let block = store.get(block_key(&code, head.saturating_sub(1) / BLOCK))?;
            let block = block.map(|block| block.to_vec()).unwrap_or_default();
            tails.insert(code, Tail { head, block });
        }
        Ok(Self { store, tails: RwLock::new(tails) })
    }

    /// Notes a record of disclosures. The case that it speaks of is that of its source.
    ///
    /// # Errors
    /// A feed would get a hole; the record or its source cannot be read.
    pub(crate) fn disclosed(
        &self,
        stored: &Stored,
        (batch, ledger): (&[&Stored], &dyn Ledger),
        change: &mut Change,
    ) -> Result<(), ViewError> {
        let at = stored.position;
        let unreadable = |why: String| LedgerError::Unreadable { at, why };
        for fact in &stored.record.facts {
            let read = Fact::read(fact.attributes.kind.as_str(), &fact.data);
            let read = read.map_err(|why| unreadable(why.to_string()))?;
            let Fact::Governance(Governance::Disclosed(disclosed)) = read else { continue };
            if disclosed.entries.is_empty() {
                continue;
            }
            // The source of most tellings stands in the same batch: it is not read a second time.
            let here = batch.binary_search_by_key(&disclosed.source, |stored| stored.position);
            let source = match here {
                Ok(place) => batch[place].clone(),
                Err(_) => ledger
                    .get(disclosed.source)?
                    .ok_or_else(|| unreadable("its source is missing".to_owned()))?,
            };
            for entry in &disclosed.entries {
                let row = FeedRow::new(&disclosed, entry, at);
                self.append(at, &entry.agency, row, change)?;
                self.tell(&entry.agency, row, change)?;
                self.note(&entry.agency, &source.record.history, row.position, change)?;
            }
        }
        Ok(())
    }

    /// Puts what changed into a batch.
    pub(crate) fn write(change: &Change, batch: &mut Batch) {
        for (key, block) in &change.full {
            batch.insert(key.as_slice(), block.as_slice());
        }
        for (agency, tail) in &change.tails {
            batch.insert(block_key(agency, (tail.head - 1) / BLOCK), tail.block.as_slice());
            batch.insert(head_key(agency), &tail.head.to_be_bytes());
        }
        change.told.iter().for_each(|(fact, told)| batch.insert(fact_key(*fact), told.as_slice()));
        change.cases.iter().for_each(|(key, told)| batch.insert(key.as_slice(), told.as_slice()));
    }

    /// Shows what was written.
    pub(crate) fn written(&self, change: Change) {
        self.tails.write().unwrap_or_else(PoisonError::into_inner).extend(change.tails);
    }

    /// Puts a row at the end of a feed; a block that is full goes into the batch.
    fn append(
        &self,
        at: Position,
        agency: &AgencyCode,
        row: FeedRow,
        change: &mut Change,
    ) -> Result<(), ViewError> {
        let known = || self.tails().get(agency).cloned().unwrap_or_default();
        let tail = change.tails.entry(agency.clone()).or_insert_with(known);
        if row.position != tail.head + 1 {
            return Err(ViewError::Hole { at, found: row.position, last: tail.head });
        }
        if tail.head > 0 && tail.head.is_multiple_of(BLOCK) {
            let full = std::mem::take(&mut tail.block);
            change.full.push((block_key(agency, tail.head / BLOCK - 1), full));
        }
        row.write(&mut tail.block);
        tail.head = row.position;
        Ok(())
    }

    /// Notes where an agency was told of a fact; a later telling takes the place of an earlier one.
    fn tell(&self, agency: &AgencyCode, row: FeedRow, change: &mut Change) -> Result<(), ViewError> {
        let told = match change.told.entry(row.fact) {
            Entry::Occupied(told) => told.into_mut(),
            Entry::Vacant(place) => place
                .insert(self.store.get(fact_key(row.fact))?.map(|told| told.to_vec()).unwrap_or_default()),
        };
        let mut kept = Vec::with_capacity(told.len() + 32);
        for known in positions(told) {
            let (code, position) = known?;
            if code != agency.as_str() {
                put(&mut kept, code, position);
            }
        }
        put(&mut kept, agency.as_str(), row.position);
        *told = kept;
        Ok(())
    }

    fn tails(&self) -> RwLockReadGuard<'_, HashMap<AgencyCode, Tail>> {
        self.tails.read().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a position of the feed speaks of the case.
    fn note(
        &self,
        agency: &AgencyCode,
        case: &HistoryId,
        position: u64,
        change: &mut Change,
    ) -> Result<(), ViewError> {
        let told = match change.cases.entry(case_key(agency, case)) {
            Entry::Occupied(told) => told.into_mut(),
            Entry::Vacant(place) => {
                let known = self.store.get(place.key())?;
                place.insert(known.map(|known| known.to_vec()).unwrap_or_default())
            }
        };
        told.extend(position.to_be_bytes());
        Ok(())
    }

    /// Last position of an agency's feed, 0 when it was never told anything.
    pub fn head(&self, agency: &AgencyCode) -> u64 {
        self.tails().get(agency).map_or(0, |tail| tail.head)
    }

    /// Last positions of all feeds.
    pub fn heads(&self) -> HashMap<AgencyCode, u64> {
        self.tails().iter().map(|(agency, tail)| (agency.clone(), tail.head)).collect()
    }

    /// Rows of an agency's feed after a position, at most `limit` and at most 1,000.
    ///
    /// # Errors
    /// The store failed.
    pub fn read(&self, agency: &AgencyCode, after: u64, limit: usize) -> Result<Vec<FeedRow>, ViewError> {
        let (limit, mut rows) = (limit.min(MOST), Vec::new());
        for item in self.store.range(block_key(agency, after / BLOCK)..=block_key(agency, u64::MAX)) {
            let (key, block) = item?;
            let first = number(&key[key.len() - 8..])? * BLOCK + 1;
            for (position, row) in
                (first..).zip(block.chunks(BYTES)).filter(|(position, _)| *position > after)
            {
                if rows.len() == limit {
                    return Ok(rows);
                }
                rows.push(FeedRow::from_bytes(position, row).ok_or(ViewError::Row)?);
            }
        }
        Ok(rows)
    }

    /// The row that told an agency of a fact: the latest, when it was told more than once.
    ///
    /// # Errors
    /// The store failed.
    pub fn find(&self, agency: &AgencyCode, fact: FactRef) -> Result<Option<FeedRow>, ViewError> {
        let Some(position) = self.position(agency, fact)? else { return Ok(None) };
        Ok(self.read(agency, position - 1, 1)?.pop())
    }

    /// Where an agency was told of a fact: the last position, when it was told more than once.
    ///
    /// # Errors
    /// The store failed.
    pub fn position(&self, agency: &AgencyCode, fact: FactRef) -> Result<Option<u64>, ViewError> {
        let Some(told) = self.store.get(fact_key(fact))? else { return Ok(None) };
        for known in positions(&told) {
            let (code, position) = known?;
            if code == agency.as_str() {
                return Ok(Some(position));
            }
        }
        Ok(None)
    }

    /// Whether anybody was told of a fact.
    ///
    /// # Errors
    /// The store failed.
    pub fn was_told(&self, fact: FactRef) -> Result<bool, ViewError> {
        Ok(self.store.contains_key(fact_key(fact))?)
    }

    /// What an agency was told of one case, in the order of its feed.
    ///
    /// # Errors
    /// The store failed.
    pub fn of_case(&self, agency: &AgencyCode, case: &HistoryId) -> Result<Vec<FeedRow>, ViewError> {
        let told = self.store.get(case_key(agency, case))?.unwrap_or_default();
        let positions = told.chunks(8).map(number).collect::<Result<Vec<_>, _>>()?;
        self.rows(agency, &positions)
    }

    /// The rows at these positions, which go up.
    fn rows(&self, agency: &AgencyCode, positions: &[u64]) -> Result<Vec<FeedRow>, ViewError> {
        let mut rows = Vec::with_capacity(positions.len());
        let mut read: Option<(u64, sled::IVec)> = None;
        for position in positions {
            let number = (position - 1) / BLOCK;
            let block = match read.take() {
                Some((known, block)) if known == number => block,
                _ => self.store.get(block_key(agency, number))?.ok_or(ViewError::Row)?,
            };
            let at = ((position - 1) % BLOCK) as usize * BYTES;
            let row = block.get(at..at + BYTES).and_then(|row| FeedRow::from_bytes(*position, row));
            rows.push(row.ok_or(ViewError::Row)?);
            read = Some((number, block));
        }
        Ok(rows)
    }

    /// The cases that an agency was told of, each with the last position of its feed that speaks of it; the most
    /// recently touched first.
    ///
    /// # Errors
    /// The store failed.
    pub fn cases(&self, agency: &AgencyCode) -> Result<Vec<(HistoryId, u64)>, ViewError> {
        let mut cases = self.histories(agency)?;
        cases.retain(|(history, _)| history.kind() == HistoryKind::Case);
        Ok(cases)
    }

    /// The same, with the files of children and the histories of agencies.
    ///
    /// # Errors
    /// The store failed.
    pub fn histories(&self, agency: &AgencyCode) -> Result<Vec<(HistoryId, u64)>, ViewError> {
        let prefix = [b"a", agency.as_str().as_bytes(), &[0]].concat();
        let mut cases = Vec::new();
        for item in self.store.scan_prefix(&prefix) {
            let (key, told) = item?;
            let case = std::str::from_utf8(&key[prefix.len()..]).ok();
            let case = case.and_then(|case| HistoryId::parse(case).ok()).ok_or(ViewError::Row)?;
            let last = told.len().checked_sub(8).and_then(|at| told.get(at..)).ok_or(ViewError::Row)?;
            cases.push((case, number(last)?));
        }
        cases.sort_by_key(|(_, last)| std::cmp::Reverse(*last));
        Ok(cases)
    }

    /// Whether an agency was told anything of a case.
    ///
    /// # Errors
    /// The store failed.
    pub fn knows(&self, agency: &AgencyCode, case: &HistoryId) -> Result<bool, ViewError> {
        Ok(self.store.contains_key(case_key(agency, case))?)
    }
}

fn put(told: &mut Vec<u8>, code: &str, position: u64) {
    told.push(code.len() as u8); // a code has at most 17 letters
    told.extend(code.as_bytes());
    told.extend(position.to_be_bytes());
}
