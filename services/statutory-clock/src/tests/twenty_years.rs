//! Every kind of limit against a walk, day by day over twenty years, that knows nothing of dates but how long months
//! are: across holidays, make-up working days, ends of years and leap days, with time that stands still and time on
//! top. The calendars are invented, so that no rule of the real ones is assumed.

use super::*;
use crate::due::{Counting, Pause, count};
use crate::{Due, Fault};
use jiff::SignedDuration;
use jurisdiction::NoCalendar;
use jurisdiction::clock::{Allowed, LastDay, Period, YearDay};
use proptest::prelude::*;

const FIRST: i16 = 2021;
const LAST: i16 = 2040;

type Day = (i16, i8, i8);

/// A day of the walk.
struct Step {
    day: Day,
    working: bool,
}

fn length(year: i16, month: i8) -> i8 {
    match month {
        2 if year % 4 == 0 => 29, // 2021 to 2040 has no century
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        _ => 31,
    }
}

/// What nobody can guess, and is the same every time.
fn dice(day: Day) -> u32 {
    let (year, month, day) = (day.0 as u32, day.1 as u32, day.2 as u32);
    (year * 372 + month * 31 + day).wrapping_mul(2_654_435_761) >> 16
}

/// Twenty years: one day in twenty is a holiday, and so are all that lie around the end of a year and the leap days;
/// one free day in nine of the others is worked.
static WALK: LazyLock<Vec<Step>> = LazyLock::new(|| {
    let (mut walk, mut weekday) = (Vec::new(), 5); // 2021-01-01 is a Friday
    for year in FIRST..=LAST {
        for month in 1..=12 {
            for day in 1..=length(year, month) {
                let day = (year, month, day);
                walk.push(Step { day, working: working(day, weekday) });
                weekday = weekday % 7 + 1;
            }
        }
    }
    walk
});

fn holiday(day: Day) -> bool {
    matches!(day, (_, 1, 1 | 2) | (_, 12, 31) | (_, 2, 29)) || dice(day).is_multiple_of(20)
}

fn working(day: Day, weekday: i8) -> bool {
    !holiday(day) && (weekday < 6 || dice(day) % 9 == 1)
}

/// The same years as rule files.
fn calendars() -> Vec<RuleFile> {
    let mut files = Vec::new();
    let mut weekday = 5;
    for year in FIRST..=LAST {
        let (mut holidays, mut workdays) = (Vec::new(), Vec::new());
        for month in 1..=12 {
            for day in 1..=length(year, month) {
                let (date, text) = ((year, month, day), format!("\"{year}-{month:02}-{day:02}\""));
                if holiday(date) {
                    holidays.push(text);
                } else if weekday > 5 && working(date, weekday) {
                    workdays.push(text);
                }
                weekday = weekday % 7 + 1;
            }
        }
        let content = format!(
            "year = {year}\nsource = \"invented\"\nholidays = [{}]\nworkdays = [{}]\n",
            holidays.join(", "),
            workdays.join(", ")
        );
        files.push(RuleFile { path: format!("calendar/{year}.toml"), content });
    }
    files
}

/// The rules of the district with those years, but for one.
fn rules(without: Option<i16>) -> Rules {
    let mut files = demo_files();
    files.retain(|file| !file.path.starts_with("calendar/"));
    files.extend(calendars());
    files.retain(|file| without.is_none_or(|year| file.path != format!("calendar/{year}.toml")));
    Rules::read(&files, Version(1)).unwrap()
}

static RULES: LazyLock<Rules> = LazyLock::new(|| rules(None));

fn text((year, month, day): Day) -> String {
    format!("{year}-{month:02}-{day:02}")
}

fn moment(place: usize, minute: i64) -> Instant {
    at(&format!("{} {:02}:{:02}", text(WALK[place].day), minute / 60, minute % 60))
}

/// The place in the walk to which a last day moves.
fn moved(mut place: usize, last: LastDay) -> Option<usize> {
    while last == LastDay::NextWorkingDay && !WALK.get(place)?.working {
        place += 1;
    }
    Some(place)
}

/// The place so many months later.
fn months_on(start: usize, months: u16) -> Option<usize> {
    let (mut year, mut month, day) = WALK[start].day;
    for _ in 0..months {
        (year, month) = if month == 12 { (year + 1, 1) } else { (year, month + 1) };
    }
    (year <= LAST).then(|| (year, month, day.min(length(year, month)))).and_then(place_of)
}

fn place_of(day: Day) -> Option<usize> {
    WALK.iter().position(|step| step.day == day)
}

/// The last day of the next period: walk to the first day of the second period that begins.
fn next_ends(start: usize, months: i8) -> Option<usize> {
    let begins = |step: &Step| step.day.2 == 1 && (step.day.1 - 1) % months == 0;
    let mut begun = (start + 1..WALK.len()).filter(|place| begins(&WALK[*place]));
    begun.nth(1).map(|after| after - 1)
}

/// By the walk, one day after the other: each day belongs to the one on which time last stood still, until it ran
/// again; and `more` days come on top.
fn walked(start: usize, allowed: &Allowed, pauses: &[(usize, usize)], more: u16) -> Option<usize> {
    let resumed =
        |place: usize| pauses.iter().find(|(from, _)| *from == place).map_or(place, |(_, until)| *until);
    let along = |from: usize, days: usize| {
        let mut place = resumed(from);
        for _ in 0..days {
            place = resumed(place + 1);
        }
        place
    };
    let (end, last) = match *allowed {
        Allowed::WorkingDays(days) => {
            let (mut place, mut left) = (resumed(start), days);
            while left > 0 {
                place += 1;
                left -= u16::from(WALK.get(place)?.working);
                place = resumed(place);
            }
            return moved(place + usize::from(more), LastDay::NextWorkingDay);
        }
        Allowed::Days(days, last) => (start + usize::from(days), last),
        Allowed::Months(months, last) => (months_on(start, months)?, last),
        Allowed::Next(period, last) => (next_ends(start, period.months())?, last),
        Allowed::Each(each, last) => {
            let same = |place: &usize| (WALK[*place].day.1, WALK[*place].day.2) == (each.month, each.day);
            ((start + 1..WALK.len()).find(same)?, last)
        }
        _ => unreachable!("only these are walked"),
    };
    moved(along(start, end + usize::from(more) - start), last)
}

fn allowed() -> impl Strategy<Value = Allowed> {
    let last = prop_oneof![Just(LastDay::NextWorkingDay), Just(LastDay::Fixed)];
    let period =
        prop_oneof![Just(Period::Month), Just(Period::Quarter), Just(Period::HalfYear), Just(Period::Year)];
    let each = (1i8..=12, 1i8..=28).prop_map(|(month, day)| YearDay { month, day });
    prop_oneof![
        (1u16..400, last.clone()).prop_map(|(days, last)| Allowed::Days(days, last)),
        (1u16..60).prop_map(Allowed::WorkingDays),
        (1u16..40, last.clone()).prop_map(|(months, last)| Allowed::Months(months, last)),
        (period, last.clone()).prop_map(|(period, last)| Allowed::Next(period, last)),
        (each, last).prop_map(|(each, last)| Allowed::Each(each, last)),
    ]
}

/// Pauses one after the other: from so many days after the last one, for so many days.
fn pauses() -> impl Strategy<Value = Vec<(usize, usize)>> {
    prop::collection::vec((1usize..40, 1usize..30), 0..4)
}

fn fact() -> CaseFact {
    said("psb", "2026-01-01 00:00", "start", "governance.nothing-said.v1", serde_json::json!({}))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1200))]

    #[test]
    fn the_last_day_is_the_one_that_walking_day_by_day_finds(
        start in 0usize..6500, minute in 0i64..1440, allowed in allowed(), gaps in pauses(), more in 0u16..20,
    ) {
        let (mut days, mut after) = (Vec::new(), start);
        for (gap, length) in gaps {
            days.push((after + gap - 1, after + gap - 1 + length));
            after += gap + length + 1;
        }
        // Within a day the hours do not matter, but a pause does not begin before the clock.
        let late = |place: usize, hour: i64| moment(place, if place == start { 1439 } else { hour * 60 });
        let paused: Vec<_> =
            days.iter().map(|(from, until)| Pause { from: late(*from, 9), until: late(*until, 17) }).collect();
        let fact = fact();
        let by = Counting { rules: &RULES, fact: &fact, pauses: &paused, more_days: more };
        let Some(end) = walked(start, &allowed, &days, more) else { return Ok(()) };
        prop_assume!(end < WALK.len() && WALK[end].day.0 < LAST);
        let counted = count(&allowed, moment(start, minute), &by);
        let Ok(Due::Within(last, midnight)) = counted else { panic!("{counted:?}") };
        prop_assert_eq!((last.year(), last.month(), last.day()), WALK[end].day);
        prop_assert_eq!(midnight, moment(end + 1, 0));
    }

    #[test]
    fn hours_run_through_weekends_and_holidays_and_stand_still_in_pauses(
        start in 0usize..7000, minute in 0i64..1440, hours in 1u16..800, gaps in pauses(), more in 0u16..5,
    ) {
        // Minute by minute: each is counted that lies in no pause.
        let (mut spans, mut after) = (Vec::new(), 0);
        for (gap, length) in gaps {
            let from = after + gap as i64 * 37;
            spans.push((from, from + length as i64 * 53));
            after = from + length as i64 * 53 + 1;
        }
        let (mut end, mut left) = (0, i64::from(hours) * 60 + i64::from(more) * 1440);
        while left > 0 {
            left -= i64::from(!spans.iter().any(|(from, until)| (*from..*until).contains(&end)));
            end += 1;
        }
        // What ends at the very minute at which time stands still ends when it runs again.
        let end = spans.iter().find(|(from, _)| *from == end).map_or(end, |(_, until)| *until);
        let begin = moment(start, minute);
        let minutes = |n: i64| Instant::new(begin.timestamp() + SignedDuration::from_mins(n));
        let paused: Vec<_> =
            spans.iter().map(|(from, until)| Pause { from: minutes(*from), until: minutes(*until) }).collect();
        let fact = fact();
        let by = Counting { rules: &RULES, fact: &fact, pauses: &paused, more_days: more };
        prop_assert_eq!(count(&Allowed::Hours(hours), begin, &by), Ok(Due::By(minutes(end))));
    }

    #[test]
    fn of_two_limits_the_earlier_or_the_later_counts(
        start in 0usize..6000, minute in 0i64..1440, one in allowed(), other in allowed(), hours in 1u16..900,
    ) {
        let begin = moment(start, minute);
        let fact = fact();
        let by = Counting { rules: &RULES, fact: &fact, pauses: &[], more_days: 0 };
        let (Some(first), Some(second)) = (walked(start, &one, &[], 0), walked(start, &other, &[], 0)) else {
            return Ok(());
        };
        let all = vec![one, other, Allowed::Hours(hours)];
        let end = begin.timestamp() + SignedDuration::from_hours(hours.into());
        let days = [first, second].map(|place| moment(place + 1, 0).timestamp());
        let earliest = count(&Allowed::Earlier(all.clone()), begin, &by).unwrap().moment().unwrap();
        prop_assert_eq!(earliest.timestamp(), days[0].min(days[1]).min(end));
        let latest = count(&Allowed::Later(all), begin, &by).unwrap().moment().unwrap();
        prop_assert_eq!(latest.timestamp(), days[0].max(days[1]).max(end));
    }
}

/// One calendar is missing: whoever needs one of its days has no answer, and everybody else has the same as before.
#[test]
fn a_year_that_is_missing_is_an_error_for_exactly_those_who_need_it() {
    let (year, fact) = (2030, fact());
    let without = rules(Some(year));
    let all = Counting { rules: &RULES, fact: &fact, pauses: &[], more_days: 0 };
    let less = Counting { rules: &without, ..all };
    let first = place_of((year, 1, 1)).unwrap();
    let (mut none, mut same) = (0, 0);
    for start in first - 90..first + 380 {
        for days in [1, 5, 30] {
            let allowed = Allowed::WorkingDays(days);
            let end = walked(start, &allowed, &[], 0).unwrap();
            let needed = (start + 1..=end).any(|place| WALK[place].day.0 == year);
            let counted = count(&allowed, moment(start, 600), &less);
            if needed {
                assert_eq!(counted, Err(Fault::NoCalendar(NoCalendar(year))), "{start} {days}");
                none += 1;
            } else {
                assert_eq!(counted, count(&allowed, moment(start, 600), &all), "{start} {days}");
                same += 1;
            }
            for last in [LastDay::NextWorkingDay, LastDay::Fixed] {
                let allowed = Allowed::Days(days, last);
                let (nominal, end) = (start + usize::from(days), walked(start, &allowed, &[], 0).unwrap());
                let needed =
                    last == LastDay::NextWorkingDay && (nominal..=end).any(|place| WALK[place].day.0 == year);
                let counted = count(&allowed, moment(start, 600), &less);
                assert_eq!(counted.is_err(), needed, "{start} {days} {last:?}");
            }
        }
    }
    assert!(none > 300 && same > 100, "{none} {same}");
}

#[test]
fn leap_days_ends_of_months_and_ends_of_years() {
    let fact = fact();
    let by = Counting { rules: &RULES, fact: &fact, pauses: &[], more_days: 0 };
    let due =
        |allowed: Allowed, start: &str| count(&allowed, at(start), &by).unwrap().day().unwrap().to_string();
    let fixed = LastDay::Fixed;
    assert_eq!(due(Allowed::Months(1, fixed), "2028-01-31 09:00"), "2028-02-29");
    assert_eq!(due(Allowed::Months(12, fixed), "2028-02-29 09:00"), "2029-02-28");
    assert_eq!(due(Allowed::Months(48, fixed), "2028-02-29 09:00"), "2032-02-29");
    assert_eq!(due(Allowed::Days(366, fixed), "2027-12-31 23:59"), "2028-12-31");
    assert_eq!(due(Allowed::Next(Period::Month, fixed), "2028-01-31 23:59"), "2028-02-29");
    assert_eq!(due(Allowed::Next(Period::Month, fixed), "2027-12-01 00:00"), "2028-01-31");
    assert_eq!(due(Allowed::Next(Period::Quarter, fixed), "2026-03-31 09:00"), "2026-06-30");
    assert_eq!(due(Allowed::Next(Period::HalfYear, fixed), "2026-07-01 09:00"), "2027-06-30");
    assert_eq!(due(Allowed::Next(Period::Year, fixed), "2026-07-01 09:00"), "2027-12-31");
    let november = Allowed::Each(YearDay { month: 11, day: 15 }, fixed);
    assert_eq!(due(november.clone(), "2026-11-14 23:59"), "2026-11-15");
    assert_eq!(due(november, "2026-11-15 00:00"), "2027-11-15", "the day of the start is not counted");
    let on = Allowed::On("2024-06-30".parse().unwrap(), fixed);
    assert_eq!(due(on, "2024-07-15 09:00"), "2024-06-30", "it was too late when it began");
}
