//! Looking back: a slider over the moments at which the agency's knowledge of the case grew.

use super::super::super::timeline::by;
use crate::desk::{AsOf, Then};
use crate::model::{Timeline, Told};
use crate::names::Names;
use crate::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;
use vocabulary::{HistoryId, Instant};

/// The slider. A browser without scripts sends it as a form.
#[derive(Template)]
#[template(path = "look_back.html")]
pub(crate) struct LookBack {
    t: &'static Words,
    case: HistoryId,
    marks: Vec<Mark>,
    /// Where it stands, from 1.
    at: usize,
    /// The same in words.
    pub(crate) said: String,
    before: Option<String>,
    after: Option<String>,
}

struct Mark {
    said: String,
}

impl HtmlSafe for LookBack {}

/// The first fact of everything that was told at once, in the order of telling.
fn firsts(timeline: &Timeline) -> Vec<&Told> {
    let mut firsts: Vec<&Told> = timeline.steps.iter().flat_map(|step| &step.facts).collect();
    firsts.sort_by_key(|told| (told.told, told.position));
    firsts.dedup_by_key(|told| told.told);
    firsts
}

/// The moments at which the slider can stand.
pub(crate) fn stops(timeline: &Timeline) -> Vec<Instant> {
    firsts(timeline).into_iter().map(|told| told.told).collect()
}

/// When the agency was last told something of a timeline.
pub(crate) fn last_told(timeline: &Timeline) -> Option<Instant> {
    timeline.steps.iter().flat_map(|step| &step.facts).map(|told| told.told).max()
}

/// How an address names a moment.
pub(crate) fn query(as_of: AsOf) -> String {
    match as_of {
        None => String::new(),
        Some(Then::Position(at)) => format!("?as_of={at}"),
        Some(Then::Time(at)) => format!("?as_of={at}"),
    }
}

/// The page of a case at a moment.
pub(crate) fn address(case: &HistoryId, as_of: AsOf) -> String {
    format!("/cases/{case}{}", query(as_of))
}

impl LookBack {
    /// The slider over all that the agency was told until now, standing at its end or where `then` ends.
    pub(crate) fn of(case: &HistoryId, now: &Timeline, then: Option<&Timeline>, names: &Names) -> Self {
        let firsts = firsts(now);
        let count = firsts.len();
        let marks = firsts.iter().enumerate();
        let marks: Vec<Mark> =
            marks.map(|(index, told)| Mark { said: said(index + 1, count, told, names) }).collect();
        let by_then = |then| firsts.iter().filter(|told| Some(told.told) <= last_told(then)).count();
        let at = then.map_or(count, by_then);
        // the last stop is now, which has an address of its own
        let link = |stop: usize| {
            let told = firsts.get(stop.checked_sub(1)?)?.told;
            Some(address(case, (stop < count).then_some(Then::Time(told))))
        };
        let mark = at.checked_sub(1).and_then(|index| marks.get(index));
        Self {
            t: names.t,
            case: case.clone(),
            at,
            said: mark.map_or_else(|| names.t.timeline_empty.to_owned(), |mark| mark.said.clone()),
            before: at.checked_sub(1).and_then(link),
            after: link(at + 1),
            marks,
        }
    }
}

fn said(index: usize, count: usize, told: &Told, names: &Names) -> String {
    let moment = names.moment(told.told);
    let by = by(told.event["source"].as_str().unwrap_or_default(), names);
    let title = names.title(&told.title);
    let (day, clock) = (moment.day, moment.clock);
    names.lang.of(
        format!("第 {index} / {count} 个时点 · {day} {clock} · {by} {title}"),
        format!("{index} of {count} · {day} {clock} · {by}: {title}"),
    )
}
