//! Reads `risk.toml`.

use super::{Cadence, GradeRow, Risk, Told};
use crate::Name;
use crate::clock::Basis;
use crate::clock::shape::Due;
use crate::file::Reader;
use serde::Deserialize;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::DeValue;
use vocabulary::TypeName;
use vocabulary::follow_up::Grade;

type Text = Spanned<String>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Shape {
    ungraded: Grade,
    lowered_by: Option<u32>,
    grade: Vec<Row>,
    told: Vec<ToldRow>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    grade: Spanned<Grade>,
    name: Name,
    colour: String,
    from: Text,
    until: Option<Text>,
    contact: Spanned<Due>,
    visit: Spanned<Due>,
    assessment: Spanned<Due>,
    conference: Option<Spanned<Due>>,
    review: Option<Spanned<Due>>,
    basis: Basis,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ToldRow {
    fact: Text,
    grade: Text,
    valid_until: Option<Text>,
}

impl Risk {
    /// Reads the scheme, and tells what is wrong with it.
    pub(crate) fn read(mut reader: Reader<'_>) -> Option<Self> {
        let document = reader.document()?;
        let span = document.span();
        let shape: Shape = reader.part(Spanned::new(span, DeValue::Table(document.into_inner())))?;
        let mut rows = Vec::<GradeRow>::new();
        for row in shape.grade {
            let Some(row) = reader.grade(row) else { continue };
            let clash = |other: &&GradeRow| other.grade == row.grade && other.term.overlaps(&row.term);
            if let Some(other) = rows.iter().find(clash) {
                let reason = format!("this grade holds at the same time, by line {}", other.line);
                reader.fault(row.line, reason);
            }
            rows.push(row);
        }
        if reader.clean() && !rows.iter().any(|row| row.grade == shape.ungraded) {
            reader.fault(1, "`ungraded` names a grade of this file");
        }
        rows.sort_by_key(|row| (row.grade, row.term.from));
        let told = shape.told.iter().filter_map(|row| reader.told_by(row)).collect();
        Some(Self { ungraded: Some(shape.ungraded), lowered_by: shape.lowered_by, rows, told })
    }
}

impl Reader<'_> {
    fn grade(&mut self, row: Row) -> Option<GradeRow> {
        let line = self.line(&row.grade.span());
        let term = self.term(&row.from, row.until.as_ref(), None);
        let mut cadence = BTreeMap::new();
        let said = [
            (Cadence::Contact, Some(&row.contact)),
            (Cadence::Visit, Some(&row.visit)),
            (Cadence::Assessment, Some(&row.assessment)),
            (Cadence::Conference, row.conference.as_ref()),
            (Cadence::Review, row.review.as_ref()),
        ];
        for (which, due) in said.into_iter().filter_map(|(which, due)| Some((which, due?))) {
            let Some(time) = self.allowed(due, (None, None)) else { continue };
            if !crate::clock::counted(&time) || !due.get_ref().when.is_empty() {
                let line = self.line(&due.span());
                self.fault(
                    line,
                    "a cadence is a time that is counted: hours, days, working_days, months or next",
                );
            }
            cadence.insert(which, time);
        }
        let (grade, name, colour, basis) = (row.grade.into_inner(), row.name, row.colour, row.basis);
        Some(GradeRow { grade, name, colour, term: term?, cadence, basis, line })
    }

    fn told_by(&mut self, row: &ToldRow) -> Option<Told> {
        let fact = self.word(&row.fact, TypeName::parse);
        let grade = self.word(&row.grade, crate::clock::property);
        let valid_until = match &row.valid_until {
            Some(name) => Some(self.word(name, crate::clock::property)?),
            None => None,
        };
        Some(Told { fact: fact?, grade: grade?, valid_until })
    }
}
