//! What all tests use: a server, agencies that call it, and the documents that they send.

pub mod client;
pub mod command;
pub mod facts;
pub mod nats;
pub mod played;
pub mod raw;
pub mod search;
pub mod site;
pub mod sse;
pub mod wait;

pub use client::Caller;
pub use command::lianhu;
pub use facts::{event, uuid};
pub use site::{Server, Site};
pub use wait::eventually;

use std::path::PathBuf;

/// A path of the repository.
pub fn repository(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("..").join(path)
}

/// A line for the log of the run: unlike `println!` it is shown when the test passes, too.
pub fn note(line: &str) {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "      {line}"); // Err: nobody is listening
}
