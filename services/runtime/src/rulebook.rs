//! The rules of the region, every version that was ever adopted, and the contracts that it has of its own: a fold of
//! `rules-<region>`.

use crate::problem::Problem;
use contract::Contracts;
use jurisdiction::{Fault, RuleFile, Rules};
use ledger::{Ledger, LedgerError, Stored};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use vocabulary::governance::{Governance, NamedFile};
use vocabulary::record::RulesRef;
use vocabulary::{CaseFact, Fact, HistoryId, Position, Region, Version};

/// The adopted rules.
pub(crate) struct RuleBook {
    ledger: Arc<dyn Ledger>,
    history: HistoryId,
    region: Region,
    read: Mutex<Read>,
}

struct Read {
    /// The contracts of the program.
    program: Arc<Contracts>,
    /// The same, with those that the region has adopted.
    all: Arc<Contracts>,
    version: Version,
    files: HashMap<String, String>,
    adopted: BTreeMap<Version, Rules>,
    /// Where each adoption stands in the ledger.
    places: BTreeMap<Position, Version>,
    names: Vec<NamedFile>,
    contracts: String,
}

impl RuleBook {
    pub(crate) fn new(ledger: Arc<dyn Ledger>, region: &Region, contracts: Arc<Contracts>) -> Self {
        let history = HistoryId::rules(region);
        Self { ledger, history, region: region.clone(), read: Mutex::new(Read::of(contracts)) }
    }

    /// The contracts of the program and those that the region has adopted; as far as they are known here, where the
    /// ledger is away: whoever needs it meets that by itself.
    pub(crate) fn contracts(&self) -> Arc<Contracts> {
        let caught_up = self.caught_up(|read| read.all.clone());
        caught_up.unwrap_or_else(|_| self.read.lock().unwrap_or_else(PoisonError::into_inner).all.clone())
    }

    /// The contracts of the program alone.
    pub(crate) fn program(&self) -> Arc<Contracts> {
        self.read.lock().unwrap_or_else(PoisonError::into_inner).program.clone()
    }

    /// The contracts of the program with those among these files.
    ///
    /// # Errors
    /// What is wrong with each local contract, or how it is other than it was adopted before.
    pub(crate) fn with_local(&self, files: &[RuleFile]) -> Result<Arc<Contracts>, Vec<Fault>> {
        let read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        with_local(&read.program, files)
    }

    /// The rules in force.
    pub(crate) fn current(&self) -> Result<Rules, Problem> {
        self.caught_up(|read| read.adopted.last_key_value().map(|(_, rules)| rules.clone()))
            .map(|rules| rules.unwrap_or_else(|| Rules::none(&self.region)))
    }

    /// The rules as one adoption put them in force.
    pub(crate) fn at(&self, version: Version) -> Result<Rules, Problem> {
        let rules = self.caught_up(|read| read.adopted.get(&version).cloned())?;
        match rules {
            Some(rules) => Ok(rules),
            None if version == Version(0) => Ok(Rules::none(&self.region)),
            None => Err(Problem::Damaged(format!("no rules were adopted at version {version}"))),
        }
    }

    /// The rules that were in force once the ledger had come so far.
    pub(crate) fn as_of(&self, position: Position) -> Result<Rules, Problem> {
        let place = self.caught_up(|read| read.places.range(..=position).next_back().map(|(_, at)| *at))?;
        self.at(place.unwrap_or_default())
    }

    /// The version of the history, the files in force and the digest of the contracts adopted with them.
    pub(crate) fn in_force(&self) -> Result<(Version, Vec<NamedFile>, String), Problem> {
        self.caught_up(|read| (read.version, read.names.clone(), read.contracts.clone()))
    }

    /// How a record names rules.
    pub(crate) fn reference(&self, rules: &Rules) -> RulesRef {
        RulesRef { history: self.history.clone(), version: rules.version() }
    }

    fn caught_up<T>(&self, look: impl FnOnce(&Read) -> T) -> Result<T, Problem> {
        let mut read = self.read.lock().unwrap_or_else(PoisonError::into_inner);
        for stored in self.ledger.read(&self.history, read.version)? {
            evolve(&mut read, &stored)?;
        }
        Ok(look(&read))
    }
}

impl Read {
    fn of(program: Arc<Contracts>) -> Self {
        let all = program.clone();
        let (version, files, adopted, places, names, contracts) = Default::default();
        Self { program, all, version, files, adopted, places, names, contracts }
    }
}

fn with_local(program: &Arc<Contracts>, files: &[RuleFile]) -> Result<Arc<Contracts>, Vec<Fault>> {
    let mut local =
        files.iter().filter_map(|file| Some((file.contract()?, file.content.as_str()))).peekable();
    if local.peek().is_none() {
        return Ok(program.clone());
    }
    let fault = |wrong: contract::schema::Unusable| Fault {
        file: format!("{}/{}", jurisdiction::CONTRACTS, wrong.file),
        line: 1,
        reason: wrong.reason,
    };
    program.with_local(local).map(Arc::new).map_err(|wrong| wrong.into_iter().map(fault).collect())
}

fn evolve(read: &mut Read, stored: &Stored) -> Result<(), LedgerError> {
    let unreadable = |why: String| LedgerError::Unreadable { at: stored.position, why };
    for fact in CaseFact::of_record(stored.position, &stored.record).map_err(|e| unreadable(e.to_string()))? {
        match fact.fact {
            Fact::Governance(Governance::RuleFilePublished(file)) => {
                read.files.insert(file.digest, file.content);
            }
            Fact::Governance(Governance::RulesAdopted(adopted)) => {
                let file = |named: &NamedFile| {
                    let content = read.files.get(&named.digest).cloned();
                    content.map(|content| RuleFile { path: named.path.clone(), content })
                };
                let files: Option<Vec<RuleFile>> = adopted.files.iter().map(file).collect();
                let files = files.ok_or_else(|| unreadable("a rule file was never published".to_owned()))?;
                let version = stored.record.version;
                let rules = Rules::read(&files, version)
                    .map_err(|faults| unreadable(format!("{} faults", faults.len())))?;
                let own = |file: &RuleFile| file.kind().is_none_or(|kind| !read.program.has_name(&kind));
                // a type that a later program has is that one: its contract wins
                let local: Vec<RuleFile> = files.iter().filter(|file| own(file)).cloned().collect();
                read.all = with_local(&read.program, &local)
                    .map_err(|faults| unreadable(format!("a contract of the region: {}", faults[0])))?;
                read.adopted.insert(version, rules);
                read.places.insert(stored.position, version);
                read.names = adopted.files;
                read.contracts = adopted.contracts;
            }
            _ => {}
        }
    }
    read.version = stored.record.last_version();
    Ok(())
}
