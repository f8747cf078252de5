//! The roster: which agencies a region has, on its three levels (district, township or street, village or
//! community), and what each may do from when to when.

mod check;
mod read;
mod shape;

use crate::{Dated, Term};
use jiff::tz::TimeZone;
use serde::Deserialize;
use std::collections::BTreeMap;
use vocabulary::{AgencyCode, Region, Role};

/// What something is called, in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Name {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// An agency of the roster, with all its dates: ask [`crate::Rules`] what holds at a time.
#[derive(Clone, Debug)]
pub struct Agency {
    /// Its code: never given to another body.
    pub code: AgencyCode,
    /// What it is called.
    pub name: Name,
    /// 1 district, 2 township or street, 3 village or community.
    pub level: u8,
    /// How long it is on the roster.
    pub term: Term,
    /// The legal basis, as short text.
    pub basis: Option<String>,
    /// The units that it is, was or will be a part of; one at a time.
    pub parents: Vec<Dated<AgencyCode>>,
    /// Who acts for it, because it has no software of its own.
    pub servers: Vec<Dated<AgencyCode>>,
    /// The departments competent for it (主管部门); one at a time.
    pub authorities: Vec<Dated<AgencyCode>>,
    /// What it may do.
    pub roles: Vec<Dated<Role>>,
    /// The line of the rule file on which it stands, from 1.
    pub line: usize,
}

/// All agencies of a region, at all times.
#[derive(Clone, Debug)]
pub(crate) struct Roster {
    pub(crate) region: Region,
    pub(crate) name: Name,
    pub(crate) timezone: TimeZone,
    pub(crate) demo: bool,
    pub(crate) agencies: BTreeMap<AgencyCode, Agency>,
}

impl Roster {
    /// The roster of a region that has adopted nothing yet.
    pub(crate) fn empty(region: &Region) -> Self {
        let name = Name { zh: region.to_string(), en: region.to_string() };
        Self { region: region.clone(), name, timezone: TimeZone::UTC, demo: false, agencies: BTreeMap::new() }
    }

    /// Whether any agency holds the role at any time.
    pub(crate) fn ever_holds(&self, role: &Role) -> bool {
        self.agencies.values().flat_map(|agency| &agency.roles).any(|held| held.what == *role)
    }
}
