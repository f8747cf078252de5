//! What the services of one bus say to each other through NATS: request and reply, nothing stored.
//!
//! The other users of NATS stand elsewhere: the ledger and the feeds are streams, and `ledger` knows those.

mod keys;

pub use keys::{RemoteKeys, serve_keys};
