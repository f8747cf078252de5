//! What a caller has seen of a history, when it publishes on the condition that nothing else came since.
//!
//! Only what the caller may know of counts: what its feed told it, and what it published itself. So the answer
//! says nothing about facts that are hidden from it. A fact that is recorded but not yet disclosed does not
//! count either: to the caller it has not happened.

use crate::bus::Bus;
use crate::history::Folded;
use crate::problem::Problem;
use crate::publish::Caller;
use vocabulary::{CaseFact, FactRef};

impl Bus {
    /// Whether this is the last fact of the history that the caller can have seen.
    ///
    /// # Errors
    /// [`Problem::Moved`] when it is not; the views are away.
    pub(crate) fn has_seen(&self, caller: &Caller, folded: &Folded, seen: FactRef) -> Result<(), Problem> {
        for fact in folded.facts.iter().rev() {
            let own = is_own(caller, folded, fact);
            if own || self.views.now().feeds.position(&caller.agency, fact.at)?.is_some() {
                // the receipt of an own fact names what followed from it: whoever has one has seen them all
                let same_record = own && fact.at.sequence == seen.sequence && seen.ordinal < fact.at.ordinal;
                return if fact.at == seen || same_record { Ok(()) } else { Err(Problem::Moved) };
            }
        }
        Err(Problem::Moved)
    }
}

/// The caller's own fact, or what followed from one in the same record.
fn is_own(caller: &Caller, folded: &Folded, fact: &CaseFact) -> bool {
    let first = folded.facts.partition_point(|other| other.at.sequence < fact.at.sequence);
    let source = folded.facts.get(first).map(|first| &first.attributes.source);
    source.is_some_and(|source| source.agency == caller.agency && !source.is_bus())
}
