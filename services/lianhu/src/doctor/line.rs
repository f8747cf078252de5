//! One line of the answer: what was looked at, how it is, what was seen, what to do.

use serde::Serialize;
use std::fmt::Display;

/// How something is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// Well.
    Ok,
    /// Not as it should be; the bus runs.
    Warn,
    /// The bus does not run, or something is lost.
    Bad,
}

/// One line.
#[derive(Serialize)]
pub struct Line {
    /// What was looked at.
    pub part: &'static str,
    /// How it is.
    pub state: State,
    fact: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
}

impl Line {
    /// It is well.
    pub fn ok(part: &'static str, fact: impl Display) -> Self {
        Self { part, state: State::Ok, fact: fact.to_string(), fix: None }
    }

    /// It is not as it should be.
    pub fn warn(part: &'static str, fact: impl Display, fix: &'static str) -> Self {
        Self { part, state: State::Warn, fact: fact.to_string(), fix: Some(fix) }
    }

    /// It is damaged, missing or in the way.
    pub fn bad(part: &'static str, fact: impl Display, fix: &'static str) -> Self {
        Self { part, state: State::Bad, fact: fact.to_string(), fix: Some(fix) }
    }

    /// Well or bad.
    pub fn of(part: &'static str, seen: Result<impl Display, impl Display>, fix: &'static str) -> Self {
        match seen {
            Ok(fact) => Self::ok(part, fact),
            Err(fact) => Self::bad(part, fact, fix),
        }
    }

    /// On standard output: as JSON, or for a person.
    pub fn print(&self, json: bool) {
        if let (true, Ok(text)) = (json, serde_json::to_string(self)) {
            println!("{text}");
            return;
        }
        let state = match self.state {
            State::Ok => "ok",
            State::Warn => "warn",
            State::Bad => "bad",
        };
        println!("{state:<4} {:<14} {}", self.part, self.fact);
        self.fix.into_iter().for_each(|fix| println!("{:19} {fix}", ""));
    }
}
