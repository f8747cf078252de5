//! The shape of `closure.toml`. What a condition says in general, and what each predicate asks to know.

use crate::Name;
use crate::clock::{Basis, Kind};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use toml::Spanned;
use vocabulary::closure::ClosureType;
use vocabulary::follow_up::Grade;

pub(super) type Text = Spanned<String>;
pub(super) type Number = Spanned<u16>;

/// What the file says outside its conditions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Head {
    #[serde(default)]
    pub(super) reopening: Option<Reopening>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reopening {
    pub(super) months: Number,
}

/// The keys of [`Row`]: all others belong to its predicate.
pub(super) const GENERAL: [&str; 10] =
    ["id", "name", "kind", "from", "until", "predicate", "when", "only", "exempt", "basis"];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Row {
    pub(super) id: Text,
    pub(super) name: Name,
    pub(super) kind: Kind,
    pub(super) from: Text,
    pub(super) until: Option<Text>,
    pub(super) predicate: Text,
    #[serde(default)]
    pub(super) when: When,
    pub(super) only: Option<BTreeSet<ClosureType>>,
    #[serde(default)]
    pub(super) exempt: BTreeSet<ClosureType>,
    pub(super) basis: Basis,
}

/// When a condition is asked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum When {
    /// When the closing is approved, and when the case closes.
    #[default]
    Both,
    /// When the case closes.
    Closing,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct FollowUp {
    /// By `default`, `removal` or a grade.
    pub(super) months: Spanned<BTreeMap<Text, Number>>,
    pub(super) last_visit_months: Number,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Safety {
    pub(super) days: Number,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct AtMost {
    pub(super) grade: Grade,
    pub(super) apart_days: Option<Number>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Told {
    pub(super) kinds: Vec<Text>,
    #[serde(default)]
    pub(super) when_filed: Vec<Text>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Approval {
    pub(super) levels: Spanned<Vec<ApprovalLevel>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ApprovalLevel {
    pub(super) up_to: Grade,
    pub(super) roles: Vec<Text>,
    #[serde(default)]
    pub(super) consent: Vec<Text>,
}

/// A predicate that asks nothing more.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Nothing {}
