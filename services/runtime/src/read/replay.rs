//! The replay of a case, as far as the caller may see it: every step that it was told of, what the step changed,
//! and at the end a verdict for every clock.

use super::timeline::Marks;
use super::{AsOf, ClockItem, Look, Title};
use crate::bus::Bus;
use crate::problem::Problem;
use crate::publish::Caller;
use agency_views::FeedRow;
use compliance_replay::{Change, ClockEvent, walk};
use jurisdiction::Rules;
use serde::Serialize;
use vocabulary::governance::Form;
use vocabulary::{AgencyCode, HistoryId, Instant, Position, Version};

/// A case, walked again.
#[derive(Clone, Debug, Serialize)]
pub struct Replay {
    /// The history.
    pub case: HistoryId,
    /// The number for people.
    pub number: String,
    /// The position as of which this is.
    pub as_of: Position,
    /// The steps, in the order of recording.
    pub steps: Vec<ReplayStep>,
    /// What every clock comes to, in the order of their starts.
    pub verdicts: Vec<ClockItem>,
}

/// One fact and what it changed.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayStep {
    /// The fact.
    pub fact: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its type, in words.
    pub title: Title,
    /// Who said it; the bus where the step is coarse.
    pub agency: AgencyCode,
    /// When it happened, by the word of its publisher; the day alone where the step is coarse.
    pub time: String,
    /// When it was recorded.
    pub recorded: Instant,
    /// When the caller was told.
    pub told: Instant,
    /// In which form.
    pub form: Form,
    /// Recorded after something that happened later, or on a later day than it happened.
    pub late: bool,
    /// Version of the rules that it was decided under.
    pub rules: Version,
    /// What the case stands at otherwise than before.
    pub changes: Vec<Change>,
    /// What happened to its clocks, each as it stood right after.
    pub clocks: Vec<ClockMoved>,
}

/// Something that happened to a clock.
#[derive(Clone, Debug, Serialize)]
pub struct ClockMoved {
    /// What happened.
    pub event: ClockEvent,
    /// The clock as it stood then.
    #[serde(flatten)]
    pub clock: ClockItem,
}

impl Bus {
    /// Walks a case again, under the rules of its day.
    ///
    /// # Errors
    /// As [`Bus::case`].
    pub fn replay(&self, caller: &Caller, case: &HistoryId, as_of: AsOf) -> Result<Replay, Problem> {
        let (mut replay, rows, marks) = self.look(caller, case, as_of, |look| {
            let number = look.fold().number(&look.moment.rules);
            let clocks = look.clocks();
            let verdicts = clocks.iter().filter_map(|clock| look.clock(clock, &number)).collect();
            let steps = look.steps(&number)?;
            let (case, as_of) = (case.clone(), look.moment.position);
            let rows: Vec<FeedRow> = look.sight.rows().copied().collect();
            Ok((Replay { case, number, as_of, steps, verdicts }, rows, look.marks()))
        })?;
        for (step, row) in replay.steps.iter_mut().zip(&rows) {
            self.name(step, caller, row, &marks)?;
        }
        Ok(replay)
    }

    /// What is shown of the fact itself is what the feed shows.
    fn name(
        &self,
        step: &mut ReplayStep,
        caller: &Caller,
        row: &FeedRow,
        marks: &Marks,
    ) -> Result<(), Problem> {
        let told = self.told(self.render(caller, row)?, row, marks)?;
        let event = &told.item.event;
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let source = vocabulary::Source::try_from(text("source"));
        step.agency = source.unwrap_or_else(|_| vocabulary::Source::bus(&self.region)).agency;
        (step.kind, step.time) = (text("type"), text("time"));
        if let Ok(recorded) = Instant::parse(&text("recordedtime")) {
            step.recorded = recorded;
        }
        (step.title, step.told, step.form, step.late) = (told.title, told.told, told.item.form, told.late);
        Ok(())
    }
}

impl Look<'_> {
    /// The steps of which the caller was told, each with what it may see of the changes.
    fn steps(&self, number: &str) -> Result<Vec<ReplayStep>, Problem> {
        let rules: Result<Vec<Rules>, Problem> = self
            .folded
            .rules
            .iter()
            .take(self.facts.len())
            .map(|version| self.bus.rulebook.at(*version))
            .collect();
        let walked = walk(self.facts, &rules?);
        let mut steps = Vec::new();
        for (step, fact) in walked.into_iter().zip(self.facts) {
            let Some(row) = self.sight.row(step.fact) else { continue };
            let mut changes = Vec::new();
            for change in step.changes {
                changes.extend(self.change(change, row)?);
            }
            let clocks = step.clocks.iter().filter(|_| row.form != Form::Coarse).filter_map(|moved| {
                let clock = self.clock_then(&moved.clock, number, fact.recorded)?;
                Some(ClockMoved { event: moved.event, clock })
            });
            steps.push(ReplayStep {
                fact: step.fact.to_string(),
                kind: String::new(), // what is shown of the fact itself is filled in by `name`
                title: Title { zh: String::new(), en: String::new() },
                agency: self.caller.agency.clone(),
                time: String::new(),
                recorded: self.as_exact(fact.recorded, step.fact),
                told: fact.recorded,
                form: row.form,
                late: false,
                rules: step.rules,
                changes,
                clocks: clocks.collect(),
            });
        }
        Ok(steps)
    }

    /// The change, where the caller may see the property that makes it, in the step's own fact or in an earlier one
    /// that stands again. What the value was before is shown only where the caller was told of the fact that had made it
    /// so; that there is none any more, only there.
    fn change(&self, mut change: Change, row: &FeedRow) -> Result<Option<Change>, Problem> {
        if self.bus.decision(self.folded, row, &self.caller.agency)?.form == Form::Coarse {
            return Ok(None);
        }
        if change.from_fact.is_some_and(|from| !self.sight.exact(from)) {
            change.from = None;
        }
        let Some(by) = change.to_fact else { return Ok(change.from.is_some().then_some(change)) };
        let Some(row) = self.sight.row(by) else { return Ok(None) };
        let decision = self.bus.decision(self.folded, row, &self.caller.agency)?;
        let hidden = change.property.as_ref().is_some_and(|property| {
            decision.withheld.contains_key(&vocabulary::commitment::data_pointer(property))
        });
        Ok((decision.form != Form::Coarse && !hidden).then_some(change))
    }
}
