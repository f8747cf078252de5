//! A value together with the fact that made it so.

use serde::{Deserialize, Serialize};
use vocabulary::{CaseFact, FactRef, Instant};

/// A value of a case, where it comes from, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Known<T> {
    /// The value.
    pub value: T,
    /// The fact that made it so.
    pub by: FactRef,
    /// The property of that fact that says it; `None` where the type of the fact says it all.
    pub property: Option<String>,
    /// Since when, by the word of the publisher.
    pub since: Instant,
}

/// When the fact happened, by the word of its publisher.
pub(crate) fn happened(fact: &CaseFact) -> Instant {
    fact.attributes.happened().unwrap_or(fact.recorded)
}

/// What a property of the fact says.
pub(crate) fn known<T: Clone>(value: &T, property: &str, fact: &CaseFact) -> Known<T> {
    let property = Some(property.to_owned());
    Known { value: value.clone(), by: fact.at, property, since: happened(fact) }
}

/// What the type of the fact says.
pub(crate) fn by_type<T>(value: T, fact: &CaseFact) -> Known<T> {
    Known { value, by: fact.at, property: None, since: happened(fact) }
}
