//! What one fact changed.

use agency_views::{Case, ClockRow, Known};
use serde::Serialize;
use std::collections::BTreeSet;
use vocabulary::FactRef;

/// A value of the case that is another than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which: `phase`, `grade`, `lead`, or the name of a track.
    pub what: String,
    /// What it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is; nothing any more where what had made it so was withdrawn.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The property of the fact that says so; `None` where its type says it all.
    #[serde(skip)]
    pub property: Option<String>,
    /// The fact that makes it what it is: the step's own, or an earlier one where that was withdrawn which stood between.
    #[serde(skip)]
    pub to_fact: Option<FactRef>,
    /// The fact that had made it what it was.
    #[serde(skip)]
    pub from_fact: Option<FactRef>,
}

/// What happened to a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockEvent {
    /// It began to run.
    Started,
    /// It was stopped.
    Stopped,
    /// It was ended without its being done.
    Ended,
    /// Its due moment is another one.
    Moved,
    /// Its owner has said why it was missed.
    Explained,
    /// It runs again: what had stopped or ended it no longer does.
    Resumed,
    /// What started it no longer does.
    Gone,
}

/// A clock to which something happened, as it stands afterwards.
#[derive(Clone, Debug, PartialEq)]
pub struct ClockChange {
    /// What happened.
    pub event: ClockEvent,
    /// The clock.
    pub clock: ClockRow,
}

pub(crate) fn changes(before: &Case, after: &Case) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut note = |what: &str, from: Option<Known<String>>, to: Option<Known<String>>| {
        if from.as_ref().map(|known| &known.value) == to.as_ref().map(|known| &known.value) {
            return;
        }
        let (from_fact, to_fact) = (from.as_ref().map(|known| known.by), to.as_ref().map(|known| known.by));
        let property = to.as_ref().and_then(|known| known.property.clone());
        let (from, to) = (from.map(|known| known.value), to.map(|known| known.value));
        changes.push(Change { what: what.to_owned(), from, to, property, to_fact, from_fact });
    };
    note("phase", text(before.phase()), text(after.phase()));
    note("grade", text(before.grade.as_ref()), text(after.grade.as_ref()));
    note("lead", text(before.lead.as_ref()), text(after.lead.as_ref()));
    let tracks = before.tracks().chain(after.tracks()).map(|(name, _)| name);
    for name in tracks.collect::<BTreeSet<_>>() {
        let of =
            |case: &Case| case.tracks().find(|(known, _)| *known == name).map(|(_, state)| state.clone());
        note(&name.to_string(), of(before), of(after));
    }
    changes
}

fn text<T: ToString>(known: Option<&Known<T>>) -> Option<Known<String>> {
    let known = known?;
    let (value, property) = (known.value.to_string(), known.property.clone());
    Some(Known { value, property, by: known.by, since: known.since })
}

pub(crate) fn clock_changes(before: &[ClockRow], after: &[ClockRow]) -> Vec<ClockChange> {
    let same = |one: &ClockRow, other: &ClockRow| {
        one.clock == other.clock && one.instance == other.instance && one.started == other.started
    };
    let mut changes = Vec::new();
    let mut note = |event, clock: &ClockRow| changes.push(ClockChange { event, clock: clock.clone() });
    for clock in after {
        let Some(was) = before.iter().find(|was| same(was, clock)) else {
            note(ClockEvent::Started, clock);
            if clock.stopped.is_some() {
                note(ClockEvent::Stopped, clock);
            }
            if clock.ended.is_some() {
                note(ClockEvent::Ended, clock);
            }
            continue;
        };
        if was.due != clock.due {
            note(ClockEvent::Moved, clock);
        }
        if was.stopped.is_none() && clock.stopped.is_some() {
            note(ClockEvent::Stopped, clock);
        }
        if was.ended.is_none() && clock.ended.is_some() {
            note(ClockEvent::Ended, clock);
        }
        if over(was) && !over(clock) {
            note(ClockEvent::Resumed, clock);
        }
        if was.explained.is_none() && clock.explained.is_some() {
            note(ClockEvent::Explained, clock);
        }
    }
    for was in before.iter().filter(|was| !after.iter().any(|clock| same(was, clock))) {
        note(ClockEvent::Gone, was);
    }
    changes
}

fn over(clock: &ClockRow) -> bool {
    clock.stopped.is_some() || clock.ended.is_some()
}
