//! The clocks of a case, as rows: what the fold of `statutory-clock` said when the case was last touched.

use super::breach::Breach;
use super::duty::Party;
use serde::{Deserialize, Serialize};
use statutory_clock::{Clock, Due, Mark, Owner, Verdict};
use vocabulary::Instant;

/// One instance of one clock.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ClockRow {
    /// The rule.
    pub clock: String,
    /// The first day of the version of the rule that it runs under.
    pub version: String,
    /// Which instance.
    pub instance: String,
    /// Who owes it; `None` where the facts name no agency.
    pub owner: Option<Party>,
    /// When it started, and by which fact.
    pub started: Mark,
    /// By when; or why nobody can say.
    pub due: Result<Due, String>,
    /// When it was done, and by which fact.
    pub stopped: Option<Mark>,
    /// When it was ended without its being done, and by which fact.
    #[serde(default)]
    pub ended: Option<Mark>,
    /// When its breach was explained, and by which fact.
    pub explained: Option<Mark>,
}

impl ClockRow {
    /// The row of a clock.
    pub fn of(clock: &Clock) -> Self {
        Self {
            clock: clock.rule.id.as_str().to_owned(),
            version: clock.rule.term.from.to_string(),
            instance: clock.instance.clone(),
            owner: match &clock.owner {
                Owner::Agency(agency) => Some(Party::Agency(agency.clone())),
                Owner::Role(role) => Some(Party::Role(role.clone())),
                Owner::Unknown => None,
            },
            started: clock.started,
            due: clock.due.clone().map_err(|fault| fault.to_string()),
            stopped: clock.stopped,
            ended: clock.ended,
            explained: clock.explained,
        }
    }

    /// What it says as of a time; `None` when nobody can say.
    pub fn verdict(&self, as_of: Instant) -> Option<Verdict> {
        let due = self.due.as_ref().ok()?;
        Some(due.verdict((self.stopped, self.ended), self.explained.is_some(), as_of))
    }

    /// The moment from which it is too late, where there is one.
    pub fn due_at(&self) -> Option<Instant> {
        self.due.as_ref().ok()?.moment()
    }

    /// When the bus has to say something of it: that its time is over, or was over when it was stopped or ended; or,
    /// from its due moment on, that a breach which was announced was none, because it turns out to have been stopped
    /// or ended in time.
    pub fn announces(&self, announced: &[Breach]) -> Option<Instant> {
        let late_from = self.due.as_ref().ok()?.late_from()?;
        match (self.stopped.or(self.ended), announced.iter().find(|breach| self.is_of(breach))) {
            (None, None) => Some(late_from),
            (Some(stop), None) => (self.is_late(stop) && !self.expires()).then_some(late_from),
            (Some(stop), Some(said)) if !said.rebutted => (!self.is_late(stop)).then_some(late_from),
            _ => None,
        }
    }

    /// Whether a breach that was announced is one of this clock, as it stands.
    pub(crate) fn is_of(&self, breach: &Breach) -> bool {
        breach.clock == self.clock && breach.instance == self.instance && Some(breach.due) == self.due_at()
    }

    fn is_late(&self, stop: Mark) -> bool {
        self.due.as_ref().is_ok_and(|due| due.passed(stop.time))
    }

    fn expires(&self) -> bool {
        self.due.as_ref().is_ok_and(Due::expires)
    }

    /// Whether nothing has stopped it, or ended it in time. What was valid for a time is owed by nobody.
    pub fn open(&self) -> bool {
        let ended = self.ended.is_some_and(|end| !self.is_late(end));
        self.stopped.is_none() && !ended && !self.expires()
    }
}
