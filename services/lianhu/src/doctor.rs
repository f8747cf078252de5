//! `lianhu doctor`: what is well, what is not, what to do.

use crate::client::Server;
use crate::failure::Failure;
use crate::folder::{Folder, Stores, region_of};
use crate::up;
use clap::Args;
use ledger::{Ledger, LedgerError, SledLedger};
use serde::Serialize;
use std::path::PathBuf;
use vocabulary::Region;

/// Look at a data folder, or at the running bus that has it in use.
#[derive(Args)]
pub struct Doctor {
    /// The data folder
    #[arg(long, default_value = "lianhu-data", value_name = "DIR")]
    data: PathBuf,
    #[command(flatten)]
    server: Server,
}

/// One line: what was looked at, whether it is well, what was seen, what to do.
#[derive(Serialize)]
struct Line {
    part: &'static str,
    well: bool,
    seen: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    fix: Option<&'static str>,
}

fn line(part: &'static str, seen: Result<String, String>, fix: &'static str) -> Line {
    match seen {
        Ok(seen) => Line { part, well: true, seen, fix: None },
        Err(seen) => Line { part, well: false, seen, fix: Some(fix) },
    }
}

impl Doctor {
    /// Prints the lines; fails when one is not well.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let folder = Folder::existing(&self.data)?;
        let lines = match SledLedger::open(&folder.path().join("ledger")) {
            Err(LedgerError::Locked) => self.running(),
            Err(error) => vec![line(
                "ledger",
                Err(error.to_string()),
                "restore the folder from a backup; never delete the ledger",
            )],
            Ok(ledger) => self.offline(&folder, ledger),
        };
        for line in &lines {
            match (json, serde_json::to_string(line)) {
                (true, Ok(text)) => println!("{text}"),
                _ => println!("{} {:<10} {}", if line.well { "ok  " } else { "FAIL" }, line.part, line.seen),
            }
            if let (false, Some(fix)) = (json, line.fix) {
                println!("                {fix}");
            }
        }
        let wrong: Vec<&str> = lines.iter().filter(|line| !line.well).map(|line| line.part).collect();
        if wrong.is_empty() { Ok(()) } else { Err(Failure::Store(format!("not well: {}", wrong.join(", ")))) }
    }

    /// The folder is in use: the bus itself says how it is.
    fn running(&self) -> Vec<Line> {
        let status = match self.server.get_public("/readyz") {
            Ok(status) => status,
            Err(failure) => {
                let fix = "the folder is in use, but not by the bus at --server: name the right one, or stop what uses it";
                return vec![line("server", Err(failure.to_string()), fix)];
            }
        };
        let stopped = status["stopped"].as_array().cloned().unwrap_or_default();
        let (head, rules) = (&status["head"], &status["rules"]);
        let follower = |name: &str| format!("through record {} of {head}", status[name]);
        let stop = stopped.iter().filter_map(|why| why.as_str()).collect::<Vec<_>>().join("; ");
        vec![
            line("server", Ok("answers; the folder is in use by it, the vault too".to_owned()), ""),
            line("ledger", Ok(format!("head {head}")), ""),
            line("rules", Ok(format!("version {rules}")), ""),
            line("disclosure", Ok(follower("disclosed")), ""),
            line("views", Ok(follower("views")), ""),
            line(
                "followers",
                if stop.is_empty() { Ok("all run".to_owned()) } else { Err(stop) },
                "see the log, mend the cause, restart",
            ),
        ]
    }

    /// Nobody uses the folder: every record is read.
    fn offline(&self, folder: &Folder, ledger: SledLedger) -> Vec<Line> {
        let restore = "restore the folder from a backup; never delete the ledger";
        let scanned = ledger.check().map(|head| format!("{head} records, dense, whole, every index agrees"));
        let mut lines = vec![line("ledger", scanned.map_err(|error| error.to_string()), restore)];
        let region = region_of(&ledger);
        drop(ledger);
        let stores = match folder.open() {
            Ok(stores) => stores,
            Err(failure) => {
                lines.push(line(
                    "stores",
                    Err(failure.to_string()),
                    "mend what it names; views/ alone may be deleted",
                ));
                return lines;
            }
        };
        let keys = stores.vault.check();
        let keys = keys.map(|health| {
            format!("{} keys leased, {} ready on disk beyond them", health.leased, health.ready)
        });
        lines.push(line(
            "vault",
            keys.map_err(|error| error.to_string()),
            "restore vault/ and root.key together",
        ));
        let (head, applied) = (*stores.ledger.head().borrow(), stores.views.progress().borrow().applied);
        lines.push(line(
            "views",
            Ok(format!("through record {applied} of {head}; the rest is caught up at start")),
            "",
        ));
        let rules = match region {
            Ok(Some(region)) => rules(&stores, &region).map_err(|failure| failure.to_string()),
            Ok(None) => Err("none adopted".to_owned()),
            Err(failure) => Err(failure.to_string()),
        };
        lines.push(line("rules", rules, "start once with --jurisdiction DIR"));
        lines
    }
}

/// The rules in force: those of a real region, or of the demo.
fn rules(stores: &Stores, region: &Region) -> Result<String, Failure> {
    let bus = up::open(stores.clone(), region.clone(), false)
        .or_else(|_| up::open(stores.clone(), region.clone(), true))?;
    let rules = bus.rules()?;
    let kind = if rules.demo() { "demo, " } else { "" };
    Ok(format!(
        "region {region}, {kind}version {}, {} agencies",
        rules.version(),
        rules.agencies(bus.now()).count()
    ))
}
