//! A case in one line: its values, its tracks, what waits in it.

use super::{CaseItem, ClockItem, ClockState, InboxItem, Look, ReferralItem, words};
use crate::problem::Problem;
use agency_views::{Case, ClockRow, Duty, DutyKind, Party, Track, number};
use vocabulary::{AgencyCode, FactRef, Instant};

impl Look<'_> {
    /// The case as the caller may see it.
    pub(super) fn item(
        &self,
        fold: &Case,
        clocks: &[ClockRow],
        parked: Option<String>,
    ) -> Result<CaseItem, Problem> {
        let number = number(self.case, fold, &self.moment.rules);
        let last = self.sight.last().ok_or(Problem::NotFound)?;
        let clocks: Vec<ClockItem> = clocks.iter().filter_map(|clock| self.clock(clock, &number)).collect();
        // By what the caller was told alone: a value that changed or vanished would tell of a hidden fact.
        let told = self.told_fold();
        let grade = self.shown(told.grade.as_ref())?.cloned();
        let mut waiting: Vec<InboxItem> =
            told.duties().iter().filter_map(|duty| self.duty(duty, &number)).collect();
        waiting.extend(clocks.iter().filter_map(waits));
        waiting.iter_mut().for_each(|item| item.grade = grade.clone());
        waiting.sort_by(urgent);
        let next = clocks.iter().filter(|clock| !over(clock.state));
        let mut tracks = Vec::new();
        for (track, state) in told.tracks() {
            let (shown, since) = (self.shown(Some(state))?, state.since);
            tracks.extend(shown.map(|state| Track { track, state: state.clone(), since }));
        }
        Ok(CaseItem {
            case: self.case.clone(),
            opened: fold.opened.map_or(self.moment.time, |(at, first)| self.as_exact(at, first)),
            phase: self.shown(told.phase())?.copied(),
            grade,
            lead: self.shown(told.lead.as_ref())?.cloned(),
            children: self.shown(told.children.as_ref())?.cloned().unwrap_or_default(),
            tracks,
            last: last.fact,
            last_at: self.recorded(last.told)?,
            next_due: next.filter(|clock| clock.due.is_some()).min_by_key(|clock| clock.due).cloned(),
            overdue: clocks.iter().filter(|clock| clock.state == ClockState::Missed).count(),
            waiting,
            parked: parked.map(|_| words::PARKED.to_owned()),
            number,
        })
    }

    /// A moment of a fact: to the minute where the caller was told of it exactly, else the beginning of its day.
    pub(super) fn as_exact(&self, at: Instant, fact: FactRef) -> Instant {
        let rules = &self.moment.rules;
        let day = rules.local_date(at);
        if self.sight.exact(fact) { at } else { day.yesterday().map_or(at, |before| rules.end_of(before)) }
    }

    /// When a record was recorded.
    pub(super) fn recorded(&self, position: vocabulary::Position) -> Result<Instant, Problem> {
        let stored = self.bus.ledger.get(position)?;
        Ok(stored.map_or(self.moment.time, |stored| stored.record.recordedtime))
    }

    /// A duty, where it waits on the caller or the caller was told of the fact that asks for it.
    fn duty(&self, duty: &Duty, number: &str) -> Option<InboxItem> {
        let agencies = self.agencies(&duty.party);
        let known = agencies.contains(&self.caller.agency) || self.sight.exact(duty.fact);
        known.then(|| InboxItem {
            kind: duty.kind,
            title: words::duty(duty.kind),
            agencies,
            case: self.case.clone(),
            number: number.to_owned(),
            grade: None,
            fact: duty.fact,
            since: duty.since,
            until: duty.until,
            overdue: duty.until.is_some_and(|until| until < self.moment.time),
            clock: None,
        })
    }

    /// The agencies behind a party: of those that hold a role, the ones that have a part in the case.
    pub(super) fn agencies(&self, party: &Party) -> Vec<AgencyCode> {
        match party {
            Party::Agency(agency) => vec![agency.clone()],
            Party::Role(role) => self.involved.holders(role, &self.moment.rules, self.moment.time),
        }
    }

    /// The referrals of which the caller was told, as far as it was told of their answers.
    pub(super) fn referrals(&self) -> Vec<ReferralItem> {
        let told = self.told_fold();
        let shown = |fact, name: &str| !self.withheld(fact, name);
        let item = |row: &agency_views::ReferralRow| ReferralItem {
            referral: row.id.clone(),
            from: row.from.clone(),
            to: row.to.clone(),
            offered_to: row.offered_to.clone(),
            parent: row.parent.clone(),
            purpose: shown(row.by, "purpose").then(|| row.purpose.clone()),
            urgency: shown(row.by, "urgency").then(|| row.urgency.clone()),
            phase: row.phase,
            made: row.made,
            received: row.received,
            answered: row.answered,
            ended: row.ended,
            respond_by: row.respond_by.filter(|_| shown(row.by, "respond_by")),
            outcome: row
                .outcome
                .clone()
                .filter(|_| shown(row.last, "outcome") && shown(row.last, "reason_code")),
        };
        told.referrals().iter().map(item).collect()
    }

    /// What the history comes to by those facts alone of which the caller was told exactly.
    fn told_fold(&self) -> Case {
        Case::of(self.facts.iter().filter(|fact| self.sight.exact(fact.at)))
    }
}

/// Nothing runs against the clock any more.
fn over(state: ClockState) -> bool {
    use ClockState::{Ended, Expired, Met, MetLate, Undisclosed};
    matches!(state, Met | MetLate | Expired | Ended | Undisclosed)
}

/// What a clock asks for, as something that waits.
fn waits(clock: &ClockItem) -> Option<InboxItem> {
    let open = matches!(clock.state, ClockState::Running | ClockState::Missed | ClockState::Undetermined);
    (open && !clock.expires).then(|| InboxItem {
        kind: DutyKind::Clock,
        title: clock.obligation.clone(),
        agencies: clock.owners.clone(),
        case: clock.case.clone(),
        number: clock.number.clone(),
        grade: None,
        fact: clock.started_fact,
        since: clock.started,
        until: clock.due,
        overdue: clock.state == ClockState::Missed,
        clock: Some(clock.clock.clone()),
    })
}

/// Overdue first, then by when it must be done; what has no time limit comes last, the oldest first.
pub(super) fn urgent(one: &InboxItem, other: &InboxItem) -> std::cmp::Ordering {
    let key = |item: &InboxItem| (!item.overdue, item.until.is_none(), item.until, item.since);
    key(one).cmp(&key(other))
}
