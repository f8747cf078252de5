//! Sight: which facts of a case one agency had been told of by a position, and in which form.

use super::Look;
use crate::bus::Bus;
use crate::history::Folded;
use crate::problem::Problem;
use agency_views::{FeedRow, Known};
use std::collections::BTreeMap;
use std::sync::PoisonError;
use vocabulary::governance::Form;
use vocabulary::{AgencyCode, FactRef, HistoryId, Position};

/// Most cases that are remembered as just opened.
const MOST_OPENED: usize = 4_096;

/// What one agency had been told of one case: for each fact the last telling.
pub(crate) struct Sight(BTreeMap<FactRef, FeedRow>);

impl Sight {
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The rows, in the order in which the facts were recorded.
    pub(crate) fn rows(&self) -> impl DoubleEndedIterator<Item = &FeedRow> {
        self.0.values()
    }

    /// The row of a fact.
    pub(crate) fn row(&self, fact: FactRef) -> Option<&FeedRow> {
        self.0.get(&fact)
    }

    /// Whether the agency was told what the fact is, and not only that something happened.
    pub(crate) fn exact(&self, fact: FactRef) -> bool {
        self.row(fact).is_some_and(|row| row.form != Form::Coarse)
    }

    /// The last fact that it was told of.
    pub(crate) fn last(&self) -> Option<&FeedRow> {
        self.rows().next_back()
    }
}

impl Bus {
    /// What the agency had been told, and what it said itself: a publisher may ask before disclosure has come by.
    pub(crate) fn sight(
        &self,
        agency: &AgencyCode,
        case: &HistoryId,
        folded: &Folded,
        by: Position,
    ) -> Result<Sight, Problem> {
        let told = self.views.now().feeds.of_case(agency, case)?;
        let told = told.into_iter().filter(|row| row.told <= by).map(|row| (row.fact, row));
        let mut rows: BTreeMap<FactRef, FeedRow> = told.collect();
        for (fact, rules) in folded.facts.iter().zip(&folded.rules) {
            let source = &fact.attributes.source;
            if source.agency == *agency && !source.is_bus() && fact.at.sequence <= by {
                rows.entry(fact.at).or_insert_with(|| FeedRow::own(fact.at, *rules));
            }
        }
        Ok(Sight(rows))
    }

    /// Whether the agency was ever told of the case, or has just opened it. Asked before the history is looked at:
    /// guessing names costs the bus nothing, and a hidden case takes as long as one that does not exist.
    pub(crate) fn may_know(&self, agency: &AgencyCode, case: &HistoryId) -> Result<bool, Problem> {
        let told = self.views.now().feeds.knows(agency, case)?;
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        let key = (agency.clone(), case.clone());
        Ok(if told { opened.remove(&key) || told } else { opened.contains(&key) })
    }

    /// Notes who has opened a case, until it is told of it itself.
    pub(crate) fn has_opened(&self, agency: &AgencyCode, case: &HistoryId) {
        let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
        if opened.len() >= MOST_OPENED {
            opened.clear(); // disclosure has long come by
        }
        opened.insert((agency.clone(), case.clone()));
    }
}

impl Look<'_> {
    /// Whether a property of a fact is withheld from the caller. What cannot be decided is withheld.
    pub(super) fn withheld(&self, fact: FactRef, property: &str) -> bool {
        let Some(row) = self.sight.row(fact) else { return true };
        let decision = self.bus.decision(self.folded, row, &self.caller.agency);
        decision.map_or(true, |decision| {
            let pointer = vocabulary::commitment::data_pointer(property);
            decision.form == Form::Coarse || decision.withheld.contains_key(&pointer)
        })
    }

    /// The value, where the agency was told of the fact that it comes from, and of that property.
    pub(super) fn shown<'k, T>(&self, known: Option<&'k Known<T>>) -> Result<Option<&'k T>, Problem> {
        let Some(known) = known else { return Ok(None) };
        let Some(row) = self.sight.row(known.by) else { return Ok(None) };
        let decision = self.bus.decision(self.folded, row, &self.caller.agency)?;
        let hidden = known.property.as_ref().is_some_and(|property| {
            decision.withheld.contains_key(&vocabulary::commitment::data_pointer(property))
        });
        Ok((decision.form != Form::Coarse && !hidden).then_some(&known.value))
    }
}
