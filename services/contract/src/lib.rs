//! The contract: what a document must be before anybody looks at what it says.
//!
//! A document passes three doors here: **exact JSON** ([`exact`]: one meaning for every reader), the
//! **envelope** ([`envelope`]: CloudEvents 1.0, structured, binary or batch), and the **schema** of its fact
//! type ([`schema`], [`Contracts::check`]). Every error names its place by JSON Pointer, in English and
//! Chinese, and never repeats what stood there.
//!
//! What was published stays ([`published`]), and an older version of a type is admitted as long as its contract
//! stands here: it is read as the newest one (`vocabulary::upcast`), and shown as it was said.
//!
//! Behind the last door no clear personal data travels any more: [`Document`] holds the clear properties and,
//! apart from them, the protected ones as [`vocabulary::Protected`]. Nothing here reaches network or disk.
//! Who may say a fact is `runtime`'s question, what follows from it is the stages'.

pub mod check;
pub mod envelope;
pub mod exact;
pub mod published;
pub mod schema;
mod selfcheck;
pub mod violation;
pub mod words;

#[cfg(test)]
mod tests;

pub use check::{Contracts, Document, Sensitive};
pub use envelope::Envelope;
pub use schema::{Contract, Involvement, Opens, Property, Store};
pub use violation::{Rejection, Violation};
