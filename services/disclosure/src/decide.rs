//! What one agency may know of one fact: the visibility matrix, applied.

use crate::Involved;
use crate::involved::codes;
use contract::{Contract, Involvement, Store};
use jurisdiction::{Level, Rules, Standing};
use serde::Serialize;
use std::collections::BTreeMap;
use vocabulary::governance::{Form, Governance};
use vocabulary::{AgencyCode, CaseFact, Fact, GroupName, Instant};

/// Why a value is withheld.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    /// The agency gets codes and bands of this group, not its words.
    Masked,
    /// The agency knows of this group only that something is so.
    StatusOnly,
    /// It may be shown after an approval.
    ApprovalRequired,
    /// The agency has no part in this group.
    NotEntitled,
}

/// What an agency may know of a fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Decision {
    /// The form as a whole.
    pub form: Form,
    /// What is withheld, by JSON Pointer into the event; empty when the form is full or coarse.
    pub withheld: BTreeMap<String, Reason>,
}

impl Decision {
    /// Only that something happened.
    pub fn coarse() -> Self {
        Self { form: Form::Coarse, withheld: BTreeMap::new() }
    }

    /// Everything.
    pub fn full() -> Self {
        Self { form: Form::Full, withheld: BTreeMap::new() }
    }

    /// Whether an agency that was told `before` learns something by this.
    pub(crate) fn tells_more_than(&self, before: &Self) -> bool {
        match (self.form, before.form) {
            (Form::Coarse, _) => false,
            (_, Form::Coarse) => true,
            _ => before.withheld.keys().any(|pointer| !self.withheld.contains_key(pointer)),
        }
    }
}

/// Decides for one agency and one fact, at a time. `None`: it is not told that the fact exists.
///
/// The publisher gets its own fact exactly. Agencies that the fact itself addresses, invites, assigns or makes
/// the lead, those who owed a clock that it says was missed, those whose part in the case it ends, and the one whose history it stands in always get its
/// exact type; others get it where the matrix gives them the state in full or masked,
/// and the coarse fact where it gives them the status only. Properties of a group that is closed to the agency
/// are listed as withheld whether the fact has them or not, so that the list tells nothing.
///
/// Broken glass opens what the matrix gives on approval; an agency that has no other part in the case sees the state and
/// the groups that it opened, and is as if it had never been there once the time is over.
pub fn decide(
    fact: &CaseFact,
    contract: &Contract,
    agency: &AgencyCode,
    involved: &Involved,
    rules: &Rules,
    at: Instant,
) -> Option<Decision> {
    if fact.attributes.source.agency == *agency {
        return Some(Decision::full());
    }
    let (part, opened) = (involved.has_part(agency, rules, at), involved.opened(agency, at));
    let ended = rules.agency(agency, at).is_some() && involved.was_ended(agency, &fact.attributes);
    if !part && opened.is_none() && !ended {
        return None;
    }
    let (standing, named) = standing(fact, contract, agency, involved, rules);
    let envelope = contract.attribute_group("source");
    let level = |group: &GroupName| {
        let level = rules.level(group, agency, at, &standing);
        match &opened {
            Some(groups) if groups.contains(group) && level == Level::Approval => Level::Full,
            Some(groups) if !part && !groups.contains(group) && envelope != Some(group) => {
                level.min(Level::Approval)
            }
            _ => level,
        }
    };
    let state = envelope.map_or(Level::None, level);
    match state {
        Level::Full | Level::Masked => {}
        _ if named => {}
        Level::Status => return contract.coarse().map(|_| Decision::coarse()),
        Level::Approval | Level::None => return None,
    }
    let properties = contract.properties().iter().filter_map(|(name, property)| {
        let reason = withheld(level(&property.group), property.store)?;
        let present = fact.clear.contains_key(name) || fact.protected.contains(name);
        (present || reason == Reason::NotEntitled).then(|| (format!("/data/{name}"), reason))
    });
    let actor = contract.attribute_group("actor").filter(|_| fact.attributes.actor.is_some());
    let actor = actor
        .and_then(|group| withheld(level(group), Store::Protected))
        .map(|why| ("/actor".to_owned(), why));
    let withheld: BTreeMap<String, Reason> = properties.chain(actor).collect();
    let form = if withheld.is_empty() { Form::Full } else { Form::Masked };
    Some(Decision { form, withheld })
}

/// The narrower of what was told and what is allowed now. What is allowed no more shrinks to the coarse fact:
/// positions never move.
pub fn narrower(told: Decision, now: Option<Decision>) -> Decision {
    let Some(now) = now else { return Decision::coarse() };
    if told.form == Form::Coarse || now.form == Form::Coarse {
        return Decision::coarse();
    }
    let mut withheld = told.withheld;
    for (pointer, reason) in now.withheld {
        let kept = withheld.entry(pointer).or_insert(reason);
        *kept = reason.max(*kept);
    }
    Decision { form: if withheld.is_empty() { Form::Full } else { Form::Masked }, withheld }
}

fn withheld(level: Level, store: Store) -> Option<Reason> {
    match (level, store) {
        (Level::Full, _) | (Level::Masked, Store::Clear) => None,
        (Level::Masked, Store::Protected) => Some(Reason::Masked),
        (Level::Status, _) => Some(Reason::StatusOnly),
        (Level::Approval, _) => Some(Reason::ApprovalRequired),
        (Level::None, _) => Some(Reason::NotEntitled),
    }
}

/// How the agency stands to the fact, and whether the fact names it as one that acts.
fn standing(
    fact: &CaseFact,
    contract: &Contract,
    agency: &AgencyCode,
    involved: &Involved,
    rules: &Rules,
) -> (Standing, bool) {
    let names = |how: &[Involvement]| {
        contract.properties().iter().any(|(name, property)| {
            property.involves.is_some_and(|i| how.contains(&i))
                && fact.clear.get(name).is_some_and(|value| codes(value).any(|code| code == *agency))
        })
    };
    // What stands in the history of an agency concerns it, whether it is named or not.
    // A breach is told to whoever owed what was missed, and the end of a part to whoever had it.
    let owes = matches!(&fact.fact, Fact::Governance(Governance::ClockBreached(breach)) if breach.owners.contains(agency));
    let ended = involved.was_ended(agency, &fact.attributes);
    let addressed =
        owes || ended || involved.is_home(agency) || names(&[Involvement::Addressed, Involvement::Invited]);
    let holds =
        |how: &[Involvement]| involved.grants(agency).any(|g| g.how.is_some_and(|i| how.contains(&i)));
    let assigned = holds(&[Involvement::Assigned, Involvement::Lead]);
    let mandate = involved.grants(agency).any(|g| g.how.is_some() && rules.mandate_facts().contains(&g.kind));
    let named = addressed || names(&[Involvement::Assigned, Involvement::Lead]);
    (Standing { own: false, addressed, assigned, mandate }, named)
}
