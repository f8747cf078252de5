//! Views: what stands on an agency's desk. Each is a pure fold of the ledger in a store of its own and can be
//! deleted at any time; it holds references, never copies of facts. What an agency may not see was removed
//! before a view is told of it (`disclosure`), so that no view can forget.
//!
//! So far: the **feed** ([`Feeds`]), which lists what an agency was told, at dense positions from 1.

mod feeds;
mod row;
#[cfg(test)]
mod tests;

pub use feeds::{Feeds, Progress, ViewError};
pub use row::FeedRow;
