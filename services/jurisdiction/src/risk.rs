//! Risk: how often a child of each grade is contacted, visited and assessed anew. No national scheme binds, so the
//! region sets it (`risk.toml`). A grade is told by facts of the child; which facts tell it is data as well.

mod read;

use crate::clock::{Allowed, Basis};
use crate::{Name, Term};
use jiff::civil::Date;
use std::collections::BTreeMap;
use vocabulary::TypeName;
use vocabulary::follow_up::Grade;

/// What a region does as often as a grade asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cadence {
    /// Somebody speaks with the child.
    Contact,
    /// Somebody goes to the child's home.
    Visit,
    /// The grade is assessed anew.
    Assessment,
    /// The agencies of a new case confer.
    Conference,
    /// The plan of a case is looked at again.
    Review,
}

impl Cadence {
    pub(crate) fn parse(text: &str) -> Result<Self, &'static str> {
        match text {
            "contact" => Ok(Self::Contact),
            "visit" => Ok(Self::Visit),
            "assessment" => Ok(Self::Assessment),
            "conference" => Ok(Self::Conference),
            "review" => Ok(Self::Review),
            _ => Err("not a cadence: expected contact, visit, assessment, conference or review"),
        }
    }
}

/// The region's scheme; empty before the first adoption.
#[derive(Clone, Debug, Default)]
pub struct Risk {
    /// The grade of a child whom nobody has graded.
    ungraded: Option<Grade>,
    lowered_by: Option<u32>,
    rows: Vec<GradeRow>,
    told: Vec<Told>,
}

/// One version of one grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GradeRow {
    /// Which grade.
    pub grade: Grade,
    /// What it is called.
    pub name: Name,
    /// The colour by which people know it.
    pub colour: String,
    /// For which days it holds.
    pub term: Term,
    /// How often what is done.
    pub cadence: BTreeMap<Cadence, Allowed>,
    /// Where the numbers come from.
    pub basis: Basis,
    /// The line of its `grade`, from 1.
    pub line: usize,
}

/// A fact that tells the grade.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    /// Its type.
    pub fact: TypeName,
    /// The property with the grade.
    pub grade: String,
    /// The property with the last day on which it holds without a new assessment.
    pub valid_until: Option<String>,
}

impl Risk {
    /// How often, for a grade, on a day; `None` where the scheme of that day does not say.
    pub fn cadence(&self, grade: Grade, cadence: Cadence, day: Date) -> Option<&Allowed> {
        let row = self.rows.iter().find(|row| row.grade == grade && row.term.holds(day))?;
        row.cadence.get(&cadence)
    }

    /// Whether every grade says how often.
    pub(crate) fn says(&self, cadence: Cadence) -> bool {
        self.rows.iter().all(|row| row.cadence.contains_key(&cadence))
    }

    /// The grade of a child whom nobody has graded.
    pub fn ungraded(&self) -> Option<Grade> {
        self.ungraded
    }

    /// How many people lower a grade at the least; `None` where the region does not say.
    pub fn lowered_by(&self) -> Option<u32> {
        self.lowered_by
    }

    /// Every version of every grade, by grade and first day.
    pub fn grades(&self) -> &[GradeRow] {
        &self.rows
    }

    /// The facts that tell the grade.
    pub fn told(&self) -> &[Told] {
        &self.told
    }

    /// Their types.
    pub(crate) fn facts(&self) -> impl Iterator<Item = &TypeName> {
        self.told.iter().map(|told| &told.fact)
    }
}
