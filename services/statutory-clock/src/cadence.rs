//! As often as the grade of the child asks for. A grade that was not assessed anew by its last day rises. One that
//! asks for more may make the day come sooner; none makes a day that has been set come later.

use crate::due::{count, earlier};
use crate::instance::History;
use crate::matching::{date_in, mark};
use crate::{Due, Fault, Mark};
use jurisdiction::risk::Cadence;
use vocabulary::Instant;
use vocabulary::follow_up::Grade;

impl History<'_> {
    /// When the time is over that the grade allows, for what began then.
    pub(crate) fn cadence(&self, cadence: Cadence, start: Instant) -> Result<Due, Fault> {
        let grades = self.grades();
        let then = grades.iter().rev().find(|(from, _)| *from <= start).map(|(_, grade)| *grade);
        let grade = then.or(self.rules.risk().ungraded()).ok_or(Fault::NoRule)?;
        let mut due = self.by_grade(grade, cadence, start)?;
        for (from, grade) in grades.into_iter().filter(|(from, _)| *from > start) {
            if due.passed(from) {
                break;
            }
            due = earlier(due, self.by_grade(grade, cadence, from)?);
        }
        Ok(due)
    }

    fn by_grade(&self, grade: Grade, cadence: Cadence, from: Instant) -> Result<Due, Fault> {
        let allowed = self.rules.risk().cadence(grade, cadence, self.rules.local_date(from));
        let fact = self.facts.first().ok_or(Fault::NoRule)?; // a cadence reads no property of it
        count(allowed.ok_or(Fault::NoRule)?, from, &self.counting(fact))
    }

    /// Which grade held from when.
    fn grades(&self) -> Vec<(Instant, Grade)> {
        let mut told = Vec::<(Mark, Grade, Option<Instant>)>::new();
        for fact in self.facts {
            let tells = |told: &&jurisdiction::risk::Told| fact.is(&told.fact);
            let Some(rule) = self.rules.risk().told().iter().find(tells) else { continue };
            let grade = fact.value(&rule.grade).cloned().map(serde_json::from_value::<Grade>);
            let Some(Ok(grade)) = grade else { continue };
            let last = rule.valid_until.as_ref().and_then(|name| date_in(name, fact, self.rules));
            told.push((mark(None, fact, self.rules), grade, last.map(|day| self.rules.end_of(day))));
        }
        told.sort_by_key(|(mark, ..)| *mark);
        let mut grades = Vec::new();
        for (place, (mark, grade, lapses)) in told.iter().enumerate() {
            grades.push((mark.time, *grade));
            let next = told.get(place + 1).map(|(next, ..)| next.time);
            let lapsed = lapses.filter(|at| *at > mark.time && next.is_none_or(|next| *at < next));
            grades.extend(lapsed.map(|at| (at, grade.raised())));
        }
        grades
    }
}
