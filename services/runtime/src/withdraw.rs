//! Taking a fact back, and saying what is wrong in one that stands.
//!
//! A fact is never edited. Its publisher may withdraw it, and from there on every fold reads the history without it
//! ([`vocabulary::withdrawal`]); what was told of it stays told, and whoever it had named is told of the withdrawal.
//!
//! Not while a later fact rests on it: one that names it, or that would not have been admitted without it, under the
//! rules of its own day. That is tried, not looked up: the history is decided again, with the fact and without. What
//! rests on it is then corrected instead: a correction says which properties are wrong and changes no fold.

use crate::bus::Bus;
use crate::history::Folded;
use crate::problem::Problem;
use crate::publish::Caller;
use crate::stages::{self, States};
use contract::{Contracts, Opens};
use disclosure::Involved;
use jurisdiction::Rules;
use serde_json::Value;
use vocabulary::governance::{DataCorrectionRecorded, FactWithdrawn};
use vocabulary::intake::Intake;
use vocabulary::withdrawal::standing;
use vocabulary::{CaseFact, EventId, Fact};

vocabulary::refusals! {
    NoSuchFact = "governance.no-such-fact",
        "Your agency has recorded no such fact here, or has withdrawn it already.",
        "贵单位未在此记录该事实，或已将其撤回。";
    NotWithdrawable = "governance.not-withdrawable",
        "Facts of this type are not withdrawn: a report stays a report, and what links or ends a case has its own way back.",
        "此类事实不得撤回：报告一经提出不再消失；并案、结案等另有撤销方式。";
    RestedOn = "governance.rested-on",
        "Later facts rest on this one. Have those withdrawn first, or record a correction.",
        "后续事实以该事实为依据。请先撤回后续事实，或登记更正。";
    NoSuchProperty = "governance.no-such-property",
        "A fact of this type has no such property.",
        "该类事实没有下列项目。";
}

impl Bus {
    /// May the caller take the fact back now?
    ///
    /// # Errors
    /// The rule that says no; rules of an earlier day cannot be read.
    pub(crate) fn withdrawal(
        &self,
        caller: &Caller,
        folded: &Folded,
        said: &FactWithdrawn,
    ) -> Result<(), Problem> {
        let contracts = self.contracts();
        let fact = own(caller, folded, &said.fact)?;
        if !may_go(fact, &contracts) {
            return Err(Problem::Refused(Refusal::NotWithdrawable.of(&fact.attributes.kind)));
        }
        folded.states.takes(&fact.attributes.kind).map_err(Problem::Refused)?;
        let resting = self.resting(folded, fact, &contracts)?;
        if resting.is_empty() {
            return Ok(());
        }
        // that something rests on it must be said; what that is, only as far as the caller was told of it
        let mut known = Vec::new();
        for fact in resting {
            if fact.attributes.source.agency == caller.agency
                || self.views.now().feeds.position(&caller.agency, fact.at)?.is_some()
            {
                known.push(&fact.attributes.id);
            }
        }
        Err(Problem::Refused(Refusal::RestedOn.of_all(known)))
    }

    /// May the caller say that these properties of the fact are wrong?
    ///
    /// # Errors
    /// The rule that says no.
    pub(crate) fn correction(
        &self,
        caller: &Caller,
        folded: &Folded,
        said: &DataCorrectionRecorded,
    ) -> Result<(), Problem> {
        let contracts = self.contracts();
        let fact = own(caller, folded, &said.fact)?;
        let contract = contracts.get(fact.attributes.kind.as_str());
        let has = |name: &&String| contract.is_some_and(|c| c.properties().contains_key(name.as_str()));
        let unknown: Vec<_> = said.properties.iter().filter(|name| !has(name)).collect();
        if unknown.is_empty() {
            Ok(())
        } else {
            Err(Problem::Refused(Refusal::NoSuchProperty.of_all(unknown)))
        }
    }

    /// The later facts that rest on this one.
    fn resting<'f>(
        &self,
        folded: &'f Folded,
        fact: &CaseFact,
        contracts: &Contracts,
    ) -> Result<Vec<&'f CaseFact>, Problem> {
        let mut with = Trial::of(folded);
        let mut without = with.clone();
        let mut resting = Vec::new();
        let version = |one: &CaseFact| {
            folded.facts.binary_search_by_key(&one.at, |other| other.at).ok().map(|place| folded.rules[place])
        };
        for one in standing(&folded.facts) {
            let later = one.at > fact.at && one.at.ordinal == 0;
            if later && !matches!(one.fact, Fact::Governance(_)) {
                let rules = self.rulebook.at(version(one).unwrap_or_default())?;
                if names(one, &fact.attributes.id)
                    || with.admits(one, &rules, contracts) && !without.admits(one, &rules, contracts)
                {
                    resting.push(one);
                }
            }
            with.evolve(one, contracts);
            if one.at.sequence != fact.at.sequence {
                without.evolve(one, contracts);
            }
        }
        Ok(resting)
    }
}

/// The fact of the caller with this id that stands.
fn own<'f>(caller: &Caller, folded: &'f Folded, id: &EventId) -> Result<&'f CaseFact, Problem> {
    let own = |fact: &&CaseFact| {
        fact.attributes.id == *id
            && fact.attributes.source.agency == caller.agency
            && !fact.attributes.source.is_bus()
    };
    let found = standing(&folded.facts).into_iter().find(own);
    found.ok_or_else(|| Problem::Refused(Refusal::NoSuchFact.of(id)))
}

/// Whether a fact of this type may be withdrawn at all. One that may open a history is a report: who could make it
/// vanish could be made to.
fn may_go(fact: &CaseFact, contracts: &Contracts) -> bool {
    let report = contracts.get(fact.attributes.kind.as_str()).is_none_or(|c| c.opens() != Opens::Never);
    let own_way_back = match &fact.fact {
        Fact::Intake(said) => {
            matches!(said, Intake::CaseOpened(_) | Intake::ReportsLinked(_) | Intake::ReportsUnlinked(_))
        }
        Fact::Closure(_) | Fact::Governance(_) => true,
        _ => false,
    };
    !report && !own_way_back
}

/// Whether a fact names another by its id: as its cause, or in a clear property.
fn names(fact: &CaseFact, id: &EventId) -> bool {
    fact.attributes.causationid.as_deref() == Some(id.as_str())
        || fact.clear.values().any(|value| says(value, id))
}

fn says(value: &Value, id: &EventId) -> bool {
    match value {
        Value::String(text) => text == id.as_str(),
        Value::Array(values) => values.iter().any(|value| says(value, id)),
        Value::Object(members) => members.values().any(|value| says(value, id)),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// A history on the way of being decided again.
#[derive(Clone)]
struct Trial<'f> {
    facts: Vec<&'f CaseFact>,
    states: States,
    involved: Involved,
}

impl<'f> Trial<'f> {
    fn of(folded: &Folded) -> Self {
        Self { facts: Vec::new(), states: States::default(), involved: folded.involved.at_first() }
    }

    fn evolve(&mut self, fact: &'f CaseFact, contracts: &Contracts) {
        self.states.evolve(fact);
        self.involved.evolve(fact, contracts);
        self.facts.push(fact);
    }

    /// Whether the fact would be admitted at this point. What the bus says follows from what it knows.
    fn admits(&self, fact: &CaseFact, rules: &Rules, contracts: &Contracts) -> bool {
        let exempt =
            contracts.get(fact.attributes.kind.as_str()).is_some_and(|c| c.exempt_from_involvement());
        let knows = self.involved.includes(&fact.attributes.source.agency, rules, fact.recorded);
        let said = (&fact.attributes, &fact.fact);
        let proposed = stages::proposed(said, fact.recorded, self.facts.iter().copied(), rules);
        fact.attributes.source.is_bus() || (exempt || knows) && self.states.admit(&proposed, rules).is_ok()
    }
}
