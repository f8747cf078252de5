//! The rules of the clocks as sentences, and Incident A to the minute.

mod absorbed;
mod arithmetic;
mod contracts;
mod district;
mod folding;
mod incident;
mod incident_a;
mod longer;
mod rounds;
mod twenty_years;
mod verdicts;
mod versions;

use crate::{Clock, clocks};
use jurisdiction::{RuleFile, Rules};
use serde_json::Value;
use std::path::Path;
use std::sync::LazyLock;
use vocabulary::{Attributes, CaseFact, Fact, FactRef, Instant, Position, Version};

/// The offset of the demonstration district, where no clock is ever put forward.
const EAST_8: &str = "+08:00";

/// A minute of the district, such as `2026-03-30 14:05`.
fn at(minute: &str) -> Instant {
    Instant::parse(&stamp(minute)).unwrap()
}

fn stamp(minute: &str) -> String {
    let seconds = if minute.len() == 16 { ":00" } else { "" };
    format!("{}{seconds}{EAST_8}", minute.replace(' ', "T"))
}

/// An id for a short name: contracts want UUIDs, sentences want words.
fn id(name: &str) -> String {
    name.bytes().fold("00000000-0000-4000-8000-".to_owned(), |id, byte| format!("{id}{byte:02x}"))
}

/// An agency says something, at a minute and known by a name; recorded a minute later.
fn said(agency: &str, minute: &str, name: &str, kind: &str, clear: Value) -> CaseFact {
    let attributes = serde_json::json!({
        "specversion": "1.0", "id": id(name), "source": format!("/999901/{agency}"), "type": kind,
        "time": stamp(minute),
    });
    let attributes: Attributes = serde_json::from_value(attributes).unwrap();
    let recorded = at(minute).timestamp().checked_add(jiff::SignedDuration::from_mins(1)).unwrap();
    CaseFact {
        at: FactRef { sequence: Position(0), ordinal: 0 },
        recorded: Instant::new(recorded),
        fact: Fact::Other,
        newer: vocabulary::upcast::upcast(kind, clear.as_object().unwrap()),
        clear: clear.as_object().unwrap().clone(),
        attributes,
        protected: Vec::new(),
    }
}

/// The facts as one history, in the order in which they are given.
fn history(facts: impl IntoIterator<Item = CaseFact>) -> Vec<CaseFact> {
    let place = |(index, mut fact): (usize, CaseFact)| {
        fact.at.sequence = Position(index as u64 + 1);
        fact
    };
    facts.into_iter().enumerate().map(place).collect()
}

fn repository(path: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

/// The rule files of the demonstration district.
fn demo_files() -> Vec<RuleFile> {
    let folder = repository("deploy/jurisdictions/demo");
    let read = |path: &str| {
        let content = std::fs::read_to_string(folder.join(path)).unwrap();
        RuleFile { path: path.to_owned(), content }
    };
    let mut files =
        vec![read("agencies.toml"), read("visibility.toml"), read("closure.toml"), read("risk.toml")];
    for inner in ["calendar", "clocks"] {
        for entry in std::fs::read_dir(folder.join(inner)).unwrap() {
            let name = entry.unwrap().file_name().into_string().unwrap();
            files.push(read(&format!("{inner}/{name}")));
        }
    }
    files
}

fn demo() -> Rules {
    static DEMO: LazyLock<Rules> = LazyLock::new(|| Rules::read(&demo_files(), Version(1)).unwrap());
    DEMO.clone()
}

/// The rules of the demonstration district with other clocks, and without the calendars named.
fn with_clocks(content: &str, without: &[&str]) -> Rules {
    let mut files = demo_files();
    files.retain(|file| !file.path.starts_with("clocks/") && !without.contains(&file.path.as_str()));
    files.push(RuleFile { path: "clocks/test.toml".to_owned(), content: content.to_owned() });
    Rules::read(&files, Version(1)).unwrap()
}

/// The one clock of that id.
#[track_caller]
fn only<'c>(clocks: &'c [Clock], id: &str) -> &'c Clock {
    let mut of = clocks.iter().filter(|clock| clock.rule.id.as_str() == id);
    match (of.next(), of.next()) {
        (Some(clock), None) => clock,
        (first, _) => panic!("{} {id}", if first.is_some() { "several" } else { "no" }),
    }
}
