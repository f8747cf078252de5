//! A case, live: each new fact is sent with the step that it belongs to, under its own position.

use super::{event, partial, piece};
use crate::Shared;
use crate::desk::Trouble;
use crate::pages::case::{Parts, parts};
use crate::words::Lang;
use askama::Template;
use runtime::Caller;
use serde_json::json;
use std::collections::BTreeSet;
use vocabulary::HistoryId;

/// How many facts one look takes.
const AT_ONCE: usize = 50;

/// A case, as far as it was sent.
pub(super) struct Case {
    case: HistoryId,
    /// The position of the last fact that was sent.
    after: u64,
    /// How many facts the page should hold by now.
    facts: usize,
    /// The facts that were sent as withdrawn.
    withdrawn: BTreeSet<u64>,
    more: bool,
}

impl Case {
    pub(super) fn after(case: HistoryId, after: u64) -> Self {
        Self { case, after, facts: 0, withdrawn: BTreeSet::new(), more: false }
    }

    /// Looks whether there is such a case, and how much of it the page should hold already.
    pub(super) fn begin(&mut self, shared: &Shared, caller: &Caller) -> Result<(), Trouble> {
        let timeline = shared.desk.timeline(caller, &self.case, None)?;
        let facts = timeline.steps.iter().flat_map(|step| &step.facts);
        self.facts = facts.filter(|told| told.position <= self.after).count();
        Ok(())
    }

    /// Whether the last look left something over.
    pub(super) fn more(&self) -> bool {
        self.more
    }

    /// The facts that came in since, each with its step, and then whatever else has changed by them.
    pub(super) fn look(
        &mut self,
        shared: &Shared,
        caller: &Caller,
        lang: Lang,
    ) -> Result<Vec<String>, Trouble> {
        let positions = shared.desk.told_since(caller, &self.case, self.after, AT_ONCE)?;
        self.more = positions.len() == AT_ONCE;
        let Some(last) = positions.last().copied() else { return Ok(Vec::new()) };
        let parts = parts(shared, caller, lang, &self.case, None)?;
        let mut frames = Vec::new();
        for position in &positions {
            let mut html = step(&parts, *position)?;
            if *position == last {
                html.push_str(&self.withdrawn(&parts)?);
                html.push_str(&around(&parts)?);
            }
            frames.push(piece(*position, &html));
        }
        (self.after, self.facts) = (last, parts.facts);
        if !self.more {
            frames.extend(self.pulse(shared, lang)?);
        }
        Ok(frames)
    }

    /// The steps with facts that were withdrawn since they were sent.
    fn withdrawn(&mut self, parts: &Parts) -> Result<String, Trouble> {
        let mut pieces = String::new();
        for step in parts.days.iter().flat_map(|day| &day.steps) {
            let gone = step.facts.iter().filter(|fact| fact.withdrawn).map(|fact| fact.position);
            if gone.filter(|position| self.withdrawn.insert(*position)).count() > 0 {
                pieces.push_str(&partial(&format!("step-{}", step.first), "outerMorph", &html(step)?));
            }
        }
        Ok(pieces)
    }

    /// What the page should hold by now: a page that holds less has a gap.
    pub(super) fn pulse(&self, shared: &Shared, lang: Lang) -> Result<Vec<String>, Trouble> {
        let now = shared.desk.now();
        let now = crate::when::Moment::of(now, &shared.desk.rules()?, lang);
        let data = json!({"at": now.clock, "iso": now.iso, "facts": self.facts, "position": self.after});
        Ok(vec![event("pulse", &data.to_string())])
    }
}

fn html(part: &impl Template) -> Result<String, Trouble> {
    part.render().map_err(|_| Trouble::Away)
}

/// The step of a fact, and where it goes: into its place when the page has it, otherwise on top of its day.
fn step(parts: &Parts, position: u64) -> Result<String, Trouble> {
    let steps = parts.days.iter().flat_map(|day| day.steps.iter().map(move |step| (day, step)));
    let found = steps.into_iter().find(|(_, step)| step.facts.iter().any(|fact| fact.position == position));
    let Some((day, step)) = found else { return Ok(String::new()) };
    if step.first != position {
        return Ok(partial(&format!("step-{}", step.first), "outerMorph", &html(step)?));
    }
    if day.steps.last().is_some_and(|oldest| oldest.first == step.first) {
        return Ok(partial("timeline", "afterbegin", &html(&day.only(step))?));
    }
    Ok(partial(&format!("steps-{}", day.day), "afterbegin", &html(step)?))
}

/// Everything around the timeline.
fn around(parts: &Parts) -> Result<String, Trouble> {
    Ok([
        partial("case-head", "outerMorph", &html(&parts.head)?),
        partial("look", "outerMorph", &html(&parts.look)?),
        partial("clocks", "outerMorph", &html(&parts.clocks)?),
        partial("referrals", "outerMorph", &html(&parts.referrals)?),
        partial("facts-count", "textContent", &parts.facts.to_string()),
    ]
    .concat())
}
