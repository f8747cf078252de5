//! The shape of `agencies.toml`. Words keep their place in the text, so that a fault can name its line.

use super::Name;
use serde::Deserialize;
use serde::de::value::SeqAccessDeserializer;
use serde::de::{Deserializer, SeqAccess, Visitor};
use std::fmt;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    pub(super) region: Spanned<String>,
    pub(super) timezone: Spanned<String>,
    #[serde(default)]
    pub(super) demo: bool,
    pub(super) name: Name,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) code: Spanned<String>,
    pub(super) name: Name,
    pub(super) level: Spanned<u8>,
    pub(super) from: Spanned<String>,
    pub(super) until: Option<Spanned<String>>,
    pub(super) parent: Option<Spanned<Relation>>,
    pub(super) served_by: Option<Spanned<Relation>>,
    pub(super) authority: Option<Spanned<Relation>>,
    pub(super) roles: Vec<RoleRow>,
    pub(super) basis: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RoleRow {
    pub(super) role: Spanned<String>,
    pub(super) from: Spanned<String>,
    pub(super) until: Option<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RelationRow {
    pub(super) agency: Spanned<String>,
    pub(super) from: Spanned<String>,
    pub(super) until: Option<Spanned<String>>,
}

/// One code, for as long as the agency is on the roster, or a list of dated codes.
pub(super) enum Relation {
    Always(String),
    Dated(Vec<RelationRow>),
}

impl<'de> Deserialize<'de> for Relation {
    // By hand: an untagged enum would lose the places in the text.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = Relation;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an agency code, or a list of { agency, from, until }")
            }
            fn visit_str<E>(self, code: &str) -> Result<Relation, E> {
                Ok(Relation::Always(code.to_owned()))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, rows: A) -> Result<Relation, A::Error> {
                Vec::deserialize(SeqAccessDeserializer::new(rows)).map(Relation::Dated)
            }
        }
        deserializer.deserialize_any(Either)
    }
}
