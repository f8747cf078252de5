//! What one fact changed.

use agency_views::{Case, ClockRow, Known};
use serde::Serialize;
use vocabulary::FactRef;

/// A value of the case that is another than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Which: `phase`, `grade`, `lead`, or the name of a track.
    pub what: String,
    /// What it was.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// What it is.
    pub to: String,
    /// The property of the fact that says so; `None` where its type says it all.
    #[serde(skip)]
    pub property: Option<String>,
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
    let mut note = |what: &str, from: Option<(String, FactRef)>, to: Option<(String, Option<String>)>| {
        let Some((to, property)) = to else { return };
        if from.as_ref().map(|(value, _)| value) != Some(&to) {
            let from_fact = from.as_ref().map(|(_, fact)| *fact);
            let from = from.map(|(value, _)| value);
            changes.push(Change { what: what.to_owned(), from, to, property, from_fact });
        }
    };
    note("phase", old(before.phase()), new(after.phase()));
    note("grade", old(before.grade.as_ref()), new(after.grade.as_ref()));
    note("lead", old(before.lead.as_ref()), new(after.lead.as_ref()));
    for (name, state) in after.tracks() {
        let was = before.tracks().find(|(known, _)| *known == name).map(|(_, state)| state);
        note(&name.to_string(), old(was), new(Some(state)));
    }
    changes
}

fn old<T: ToString>(known: Option<&Known<T>>) -> Option<(String, FactRef)> {
    known.map(|known| (known.value.to_string(), known.by))
}

fn new<T: ToString>(known: Option<&Known<T>>) -> Option<(String, Option<String>)> {
    known.map(|known| (known.value.to_string(), known.property.clone()))
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
        if was.explained.is_none() && clock.explained.is_some() {
            note(ClockEvent::Explained, clock);
        }
    }
    for was in before.iter().filter(|was| !after.iter().any(|clock| same(was, clock))) {
        note(ClockEvent::Gone, was);
    }
    changes
}
