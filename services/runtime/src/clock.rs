//! The one place that asks the time.

use std::sync::{Mutex, PoisonError};
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

/// A clock that is set by whoever plays a story to the bus: it stands still until it is set again, and never
/// goes backwards. What the bus records of its own accord (rules, tokens, what was told) then bears the time of
/// the story. No bus that serves agencies runs on it: its times are only as true as the story.
#[derive(Debug)]
pub struct StoryClock(Mutex<Instant>);

impl StoryClock {
    /// A clock that stands at this moment.
    pub fn at(moment: Instant) -> Self {
        Self(Mutex::new(moment))
    }

    /// Moves on to a moment. One that lies behind changes nothing: `recordedtime` never goes backwards.
    pub fn set(&self, moment: Instant) {
        let mut now = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *now = moment.max(*now);
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_of_a_story_stands_until_it_is_set_and_never_goes_backwards() {
        let at = |text: &str| Instant::parse(text).unwrap();
        let clock = StoryClock::at(at("2026-03-30T14:05:00+08:00"));
        assert_eq!(clock.now(), at("2026-03-30T14:05:00+08:00"));
        clock.set(at("2026-03-30T14:18:00+08:00"));
        clock.set(at("2026-03-30T14:17:59+08:00"));
        assert_eq!(clock.now(), at("2026-03-30T14:18:00+08:00"));
    }
}
