//! Times as people read them: what the clocks on the walls of the region show, and spans in words.

use crate::words::Lang;
use jiff::civil::DateTime;
use jurisdiction::Rules;
use vocabulary::Instant;

const DAY: i64 = 86_400;
const HOUR: i64 = 3_600;
const MINUTE: i64 = 60;

/// A moment on a page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Moment {
    /// RFC 3339, for machines.
    pub(crate) iso: String,
    /// `2026-11-20`.
    pub(crate) day: String,
    /// `11-20`.
    pub(crate) short: String,
    /// `10:32:08`.
    pub(crate) clock: String,
    /// `Fri`.
    pub(crate) weekday: &'static str,
}

impl Moment {
    /// The moment in the region.
    pub(crate) fn of(at: Instant, rules: &Rules, lang: Lang) -> Self {
        let local = rules.local_time(at);
        Self {
            iso: at.to_string(),
            day: day(local),
            short: format!("{:02}-{:02}", local.month(), local.day()),
            clock: format!("{:02}:{:02}:{:02}", local.hour(), local.minute(), local.second()),
            weekday: weekday(local, lang),
        }
    }
}

fn day(local: DateTime) -> String {
    format!("{:04}-{:02}-{:02}", local.year(), local.month(), local.day())
}

fn weekday(local: DateTime, lang: Lang) -> &'static str {
    let zh = ["周一", "周二", "周三", "周四", "周五", "周六", "周日"];
    let en = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"];
    let at = local.weekday().to_monday_zero_offset() as usize;
    lang.of(zh, en).get(at).copied().unwrap_or_default()
}

/// Seconds from one moment to another.
pub(crate) fn seconds(from: Instant, to: Instant) -> i64 {
    to.timestamp().duration_since(from.timestamp()).as_secs()
}

/// A span in words, in its two largest units. The script that lets a page tick says it the same way.
pub(crate) fn span(seconds: i64, lang: Lang) -> String {
    let all = seconds.abs();
    let (days, hours, minutes) = (all / DAY, all % DAY / HOUR, all % HOUR / MINUTE);
    let [d, h, m] = lang.of(["天", "小时", "分"], [" d", " h", " min"]);
    let parts = match (days, hours, minutes) {
        (0, 0, 0) => return lang.of("不足 1 分", "under 1 min").to_owned(),
        (0, 0, minutes) => vec![(minutes, m)],
        (0, hours, minutes) => vec![(hours, h), (minutes, m)],
        (days, hours, _) => vec![(days, d), (hours, h)],
    };
    let words: Vec<String> = parts
        .into_iter()
        .filter(|(count, _)| *count > 0)
        .map(|(count, unit)| format!("{count}{unit}"))
        .collect();
    lang.of(words.concat(), words.join(" "))
}
