//! Reads `clocks/*.toml`: each clock for itself, then what its versions say of each other.

mod due;
mod longer;
mod pattern;

pub(crate) use due::counted;
pub(crate) use pattern::property;

use super::shape::{self, Head, Of, Owner, Row};
use super::{Allowed, ClockId, ClockRule, Clocks, Expired, OwnerRule};
use crate::file::Reader;
use crate::risk::Risk;
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
        (roster, risk): (Option<&Roster>, Option<&Risk>),
        faults: &mut Vec<Fault>,
    ) -> Self {
        let mut rules = Vec::<Arc<ClockRule>>::new();
        for file in files {
            let mut reader = Reader::new(file, faults);
            for row in reader.clocks() {
                let Some(rule) =
                    reader.part(row).and_then(|row| reader.clock(&file.path, row, (roster, risk)))
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
        let facts = rules.iter().flat_map(|rule| rule.patterns().map(|fact| fact.fact.clone()));
        let graded = rules.iter().any(|rule| rule.due.iter().any(|case| case.time.asks_grade()));
        let grades = risk.filter(|_| graded).into_iter().flat_map(Risk::facts).cloned();
        let facts = facts.chain(grades).collect();
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
    fn clock(
        &mut self,
        file: &str,
        row: Row,
        (roster, risk): (Option<&Roster>, Option<&Risk>),
    ) -> Option<ClockRule> {
        let line = self.line(&row.id.span());
        let before = self.faults();
        let id = self.word(&row.id, id);
        let term = self.term(&row.from, row.until.as_ref(), None);
        let owner = self.owner(&row.owner, roster);
        let (repeats, right) = (self.flag(row.repeats.as_ref()), self.flag(row.right.as_ref()));
        let holds_closing = self.flag(row.holds_closing.as_ref());
        let starts: Vec<_> =
            row.starts.iter().filter_map(|start| self.start(start, repeats, roster)).collect();
        let stops: Vec<_> = row.stops.iter().filter_map(|stop| self.stop(stop, roster)).collect();
        let ends = row.ends.iter().filter_map(|end| self.mention(end, roster)).collect();
        let pauses = row.pauses.iter().filter_map(|pause| self.pause(pause, roster)).collect();
        let extensions = row.extensions.iter().filter_map(|more| self.extension(more, roster)).collect();
        let due = self.due(&row.due, line, (roster, risk));
        if row.starts.is_empty() {
            self.fault(line, "nothing ever starts this clock");
        }
        if right && due.iter().any(|case| !due::ends_with_a_day(&case.time)) {
            self.fault(line, "a `right` ends with a day: days, working_days, months, next, each, on or date");
        }
        let valid = !due.is_empty() && due.iter().all(|case| matches!(case.time, Allowed::Validity(_)));
        let expires = valid || right;
        if row.stops.is_empty() && !expires && self.faults() == before {
            self.fault(line, "nothing ever stops this clock, and it does not expire by `validity` either");
        }
        if repeats && row.stops.is_empty() {
            self.fault(line, "what it stops begins it anew, so something must stop it");
        }
        let expired = row.expired.as_ref().and_then(|row| self.expired(row, valid));
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
            repeats,
            right,
            holds_closing,
            ends,
            pauses,
            extensions,
            expired,
            basis,
            file,
            line,
        })
    }

    /// A word that is said or left out: `true`, or not there at all.
    fn flag(&mut self, said: Option<&Spanned<bool>>) -> bool {
        let Some(said) = said else { return false };
        if !said.get_ref() {
            let line = self.line(&said.span());
            self.fault(line, "it is `true`, or it is left out");
        }
        true
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
