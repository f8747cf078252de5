//! An incident: a file of `tests/scenarios`, played into a folder and served.

use super::command::{Ended, lianhu_at};
use super::{Caller, Server, Site, repository};
use serde_json::Value;

/// The incident, played and served. Each test has a server of its own, so that none outlives its test.
pub struct Played {
    _site: Site,
    pub server: Server,
    /// The first case that it opened: its history and its number for people.
    pub case: String,
    pub number: String,
    /// All histories that it opened, in order.
    pub cases: Vec<String>,
}

impl Played {
    /// Plays `<name>.jsonl` and serves it.
    pub fn of(name: &str) -> Self {
        let site = Site::demo();
        let file = repository("tests/scenarios").join(format!("{name}.jsonl"));
        let data = site.data().to_owned();
        let words = ["--json", "scenario", "run", file.to_str().unwrap(), "--data", data.to_str().unwrap()];
        let ended = site.lianhu(&words).done();
        let end: Value = serde_json::from_str(ended.lines().last().unwrap()).unwrap();
        let text = |case: &Value, name: &str| case[name].as_str().unwrap().to_owned();
        let cases: Vec<&Value> = end["cases"].as_array().unwrap().iter().collect();
        let server = site.up();
        server.settled();
        let (case, number) = (text(cases[0], "id"), text(cases[0], "number"));
        let cases = cases.into_iter().map(|case| text(case, "id")).collect();
        Self { _site: site, server, case, number, cases }
    }

    pub fn get(&self, agency: &str, path: &str) -> Value {
        self.asked(&self.server.agency(agency), path)
    }

    pub fn asked(&self, caller: &Caller, path: &str) -> Value {
        caller.get(&format!("/v1/cases/{}{path}", self.case)).expect(200)
    }

    /// The binary as a client of this server.
    pub fn lianhu(&self, agency: &str, words: &[&str]) -> Ended {
        lianhu_at(self.server.at, &format!("demo-{agency}"), words, "")
    }
}

/// An instant of an answer, as people of the district write it.
pub fn minute(instant: &Value) -> String {
    let Some(text) = instant.as_str() else { return "-".to_owned() };
    let at: jiff::Timestamp = text.parse().unwrap();
    at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).strftime("%Y-%m-%d %H:%M").to_string()
}

/// A clock: its id, owners, start, due, stop and state.
pub fn row(clock: &Value) -> [String; 6] {
    let text = |name: &str| clock[name].as_str().unwrap_or_default().to_owned();
    let owners: Vec<&str> =
        clock["owners"].as_array().unwrap().iter().map(|owner| owner.as_str().unwrap()).collect();
    let due = match (clock["due_day"].as_str(), &clock["due"]) {
        (Some(day), _) => day.to_owned(),
        (None, due) if due.is_string() => minute(due),
        _ => text("no_due"),
    };
    [
        text("clock"),
        owners.join(" "),
        minute(&clock["started"]),
        due,
        minute(&clock["stopped"]),
        text("state"),
    ]
}
