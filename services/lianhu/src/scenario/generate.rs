//! `lianhu scenario generate`: a year of a district as a file that `lianhu scenario run` plays. Cases are tellings of
//! the stories (`deploy/stories/`), spread over the year; beside them stand files of children with their monthly
//! contacts and quarterly visits. The same seed, number and day give the same bytes.
//!
//! Not everything goes as it should, in these shares of the documents of cases:
//!
//! | share | what | what the bus is to say |
//! | --- | --- | --- |
//! | 8 % | recorded days late, but before the next fact of its history | admitted |
//! | 4 % | sent a second time, an hour later | duplicate |
//! | 3 % | said by an agency of which no role may say it | `role-not-allowed` |
//! | 3 % | with a member that its contract does not know | `contract-violation` |

use crate::failure::Failure;
use crate::story::{Age, Document, Shift, Stories, text};
use clap::Args;
use contract::Contracts;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::fs;
use std::path::PathBuf;
use uuid::Uuid;
use vocabulary::Instant;

/// Shares of the documents of cases, in percent.
const LATE: u64 = 8;
const TWICE: u64 = 4;
const WRONG_DOOR: u64 = 3;
const REFUSED: u64 = 3;
/// So many cases stand beside one file of a child: a district registers 700 children and hears of 1,400.
const CASES_PER_CHILD: u64 = 2;
/// How far the year reaches back.
const DAYS: u64 = 365;
/// Who tries what is not its to say, and the roles that it holds.
const WRONG: (&str, &[&str]) = ("sch-15", &["school", "mandated-reporter"]);
/// Who keeps the files of children.
const KEEPER: &str = "cdr-07";

/// Write a year of a district.
#[derive(Args)]
pub struct Generate {
    /// What it varies by: the same seed gives the same file
    #[arg(long, value_name = "N")]
    seed: u64,
    /// How many cases begin in the year
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(1..=100_000))]
    cases: u64,
    /// The last day of the year
    #[arg(long, value_name = "DATE")]
    until: Date,
    /// Where to write it [default: standard output]
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
}

/// A line on its way into the file.
struct Placed {
    recorded: Timestamp,
    event: Document,
}

/// Numbers that follow from a seed alone (SplitMix64).
struct Numbers(u64);

impl Numbers {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, most: u64) -> u64 {
        self.next() % most.max(1)
    }

    fn id(&mut self) -> String {
        Uuid::from_u64_pair(self.next(), self.next()).to_string()
    }
}

impl Generate {
    /// Writes the file.
    pub fn run(self) -> Result<(), Failure> {
        let text = file(self.seed, self.cases, self.until)?;
        match &self.out {
            Some(path) => fs::write(path, text).map_err(|error| Failure::file(path, error)),
            None => {
                print!("{text}");
                Ok(())
            }
        }
    }
}

/// The whole file, in the order in which its lines are recorded.
///
/// # Errors
/// A story or a contract of this program is broken.
pub fn file(seed: u64, cases: u64, until: Date) -> Result<String, Failure> {
    let stories = Stories::read()?;
    let contracts = Contracts::published().map_err(|error| Failure::Faults(vec![error.to_string()]))?;
    let mut numbers = Numbers(seed);
    let end = end_of(until)?;
    let mut lines = Vec::new();
    for number in 0..cases {
        let story = &stories.all[numbers.below(stories.all.len() as u64) as usize];
        let told = stories.tell(story, seed, number).events;
        let Some(first) = told.first() else { continue };
        let age = Age::Days(numbers.below(DAYS) as i64);
        let shift = Shift::to_age(first, age, Instant::new(end));
        let events: Vec<Document> = told.iter().map(|event| shift.event(event)).collect();
        case(&events, &contracts, &mut numbers, &mut lines);
    }
    for _ in 0..cases.div_ceil(CASES_PER_CHILD) {
        child(&contracts, end, &mut numbers, &mut lines);
    }
    lines.retain(|line| line.recorded < end);
    lines.sort_by_key(|line| line.recorded); // stable: what is recorded at one moment keeps its order
    let text = lines.into_iter().map(|line| Value::from(line.event).to_string() + "\n");
    Ok(format!("// A made-up year: seed {seed}, {cases} cases, until {until}.\n") + &text.collect::<String>())
}

fn end_of(day: Date) -> Result<Timestamp, Failure> {
    let end = day.tomorrow().and_then(|next| format!("{next}T00:00:00+08:00").parse::<Timestamp>());
    end.map_err(|error| Failure::Usage(format!("--until {day}: {error}")))
}

fn time_of(event: &Document) -> Timestamp {
    let recorded = text(event, "recordedtime");
    let said = if recorded.is_empty() { text(event, "time") } else { recorded };
    said.parse().unwrap_or(Timestamp::MIN) // a story without times does not load
}

fn place(mut event: Document, recorded: Timestamp, lines: &mut Vec<Placed>) {
    if event.get("recordedtime").is_some() || recorded != time_of(&event) {
        event.insert("recordedtime".to_owned(), recorded.to_string().into());
    }
    lines.push(Placed { recorded, event });
}

/// The documents of a case, and what goes wrong on their way.
fn case(events: &[Document], contracts: &Contracts, numbers: &mut Numbers, lines: &mut Vec<Placed>) {
    let hour = SignedDuration::from_hours(1);
    for (at, event) in events.iter().enumerate() {
        let (time, chance) = (time_of(event), numbers.below(100));
        let next = events.get(at + 1).map(time_of);
        let late = (chance < LATE).then(|| {
            let days = SignedDuration::from_hours(24 * (1 + numbers.below(9) as i64));
            let before = next.map_or(time + days, |next| next - SignedDuration::from_secs(1));
            (time + days).min(before).max(time)
        });
        let recorded = late.unwrap_or(time);
        place(event.clone(), recorded, lines);
        // what opens a history is the one document of which a second may not stand in a file
        let Some(subject) = event.get("subject").filter(|_| chance >= LATE) else { continue };
        let chance = chance - LATE;
        if chance < TWICE {
            place(event.clone(), recorded + hour, lines);
        } else if chance < TWICE + WRONG_DOOR {
            let contract = contracts.get(text(event, "type"));
            let may = contract.is_some_and(|contract| {
                contract.publishers().iter().any(|role| WRONG.1.contains(&role.as_str()))
            });
            if !may {
                let mut wrong = event.clone();
                let source = text(event, "source");
                let region = source.rsplit_once('/').map_or(source, |(region, _)| region);
                wrong.insert("source".to_owned(), format!("{region}/{}", WRONG.0).into());
                wrong.remove("actor");
                refused(wrong, subject, "role-not-allowed", recorded + hour, numbers, lines);
            }
        } else if chance < TWICE + WRONG_DOOR + REFUSED {
            let mut wrong = event.clone();
            wrong.insert("data".to_owned(), with_unknown(event.get("data")));
            refused(wrong, subject, "contract-violation", recorded + hour, numbers, lines);
        }
    }
}

fn with_unknown(data: Option<&Value>) -> Value {
    let mut data = data.cloned().unwrap_or_else(|| json!({}));
    data["colour_of_hair"] = "黑色".into();
    data
}

fn refused(
    mut event: Document,
    subject: &Value,
    code: &str,
    recorded: Timestamp,
    numbers: &mut Numbers,
    lines: &mut Vec<Placed>,
) {
    event.insert("id".to_owned(), numbers.id().into());
    event.insert("subject".to_owned(), subject.clone());
    event.insert("refused".to_owned(), code.into());
    place(event, recorded, lines);
}

/// The file of a child: registered on some day, contacted every month and visited every third, now and then not in
/// time.
fn child(contracts: &Contracts, end: Timestamp, numbers: &mut Numbers, lines: &mut Vec<Placed>) {
    let day = SignedDuration::from_hours(24);
    let mut at = end - day * (1 + numbers.below(DAYS) as i32) + SignedDuration::from_hours(9);
    let opening = numbers.id();
    let mut say = |kind: &str, subject: Option<&str>, id: String, at: Timestamp, times: &[&str]| {
        let mut data = contracts.get(kind).map(|contract| contract.schema["examples"][0].clone());
        let data = data.get_or_insert_with(|| json!({}));
        for name in times {
            data[*name] = at.to_string().into();
        }
        let mut event = json!({"specversion": "1.0", "id": id, "source": format!("/999901/{KEEPER}"),
            "type": kind, "time": at.to_string(), "datacontenttype": "application/json", "data": data});
        if let Some(of) = subject {
            event["subject"] = format!("of:{of}").into();
        }
        if let Value::Object(event) = event {
            place(event, at, lines);
        }
    };
    say("follow-up.child-registered.v1", None, opening.clone(), at, &["registered_at"]);
    for month in 1_u64.. {
        at += day * (24 + numbers.below(9) as i32); // 24 to 32 days: some months go by without
        if at >= end {
            break;
        }
        let (kind, times): (_, &[&str]) = match month % 3 {
            0 => ("follow-up.home-visit-completed.v1", &["started_at", "ended_at"]),
            _ => ("follow-up.contact-made.v1", &["made_at"]),
        };
        say(kind, Some(&opening), numbers.id(), at, times);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scenario::file::read;

    fn day(text: &str) -> Date {
        text.parse().unwrap()
    }

    #[test]
    fn the_same_seed_gives_the_same_bytes_and_another_one_others() {
        let year = |seed| file(seed, 40, day("2026-06-30")).unwrap();
        assert_eq!(year(7), year(7));
        assert_ne!(year(7), year(8));
    }

    #[test]
    fn a_year_is_a_file_that_can_be_played_with_everything_in_it_that_goes_wrong() {
        let text = file(7, 200, day("2026-06-30")).unwrap();
        let lines = read(&text).unwrap_or_else(|faults| panic!("{faults:?}"));
        assert!(lines.len() > 2_000, "{}", lines.len());
        let end = end_of(day("2026-06-30")).unwrap();
        assert!(lines.iter().all(|line| line.recorded.timestamp() < end));
        assert!(lines.windows(2).all(|two| two[0].recorded <= two[1].recorded));
        let count = |code: &str| lines.iter().filter(|line| line.refused.as_deref() == Some(code)).count();
        let of_cases = lines.len() as f64;
        for code in ["role-not-allowed", "contract-violation"] {
            let share = count(code) as f64 / of_cases;
            assert!((0.005..0.04).contains(&share), "{code}: {share}");
        }
        let late = text.lines().filter(|line| line.contains("\"recordedtime\"")).count();
        assert!(late as f64 / of_cases > 0.05, "{late} are recorded late or again");
    }
}
