//! Values of an answer, as a terminal shows them.

use crate::client::Server;
use serde_json::Value;
use std::sync::OnceLock;

/// Prints a line. Whoever read our output may have left: then there is nobody to print for.
macro_rules! say {
    ($($what:tt)*) => {{
        use std::io::Write as _;
        if writeln!(std::io::stdout(), $($what)*).is_err() {
            std::process::exit(0);
        }
    }};
}
pub(crate) use say;

static ZONE: OnceLock<jiff::tz::TimeZone> = OnceLock::new();

/// Asks the bus for the time zone of its region; that of this machine where it does not say.
pub fn zone_of(server: &Server) {
    let ready = server.get_public("/readyz").unwrap_or_default();
    let zone = ready["timezone"].as_str().and_then(|name| jiff::tz::TimeZone::get(name).ok());
    let _ = ZONE.set(zone.unwrap_or_else(jiff::tz::TimeZone::system)); // Err: it was asked before
}

/// A title in both languages.
pub fn title(title: &Value) -> String {
    let text = |language: &str| title[language].as_str().unwrap_or_default();
    format!("{} {}", text("en"), text("zh"))
}

/// A moment by the clocks of the region, to the minute.
pub fn local(instant: &str) -> String {
    let zoned = instant
        .parse::<jiff::Timestamp>()
        .map(|at| at.to_zoned(ZONE.get().cloned().unwrap_or(jiff::tz::TimeZone::UTC)));
    zoned.map_or_else(|_| instant.to_owned(), |at| at.strftime("%Y-%m-%d %H:%M").to_string())
}

/// A time as its publisher wrote it, to the minute.
pub fn clip(time: &str) -> String {
    time.get(..16).unwrap_or(time).replace('T', " ")
}

/// A number of seconds, in the units in which people think of deadlines.
pub fn minutes(seconds: &Value) -> String {
    let seconds = seconds.as_i64().unwrap_or_default();
    let (sign, minutes) = (if seconds < 0 { "-" } else { "" }, seconds.abs() / 60);
    let (days, hours, minutes) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    let parts = [(days, "d"), (hours, "h"), (minutes, "min")];
    let parts: Vec<String> =
        parts.iter().filter(|(n, _)| *n > 0).map(|(n, unit)| format!("{n} {unit}")).collect();
    if parts.is_empty() { "0 min".to_owned() } else { format!("{sign}{}", parts.join(" ")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_duration_reads_in_days_hours_and_minutes() {
        for (seconds, said) in [
            (0, "0 min"),
            (59, "0 min"),
            (780, "13 min"),
            (81_600, "22 h 40 min"),
            (-90_060, "-1 d 1 h 1 min"),
        ] {
            assert_eq!(minutes(&seconds.into()), said);
        }
    }
}
