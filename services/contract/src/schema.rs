//! One fact type: its JSON Schema and what the bus reads beside it.
//!
//! Annotations: `x-history`, `x-opens`, `x-publishers`, `x-id`, `x-attributes`, `x-coarse`, `x-exempt`,
//! `x-superseded` on the type;
//! `x-group`, `x-store`, `x-person`, `x-involves`, `x-ends` on each property, `x-words` beside an `enum`. A schema without one of those that it
//! needs does not load: a property without a group would be shown to everybody, or to nobody.
//!
//! `x-exempt: "quota"` marks a type that says that a child is in danger: it is taken however much its agency has
//! published. `x-exempt: "involvement"` marks one that an agency may say of a history in which it has no part: whoever
//! knows its name may break the glass. No other word is known.
//!
//! `x-superseded` names the version of the type that followed: this one is still admitted, and read as that.

use crate::envelope::is_time;
use jsonschema::{Draft, PatternOptions, Validator};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use vocabulary::id::HistoryKind;
use vocabulary::{GroupName, Role, TypeName};

/// Whether a fact opens a history.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Opens {
    /// It needs a subject.
    Never,
    /// It may not have one.
    Always,
    /// It opens exactly when it has none.
    May,
}

/// What a type is exempt from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Exempt {
    /// How many events an agency may publish.
    Quota,
    /// That it must have a part in the history that it speaks of.
    Involvement,
}

/// How a property is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Store {
    /// Read by decisions, clocks and routes; never erased.
    Clear,
    /// Stored as ciphertext only.
    Protected,
}

/// How the agency that a property names becomes involved in the case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Involvement {
    /// It is asked to act.
    Addressed,
    /// It is asked to take part.
    Invited,
    /// It has taken a task.
    Assigned,
    /// It leads the case.
    Lead,
}

/// What the bus reads beside one property.
#[derive(Clone, Debug, Deserialize)]
pub struct Property {
    /// The visibility group.
    #[serde(rename = "x-group")]
    pub group: GroupName,
    /// Clear or protected.
    #[serde(rename = "x-store")]
    pub store: Store,
    /// Whom a protected value concerns: a constant, or a JSON Pointer to a clear label.
    #[serde(rename = "x-person")]
    pub person: Option<String>,
    /// How the agency that it names becomes involved.
    #[serde(rename = "x-involves")]
    pub involves: Option<Involvement>,
    /// Whether the fact that it names by id stops involving the agencies that it involved, and with it those facts of
    /// its stage that are about it.
    #[serde(rename = "x-ends", default)]
    pub ends: bool,
    /// The types of which the fact is that it names by id, in the same history; empty where nobody asks.
    #[serde(rename = "x-names", default)]
    pub names: Vec<TypeName>,
    /// Whether one fact of this type stands for each that it names: a decision is taken once.
    #[serde(rename = "x-once", default)]
    pub once: bool,
}

/// The fact that agencies get instead, when they may only know that something happened.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Coarse {
    /// Its type.
    #[serde(rename = "type")]
    pub kind: TypeName,
    /// Its data.
    pub data: Map<String, Value>,
}

/// Words of kinds of history: one, or several.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Kinds {
    One(String),
    Several(Vec<String>),
}

impl Kinds {
    fn words(&self) -> &[String] {
        match self {
            Self::One(word) => std::slice::from_ref(word),
            Self::Several(words) => words,
        }
    }
}

#[derive(Clone, Debug, Deserialize)]
struct AttributeGroup {
    #[serde(rename = "x-group")]
    group: GroupName,
}

#[derive(Clone, Debug, Deserialize)]
struct Annotations {
    #[serde(rename = "$id")]
    id: String,
    #[serde(rename = "x-history")]
    histories: Kinds,
    #[serde(rename = "x-opens")]
    opens: Opens,
    #[serde(rename = "x-publishers")]
    publishers: Vec<Role>,
    #[serde(rename = "x-id")]
    event_id: Option<String>,
    #[serde(rename = "x-attributes")]
    attributes: BTreeMap<String, AttributeGroup>,
    #[serde(rename = "x-coarse")]
    coarse: Option<Coarse>,
    #[serde(rename = "x-exempt")]
    exempt: Option<Exempt>,
    #[serde(rename = "x-superseded")]
    superseded: Option<TypeName>,
    properties: BTreeMap<String, Property>,
}

/// A schema that cannot be used.
#[derive(Debug, thiserror::Error)]
#[error("{file}: {reason}")]
pub struct Unusable {
    /// The file.
    pub file: String,
    /// Why.
    pub reason: String,
}

/// The contract of one fact type.
pub struct Contract {
    /// The type.
    pub kind: TypeName,
    /// The schema as it is published.
    pub schema: Value,
    read: Annotations,
    validator: Validator,
}

impl std::fmt::Debug for Contract {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Contract({})", self.kind)
    }
}

impl Contract {
    /// Reads a schema file: `<stage>/<fact>.v<n>.json`.
    ///
    /// # Errors
    /// Not JSON Schema 2020-12, a pattern that is not linear-time, a missing or contradictory annotation.
    pub fn read(file: &str, text: &str) -> Result<Self, Unusable> {
        let unusable = |reason: String| Unusable { file: file.to_owned(), reason };
        let schema: Value = serde_json::from_str(text).map_err(|e| unusable(e.to_string()))?;
        let read = Annotations::deserialize(&schema).map_err(|e| unusable(e.to_string()))?;
        let name = file.strip_suffix(".json").unwrap_or(file).replacen('/', ".", 1);
        let kind = TypeName::parse(&name).map_err(|e| unusable(e.to_string()))?;
        let contract = Self { validator: compile(&schema).map_err(unusable)?, kind, schema, read };
        contract.consistent().map(|()| contract).map_err(unusable)
    }

    fn consistent(&self) -> Result<(), String> {
        let read = &self.read;
        let id = format!("urn:lianhu:{}", self.kind);
        check(read.id == id, format!("$id must be {id}"))?;
        let words = read.histories.words();
        let known = words.iter().all(|word| HistoryKind::of(word).is_some());
        check(known && !words.is_empty(), "x-history names no kind of history")?;
        let one = words.len() == 1 || read.opens == Opens::Never;
        check(one, "what opens a history stands in one kind of them")?;
        check(read.event_id.as_deref().is_none_or(|pattern| pattern == "uuid"), "x-id can only be uuid")?;
        for name in ["source", "actor"] {
            check(read.attributes.contains_key(name), format!("x-attributes.{name} has no x-group"))?;
        }
        for (name, property) in &read.properties {
            let protected = property.store == Store::Protected;
            check(
                protected == property.person.is_some(),
                format!("{name}: x-person exactly when protected"),
            )?;
            check(!(protected && property.involves.is_some()), format!("{name}: x-involves must be clear"))?;
            check(!protected || property.names.is_empty(), format!("{name}: x-names must be clear"))?;
            check(!property.once || !property.names.is_empty(), format!("{name}: x-once without x-names"))?;
            check(
                name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_'),
                format!("{name}: name"),
            )?;
        }
        let versions = |kind: &TypeName| {
            let (name, version) = kind.as_str().rsplit_once(".v").unwrap_or_default();
            (name.to_owned(), version.parse::<u32>().unwrap_or_default())
        };
        if let Some(newer) = &read.superseded {
            let (old, new) = (versions(&self.kind), versions(newer));
            check(old.0 == new.0 && old.1 < new.1, "x-superseded names no later version of the type")?;
        }
        check(self.schema["additionalProperties"] == Value::Bool(false), "objects are closed")
    }

    /// The kind of history that the fact belongs to; the first, where there are several.
    pub fn history(&self) -> HistoryKind {
        self.histories().next().unwrap_or(HistoryKind::Case) // unreachable: there is one
    }
    /// All kinds of history in which the fact may stand.
    pub fn histories(&self) -> impl Iterator<Item = HistoryKind> {
        self.read.histories.words().iter().filter_map(|word| HistoryKind::of(word))
    }
    /// Whether it opens a history.
    pub fn opens(&self) -> Opens {
        self.read.opens
    }
    /// Roles that may say it.
    pub fn publishers(&self) -> &[Role] {
        &self.read.publishers
    }
    /// Whether the event id must be a UUID, because other facts refer to it.
    pub fn wants_uuid(&self) -> bool {
        self.read.event_id.is_some()
    }
    /// The schema's `$id`.
    pub fn id(&self) -> &str {
        &self.read.id
    }
    /// The group of `source` or `actor`.
    pub fn attribute_group(&self, name: &str) -> Option<&GroupName> {
        self.read.attributes.get(name).map(|a| &a.group)
    }
    /// What others get instead.
    pub fn coarse(&self) -> Option<&Coarse> {
        self.read.coarse.as_ref()
    }
    /// Whether it is taken however much its agency has published: it says that a child is in danger.
    pub fn exempt_from_quota(&self) -> bool {
        self.read.exempt == Some(Exempt::Quota)
    }
    /// Whether an agency without a part in the history may say it.
    pub fn exempt_from_involvement(&self) -> bool {
        self.read.exempt == Some(Exempt::Involvement)
    }
    /// The version that followed; this one is still admitted, and read as that.
    pub fn superseded(&self) -> Option<&TypeName> {
        self.read.superseded.as_ref()
    }
    /// The top-level properties by name.
    pub fn properties(&self) -> &BTreeMap<String, Property> {
        &self.read.properties
    }
    /// The schema of a property, with the values that it takes: behind its reference, or of its items.
    pub fn property(&self, name: &str) -> &Value {
        let property = &self.schema["properties"][name];
        let target = property["$ref"].as_str().and_then(|at| self.schema.pointer(at.strip_prefix('#')?));
        let property = target.unwrap_or(property);
        if property["items"].is_object() { &property["items"] } else { property }
    }
    /// The compiled schema.
    pub(crate) fn validator(&self) -> &Validator {
        &self.validator
    }
}

fn check(holds: bool, reason: impl Into<String>) -> Result<(), String> {
    if holds { Ok(()) } else { Err(reason.into()) }
}

/// Draft 2020-12, formats asserted, linear-time patterns, no reference leaves the file.
fn compile(schema: &Value) -> Result<Validator, String> {
    jsonschema::options()
        .with_draft(Draft::Draft202012)
        .should_validate_formats(true)
        .should_ignore_unknown_formats(false)
        .with_format("date-time", is_time)
        .with_pattern_options(PatternOptions::regex())
        .offline()
        .build(schema)
        .map_err(|error| error.to_string())
}
