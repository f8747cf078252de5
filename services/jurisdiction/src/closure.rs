//! Closure rules: what must hold before a case may close. They are data, each with the days on which it is in
//! force; the stage `closure` asks them of a case, all at once. No national standard of closing was found, so
//! most of them are the region's own, and are marked so.

mod read;
mod shape;

use crate::clock::{Basis, Kind};
use crate::{Name, Term};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::closure::ClosureType;
use vocabulary::follow_up::Grade;

/// One version of one condition.
#[derive(Clone, Debug)]
pub struct Criterion {
    /// Which condition it is, such as `follow-up-finished`: what a refusal names as unmet. Versions share it.
    pub id: String,
    /// What it is called.
    pub name: Name,
    /// Whether law asks for it, or the region.
    pub kind: Kind,
    /// On which days it is asked.
    pub term: Term,
    /// Kinds of closure that it is not asked for.
    pub exempt: BTreeSet<ClosureType>,
    /// What must hold.
    pub predicate: Predicate,
    /// The legal basis.
    pub basis: Basis,
    /// The line of its `id`, from 1.
    pub line: usize,
}

/// What must hold: one of a fixed list, each with its numbers. There is no language of expressions, so that
/// whoever can read the file knows what it asks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Predicate {
    /// The child was followed up for so long, to the end.
    FollowUpMonths(FollowUpMonths),
    /// The latest safety assessment found no danger, and is at most so many days old.
    SafetyAssessed {
        /// Its greatest age.
        days: u16,
    },
    /// The latest assessments are at most at this grade.
    GradeAtMost {
        /// The highest grade with which a case may close.
        grade: Grade,
        /// How far the first and the last of these assessments lie apart at the least; one is enough where absent.
        apart_days: Option<u16>,
    },
    /// Every referral was given back, taken back or brought to its end.
    NoOpenReferral,
    /// No temporary guardianship runs, and the child is not placed away.
    GuardianshipSettled,
    /// No protection order is in force or applied for.
    NoActiveOrder,
    /// The reporter's unit of every statutory report was told.
    ReporterTold {
        /// What every reporter is told.
        kinds: Vec<String>,
        /// What it is told besides, where a criminal case was filed on its report.
        when_filed: Vec<String>,
    },
    /// A conference that decided recorded how the child's view came in.
    ChildViewRecorded,
    /// Every missed clock was explained or rebutted.
    BreachesExplained,
}

/// How long a child is followed up. It counts from the last return, or from the first plan where there was none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FollowUpMonths {
    /// At the least.
    pub default: u16,
    /// Where the case was ever graded so high, or higher.
    pub by_grade: BTreeMap<Grade, u16>,
    /// Where the child was taken away.
    pub removal: Option<u16>,
    /// The last visit falls into so many months before the end of that time, or after it.
    pub last_visit_months: u16,
}

impl FollowUpMonths {
    /// The longest of the times that apply.
    pub fn of(&self, highest: Option<Grade>, removed: bool) -> u16 {
        let graded = self.by_grade.iter().filter(|(grade, _)| highest >= Some(**grade));
        let removal = self.removal.filter(|_| removed);
        graded.map(|(_, months)| *months).chain(removal).fold(self.default, u16::max)
    }
}

/// All conditions of a region, in all versions, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Criteria(Vec<Criterion>);

impl Criteria {
    /// Every version of every condition.
    pub fn all(&self) -> &[Criterion] {
        &self.0
    }

    /// What is asked on that day of a closure of that kind.
    pub fn asked(&self, day: Date, kind: ClosureType) -> impl Iterator<Item = &Criterion> {
        self.0.iter().filter(move |asked| asked.term.holds(day) && !asked.exempt.contains(&kind))
    }
}
