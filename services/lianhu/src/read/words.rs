//! Values of an answer, as a terminal shows them.

use serde_json::Value;

/// A title in both languages.
pub fn title(title: &Value) -> String {
    let text = |language: &str| title[language].as_str().unwrap_or_default();
    format!("{} {}", text("en"), text("zh"))
}

/// A moment by the clock of this machine, to the minute.
pub fn local(instant: &str) -> String {
    let zoned = instant.parse::<jiff::Timestamp>().map(|at| at.to_zoned(jiff::tz::TimeZone::system()));
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
