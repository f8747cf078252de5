//! What a fact names by its id: where its contract says what that must be (`x-names`), it stands in the history; and
//! where one is enough for each (`x-once`), there is none yet.
//!
//! Types of a stage have rules of their own, which know more: whose it is, and how far it has come.

use crate::history::Folded;
use crate::problem::Problem;
use contract::Document;
use vocabulary::intake::Intake;
use vocabulary::withdrawal::standing;
use vocabulary::{CaseFact, Fact, TypeName};

vocabulary::refusals! {
    NamesNothing = "governance.names-nothing",
        "This names a fact that does not stand in this history, or is not of the kind that is meant. Check the id.",
        "所引用的事实在本案中不存在，或者不是所指的类型，请核对编号。";
    SaidBefore = "governance.said-before",
        "Somebody has said this of the same fact already. Have that withdrawn first, if it was wrong.",
        "对同一事实已有相同类型的记录；如有错误，请先撤回原记录。";
}

/// Does each fact that the document names stand in the history, is it of a type that is meant, and has nobody said the
/// same of it where that is said once? A history that has taken over the reports of others may speak of what stands
/// there.
///
/// # Errors
/// Every property that names nothing; else those that name what has its answer.
pub(crate) fn named(document: &Document, folded: &Folded) -> Result<(), Problem> {
    let properties = document.contract.properties().iter().filter(|(_, property)| !property.names.is_empty());
    let named: Vec<_> = properties
        .filter_map(|(name, property)| Some((name, document.clear.get(name)?.as_str()?, property)))
        .collect();
    if named.is_empty() {
        return Ok(());
    }
    let facts = standing(&folded.facts);
    let stands = |id: &str, types: &[TypeName]| {
        facts.iter().any(|fact| fact.attributes.id.as_str() == id && types.iter().any(|kind| fact.is(kind)))
    };
    let nothing = named.iter().filter(|(_, id, property)| !stands(id, &property.names));
    if !facts.iter().copied().any(took_over) {
        unless_none(Refusal::NamesNothing, nothing.map(|(name, ..)| *name).collect())?;
    }
    let said = |name: &str, id: &str| {
        let same = |fact: &&CaseFact| fact.attributes.kind == document.attributes.kind;
        facts.iter().copied().filter(same).any(|fact| fact.clear.get(name).is_some_and(|said| said == id))
    };
    let before = named.iter().filter(|(name, id, property)| property.once && said(name, id));
    unless_none(Refusal::SaidBefore, before.map(|(name, ..)| *name).collect())
}

fn unless_none(refusal: Refusal, properties: Vec<&String>) -> Result<(), Problem> {
    if properties.is_empty() { Ok(()) } else { Err(Problem::Refused(refusal.of_all(properties))) }
}

fn took_over(fact: &CaseFact) -> bool {
    matches!(fact.fact, Fact::Intake(Intake::ReportsLinked(_)))
}
