//! What is told when a record has been appended.

use crate::{Involved, decide};
use contract::Contracts;
use jurisdiction::Rules;
use vocabulary::governance::Form;
use vocabulary::{AgencyCode, CaseFact, FactRef, Instant};

/// One agency is told of one fact. The runtime gives it the next position of that agency's feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Telling {
    /// Who.
    pub agency: AgencyCode,
    /// Of what.
    pub fact: FactRef,
    /// In which form.
    pub form: Form,
    /// Whether the fact was recorded before the agency was involved.
    pub backfill: bool,
}

/// Plans the disclosure of one record of a case. `before` are the facts of the history before the record and
/// `then` the rules of the last of them, `new` the facts of the record, `at` its recordedtime, `rules` those
/// that it was decided under.
///
/// Whoever is told of the case for the first time with this record is told of its past too, as backfill.
pub fn plan(
    (before, then): (&[CaseFact], &Rules),
    new: &[CaseFact],
    contracts: &Contracts,
    rules: &Rules,
    at: Instant,
) -> Vec<Telling> {
    let mut involved = Involved::default();
    before.iter().for_each(|fact| involved.evolve(fact, contracts));
    let known = before.last().map(|last| involved.audience(then, last.recorded)).unwrap_or_default();
    new.iter().for_each(|fact| involved.evolve(fact, contracts));
    let mut tellings = Vec::new();
    for agency in involved.audience(rules, at) {
        let late = !known.contains(&agency);
        let past = before.iter().filter(|_| late).map(|fact| (fact, true));
        for (fact, backfill) in past.chain(new.iter().map(|fact| (fact, false))) {
            let contract = contracts.get(fact.attributes.kind.as_str());
            let decision = contract.and_then(|c| decide(fact, c, &agency, &involved, rules, at));
            tellings.extend(decision.map(|d| Telling {
                agency: agency.clone(),
                fact: fact.at,
                form: d.form,
                backfill,
            }));
        }
    }
    let mut enders = new.iter().map(|fact| &fact.attributes.source.agency).collect::<Vec<_>>();
    enders.dedup();
    for agency in enders.into_iter().filter(|code| !involved.includes(code, rules, at)) {
        let own = new.iter().filter(|fact| fact.attributes.source.agency == *agency);
        tellings.extend(own.map(|fact| Telling {
            agency: agency.clone(),
            fact: fact.at,
            form: Form::Full,
            backfill: false,
        }));
    }
    tellings
}
