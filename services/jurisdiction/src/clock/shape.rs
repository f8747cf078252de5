//! The shape of `clocks/*.toml`. Words keep their place in the text, so that a fault can name its line.

use super::{Basis, Kind};
use crate::Name;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::{Spanned, Value};

pub(super) type Text = Spanned<String>;
pub(super) type When = BTreeMap<Text, Spanned<Value>>;

/// What a file says outside its clocks: nothing.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) id: Text,
    pub(super) name: Name,
    pub(super) obligation: Name,
    pub(super) kind: Kind,
    pub(super) from: Text,
    pub(super) until: Option<Text>,
    pub(super) owner: Spanned<Owner>,
    pub(super) starts: Vec<Spanned<Start>>,
    #[serde(default)]
    pub(super) stops: Vec<Stop>,
    pub(super) due: Vec<Spanned<Due>>,
    pub(super) expired: Option<Spanned<Expired>>,
    pub(super) basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Expired {
    pub(super) fact: Text,
    pub(super) copy: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Owner {
    pub(super) role: Option<Text>,
    pub(super) agency_in: Option<Vec<Text>>,
    pub(super) publisher: Option<Of>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Of {
    Start,
    About,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pattern {
    pub(super) fact: Text,
    #[serde(default)]
    pub(super) when: When,
    #[serde(default)]
    pub(super) holds: BTreeMap<Text, Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    pub(super) fact: Text,
    #[serde(default)]
    pub(super) when: When,
    #[serde(default)]
    pub(super) holds: BTreeMap<Text, Text>,
    pub(super) per: Option<Text>,
    pub(super) at: Option<Text>,
    #[serde(default)]
    pub(super) about: Vec<Pattern>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stop {
    pub(super) fact: Text,
    #[serde(default)]
    pub(super) when: When,
    #[serde(default)]
    pub(super) holds: BTreeMap<Text, Text>,
    pub(super) per: Option<Text>,
    pub(super) at: Option<Text>,
    pub(super) early_days: Option<Spanned<u16>>,
    pub(super) not_before_months: Option<Spanned<u16>>,
    pub(super) covers: Option<Spanned<When>>,
    pub(super) covers_roles: Option<Spanned<BTreeMap<Text, Vec<Text>>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Due {
    #[serde(default)]
    pub(super) when: When,
    pub(super) hours: Option<Spanned<u16>>,
    pub(super) days: Option<Spanned<u16>>,
    pub(super) working_days: Option<Spanned<u16>>,
    pub(super) months: Option<Spanned<u16>>,
    pub(super) rule: Option<Text>,
    pub(super) validity: Option<Text>,
    pub(super) immediately: Option<Spanned<bool>>,
    pub(super) before: Option<Before>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Before {
    pub(super) fact: Text,
    #[serde(default)]
    pub(super) when: When,
    #[serde(default)]
    pub(super) holds: BTreeMap<Text, Text>,
    pub(super) per: Option<Text>,
    pub(super) at: Option<Text>,
}
