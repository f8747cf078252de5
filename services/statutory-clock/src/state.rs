//! A clock of a case, and what it says as of a time.

use crate::{Due, Fault};
use jiff::SignedDuration;
use jurisdiction::{ClockRule, Rules};
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use vocabulary::{AgencyCode, FactRef, Instant, Role};

/// One instance of a clock.
#[derive(Clone, Debug)]
pub struct Clock {
    /// The version of the rule that it runs under.
    pub rule: Arc<ClockRule>,
    /// Which instance: the value that the rule's `per` names, or the id of the starting fact.
    pub instance: String,
    /// Who owes it.
    pub owner: Owner,
    /// What started it.
    pub started: Mark,
    /// By when it must stop.
    pub due: Result<Due, Fault>,
    /// What stopped it.
    pub stopped: Option<Mark>,
    /// What ended it without its being done: nothing is owed from there on.
    pub ended: Option<Mark>,
    /// The explanation of its breach.
    pub explained: Option<Mark>,
}

/// A fact that did something to a clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Mark {
    /// When it happened.
    pub time: Instant,
    /// The fact.
    pub fact: FactRef,
}

/// Who owes it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Owner {
    /// This agency.
    Agency(AgencyCode),
    /// Whoever holds the role on the day of the question.
    Role(Role),
    /// The facts do not name an agency where the rule looks for one.
    Unknown,
}

/// What a clock says as of a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// There is time left, or no number to run against.
    Running,
    /// Done in time.
    Met,
    /// Missed, but done since.
    MetLate,
    /// Missed, and not done.
    Missed,
    /// Missed and not done, and the owner has said why.
    Explained,
    /// What was valid for a time no longer is; nobody owes anything.
    Expired,
    /// A fact ended it in time without its being done: nobody owes anything.
    Ended,
}

impl Owner {
    /// The agencies that owe it, as of a time.
    pub fn agencies(&self, rules: &Rules, as_of: Instant) -> Vec<AgencyCode> {
        match self {
            Self::Agency(agency) => vec![agency.clone()],
            Self::Role(role) => rules.holders(role.as_str(), as_of).into_iter().cloned().collect(),
            Self::Unknown => Vec::new(),
        }
    }
}

impl Due {
    /// What a clock with this due moment says as of a time, from what stopped or ended it and whether it was
    /// explained.
    pub fn verdict(
        &self,
        (stopped, ended): (Option<Mark>, Option<Mark>),
        explained: bool,
        as_of: Instant,
    ) -> Verdict {
        match stopped {
            Some(stop) if !self.passed(stop.time) => Verdict::Met,
            _ if ended.is_some_and(|end| !self.passed(end.time)) => Verdict::Ended,
            _ if self.expires() && self.passed(as_of) => Verdict::Expired,
            _ if self.expires() => Verdict::Running,
            Some(_) => Verdict::MetLate,
            None if !self.passed(as_of) => Verdict::Running,
            None if explained => Verdict::Explained,
            None => Verdict::Missed,
        }
    }
}

impl Clock {
    /// What it says as of a time, from the facts that it was folded from.
    ///
    /// # Errors
    /// It has no due date, so nobody can say.
    pub fn verdict(&self, as_of: Instant) -> Result<Verdict, Fault> {
        let due = self.due.as_ref().map_err(Clone::clone)?;
        Ok(due.verdict((self.stopped, self.ended), self.explained.is_some(), as_of))
    }

    /// Whether something is still to be done as of a time: nothing has stopped or ended it, and it has not expired.
    pub fn open(&self, as_of: Instant) -> bool {
        let over = self.stopped.is_some() || self.ended.is_some();
        !over && self.verdict(as_of) != Ok(Verdict::Expired)
    }

    /// Time in hand: from the stop or end, or else from `as_of`, to the due moment; negative when it is overdue.
    /// `None` where there is no such moment.
    pub fn margin(&self, as_of: Instant) -> Option<SignedDuration> {
        let due = self.due.as_ref().ok()?.moment()?;
        let at = self.over(as_of);
        Some(due.timestamp().duration_since(at.timestamp()))
    }

    /// When it was over, or else `as_of`.
    fn over(&self, as_of: Instant) -> Instant {
        self.stopped.or(self.ended).map_or(as_of, |mark| mark.time)
    }

    /// Time taken: from the start to the stop or end, or else to `as_of`.
    pub fn taken(&self, as_of: Instant) -> SignedDuration {
        let at = self.over(as_of);
        at.timestamp().duration_since(self.started.time.timestamp())
    }
}
