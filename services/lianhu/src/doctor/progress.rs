//! How far a long look has come, for a person who waits: on standard error, when that is a terminal.

use std::io::{IsTerminal as _, Write as _};

/// How many steps lie between two lines.
const STEP: u64 = 5_000;

/// Shows progress, or nothing.
pub struct Progress(bool);

impl Progress {
    /// Shown to a person only.
    pub fn new(json: bool) -> Self {
        Self(!json && std::io::stderr().is_terminal())
    }

    /// So many of so many are done.
    pub fn at(&self, what: &str, done: u64, all: u64) {
        if self.0 && (done.is_multiple_of(STEP) || done == all) {
            let end = if done == all { "\r\x1b[K" } else { "" };
            eprint!("\r{what} {done} of {all}{end}");
            let _ = std::io::stderr().flush(); // nobody waits for it
        }
    }
}
