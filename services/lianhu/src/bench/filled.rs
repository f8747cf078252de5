//! Rows of a ledger that has grown: cost of one publish, views made again, start and memory. It is filled with
//! facts of the stories, many cases at once, by the clock of the stories.

use super::load;
use super::row::Row;
use crate::failure::Failure;
use crate::folder::{Folder, Stores};
use crate::story::{Facts, Filling};
use crate::{rules, up};
use contract::Envelope;
use futures_util::future::join_all;
use jiff::SignedDuration;
use ledger::Ledger;
use runtime::{Bus, Caller, Clock as _, StoryClock, SystemClock};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Instant;
use tokio::task::JoinHandle;
use vocabulary::{CaseFact, Position};

/// Facts at which the cost of one publish is first taken.
const FEW: usize = 10_000;
/// About how many reports it is taken by, and how many of them are on their way at once.
const PROBES: usize = 2_048;
const AT_ONCE: usize = 64;
/// How many parts the time is taken in; the middle one counts.
const ROUNDS: usize = 5;
/// The seed of the stories, about how many facts one has, and the days that all of them fall into.
const SEED: u64 = 3;
const FACTS_OF_A_STORY: i64 = 18;
const DAYS: i64 = 300;
/// Records that are read at a time.
const CHUNK: usize = 1_024;

/// A folder with so many facts, and the bus on it.
pub struct Filled {
    folder: PathBuf,
    facts: usize,
    stores: Stores,
    bus: Arc<Bus>,
    clock: Arc<StoryClock>,
    filling: Filling,
    followers: JoinHandle<()>,
}

impl Filled {
    /// Opens a new folder that is to hold so many facts.
    pub async fn start(folder: &Path, facts: usize) -> Result<Self, Failure> {
        let stores = Folder::at(folder)?.open()?;
        let minutes = DAYS * 24 * 60 * FACTS_OF_A_STORY / facts as i64;
        let stream = Facts::new(SEED, SignedDuration::from_mins(minutes.clamp(1, 600)))?;
        let clock = Arc::new(StoryClock::at(stream.begin()));
        let region = rules::of(&rules::demo())?.region().clone();
        let bus = up::open_by(stores.clone().into(), region, true, clock.clone(), runtime::GATHER)?;
        let bus = Arc::new(bus);
        bus.adopt(&rules::demo()).await.map_err(rules::explain)?;
        bus.issue_demo_tokens().await?;
        let followers = tokio::spawn(bus.clone().run(runtime::Duties::ALL));
        let filling = Filling::new(stream);
        Ok(Self { folder: folder.to_owned(), facts, stores, bus, clock, filling, followers })
    }

    /// Fills it to its end.
    pub async fn fill(&mut self) -> Result<(), Failure> {
        self.filling.publish(&self.bus, &self.clock, self.facts).await?;
        self.settle().await
    }

    /// Fills it, and tells what one publish costs early and in the end.
    pub async fn grow(&mut self) -> Result<Row, Failure> {
        let few = FEW.min(self.facts / 2);
        self.filling.publish(&self.bus, &self.clock, few).await?;
        let early = self.cost().await?;
        self.filling.publish(&self.bus, &self.clock, self.facts - few).await?;
        let late = self.cost().await?;
        let measure = format!("cost of one publish at {} facts", self.facts);
        let payload = format!("{} reports, {AT_ONCE} at once, until everybody is told", self.probes());
        let row = Row::of(measure, payload, late, "µs").beside(early, format!("µs at {few} facts"));
        let met = row.ratio.is_some_and(|ratio| ratio <= 1.2);
        Ok(row.asked("ratio ≤ 1.2", met))
    }

    /// Everything is told, and what is to be said of clocks is said.
    async fn settle(&self) -> Result<(), Failure> {
        self.bus.announce().await?;
        Ok(self.bus.settled().await?)
    }

    /// Microseconds of one publish, followers and all: the middle of some rounds.
    async fn cost(&self) -> Result<f64, Failure> {
        self.settle().await?;
        let batches = self.probes() / (ROUNDS * AT_ONCE);
        let mut rounds = Vec::with_capacity(ROUNDS);
        for _ in 0..ROUNDS {
            let begin = Instant::now();
            for _ in 0..batches {
                let publish = (0..AT_ONCE).map(|_| self.probe());
                join_all(publish).await.into_iter().collect::<Result<Vec<()>, Failure>>()?;
            }
            self.bus.settled().await?;
            rounds.push(begin.elapsed().as_secs_f64() * 1e6 / (batches * AT_ONCE) as f64);
        }
        rounds.sort_by(f64::total_cmp);
        Ok(rounds.get(ROUNDS / 2).copied().unwrap_or_default())
    }

    /// How many reports the cost is taken by: whole batches, fewer for a ledger that is small itself.
    fn probes(&self) -> usize {
        PROBES.min(self.facts).div_ceil(ROUNDS * AT_ONCE) * ROUNDS * AT_ONCE
    }

    /// One report of now.
    async fn probe(&self) -> Result<(), Failure> {
        let (mut report, now) = (load::report(load::next()), self.bus.now().to_string());
        report["data"]["discovered_at"] = now.clone().into();
        report["time"] = now.into();
        let envelope = Envelope::structured(report.to_string().as_bytes()).map_err(runtime::Problem::from)?;
        let agency = envelope.attributes.source.agency.clone();
        self.bus.publish(&Caller { agency }, envelope, None).await?;
        Ok(())
    }

    /// Makes all views again, beside reading the ledger and nothing else.
    pub async fn rebuild(&self) -> Result<Row, Failure> {
        self.settle().await?;
        let (facts, read) = scan(&*self.stores.ledger)?;
        let rules = self.bus.rules()?;
        let (begin, mut applied) = (Instant::now(), None);
        let rules = move || Ok(rules.clone());
        let told = |at: Position, head: Position| {
            if at >= head {
                applied = applied.or(Some(begin.elapsed()));
            }
        };
        let rebuilt = self.stores.views.rebuild(&rules, told);
        let rebuilt = rebuilt.map_err(|error| Failure::Store(format!("views: {error}")))?;
        if let Some(key) = rebuilt.difference {
            return Err(Failure::Otherwise(vec![format!("the views made again differ at {key}")]));
        }
        let took = applied.unwrap_or_else(|| begin.elapsed()).as_secs_f64();
        let payload = format!(
            "{facts} facts, {} published ones among them; then {} entries compared",
            self.facts, rebuilt.alike
        );
        let row = Row::of("views made again", payload, facts as f64 / took, "facts/s");
        let row = row.not_durable("flushed once in the end");
        let row = row.beside(facts as f64 / read, "range and CaseFact::of_record");
        let met = row.value >= 100_000.0;
        Ok(row.asked("≥ 100000/s", met).ratio_from(0.3))
    }

    /// Ends the bus and leaves the folder as one that was lived through until now.
    pub async fn close(self) -> Result<(PathBuf, usize), Failure> {
        self.clock.set(SystemClock.now());
        self.settle().await?;
        self.followers.abort();
        let _ = self.followers.await; // Err: it was aborted
        Ok((self.folder, self.facts))
    }
}

/// Reads the ledger from its beginning: how many facts there are, and the seconds that it took.
fn scan(ledger: &dyn Ledger) -> Result<(usize, f64), Failure> {
    let (begin, mut last, mut facts) = (Instant::now(), Position(0), 0);
    loop {
        let records = ledger.range(last, CHUNK)?;
        let Some(end) = records.last().map(|stored| stored.position) else {
            return Ok((facts, begin.elapsed().as_secs_f64()));
        };
        for stored in &records {
            let read = CaseFact::of_record(stored.position, &stored.record);
            facts += read.map_err(|why| Failure::Store(why.to_string()))?.len();
        }
        last = end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(flavor = "multi_thread")]
    async fn a_filled_folder_grows_and_is_made_again() {
        let folder = tempfile::tempdir().unwrap();
        let mut filled = Filled::start(&folder.path().join("filled"), 300).await.unwrap();
        let grown = filled.grow().await.unwrap();
        assert!(grown.value > 0.0 && grown.beside > Some(0.0) && grown.met.is_some());
        let rebuilt = filled.rebuild().await.unwrap();
        assert!(rebuilt.payload.contains("300 published ones"), "{}", rebuilt.payload);
        filled.close().await.unwrap();
    }
}
