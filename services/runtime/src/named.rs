//! What a fact names by its id: where its contract says what that must be (`x-names`), it stands in the history.
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
}

/// Does each fact that the document names stand in the history, and is it of a type that is meant? One that has taken
/// over the reports of others may speak of what stands there.
///
/// # Errors
/// Every property that names nothing.
pub(crate) fn named(document: &Document, folded: &Folded) -> Result<(), Problem> {
    let properties = document.contract.properties().iter().filter(|(_, property)| !property.names.is_empty());
    let named: Vec<_> = properties
        .filter_map(|(name, property)| Some((name, document.clear.get(name)?.as_str()?, &property.names)))
        .collect();
    if named.is_empty() || folded.facts.iter().any(took_over) {
        return Ok(());
    }
    let facts = standing(&folded.facts);
    let stands = |id: &str, types: &[TypeName]| {
        facts.iter().any(|fact| fact.attributes.id.as_str() == id && types.iter().any(|kind| fact.is(kind)))
    };
    let nothing: Vec<_> =
        named.iter().filter(|(_, id, types)| !stands(id, types)).map(|(name, ..)| name).collect();
    match nothing.is_empty() {
        true => Ok(()),
        false => Err(Problem::Refused(Refusal::NamesNothing.of_all(nothing))),
    }
}

fn took_over(fact: &CaseFact) -> bool {
    matches!(fact.fact, Fact::Intake(Intake::ReportsLinked(_)))
}
