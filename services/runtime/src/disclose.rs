//! The disclosure follower: for every record of a case it appends what which agency was told of it.
//!
//! Per source record it appends one record to `disclosure-<region>`, or several of at most 1,000 entries.
//! Their ids derive from the source, and each expects the version that this process knows: a second process
//! that does the same work loses the race, reads what the first one said, and goes on from there.

use crate::bus::Bus;
use crate::problem::Problem;
use disclosure::{Telling, plan};
use futures_util::future::join_all;
use ledger::{Follower, LedgerError, Outcome, Stored};
use std::collections::HashMap;
use vocabulary::governance::{Disclosed, Entry, Governance};
use vocabulary::id::HistoryKind;
use vocabulary::record::Record;
use vocabulary::{AgencyCode, CaseFact, Fact, HistoryId, Instant, Position, Version};

/// Most entries of one record.
const MOST: usize = 1_000;

/// Where the disclosure history stands.
struct Desk {
    version: Version,
    recorded: Option<Instant>,
    heads: HashMap<AgencyCode, u64>,
    /// The last source that something was told of, and how much of it.
    told: Option<(Position, usize)>,
}

impl Bus {
    /// Follows the ledger and discloses, until a store fails; why is then in [`Bus::status`].
    pub(crate) async fn disclose(&self) {
        loop {
            match self.disclose_from_here().await {
                Ok(()) => tracing::info!("somebody else discloses too; reading what they said"),
                Err(error) => {
                    tracing::error!(%error, "disclosure stopped");
                    self.disclosed.send_modify(|state| state.stopped = Some(error.to_string()));
                    return;
                }
            }
        }
    }

    /// Runs until somebody else was first.
    async fn disclose_from_here(&self) -> Result<(), Problem> {
        let mut desk = self.desk().await?;
        let from = desk.told.map_or(Position(0), |(source, _)| Position(source.0.saturating_sub(1)));
        let mut follower = Follower::follow(self.ledger.clone(), from);
        loop {
            let sources = follower.next().await?;
            let through = follower.last();
            let mut records = Vec::new();
            for source in sources.iter().filter(|stored| stored.record.history.kind() == HistoryKind::Case) {
                let already =
                    desk.told.filter(|(position, _)| *position == source.position).map_or(0, |(_, n)| n);
                let tellings = self.tellings(source)?;
                for (chunk, tellings) in tellings.chunks(MOST).enumerate().skip(already.div_ceil(MOST)) {
                    records.push(self.disclosure(&mut desk, source, chunk, tellings)?);
                }
            }
            // The appends are queued in order, so each one's expected version is met by the one before.
            for outcome in join_all(records.into_iter().map(|record| self.ledger.append(record))).await {
                match outcome {
                    Ok(Outcome::Appended(_)) => {}
                    Ok(Outcome::AlreadyThere(_)) | Err(LedgerError::Conflict { .. }) => return Ok(()),
                    Err(error) => return Err(error.into()),
                }
            }
            self.disclosed.send_modify(|state| state.through = through);
        }
    }

    /// Reads where the disclosure history stands. The heads of the feeds are a fold of it that the feeds keep;
    /// they are waited for.
    async fn desk(&self) -> Result<Desk, Problem> {
        let history = HistoryId::disclosure(&self.region);
        let mut progress = self.feeds.progress();
        loop {
            let head = *self.ledger.head().borrow();
            let there = progress.wait_for(|p| p.applied >= head || p.stopped.is_some()).await;
            let stopped = there.map_err(|error| Problem::Unavailable(error.to_string()))?.stopped.clone();
            if let Some(why) = stopped {
                return Err(Problem::Unavailable(why.to_string()));
            }
            let (heads, version) = (self.feeds.heads(), self.ledger.version(&history)?);
            let last = self.ledger.read(&history, Version(version.0.saturating_sub(1)))?;
            if last.iter().all(|stored| stored.position <= head) {
                let told = self.told(&history, version, &last)?;
                let recorded = last.last().map(|stored| stored.record.recordedtime);
                return Ok(Desk { version, recorded, heads, told });
            }
        }
    }

    /// The source of the last disclosure, and how many entries were told of it.
    fn told(
        &self,
        history: &HistoryId,
        version: Version,
        last: &[Stored],
    ) -> Result<Option<(Position, usize)>, Problem> {
        let Some((source, _)) = last.last().map(entries).transpose()? else { return Ok(None) };
        let mut count = 0;
        for back in 1..=version.0 {
            let records = self.ledger.read(history, Version(version.0 - back))?;
            match records.first().map(entries).transpose()? {
                Some((of, entries)) if of == source => count += entries,
                _ => break,
            }
        }
        Ok(Some((source, count)))
    }

    /// Who is told what of a source record.
    fn tellings(&self, source: &Stored) -> Result<Vec<Telling>, Problem> {
        let rules = self.rulebook.at(source.record.rules.version)?;
        let planned = self.histories.with(&source.record.history, |folded| {
            let start = folded.facts.partition_point(|fact| fact.at.sequence < source.position);
            let end = folded.facts.partition_point(|fact| fact.at.sequence <= source.position);
            let then = start.checked_sub(1).map_or(Version(0), |last| folded.rules[last]);
            let then = self.rulebook.at(then)?;
            let (before, new) = (&folded.facts[..start], &folded.facts[start..end]);
            Ok(plan((before, &then), new, &self.contracts, &rules, source.record.recordedtime))
        })?;
        planned
    }

    fn disclosure(
        &self,
        desk: &mut Desk,
        source: &Stored,
        chunk: usize,
        tellings: &[Telling],
    ) -> Result<Record, Problem> {
        let rules = self.rulebook.at(source.record.rules.version)?;
        let entry = |telling: &Telling| {
            let head = desk.heads.entry(telling.agency.clone()).or_default();
            *head += 1;
            let (agency, position) = (telling.agency.clone(), *head);
            let (sequence, ordinal) = (telling.fact.sequence, telling.fact.ordinal);
            Entry { agency, position, sequence, ordinal, form: telling.form, backfill: telling.backfill }
        };
        let entries = tellings.iter().map(entry).collect();
        let disclosed =
            Governance::Disclosed(Disclosed { source: source.position, rules: rules.version(), entries });
        let at = desk.recorded.map_or(self.now(), |last| last.max(self.now()));
        let id = format!("disclosed-{}-{chunk}", source.position);
        let fact = self.own_fact(&id, at.to_string(), None, &disclosed.into())?;
        let record =
            self.record(&HistoryId::disclosure(&self.region), desk.version, at, &rules, vec![fact])?;
        (desk.version, desk.recorded) = (record.last_version(), Some(at));
        Ok(record)
    }
}

/// The source of a disclosure record and the number of its entries.
fn entries(stored: &Stored) -> Result<(Position, usize), Problem> {
    let facts = CaseFact::of_record(stored.position, &stored.record);
    let facts = facts.map_err(|error| Problem::Damaged(error.to_string()))?;
    match facts.first().map(|fact| &fact.fact) {
        Some(Fact::Governance(Governance::Disclosed(disclosed))) => {
            Ok((disclosed.source, disclosed.entries.len()))
        }
        _ => Err(Problem::Damaged(format!("record {} is not a disclosure", stored.position))),
    }
}
