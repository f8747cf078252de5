//! The one place that asks the time.

use vocabulary::Instant;

/// What says what time it is.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Instant;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    #[allow(clippy::disallowed_methods, reason = "the one place that asks the time")]
    fn now(&self) -> Instant {
        Instant::new(jiff::Timestamp::now())
    }
}
