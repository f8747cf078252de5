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
    #[serde(default)]
    pub(super) repeats: Option<Spanned<bool>>,
    #[serde(default)]
    pub(super) right: Option<Spanned<bool>>,
    #[serde(default)]
    pub(super) holds_closing: Option<Spanned<bool>>,
    #[serde(default)]
    pub(super) ends: Vec<Mention>,
    #[serde(default)]
    pub(super) pauses: Vec<Pause>,
    #[serde(default)]
    pub(super) extensions: Vec<Spanned<Extension>>,
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
    pub(super) by: Option<Text>,
    #[serde(default)]
    pub(super) has: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Start {
    pub(super) fact: Text,
    #[serde(default)]
    pub(super) when: When,
    #[serde(default)]
    pub(super) holds: BTreeMap<Text, Text>,
    pub(super) by: Option<Text>,
    #[serde(default)]
    pub(super) has: Vec<Text>,
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
    pub(super) by: Option<Text>,
    #[serde(default)]
    pub(super) has: Vec<Text>,
    pub(super) per: Option<Text>,
    pub(super) at: Option<Text>,
    pub(super) early_days: Option<Spanned<u16>>,
    pub(super) not_before_months: Option<Spanned<u16>>,
    pub(super) covers: Option<Spanned<When>>,
    pub(super) covers_roles: Option<Spanned<BTreeMap<Text, Vec<Text>>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Due {
    #[serde(default)]
    pub(crate) when: When,
    pub(super) hours: Option<Spanned<u16>>,
    pub(super) days: Option<Spanned<u16>>,
    pub(super) working_days: Option<Spanned<u16>>,
    pub(super) months: Option<Spanned<u16>>,
    pub(super) next: Option<Text>,
    pub(super) each: Option<Text>,
    pub(super) on: Option<Text>,
    pub(super) date: Option<Text>,
    pub(super) cadence: Option<Text>,
    pub(super) rule: Option<Text>,
    pub(super) validity: Option<Text>,
    pub(super) immediately: Option<Spanned<bool>>,
    pub(super) before: Option<Mention>,
    pub(super) earlier: Option<Vec<Spanned<Due>>>,
    pub(super) later: Option<Vec<Spanned<Due>>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mention {
    pub(super) fact: Text,
    #[serde(default)]
    pub(super) when: When,
    #[serde(default)]
    pub(super) holds: BTreeMap<Text, Text>,
    pub(super) by: Option<Text>,
    #[serde(default)]
    pub(super) has: Vec<Text>,
    pub(super) per: Option<Text>,
    pub(super) at: Option<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Pause {
    pub(super) from: Mention,
    pub(super) until: Mention,
    pub(super) basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Extension {
    pub(super) by: Mention,
    pub(super) more_days: Option<Spanned<u16>>,
    pub(super) total: Option<Spanned<Due>>,
    pub(super) until: Option<Text>,
    pub(super) basis: Basis,
}
