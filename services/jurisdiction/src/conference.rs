//! Conferences: how many agencies decide, and how often too few may come (`conference.toml`). No national law says
//! either, so the region does; where it says nothing, whoever came decides.

use crate::Term;
use crate::clock::Basis;
use crate::file::Reader;
use jiff::civil::Date;
use serde::Deserialize;
use toml::Spanned;
use toml::de::DeValue;

/// What the region asks of its conferences; empty where it asks nothing.
#[derive(Clone, Debug, Default)]
pub struct Conferences(Vec<Quorum>);

/// One version of what a conference needs to decide.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Quorum {
    /// The least number of agencies that decide together.
    pub agencies: usize,
    /// So many conferences of a kind in a row may end because too few came. The next one that is called decides with
    /// whoever came.
    pub inquorate: usize,
    /// For which days it holds.
    pub term: Term,
    /// Where the numbers come from.
    pub basis: Basis,
    /// The line of its `agencies`, from 1.
    pub line: usize,
}

impl Conferences {
    /// What a conference of that day needs.
    pub fn quorum(&self, day: Date) -> Option<&Quorum> {
        self.0.iter().find(|quorum| quorum.term.holds(day))
    }

    /// Reads `conference.toml`, and tells what is wrong with it.
    pub(crate) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let document = reader.document()?;
        let span = document.span();
        let shape: Shape = reader.part(Spanned::new(span, DeValue::Table(document.into_inner())))?;
        let mut rows = Vec::<Quorum>::new();
        for row in shape.quorum {
            let line = reader.line(&row.agencies.span());
            let Some(term) = reader.term(&row.from, row.until.as_ref(), None) else { continue };
            if *row.agencies.get_ref() == 0 {
                reader.fault(line, "at least one agency decides");
            }
            if row.inquorate == 0 {
                reader.fault(line, "a quorum holds for one conference at the least: `inquorate` is not 0");
            }
            if let Some(other) = rows.iter().find(|other| other.term.overlaps(&term)) {
                reader.fault(line, format!("another quorum holds at the same time, by line {}", other.line));
            }
            let (agencies, inquorate) = (usize::from(row.agencies.into_inner()), usize::from(row.inquorate));
            rows.push(Quorum { agencies, inquorate, term, basis: row.basis, line });
        }
        Some(Self(rows))
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    quorum: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    agencies: Spanned<u8>,
    inquorate: u8,
    from: Spanned<String>,
    until: Option<Spanned<String>>,
    basis: Basis,
}
