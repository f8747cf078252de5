//! Adopting rules: each changed file is a fact, then one fact names them all; only then do they act, together.

use crate::bus::Bus;
use crate::problem::Problem;
use contract::published::{Changed, Forms};
use jurisdiction::{Fault, RuleFile, Rules};
use ledger::{LedgerError, Outcome};
use serde::Serialize;
use vocabulary::governance::{Governance, NamedFile, RuleFilePublished, RulesAdopted};
use vocabulary::{HistoryId, Version};

/// Longest rule file, in bytes; its contract says the same in characters.
const MOST_BYTES: usize = 200_000;

/// What an adoption did.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Adopted {
    /// Version of the rules in force.
    pub version: Version,
    /// Files that are new or other than before.
    pub changed: Vec<String>,
    /// Files that are gone.
    pub removed: Vec<String>,
}

impl Bus {
    /// Adopts the rule files of a jurisdiction, all or none. Files that are in force already change nothing.
    ///
    /// A crash between the files and the adoption leaves files that nobody reads; the next call publishes
    /// them under the same ids, which does nothing, and adopts them.
    ///
    /// # Errors
    /// [`Problem::Rules`] with file, line and reason; [`Problem::Demo`]; a store is away.
    pub async fn adopt(&self, files: &[RuleFile]) -> Result<Adopted, Problem> {
        self.readable(files)?;
        let mut named: Vec<NamedFile> =
            files.iter().map(|file| NamedFile { path: file.path.clone(), digest: file.digest() }).collect();
        named.sort();
        for _ in 0..crate::publish::ATTEMPTS {
            let (version, before, contracts) = self.rulebook.in_force()?;
            let changed: Vec<&NamedFile> = named.iter().filter(|file| !before.contains(file)).collect();
            let removed: Vec<&NamedFile> =
                before.iter().filter(|old| !named.iter().any(|new| new.path == old.path)).collect();
            let paths = |files: &[&NamedFile]| files.iter().map(|file| file.path.clone()).collect();
            let (changed_paths, removed_paths) = (paths(&changed), paths(&removed));
            let same =
                changed.is_empty() && removed.is_empty() && contracts == self.rulebook.program().digest();
            if same {
                let version = self.rulebook.current()?.version();
                return Ok(Adopted { version, changed: changed_paths, removed: removed_paths });
            }
            let published = self.publish_files(files, &changed).await?;
            if let Some(version) = self.name_all(version.0 + published, &named).await? {
                return Ok(Adopted { version, changed: changed_paths, removed: removed_paths });
            }
        }
        Err(Problem::Busy)
    }

    fn readable(&self, files: &[RuleFile]) -> Result<(), Problem> {
        let long = |file: &&RuleFile| file.content.len() > MOST_BYTES;
        let fault = |file: &RuleFile| Fault {
            file: file.path.clone(),
            line: 1,
            reason: format!("longer than {MOST_BYTES} bytes"),
        };
        let faults: Vec<Fault> = files.iter().filter(long).map(fault).collect();
        if !faults.is_empty() {
            return Err(Problem::Rules(faults));
        }
        let rules = Rules::read(files, Version(0)).map_err(Problem::Rules)?;
        self.contracts_hold(files)?;
        if rules.demo() != self.demo {
            return Err(Problem::Demo);
        }
        if rules.region() != &self.region {
            let reason = format!("this bus serves region {}", self.region);
            return Err(Problem::Rules(vec![Fault { file: "agencies.toml".to_owned(), line: 1, reason }]));
        }
        Ok(())
    }

    /// The contracts of the region can be used, and those that it has adopted have changed by new optional properties
    /// alone: facts of their types stand in the ledger.
    fn contracts_hold(&self, files: &[RuleFile]) -> Result<(), Problem> {
        let (now, next) = (self.contracts(), self.rulebook.with_local(files).map_err(Problem::Rules)?);
        let changes = Forms::of(&now).changes(&Forms::of(&next));
        let fault = |changed: Changed| {
            let file = format!("{}/{}.json", jurisdiction::CONTRACTS, changed.kind.replacen('.', "/", 1));
            Fault { file, line: 1, reason: changed.to_string() }
        };
        let faults: Vec<Fault> = changes.into_iter().map(fault).collect();
        if faults.is_empty() { Ok(()) } else { Err(Problem::Rules(faults)) }
    }

    /// Publishes the changed files and answers how many facts that added.
    async fn publish_files(&self, files: &[RuleFile], changed: &[&NamedFile]) -> Result<u64, Problem> {
        let history = HistoryId::rules(&self.region);
        let mut added = 0;
        for file in files.iter().filter(|file| changed.iter().any(|named| named.path == file.path)) {
            let (path, digest, content) = (file.path.clone(), file.digest(), file.content.clone());
            let id = format!("rule-file-{}-{}", path.replace('/', "-"), digest.trim_start_matches("sha256:"));
            let published = Governance::RuleFilePublished(RuleFilePublished { path, digest, content });
            let fact = self.own_fact(&id, self.now().to_string(), None, &published.into())?;
            if let Outcome::Appended(_) = self.say(&history, vec![fact]).await? {
                added += 1;
            }
        }
        Ok(added)
    }

    /// Names the files that act from here; `None` when somebody else wrote to the rules meanwhile.
    async fn name_all(&self, after: u64, named: &[NamedFile]) -> Result<Option<Version>, Problem> {
        let history = HistoryId::rules(&self.region);
        let rules = self.rulebook.current()?;
        let contracts = self.rulebook.program().digest().to_owned();
        let adopted = Governance::RulesAdopted(RulesAdopted { files: named.to_vec(), contracts });
        let fact = self.own_fact(
            &format!("rules-adopted-{}", after + 1),
            self.now().to_string(),
            None,
            &adopted.into(),
        )?;
        let recorded = self.histories.with(&history, |folded| folded.recorded)?;
        let at = recorded.map_or(self.now(), |last| last.max(self.now()));
        match self.ledger.append(self.record(&history, Version(after), at, &rules, vec![fact])?).await {
            Ok(Outcome::Appended(_)) => Ok(Some(self.rulebook.current()?.version())),
            Ok(Outcome::AlreadyThere(_)) | Err(LedgerError::Conflict { .. }) => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}
