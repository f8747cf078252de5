//! The gate: which conditions of the region do not hold of a case on a day.

use crate::obligations::{Care, Obligations, Order};
use jiff::Span;
use jiff::civil::Date;
use jurisdiction::Rules;
use jurisdiction::closure::{FollowUpMonths, Predicate};
use vocabulary::Instant;
use vocabulary::closure::ClosureType;
use vocabulary::follow_up::Grade;

/// Every condition that is unmet, by its id, in the order of the rules.
pub(crate) fn unmet(owed: &Obligations, kind: ClosureType, at: Instant, rules: &Rules) -> Vec<String> {
    let asked = Asked { owed, rules, on: rules.local_date(at) };
    let unmet = rules.closing().asked(asked.on, kind).filter(|criterion| !asked.holds(&criterion.predicate));
    unmet.map(|criterion| criterion.id.clone()).collect()
}

/// A case that is asked whether it may close, on a day of the region.
struct Asked<'a> {
    owed: &'a Obligations,
    rules: &'a Rules,
    on: Date,
}

impl Asked<'_> {
    fn holds(&self, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::FollowUpMonths(months) => self.followed_up(months).unwrap_or(false),
            Predicate::SafetyAssessed { days } => self.safe(*days).unwrap_or(false),
            Predicate::GradeAtMost { grade, apart_days } => self.low(*grade, *apart_days).unwrap_or(false),
            Predicate::NoOpenReferral => self.owed.referrals.is_empty(),
            Predicate::GuardianshipSettled => self.owed.care == Care::Settled,
            Predicate::NoActiveOrder => !self.owed.orders.values().any(|order| self.active(order)),
            Predicate::ReporterTold { kinds, when_filed } => self.owed.reports.values().all(|report| {
                let due = kinds.iter().chain(when_filed.iter().filter(|_| report.filed));
                due.into_iter().all(|kind| report.told.contains(kind))
            }),
            Predicate::ChildViewRecorded => self.owed.child_view,
            Predicate::BreachesExplained => self.owed.breaches.is_empty(),
        }
    }

    /// The months are over, and somebody looked at their end. A child that was away is followed up from the day
    /// on which it came to stay; another one from the first plan.
    fn followed_up(&self, time: &FollowUpMonths) -> Option<bool> {
        let from = if self.owed.removed { self.owed.settled } else { self.owed.planned };
        let from = self.rules.local_date(from?);
        let months = time.of(self.owed.risk.highest(), self.owed.removed);
        let after = |months: u16| from.checked_add(Span::new().months(months)).ok();
        let visited = self.rules.local_date(self.owed.risk.visited()?);
        let last_visit_from = after(months.saturating_sub(time.last_visit_months))?;
        Some(self.on >= after(months)? && visited >= last_visit_from)
    }

    fn safe(&self, days: u16) -> Option<bool> {
        let (assessed, danger) = self.owed.safety?;
        let assessed = self.rules.local_date(assessed);
        let until = assessed.checked_add(Span::new().days(days)).ok()?;
        Some(!danger && assessed <= self.on && self.on <= until)
    }

    fn low(&self, level: Grade, apart_days: Option<u16>) -> Option<bool> {
        let (first, last) = self.owed.risk.low(level, self.on)?;
        let (first, last) = (self.rules.local_date(first), self.rules.local_date(last));
        Some(first.checked_add(Span::new().days(apart_days.unwrap_or(0))).ok()? <= last)
    }

    fn active(&self, order: &Order) -> bool {
        match order {
            Order::Asked | Order::Granted(None) => true,
            Order::Granted(Some(until)) => *until >= self.on.to_string(), // dates sort as text
        }
    }
}
