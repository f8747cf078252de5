//! `lianhu bench`: what this machine does, beside what its store can do at best, in one run.
//!
//! For each number of connections it publishes reports over HTTP to a bus of its own in a temporary folder,
//! with all followers running, and right after it appends the same number of bytes to a bare sled store from
//! as many callers, group-committed and synced in the same way. The load comes from this process too, so both
//! share the machine's cores with it. Ratios travel between machines, figures do not.

mod load;
mod raw;

use crate::failure::Failure;
use crate::folder::Folder;
use crate::{rules, up};
use clap::Args;
use gateway::{Config, Operator};
use ledger::Ledger;
use serde::Serialize;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use vocabulary::Version;

/// Measure this machine.
#[derive(Args)]
pub struct Bench {
    /// Seconds for each row and side
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Connections, one row each
    #[arg(long, value_delimiter = ',', default_value = "1,8,64")]
    connections: Vec<usize>,
    /// Folder on the disk to measure; a new folder in it is used and removed
    #[arg(long, default_value = ".", value_name = "DIR")]
    disk: PathBuf,
}

/// One line of the table.
#[derive(Serialize)]
struct Row {
    measure: String,
    per_second: f64,
    beside: f64,
    beside_what: &'static str,
    ratio: f64,
    target: f64,
    met: bool,
}

impl Bench {
    /// Runs and prints the table.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let folder = self.disk.join(format!(".lianhu-bench-{}", std::process::id()));
        let outcome = self.measure(&folder);
        let cleared = std::fs::remove_dir_all(&folder).map_err(|error| Failure::file(&folder, error));
        let (bytes, rows) = outcome?;
        cleared?;
        print(bytes, &rows, json);
        Ok(())
    }

    fn measure(&self, folder: &Path) -> Result<(usize, Vec<Row>), Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let runtime = runtime.map_err(|error| Failure::Store(error.to_string()))?;
        let span = Duration::from_secs(self.seconds);
        let (at, ledger) = runtime.block_on(serve(&folder.join("bus")))?;
        let mut rows = Vec::new();
        load::publish(at, 1, Duration::from_secs(1))?; // warm
        let bytes = last_record_bytes(&*ledger)?;
        for connections in &self.connections {
            let published = load::publish(at, *connections, span)?;
            let raw = raw::append(&folder.join(format!("raw-{connections}")), *connections, bytes, span)?;
            rows.push(row(
                format!("publish over HTTP, {connections} connections"),
                published,
                raw,
                "raw group-committed append",
                0.6,
            ));
            if *connections == 1 {
                let floor = raw::flush_floor(&folder.join("floor"), bytes, span)?;
                rows.push(row("one lone publish".to_owned(), published, floor, "write and fdatasync", 0.5));
            }
        }
        runtime.shutdown_background();
        Ok((bytes, rows))
    }
}

fn row(measure: String, per_second: f64, beside: f64, beside_what: &'static str, target: f64) -> Row {
    let ratio = per_second / beside;
    Row { measure, per_second, beside, beside_what, ratio, target, met: ratio >= target }
}

fn print(bytes: usize, rows: &[Row], json: bool) {
    if json {
        println!(
            "{}",
            serde_json::json!({"record_bytes": bytes, "store": "sled", "durability": "flushed and synced", "rows": rows})
        );
        return;
    }
    println!(
        "record {bytes} bytes · store sled · every answer after flush and fdatasync · all followers running\n"
    );
    println!(
        "{:<38} {:>10} {:>10}  {:<28} {:>6} {:>7}",
        "measure", "per second", "beside", "", "ratio", "target"
    );
    for row in rows {
        let met = if row.met { "met" } else { "not met" };
        println!(
            "{:<38} {:>10.0} {:>10.0}  {:<28} {:>6.2} {:>7.2}  {met}",
            row.measure, row.per_second, row.beside, row.beside_what, row.ratio, row.target
        );
    }
}

/// A bus of its own, under the demo rules.
async fn serve(path: &Path) -> Result<(SocketAddr, Arc<dyn Ledger>), Failure> {
    let unreachable = |error: std::io::Error| Failure::Unreachable("127.0.0.1".to_owned(), error.to_string());
    let folder = Folder::at(path)?;
    let stores = folder.open()?;
    let ledger = stores.ledger.clone();
    let files = rules::demo();
    let region = rules::of(&files)?.region().clone();
    let bus = Arc::new(up::open(stores, region, true)?);
    bus.adopt(&files).await?;
    bus.issue_demo_tokens().await?;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.map_err(unreachable)?;
    let at = listener.local_addr().map_err(unreachable)?;
    tokio::spawn(bus.clone().run());
    let router = gateway::router(bus, Operator::new(folder.operator_token()?), Config::default());
    tokio::spawn(gateway::serve(listener, router, std::future::pending()));
    Ok((at, ledger))
}

/// Bytes of the last record of a case, as it is stored.
fn last_record_bytes(ledger: &dyn Ledger) -> Result<usize, Failure> {
    let cases = ledger.histories(vocabulary::id::HistoryKind::Case)?;
    let case = cases.last().ok_or_else(|| Failure::Store("nothing was published".to_owned()))?;
    let records = ledger.read(case, Version(0))?;
    Ok(records.last().map(|stored| stored.record.to_bytes().len()).unwrap_or_default())
}
