//! The disclosure follower: for every record of a case, or of the file of a child, it appends what which agency
//! was told of it.
//!
//! Per source record it says one fact in `disclosure-<region>`, or several of at most 1,000 entries; when it
//! has fallen behind, it says those of several sources in one record. The ids of the facts derive from the
//! source, and each record expects the version that this process knows: a second process that does the same
//! work loses the race, reads what the first one said, and goes on from there.

use crate::bus::Bus;
use crate::problem::Problem;
use disclosure::{Decisions, Telling, Told};
use ledger::{Follower, LedgerError, Outcome, Stored};
use std::collections::{BTreeMap, HashMap};
use std::time::Duration;
use vocabulary::governance::{Disclosed, Entry, Governance};
use vocabulary::id::HistoryKind;
use vocabulary::record::StoredFact;
use vocabulary::{AgencyCode, CaseFact, Fact, HistoryId, Instant, Position, Version};

/// Most entries of one fact, and of one record.
const MOST: usize = 1_000;

/// How long a new record best waits for others to be disclosed with it ([`crate::Parts::gather`]). Each disclosure costs a flush that the next
/// publisher would have to wait for; a feed that is some milliseconds behind costs nobody anything.
pub const GATHER: Duration = Duration::from_millis(3);

/// How long to wait before a store that is away is asked again.
pub(crate) const AGAIN: Duration = Duration::from_secs(1);

/// Where the disclosure history stands.
struct Desk {
    version: Version,
    recorded: Option<Instant>,
    heads: HashMap<AgencyCode, u64>,
    /// The last source that something was told of, and how many entries.
    told: Option<Last>,
}

type Last = (Position, usize);

/// What was told of one case, and of how many of its facts.
struct Case {
    told: Told,
    facts: usize,
}

/// What was told of the cases that are remembered.
#[derive(Default)]
struct Cases {
    of: HashMap<HistoryId, Case>,
    decisions: Decisions,
}

/// Most cases that are remembered.
const MOST_CASES: usize = 4_096;

impl Bus {
    /// Follows the ledger and discloses, until something cannot be read; why is then in [`Bus::status`]. While a
    /// store is away it says so there, too, and goes on once it is back.
    pub(crate) async fn disclose(&self) {
        let mut away = false;
        loop {
            match self.disclose_from_here().await {
                Ok(()) => tracing::debug!("somebody else discloses too; reading what they said"),
                Err(error) => {
                    self.disclosed.send_modify(|state| state.stopped = Some(error.to_string()));
                    if !error.may_mend() {
                        tracing::error!(%error, "disclosure stopped");
                        return;
                    }
                    if !std::mem::replace(&mut away, true) {
                        tracing::warn!(%error, "disclosure waits for a store");
                    }
                    tokio::time::sleep(AGAIN).await;
                    continue;
                }
            }
            away = false;
        }
    }

    /// Runs until somebody else was first.
    async fn disclose_from_here(&self) -> Result<(), Problem> {
        let mut desk = self.desk().await?;
        self.disclosed.send_if_modified(|state| state.stopped.take().is_some());
        let from = desk.told.map_or(Position(0), |(source, _)| Position(source.0.saturating_sub(1)));
        let mut follower = Follower::follow(self.ledger.clone(), from);
        let (mut head, mut cases) = (self.ledger.head(), Cases::default());
        // Cases that could not be read to their end. Once they can be, what was not told is told.
        let parked: BTreeMap<HistoryId, String> = self.views.now().desk.parked()?.into_iter().collect();
        self.disclosed.send_modify(|state| state.parked.extend(parked.clone()));
        loop {
            let last = follower.last();
            let _ = head.wait_for(|head| *head > last).await; // a ledger that is gone says so below
            if !self.gather.is_zero() {
                tokio::time::sleep(self.gather).await;
            }
            let sources = follower.next().await?;
            let (mut facts, mut entries) = (Vec::new(), 0);
            for source in sources.iter().filter(|stored| is_told(stored)) {
                let already =
                    desk.told.filter(|(position, _)| *position == source.position).map_or(0, |(_, n)| n);
                let tellings = match self.tellings(source, &mut cases, &parked) {
                    Err(Problem::Damaged(why)) => {
                        self.park(&source.record.history, &why);
                        continue; // this case stands still, the others go on
                    }
                    tellings => tellings?,
                };
                for (chunk, tellings) in tellings.chunks(MOST).enumerate().skip(already.div_ceil(MOST)) {
                    if entries + tellings.len() > MOST {
                        if !self.tell(&mut desk, std::mem::take(&mut facts)).await? {
                            return Ok(());
                        }
                        entries = 0;
                    }
                    entries += tellings.len();
                    facts.push(self.disclosed(&mut desk, source, chunk, tellings)?);
                }
            }
            if !self.tell(&mut desk, facts).await? {
                return Ok(());
            }
            self.disclosed.send_modify(|state| state.through = follower.last());
        }
    }

    /// Appends one record of disclosures; `false` when somebody else was first.
    async fn tell(&self, desk: &mut Desk, facts: Vec<StoredFact>) -> Result<bool, Problem> {
        if facts.is_empty() {
            return Ok(true);
        }
        let at = desk.recorded.map_or(self.now(), |last| last.max(self.now()));
        let rules = self.rulebook.current()?;
        let record = self.record(&HistoryId::disclosure(&self.region), desk.version, at, &rules, facts)?;
        (desk.version, desk.recorded) = (record.last_version(), Some(at));
        match self.ledger.append(record).await {
            Ok(Outcome::Appended(_)) => Ok(true),
            Ok(Outcome::AlreadyThere(_)) | Err(LedgerError::Conflict { .. }) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    /// Reads where the disclosure history stands. The heads of the feeds are a fold of it that the feeds keep;
    /// they are waited for.
    async fn desk(&self) -> Result<Desk, Problem> {
        let history = HistoryId::disclosure(&self.region);
        let mut progress = self.views.progress();
        loop {
            let head = *self.ledger.head().borrow();
            let there = progress.wait_for(|p| p.applied >= head || p.stopped.is_some()).await;
            let stopped = there.map_err(|error| Problem::Unavailable(error.to_string()))?.stopped.clone();
            if let Some(why) = stopped {
                return Err(Problem::Unavailable(why.to_string()));
            }
            let (heads, version) = (self.views.now().feeds.heads(), self.ledger.version(&history)?);
            let (last, told) = self.last_told(&history, version)?;
            if last.as_ref().is_none_or(|stored| stored.position <= head) {
                return Ok(Desk {
                    version,
                    recorded: last.map(|stored| stored.record.recordedtime),
                    heads,
                    told,
                });
            }
        }
    }

    /// The last disclosure record, its last source, and how many entries were told of that source: the history
    /// is read backwards as long as the source is the same.
    fn last_told(
        &self,
        history: &HistoryId,
        version: Version,
    ) -> Result<(Option<Stored>, Option<Last>), Problem> {
        let (mut last, mut told) = (None, None);
        for before in (0..version.0).rev() {
            let records = self.ledger.read(history, Version(before))?;
            let record = records.into_iter().next().filter(|stored| stored.record.version.0 == before + 1);
            let Some(record) = record else { continue }; // in the middle of a record
            for (source, entries) in sources(&record)?.into_iter().rev() {
                match &mut told {
                    None => told = Some((source, entries)),
                    Some((of, count)) if *of == source => *count += entries,
                    Some(_) => return Ok((last.or(Some(record)), told)),
                }
            }
            last = last.or(Some(record));
        }
        Ok((last, told))
    }

    /// Who is told what of a source record. What was told of the case before is folded again where this process
    /// does not remember it.
    fn tellings(
        &self,
        source: &Stored,
        cases: &mut Cases,
        parked: &BTreeMap<HistoryId, String>,
    ) -> Result<Vec<Telling>, Problem> {
        let history = &source.record.history;
        if cases.of.len() >= MOST_CASES && !cases.of.contains_key(history) {
            *cases = Cases::default();
        }
        let Cases { of, decisions } = cases;
        let case = of.entry(history.clone()).or_insert_with(|| Case { told: Told::of(history), facts: 0 });
        self.histories.with(history, |folded| {
            let (mut tellings, contracts) = (Vec::new(), self.contracts());
            while case.facts < folded.facts.len() && folded.facts[case.facts].at.sequence <= source.position {
                let first = &folded.facts[case.facts];
                let rules = self.rulebook.at(folded.rules[case.facts])?;
                let end = folded.facts.partition_point(|fact| fact.at.sequence <= first.at.sequence);
                let (before, new) = (&folded.facts[..case.facts], &folded.facts[case.facts..end]);
                let next = case.told.next((before, new), &contracts, &rules, first.recorded, decisions);
                let missed = parked.contains_key(history) && !self.views.now().feeds.was_told(first.at)?;
                if first.at.sequence == source.position || missed {
                    tellings.extend(next);
                }
                case.facts = end;
            }
            Ok(tellings)
        })?
    }

    /// Notes that a case cannot be read to its end.
    fn park(&self, case: &HistoryId, why: &str) {
        tracing::error!(%case, why, "a case is parked: nobody is told of it any more");
        self.disclosed.send_modify(|state| drop(state.parked.insert(case.clone(), why.to_owned())));
    }

    /// The fact that tells some agencies of a source record.
    fn disclosed(
        &self,
        desk: &mut Desk,
        source: &Stored,
        chunk: usize,
        tellings: &[Telling],
    ) -> Result<StoredFact, Problem> {
        let entry = |telling: &Telling| {
            let head = desk.heads.entry(telling.agency.clone()).or_default();
            *head += 1;
            let (agency, position) = (telling.agency.clone(), *head);
            let (sequence, ordinal) = (telling.fact.sequence, telling.fact.ordinal);
            Entry { agency, position, sequence, ordinal, form: telling.form, backfill: telling.backfill }
        };
        let entries = tellings.iter().map(entry).collect();
        let rules = source.record.rules.version;
        let disclosed = Governance::Disclosed(Disclosed { source: source.position, rules, entries });
        let id = format!("disclosed-{}-{chunk}", source.position);
        self.own_fact(&id, self.now().to_string(), None, &disclosed.into())
    }
}

/// Whether agencies are told of a record: of cases, of the registry files of children, and of what concerns an agency.
/// What the bus keeps of its own (rules, tokens, disclosures) is nobody's feed.
fn is_told(stored: &Stored) -> bool {
    matches!(stored.record.history.kind(), HistoryKind::Case | HistoryKind::Child | HistoryKind::Agency)
}

/// The sources of a disclosure record, each with the number of its entries, in order.
fn sources(stored: &Stored) -> Result<Vec<Last>, Problem> {
    let facts = CaseFact::of_record(stored.position, &stored.record);
    let facts = facts.map_err(|error| Problem::Damaged(error.to_string()))?;
    let source = |fact: CaseFact| match fact.fact {
        Fact::Governance(Governance::Disclosed(disclosed)) => Ok((disclosed.source, disclosed.entries.len())),
        _ => Err(Problem::Damaged(format!("record {} is not a disclosure", stored.position))),
    };
    facts.into_iter().map(source).collect()
}
