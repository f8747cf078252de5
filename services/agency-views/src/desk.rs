//! The desk: every case as a row, and who waits in which case. The file of a child and the history of an agency are
//! rows as well: they have clocks, and what waits by them.
//!
//! | key | value |
//! | --- | --- |
//! | `r` case | the case, folded, with its clocks ([`CaseRow`]) |
//! | `o` party, 0, case | nothing: something waits on this party in this case |
//! | `d` moment, case | nothing: the first moment at which the bus has something to say of its clocks |
//!
//! A case is folded once for all agencies. Which of its values an agency is shown is decided when it asks, by
//! what it was told (`disclosure`), so no row can show what nobody may see.

use crate::ViewError;
use crate::case::{Breach, Case, ClockRow, Duty, Party};
use jurisdiction::Rules;
use ledger::{Ledger, Stored};
use serde::{Deserialize, Serialize};
use sled::{Batch, Db};
use std::collections::{BTreeSet, HashMap};
use vocabulary::id::HistoryKind;
use vocabulary::record::StoredFact;
use vocabulary::{AgencyCode, CaseFact, HistoryId, Instant, Position, Role, Version};

/// A case as a list knows it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct CaseRow {
    /// The number for people: year and sequence.
    pub number: String,
    /// The fold of its history.
    pub case: Case,
    /// Its clocks, in the order of their starts.
    pub clocks: Vec<ClockRow>,
    /// Why a fact could not be applied: from there on the row stands still.
    pub parked: Option<String>,
}

impl CaseRow {
    /// Everybody on whom something waits.
    fn parties(&self) -> BTreeSet<&Party> {
        let clocks = self.clocks.iter().filter(|clock| clock.open());
        let clocks = clocks.filter_map(|clock| clock.owner.as_ref());
        self.case.duties().iter().map(|duty: &Duty| &duty.party).chain(clocks).collect()
    }

    /// The first moment at which the bus has something to say of a clock: that it is over, or at once that a
    /// breach which it announced was none.
    fn first_due(&self) -> Option<Instant> {
        let of_none = |breach: &&Breach| !self.clocks.iter().any(|clock| clock.is_of(breach));
        let gone = self.case.breaches.iter().filter(|breach| !breach.rebutted).find(of_none);
        let clocks = self.clocks.iter().filter_map(|clock| clock.announces(&self.case.breaches));
        clocks.chain(gone.map(|breach| breach.due)).min()
    }
}

/// The rows of all cases.
pub struct Desk {
    store: Db,
}

/// What a batch of records did to cases, until it is written.
#[derive(Default)]
pub(crate) struct Touched {
    /// The facts of each case, and why they end where they do, should one not be readable.
    facts: HashMap<HistoryId, (Vec<CaseFact>, Option<String>)>,
    all: bool,
}

impl Touched {
    /// Notes a record of a case. One that cannot be read parks its case and no other.
    pub(crate) fn note(&mut self, stored: &Stored) {
        let (facts, parked) = self.facts.entry(stored.record.history.clone()).or_default();
        if parked.is_some() {
            return;
        }
        match CaseFact::of_record(stored.position, &stored.record) {
            Ok(more) => facts.extend(more),
            Err(why) => *parked = Some(format!("record {}: {why}", stored.position)),
        }
    }

    /// Whether no case was touched.
    pub(crate) fn is_empty(&self) -> bool {
        self.facts.is_empty() && !self.all
    }

    /// Notes that other rules act now: they may count every clock anew.
    pub(crate) fn rules_changed(&mut self) {
        self.all = true;
    }
}

fn row_key(case: &HistoryId) -> Vec<u8> {
    [b"r", case.as_str().as_bytes()].concat()
}

fn party_prefix(party: &Party) -> Vec<u8> {
    let name = match party {
        Party::Agency(agency) => format!("oa{agency}"),
        Party::Role(role) => format!("or{role}"),
    };
    [name.as_bytes(), &[0]].concat()
}

fn due_key(at: Instant, case: &HistoryId) -> Vec<u8> {
    let moment = at.timestamp().as_microsecond().max(0) as u64; // before 1970: overdue all the same
    [&b"d"[..], &moment.to_be_bytes(), case.as_str().as_bytes()].concat()
}

fn case_in(key: &[u8], from: usize) -> Result<HistoryId, ViewError> {
    let text = key.get(from..).and_then(|text| std::str::from_utf8(text).ok());
    text.and_then(|text| HistoryId::parse(text).ok()).ok_or(ViewError::Row)
}

impl Desk {
    pub(crate) fn of(store: Db) -> Self {
        Self { store }
    }

    /// Puts what the touched cases have become into a batch: each row once, however many records touched it.
    ///
    /// # Errors
    /// The store or the ledger failed.
    pub(crate) fn write(
        &self,
        touched: Touched,
        through: Position,
        (ledger, rules): (&dyn Ledger, &Rules),
        batch: &mut Batch,
    ) -> Result<(), ViewError> {
        let Touched { mut facts, all } = touched;
        if all {
            for case in self.all()? {
                facts.entry(case).or_default();
            }
        }
        for (case, (new, parked)) in facts {
            let before = self.row(&case)?;
            let mut row = before.clone().unwrap_or_default();
            if row.parked.is_none() {
                row = Self::next(row, &case, &new, all, through, (ledger, rules))?;
                row.parked = parked;
            }
            if before.as_ref() != Some(&row) {
                self.put(&case, before.unwrap_or_default(), &row, batch)?;
            }
        }
        Ok(())
    }

    fn next(
        mut row: CaseRow,
        case: &HistoryId,
        new: &[CaseFact],
        all: bool,
        through: Position,
        (ledger, rules): (&dyn Ledger, &Rules),
    ) -> Result<CaseRow, ViewError> {
        let whole = row.case.opened.is_none() && !new.is_empty(); // the history began within this batch
        let withdrawn = new.iter().any(|fact| fact.withdrawal().is_some());
        if withdrawn && !whole {
            row.case = Case::of(&history(case, through, ledger)?);
        } else if withdrawn {
            row.case = Case::of(new);
        } else {
            new.iter().for_each(|fact| row.case.evolve(fact));
        }
        if row.number.is_empty() {
            row.number = number(case, &row.case, rules);
        }
        if all || new.iter().any(|fact| statutory_clock::reads(fact, rules)) {
            let earlier = if whole { Vec::new() } else { history(case, through, ledger)? };
            let facts = if whole { new } else { &earlier[..] };
            row.clocks = statutory_clock::clocks(facts, rules).iter().map(ClockRow::of).collect();
        }
        Ok(row)
    }

    fn put(
        &self,
        case: &HistoryId,
        before: CaseRow,
        row: &CaseRow,
        batch: &mut Batch,
    ) -> Result<(), ViewError> {
        let bytes = serde_json::to_vec(row).map_err(|_| ViewError::Row)?;
        batch.insert(row_key(case), bytes);
        let key = |party: &&Party| [&party_prefix(party), case.as_str().as_bytes()].concat();
        let (old, new) = (before.parties(), row.parties());
        old.difference(&new).for_each(|party| batch.remove(key(party)));
        new.difference(&old).for_each(|party| batch.insert(key(party), &[]));
        let (old, new) = (before.first_due(), row.first_due());
        if old != new {
            old.into_iter().for_each(|at| batch.remove(due_key(at, case)));
            new.into_iter().for_each(|at| batch.insert(due_key(at, case), &[]));
        }
        Ok(())
    }

    /// A case, if there is one.
    ///
    /// # Errors
    /// The store failed.
    pub fn row(&self, case: &HistoryId) -> Result<Option<CaseRow>, ViewError> {
        let bytes = self.store.get(row_key(case))?;
        bytes.map(|bytes| serde_json::from_slice(&bytes).map_err(|_| ViewError::Row)).transpose()
    }

    /// All cases.
    ///
    /// # Errors
    /// The store failed.
    pub fn all(&self) -> Result<Vec<HistoryId>, ViewError> {
        self.store.scan_prefix(b"r").keys().map(|key| case_in(&key?, 1)).collect()
    }

    /// The cases in which something waits on the agency itself, or on one of these roles.
    ///
    /// # Errors
    /// The store failed.
    pub fn waiting(&self, agency: &AgencyCode, roles: &[&Role]) -> Result<BTreeSet<HistoryId>, ViewError> {
        let own = std::iter::once(Party::Agency(agency.clone()));
        let parties = own.chain(roles.iter().map(|role| Party::Role((*role).clone())));
        let mut cases = BTreeSet::new();
        for prefix in parties.map(|party| party_prefix(&party)) {
            for key in self.store.scan_prefix(&prefix).keys() {
                cases.insert(case_in(&key?, prefix.len())?);
            }
        }
        Ok(cases)
    }

    /// The cases in which anything waits on anybody.
    ///
    /// # Errors
    /// The store failed.
    pub fn waiting_at_all(&self) -> Result<BTreeSet<HistoryId>, ViewError> {
        let mut cases = BTreeSet::new();
        for key in self.store.scan_prefix(b"o").keys() {
            let key = key?;
            let end = key.iter().position(|byte| *byte == 0).ok_or(ViewError::Row)?;
            cases.insert(case_in(&key, end + 1)?);
        }
        Ok(cases)
    }

    /// The cases with a clock that runs out up to a moment, the earliest first, with that moment; and the first
    /// moment after it at which another one does.
    ///
    /// # Errors
    /// The store failed.
    pub fn due(&self, until: Instant) -> Result<(Vec<HistoryId>, Option<Instant>), ViewError> {
        let mut due = Vec::new();
        for key in self.store.scan_prefix(b"d").keys() {
            let key = key?;
            let moment = key.get(1..9).ok_or(ViewError::Row).and_then(crate::feeds::number)?;
            let moment = i64::try_from(moment).ok().and_then(|at| jiff::Timestamp::from_microsecond(at).ok());
            let moment = Instant::new(moment.ok_or(ViewError::Row)?);
            if moment > until {
                return Ok((due, Some(moment)));
            }
            due.push(case_in(&key, 9)?);
        }
        Ok((due, None))
    }

    /// The cases that could not be followed to their end, with the reason.
    ///
    /// # Errors
    /// The store failed.
    pub fn parked(&self) -> Result<Vec<(HistoryId, String)>, ViewError> {
        let mut parked = Vec::new();
        for case in self.all()? {
            if let Some(why) = self.row(&case)?.and_then(|row| row.parked) {
                parked.push((case, why));
            }
        }
        Ok(parked)
    }
}

/// The facts of a case, through a position.
fn history(case: &HistoryId, through: Position, ledger: &dyn Ledger) -> Result<Vec<CaseFact>, ViewError> {
    let mut facts = Vec::new();
    for stored in ledger.read(case, Version(0))?.iter().take_while(|stored| stored.position <= through) {
        match CaseFact::of_record(stored.position, &stored.record) {
            Ok(more) => facts.extend(more),
            Err(_) => break, // parked when it was met
        }
    }
    Ok(facts)
}

/// Whether a record says something of a case, of the file of a child, or of what concerns an agency; its tokens do
/// not.
pub(crate) fn is_followed(stored: &Stored) -> bool {
    let token = |fact: &StoredFact| fact.attributes.kind.as_str() == "governance.agency-token-issued.v1";
    match stored.record.history.kind() {
        HistoryKind::Case | HistoryKind::Child => true,
        HistoryKind::Agency => !stored.record.facts.iter().all(token),
        HistoryKind::Rules | HistoryKind::Disclosure | HistoryKind::Access => false,
    }
}

/// What people call a history: a case or the file of a child by year and sequence, that of an agency by its code.
pub fn number(history: &HistoryId, fold: &Case, rules: &Rules) -> String {
    history.of_agency().map_or_else(|| fold.number(rules), |agency| agency.to_string())
}
