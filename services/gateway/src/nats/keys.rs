//! The vault as a process of its own: [`serve_keys`] answers for it, [`RemoteKeys`] asks it from elsewhere.
//!
//! One request to `lianhu.v1.vault.<call>`, one reply, both JSON. The calls are those
//! of [`vault::Keys`]: `name`, `protect`, `reveal`, `mac`, `check`. The vaults share the queue group `vault`, so
//! that a request has one answer; a second vault can only stand by, as its store is open in one place.
//!
//! **Values travel as they are.** Whoever may publish to these subjects may have everything revealed, so they
//! exist in the bus's own account alone, which no agency can enter, and the connection is TLS wherever it leaves
//! the machine. Nothing of a request or a reply is ever logged.
//!
//! A vault that is not there, or does not answer in time, is [`vault::VaultError::Unavailable`]: whoever asked
//! says "try again later" to its own caller, and the next question finds the vault that is back.

mod calls;
mod fault;
mod protect;
mod remote;
mod reveal;
mod secret;
mod serve;
mod wire;

pub use remote::RemoteKeys;
pub use serve::serve_keys;

use std::time::Duration;

/// What all subjects begin with.
const SUBJECT: &str = "lianhu.v1.vault.";

/// The queue group of the vaults.
const GROUP: &str = "vault";

/// How long an answer may take. A disk that hangs for longer is a vault that is away.
const PATIENCE: Duration = Duration::from_secs(5);
