//! A scenario file: one JSON document per line. A line is a CloudEvent as an agency would publish it; blank lines
//! and those that begin with `//` are skipped.
//!
//! | member | is for | meaning |
//! | --- | --- | --- |
//! | `recordedtime` | the runner | when the bus records the line; without it, the event's `time` |
//! | `refused` | the runner | the code with which the line must be refused |
//! | `subject` | both | a history as a receipt named it, or `of:<id>`: the history that an earlier line opened |
//! | a text of `data` | both | the same: a fact that names another history names it as `of:<id>` |
//!
//! The whole file is looked at before anything is published, and every fault is named with its line.

use serde_json::{Map, Value};
use std::collections::{HashMap, HashSet};
use vocabulary::{HistoryId, Instant};

/// One line.
pub struct Line {
    /// Its number in the file, from 1.
    pub number: usize,
    /// When it is recorded.
    pub recorded: Instant,
    /// The same, as the file has it.
    pub recorded_text: String,
    /// The code with which it must be refused.
    pub refused: Option<String>,
    /// The ids of the lines that opened the histories that it names.
    of: Vec<String>,
    /// What is published, but for the histories that only the bus can name.
    event: Map<String, Value>,
}

/// What begins the name of a history that only the bus can name.
const OF: &str = "of:";

/// Reads a file.
///
/// # Errors
/// Every fault, as `line 3: reason`.
pub fn read(text: &str) -> Result<Vec<Line>, Vec<String>> {
    let (mut lines, mut faults, mut opening) = (Vec::<Line>::new(), Vec::new(), HashSet::new());
    let skipped = |line: &str| line.trim().is_empty() || line.trim_start().starts_with("//");
    for (index, text) in text.lines().enumerate().filter(|(_, line)| !skipped(line)) {
        match Line::read(index + 1, text).and_then(|line| line.fits(lines.last(), &opening)) {
            Ok(line) => {
                opening.extend(line.opens().map(str::to_owned));
                lines.push(line);
            }
            Err(why) => faults.push(format!("line {}: {why}", index + 1)),
        }
    }
    if faults.is_empty() { Ok(lines) } else { Err(faults) }
}

impl Line {
    fn read(number: usize, text: &str) -> Result<Self, String> {
        let most = gateway::Config::default().max_document_bytes;
        if text.len() > most {
            return Err(format!("longer than {most} bytes"));
        }
        let mut event = match contract::exact::read(text.as_bytes()) {
            Ok(Value::Object(event)) => event,
            Ok(_) => return Err("not an object".to_owned()),
            Err(wrong) => return Err(format!("{} {}", wrong.pointer, wrong.detail).trim_start().to_owned()),
        };
        let refused = text_of(event.remove("refused"), "refused")?;
        let recorded = text_of(event.remove("recordedtime"), "recordedtime")?;
        let recorded_text = match recorded {
            Some(recorded) => recorded,
            None => text_of(event.get("time").cloned(), "time")?
                .ok_or("neither time nor recordedtime says when it is recorded")?,
        };
        let recorded = Instant::parse(&recorded_text)
            .map_err(|_| "the time at which it is recorded is not an RFC 3339 time".to_owned())?;
        let of = texts(&mut event).filter_map(|text| opener(text).map(str::to_owned)).collect();
        Ok(Self { number, recorded, recorded_text, refused, of, event })
    }

    /// The line, when it may follow on the one before and its history is opened by one of these.
    fn fits(self, last: Option<&Line>, opening: &HashSet<String>) -> Result<Self, String> {
        if let Some(last) = last.filter(|last| last.recorded > self.recorded) {
            let (now, then, at) = (&self.recorded_text, &last.recorded_text, last.number);
            return Err(format!("recorded at {now}, before line {at} ({then}): time does not run backwards"));
        }
        match self.of.iter().find(|of| !opening.contains(*of)) {
            Some(of) => Err(format!("no line before this one opens a history with the id {of}")),
            None => Ok(self),
        }
    }

    /// The id under which later lines name the history that this one opens: it has no subject, and is not
    /// there to be refused.
    pub fn opens(&self) -> Option<&str> {
        let opens = !self.event.contains_key("subject") && self.refused.is_none();
        self.event.get("id").and_then(Value::as_str).filter(|_| opens)
    }

    /// The event as its agency publishes it, each history named as the bus has named it; `None` when a line that
    /// should have opened one did not.
    pub fn event(&self, opened: &HashMap<String, HistoryId>) -> Option<Vec<u8>> {
        let mut event = self.event.clone();
        for text in texts(&mut event) {
            if let Some(id) = opener(text) {
                *text = opened.get(id)?.as_str().into();
            }
        }
        Some(Value::Object(event).to_string().into_bytes())
    }

    /// An attribute, for showing; empty when it is missing.
    pub fn attribute(&self, name: &str) -> &str {
        self.event.get(name).and_then(Value::as_str).unwrap_or_default()
    }
}

/// Everything in an event that may name a history: its subject, and what stands in its data.
fn texts(event: &mut Map<String, Value>) -> impl Iterator<Item = &mut Value> {
    event.iter_mut().flat_map(|(name, value)| match (name.as_str(), value) {
        ("subject", subject) => vec![subject],
        ("data", Value::Object(data)) => data.values_mut().collect(),
        _ => Vec::new(),
    })
}

/// The id of the line whose history a text names.
fn opener(text: &Value) -> Option<&str> {
    text.as_str()?.strip_prefix(OF).filter(|id| !id.contains(char::is_whitespace))
}

fn text_of(value: Option<Value>, name: &str) -> Result<Option<String>, String> {
    match value {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(format!("{name} is not a text")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(extra: &str) -> String {
        format!(r#"{{"id":"a1","type":"intake.lead-received.v1","time":"2026-03-30T14:18:00+08:00"{extra}}}"#)
    }

    fn faults(text: &str) -> String {
        read(text).err().unwrap_or_default().join("\n")
    }

    #[test]
    fn members_for_the_runner_are_not_published_and_the_subject_is_named_by_the_bus() {
        let second =
            line(r#","subject":"of:a1","recordedtime":"2026-03-31T08:00:00+08:00","refused":"not-found""#);
        let lines = read(&format!("// a comment\n\n{}\n{second}\n", line(""))).ok().unwrap();
        let numbers: Vec<usize> = lines.iter().map(|line| line.number).collect();
        assert_eq!((numbers, lines[0].opens(), lines[1].opens()), (vec![3, 4], Some("a1"), None));
        assert_eq!(lines[0].recorded, Instant::parse("2026-03-30T14:18:00+08:00").unwrap(), "as it happened");
        assert_eq!(lines[1].recorded, Instant::parse("2026-03-31T08:00:00+08:00").unwrap());
        assert_eq!(lines[1].refused.as_deref(), Some("not-found"));
        let opened = HashMap::from([("a1".to_owned(), HistoryId::parse("case-1f").unwrap())]);
        let event: Value = serde_json::from_slice(&lines[1].event(&opened).unwrap()).unwrap();
        let expected: Value = serde_json::from_str(&line(r#","subject":"case-1f""#)).unwrap();
        assert_eq!(event, expected);
        assert!(lines[1].event(&HashMap::new()).is_none(), "its history was not opened");
    }

    #[test]
    fn a_fact_that_names_another_history_names_it_by_the_line_that_opened_it() {
        let linking = |other: &str| line(&format!(r#","subject":"of:a1","data":{{"other":"{other}"}}"#));
        let text = format!("{}\n{}\n{}\n", line(""), linking("of:a1"), linking("of: words, not a name"));
        let lines = read(&text).ok().unwrap();
        let opened = HashMap::from([("a1".to_owned(), HistoryId::parse("case-1f").unwrap())]);
        let other = |line: &Line| {
            let event: Value = serde_json::from_slice(&line.event(&opened).unwrap()).unwrap();
            event["data"]["other"].clone()
        };
        assert_eq!((other(&lines[1]), other(&lines[2])), ("case-1f".into(), "of: words, not a name".into()));
        let unknown = faults(&format!("{}\n{}\n", line(""), linking("of:b7")));
        assert!(
            unknown.contains("line 2: no line before this one opens a history with the id b7"),
            "{unknown}"
        );
    }

    #[test]
    fn every_fault_is_named_with_its_line() {
        let all = format!("{{\n{}\n[]\n{}\n", line(""), line(r#","refused":7"#));
        let said = faults(&all);
        for word in
            ["line 1: the text ends too early", "line 3: not an object", "line 4: refused is not a text"]
        {
            assert!(said.contains(word), "{said}");
        }
        assert!(!said.contains("line 2"), "{said}");
        assert!(faults(&line(r#","id":"a2""#)).contains("line 1: "), "one name twice");
        assert!(faults(r#"{"id":"a1"}"#).contains("line 1: neither time nor recordedtime"));
        assert!(
            faults(&line(r#","recordedtime":"today""#)).contains("line 1: the time at which it is recorded")
        );
        assert!(
            faults(&line(&format!(r#","actor":"{}""#, "x".repeat(256 << 10))))
                .contains("line 1: longer than")
        );
    }

    #[test]
    fn a_subject_names_a_line_before_that_opens_a_history() {
        let on = |id: &str| line(&format!(r#","subject":"of:{id}""#));
        assert_eq!(faults(&format!("{}\n{}", line(""), on("a1"))), "");
        let nothing = "opens a history with the id";
        assert!(
            faults(&format!("{}\n{}", on("a1"), line("")))
                .contains(&format!("line 1: no line before this one {nothing} a1"))
        );
        assert!(
            faults(&format!("{}\n{}", line(""), on("a2")))
                .contains(&format!("line 2: no line before this one {nothing} a2"))
        );
        let refused = line(r#","refused":"role-not-allowed""#);
        assert!(
            faults(&format!("{refused}\n{}", on("a1"))).contains("line 2: no line before"),
            "it opens nothing"
        );
    }

    #[test]
    fn recorded_time_does_not_run_backwards_but_a_fact_may_be_recorded_late() {
        let late = line(r#","recordedtime":"2026-04-01T08:00:00+08:00""#);
        assert_eq!(faults(&format!("{}\n{late}", line(""))), "");
        assert!(
            faults(&format!("{late}\n{}", line("")))
                .contains("line 2: recorded at 2026-03-30T14:18:00+08:00, before line 1")
        );
    }
}
