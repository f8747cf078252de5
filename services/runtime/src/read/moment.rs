//! A moment: a prefix of the ledger, the time that verdicts are as of, and the rules of then.

use super::AsOf;
use crate::bus::Bus;
use crate::problem::Problem;
use jurisdiction::Rules;
use vocabulary::{Instant, Position};

/// As of when a question is answered.
pub(crate) struct Moment {
    /// The last record that counts.
    pub(crate) position: Position,
    /// The time by which clocks are judged and roles are held.
    pub(crate) time: Instant,
    /// The rules in force.
    pub(crate) rules: Rules,
}

impl Bus {
    /// The moment that a question names. Positions beyond the head and times to come mean now.
    pub(crate) fn moment(&self, as_of: AsOf) -> Result<Moment, Problem> {
        let (head, now) = (*self.ledger.head().borrow(), self.now());
        let as_of = match as_of {
            AsOf::Day(day) => AsOf::Time(self.rules()?.end_of(day)),
            other => other,
        };
        let (position, time) = match as_of {
            AsOf::Position(position) if position < head => {
                let stored = self.ledger.get(position)?;
                (position, stored.map_or(now, |stored| stored.record.recordedtime))
            }
            AsOf::Time(time) if time < now => (self.views.position_at(time)?, time),
            AsOf::Now | AsOf::Position(_) | AsOf::Time(_) | AsOf::Day(_) => {
                return Ok(Moment { position: head, time: now, rules: self.rules()? });
            }
        };
        Ok(Moment { position, time, rules: self.rulebook.as_of(position)? })
    }
}
