//! Visibility: in which form a role is shown a group of properties. Identity, narrative and findings are
//! secret by law (UCL 103; Opinion 高检发〔2020〕9号, art. 13 and 14); state organs stay within their duty
//! (PIPL 34). What is not named is not shown.

mod cell;
mod read;

use crate::Name;
use cell::Cell;
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::{GroupName, Role, TypeName};

/// The form in which an agency is shown a group, from nothing to all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Level {
    /// Nothing.
    None,
    /// Nothing, until a decision with reason, scope and expiry opens it.
    Approval,
    /// That it happened and when, by the coarse fact.
    Status,
    /// A band or a code, no free text.
    Masked,
    /// The value.
    Full,
}

/// How an agency stands to one fact.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Standing {
    /// It published the fact.
    pub own: bool,
    /// The fact is addressed to it.
    pub addressed: bool,
    /// It is assigned to the work, or leads it.
    pub assigned: bool,
    /// It acts for the child: one of [`crate::Rules::mandate_facts`] named it as assigned.
    pub mandate: bool,
}

/// How sensitive a group is (the domain study's classes).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub enum Class {
    /// Reference: codes, articles.
    C0,
    /// Work record.
    C1,
    /// Personal.
    C2,
    /// Sensitive personal (PIPL 28).
    C3,
    /// Case secret.
    C4,
    /// Sealed.
    C5,
}

/// A group of properties that are shown alike.
#[derive(Clone, Debug)]
pub struct Group {
    /// Its number in the matrix, such as `G5`.
    pub code: String,
    /// How sensitive it is.
    pub class: Class,
    /// What it is called.
    pub name: Name,
    /// One cell for each column, in the order of the columns.
    cells: Vec<Cell>,
}

/// The matrix. A role that stands in no column sees nothing by that role.
#[derive(Clone, Debug, Default)]
pub(crate) struct Visibility {
    /// Facts that grant a mandate.
    pub(crate) mandate: Vec<TypeName>,
    /// Roles that see every case of the region.
    pub(crate) region: BTreeSet<Role>,
    /// For how many hours the glass may be broken; absent where it may not.
    pub(crate) break_glass: Option<u16>,
    pub(crate) groups: BTreeMap<GroupName, Group>,
    /// The place of a role's column in the cells.
    columns: BTreeMap<Role, usize>,
}

impl Visibility {
    /// What the role is shown of the group.
    pub(crate) fn level(&self, group: &GroupName, role: &Role, standing: &Standing) -> Option<Level> {
        let column = *self.columns.get(role)?;
        self.groups.get(group)?.cells.get(column).map(|cell| cell.level(standing))
    }
}
