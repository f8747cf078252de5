//! What lengthens a clock: time that a law leaves out, and time that a law allows on top. Only its owner says so,
//! or the unit that the owner is a part of; what anybody else says of it changes nothing.

use crate::due::{Counting, Pause, count, within};
use crate::fold::Started;
use crate::instance::History;
use crate::matching::date_in;
use crate::{Due, Fault, Mark, Owner};
use jurisdiction::clock::{Allowed, Longer, Mention};
use vocabulary::{CaseFact, Instant};

impl<'f> History<'f> {
    /// When the time allowed is over, with everything that lengthens it.
    pub(crate) fn lengthened(
        &self,
        allowed: &Allowed,
        start: &Started<'_>,
        owner: &Owner,
    ) -> Result<Due, Fault> {
        let (pauses, open) = self.pauses(start, owner);
        let mut counting = Counting { pauses: &pauses, ..self.counting(start.fact) };
        let (mut allowed, begun) = (allowed, start.mark.time);
        let mut due = count(allowed, begun, &counting)?;
        for extension in &start.rule.extensions {
            // While time stands still none of it passes.
            let left = |at: Instant| !due.passed(open.map_or(at, |open| open.time.min(at)));
            let granted =
                self.of_owner(&extension.by, start, owner).into_iter().find(|(mark, _)| left(mark.time));
            let Some((_, fact)) = granted else { continue };
            due = match &extension.longer {
                Longer::Days(days) => {
                    counting.more_days = counting.more_days.saturating_add(*days);
                    count(allowed, begun, &counting)?
                }
                Longer::Total(total) => {
                    allowed = total;
                    count(allowed, begun, &counting)?
                }
                Longer::Until(property) => {
                    let day = date_in(property, fact, self.rules);
                    within(day.ok_or_else(|| Fault::NoDate(property.clone()))?, self.rules)
                }
            };
        }
        Ok(open.filter(|open| !due.passed(open.time)).map_or(due, Due::Paused))
    }

    /// The pauses that are over, from the earliest on and none within another; and the one that is not.
    fn pauses(&self, start: &Started<'_>, owner: &Owner) -> (Vec<Pause>, Option<Mark>) {
        let (mut over, mut open) = (Vec::<Pause>::new(), None::<Mark>);
        for rule in &start.rule.pauses {
            let ends = self.of_owner(&rule.until, start, owner);
            let mut free_from = start.mark.time;
            for (from, _) in self.of_owner(&rule.from, start, owner) {
                if from.time < free_from {
                    continue; // time stood still already
                }
                match ends.iter().find(|(end, _)| end.time >= from.time) {
                    Some((end, _)) => {
                        over.push(Pause { from: from.time, until: end.time });
                        free_from = end.time;
                    }
                    None => {
                        open = Some(open.map_or(from, |open| open.min(from)));
                        break;
                    }
                }
            }
        }
        over.sort_by_key(|pause| (pause.from, pause.until));
        let mut apart = Vec::<Pause>::new();
        for pause in over {
            match apart.last_mut() {
                Some(last) if pause.from <= last.until => last.until = last.until.max(pause.until),
                _ => apart.push(pause),
            }
        }
        (apart, open)
    }

    /// What the owner said of the instance, or the unit that it is a part of.
    fn of_owner(&self, mention: &Mention, start: &Started<'_>, owner: &Owner) -> Vec<(Mark, &'f CaseFact)> {
        let mut said = self.mentions(mention, start);
        said.retain(|(_, fact)| {
            let (by, at) = (&fact.attributes.source.agency, fact.recorded);
            match owner {
                Owner::Agency(owner) => by == owner || self.rules.parent(owner, at) == Some(by),
                Owner::Role(role) => self.rules.holds(by, role.as_str(), at),
                Owner::Unknown => false,
            }
        });
        said
    }
}
