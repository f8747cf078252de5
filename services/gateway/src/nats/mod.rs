//! What is said over NATS by request and reply: agencies at the door, and the services of one bus among each other.
//!
//! | subject | who asks | who answers |
//! | --- | --- | --- |
//! | `lianhu.v1.publish.<agency>.<stage>.<fact>`, `lianhu.v1.read.<agency>` | an agency, from its account | `gateway`: [`agencies`] |
//! | `lianhu.v1.admit.<stage>` | `gateway` | the services of that stage: [`admission`] |
//! | `lianhu.v1.vault.<call>` | admission and gateway | `vault`: [`keys`] |
//!
//! `views` keeps the feed streams ([`feeds`]). Each service announces itself ([`service`]), so that whoever may ask
//! finds all of them, with their statistics and how they are. The ledger's stream is `ledger`'s own business.

mod admission;
mod agencies;
mod each;
mod feeds;
mod keys;
mod requests;
mod service;

pub(crate) use admission::place;
pub use admission::{RemoteAdmission, serve_admission};
pub use agencies::serve_agencies;
pub use feeds::{feed_stream, keep_feeds};
pub use keys::{RemoteKeys, serve_keys};
#[cfg(test)]
pub(crate) use requests::Requests;
pub use service::{Found, Service, announce, services};
