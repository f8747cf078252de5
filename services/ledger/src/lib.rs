//! The ledger: every record that was ever admitted, in one order, for ever.
//!
//! A **record** is one admission on one history ([`vocabulary::Record`]). The ledger gives it a **position**
//! (dense from 1) and answers only when it is durable. It exists so that "what happened, in which order" has
//! one answer: everything right of it (views, feeds, clocks, proofs) can be deleted and rebuilt from it.
//!
//! One port ([`Ledger`]), several stores behind it: [`MemoryLedger`] for tests, [`SledLedger`] for one box,
//! [`JetStreamLedger`] for several processes on a NATS server or cluster.
//! They differ in nothing that a caller can see; the `conformance` feature holds the suite that says so.
//!
//! The ledger decides nothing and reads no value: whether a fact may become true is decided before the
//! append, values are under keys before they come here, and who may see a record is decided behind it.

mod error;
mod follower;
mod memory;
mod on_jetstream;
mod on_sled;
mod port;

#[cfg(any(test, feature = "conformance"))]
#[allow(clippy::expect_used, clippy::panic, reason = "a test harness: a broken adapter must stop")]
pub mod conformance;
#[cfg(any(test, feature = "conformance"))]
pub mod faulty;
#[cfg(test)]
mod tests;

pub use error::LedgerError;
pub use follower::Follower;
pub use memory::MemoryLedger;
pub use on_jetstream::{
    ImportError, Imported, JetStreamLedger, LEDGER_STREAM, OLDEST_SERVER, Promises, ServerSeen, Step,
    StreamSeen, import, servers, stream_seen,
};
pub use on_sled::{KeptShut, SledLedger};
pub use port::{Ledger, MOST_RANGE_BYTES, MOST_RECORD_BYTES, Outcome, Stored};
