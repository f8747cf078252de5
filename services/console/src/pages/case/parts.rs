//! The parts of the page of a case; each can be sent again by itself.

mod clocks;
mod look_back;
mod referrals;

pub(crate) use clocks::Clocks;
pub(crate) use look_back::{LookBack, address, last_told, query, stops};
pub(crate) use referrals::Referrals;

use super::super::rows::{Waits, by_urgency};
use crate::model::{CaseItem, ChildItem};
use crate::names::{At, Badge, Names};
use crate::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;

/// How many of those whose turn it is are named at the head of a case.
const TURNS: usize = 4;

/// The head: which case, and whose turn it is.
#[derive(Template)]
#[template(path = "case_head.html")]
pub(crate) struct Head {
    t: &'static Words,
    pub(crate) number: String,
    grade: Option<Badge>,
    phase: Option<String>,
    lead: Option<String>,
    children: Vec<String>,
    opened: At,
    tracks: Vec<Track>,
    parked: Option<String>,
    turns: Vec<Waits>,
    over: bool,
    later: Vec<Waits>,
    more_words: String,
}

struct Track {
    name: String,
    state: String,
    since: At,
}

impl HtmlSafe for Head {}

impl Head {
    pub(crate) fn of(case: &CaseItem, names: &Names) -> Self {
        let mut waiting = case.waiting.clone();
        by_urgency(&mut waiting);
        let more = waiting.len().saturating_sub(TURNS);
        let (first, rest) = waiting.split_at(waiting.len().min(TURNS));
        let over = waiting.iter().any(|item| item.overdue);
        let track = |track: &crate::model::TrackItem| Track {
            name: names.state("track", &track.track),
            state: names.state(&track.track, &track.state),
            since: names.at(track.since),
        };
        Self {
            t: names.t,
            number: case.number.clone(),
            grade: case.grade.as_deref().map(|grade| names.grade(grade)),
            phase: case.phase.as_deref().map(|phase| names.state("phase", phase)),
            lead: case.lead.as_ref().map(|lead| names.agency(lead)),
            children: case.children.iter().map(|child| child_words(child, names)).collect(),
            opened: names.at(case.opened),
            tracks: case.tracks.iter().map(track).collect(),
            parked: case.parked.as_ref().map(|why| format!("{}{why}", names.t.parked)),
            turns: first.iter().map(|item| Waits::of(item, names)).collect(),
            later: rest.iter().map(|item| Waits::of(item, names)).collect(),
            over,
            more_words: names.lang.of(format!("另有 {more} 项在等"), format!("{more} more wait")),
        }
    }
}

/// A child as the case labels it, with the bands that its report gives.
fn child_words(child: &ChildItem, names: &Names) -> String {
    let word = |part: &str, code: &String| {
        let contract = names.contracts.get("intake.case-opened.v1");
        let part = contract.map(|contract| &contract.property("children")["properties"][part]);
        part.and_then(|part| names.word(part, code)).unwrap_or_else(|| code.clone())
    };
    let said = [word("sex", &child.sex), word("age_band", &child.age_band)];
    std::iter::once(child.label.clone()).chain(said).collect::<Vec<_>>().join(" · ")
}
