//! What became of the lines, and how that is told: line by line, and in the end the sum and the cases.

use super::file::Line;
use crate::client;
use crate::failure::Failure;
use jurisdiction::Rules;
use ledger::Ledger;
use runtime::Receipt;
use serde::Serialize;
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashSet};
use vocabulary::id::HistoryKind;
use vocabulary::{HistoryId, Version};

/// What became of a line.
pub enum Outcome {
    /// It was admitted now, or had been before.
    Admitted(Receipt),
    /// It was refused, with this problem document.
    Refused(Value),
    /// It was not published: the line that should have opened its history did not.
    Orphaned,
}

/// The lines so far.
pub struct Told {
    json: bool,
    sum: Sum,
    unexpected: Vec<String>,
    cases: Vec<HistoryId>,
    known: HashSet<HistoryId>,
    refusals: BTreeMap<String, usize>,
}

/// How many lines ended how.
#[derive(Default, Serialize)]
struct Sum {
    lines: usize,
    admitted: usize,
    duplicates: usize,
    /// Refused, as the file says.
    refused: usize,
    /// Otherwise than the file says.
    unexpected: usize,
}

/// A case that the lines stand in.
#[derive(Serialize)]
struct Case {
    /// For people: year and position of its first record.
    number: String,
    id: HistoryId,
    /// How many facts it has.
    facts: Version,
}

impl Outcome {
    /// The history of the line.
    pub fn history(&self) -> Option<&HistoryId> {
        match self {
            Self::Admitted(receipt) => Some(&receipt.subject),
            Self::Refused(_) | Self::Orphaned => None,
        }
    }

    fn word(&self) -> &'static str {
        match self {
            Self::Admitted(receipt) if receipt.duplicate => "duplicate",
            Self::Admitted(_) => "admitted",
            Self::Refused(_) => "refused",
            Self::Orphaned => "not-published",
        }
    }

    /// Whether the line ended as the file says.
    fn is_as_said(&self, refused: Option<&str>) -> bool {
        match self {
            Self::Admitted(_) => refused.is_none(),
            Self::Refused(problem) => refused.is_some_and(|code| problem["code"] == code),
            Self::Orphaned => false,
        }
    }

    /// The outcome as a person reads it.
    fn sentence(&self, refused: Option<&str>) -> String {
        match (self, refused) {
            (Self::Admitted(receipt), None) => {
                let again = if receipt.duplicate { " (duplicate)" } else { "" };
                format!("→ {}.{} {}{again}", receipt.sequence, receipt.ordinal, receipt.subject)
            }
            (Self::Admitted(_), Some(code)) => format!("{}, but should be refused: {code}", self.word()),
            (Self::Refused(problem), Some(code)) if problem["code"] == code => {
                format!("refused {code} (as expected)")
            }
            (Self::Refused(problem), _) => {
                let status = problem["status"].as_u64().and_then(|status| status.try_into().ok());
                let said = client::say(status.unwrap_or_default(), problem);
                let instead = refused.map(|code| format!(" (should be {code})")).unwrap_or_default();
                format!("refused{instead}: {said}")
            }
            (Self::Orphaned, _) => "not published: its history was not opened".to_owned(),
        }
    }
}

/// What was measured while the lines were played.
pub struct Measured {
    /// How long it took.
    pub seconds: f64,
    /// How many lines were played.
    pub lines: usize,
    /// How many clocks stand how in the end.
    pub clocks: BTreeMap<String, usize>,
}

impl Measured {
    fn rate(&self) -> u64 {
        (self.lines as f64 / self.seconds.max(f64::EPSILON)) as u64
    }
}

impl Told {
    /// How many lines were told of.
    pub fn lines(&self) -> usize {
        self.sum.lines
    }

    /// Nothing yet.
    pub fn new(json: bool) -> Self {
        let (sum, unexpected, cases, known, refusals) = Default::default();
        Self { json, sum, unexpected, cases, known, refusals }
    }

    /// Tells of one line.
    pub fn line(&mut self, line: &Line, outcome: &Outcome) {
        let refused = line.refused.as_deref();
        self.count(outcome, outcome.is_as_said(refused));
        let sentence = outcome.sentence(refused);
        if !outcome.is_as_said(refused) {
            self.unexpected.push(format!("line {}: {sentence}", line.number));
        }
        if self.json {
            println!("{}", document(line, outcome));
            return;
        }
        let when = line.recorded_text.get(..16).unwrap_or(&line.recorded_text).replace('T', " ");
        let agency = line.attribute("source").rsplit('/').next().unwrap_or_default();
        let mark = if outcome.is_as_said(refused) { ' ' } else { '✗' };
        let kind = line.attribute("type");
        println!("{:>4}{mark} {when}  {agency:<7} {kind:<52} {sentence}", line.number);
    }

    fn count(&mut self, outcome: &Outcome, as_said: bool) {
        self.sum.lines += 1;
        match outcome {
            _ if !as_said => self.sum.unexpected += 1,
            Outcome::Admitted(receipt) if receipt.duplicate => self.sum.duplicates += 1,
            Outcome::Admitted(_) => self.sum.admitted += 1,
            Outcome::Refused(_) | Outcome::Orphaned => self.sum.refused += 1,
        }
        let case = outcome.history().filter(|history| history.kind() == HistoryKind::Case);
        if let Some(case) = case.filter(|case| self.known.insert(HistoryId::clone(case))) {
            self.cases.push(case.clone());
        }
        if let Outcome::Refused(problem) = outcome {
            *self.refusals.entry(problem["code"].as_str().unwrap_or_default().to_owned()).or_default() += 1;
        }
    }

    /// Tells the sum and the cases.
    ///
    /// # Errors
    /// [`Failure::Otherwise`] with every line that did not end as the file says; the ledger is away.
    pub fn end(self, rules: &Rules, ledger: &dyn Ledger, measured: &Measured) -> Result<(), Failure> {
        let cases = self.cases.iter().map(|case| Case::read(case, rules, ledger));
        let cases: Vec<Case> = cases.collect::<Result<_, _>>()?;
        if self.json {
            let said = json!({
                "summary": self.sum, "cases": cases, "refusals": self.refusals, "clocks": measured.clocks,
                "lines_per_second": measured.rate(),
            });
            println!("{said}");
        } else {
            let Sum { lines, admitted, duplicates, refused, unexpected } = self.sum;
            println!(
                "\n{lines} lines: {admitted} admitted, {duplicates} recorded before, {refused} refused as expected, \
                 {unexpected} unexpected"
            );
            println!("{} lines a second", measured.rate());
            self.refusals.iter().for_each(|(code, count)| println!("refused {code}: {count}"));
            measured.clocks.iter().for_each(|(verdict, count)| println!("clocks {verdict}: {count}"));
            cases.iter().for_each(|case| println!("case {}  {}  {} facts", case.number, case.id, case.facts));
        }
        if self.unexpected.is_empty() { Ok(()) } else { Err(Failure::Otherwise(self.unexpected)) }
    }
}

impl Case {
    fn read(id: &HistoryId, rules: &Rules, ledger: &dyn Ledger) -> Result<Self, Failure> {
        let (facts, first) = (ledger.version(id)?, ledger.read(id, Version(0))?.into_iter().next());
        let number = first.map(|first| {
            let year = rules.local_date(first.record.recordedtime).year();
            format!("{year}-{:06}", first.position.0)
        });
        Ok(Self { number: number.unwrap_or_default(), id: id.clone(), facts })
    }
}

/// A line and what became of it, for a machine.
fn document(line: &Line, outcome: &Outcome) -> Value {
    let refused = line.refused.as_deref();
    let mut said = json!({
        "line": line.number, "recordedtime": line.recorded, "id": line.attribute("id"),
        "source": line.attribute("source"), "type": line.attribute("type"),
        "outcome": outcome.word(), "as_expected": outcome.is_as_said(refused),
    });
    if let Some(code) = refused {
        said["expected"] = code.into();
    }
    match outcome {
        Outcome::Admitted(receipt) => said["receipt"] = json!(receipt),
        Outcome::Refused(problem) => said["problem"] = problem.clone(),
        Outcome::Orphaned => {}
    }
    said
}
