//! The desk: everything that the pages read, as one agency may see it. The bus implements it in `connect`.

use crate::model::{CaseItem, ClockItem, InboxItem, Page, ReferralItem, Timeline};
use contract::Contracts;
use jurisdiction::Rules;
use runtime::Caller;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use vocabulary::{HistoryId, Instant, Position};

/// Why a page cannot be shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// The token has ended, or its agency left the roster: sign in again.
    SignedOut,
    /// There is no such thing for this agency; whether it exists for others is not told.
    NotFound,
    /// The question itself cannot be read: a filter or a position that is none.
    Unclear,
    /// Something is away: the page failed, which is not "nothing".
    Away,
}

/// Which cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Filter {
    pub(crate) agency: Option<String>,
    pub(crate) phase: Option<String>,
    pub(crate) grade: Option<String>,
    pub(crate) overdue: bool,
    pub(crate) number: Option<String>,
}

/// A moment of the past.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Then {
    /// Up to this position of the ledger.
    Position(Position),
    /// Up to the last record by this moment.
    Time(Instant),
}

/// As of when a case is read; nothing is now.
pub(crate) type AsOf = Option<Then>;

/// A wait that somebody else ends.
pub(crate) type Moved<'a> = Pin<Box<dyn Future<Output = Result<bool, Trouble>> + Send + 'a>>;

/// What the pages read.
pub(crate) trait Desk: Send + Sync + 'static {
    /// Who holds this token.
    fn authenticate(&self, token: &str) -> Result<Caller, Trouble>;
    /// What time it is.
    fn now(&self) -> Instant;
    /// The rules in force: names of agencies, the time on the walls.
    fn rules(&self) -> Result<Rules, Trouble>;
    /// The contracts, whose titles label what a fact says.
    fn contracts(&self) -> Arc<Contracts>;
    /// How far a case can have come: the codes, in order.
    fn phases(&self) -> Vec<String>;
    /// A page of the cases.
    fn cases(
        &self,
        caller: &Caller,
        filter: &Filter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<Page<CaseItem>, Trouble>;
    /// The head of a case.
    fn case(&self, caller: &Caller, case: &HistoryId, as_of: AsOf) -> Result<CaseItem, Trouble>;
    /// What the caller was told of it.
    fn timeline(&self, caller: &Caller, case: &HistoryId, as_of: AsOf) -> Result<Timeline, Trouble>;
    /// Its clocks.
    fn case_clocks(&self, caller: &Caller, case: &HistoryId, as_of: AsOf) -> Result<Vec<ClockItem>, Trouble>;
    /// Its referrals.
    fn case_referrals(
        &self,
        caller: &Caller,
        case: &HistoryId,
        as_of: AsOf,
    ) -> Result<Vec<ReferralItem>, Trouble>;
    /// What waits on the caller.
    fn inbox(&self, caller: &Caller) -> Result<Vec<InboxItem>, Trouble>;
    /// What waits on anybody in the caller's cases.
    fn waiting(&self, caller: &Caller) -> Result<Vec<InboxItem>, Trouble>;
    /// The last position of the caller's feed.
    fn feed_head(&self, caller: &Caller) -> u64;
    /// Waits until the feed goes beyond a position, at most so long. Answers whether it does.
    fn moved<'a>(&'a self, caller: &'a Caller, after: u64, most: Duration) -> Moved<'a>;
    /// The positions, beyond one, at which the caller was told of a case.
    fn told_since(
        &self,
        caller: &Caller,
        case: &HistoryId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, Trouble>;
}
