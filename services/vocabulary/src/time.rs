//! Two times. `recordedtime` is set by the bus and never goes backwards within a history; `time` is what
//! the publisher says, in its own offset, and may be days ago.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::fmt;

/// A moment, microsecond precision, printed as RFC 3339 in UTC with six decimals so that text order is
/// time order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Instant(Timestamp);

impl Instant {
    /// Cuts a timestamp to microseconds.
    pub fn new(at: Timestamp) -> Self {
        Self(Timestamp::from_microsecond(at.as_microsecond()).unwrap_or(at))
    }

    /// Reads RFC 3339 with any offset.
    pub fn parse(text: &str) -> Result<Self, jiff::Error> {
        text.parse().map(Self::new)
    }

    /// The moment as jiff knows it.
    pub fn timestamp(self) -> Timestamp {
        self.0
    }
}

impl fmt::Display for Instant {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.6}", self.0)
    }
}

impl TryFrom<String> for Instant {
    type Error = jiff::Error;
    fn try_from(text: String) -> Result<Self, jiff::Error> {
        Self::parse(&text)
    }
}

impl From<Instant> for String {
    fn from(at: Instant) -> String {
        at.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_instant_prints_in_utc_with_six_decimals() {
        let at = Instant::parse("2026-03-30T14:05:00+08:00").unwrap();
        assert_eq!(at.to_string(), "2026-03-30T06:05:00.000000Z");
        assert_eq!(Instant::parse(&at.to_string()).unwrap(), at);
        assert_eq!(
            Instant::parse("2026-03-30T06:05:00.123456789Z").unwrap().to_string(),
            "2026-03-30T06:05:00.123456Z"
        );
    }
}
