//! Reads `clocks/*.toml`: each clock for itself, then what its versions say of each other.

mod due;
mod pattern;

use super::shape::{self, Head, Of, Owner, Row};
use super::{Allowed, ClockId, ClockRule, Clocks, Expired, OwnerRule};
use crate::file::Reader;
use crate::roster::Roster;
use crate::{Fault, RuleFile};
use std::sync::Arc;
use toml::Spanned;
use toml::de::DeValue;
use vocabulary::TypeName;

impl Clocks {
    /// Reads the clocks, and tells what is wrong with each. Without a roster, because that could not be
    /// read, nobody asks whether a role is ever held.
    pub(crate) fn read<'f>(
        files: impl Iterator<Item = &'f RuleFile>,
        roster: Option<&Roster>,
        faults: &mut Vec<Fault>,
    ) -> Self {
        let mut rules = Vec::<Arc<ClockRule>>::new();
        for file in files {
            let mut reader = Reader::new(file, faults);
            for row in reader.clocks() {
                let Some(rule) = reader.part(row).and_then(|row| reader.clock(&file.path, row, roster))
                else {
                    continue;
                };
                let clash = |other: &&Arc<ClockRule>| other.id == rule.id && other.term.overlaps(&rule.term);
                if let Some(other) = rules.iter().find(clash) {
                    let place = format!("{}:{}", other.file, other.line);
                    reader.fault(rule.line, format!("`{}` holds at the same time, by {place}", rule.id));
                }
                rules.push(Arc::new(rule));
            }
        }
        rules.sort_by(|a, b| (&a.id, a.term.from).cmp(&(&b.id, b.term.from)));
        let facts = rules.iter().flat_map(|rule| rule.patterns().map(|fact| fact.fact.clone())).collect();
        Self { rules, facts }
    }
}

impl<'a> Reader<'a> {
    fn clocks(&mut self) -> Vec<Spanned<DeValue<'a>>> {
        let Some(mut document) = self.document() else { return Vec::new() };
        let rows = document.get_mut().remove("clock");
        let span = document.span();
        self.part::<Head>(Spanned::new(span, DeValue::Table(document.into_inner())));
        let line = rows.as_ref().map_or(1, |rows| self.line(&rows.span()));
        match rows.map(Spanned::into_inner) {
            Some(DeValue::Array(rows)) => rows.into_iter().collect(),
            Some(_) => {
                self.fault(line, "`clock` is a list of tables: [[clock]]");
                Vec::new()
            }
            None => Vec::new(),
        }
    }
}

impl Reader<'_> {
    fn clock(&mut self, file: &str, row: Row, roster: Option<&Roster>) -> Option<ClockRule> {
        let line = self.line(&row.id.span());
        let before = self.faults();
        let id = self.word(&row.id, id);
        let term = self.term(&row.from, row.until.as_ref(), None);
        let owner = self.owner(&row.owner, roster);
        let starts: Vec<_> = row.starts.iter().filter_map(|start| self.start(start, roster)).collect();
        let stops: Vec<_> = row.stops.iter().filter_map(|stop| self.stop(stop, roster)).collect();
        let due = self.due(&row.due, line, roster);
        if row.starts.is_empty() {
            self.fault(line, "nothing ever starts this clock");
        }
        let expires = !due.is_empty() && due.iter().all(|case| matches!(case.time, Allowed::Validity(_)));
        if row.stops.is_empty() && !expires && self.faults() == before {
            self.fault(line, "nothing ever stops this clock, and it does not expire by `validity` either");
        }
        let expired = row.expired.as_ref().and_then(|row| self.expired(row, expires));
        if owner == Some(OwnerRule::PublisherOfAbout) && starts.iter().any(|start| start.about.is_empty()) {
            let line = self.line(&row.owner.span());
            self.fault(line, "the owner published what the start is about, so every start needs `about`");
        }
        let (name, obligation, kind, basis) = (row.name, row.obligation, row.kind, row.basis);
        let (id, term, owner) = (id?, term?, owner?);
        let file = file.to_owned();
        Some(ClockRule {
            id,
            name,
            obligation,
            kind,
            term,
            owner,
            starts,
            stops,
            due,
            expired,
            basis,
            file,
            line,
        })
    }

    fn expired(&mut self, row: &Spanned<shape::Expired>, expires: bool) -> Option<Expired> {
        if !expires {
            let line = self.line(&row.span());
            self.fault(line, "only a clock that ends by `validity` expires");
        }
        let row = row.get_ref();
        let copy = row.copy.iter().filter_map(|name| self.word(name, pattern::property)).collect();
        Some(Expired { fact: self.word(&row.fact, TypeName::parse)?, copy })
    }

    fn owner(&mut self, owner: &Spanned<Owner>, roster: Option<&Roster>) -> Option<OwnerRule> {
        match owner.get_ref() {
            Owner { role: Some(role), agency_in: None, publisher: None } => {
                Some(OwnerRule::Role(self.role(role, roster)?))
            }
            Owner { role: None, agency_in: Some(names), publisher: None } if !names.is_empty() => {
                let names = names.iter().filter_map(|name| self.word(name, pattern::property)).collect();
                Some(OwnerRule::AgencyIn(names))
            }
            Owner { role: None, agency_in: None, publisher: Some(Of::Start) } => Some(OwnerRule::Publisher),
            Owner { role: None, agency_in: None, publisher: Some(Of::About) } => {
                Some(OwnerRule::PublisherOfAbout)
            }
            _ => {
                let line = self.line(&owner.span());
                self.fault(line, "`owner` is one of role, agency_in (a list of properties) and publisher");
                None
            }
        }
    }
}

fn id(text: &str) -> Result<ClockId, &'static str> {
    let valid = (2..=8).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_uppercase())
        && text.bytes().all(|b| b.is_ascii_alphanumeric());
    if valid {
        Ok(ClockId(text.into()))
    } else {
        Err("not a clock: expected a capital and letters or digits, such as K08")
    }
}
