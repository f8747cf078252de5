//! The calendar, and each fault of a year, with its line.

use super::*;

fn with(path: &str, content: &str) -> Vec<RuleFile> {
    let mut files = given::files();
    files.push(file(path, content));
    files
}

/// A year: `year` on line 1, `source` on 2, holidays on 3, working days on 4.
fn year(holidays: &str, workdays: &str) -> String {
    format!("year = 2026\nsource = \"notice\"\nholidays = [{holidays}]\nworkdays = [{workdays}]\n")
}

fn wrong(holidays: &str, workdays: &str) -> Vec<String> {
    faults(&with("calendar/2026.toml", &year(holidays, workdays)))
}

#[test]
fn offices_work_on_weekdays_and_make_up_days_and_never_on_holidays() {
    let content = year("\"2026-04-06\", \"2026-05-02\"", "\"2026-05-09\"");
    let rules = Rules::read(&with("calendar/2026.toml", &content), Version(1)).unwrap();
    let working = |day: &str| rules.calendar().working(day.parse().unwrap());
    assert_eq!(working("2026-04-03"), Ok(true), "a Friday");
    assert_eq!(working("2026-04-04"), Ok(false), "a Saturday");
    assert_eq!(working("2026-04-05"), Ok(false), "a Sunday");
    assert_eq!(working("2026-04-06"), Ok(false), "a holiday on a Monday");
    assert_eq!(working("2026-05-02"), Ok(false), "a holiday on a Saturday");
    assert_eq!(working("2026-05-09"), Ok(true), "a make-up Saturday");
}

#[test]
fn a_year_that_is_not_adopted_has_no_answer() {
    let rules = Rules::read(&with("calendar/2026.toml", &year("", "")), Version(1)).unwrap();
    for (day, year) in [("2025-12-31", 2025), ("2027-01-01", 2027)] {
        assert_eq!(rules.calendar().working(day.parse().unwrap()), Err(crate::NoCalendar(year)));
    }
    assert_eq!(given::rules().calendar().years().count(), 0);
}

#[test]
fn a_day_is_a_date_of_the_year_and_stands_once() {
    assert_eq!(
        wrong("\"2026-04-31\",\n\"2025-04-05\",\n\"2026-04-05\",\n\"2026-04-05\"", ""),
        [
            "calendar/2026.toml:3: `2026-04-31`: not a date: expected YYYY-MM-DD",
            "calendar/2026.toml:4: `2025-04-05` is not in 2026",
            "calendar/2026.toml:6: `2026-04-05` stands twice as a holiday",
        ]
    );
    assert_eq!(
        wrong("", "\"2026-05-09\",\n\"2026-05-09\""),
        ["calendar/2026.toml:5: `2026-05-09` stands twice as a working day"]
    );
}

#[test]
fn a_make_up_day_is_a_weekend_and_no_holiday() {
    assert_eq!(
        wrong("\"2026-05-09\"", "\"2026-05-08\",\n\"2026-05-09\""),
        [
            "calendar/2026.toml:4: `2026-05-08` is no Saturday or Sunday: it is a working day anyway",
            "calendar/2026.toml:5: `2026-05-09` is a holiday of this file",
        ]
    );
}

#[test]
fn a_year_stands_in_one_file_that_is_named_for_it() {
    let mut files = with("calendar/2026.toml", &year("", ""));
    files.push(file("calendar/2027.toml", &year("", "")));
    assert_eq!(faults(&files), ["calendar/2027.toml:1: another file is the calendar of 2026 already"]);
    let files = with("calendar/2027.toml", &year("", ""));
    assert_eq!(faults(&files), ["calendar/2027.toml:1: the calendar of 2026 is calendar/2026.toml"]);
    let mut files = with("calendar/2026.toml", &year("", ""));
    files.push(files[3].clone());
    assert!(faults(&files).contains(&"calendar/2026.toml:1: the file is given twice".to_owned()));
}

#[test]
fn a_key_of_a_year_that_nobody_reads_or_that_is_missing_is_refused() {
    let content = |rest: &str| format!("year = 2026\nsource = \"\"\n{rest}");
    let read = |rest: &str| faults(&with("calendar/2026.toml", &content(rest)));
    let unknown = read("holidays = []\nworkdays = []\nbridge_days = []");
    assert!(unknown[0].starts_with("calendar/2026.toml:5: unknown field `bridge_days`"), "{unknown:?}");
    assert_eq!(read("holidays = []"), ["calendar/2026.toml:1: missing field `workdays`"]);
}
