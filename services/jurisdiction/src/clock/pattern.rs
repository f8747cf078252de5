//! What clock rules say of facts: which start a clock, which stop it, which come after it.

use std::collections::BTreeSet;
use vocabulary::{Role, TypeName};

/// A fact that matters, by its type and its clear properties.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// The type.
    pub fact: TypeName,
    /// Each property has one of these values (a list has one among its values).
    pub when: Vec<(String, Vec<Word>)>,
    /// It has each of these properties, whatever they say.
    pub has: Vec<String>,
    /// The agency in each of these properties holds the role.
    pub holds: Vec<(String, Role)>,
    /// The agency that published it holds the role.
    pub by: Option<Role>,
}

/// A value as rule files write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Word {
    /// A word or code.
    Text(String),
    /// A whole number.
    Number(i64),
    /// Yes or no.
    Flag(bool),
}

/// What tells instances of a clock apart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key {
    /// The fact's own id.
    Id,
    /// The value of a clear property.
    Property(String),
    /// There is one at a time, and it is known by the id of the fact that began it.
    Only,
}

/// What starts a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    /// The fact.
    pub on: Pattern,
    /// Which instance it starts. By its own id, every start is an instance.
    pub per: Key,
    /// The property with the time, where it is not the fact's own.
    pub at: Option<String>,
    /// The fact that the key names must be one of these; any, where empty.
    pub about: Vec<Pattern>,
}

/// What stops a clock.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stop {
    /// The fact.
    pub on: Pattern,
    /// Which instance it stops; every running one, where absent.
    pub per: Option<Key>,
    /// The property with the time, where it is not the fact's own.
    pub at: Option<String>,
    /// Done up to so many days before the start counts as well.
    pub early_days: Option<u16>,
    /// What happens before so many months have passed does not count.
    pub not_before_months: Option<u16>,
    /// What must all be named, by one fact or by several together.
    pub covers: Option<(String, BTreeSet<Word>)>,
    /// Roles that the agencies named, by one fact or by several together, must all hold.
    pub covers_roles: Option<(String, BTreeSet<Role>)>,
}

/// A fact that says something of an instance: something is due before it, or it ends, pauses or lengthens it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// The fact.
    pub on: Pattern,
    /// Of which instance it speaks; of all, where absent.
    pub per: Option<Key>,
    /// The property with the time, where it is not the fact's own.
    pub at: Option<String>,
}
