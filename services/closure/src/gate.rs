//! The gate: which conditions of the region do not hold of a case on a day.

use crate::obligations::{Care, Obligations, Order, Transfer};
use crate::state::{Proposal, State};
use jiff::Span;
use jiff::civil::Date;
use jurisdiction::Rules;
use jurisdiction::closure::{Approver, Approvers, FollowUpMonths, Predicate};
use std::collections::BTreeSet;
use vocabulary::closure::Closed;
use vocabulary::follow_up::Grade;
use vocabulary::{Instant, Role};

/// When the conditions are asked.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum When {
    /// Somebody approves the closing.
    Approval,
    /// The case closes.
    Closing,
}

/// A case that is asked whether it may close, on a day of the region.
pub(crate) struct Asked<'a> {
    owed: &'a Obligations,
    proposal: &'a Proposal,
    /// How it closes; absent while it is only approved.
    closing: Option<&'a Closed>,
    held_by: &'a BTreeSet<String>,
    rules: &'a Rules,
    at: Instant,
    on: Date,
}

impl<'a> Asked<'a> {
    pub(crate) fn of(
        (state, proposal): (&'a State, &'a Proposal),
        closing: Option<&'a Closed>,
        held_by: &'a BTreeSet<String>,
        (at, rules): (Instant, &'a Rules),
    ) -> Self {
        Self { owed: &state.obligations, proposal, closing, held_by, rules, at, on: rules.local_date(at) }
    }

    /// Every condition that is unmet, by its id, in the order of the rules.
    pub(crate) fn unmet(&self, when: When) -> Vec<String> {
        let criteria = self.rules.closing().asked(self.on, self.proposal.closure_type);
        let criteria = criteria.filter(|criterion| when == When::Closing || !criterion.only_at_closing);
        let unmet = criteria.filter(|criterion| !self.holds(&criterion.predicate));
        unmet.map(|criterion| criterion.id.clone()).collect()
    }

    fn holds(&self, predicate: &Predicate) -> bool {
        match predicate {
            Predicate::FollowUpMonths(months) => self.followed_up(months).unwrap_or(false),
            Predicate::SafetyAssessed { days } => self.safe(*days).unwrap_or(false),
            Predicate::GradeAtMost { grade, apart_days } => self.low(*grade, *apart_days).unwrap_or(false),
            Predicate::NoOpenReferral => self.owed.referrals.is_empty(),
            Predicate::GuardianshipSettled => self.owed.care == Care::Settled,
            Predicate::NoActiveOrder => !self.owed.orders.values().any(|order| self.active(order)),
            Predicate::ReporterTold { kinds, when_filed } => {
                self.owed.links.is_empty() && told(self.owed, kinds, when_filed)
            }
            Predicate::ChildViewRecorded => self.owed.child_view,
            Predicate::BreachesExplained => self.owed.breaches.is_empty(),
            Predicate::ClocksOver => self.held_by.is_empty(),
            Predicate::JusticeEnded => self.owed.justice.is_empty(),
            Predicate::TasksDone => self.owed.tasks.is_empty(),
            Predicate::DecisionsCarried => self.owed.decisions.is_empty(),
            Predicate::Answered => self.owed.unanswered.is_empty(),
            Predicate::TransferAccepted => matches!(self.owed.transfer, Some(Transfer::Accepted)),
            Predicate::NoObjection => self.proposal.words.values().all(|agrees| *agrees),
            Predicate::Approved(approvers) => self.approved(approvers).unwrap_or(false),
            Predicate::FileDecided => {
                self.closing.is_some_and(|said| said.retention_class.is_some() && said.to_be_sealed.is_some())
            }
        }
    }

    /// Whoever approved may do so at the highest grade that the case ever had, and whoever must consent has.
    fn approved(&self, approvers: &Approvers) -> Option<bool> {
        let (by, row) = (self.proposal.approved_by.as_ref()?, approvers.of(self.owed.risk.highest())?);
        let may = row.roles.iter().any(|role| self.rules.holds(by, role.as_str(), self.at));
        Some(may && self.consents_missing(row).next().is_none())
    }

    /// The roles of which nobody has consented yet, though somebody must.
    pub(crate) fn consents_missing<'r>(&'r self, row: &'r Approver) -> impl Iterator<Item = &'r Role> {
        let consented = |role: &Role| {
            let agreed = self.proposal.words.iter().filter(|(_, agrees)| **agrees);
            agreed.into_iter().any(|(by, _)| self.rules.holds(by, role.as_str(), self.at))
        };
        row.consent.iter().filter(move |role| !consented(role))
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

/// Whether the reporters of a history, by itself, were told what the conditions of the region ask for, whichever
/// kind of closure they are asked of.
pub fn reporters_answered(state: &State, rules: &Rules, at: Instant) -> bool {
    let today = rules.local_date(at);
    let asked = rules.closing().all().iter().filter(|criterion| criterion.term.holds(today));
    asked.into_iter().all(|criterion| match &criterion.predicate {
        Predicate::ReporterTold { kinds, when_filed } => told(&state.obligations, kinds, when_filed),
        _ => true,
    })
}

fn told(owed: &Obligations, kinds: &[String], when_filed: &[String]) -> bool {
    owed.reports.values().all(|report| {
        let due = kinds.iter().chain(when_filed.iter().filter(|_| report.filed));
        due.into_iter().all(|kind| report.told.contains(kind))
    })
}
