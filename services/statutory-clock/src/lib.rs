//! Statutory clock: what the law says must happen by when, and whether it did.
//!
//! A **clock** is one obligation with a time limit, as the region's rules describe it (`clocks/*.toml`). A fact
//! that matches one of its starts begins an **instance**; the first fact that matches one of its stops ends
//! it. Everything else follows: the **due** moment from the calendar, the **verdict** as of any time from due
//! and stop. Nothing of it is stored: [`clocks`] folds a history, and folding it again gives the same.
//!
//! - Two times: the starting fact's `time` chooses the version of the rule and a stop's time decides whether it
//!   was met, so what was done in time and recorded late is met. Roles are those of the day of recording.
//! - A clock that **repeats** begins anew with what stopped it; a fact that **ends** it leaves nothing owed. Time
//!   stands still, or is more, only by a fact of the owner that the rule names together with its legal ground.
//! - In a history that another case has absorbed, nothing is owed that only that case still takes; when the link is
//!   undone, its time begins anew.
//! - Order of recording does not matter: a stop that was recorded before its start still stops it.
//! - A year that the region has not adopted gives no due date and no verdict, but a [`Fault`] that says so.
//!
//! No law, agency or number stands here: they are data. Announcing a breach is the work of the runtime's
//! follower; who may see a clock is decided in `disclosure`; a fact that was withdrawn is left out by the caller.

mod cadence;
mod due;
mod elsewhere;
mod fold;
mod instance;
mod longer;
mod matching;
mod state;
#[cfg(test)]
mod tests;

pub use due::{Due, Fault};
pub use fold::{EXPLAINED, clocks, holding, reads};
pub use state::{Clock, Mark, Owner, Verdict};
