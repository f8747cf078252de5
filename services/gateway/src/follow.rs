//! Following one feed: which frame comes next. One item is read at a time, when there is room for it, so a
//! slow reader holds one item and no more, and what an agency may see is decided as late as can be.

use crate::Shared;
use crate::auth::Agency;
use crate::feed::{self, flowing};
use crate::problem::Problem;
use crate::serve::{Held, Leaving};
use crate::slots::Slot;
use runtime::{Bus, FeedItem, Problem as Trouble};
use std::sync::Arc;
use vocabulary::HistoryId;
use tokio::time::Instant;

/// An open stream.
pub(crate) struct Follow {
    shared: Arc<Shared>,
    agency: Agency,
    /// The one case that is followed; all of them without it.
    case: Option<HistoryId>,
    position: u64,
    /// The end of the feed when the stream was opened: up to here is the past.
    past: u64,
    phase: Phase,
    /// When the next heartbeat is due.
    due: Instant,
    leaving: Leaving,
    /// Given back when the stream ends, in whichever way.
    _held: (Slot, Option<Held>),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    Opened,
    Past,
    Live,
    Over,
}

impl Follow {
    /// A stream from behind a position.
    pub(crate) fn new(
        shared: Arc<Shared>,
        agency: Agency,
        case: Option<HistoryId>,
        position: u64,
        leaving: Leaving,
        held: (Slot, Option<Held>),
    ) -> Self {
        let past = shared.bus.feed_head(&agency.caller);
        let due = Instant::now() + shared.config.heartbeat;
        Self { shared, agency, case, position, past, phase: Phase::Opened, due, leaving, _held: held }
    }

    /// The next frame; `None` when the stream is over.
    pub(crate) async fn frame(&mut self) -> Option<String> {
        match self.phase {
            Phase::Over => return None,
            Phase::Opened => {
                self.phase = Phase::Past;
                return Some("retry: 3000\n\n".to_owned());
            }
            Phase::Past | Phase::Live => {}
        }
        Some(self.live().await.unwrap_or_else(|end| {
            self.phase = Phase::Over;
            end.frame()
        }))
    }

    async fn live(&mut self) -> Result<String, End> {
        loop {
            if self.leaving.now() {
                return Err(End::Bye("shutdown"));
            }
            if Instant::now() >= self.due {
                return self.heartbeat();
            }
            if self.phase == Phase::Past && self.position >= self.past {
                flowing(&self.shared.bus)?; // "caught up" is not "the feeds stopped"
                self.phase = Phase::Live;
                return Ok(format!("event: caught-up\ndata: {{\"position\":{}}}\n\n", self.position));
            }
            if let Some(item) = self.next()? {
                self.position = item.position;
                return Ok(frame(&item)?);
            }
            tokio::select! {
                moved = wait(&self.shared.bus, &self.agency, self.position, self.due) => moved?,
                () = self.leaving.come() => {}
            }
        }
    }

    /// The next item. Of one case: what speaks of others is passed over, up to the end that the feed had before.
    fn next(&mut self) -> Result<Option<FeedItem>, Trouble> {
        let (bus, caller) = (&self.shared.bus, &self.agency.caller);
        let Some(case) = &self.case else { return feed::next(bus, caller, self.position) };
        let head = bus.feed_head(caller);
        let item = bus.case_feed(caller, case, self.position, 1)?.pop();
        if item.is_none() {
            self.position = self.position.max(head);
        }
        Ok(item)
    }

    /// A comment that keeps proxies from closing the connection, once the right to go on has been asked for
    /// again. A reader that stands still gets nothing more before it.
    fn heartbeat(&mut self) -> Result<String, End> {
        self.due = Instant::now() + self.shared.config.heartbeat;
        match self.agency.again(&self.shared.bus) {
            Ok(()) => {}
            Err(Trouble::Unauthenticated) => return Err(End::Bye("token-ended")),
            Err(Trouble::OffRoster) => return Err(End::Bye("agency-not-on-roster")),
            Err(other) => return Err(other.into()),
        }
        flowing(&self.shared.bus)?;
        Ok(": heartbeat\n\n".to_owned())
    }
}

async fn wait(bus: &Bus, agency: &Agency, after: u64, until: Instant) -> Result<(), Trouble> {
    let most = until.saturating_duration_since(Instant::now());
    bus.feed_moved(&agency.caller, after, most).await.map(drop)
}

/// One event. JSON text holds no line end, so the data is one line.
fn frame(item: &FeedItem) -> Result<String, Trouble> {
    let kind = item.event["type"].as_str().unwrap_or("message");
    Ok(format!("id: {}\nevent: {kind}\ndata: {}\n\n", item.position, feed::to_json(item)?))
}

/// Why a stream ends.
enum End {
    /// As it should.
    Bye(&'static str),
    /// Something failed in the middle: it must not look like "nothing new".
    Failed(Problem),
}

impl From<Trouble> for End {
    fn from(trouble: Trouble) -> Self {
        Self::Failed(trouble.into())
    }
}

impl End {
    fn frame(&self) -> String {
        match self {
            Self::Bye(reason) => format!("event: bye\ndata: {{\"reason\":\"{reason}\"}}\n\n"),
            Self::Failed(problem) => {
                let problem = serde_json::to_string(problem).unwrap_or_else(|_| "{}".to_owned());
                format!("event: error\ndata: {problem}\n\n")
            }
        }
    }
}
