//! Disclosure: which fact which agency is told, in which form, from when.
//!
//! An agency is told of a case while it is **involved** in it ([`Involved`]): it reported, it was addressed,
//! invited, assigned, or leads; it is the parent or the authority of one that did; or its role sees the whole
//! region. What it is told of a fact is a **decision** ([`decide`]) by the visibility matrix: the fact in
//! full, masked, or only that something happened on that day (**coarse**), because the exact type of a fact
//! alone would give the secret away.
//!
//! All of this is pure and needs no keys. What was told is itself a fact (`governance.disclosed`): the
//! runtime's disclosure follower appends it; protected values are revealed only when the runtime renders an
//! answer to an entitled caller.

mod decide;
mod glass;
mod involved;
mod plan;
#[cfg(test)]
mod tests;

pub use decide::{Decision, Reason, decide, narrower};
pub use glass::{Glass, Refusal, admit};
pub use involved::{Grant, Involved};
pub use plan::{Decisions, Telling, Told};
