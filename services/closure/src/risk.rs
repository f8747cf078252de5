//! How great the risk is, as everybody who looked has seen it. Looks are kept by the time of the look: a visit to
//! an island is recorded days later.

use jiff::civil::Date;
use vocabulary::Instant;
use vocabulary::follow_up::Grade;

/// Every look at a child's risk.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Risk {
    looks: Vec<(Instant, Look)>,
}

/// What one look found.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Look {
    /// The grade of the case was assigned or changed.
    Graded {
        /// The grade.
        grade: Grade,
        /// The last day on which it holds without a new assessment.
        valid_until: Option<Date>,
    },
    /// Somebody visited.
    Visited(Grade),
}

impl Look {
    fn grade(self) -> Grade {
        match self {
            Self::Graded { grade, .. } | Self::Visited(grade) => grade,
        }
    }
}

impl Risk {
    pub(crate) fn note(&mut self, at: Option<Instant>, look: Look) {
        let Some(at) = at else { return };
        let place = self.looks.partition_point(|(earlier, _)| *earlier <= at);
        self.looks.insert(place, (at, look));
    }

    /// The highest grade that anybody ever gave.
    pub fn highest(&self) -> Option<Grade> {
        self.looks.iter().map(|(_, look)| look.grade()).max()
    }

    /// The last visit.
    pub fn visited(&self) -> Option<Instant> {
        self.looks.iter().rev().find(|(_, look)| matches!(look, Look::Visited(_))).map(|(at, _)| *at)
    }

    /// The grade of the case on a day, and whether there is one. A grade that lapsed counts as one higher.
    fn of_case(&self, on: Date) -> Option<Grade> {
        self.looks.iter().rev().find_map(|(_, look)| match *look {
            Look::Graded { grade, valid_until: Some(until) } if until < on => Some(grade.raised()),
            Look::Graded { grade, .. } => Some(grade),
            Look::Visited(_) => None,
        })
    }

    /// The first and the last of the latest looks that all found this grade or a lower one; `None` when the last
    /// look, or the grade of the case on that day, is higher. A visit counts with the higher of what was seen and
    /// the grade of the case: a good impression lowers nothing.
    pub fn low(&self, level: Grade, on: Date) -> Option<(Instant, Instant)> {
        let mut of_case = None;
        let mut low = None;
        for (at, look) in &self.looks {
            let found = match look {
                Look::Graded { grade, .. } => *of_case.insert(*grade),
                Look::Visited(seen) => of_case.map_or(*seen, |grade| grade.max(*seen)),
            };
            low = (found <= level).then(|| (low.map_or(*at, |(first, _)| first), *at));
        }
        low.filter(|_| self.of_case(on).is_some_and(|grade| grade <= level))
    }
}
