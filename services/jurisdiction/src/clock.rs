//! Clock rules: what must happen by when, who owes it, and by which law. They are data, each with the days on
//! which it is in force; `statutory-clock` folds a case under them.

mod allowed;
mod longer;
mod pattern;
mod read;
pub(crate) mod shape;

pub use allowed::{Allowed, Case, LastDay, Period, YearDay};
pub use longer::{Extension, Longer, Pause};
pub use pattern::{Key, Mention, Pattern, Start, Stop, Word};

pub(crate) use read::{counted, property};

use crate::{Name, Term};
use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;
use vocabulary::{Role, TypeName};

/// Which clock, such as `K08`; versions of one clock share it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ClockId(Arc<str>);

impl ClockId {
    /// The id as it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClockId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One version of one clock.
#[derive(Clone, Debug)]
pub struct ClockRule {
    /// Which clock it is.
    pub id: ClockId,
    /// What it is called.
    pub name: Name,
    /// What must be done, for the practitioner.
    pub obligation: Name,
    /// Whether law gives the number, or the region.
    pub kind: Kind,
    /// For starting facts of which days it holds.
    pub term: Term,
    /// How the agency that owes it is found.
    pub owner: OwnerRule,
    /// What starts it: the first that matches.
    pub starts: Vec<Start>,
    /// What stops it: whichever comes first.
    pub stops: Vec<Stop>,
    /// By when: the first case that fits the starting fact; the last fits always.
    pub due: Vec<Case>,
    /// What it stops begins it anew, until something ends it.
    pub repeats: bool,
    /// It is a right or a term and not a duty: when its time is over it expires, and nobody has missed anything.
    pub right: bool,
    /// No case closes while it is open, where the region's closing rules ask for that.
    pub holds_closing: bool,
    /// What ends it without being done: from there on nothing is owed.
    pub ends: Vec<Mention>,
    /// What makes time stand still.
    pub pauses: Vec<Pause>,
    /// What grants more time.
    pub extensions: Vec<Extension>,
    /// What the bus says when the validity has ended.
    pub expired: Option<Expired>,
    /// The legal basis.
    pub basis: Basis,
    /// The rule file in which it stands.
    pub file: String,
    /// The line of its `id`, from 1.
    pub line: usize,
}

/// Who set the number. A number that law does not give is never shown as law.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Deserialize, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// The law, or a document of the state that binds the whole country.
    Law,
    /// The region.
    Local,
}

/// Where a clock comes from.
#[derive(Clone, Debug, PartialEq, Eq, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Basis {
    /// The law, by its short name or number.
    pub law: String,
    /// The article.
    pub article: String,
    /// What it says, in short, and what about the number is the region's own.
    pub text: Name,
}

/// The fact that the bus publishes when a validity has ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expired {
    /// Its type.
    pub fact: TypeName,
    /// The properties of the starting fact that it repeats.
    pub copy: Vec<String>,
}

/// How the agency that owes is found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum OwnerRule {
    /// Whoever holds the role on the day of the question.
    Role(Role),
    /// The agency in the first of these properties that the starting fact has.
    AgencyIn(Vec<String>),
    /// Whoever published the starting fact.
    Publisher,
    /// Whoever published the fact that the start is about.
    PublisherOfAbout,
}

/// All clocks of a region, in all versions.
#[derive(Clone, Debug, Default)]
pub struct Clocks {
    rules: Vec<Arc<ClockRule>>,
    facts: BTreeSet<TypeName>,
}

impl Clocks {
    /// Every version of every clock, by id and first day.
    pub fn all(&self) -> &[Arc<ClockRule>] {
        &self.rules
    }

    /// The versions of each clock.
    pub fn by_id(&self) -> impl Iterator<Item = &[Arc<ClockRule>]> {
        self.rules.chunk_by(|one, other| one.id == other.id)
    }

    /// Whether any clock reads facts of this type.
    pub fn read_type(&self, kind: &TypeName) -> bool {
        self.facts.contains(kind)
    }
}

impl ClockRule {
    /// Every fact that the rule looks at.
    pub fn patterns(&self) -> impl Iterator<Item = &Pattern> {
        let starts = self.starts.iter().flat_map(|start| start.about.iter().chain([&start.on]));
        starts.chain(self.stops.iter().map(|stop| &stop.on)).chain(self.mentions().map(|fact| &fact.on))
    }

    /// Every fact before which something is due, or that ends, pauses or lengthens the clock.
    pub fn mentions(&self) -> impl Iterator<Item = &Mention> {
        let before = self.due.iter().filter_map(|case| match &case.time {
            Allowed::Before(fact) => Some(fact),
            _ => None,
        });
        let pauses = self.pauses.iter().flat_map(|pause| [&pause.from, &pause.until]);
        let extensions = self.extensions.iter().map(|extension| &extension.by);
        before.chain(&self.ends).chain(pauses).chain(extensions)
    }
}
