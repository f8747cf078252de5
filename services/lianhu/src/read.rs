//! `lianhu cases`, `timeline`, `replay`: the reading calls of a running bus, for a terminal.

mod replay;
mod words;

pub use replay::Replay;

use crate::client::Server;
use crate::failure::Failure;
use clap::Args;
use serde_json::Value;
use words::{clip, local, minutes, say, title, zone_of};

/// List the cases that an agency was told of.
#[derive(Args)]
pub struct Cases {
    /// Only cases of which this agency was told (for roles that see the whole region)
    #[arg(long)]
    agency: Option<String>,
    /// Only cases that have come so far: received, acknowledged, open, conference, plan-active, follow-up, closure-review, closed
    #[arg(long)]
    phase: Option<String>,
    /// Only cases of this risk grade
    #[arg(long)]
    grade: Option<String>,
    /// Only cases with an overdue clock
    #[arg(long)]
    overdue: bool,
    /// Most cases to list
    #[arg(long, default_value_t = 50)]
    limit: u16,
    #[command(flatten)]
    server: Server,
}

/// Print what an agency was told of a case.
#[derive(Args)]
pub struct Timeline {
    /// The case, by its id or its number
    case: String,
    /// As of a position of the ledger, a day, or a time
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    #[command(flatten)]
    server: Server,
}

impl Cases {
    /// Prints one line per case.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        zone_of(&self.server);
        let named = [("agency", &self.agency), ("phase", &self.phase), ("grade", &self.grade)];
        let mut path = format!("/v1/cases?limit={}&overdue={}", self.limit, self.overdue);
        for (name, value) in named {
            if let Some(value) = value {
                path.push_str(&format!("&{name}={}", encoded(value)));
            }
        }
        let page = self.server.get(&path)?;
        for item in page["items"].as_array().into_iter().flatten() {
            if json {
                say!("{item}");
                continue;
            }
            let text = |name: &str| item[name].as_str().unwrap_or("-").to_owned();
            let turn = item["waiting"].as_array().and_then(|waiting| waiting.first());
            say!(
                "{}  {:<14} {:<3} {:<8} overdue {:<2} {}",
                text("number"),
                text("phase"),
                text("grade"),
                text("lead"),
                item["overdue"],
                turn.map(turn_of).unwrap_or_default(),
            );
            if let Some(why) = item["parked"].as_str() {
                say!("    not followed to its end: {why}");
            }
        }
        if !json {
            say!("{} in all", page["total"]);
        }
        Ok(())
    }
}

/// Whose turn it is, since when, until when.
fn turn_of(item: &Value) -> String {
    let agencies: Vec<&str> =
        item["agencies"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let until = item["until"].as_str().map(|until| format!(", until {}", local(until)));
    format!(
        "turn of {}: {} since {}{}",
        agencies.join(", "),
        title(&item["title"]),
        local(item["since"].as_str().unwrap_or_default()),
        until.unwrap_or_default(),
    )
}

impl Timeline {
    /// Prints the steps.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let case = case(&self.server, &self.case)?;
        let answer =
            self.server.get(&format!("/v1/cases/{case}/timeline{}", as_of(self.as_of.as_deref())))?;
        if json {
            say!("{answer}");
            return Ok(());
        }
        steps(&answer, false);
        Ok(())
    }
}

/// Prints the steps of a timeline; with `told`, when the agency was told of each fact.
fn steps(timeline: &Value, told: bool) {
    let told = |fact: &Value| match told {
        true => format!("told {}  ", local(fact["told"].as_str().unwrap_or_default())),
        false => String::new(),
    };
    for step in timeline["steps"].as_array().into_iter().flatten() {
        let facts = step["facts"].as_array().map(Vec::as_slice).unwrap_or_default();
        if facts.len() > 1 && facts.iter().all(|fact| fact["form"] == "coarse") {
            let day = clip(step["began"].as_str().unwrap_or_default());
            let told = told(&facts[0]);
            say!("  {told}{day:<16}  {:<8} coarse {} × {}", "bus", title(&step["title"]), facts.len());
            continue;
        }
        if facts.len() > 1 {
            say!("{} → {} ({})", title(&step["title"]), title(&step["state"]), minutes(&step["seconds"]));
        }
        for fact in facts {
            let event = &fact["event"];
            let source = event["source"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
            let late = if fact["late"] == true { "  recorded late 补录" } else { "" };
            say!(
                "  {}{:<16}  {:<8} {:<6} {}{late}",
                told(fact),
                clip(event["time"].as_str().unwrap_or_default()),
                source,
                fact["form"].as_str().unwrap_or_default(),
                title(&fact["title"]),
            );
        }
    }
}

/// The id of a case, by its id or its number.
fn case(server: &Server, named: &str) -> Result<String, Failure> {
    if named.starts_with("case-") {
        return Ok(named.to_owned());
    }
    let page = server.get(&format!("/v1/cases?number={}", encoded(named)))?;
    let found = page["items"].as_array().map(Vec::as_slice).unwrap_or_default();
    match found {
        [one] => Ok(one["case"].as_str().unwrap_or_default().to_owned()),
        [] => Err(Failure::NotFound(format!("no case of yours has the number {named}"))),
        _ => Err(Failure::Usage(format!("{} cases end with {named}: give the whole number", found.len()))),
    }
}

fn as_of(when: Option<&str>) -> String {
    when.map(|when| format!("?as_of={}", encoded(when))).unwrap_or_default()
}

/// A value of a query.
fn encoded(value: &str) -> String {
    percent_encoding::utf8_percent_encode(value, percent_encoding::NON_ALPHANUMERIC).to_string()
}
