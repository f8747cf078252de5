//! The way out: what an agency was told, as it may see it now.

use crate::bus::Bus;
use crate::problem::Problem;
use crate::publish::Caller;
use crate::render::FeedItem;
use agency_views::FeedRow;
use std::time::Duration;
use vocabulary::{AgencyCode, FactRef};

impl Bus {
    /// What was disclosed to the caller's agency after a position, at most `limit` items.
    ///
    /// # Errors
    /// A store is away or damaged.
    pub fn feed(&self, caller: &Caller, after: u64, limit: usize) -> Result<Vec<FeedItem>, Problem> {
        let rows = self.views.now().feeds.read(&caller.agency, after, limit)?;
        rows.iter().map(|row| self.render(caller, row)).collect()
    }

    /// The same without protected values, for where it is kept: each is marked as to be had by a read. Asks for no
    /// key.
    ///
    /// # Errors
    /// A store is away or damaged.
    pub fn clear_feed(
        &self,
        agency: &AgencyCode,
        after: u64,
        limit: usize,
    ) -> Result<Vec<FeedItem>, Problem> {
        let caller = Caller { agency: agency.clone() };
        let rows = self.views.now().feeds.read(agency, after, limit)?;
        rows.iter().map(|row| self.render_clear(&caller, row)).collect()
    }

    /// Wakes when feeds may have grown.
    pub fn views_moved(&self) -> tokio::sync::watch::Receiver<agency_views::Progress> {
        self.views.progress()
    }

    /// Last position of the caller's feed.
    pub fn feed_head(&self, caller: &Caller) -> u64 {
        self.views.now().feeds.head(&caller.agency)
    }

    /// Waits until the caller's feed goes beyond a position, at most so long. Answers whether it does.
    ///
    /// # Errors
    /// The feeds have stopped: waiting on would look like "nothing new".
    pub async fn feed_moved(&self, caller: &Caller, after: u64, most: Duration) -> Result<bool, Problem> {
        let mut progress = self.views.progress();
        let moved =
            progress.wait_for(|p| self.views.now().feeds.head(&caller.agency) > after || p.stopped.is_some());
        let _ = tokio::time::timeout(most, moved).await; // over in time or not: what counts is how it stands now
        let stopped = progress.borrow().stopped.clone();
        let stopped = stopped.map(|why| why.to_string()).or_else(|| self.ended.borrow().map(str::to_owned));
        match stopped {
            Some(why) => Err(Problem::Unavailable(why)),
            None => Ok(self.views.now().feeds.head(&caller.agency) > after),
        }
    }

    /// One fact as it was disclosed to the caller, or as the caller itself published it.
    ///
    /// # Errors
    /// [`Problem::NotFound`] when there is none for the caller.
    pub fn event(&self, caller: &Caller, fact: FactRef) -> Result<FeedItem, Problem> {
        if let Some(row) = self.views.now().feeds.find(&caller.agency, fact)? {
            return self.render(caller, &row);
        }
        // The publisher may ask before disclosure has come by.
        let stored = self.ledger.get(fact.sequence)?.ok_or(Problem::NotFound)?;
        let own = stored.record.facts.get(fact.ordinal as usize);
        let own = own
            .filter(|own| own.attributes.source.agency == caller.agency && !own.attributes.source.is_bus());
        own.ok_or(Problem::NotFound)?;
        self.render(caller, &FeedRow::own(fact, stored.record.rules.version))
    }
}
