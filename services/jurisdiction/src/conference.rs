//! Conferences: how many agencies decide, how often too few may come, and before whom a dissent is laid, in which order
//! (`conference.toml`). No national law says any of it, so the region does; where it says nothing, whoever came decides.

use crate::Term;
use crate::clock::Basis;
use crate::file::Reader;
use jiff::civil::Date;
use serde::Deserialize;
use std::collections::BTreeSet;
use toml::Spanned;
use toml::de::DeValue;

/// What the region asks of its conferences; empty where it asks nothing.
#[derive(Clone, Debug, Default)]
pub struct Conferences {
    quorums: Vec<Quorum>,
    ladders: Vec<Ladder>,
}

/// One version of the levels before which a dissent is laid, the lowest first.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Ladder {
    levels: Vec<String>,
    term: Term,
    line: usize,
}

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
        self.quorums.iter().find(|quorum| quorum.term.holds(day))
    }

    /// The levels before which a dissent is laid on that day, the lowest first; none where the region orders none.
    pub fn ladder(&self, day: Date) -> &[String] {
        let holds = self.ladders.iter().find(|ladder| ladder.term.holds(day));
        holds.map_or(&[], |ladder| &ladder.levels)
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
        let mut ladders = Vec::<Ladder>::new();
        for row in shape.ladder {
            let line = reader.line(&row.levels.span());
            let Some(term) = reader.term(&row.from, row.until.as_ref(), None) else { continue };
            let levels = row.levels.into_inner();
            if levels.is_empty() || levels.iter().collect::<BTreeSet<_>>().len() < levels.len() {
                reader.fault(line, "a ladder has one level at least, and each of them once");
            }
            if let Some(other) = ladders.iter().find(|other| other.term.overlaps(&term)) {
                reader.fault(line, format!("another ladder holds at the same time, by line {}", other.line));
            }
            ladders.push(Ladder { levels, term, line });
        }
        Some(Self { quorums: rows, ladders })
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    #[serde(default)]
    quorum: Vec<Row>,
    #[serde(default)]
    ladder: Vec<LadderRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct LadderRow {
    levels: Spanned<Vec<String>>,
    from: Spanned<String>,
    until: Option<Spanned<String>>,
    #[serde(rename = "basis")]
    _basis: Basis,
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
