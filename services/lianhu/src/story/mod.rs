//! Stories: incidents as files (`deploy/stories/`) that are told again and again, each time with ids, dates, people
//! and agencies of its own. A **telling** is one such time, named by a seed and a number: the same two always give
//! the same telling, so that whoever is interrupted can go on with it.
//!
//! The demo begins with tellings at all stages ([`seed`]), a simulator goes on with them ([`simulate`]), and tests
//! and benches draw an endless stream of facts from them ([`stream`]). What a story says is data; nothing here
//! knows what a report or a referral is.

mod catalogue;
mod seed;
mod simulate;
mod stream;
mod telling;
#[cfg(test)]
mod tests;
mod time;

pub use catalogue::Stories;
pub use seed::plant;
pub use simulate::Simulator;
pub use stream::{Facts, Filling};
pub use time::{Age, Shift};

use serde_json::{Map, Value};

/// One event, as a file has it.
pub type Document = Map<String, Value>;

/// A text of an event; empty when it is missing.
pub fn text<'d>(document: &'d Document, name: &str) -> &'d str {
    document.get(name).and_then(Value::as_str).unwrap_or_default()
}
