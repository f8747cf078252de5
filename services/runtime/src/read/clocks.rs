//! Clocks as one agency may see them.
//!
//! An agency sees the clocks that it owes, and those whose starting fact it was told of. Of a clock that it does
//! not owe it learns the end only where it was told of the fact that ended it: that a clock was met would say
//! that a hidden fact has happened.

use super::{ClockItem, ClockState, Look, Title};
use agency_views::ClockRow;
use disclosure::Involved;
use jurisdiction::{ClockRule, Name};
use statutory_clock::{Due, Mark, Verdict};
use std::sync::Arc;
use vocabulary::{AgencyCode, Instant};

impl Look<'_> {
    /// The clock, if the caller may know of it.
    pub(super) fn clock(&self, row: &ClockRow, number: &str) -> Option<ClockItem> {
        self.clock_then(row, number, self.moment.time)
    }

    /// The same, judged as of another time.
    pub(super) fn clock_then(&self, row: &ClockRow, number: &str, then: Instant) -> Option<ClockItem> {
        let mut owners = row.owner.as_ref().map(|party| self.agencies(party)).unwrap_or_default();
        let owes = owners.contains(&self.caller.agency);
        if !owes && !self.sight.exact(row.started.fact) {
            return None;
        }
        let rule = self.rule(row)?;
        owners.retain(|owner| self.may_name(owner));
        // When a fact came that the caller was not told of is not for it.
        let due = match &row.due {
            Ok(Due::Before(fact)) if !self.sight.exact(fact.fact) => Ok(Due::Pending),
            due => due.clone(),
        };
        let row = &ClockRow { due, ..row.clone() };
        let told = |mark: Option<Mark>| mark.filter(|mark| owes || self.sight.exact(mark.fact));
        let seen = ClockRow { stopped: told(row.stopped), ended: told(row.ended), ..row.clone() };
        let over = seen.stopped.or(seen.ended);
        let sees_all = owes || self.moment.rules.sees_region(&self.caller.agency, self.moment.time);
        let at = over.map_or(then, |mark| mark.time);
        Some(ClockItem {
            clock: row.clock.clone(),
            instance: row.instance.clone(),
            case: self.case.clone(),
            number: number.to_owned(),
            name: title(&rule.name),
            obligation: title(&rule.obligation),
            kind: rule.kind,
            law: rule.basis.law.clone(),
            article: rule.basis.article.clone(),
            basis: title(&rule.basis.text),
            owners,
            state: state(&seen, sees_all, then),
            started: row.started.time,
            started_fact: row.started.fact,
            due: row.due_at(),
            due_day: row.due.as_ref().ok().and_then(Due::day).map(|day| day.to_string()),
            no_due: no_due(&row.due),
            expires: row.due.as_ref().is_ok_and(Due::expires),
            stopped: over.map(|mark| mark.time),
            stopped_by: over.map(|mark| mark.fact),
            margin_seconds: row.due_at().map(|due| seconds(at, due)),
            taken_seconds: seconds(row.started.time, at),
        })
    }

    /// Whether the caller may learn that an agency has a part in the case: itself, whoever sees the whole region,
    /// and whoever spoke or was named in what the caller was told of.
    fn may_name(&self, agency: &AgencyCode) -> bool {
        let (rules, time) = (&self.moment.rules, self.moment.time);
        let watches = rules.sees_region(&self.caller.agency, time) || rules.sees_region(agency, time);
        let (mut named, contracts) = (Involved::default(), self.bus.contracts());
        let told = self.facts.iter().filter(|fact| self.sight.exact(fact.at));
        *agency == self.caller.agency
            || watches
            || told
                .inspect(|fact| named.evolve(fact, &contracts))
                .any(|fact| fact.attributes.source.agency == *agency)
            || named.grants(agency).next().is_some()
    }

    /// The version of the rule that the clock runs under.
    fn rule(&self, row: &ClockRow) -> Option<&Arc<ClockRule>> {
        let mut all = self.moment.rules.clocks().all().iter().filter(|rule| rule.id.as_str() == row.clock);
        all.find(|rule| rule.term.from.to_string() == row.version)
    }
}

fn state(row: &ClockRow, sees_all: bool, as_of: Instant) -> ClockState {
    match row.verdict(as_of) {
        None => ClockState::Undetermined,
        Some(Verdict::Missed | Verdict::Explained) if !sees_all => ClockState::Undisclosed,
        Some(Verdict::Running) => ClockState::Running,
        Some(Verdict::Met) => ClockState::Met,
        Some(Verdict::MetLate) => ClockState::MetLate,
        Some(Verdict::Missed) => ClockState::Missed,
        Some(Verdict::Explained) => ClockState::Explained,
        Some(Verdict::Expired) => ClockState::Expired,
        Some(Verdict::Ended) => ClockState::Ended,
    }
}

/// Why there is no moment to run against.
fn no_due(due: &Result<Due, String>) -> Option<String> {
    match due {
        Ok(Due::AtOnce) => Some("immediately".to_owned()),
        Ok(Due::Pending) => Some("before-a-fact".to_owned()),
        Ok(Due::Paused(_)) => Some("paused".to_owned()),
        Ok(_) => None,
        Err(why) => Some(why.clone()),
    }
}

fn seconds(from: Instant, to: Instant) -> i64 {
    to.timestamp().duration_since(from.timestamp()).as_secs()
}

pub(super) fn title(name: &Name) -> Title {
    Title { zh: name.zh.clone(), en: name.en.clone() }
}
