//! Questions to all cases of an agency: the list, the inbox, what waits at all, the clock board. The last three look
//! at the files of children and the histories of agencies, too.

use super::item::urgent;
use super::moment::Moment;
use super::{CaseFilter, CaseItem, ClockItem, ClockState, InboxItem, Look, Page};
use crate::bus::Bus;
use crate::problem::Problem;
use crate::publish::Caller;
use crate::read::AsOf;
use agency_views::{CaseRow, Desk, ViewError};
use std::collections::{BTreeSet, HashMap};
use vocabulary::{HistoryId, Role};

impl Bus {
    /// The cases that the caller was told of, the most recently touched first.
    ///
    /// # Errors
    /// [`Problem::RoleNotAllowed`] when the filter names another agency and the caller does not see the whole
    /// region; a store is away or damaged.
    pub fn cases(
        &self,
        caller: &Caller,
        filter: &CaseFilter,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Page<CaseItem>, Problem> {
        let moment = self.moment(AsOf::Now)?;
        let other = filter.agency.as_ref().filter(|agency| **agency != caller.agency);
        if other.is_some() && !moment.rules.sees_region(&caller.agency, moment.time) {
            return Err(Problem::RoleNotAllowed);
        }
        let mut all = self.views.now().feeds.cases(&caller.agency)?;
        let mut meant = HashMap::new();
        if !filter.is_everything() {
            for (case, _) in &all {
                let item = self.meant(caller, filter, case, &moment)?;
                item.into_iter().for_each(|item| drop(meant.insert(case.clone(), item)));
            }
            all.retain(|(case, _)| meant.contains_key(case));
        }
        let total = all.len();
        let mut rest = all.into_iter().filter(|(_, last)| after.is_none_or(|after| *last < after));
        let (mut items, mut end) = (Vec::new(), None);
        for (case, last) in rest.by_ref().take(limit) {
            let row = self.views.now().desk.row(&case)?.unwrap_or_default();
            let known = meant.remove(&case).map(Ok);
            items.push(known.unwrap_or_else(|| self.row_item(caller, &case, &row, &moment))?);
            end = Some(last);
        }
        let next = rest.next().and(end).map(|at| at.to_string());
        Ok(Page { items, next, total })
    }

    /// The case, if the filter means it by what the caller may see of it.
    fn meant(
        &self,
        caller: &Caller,
        filter: &CaseFilter,
        case: &HistoryId,
        moment: &Moment,
    ) -> Result<Option<CaseItem>, Problem> {
        if let Some(agency) = &filter.agency
            && !self.views.now().feeds.knows(agency, case)?
        {
            return Ok(None);
        }
        let Some(row) = self.views.now().desk.row(case)?.filter(|row| filter.may_hold(row)) else {
            return Ok(None);
        };
        let item = self.row_item(caller, case, &row, moment)?;
        Ok(Some(item).filter(|item| filter.holds(item)))
    }

    /// What waits on the caller, the most urgent first.
    ///
    /// # Errors
    /// A store is away or damaged.
    pub fn inbox(&self, caller: &Caller) -> Result<Vec<InboxItem>, Problem> {
        let moment = self.moment(AsOf::Now)?;
        let cases = self.may_wait(caller, &moment, |desk, roles| desk.waiting(&caller.agency, roles))?;
        let mut items = self.waiting_in(caller, cases, &moment)?;
        items.retain(|item| item.agencies.contains(&caller.agency));
        Ok(items)
    }

    /// What waits on anybody in what the caller was told of, the most urgent first.
    ///
    /// # Errors
    /// A store is away or damaged.
    pub fn waiting(&self, caller: &Caller) -> Result<Vec<InboxItem>, Problem> {
        let moment = self.moment(AsOf::Now)?;
        let cases = self.may_wait(caller, &moment, |desk, _| desk.waiting_at_all())?;
        self.waiting_in(caller, cases, &moment)
    }

    /// The cases in which something may wait. Only who sees the whole region is asked of the index: it knows what
    /// others were not told, and what leaves it would tell of that.
    fn may_wait(
        &self,
        caller: &Caller,
        moment: &Moment,
        index: impl FnOnce(&Desk, &[&Role]) -> Result<BTreeSet<HistoryId>, ViewError>,
    ) -> Result<BTreeSet<HistoryId>, Problem> {
        let (views, rules) = (self.views.now(), &moment.rules);
        if rules.sees_region(&caller.agency, moment.time) {
            return Ok(index(&views.desk, &rules.roles(&caller.agency, moment.time))?);
        }
        Ok(views.feeds.histories(&caller.agency)?.into_iter().map(|(history, _)| history).collect())
    }

    fn waiting_in(
        &self,
        caller: &Caller,
        cases: impl IntoIterator<Item = HistoryId>,
        moment: &Moment,
    ) -> Result<Vec<InboxItem>, Problem> {
        let mut items = Vec::new();
        for case in cases {
            if !self.views.now().feeds.knows(&caller.agency, &case)? {
                continue;
            }
            if let Some(row) = self.views.now().desk.row(&case)? {
                items.extend(self.row_item(caller, &case, &row, moment)?.waiting);
            }
        }
        items.sort_by(urgent);
        Ok(items)
    }

    /// The clocks of the caller's cases, of the children's files that it keeps and of the agencies that it sees, in one state, or in all; those that run out first come first.
    ///
    /// # Errors
    /// A store is away or damaged.
    pub fn clocks(
        &self,
        caller: &Caller,
        state: Option<ClockState>,
        after: Option<usize>,
        limit: usize,
    ) -> Result<Page<ClockItem>, Problem> {
        let moment = self.moment(AsOf::Now)?;
        let mut clocks = Vec::new();
        for (case, _) in self.views.now().feeds.histories(&caller.agency)? {
            let Some(row) = self.views.now().desk.row(&case)? else { continue };
            let shown = self.look_at(caller, &case, &moment, |look| {
                let shown = row.clocks.iter().filter_map(|clock| look.clock(clock, &row.number));
                Ok(shown.filter(|clock| state.is_none_or(|state| clock.state == state)).collect::<Vec<_>>())
            });
            clocks.extend(shown?);
        }
        clocks.sort_by(|one, other| {
            let key = |clock: &ClockItem| (clock.state, clock.due.is_none(), clock.due, clock.started);
            key(one).cmp(&key(other))
        });
        let (total, from) = (clocks.len(), after.unwrap_or_default());
        let end = from.saturating_add(limit);
        let next = (end < total).then(|| end.to_string());
        let items = clocks.into_iter().skip(from).take(limit).collect();
        Ok(Page { items, next, total })
    }

    /// A row as the caller may see it. One that could not be followed to its end says so.
    fn row_item(
        &self,
        caller: &Caller,
        case: &HistoryId,
        row: &CaseRow,
        moment: &Moment,
    ) -> Result<CaseItem, Problem> {
        self.look_at(caller, case, moment, |look: &Look<'_>| {
            look.item(&row.case, &row.clocks, row.parked.clone())
        })
    }
}

impl CaseFilter {
    fn is_everything(&self) -> bool {
        *self == Self::default()
    }

    /// Whether the case may be meant: what the caller may not see of it is looked at afterwards.
    fn may_hold(&self, row: &CaseRow) -> bool {
        let fold = &row.case;
        self.phase.is_none_or(|phase| fold.phase().is_some_and(|known| known.value == phase))
            && self
                .grade
                .as_ref()
                .is_none_or(|grade| fold.grade.as_ref().is_some_and(|known| known.value == *grade))
            && self.number.as_ref().is_none_or(|number| row.number.ends_with(number.as_str()))
            && (!self.overdue || row.clocks.iter().any(|clock| clock.open()))
    }

    /// Whether the case is meant, by what the caller may see of it.
    fn holds(&self, item: &CaseItem) -> bool {
        self.phase.is_none_or(|phase| item.phase == Some(phase))
            && self.grade.as_ref().is_none_or(|grade| item.grade.as_ref() == Some(grade))
            && (!self.overdue || item.overdue > 0)
    }
}
