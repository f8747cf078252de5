//! A bar for long work: on standard error when that is a terminal, and nothing elsewhere.

use std::io::{IsTerminal as _, Write as _, stderr};
use std::sync::atomic::{AtomicBool, Ordering};

/// Width of the bar, in characters.
const WIDTH: u64 = 40;

/// Whether the last line of the terminal is a bar.
static SHOWN: AtomicBool = AtomicBool::new(false);

/// So many of so many are done; `what` says of what.
pub fn show(what: &str, done: u64, all: u64) {
    if !stderr().is_terminal() || all == 0 {
        return;
    }
    SHOWN.store(true, Ordering::Relaxed);
    let part = usize::try_from(done.min(all) * WIDTH / all).unwrap_or_default();
    let _ = write!(stderr(), "\r{what}[{:<40}] {done} of {all}", "#".repeat(part)); // Err: nobody looks
}

/// That work is over, well or not: what is printed next begins on a line of its own.
pub fn end() {
    if SHOWN.swap(false, Ordering::Relaxed) {
        eprintln!();
    }
}
