//! The cases that a demo begins with: one incident as it was written, and tellings of all stories at all stages.
//!
//! They are lived through on a ledger in memory, by the clock of the stories: every fact is admitted, told and
//! announced at its own time. Then the records are copied into the folder, many to a flush. So a newcomer waits a
//! moment only, and what an agency was told bears the time of the story.

use super::Document;
use super::catalogue::Stories;
use super::telling::Telling;
use super::time::{Age, Shift, happened};
use crate::failure::Failure;
use crate::folder::Parts;
use crate::scenario::file::{self, Line};
use crate::scenario::outcome::Outcome;
use crate::scenario::{BEFORE, play};
use crate::{rules, up};
use agency_views::Views;
use futures_util::future::join_all;
use ledger::{Ledger, MemoryLedger, Outcome as Appended, Stored};
use runtime::{Bus, Clock as _, StoryClock, SystemClock};
use serde_json::Value;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use vocabulary::id::HistoryKind;
use vocabulary::{Instant, Position, Region};

/// The seed of the demo's tellings.
pub const SEED: u64 = 1;
/// Records that are copied at a time into a ledger that takes them in the order in which they are begun: as many
/// as `join_all` begins strictly so.
const AT_ONCE: usize = 30;

/// Fills the stores of a demo, unless they hold a case already. What they hold else, stays.
///
/// # Errors
/// A store failed; or a story of this program is not admitted by its rules.
///
/// `ordered` says that records appended side by side stand in the order in which they were begun.
pub async fn plant(stores: &Parts, region: &Region, folder: &Path, ordered: bool) -> Result<(), Failure> {
    if !stores.ledger.histories(HistoryKind::Case)?.is_empty() {
        return Ok(());
    }
    let now = SystemClock.now();
    let lines = file::read(&lived(&Stories::read()?, now)).map_err(Failure::Faults)?;
    let Some(first) = lines.first().map(|line| line.recorded) else { return Ok(()) };
    let memory = Arc::new(MemoryLedger::default());
    let held = copy(&*stores.ledger, &*memory, Position(0), AT_ONCE).await?;
    let last = memory.get(held)?.map(|stored| stored.record.recordedtime);
    let begin = first.timestamp().checked_sub(BEFORE).map_or(first, Instant::new);
    let clock = Arc::new(StoryClock::at(last.map_or(begin, |last| last.max(begin))));

    let scratch =
        TempDir::with_prefix_in(".planting-", folder).map_err(|error| Failure::file(folder, error))?;
    let views = Views::open(scratch.path(), memory.clone());
    let views = Arc::new(views.map_err(|error| Failure::Store(format!("views: {error}")))?);
    let parts = Parts { ledger: memory.clone(), vault: stores.vault.clone(), views };
    let bus = Arc::new(up::open_by(parts, region.clone(), true, clock.clone(), Duration::ZERO)?);
    let followers = tokio::spawn(bus.clone().run(runtime::Duties::ALL));
    let outcome = live(&bus, &clock, &lines, now).await;
    followers.abort();
    outcome?;
    copy(&*memory, &*stores.ledger, held, if ordered { AT_ONCE } else { 1 }).await?;
    Ok(())
}

/// Lives through the lines, and through what is to be said of clocks until now.
async fn live(bus: &Bus, clock: &StoryClock, lines: &[Line], now: Instant) -> Result<(), Failure> {
    bus.adopt(&rules::demo()).await.map_err(rules::explain)?;
    bus.issue_demo_tokens().await?;
    let mut refused = Vec::new();
    let note = |line: &Line, outcome: &Outcome| {
        if let Outcome::Refused(problem) = outcome {
            refused.push(format!("{} {}: {problem}", line.attribute("type"), line.attribute("id")));
        }
    };
    play::lines(bus, clock, lines, note).await?;
    play::announce(bus, clock, now).await?;
    if refused.is_empty() { Ok(()) } else { Err(Failure::Otherwise(refused)) }
}

/// Everything that has happened by now, as one scenario.
pub(super) fn lived(stories: &Stories, now: Instant) -> String {
    let told =
        stories.planted().flat_map(|(number, story, age)| aged(stories.tell(story, SEED, number), age, now));
    let mut events: Vec<(Option<Instant>, Document)> =
        stories.incident.iter().cloned().chain(told).map(|event| (happened(&event), event)).collect();
    events.retain(|(at, _)| at.is_some_and(|at| at <= now));
    events.sort_by_key(|(at, _)| *at); // stable: a story keeps its order
    let lines: Vec<String> = events.into_iter().map(|(_, event)| Value::Object(event).to_string()).collect();
    lines.join("\n")
}

/// A telling that began so long ago.
fn aged(telling: Telling, age: Age, now: Instant) -> Vec<Document> {
    let Some(shift) = telling.events.first().map(|first| Shift::to_age(first, age, now)) else {
        return Vec::new();
    };
    telling.events.iter().map(|event| shift.event(event)).collect()
}

/// Copies what stands behind a position from one ledger to the same positions of another; answers the last one.
async fn copy(
    from: &dyn Ledger,
    to: &dyn Ledger,
    after: Position,
    at_once: usize,
) -> Result<Position, Failure> {
    let mut last = after;
    loop {
        let records = from.range(last, at_once)?;
        if records.is_empty() {
            return Ok(last);
        }
        let append = |stored: &Stored| to.append((*stored.record).clone());
        for (stored, outcome) in records.iter().zip(join_all(records.iter().map(append)).await) {
            match outcome? {
                Appended::Appended(at) if at == stored.position => last = at,
                _ => return Err(Failure::Store("ledger: somebody else writes to it".to_owned())),
            }
        }
    }
}
