//! Reading: what an agency may see of its cases, now and as of any earlier moment.
//!
//! A question is answered in three steps: what was the agency told by then ([`sight`]), what has the history come
//! to by then (the folds of `agency-views` and `statutory-clock`), and which of it rests on facts that the agency
//! was told of. What rests on others is not there: no null, no count, no hint.

mod board;
mod clocks;
mod item;
mod knowledge;
mod model;
mod moment;
mod replay;
mod sight;
mod timeline;
mod words;

pub use model::{
    AsOf, CaseFilter, CaseItem, CasePage, ClockItem, ClockState, InboxItem, Page, ReferralItem, Step,
    Timeline, Title, Told,
};

pub use replay::{ClockMoved, Replay, ReplayStep};

use crate::bus::Bus;
use crate::history::Folded;
use crate::problem::Problem;
use crate::publish::Caller;
use crate::render::FeedItem;
use agency_views::{Case, ClockRow, number};
use disclosure::Involved;
use moment::Moment;
use sight::Sight;
use vocabulary::{CaseFact, HistoryId};

/// One case as one agency looks at it at one moment.
struct Look<'l> {
    bus: &'l Bus,
    caller: &'l Caller,
    case: &'l HistoryId,
    folded: &'l Folded,
    /// The facts recorded by then.
    facts: &'l [CaseFact],
    /// Who was involved by then.
    involved: &'l Involved,
    sight: &'l Sight,
    moment: &'l Moment,
}

impl Bus {
    /// A case as the caller may see it.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when the caller had not been told of it by then; a store is away or damaged.
    pub fn case(&self, caller: &Caller, case: &HistoryId, as_of: AsOf) -> Result<CasePage, Problem> {
        self.look(caller, case, as_of, |look| {
            let (fold, clocks) = (look.fold(), look.clocks());
            let case = look.item(&fold, &clocks, look.folded.broken.clone())?;
            Ok(CasePage { as_of: look.moment.position, case })
        })
    }

    /// The clocks of a case as the caller may see them, in the order of their starts.
    ///
    /// # Errors
    /// As [`Bus::case`].
    pub fn case_clocks(
        &self,
        caller: &Caller,
        case: &HistoryId,
        as_of: AsOf,
    ) -> Result<Vec<ClockItem>, Problem> {
        self.look(caller, case, as_of, |look| {
            let number = number(case, &look.fold(), &look.moment.rules);
            Ok(look.clocks().iter().filter_map(|clock| look.clock(clock, &number)).collect())
        })
    }

    /// The referrals of a case of which the caller was told.
    ///
    /// # Errors
    /// As [`Bus::case`].
    pub fn case_referrals(
        &self,
        caller: &Caller,
        case: &HistoryId,
        as_of: AsOf,
    ) -> Result<Vec<ReferralItem>, Problem> {
        self.look(caller, case, as_of, |look| Ok(look.referrals()))
    }

    /// What the caller was told of one case after a position of its feed.
    ///
    /// # Errors
    /// As [`Bus::case`].
    pub fn case_feed(
        &self,
        caller: &Caller,
        case: &HistoryId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<FeedItem>, Problem> {
        let rows = self.views.now().feeds.of_case(&caller.agency, case)?;
        if rows.is_empty() {
            return Err(Problem::NotFound);
        }
        let rows = rows.iter().filter(|row| row.position > after).take(limit);
        rows.map(|row| self.render(caller, row)).collect()
    }

    /// Looks at a case as of a moment. A case that does not exist and one of which the caller was told nothing
    /// answer alike.
    fn look<T>(
        &self,
        caller: &Caller,
        case: &HistoryId,
        as_of: AsOf,
        see: impl FnOnce(&Look<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        let moment = self.moment(as_of)?;
        self.look_at(caller, case, &moment, see)
    }

    fn look_at<T>(
        &self,
        caller: &Caller,
        case: &HistoryId,
        moment: &Moment,
        see: impl FnOnce(&Look<'_>) -> Result<T, Problem>,
    ) -> Result<T, Problem> {
        if !self.may_know(&caller.agency, case)? {
            return Err(Problem::NotFound);
        }
        self.histories.readable(case, |folded| {
            let sight = self.sight(&caller.agency, case, folded, moment.position)?;
            if sight.is_empty() {
                return Err(Problem::NotFound);
            }
            let end = folded.facts.partition_point(|fact| fact.at.sequence <= moment.position);
            let facts = &folded.facts[..end];
            let earlier = facts.len() < folded.facts.len();
            let mut by_then = folded.involved.at_first();
            let contracts = self.contracts();
            facts.iter().filter(|_| earlier).for_each(|fact| by_then.evolve(fact, &contracts));
            let involved = if earlier { &by_then } else { &folded.involved };
            see(&Look { bus: self, caller, case, folded, facts, involved, sight: &sight, moment })
        })?
    }
}

impl Look<'_> {
    /// What the history had come to by then.
    fn fold(&self) -> Case {
        Case::of(self.facts)
    }

    /// The clocks by then, under the rules of then.
    fn clocks(&self) -> Vec<ClockRow> {
        statutory_clock::clocks(self.facts, &self.moment.rules).iter().map(ClockRow::of).collect()
    }
}
