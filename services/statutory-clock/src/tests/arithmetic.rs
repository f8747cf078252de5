//! Deadline arithmetic against a walk day by day that knows nothing of dates but how long months are.

use super::*;
use crate::due::{self, Counting};
use crate::{Due, Fault};
use jurisdiction::NoCalendar;
use jurisdiction::clock::{Allowed, LastDay};
use proptest::prelude::*;

type Day = (i16, i8, i8);

/// Without pauses and extensions, for a fact that says nothing.
fn count(allowed: &Allowed, start: Instant, rules: &Rules) -> Result<Due, Fault> {
    let fact = said("psb", "2026-01-01 00:00", "start", "governance.nothing-said.v1", serde_json::json!({}));
    due::count(allowed, start, &Counting { rules, fact: &fact, pauses: &[], more_days: 0 })
}

static RULES: LazyLock<Rules> = LazyLock::new(demo);

/// The days of 2025 to 2027 in order, each with whether offices work, read by other means than the rules are.
static WALK: LazyLock<Vec<(Day, bool)>> = LazyLock::new(|| {
    let files = demo_files();
    let calendars = files.iter().filter(|file| file.path.starts_with("calendar/"));
    let (mut holidays, mut workdays) = (Vec::new(), Vec::new());
    for file in calendars {
        let table: toml::Table = file.content.parse().unwrap();
        let days = |key: &str| {
            let days = table[key].as_array().unwrap().iter();
            days.map(|day| day.as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        holidays.extend(days("holidays"));
        workdays.extend(days("workdays"));
    }
    let (mut walk, mut weekday) = (Vec::new(), 3); // 2025-01-01 is a Wednesday
    for year in 2025..=2027 {
        for month in 1..=12 {
            for day in 1..=length(month) {
                let text = format!("{year}-{month:02}-{day:02}");
                let working = !holidays.contains(&text) && (weekday < 6 || workdays.contains(&text));
                walk.push(((year, month, day), working));
                weekday = weekday % 7 + 1;
            }
        }
    }
    walk
});

/// Days of the month; none of these years is a leap year.
fn length(month: i8) -> i8 {
    match month {
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// The place in the walk to which a last day moves.
fn moved(mut place: usize, last: LastDay) -> Option<usize> {
    while last == LastDay::NextWorkingDay && !WALK.get(place)?.1 {
        place += 1;
    }
    Some(place)
}

/// By the walk: where it ends, if it ends within the three years.
fn walked(start: usize, allowed: &Allowed) -> Option<usize> {
    match *allowed {
        Allowed::Days(days, last) => {
            WALK.get(start + usize::from(days))?;
            moved(start + usize::from(days), last)
        }
        Allowed::WorkingDays(days) => {
            let working = WALK.iter().enumerate().skip(start + 1).filter(|(_, (_, working))| *working);
            working.map(|(place, _)| place).nth(usize::from(days) - 1)
        }
        Allowed::Months(months, last) => {
            let (mut year, mut month, day) = WALK[start].0;
            for _ in 0..months {
                (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
            }
            let end = (year, month, day.min(length(month)));
            moved(WALK.iter().position(|(day, _)| *day == end)?, last)
        }
        _ => unreachable!("only these are walked"),
    }
}

fn allowed() -> impl Strategy<Value = Allowed> {
    let last = prop_oneof![Just(LastDay::NextWorkingDay), Just(LastDay::Fixed)];
    prop_oneof![
        (1u16..120, last.clone()).prop_map(|(days, last)| Allowed::Days(days, last)),
        (1u16..30).prop_map(Allowed::WorkingDays),
        (1u16..25, last).prop_map(|(months, last)| Allowed::Months(months, last)),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn the_last_day_is_the_one_that_walking_day_by_day_finds(
        start in 0usize..1095, minute in 0i64..1440, allowed in allowed(),
    ) {
        let (year, month, day) = WALK[start].0;
        let begin = at(&format!("{year}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60));
        let counted = count(&allowed, begin, &RULES);
        match walked(start, &allowed) {
            Some(end) => {
                let Ok(Due::Within(last, midnight)) = counted else { panic!("{counted:?}") };
                prop_assert_eq!((last.year(), last.month(), last.day()), WALK[end].0);
                let after = midnight.timestamp().duration_since(at(&format!("{last} 00:00")).timestamp());
                prop_assert_eq!(after, jiff::SignedDuration::from_hours(24));
            }
            // beyond 2027: a day that stays needs no calendar, all others have no answer
            None if matches!(allowed, Allowed::Days(_, LastDay::Fixed) | Allowed::Months(_, LastDay::Fixed)) => {
                prop_assert!(matches!(counted, Ok(Due::Within(last, _)) if last.year() > 2027));
            }
            None => prop_assert!(matches!(counted, Err(Fault::NoCalendar(NoCalendar(2028 | 2029)))), "{counted:?}"),
        }
    }

    #[test]
    fn hours_run_through_weekends_and_holidays(start in 0usize..1095, minute in 0i64..1440, hours in 1u16..800) {
        let (year, month, day) = WALK[start].0;
        let begin = at(&format!("{year}-{month:02}-{day:02} {:02}:{:02}", minute / 60, minute % 60));
        let Ok(Due::By(end)) = count(&Allowed::Hours(hours), begin, &RULES) else { panic!("no moment") };
        prop_assert_eq!((end.timestamp().as_second() - begin.timestamp().as_second()) / 60, i64::from(hours) * 60);
    }
}

fn due(allowed: Allowed, start: &str) -> String {
    count(&allowed, at(start), &RULES).unwrap().day().unwrap().to_string()
}

const MOVES: LastDay = LastDay::NextWorkingDay;

#[test]
fn a_make_up_day_is_a_working_day_and_a_sunday_moves_on() {
    assert_eq!(
        due(Allowed::Months(1, MOVES), "2026-04-09 17:00"),
        "2026-05-09",
        "a Saturday on which offices work"
    );
    assert_eq!(due(Allowed::Months(1, MOVES), "2026-04-10 17:00"), "2026-05-11", "05-10 is a Sunday");
    assert_eq!(due(Allowed::WorkingDays(5), "2026-04-30 09:00"), "2026-05-11", "6, 7, 8, 9 and 11 May");
}

#[test]
fn a_holiday_moves_the_last_day_and_does_not_stretch_the_days_before_it() {
    assert_eq!(due(Allowed::Days(7, MOVES), "2026-03-30 14:25"), "2026-04-07");
    assert_eq!(due(Allowed::Days(8, MOVES), "2026-03-30 14:25"), "2026-04-07");
    assert_eq!(due(Allowed::WorkingDays(5), "2026-03-30 21:10"), "2026-04-07");
    assert_eq!(due(Allowed::Days(1, MOVES), "2026-09-30 23:59"), "2026-10-08", "National Day");
}

#[test]
fn custody_guardianship_and_validity_never_move() {
    assert_eq!(due(Allowed::Days(7, LastDay::Fixed), "2026-03-30 14:25"), "2026-04-06");
    assert_eq!(due(Allowed::Months(12, LastDay::Fixed), "2026-03-30 21:20"), "2027-03-30");
    assert_eq!(due(Allowed::Months(12, LastDay::Fixed), "2026-10-02 09:00"), "2027-10-02");
}

#[test]
fn a_month_without_that_day_ends_with_its_last() {
    assert_eq!(due(Allowed::Months(1, LastDay::Fixed), "2026-01-31 09:00"), "2026-02-28");
    assert_eq!(due(Allowed::Months(1, MOVES), "2026-01-31 09:00"), "2026-02-28", "a make-up Saturday");
    assert_eq!(due(Allowed::Months(24, LastDay::Fixed), "2026-02-28 09:00"), "2028-02-28");
}

#[test]
fn days_are_those_of_the_region_and_not_of_utc() {
    let start = Instant::parse("2026-03-30T16:30:00Z").unwrap(); // in the region it is 00:30 on the 31st
    let Ok(Due::Within(day, end)) = count(&Allowed::Days(1, MOVES), start, &RULES) else { panic!("no day") };
    assert_eq!(day.to_string(), "2026-04-01");
    assert_eq!(end, Instant::parse("2026-04-01T16:00:00Z").unwrap());
}

#[test]
fn a_year_without_a_calendar_has_no_answer() {
    let rules = with_clocks("", &["calendar/2027.toml"]);
    let count = |allowed, start: &str| count(&allowed, at(start), &rules);
    let missing = Err(Fault::NoCalendar(NoCalendar(2027)));
    assert_eq!(count(Allowed::Days(3, MOVES), "2026-12-29 09:00"), missing);
    assert_eq!(count(Allowed::WorkingDays(3), "2026-12-29 09:00"), missing);
    assert_eq!(count(Allowed::Months(1, MOVES), "2026-12-01 09:00"), missing);
    assert!(count(Allowed::Days(3, MOVES), "2026-12-28 09:00").is_ok(), "the 31st is within 2026");
    assert!(
        count(Allowed::Months(12, LastDay::Fixed), "2026-12-01 09:00").is_ok(),
        "no working day is asked for"
    );
    assert!(count(Allowed::Hours(72), "2026-12-30 09:00").is_ok());
    assert_eq!(Fault::NoCalendar(NoCalendar(2027)).to_string(), "no calendar is adopted for 2027");
}
