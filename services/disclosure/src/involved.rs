//! Who is involved in a case: a fold of its history.

use crate::glass::{self, Glass};
use contract::{Contracts, Involvement, Opens};
use jurisdiction::Rules;
use serde_json::Value;
use std::collections::BTreeSet;
use vocabulary::{
    AgencyCode, Attributes, CaseFact, EventId, GroupName, HistoryId, Instant, Role, Source, TypeName,
};

/// One reason why an agency is involved: a fact that named it, or that it published as a reporter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// The agency.
    pub agency: AgencyCode,
    /// How it was named; `None` for the reporter's unit.
    pub how: Option<Involvement>,
    /// The fact that did it.
    pub by: EventId,
    /// The type of that fact.
    pub kind: TypeName,
    /// Who said it.
    source: Source,
    /// What that fact is about: the value of its property that has the name of its stage, such as `referral`.
    about: Option<String>,
    /// The facts by which it is over: while any of them stands, the agency is involved no more by this.
    over: BTreeSet<(EventId, Source)>,
}

impl Grant {
    /// Whether this fact did it.
    fn is_by(&self, id: &EventId, source: &Source) -> bool {
        self.by == *id && self.source == *source
    }
}

/// Everybody who is involved in one history by its facts, or has broken the glass; and in the history of an agency that
/// agency.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Involved {
    grants: Vec<Grant>,
    home: Option<AgencyCode>,
    glass: Vec<Glass>,
}

impl Involved {
    /// Nobody yet, but the agency that the history is about.
    pub fn of(history: &HistoryId) -> Self {
        Self { home: history.of_agency(), ..Self::default() }
    }

    /// The same history before its first fact.
    pub fn at_first(&self) -> Self {
        Self { home: self.home.clone(), ..Self::default() }
    }

    /// Whether the history is about this agency.
    pub(crate) fn is_home(&self, agency: &AgencyCode) -> bool {
        self.home.as_ref() == Some(agency)
    }

    fn agencies(&self) -> impl Iterator<Item = &AgencyCode> {
        self.standing().map(|grant| &grant.agency).chain(&self.home)
    }

    fn standing(&self) -> impl Iterator<Item = &Grant> {
        self.grants.iter().filter(|grant| grant.over.is_empty())
    }

    /// Folds one more fact in.
    pub fn evolve(&mut self, fact: &CaseFact, contracts: &Contracts) {
        glass::note(&mut self.glass, fact);
        if let Some(said) = fact.withdrawal() {
            self.withdraw(&said.fact, &fact.attributes);
            return;
        }
        let Some(contract) = contracts.get(fact.attributes.kind.as_str()) else { return };
        let (by, kind) = (&fact.attributes.id, &fact.attributes.kind);
        let about = fact.clear.get(kind.stage()).and_then(Value::as_str);
        let mut grant = |agency: AgencyCode, how| {
            let (by, kind, source) = (by.clone(), kind.clone(), fact.attributes.source.clone());
            let (about, over) = (about.map(str::to_owned), BTreeSet::new());
            self.grants.push(Grant { agency, how, by, kind, source, about, over });
        };
        if contract.opens() != Opens::Never && !fact.attributes.source.is_bus() {
            grant(fact.attributes.source.agency.clone(), None);
        }
        for (name, property) in contract.properties() {
            let Some(value) = fact.clear.get(name) else { continue };
            if let Some(how) = property.involves {
                codes(value).for_each(|agency| grant(agency, Some(how)));
            }
        }
        for (name, _) in contract.properties().iter().filter(|(_, property)| property.ends) {
            let ended = fact.clear.get(name).and_then(Value::as_str).unwrap_or_default();
            let stage = kind.stage(); // ids are unique within a stage's facts of one history
            let over = (by.clone(), fact.attributes.source.clone());
            let named = |grant: &Grant| grant.by.as_str() == ended || grant.about.as_deref() == Some(ended);
            let ended = |grant: &&mut Grant| {
                named(grant) && grant.kind.stage() == stage && !grant.is_by(by, &fact.attributes.source)
            };
            self.grants.iter_mut().filter(|grant| grant.how.is_some()).filter(ended).for_each(|grant| {
                grant.over.insert(over.clone());
            });
        }
    }

    /// A fact that was withdrawn involves nobody any more, and what it had ended goes on.
    fn withdraw(&mut self, fact: &EventId, by: &Attributes) {
        for grant in &mut self.grants {
            grant.over.remove(&(fact.clone(), by.source.clone()));
            if grant.is_by(fact, &by.source) {
                grant.over.insert((by.id.clone(), by.source.clone()));
            }
        }
    }

    /// Whether a fact has ended a part that the agency had in the case.
    pub(crate) fn was_ended(&self, agency: &AgencyCode, by: &Attributes) -> bool {
        let by = (by.id.clone(), by.source.clone());
        self.grants.iter().any(|grant| grant.agency == *agency && grant.over.contains(&by))
    }

    /// The reasons why an agency is involved, without its rank in the roster.
    pub fn grants<'a>(&'a self, agency: &'a AgencyCode) -> impl Iterator<Item = &'a Grant> {
        self.standing().filter(move |grant| grant.agency == *agency)
    }

    /// Every time that the glass was broken.
    pub fn glass(&self) -> &[Glass] {
        &self.glass
    }

    /// The groups that an agency has opened for itself and that are open at a time; `None` when it has opened none.
    pub fn opened(&self, agency: &AgencyCode, at: Instant) -> Option<BTreeSet<&GroupName>> {
        let mut open =
            self.glass.iter().filter(|glass| glass.agency == *agency && at < glass.until).peekable();
        open.peek()?;
        Some(open.flat_map(|glass| &glass.groups).collect())
    }

    /// Everybody who is told of this case at a time: those involved, their parents and authorities and whoever acts
    /// for them, the roles that see the whole region, and whoever has broken the glass, while it is open. Agencies that are off the roster are told nothing.
    pub fn audience(&self, rules: &Rules, at: Instant) -> BTreeSet<AgencyCode> {
        let direct: BTreeSet<&AgencyCode> = self.agencies().collect();
        let above = |code: &&AgencyCode| {
            [rules.parent(code, at), rules.authority(code, at), rules.served_by(code, at)]
                .into_iter()
                .flatten()
        };
        let superiors: Vec<&AgencyCode> = direct.iter().flat_map(above).collect();
        let region = rules.agencies(at).map(|agency| &agency.code).filter(|code| rules.sees_region(code, at));
        let glass = self.glass.iter().filter(|glass| at < glass.until).map(|glass| &glass.agency);
        let everybody = direct.into_iter().chain(superiors).chain(region).chain(glass);
        everybody.filter(|code| rules.agency(code, at).is_some()).cloned().collect()
    }

    /// Those holders of a role that have a part in the case: who is named by its facts, or else who is told of
    /// it, or else all of them.
    pub fn holders(&self, role: &Role, rules: &Rules, at: Instant) -> Vec<AgencyCode> {
        let holders: Vec<AgencyCode> = rules.holders(role.as_str(), at).into_iter().cloned().collect();
        let named = |code: &&AgencyCode| self.is_home(code) || self.grants(code).next().is_some();
        let told = |code: &&AgencyCode| self.includes(code, rules, at);
        for part in [&named as &dyn Fn(&&AgencyCode) -> bool, &told] {
            let part: Vec<AgencyCode> = holders.iter().filter(|code| part(code)).cloned().collect();
            if !part.is_empty() {
                return part;
            }
        }
        holders
    }

    /// Whether an agency is told of this case at a time: it has a part in it, or has broken the glass.
    pub fn includes(&self, agency: &AgencyCode, rules: &Rules, at: Instant) -> bool {
        self.has_part(agency, rules, at)
            || rules.agency(agency, at).is_some() && self.opened(agency, at).is_some()
    }

    /// Whether an agency has a part in this case at a time.
    pub fn has_part(&self, agency: &AgencyCode, rules: &Rules, at: Instant) -> bool {
        rules.agency(agency, at).is_some()
            && (rules.sees_region(agency, at)
                || self.agencies().any(|direct| {
                    let above = |code: Option<&AgencyCode>| code == Some(agency);
                    direct == agency
                        || above(rules.parent(direct, at))
                        || above(rules.authority(direct, at))
                        || above(rules.served_by(direct, at))
                }))
    }
}

/// The agency codes in a property: one, or an array of them.
pub(crate) fn codes(value: &Value) -> impl Iterator<Item = AgencyCode> + '_ {
    let one = value.as_str().into_iter();
    let many = value.as_array().into_iter().flatten().filter_map(Value::as_str);
    one.chain(many).filter_map(|code| AgencyCode::parse(code).ok())
}
