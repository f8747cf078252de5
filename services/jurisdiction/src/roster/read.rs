//! Reads `agencies.toml`: each row for itself, then (in `check`) what the rows say of each other.

use super::shape::{Head, Relation, RelationRow, RoleRow, Row};
use super::{Agency, Roster};
use crate::file::Reader;
use crate::term::date;
use crate::{Dated, Term};
use jiff::civil::Date;
use jiff::tz::{TimeZone, TimeZoneDatabase};
use std::collections::BTreeMap;
use std::fmt::Display;
use toml::Spanned;
use toml::de::DeValue;
use vocabulary::{AgencyCode, Region, Role};

/// The code by which the bus signs its own facts: an agency under it could speak as the bus.
const BUS: &str = "bus";

impl Roster {
    /// Reads the roster; `None` when something is wrong with it.
    pub(crate) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let mut document = reader.document()?;
        let rows = document.get_mut().remove("agency");
        let span = document.span();
        let head = reader.part(Spanned::new(span, DeValue::Table(document.into_inner())));
        let head = head.and_then(|head| reader.head(head));
        let agencies = reader.agencies(rows);
        let roster = Self { agencies, ..head? };
        if reader.clean() {
            reader.relations(&roster, "parent", |agency| &agency.parents);
            reader.relations(&roster, "served_by", |agency| &agency.servers);
            reader.relations(&roster, "authority", |agency| &agency.authorities);
        }
        reader.clean().then_some(roster)
    }
}

impl Reader<'_> {
    fn head(&mut self, head: Head) -> Option<Roster> {
        let region = self.word(&head.region, Region::parse);
        let timezone = self.word(&head.timezone, timezone);
        Some(Roster { name: head.name, timezone: timezone?, demo: head.demo, ..Roster::empty(&region?) })
    }

    fn agencies(&mut self, rows: Option<Spanned<DeValue<'_>>>) -> BTreeMap<AgencyCode, Agency> {
        let mut agencies = BTreeMap::<AgencyCode, Agency>::new();
        let line = rows.as_ref().map_or(1, |rows| self.line(&rows.span()));
        let rows = match rows.map(Spanned::into_inner) {
            Some(DeValue::Array(rows)) => rows.into_iter().collect(),
            Some(_) => {
                self.fault(line, "`agency` is a list of tables: [[agency]]");
                Vec::new()
            }
            None => Vec::new(),
        };
        for row in rows {
            let Some(agency) = self.part(row).and_then(|row| self.agency(row)) else { continue };
            if let Some(first) = agencies.get(&agency.code) {
                self.fault(agency.line, format!("`{}` stands already on line {}", agency.code, first.line));
            } else {
                agencies.insert(agency.code.clone(), agency);
            }
        }
        agencies
    }

    fn agency(&mut self, row: Row) -> Option<Agency> {
        let line = self.line(&row.code.span());
        let code = self.word(&row.code, code);
        if !(1..=3).contains(row.level.get_ref()) {
            let line = self.line(&row.level.span());
            self.fault(line, "`level` is 1 (district), 2 (township or street) or 3 (village or community)");
        }
        let term = self.term(&row.from, row.until.as_ref(), None);
        let own = term.unwrap_or(Term::ALWAYS); // the fault is told; the rest of the row is read all the same
        let parents = self.relation(row.parent, own);
        let servers = self.relation(row.served_by, own);
        let authorities = self.relation(row.authority, own);
        let role = |row: &RoleRow| self.dated(&row.role, Role::parse, &row.from, &row.until, own);
        let roles: Vec<_> = row.roles.iter().filter_map(role).collect();
        self.overlaps(&roles, "this role", |one, other| one == other);
        let (name, level, basis) = (row.name, row.level.into_inner(), row.basis);
        Some(Agency {
            code: code?,
            name,
            level,
            term: term?,
            basis,
            parents,
            servers,
            authorities,
            roles,
            line,
        })
    }

    fn relation(&mut self, relation: Option<Spanned<Relation>>, own: Term) -> Vec<Dated<AgencyCode>> {
        let Some(relation) = relation else { return Vec::new() };
        let span = relation.span();
        let dated = match relation.into_inner() {
            Relation::Always(code) => {
                let line = self.line(&span);
                let code = self.word(&Spanned::new(span, code), AgencyCode::parse);
                code.map(|what| Dated { what, term: own, line }).into_iter().collect::<Vec<_>>()
            }
            Relation::Dated(rows) => {
                let read = AgencyCode::parse;
                let row = |row: &RelationRow| self.dated(&row.agency, read, &row.from, &row.until, own);
                rows.iter().filter_map(row).collect()
            }
        };
        self.overlaps(&dated, "another agency", |_, _| true);
        dated
    }

    fn dated<T, E: Display>(
        &mut self,
        what: &Spanned<String>,
        read: fn(&str) -> Result<T, E>,
        from: &Spanned<String>,
        until: &Option<Spanned<String>>,
        own: Term,
    ) -> Option<Dated<T>> {
        let line = self.line(&what.span());
        let (what, term) = (self.word(what, read), self.term(from, until.as_ref(), own.until)?);
        if !own.covers(&term) {
            self.fault(line, "this holds outside the time in which the agency itself is on the roster");
        }
        Some(Dated { what: what?, term, line })
    }

    /// A term; a row without an end of its own ends with its agency.
    pub(crate) fn term(
        &mut self,
        from: &Spanned<String>,
        until: Option<&Spanned<String>>,
        end: Option<Date>,
    ) -> Option<Term> {
        let line = self.line(&until.unwrap_or(from).span());
        let from = self.word(from, date);
        let until = match until {
            Some(until) => Some(self.word(until, date)?),
            None => end,
        };
        let term = Term { from: from?, until };
        if term.is_empty() {
            let reason = "`until` is the first day on which it no longer holds, and must be after `from`";
            self.fault(line, reason);
            return None;
        }
        Some(term)
    }

    fn overlaps<T: Display>(&mut self, dated: &[Dated<T>], what: &str, same: fn(&T, &T) -> bool) {
        for (index, later) in dated.iter().enumerate() {
            let clash =
                |earlier: &&Dated<T>| same(&earlier.what, &later.what) && earlier.term.overlaps(&later.term);
            if let Some(Dated { line, .. }) = dated[..index].iter().find(clash) {
                let reason = format!("`{}`: {what} holds at the same time, by line {line}", later.what);
                self.fault(later.line, reason);
            }
        }
    }
}

fn code(text: &str) -> Result<AgencyCode, String> {
    match AgencyCode::parse(text) {
        Ok(code) if code.as_str() == BUS => Err("the bus itself speaks under this code".to_owned()),
        code => code.map_err(|why| why.to_string()),
    }
}

/// From the tables in the program, never from those of the machine: every process knows the same day.
fn timezone(text: &str) -> Result<TimeZone, &'static str> {
    let zone = TimeZoneDatabase::bundled().get(text).ok().filter(|zone| !zone.is_unknown());
    zone.ok_or("not a time zone: expected a name such as Asia/Shanghai")
}
