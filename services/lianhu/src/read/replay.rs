//! `lianhu replay`: a case walked again, step by step, and what every clock comes to.

use super::words::{clip, local, minutes, say, title, zone_of};
use super::{as_of, case, encoded, steps};
use crate::client::Server;
use crate::failure::Failure;
use clap::Args;
use serde_json::Value;
use std::io::{IsTerminal, stdin};

/// Walk a case again.
#[derive(Args)]
pub struct Replay {
    /// The case, by its id or its number
    case: String,
    /// As of a position of the ledger, a day (its end), or a time
    #[arg(long, value_name = "WHEN")]
    as_of: Option<String>,
    /// What this agency had been told by then, and when (for roles that see the whole region)
    #[arg(long = "as", value_name = "AGENCY")]
    agency: Option<String>,
    /// Wait for Enter after each step
    #[arg(long, conflicts_with = "agency")]
    step: bool,
    #[command(flatten)]
    server: Server,
}

impl Replay {
    /// Prints the steps, and a verdict for each clock.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        zone_of(&self.server);
        let case = case(&self.server, &self.case)?;
        if let Some(agency) = &self.agency {
            return self.knowledge(&case, agency, json);
        }
        let answer = self.server.get(&format!("/v1/cases/{case}/replay{}", as_of(self.as_of.as_deref())))?;
        if json {
            say!("{answer}");
            return Ok(());
        }
        say!("{} {case}, as of record {}", answer["number"].as_str().unwrap_or_default(), answer["as_of"]);
        let all = answer["steps"].as_array().map(Vec::as_slice).unwrap_or_default();
        for (number, step) in (1..).zip(all) {
            say!("{number:>3}/{}  {}", all.len(), line(step));
            details(step);
            if self.step && stdin().is_terminal() {
                let _ = stdin().read_line(&mut String::new()); // Err: nobody is there to wait for
            }
        }
        say!("\nclocks");
        for clock in answer["verdicts"].as_array().into_iter().flatten() {
            say!("{}", verdict(clock));
        }
        Ok(())
    }

    fn knowledge(&self, case: &str, agency: &str, json: bool) -> Result<(), Failure> {
        let when = self.as_of.as_deref().map(|when| format!("&as_of={}", encoded(when))).unwrap_or_default();
        let path = format!("/v1/cases/{case}/knowledge?agency={}{when}", encoded(agency));
        let answer = self.server.get(&path)?;
        if json {
            say!("{answer}");
            return Ok(());
        }
        let told = answer["steps"].as_array().into_iter().flatten();
        let told: Vec<&Value> =
            told.flat_map(|step| step["facts"].as_array().into_iter().flatten()).collect();
        let by = self.as_of.as_deref().unwrap_or("now");
        if told.is_empty() {
            say!("{agency} had been told nothing of this case by {by}");
            return Ok(());
        }
        say!("{agency} had been told of {} facts by {by} (record {})", told.len(), answer["as_of"]);
        steps(&answer, true);
        let exact = told.iter().filter(|fact| fact["form"] != "coarse").count();
        let first = told.iter().filter_map(|fact| fact["told"].as_str()).min().unwrap_or_default();
        say!("{exact} of them exactly, the others only that something happened; first told {}", local(first));
        for fact in told.iter().filter(|fact| fact["form"] == "masked") {
            let pointers = fact["withheld"].as_array().into_iter().flatten();
            let pointers: Vec<&str> = pointers.filter_map(|withheld| withheld["pointer"].as_str()).collect();
            say!("  {}: withheld {}", title(&fact["title"]), pointers.join(" "));
        }
        Ok(())
    }
}

fn line(step: &Value) -> String {
    let text = |name: &str| step[name].as_str().unwrap_or_default();
    let late = if step["late"] == true { "  recorded late 补录" } else { "" };
    let (time, title) = (clip(text("time")), title(&step["title"]));
    format!("{time}  {:<8} {title}  [{} {}]{late}", text("agency"), text("fact"), text("form"))
}

fn details(step: &Value) {
    for change in step["changes"].as_array().into_iter().flatten() {
        let text = |name: &str| change[name].as_str().unwrap_or("-");
        say!("           {} {} → {}", text("what"), text("from"), text("to"));
    }
    for clock in step["clocks"].as_array().into_iter().flatten() {
        let text = |name: &str| clock[name].as_str().unwrap_or_default();
        say!(
            "           ⏱ {} {} {}, {}; {}, rules {}",
            text("clock"),
            text("event"),
            title(&clock["name"]),
            due(clock),
            basis(clock),
            step["rules"],
        );
    }
}

/// By when, in one phrase.
fn due(clock: &Value) -> String {
    match (clock["due_day"].as_str(), clock["due"].as_str(), clock["no_due"].as_str()) {
        (Some(day), _, _) => format!("due {day}"),
        (None, Some(at), _) => format!("due {}", local(at)),
        (None, None, why) => format!("no date: {}", why.unwrap_or("-")),
    }
}

fn basis(clock: &Value) -> String {
    let text = |name: &str| clock[name].as_str().unwrap_or_default();
    let own = if text("kind") == "local" { " (local setting 本地设定)" } else { "" };
    format!("{} art. {}{own}", text("law"), text("article"))
}

fn verdict(clock: &Value) -> String {
    let text = |name: &str| clock[name].as_str().unwrap_or_default();
    let owners: Vec<&str> =
        clock["owners"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let end = clock["stopped"].as_str().map_or("-".to_owned(), local);
    let margin = match clock["margin_seconds"].is_i64() {
        true => format!("margin {}", minutes(&clock["margin_seconds"])),
        false => format!("taken {}", minutes(&clock["taken_seconds"])),
    };
    format!(
        "  {:<5} {:<12} {:<14} start {}  {}  end {end}  {margin}  {}",
        text("clock"),
        text("state"),
        owners.join(","),
        local(text("started")),
        due(clock),
        basis(clock),
    )
}
