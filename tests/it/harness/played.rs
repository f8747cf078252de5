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
    /// All cases that it opened, in order.
    pub cases: Vec<String>,
    /// What was answered to each of its lines.
    pub answers: Vec<Value>,
    /// The token of the operator, where the region is no demo.
    operator: Option<String>,
}

impl Played {
    /// Plays `<name>.jsonl` under the rules of the demo, and serves it.
    pub fn of(name: &str) -> Self {
        let file = repository("tests/scenarios").join(format!("{name}.jsonl"));
        Self::served(Site::demo(), &[file.to_str().unwrap()])
    }

    /// Plays a text under the rules of this folder, which are not those of a demo, and serves it.
    pub fn under(rules: &str, scenario: &str) -> Self {
        let site = Site::with(&[]);
        let file = site.beside("scenario.jsonl");
        std::fs::write(&file, scenario).unwrap();
        let token = site.data().join("operator.token");
        let played = Self::served(site, &[file.to_str().unwrap(), "--jurisdiction", rules]);
        Self { operator: Some(std::fs::read_to_string(token).unwrap().trim().to_owned()), ..played }
    }

    fn served(site: Site, what: &[&str]) -> Self {
        let data = site.data().to_owned();
        let words = [&["--json", "scenario", "run", "--data", data.to_str().unwrap()], what].concat();
        let ended = site.lianhu(&words).done();
        let mut answers: Vec<Value> = ended.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let end = answers.pop().unwrap();
        let text = |case: &Value, name: &str| case[name].as_str().unwrap().to_owned();
        let cases: Vec<&Value> = end["cases"].as_array().unwrap().iter().collect();
        let server = site.up();
        server.settled();
        let (case, number) = (text(cases[0], "id"), text(cases[0], "number"));
        let cases = cases.into_iter().map(|case| text(case, "id")).collect();
        Self { _site: site, server, case, number, cases, answers, operator: None }
    }

    /// An agency; in a region that is no demo the operator issues it a token.
    pub fn agency(&self, code: &str) -> Caller {
        match &self.operator {
            Some(operator) => {
                let issued = lianhu_at(self.server.at, operator, &["agency", "token", code], "").done();
                self.server.bearer(issued.trim())
            }
            None => self.server.agency(code),
        }
    }

    /// The history that a line opened, or spoke of.
    pub fn history(&self, id: &str) -> &str {
        let answer = self.answers.iter().find(|answer| answer["id"] == id).unwrap();
        answer["receipt"]["subject"].as_str().unwrap()
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

/// Clock, owners, start, due (a minute, or a whole day), stop, verdict.
pub type Row = (&'static str, &'static str, &'static str, &'static str, &'static str, &'static str);

/// Golden rows, as [`row`] has them.
pub fn golden(rows: &[Row]) -> Vec<[String; 6]> {
    rows.iter().map(|g| [g.0, g.1, g.2, g.3, g.4, g.5].map(str::to_owned)).collect()
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
