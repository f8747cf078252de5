//! What is told when a record has been appended: a fold of what was told of the case so far.

use crate::decide::Decision;
use crate::{Involved, decide};
use contract::Contracts;
use jurisdiction::Rules;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use vocabulary::governance::{Form, Governance};
use vocabulary::{AgencyCode, CaseFact, Fact, FactRef, HistoryId, Instant, Version};

/// One agency is told of one fact. The runtime gives it the next position of that agency's feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Who.
    pub agency: AgencyCode,
    /// Of what.
    pub fact: FactRef,
    /// In which form.
    pub form: Form,
    /// Whether the fact was recorded before the agency might know of it in this form.
    pub backfill: bool,
}

/// Every decision once: thousands of facts are told in the same few forms, and each fact to many agencies.
#[derive(Default)]
pub struct Decisions(HashSet<Arc<Decision>>);

impl Decisions {
    fn one(&mut self, decision: Decision) -> Arc<Decision> {
        if let Some(known) = self.0.get(&decision) {
            return known.clone();
        }
        let new = Arc::new(decision);
        self.0.insert(new.clone());
        new
    }
}

/// What was told of one case so far: to whom, of what, and how much of it.
#[derive(Clone, Default)]
pub struct Told {
    involved: Involved,
    audience: BTreeSet<AgencyCode>,
    rules: Version,
    told: HashMap<AgencyCode, HashMap<FactRef, Arc<Decision>>>,
}

impl Told {
    /// Nothing yet, of this history.
    pub fn of(history: &HistoryId) -> Self {
        Self { involved: Involved::of(history), ..Self::default() }
    }

    /// Tells the next record: `before` are the facts of the history before it, `new` its own, `at` its
    /// recordedtime, `rules` those that it was decided under. `decisions` holds those that any case has met.
    ///
    /// Whoever comes into the case, or stands to it in another way than before, is told of its past as well, as
    /// backfill; but only of what it was not told before, or of which it may now know more. Nobody is told the
    /// same twice.
    pub fn next(
        &mut self,
        (before, new): (&[CaseFact], &[CaseFact]),
        contracts: &Contracts,
        rules: &Rules,
        at: Instant,
        decisions: &mut Decisions,
    ) -> Vec<Telling> {
        let past = self.involved.clone();
        new.iter().for_each(|fact| self.involved.evolve(fact, contracts));
        let audience = self.involved.audience(rules, at);
        let mut tellings = Vec::new();
        for agency in &audience {
            let stands_as_before = self.audience.contains(agency)
                && self.rules == rules.version()
                && past.grants(agency).eq(self.involved.grants(agency))
                && past.opened(agency, at) == self.involved.opened(agency, at);
            let past = before.iter().filter(|_| !stands_as_before).map(|fact| (fact, true));
            for (fact, backfill) in past.chain(new.iter().map(|fact| (fact, false))) {
                // The tokens of an agency stand in its history, and are nobody's feed.
                if matches!(fact.fact, Fact::Governance(Governance::AgencyTokenIssued(_))) {
                    continue;
                }
                let decision = self.due(fact, (before, new), agency, contracts, (rules, at));
                let decision = decision.map(|decision| decisions.one(decision));
                tellings.extend(decision.and_then(|decision| self.tell(agency, fact.at, decision, backfill)));
            }
        }
        // Who leaves the case still gets the word by which it does: its own, or what ended its part.
        let left: Vec<AgencyCode> = self.audience.difference(&audience).cloned().collect();
        let speakers = new.iter().map(|fact| &fact.attributes.source.agency).cloned();
        let leaving: BTreeSet<AgencyCode> =
            speakers.filter(|code| !audience.contains(code)).chain(left).collect();
        for agency in leaving.iter().filter(|code| rules.agency(code, at).is_some()) {
            for fact in new {
                let decision = self.due(fact, (before, new), agency, contracts, (rules, at));
                let decision = decision.map(|decision| decisions.one(decision));
                tellings.extend(decision.and_then(|decision| self.tell(agency, fact.at, decision, false)));
            }
        }
        (self.audience, self.rules) = (audience, rules.version());
        tellings
    }

    /// What an agency may know of a fact now. That a fact is withdrawn or corrected is told as far as the fact itself was:
    /// it would say otherwise that there is one, and whose.
    fn due(
        &self,
        fact: &CaseFact,
        (before, new): (&[CaseFact], &[CaseFact]),
        agency: &AgencyCode,
        contracts: &Contracts,
        (rules, at): (&Rules, Instant),
    ) -> Option<Decision> {
        let contract = contracts.get(fact.attributes.kind.as_str())?;
        let decision = decide(fact, contract, agency, &self.involved, rules, at)?;
        let source = &fact.attributes.source;
        let Some(id) = fact.about_own().filter(|_| source.agency != *agency) else { return Some(decision) };
        if self.involved.was_ended(agency, &fact.attributes) {
            return Some(decision);
        }
        let same = |other: &&CaseFact| other.attributes.id == *id && other.attributes.source == *source;
        let of = before.iter().chain(new).find(same)?;
        let told = self.told.get(agency)?.get(&of.at)?;
        Some(if told.form == Form::Coarse { Decision::coarse() } else { decision })
    }

    /// Notes what an agency is told, unless it was told as much before.
    fn tell(
        &mut self,
        agency: &AgencyCode,
        fact: FactRef,
        decision: Arc<Decision>,
        backfill: bool,
    ) -> Option<Telling> {
        let told = self.told.entry(agency.clone()).or_default();
        if told.get(&fact).is_some_and(|before| !decision.tells_more_than(before)) {
            return None;
        }
        // A consequence told coarsely beside its cause would say which fact has consequences.
        let coarse = |other: &u32| {
            told.get(&FactRef { ordinal: *other, ..fact }).is_some_and(|d| d.form == Form::Coarse)
        };
        if decision.form == Form::Coarse && (0..fact.ordinal).any(|other| coarse(&other)) {
            return None;
        }
        let form = decision.form;
        told.insert(fact, decision);
        Some(Telling { agency: agency.clone(), fact, form, backfill })
    }
}
