//! The timeline of a case: what the agency was told, as steps under the days on which they were recorded. The
//! newest day and the newest step stand first; within a step a request stands before its answers.

use crate::model::{Step, Timeline, Told};
use crate::names::Names;
use crate::shown::{Data, Hidden, brief, hidden};
use crate::when::span;
use crate::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;
use vocabulary::Instant;

/// Steps that began on one day.
#[derive(Template)]
#[template(path = "day.html")]
pub(crate) struct Day {
    pub(crate) day: String,
    weekday: &'static str,
    pub(crate) steps: Vec<StepShown>,
}

/// A day that begins with a step.
#[derive(Template)]
#[template(path = "day.html")]
pub(crate) struct DayOfOne<'s> {
    day: &'s str,
    weekday: &'static str,
    steps: [&'s StepShown; 1],
}

/// A step.
#[derive(Template)]
#[template(path = "step.html")]
pub(crate) struct StepShown {
    t: &'static Words,
    /// The position of its first fact, by which the page knows it.
    pub(crate) first: u64,
    title: String,
    state: String,
    took: Option<String>,
    pub(crate) facts: Vec<FactShown>,
}

/// A fact.
pub(crate) struct FactShown {
    pub(crate) position: u64,
    form: String,
    form_word: Option<&'static str>,
    iso: String,
    /// The day on which it happened, where that is not the day under which it stands.
    day: Option<String>,
    clock: String,
    by: String,
    title: String,
    brief: String,
    late: bool,
    pub(crate) withdrawn: bool,
    backfill: bool,
    data: Data,
    withheld: Vec<Hidden>,
    kind: String,
    recorded: Option<String>,
    told: String,
    reference: String,
}

impl HtmlSafe for Day {}
impl HtmlSafe for StepShown {}

/// The days of a timeline, the newest first.
pub(crate) fn days(timeline: &Timeline, names: &Names) -> Vec<Day> {
    let mut days: Vec<Day> = Vec::new();
    for step in timeline.steps.iter().rev() {
        let Some(began) = step.facts.first().map(recorded) else { continue };
        let moment = names.moment(began);
        let shown = step_shown(step, &moment.day, names);
        match days.iter_mut().find(|day| day.day == moment.day) {
            Some(day) => day.steps.push(shown),
            None => days.push(Day { day: moment.day, weekday: moment.weekday, steps: vec![shown] }),
        }
    }
    days.sort_by(|one, other| other.day.cmp(&one.day));
    days
}

impl Day {
    /// The day with one step alone: the others follow by themselves.
    pub(crate) fn only<'s>(&'s self, step: &'s StepShown) -> DayOfOne<'s> {
        DayOfOne { day: &self.day, weekday: self.weekday, steps: [step] }
    }
}

/// When a fact was recorded; where that is not for the agency, when the agency was told.
pub(crate) fn recorded(told: &Told) -> Instant {
    told.event["recordedtime"].as_str().and_then(|at| Instant::parse(at).ok()).unwrap_or(told.told)
}

fn step_shown(step: &Step, day: &str, names: &Names) -> StepShown {
    let facts: Vec<FactShown> = step.facts.iter().map(|told| fact_shown(told, day, names)).collect();
    StepShown {
        t: names.t,
        first: facts.first().map_or(0, |fact| fact.position),
        title: names.title(&step.title),
        state: names.title(&step.state),
        took: (step.seconds > 0).then(|| span(step.seconds, names.lang)),
        facts,
    }
}

fn fact_shown(told: &Told, day: &str, names: &Names) -> FactShown {
    let event = &told.event;
    let text = |name: &str| event[name].as_str().unwrap_or_default();
    let happened = Instant::parse(text("time")).unwrap_or(told.told);
    let coarse = told.form == "coarse";
    let moment = names.moment(happened);
    let full = |at: Instant| {
        let moment = names.moment(at);
        format!("{} {}", moment.day, moment.clock)
    };
    // a coarse fact has a day and no hour: its time is written as that day in UTC
    let (said_day, clock) = match coarse {
        true => (text("time").get(..10).unwrap_or_default().to_owned(), names.t.day_only.to_owned()),
        false => (moment.day, moment.clock),
    };
    FactShown {
        position: told.position,
        form_word: match told.form.as_str() {
            "masked" => Some(names.t.masked),
            "coarse" => Some(names.t.coarse),
            _ => None,
        },
        form: told.form.clone(),
        iso: if coarse { said_day.clone() } else { moment.iso },
        day: (said_day != day).then_some(said_day),
        clock,
        by: by(text("source"), names),
        title: names.title(&told.title),
        brief: brief(event, names),
        late: told.late,
        withdrawn: told.withdrawn,
        backfill: told.backfill,
        data: Data::of(event, names),
        withheld: told.withheld.iter().map(|item| hidden(item, event, names)).collect(),
        kind: text("type").to_owned(),
        recorded: event["recordedtime"].as_str().and_then(|at| Instant::parse(at).ok()).map(full),
        told: full(told.told),
        reference: format!("{}.{}", text("sequence"), event["ordinal"].as_u64().unwrap_or_default()),
    }
}

/// Who published it: `/<region>/<agency>`.
pub(crate) fn by(source: &str, names: &Names) -> String {
    match source.rsplit('/').next() {
        Some("bus") => names.lang.of("总线", "the bus").to_owned(),
        Some(code) if !code.is_empty() => {
            vocabulary::AgencyCode::parse(code).map_or_else(|_| code.to_owned(), |code| names.agency(&code))
        }
        _ => names.lang.of("未公开", "not shown").to_owned(),
    }
}
