//! Closure rules: what must hold before a case may close. They are data, each with the days on which it is in
//! force; the stage `closure` asks them of a case, all at once. No national standard of closing was found, so
//! most of them are the region's own, and are marked so.

mod read;
mod shape;

use crate::clock::{Basis, Kind};
use crate::{Name, Term};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::Role;
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
    /// Whether it is asked only when the case closes, and not when its closing is approved.
    pub only_at_closing: bool,
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
    /// No clock that holds a closing back is open.
    ClocksOver,
    /// Neither a criminal nor an administrative case waits for its end.
    JusticeEnded,
    /// Every task of the plans was completed, or another one took its place.
    TasksDone,
    /// Every decision of a conference became a referral or a task.
    DecisionsCarried,
    /// Every supervision notice and every suggestion was answered.
    Answered,
    /// The last offer of the case to another region was accepted there.
    TransferAccepted,
    /// No agency's last word on the proposal is an objection.
    NoObjection,
    /// The closing was approved by one who may approve it.
    Approved(Approvers),
    /// The closing says how long the file is kept, and whether it is sealed.
    FileDecided,
}

/// Who approves the closing of a case, by the highest grade that it ever had.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approvers(pub BTreeMap<Grade, Approver>);

impl Approvers {
    /// Who approves at that grade: the row of the lowest grade that is not below it. A case that nobody graded is
    /// one of the lowest.
    pub fn of(&self, highest: Option<Grade>) -> Option<&Approver> {
        self.0.iter().find(|(up_to, _)| highest <= Some(**up_to)).map(|(_, row)| row)
    }
}

/// Who approves, and who must have consented before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approver {
    /// One of these roles approves.
    pub roles: Vec<Role>,
    /// An agency of each of these roles has consented.
    pub consent: Vec<Role>,
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
pub struct Criteria {
    asked: Vec<Criterion>,
    /// For how many months after it closed a case may be reopened; absent: for ever.
    pub reopening_months: Option<u16>,
}

impl Criteria {
    /// Every version of every condition.
    pub fn all(&self) -> &[Criterion] {
        &self.asked
    }

    /// What is asked on that day of a closure of that kind.
    pub fn asked(&self, day: Date, kind: ClosureType) -> impl Iterator<Item = &Criterion> {
        self.asked.iter().filter(move |asked| asked.term.holds(day) && !asked.exempt.contains(&kind))
    }
}
