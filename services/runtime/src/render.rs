//! Rendering: the one place where protected values are revealed, for an entitled caller, at the moment of the
//! answer. What stands in a feed, a view or a queue is a reference.

use crate::bus::Bus;
use crate::history::Folded;
use crate::problem::Problem;
use crate::publish::Caller;
use agency_views::FeedRow;
use contract::{Contract, Contracts};
use disclosure::{Decision, decide, narrower};
use jurisdiction::Rules;
use serde::Serialize;
use serde_json::{Map, Value, json};
use vault::{FactPlace, Opened, SealedAt};
use vocabulary::commitment::data_pointer;
use vocabulary::governance::Form;
use vocabulary::record::{Record, StoredFact};
use vocabulary::{AgencyCode, CaseFact, FactRef, Instant};

/// What becomes of protected values that the agency may see.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Values {
    /// They are revealed: the answer goes to whoever asked.
    Revealed,
    /// They are left out: the answer is kept somewhere.
    Left,
}

/// One item of a feed.
#[derive(Clone, Debug, Serialize)]
pub struct FeedItem {
    /// Position in the agency's feed, dense from 1; 0 on a fact that is not in it yet.
    pub position: u64,
    /// The form in which it is shown.
    pub form: Form,
    /// Whether the agency became involved only after the fact was recorded.
    pub backfill: bool,
    /// The CloudEvent.
    pub event: Value,
    /// What is withheld from it.
    pub withheld: Vec<Withheld>,
}

/// A value that is not shown: never silently null.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Withheld {
    /// Where it would stand in the event.
    pub pointer: String,
    /// `withheld`; `gone` when nobody can read it any more; `by-read` where it is not sent, but answered to a read.
    pub state: &'static str,
    /// Why.
    pub reason: Value,
}

impl Bus {
    /// Renders a row for its agency: the narrower of what was told and what is allowed now.
    pub(crate) fn render(&self, caller: &Caller, row: &FeedRow) -> Result<FeedItem, Problem> {
        self.render_by(row, |folded| self.decision(folded, row, &caller.agency))
    }

    /// Renders a row for its agency without asking for a key: every protected value is left out, and marked as to
    /// be had by a read.
    pub(crate) fn render_clear(&self, caller: &Caller, row: &FeedRow) -> Result<FeedItem, Problem> {
        let decide = |folded: &Folded| self.decision(folded, row, &caller.agency);
        self.rendered(row, decide, Values::Left)
    }

    /// Renders a row of another agency for a caller that watches over it: of the values no more than both may see.
    /// What the agency may see and the caller may not is marked as withheld from the caller.
    pub(crate) fn render_for(
        &self,
        caller: &Caller,
        agency: &AgencyCode,
        row: &FeedRow,
    ) -> Result<FeedItem, Problem> {
        let mut told = Decision::coarse();
        let mut item = self.render_by(row, |folded| {
            told = self.told_by(folded, row, agency)?;
            let own = self.views.now().feeds.find(&caller.agency, row.fact)?;
            let own =
                own.map_or(Ok(Decision::coarse()), |own| self.decision(folded, &own, &caller.agency))?;
            Ok(if told.form == Form::Coarse { Decision::coarse() } else { narrower(told.clone(), Some(own)) })
        })?;
        for withheld in &mut item.withheld {
            if withheld.state == "withheld" && !told.withheld.contains_key(&withheld.pointer) {
                withheld.state = "withheld-from-you";
            }
        }
        item.form = told.form;
        Ok(item)
    }

    fn render_by(
        &self,
        row: &FeedRow,
        decide: impl FnOnce(&Folded) -> Result<Decision, Problem>,
    ) -> Result<FeedItem, Problem> {
        self.rendered(row, decide, Values::Revealed)
    }

    fn rendered(
        &self,
        row: &FeedRow,
        decide: impl FnOnce(&Folded) -> Result<Decision, Problem>,
        values: Values,
    ) -> Result<FeedItem, Problem> {
        let damaged = |what: &str| Problem::Damaged(format!("{what} of {}", row.fact));
        let stored = self.ledger.get(row.fact.sequence)?.ok_or_else(|| damaged("the record"))?;
        let fact = stored.record.facts.get(row.fact.ordinal as usize).ok_or_else(|| damaged("the fact"))?;
        let contracts = self.contracts();
        let contract = contracts.get(fact.attributes.kind.as_str()).ok_or_else(|| damaged("the contract"))?;
        let now = self.rules()?;
        let history = &stored.record.history;
        let decision = self.histories.readable(history, decide)??;
        match decision.form {
            Form::Coarse => self.coarse_item(row, fact, &stored.record, contract, &now),
            Form::Full | Form::Masked => self.exact_item(row, fact, &stored.record, decision, values),
        }
    }

    /// What the agency may be shown of a row. Told: by the rules and the involvement of the record that told it;
    /// a row that was told in full withheld nothing. Allowed: by those of now.
    pub(crate) fn decision(
        &self,
        folded: &Folded,
        row: &FeedRow,
        agency: &AgencyCode,
    ) -> Result<Decision, Problem> {
        let told = self.told_by(folded, row, agency)?;
        if told.form == Form::Coarse {
            return Ok(told);
        }
        let contracts = self.contracts();
        let (fact, contract) = fact_of(&contracts, folded, row)?;
        let allowed = decide(fact, contract, agency, &folded.involved, &self.rules()?, self.now());
        Ok(narrower(told, allowed))
    }

    /// What a row told when it was told, whatever is allowed now.
    fn told_by(&self, folded: &Folded, row: &FeedRow, agency: &AgencyCode) -> Result<Decision, Problem> {
        match row.form {
            Form::Coarse => Ok(Decision::coarse()),
            Form::Full => Ok(Decision::full()),
            Form::Masked => {
                let contracts = self.contracts();
                let (fact, contract) = fact_of(&contracts, folded, row)?;
                let mut involved = folded.involved.at_first();
                let until = folded.facts.iter().take_while(|fact| fact.at.sequence <= row.source);
                let at = until.inspect(|fact| involved.evolve(fact, &contracts)).last();
                let then = self.rulebook.at(row.rules)?;
                let told =
                    at.and_then(|last| decide(fact, contract, agency, &involved, &then, last.recorded));
                Ok(told.unwrap_or_else(Decision::coarse))
            }
        }
    }

    pub(crate) fn exact_item(
        &self,
        row: &FeedRow,
        fact: &StoredFact,
        record: &Record,
        decision: Decision,
        values: Values,
    ) -> Result<FeedItem, Problem> {
        let hidden = |pointer: &str| decision.withheld.contains_key(pointer);
        let mut withheld: Vec<Withheld> = decision
            .withheld
            .iter()
            .map(|(pointer, reason)| Withheld {
                pointer: pointer.clone(),
                state: "withheld",
                reason: json!(reason),
            })
            .collect();
        let mut event = json!(fact.attributes).as_object().cloned().unwrap_or_default();
        event.retain(|name, _| !hidden(&format!("/{name}")));
        let shown = |name: &str| !hidden(&data_pointer(name));
        let mut data: Map<String, Value> = fact.data.clone();
        data.retain(|name, _| shown(name));
        let shown = fact.sealed.iter().filter(|(name, _)| shown(name));
        let sealed: Vec<_> = shown.map(|(name, sealed)| (name, data_pointer(name), sealed)).collect();
        let (source, id) = (&fact.attributes.source, &fact.attributes.id);
        let home = FactPlace { history: &record.history, source, id };
        let asked: Vec<_> = sealed.iter().map(|(_, pointer, sealed)| SealedAt::of(sealed, pointer)).collect();
        let opened = match values {
            Values::Revealed => self.vault.reveal(home, &asked)?,
            Values::Left => Vec::new(),
        };
        if values == Values::Left {
            let by_read = |pointer: &String| Withheld {
                pointer: pointer.clone(),
                state: "by-read",
                reason: json!("protected"),
            };
            withheld.extend(sealed.iter().map(|(_, pointer, _)| by_read(pointer)));
        }
        for ((name, pointer, _), opened) in sealed.iter().zip(opened) {
            match opened {
                Opened::Present { value, .. } => drop(data.insert((*name).clone(), value.reveal().clone())),
                Opened::Gone => {
                    let (pointer, reason) = (pointer.clone(), json!("key-destroyed"));
                    withheld.push(Withheld { pointer, state: "gone", reason })
                }
            }
        }
        event.insert("subject".into(), json!(record.history));
        event.insert("recordedtime".into(), json!(record.recordedtime));
        event.insert("data".into(), data.into());
        place(&mut event, row.fact);
        // What a read answers is not kept from anybody.
        let full = withheld.iter().all(|value| value.state == "by-read");
        let form = if full { Form::Full } else { Form::Masked };
        Ok(FeedItem { position: row.position, form, backfill: row.backfill, event: event.into(), withheld })
    }

    /// The coarse fact: from the bus, on a day, under an id that says nothing of the one behind it.
    fn coarse_item(
        &self,
        row: &FeedRow,
        fact: &StoredFact,
        record: &Record,
        contract: &Contract,
        now: &Rules,
    ) -> Result<FeedItem, Problem> {
        let damaged = || Problem::Damaged(format!("the coarse form of {}", row.fact));
        let coarse = contract.coarse().ok_or_else(damaged)?;
        let name = format!("/{}/coarse/{}", self.region, row.fact); // what stands beside it as its place, no more
        let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes());
        let happened: Instant = fact.attributes.happened().unwrap_or(record.recordedtime);
        let mut event = json!({
            "specversion": "1.0",
            "id": id,
            "source": vocabulary::Source::bus(&self.region),
            "type": coarse.kind,
            "subject": record.history,
            "time": format!("{}T00:00:00Z", now.local_date(happened)),
            "data": coarse.data,
        });
        if let Some(event) = event.as_object_mut() {
            place(event, row.fact);
        }
        Ok(FeedItem {
            position: row.position,
            form: Form::Coarse,
            backfill: row.backfill,
            event,
            withheld: Vec::new(),
        })
    }
}

/// CloudEvents integers have 32 bits, so the sequence is a string.
fn place(event: &mut Map<String, Value>, at: FactRef) {
    event.insert("sequence".into(), at.sequence.to_string().into());
    event.insert("ordinal".into(), at.ordinal.into());
}

/// The fact of a row, and its contract.
fn fact_of<'f>(
    contracts: &'f Contracts,
    folded: &'f Folded,
    row: &FeedRow,
) -> Result<(&'f CaseFact, &'f Contract), Problem> {
    let damaged = |what: &str| Problem::Damaged(format!("the {what} of {}", row.fact));
    let fact = folded.facts.iter().find(|fact| fact.at == row.fact).ok_or_else(|| damaged("fact"))?;
    let contract = contracts.get(fact.attributes.kind.as_str());
    Ok((fact, contract.ok_or_else(|| damaged("contract"))?))
}
