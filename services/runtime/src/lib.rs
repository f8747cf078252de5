//! The runtime: it brings a document from an agency into the ledger and from there to the agencies that may
//! know of it. All effects meet here; all decisions are made elsewhere, by pure code.
//!
//! ```text
//! publish ▶ contract ▶ authority ▶ fold ▶ decide ▶ protect ▶ append ═▶ ledger ═▶ disclose ▶ feed ▶ render
//! ```
//!
//! [`Bus::publish`] is the whole way in, [`Bus::feed`] the whole way out. Nothing here knows a status code
//! (`gateway` does) or a subject of NATS (the ledger's adapter does).

mod adopt;
mod breach;
mod bus;
mod clock;
mod disclose;
mod feed;
mod handover;
mod history;
mod link;
mod named;
mod problem;
mod protect;
mod publish;
mod read;
mod render;
mod rulebook;
mod seen;
mod stages;
#[cfg(test)]
mod tests;
mod tokens;
mod withdraw;

pub use adopt::Adopted;
pub use agency_views::{DutyKind, Phase, Rebuilt, ReferralPhase, Track, TrackName};
pub use bus::{Bus, Duties, Parts, Status};
pub use clock::{Clock, StoryClock, SystemClock};
pub use disclose::GATHER;
pub use problem::Problem;
pub use publish::{Caller, Followed, Preview, Receipt};
pub use read::{
    AsOf, CaseFilter, CaseItem, CasePage, ClockItem, ClockMoved, ClockState, InboxItem, Page, ReferralItem,
    Replay, ReplayStep, Step, Timeline, Title, Told,
};
pub use render::{FeedItem, Withheld};
pub use tokens::Issued;
