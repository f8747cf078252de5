//! Histories as this process knows them: folded once, then caught up with the ledger at every use.

use crate::problem::Problem;
use crate::protect::KeyRing;
use crate::rulebook::RuleBook;
use crate::stages::States;
use contract::Contracts;
use disclosure::Involved;
use ledger::{Ledger, LedgerError, Stored};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use vocabulary::{CaseFact, HistoryId, Instant, Version};

/// Most histories of one generation that are kept folded; others are folded again when they are asked for.
const MOST: usize = 4_096;

/// One history, folded.
#[derive(Clone, Default)]
pub(crate) struct Folded {
    /// Version of the last fact.
    pub(crate) version: Version,
    /// When the last record was recorded.
    pub(crate) recorded: Option<Instant>,
    /// The facts, in order.
    pub(crate) facts: Vec<CaseFact>,
    /// The rules that each fact was decided under, by their version; as long as `facts`.
    pub(crate) rules: Vec<Version>,
    /// What the stages remember.
    pub(crate) states: States,
    /// Who is involved.
    pub(crate) involved: Involved,
    /// Which key serves which person and group.
    pub(crate) keys: KeyRing,
    /// Why the history cannot be read beyond this, if it cannot.
    pub(crate) broken: Option<String>,
}

impl Folded {
    fn evolve(&mut self, stored: &Stored, contracts: &Contracts) -> Result<(), LedgerError> {
        let record = &stored.record;
        let facts = CaseFact::of_record(stored.position, record)
            .map_err(|why| LedgerError::Unreadable { at: stored.position, why: why.to_string() })?;
        record.facts.iter().for_each(|fact| self.keys.evolve(fact));
        let withdrawal = facts.iter().any(|fact| fact.withdrawal().is_some());
        for fact in facts {
            self.states.evolve(&fact);
            self.involved.evolve(&fact, contracts);
            self.facts.push(fact);
            self.rules.push(record.rules.version);
        }
        if withdrawal {
            self.states = States::of(&self.facts);
        }
        self.version = record.last_version();
        self.recorded = Some(record.recordedtime);
        Ok(())
    }
}

/// The histories of a ledger.
pub(crate) struct Histories {
    ledger: Arc<dyn Ledger>,
    rulebook: Arc<RuleBook>,
    kept: Mutex<Kept>,
}

/// Two generations: what nobody has asked for since the last change of generation is forgotten.
#[derive(Default)]
struct Kept {
    young: HashMap<HistoryId, Arc<Slot>>,
    old: HashMap<HistoryId, Arc<Slot>>,
}

struct Slot {
    folded: Mutex<Folded>,
    turn: Arc<tokio::sync::Mutex<()>>,
}

impl Slot {
    fn of(folded: Folded) -> Self {
        Self { folded: Mutex::new(folded), turn: Arc::default() }
    }
}

impl Histories {
    pub(crate) fn new(ledger: Arc<dyn Ledger>, rulebook: Arc<RuleBook>) -> Self {
        Self { ledger, rulebook, kept: Mutex::default() }
    }

    /// Looks at a history as the ledger has it now. One that does not exist is empty.
    ///
    /// A panic in `look` leaves the fold as it was before: `look` gets it read-only.
    ///
    /// # Errors
    /// The ledger is away, or a record cannot be read: nothing is decided on half a history.
    pub(crate) fn with<T>(&self, history: &HistoryId, look: impl FnOnce(&Folded) -> T) -> Result<T, Problem> {
        self.readable(history, |folded| match &folded.broken {
            Some(why) => Err(Problem::Damaged(why.clone())),
            None => Ok(look(folded)),
        })?
    }

    /// The same, up to the first record that cannot be read: what was told before stays told.
    pub(crate) fn readable<T>(
        &self,
        history: &HistoryId,
        look: impl FnOnce(&Folded) -> T,
    ) -> Result<T, Problem> {
        let slot = self.slot(history);
        let mut folded = slot.folded.lock().unwrap_or_else(PoisonError::into_inner);
        if folded.broken.is_none() {
            let new = self.ledger.read(history, folded.version)?;
            // a record is decided under rules that stand before it, with the contracts that they bring
            let contracts = (!new.is_empty()).then(|| self.rulebook.contracts());
            for (stored, contracts) in new.iter().zip(contracts.iter().cycle()) {
                if let Err(error) = folded.evolve(stored, contracts) {
                    folded.broken = Some(error.to_string());
                    break;
                }
            }
        }
        Ok(look(&folded))
    }

    /// Waits for this process's turn to append to a history. Without it, everybody who publishes into one case
    /// at the same time but one would decide in vain. Other processes are kept out by the expected version.
    pub(crate) async fn turn(&self, history: &HistoryId) -> tokio::sync::OwnedMutexGuard<()> {
        let turn = self.slot(history).turn.clone();
        turn.lock_owned().await
    }

    fn slot(&self, history: &HistoryId) -> Arc<Slot> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(slot) = kept.young.get(history) {
            return slot.clone();
        }
        let folded = || Folded { involved: Involved::of(history), ..Folded::default() };
        let slot = kept.old.remove(history).unwrap_or_else(|| Arc::new(Slot::of(folded())));
        if kept.young.len() >= MOST {
            kept.old = std::mem::take(&mut kept.young);
        }
        kept.young.insert(history.clone(), slot.clone());
        slot
    }
}
