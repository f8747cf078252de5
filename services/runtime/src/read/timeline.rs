//! The timeline: everything that an agency was told of a case, as steps. A request and the facts of the same
//! stage that answer it by its id are one step, with its duration; so are those of one day of which only the day is
//! known.

use super::{AsOf, Look, Step, Timeline, Title, Told};
use crate::bus::Bus;
use crate::problem::Problem;
use crate::publish::Caller;
use crate::render::FeedItem;
use agency_views::FeedRow;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use vocabulary::governance::Form;
use vocabulary::withdrawal::withdrawn;
use vocabulary::{FactRef, HistoryId, Instant, Position};

impl Bus {
    /// What the caller was told of a case, as steps.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when the caller had not been told of it by then; a store is away or damaged.
    pub fn timeline(&self, caller: &Caller, case: &HistoryId, as_of: AsOf) -> Result<Timeline, Problem> {
        let (as_of, rows, marks) = self.look(caller, case, as_of, |look| {
            let rows: Vec<FeedRow> = look.sight.rows().copied().collect();
            Ok((look.moment.position, rows, look.marks()))
        })?;
        let told = rows.iter().map(|row| self.told(self.render(caller, row)?, row, &marks));
        Ok(Timeline { case: case.clone(), as_of, steps: steps(told.collect::<Result<_, _>>()?) })
    }

    /// A fact as one line of a timeline.
    pub(super) fn told(&self, item: FeedItem, row: &FeedRow, marks: &Marks) -> Result<Told, Problem> {
        let kind = item.event["type"].as_str().unwrap_or_default();
        let title = self.title(kind);
        let exact = row.form != Form::Coarse;
        let late = exact && marks.late.contains(&row.fact);
        let withdrawn = exact && marks.withdrawn.contains(&row.fact);
        Ok(Told { title, late, withdrawn, told: self.recorded_at(row.told)?, item })
    }

    /// What a fact type is called.
    pub(super) fn title(&self, kind: &str) -> Title {
        let contracts = self.contracts();
        let schema = contracts.get(kind).map(|contract| &contract.schema);
        let text = |place: Option<&Value>| place.and_then(Value::as_str).unwrap_or(kind).to_owned();
        let zh = schema.and_then(|schema| schema.pointer("/x-zh/title"));
        Title { zh: text(zh), en: text(schema.and_then(|schema| schema.get("title"))) }
    }

    fn recorded_at(&self, position: Position) -> Result<Instant, Problem> {
        let stored = self.ledger.get(position)?;
        let stored = stored.ok_or_else(|| Problem::Damaged(format!("record {position} is missing")))?;
        Ok(stored.record.recordedtime)
    }
}

/// What is to be said of facts beside what they say.
pub(super) struct Marks {
    /// Recorded after something that happened later, or on a later day than they happened.
    late: HashSet<FactRef>,
    /// Taken back by their publishers.
    withdrawn: HashSet<FactRef>,
}

impl Look<'_> {
    pub(super) fn marks(&self) -> Marks {
        let mut latest: Option<Instant> = None;
        let day = |at| self.moment.rules.local_date(at);
        let late = |fact: &&vocabulary::CaseFact| {
            let happened = fact.attributes.happened().unwrap_or(fact.recorded);
            let behind = latest.is_some_and(|latest| happened < latest);
            latest = latest.max(Some(happened));
            behind || day(happened) < day(fact.recorded)
        };
        // what the caller was not told of would show in the marks of what it was
        let told: Vec<_> = self.facts.iter().filter(|fact| self.sight.exact(fact.at)).collect();
        let gone = withdrawn(&told);
        let gone = |fact: &&&vocabulary::CaseFact| gone.contains(&fact.at.sequence);
        Marks {
            withdrawn: told.iter().filter(gone).map(|fact| fact.at).collect(),
            late: told.into_iter().filter(late).map(|fact| fact.at).collect(),
        }
    }
}

/// Puts facts into steps, in the order of their first facts.
pub(super) fn steps(told: Vec<Told>) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut step_of: HashMap<(String, String), usize> = HashMap::new();
    for fact in told {
        let event = &fact.item.event;
        let text = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
        let (id, time) = (text("id"), text("time"));
        let stage = text("type").split('.').next().unwrap_or_default().to_owned();
        if fact.item.form == Form::Coarse
            && let Some(last) = steps.last_mut().filter(|last| last.is_coarse_of(&time))
        {
            last.facts.push(fact); // all that is known of them is the day
            continue;
        }
        let answers = event["data"].as_object().into_iter().flatten().filter_map(|(_, value)| value.as_str());
        let known =
            answers.filter_map(|named| step_of.get(&(stage.clone(), named.to_owned()))).next().copied();
        let place = match known {
            Some(place) => {
                steps[place].go_on(&time, fact);
                place
            }
            None => {
                steps.push(Step::begin(id.clone(), time, fact));
                steps.len() - 1
            }
        };
        step_of.entry((stage, id)).or_insert(place);
    }
    steps
}

impl Step {
    fn begin(id: String, time: String, fact: Told) -> Self {
        let (title, state) = (fact.title.clone(), fact.title.clone());
        Self { id, title, state, began: time.clone(), ended: time, seconds: 0, facts: vec![fact] }
    }

    /// Whether it holds facts of which only this day is known.
    fn is_coarse_of(&self, day: &str) -> bool {
        self.began == day && self.facts.iter().all(|fact| fact.item.form == Form::Coarse)
    }

    fn go_on(&mut self, time: &str, fact: Told) {
        self.state = fact.title.clone();
        time.clone_into(&mut self.ended);
        if let (Ok(began), Ok(ended)) = (Instant::parse(&self.began), Instant::parse(time)) {
            self.seconds = ended.timestamp().duration_since(began.timestamp()).as_secs();
        }
        self.facts.push(fact);
    }
}
