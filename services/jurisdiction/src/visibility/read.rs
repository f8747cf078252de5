//! Reads `visibility.toml`. There are no defaults: a cell that is not written is a fault, never a guess.

use super::{Cell, Class, Group, Visibility};
use crate::Name;
use crate::file::Reader;
use crate::roster::Roster;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeString, DeValue};
use vocabulary::{GroupName, Role, TypeName};

type Words = Vec<Spanned<String>>;
type Columns = BTreeMap<Spanned<String>, Words>;
type Cells = BTreeMap<Spanned<String>, Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    conditions: Conditions,
    columns: Columns,
    scope: Scope,
    #[serde(default)]
    break_glass: Option<BreakGlass>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Conditions {
    mandate: Mandate,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mandate {
    granted_by: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Scope {
    region: Words,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct BreakGlass {
    hours: Spanned<u16>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    code: String,
    class: Class,
    name: Name,
    cells: Spanned<Cells>,
}

impl Visibility {
    /// Reads the matrix; `None` when something is wrong with it. Without a roster, because that could not be
    /// read, nobody asks whether a role is ever held.
    pub(crate) fn read(mut reader: Reader<'_>, roster: Option<&Roster>) -> Option<Self> {
        let mut document = reader.document()?;
        let groups = document.get_mut().remove("groups");
        let span = document.span();
        let head: Head = reader.part(Spanned::new(span, DeValue::Table(document.into_inner())))?;
        let names: Vec<&str> = head.columns.keys().map(|name| name.get_ref().as_str()).collect();
        if let Some(hours) = head.break_glass.as_ref().map(|glass| &glass.hours).filter(|h| *h.get_ref() == 0)
        {
            let line = reader.line(&hours.span());
            reader.fault(line, "a glass that is broken for no time shows nothing: `hours` is at least 1");
        }
        let granted_by = &head.conditions.mandate.granted_by;
        let visibility = Self {
            mandate: granted_by.iter().filter_map(|kind| reader.word(kind, TypeName::parse)).collect(),
            region: head.scope.region.iter().filter_map(|role| reader.role(role, roster)).collect(),
            groups: reader.groups(groups, &names),
            break_glass: head.break_glass.map(|glass| glass.hours.into_inner()),
            columns: reader.columns(&head.columns, roster),
        };
        reader.clean().then_some(visibility)
    }
}

impl Reader<'_> {
    /// A role; when the roster could be read, one that somebody holds at some time.
    pub(crate) fn role(&mut self, word: &Spanned<String>, roster: Option<&Roster>) -> Option<Role> {
        let role = self.word(word, Role::parse)?;
        if roster.is_some_and(|roster| !roster.ever_holds(&role)) {
            let line = self.line(&word.span());
            self.fault(line, format!("no agency ever holds the role `{role}`"));
        }
        Some(role)
    }

    fn columns(&mut self, columns: &Columns, roster: Option<&Roster>) -> BTreeMap<Role, usize> {
        let mut read = BTreeMap::new();
        for (place, (name, words)) in columns.iter().enumerate() {
            if words.is_empty() {
                let line = self.line(&name.span());
                self.fault(line, format!("column `{name}` has no role"));
            }
            for word in words {
                let Some(role) = self.role(word, roster) else { continue };
                if read.insert(role, place).is_some() {
                    let line = self.line(&word.span());
                    let reason = "stands in another column already, and reads in one only";
                    self.fault(line, format!("the role `{word}` {reason}"));
                }
            }
        }
        read
    }

    fn groups(
        &mut self,
        groups: Option<Spanned<DeValue<'_>>>,
        columns: &[&str],
    ) -> BTreeMap<GroupName, Group> {
        let line = groups.as_ref().map_or(1, |groups| self.line(&groups.span()));
        let groups = match groups.map(Spanned::into_inner) {
            Some(DeValue::Table(groups)) => groups.into_iter().collect(),
            Some(_) => {
                self.fault(line, "`groups` is tables: [groups.<name>]");
                Vec::new()
            }
            None => Vec::new(),
        };
        let group = |(name, row): (Spanned<DeString<'_>>, Spanned<DeValue<'_>>)| {
            let name = Spanned::new(name.span(), name.into_inner().into_owned());
            let name = self.word(&name, GroupName::parse);
            let row: Row = self.part(row)?;
            let cells = self.cells(&row.cells, columns);
            Some((name?, Group { code: row.code, class: row.class, name: row.name, cells }))
        };
        groups.into_iter().filter_map(group).collect()
    }

    fn cells(&mut self, row: &Spanned<Cells>, columns: &[&str]) -> Vec<Cell> {
        let line = self.line(&row.span());
        for name in row.get_ref().keys().filter(|name| !columns.contains(&name.get_ref().as_str())) {
            let line = self.line(&name.span());
            self.fault(line, format!("there is no column `{name}`"));
        }
        let mut cells = Vec::new();
        for column in columns {
            match row.get_ref().iter().find(|(name, _)| name.get_ref() == column) {
                Some((_, cell)) => cells.extend(self.word(cell, Cell::parse)),
                None => self.fault(line, format!("the cell of column `{column}` is missing")),
            }
        }
        cells
    }
}
