//! Typed facts. A fact has a Rust type only when a decision, a clock or a view reads it; all others are
//! contracts only, and read as [`Fact::Other`].
//!
//! The types hold the clear properties alone: a fold cannot reach a protected value.

use crate::case_conference::CaseConference;
use crate::closure::Closure;
use crate::follow_up::FollowUp;
use crate::governance::Governance;
use crate::guardianship::Guardianship;
use crate::intake::Intake;
use crate::mandatory_reporting::MandatoryReporting;
use crate::one_stop::OneStop;
use crate::record::Record;
use crate::referral::Referral;
use crate::upcast::upcast;
use crate::{Attributes, FactRef, Instant, Position, TypeName};
use serde::Deserialize;
use serde::de::value::{BorrowedStrDeserializer, MapDeserializer};
use serde::de::{Deserializer, IntoDeserializer, Visitor};
use serde_json::{Map, Value};

/// What was said, by stage.
#[derive(Clone, Debug, PartialEq)]
pub enum Fact {
    /// A lead or report arrives and becomes a case.
    Intake(Intake),
    /// The statutory report and what the police make of it.
    MandatoryReporting(MandatoryReporting),
    /// One place, one interview.
    OneStop(OneStop),
    /// One agency asks another to act.
    Referral(Referral),
    /// The agencies of a case decide together.
    CaseConference(CaseConference),
    /// Safety, placement, guardians, orders.
    Guardianship(Guardianship),
    /// Risk grades and visits.
    FollowUp(FollowUp),
    /// A case may end.
    Closure(Closure),
    /// Rules, tokens, disclosures.
    Governance(Governance),
    /// A fact that no decision, clock or view reads.
    Other,
}

/// The clear properties of a fact do not have the shape of its type. The contract prevents this at the
/// door, so in a ledger it means a damaged record or a newer program.
#[derive(Debug, thiserror::Error)]
#[error("the data of {kind} is not of its type: {why}")]
pub struct Misshapen {
    /// The fact type.
    pub kind: String,
    /// What serde says.
    pub why: String,
}

/// One of the two members by which serde tells the facts of a stage apart, borrowed where it stands.
enum Part<'de> {
    Kind(&'de str),
    Data(&'de Map<String, Value>),
}

impl<'de> IntoDeserializer<'de, serde_json::Error> for Part<'de> {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for Part<'de> {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self {
            Self::Kind(kind) => visitor.visit_borrowed_str(kind),
            Self::Data(data) => data.deserialize_any(visitor),
        }
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self {
            Self::Kind(kind) => BorrowedStrDeserializer::new(kind).deserialize_enum(name, variants, visitor),
            Self::Data(data) => data.deserialize_enum(name, variants, visitor),
        }
    }

    serde::forward_to_deserialize_any! {
        bool i8 i16 i32 i64 u8 u16 u32 u64 f32 f64 char str string bytes byte_buf option unit unit_struct
        newtype_struct seq tuple tuple_struct map struct identifier ignored_any
    }
}

impl Fact {
    /// Reads the clear properties of a fact as its type, in the newest version of that.
    ///
    /// # Errors
    /// A type with Rust meaning whose properties do not fit.
    pub fn read(kind: &str, clear: &Map<String, Value>) -> Result<Self, Misshapen> {
        fn typed<'de, T: Deserialize<'de>>(
            kind: &'de str,
            clear: &'de Map<String, Value>,
        ) -> Result<T, Misshapen> {
            let tagged = [("type", Part::Kind(kind)), ("data", Part::Data(clear))];
            T::deserialize(MapDeserializer::new(tagged.into_iter()))
                .map_err(|why: serde_json::Error| Misshapen { kind: kind.to_owned(), why: why.to_string() })
        }
        if let Some((kind, clear)) = upcast(kind, clear) {
            return Self::read(kind.as_str(), &clear);
        }
        match kind.split('.').next().unwrap_or_default() {
            "intake" if Intake::TYPES.contains(&kind) => typed(kind, clear).map(Self::Intake),
            "mandatory-reporting" if MandatoryReporting::TYPES.contains(&kind) => {
                typed(kind, clear).map(Self::MandatoryReporting)
            }
            "one-stop" if OneStop::TYPES.contains(&kind) => typed(kind, clear).map(Self::OneStop),
            "referral" if Referral::TYPES.contains(&kind) => typed(kind, clear).map(Self::Referral),
            "case-conference" if CaseConference::TYPES.contains(&kind) => {
                typed(kind, clear).map(Self::CaseConference)
            }
            "guardianship" if Guardianship::TYPES.contains(&kind) => {
                typed(kind, clear).map(Self::Guardianship)
            }
            "follow-up" if FollowUp::TYPES.contains(&kind) => typed(kind, clear).map(Self::FollowUp),
            "closure" if Closure::TYPES.contains(&kind) => typed(kind, clear).map(Self::Closure),
            "governance" if Governance::TYPES.contains(&kind) => typed(kind, clear).map(Self::Governance),
            _ => Ok(Self::Other),
        }
    }

    /// The wire name and the clear data of a typed fact; `None` for [`Fact::Other`].
    pub fn write(&self) -> Option<(String, Map<String, Value>)> {
        let tagged = match self {
            Self::Intake(fact) => serde_json::to_value(fact),
            Self::MandatoryReporting(fact) => serde_json::to_value(fact),
            Self::OneStop(fact) => serde_json::to_value(fact),
            Self::Referral(fact) => serde_json::to_value(fact),
            Self::CaseConference(fact) => serde_json::to_value(fact),
            Self::Guardianship(fact) => serde_json::to_value(fact),
            Self::FollowUp(fact) => serde_json::to_value(fact),
            Self::Closure(fact) => serde_json::to_value(fact),
            Self::Governance(fact) => serde_json::to_value(fact),
            Self::Other => return None,
        };
        let Ok(Value::Object(mut tagged)) = tagged else { return None };
        match (tagged.remove("type"), tagged.remove("data")) {
            (Some(Value::String(kind)), Some(Value::Object(data))) => Some((kind, data)),
            _ => None,
        }
    }
}

macro_rules! into_fact {
    ($($stage:ident),+) => { $(impl From<$stage> for Fact {
        fn from(fact: $stage) -> Self { Self::$stage(fact) }
    })+ };
}
into_fact!(
    Intake,
    MandatoryReporting,
    OneStop,
    Referral,
    CaseConference,
    Guardianship,
    FollowUp,
    Closure,
    Governance
);

/// A fact of a history as a fold meets it: clear, in its place, with its times.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseFact {
    /// Where it stands in the ledger.
    pub at: FactRef,
    /// When the bus recorded it.
    pub recorded: Instant,
    /// Who said it, when it happened.
    pub attributes: Attributes,
    /// What was said.
    pub fact: Fact,
    /// The clear properties, for rules that are data (disclosure, clocks).
    pub clear: Map<String, Value>,
    /// Type and clear properties in the newest version, where it was said in an older one.
    pub newer: Option<(TypeName, Map<String, Value>)>,
    /// Names of the protected properties that it has; their values are out of reach here.
    pub protected: Vec<String>,
}

impl CaseFact {
    /// The facts of one record, in order.
    ///
    /// # Errors
    /// A fact whose clear properties do not fit its type.
    pub fn of_record(sequence: Position, record: &Record) -> Result<Vec<Self>, Misshapen> {
        let fact = |(ordinal, stored): (usize, &crate::record::StoredFact)| {
            Ok(Self {
                at: FactRef { sequence, ordinal: ordinal as u32 },
                recorded: record.recordedtime,
                attributes: stored.attributes.clone(),
                fact: Fact::read(stored.attributes.kind.as_str(), &stored.data)?,
                clear: stored.data.clone(),
                newer: upcast(stored.attributes.kind.as_str(), &stored.data),
                protected: stored.sealed.keys().cloned().collect(),
            })
        };
        record.facts.iter().enumerate().map(fact).collect()
    }

    /// Whether it is of this type, as it was said or as it is read today: rules of an earlier day name the version
    /// of their day.
    pub fn is(&self, kind: &TypeName) -> bool {
        self.attributes.kind == *kind || self.newer.as_ref().is_some_and(|(newer, _)| newer == kind)
    }

    /// A clear property by its name in either version.
    pub fn value(&self, name: &str) -> Option<&Value> {
        self.clear.get(name).or_else(|| self.newer.as_ref()?.1.get(name))
    }
}
