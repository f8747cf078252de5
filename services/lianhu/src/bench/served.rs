//! Rows of a bus that is served over HTTP: publishing, and hearing of what was published.

use super::row::Row;
use super::told::{self, Heard, Sent};
use super::{load, raw};
use crate::failure::Failure;
use crate::folder::Folder;
use crate::{rules, up};
use gateway::{Config, Operator};
use ledger::Ledger;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;
use vocabulary::Version;
use vocabulary::id::HistoryKind;

/// A bus of its own, under the demo rules, with all followers.
pub struct Served {
    at: SocketAddr,
    ledger: Arc<dyn Ledger>,
}

impl Served {
    /// Serves a new folder.
    pub async fn start(path: &Path) -> Result<Self, Failure> {
        let unreachable =
            |error: std::io::Error| Failure::Unreachable("127.0.0.1".to_owned(), error.to_string());
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
        tokio::spawn(bus.clone().run(runtime::Duties::ALL));
        let router = gateway::router(bus, Operator::new(folder.operator_token()?), Config::default());
        tokio::spawn(gateway::serve(listener, router, std::future::pending()));
        Ok(Self { at, ledger })
    }

    /// Bytes of the first record of a case, a report, as it is stored.
    fn report_bytes(&self) -> Result<usize, Failure> {
        let cases = self.ledger.histories(HistoryKind::Case)?;
        let case = cases.last().ok_or_else(|| Failure::Store("nothing was published".to_owned()))?;
        let records = self.ledger.read(case, Version(0))?;
        Ok(records.first().map(|stored| stored.record.to_bytes().len()).unwrap_or_default())
    }
}

/// Publishing over HTTP beside the bare store, and one lone publish beside the bare disk.
pub fn publish(
    runtime: &Runtime,
    folder: &Path,
    (connections, span): (&[usize], Duration),
    lone: bool,
    mut tell: impl FnMut(Row) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let served = runtime.block_on(Served::start(&folder.join("bus")))?;
    load::publish(served.at, 1, Duration::from_secs(1))?; // warm
    let bytes = served.report_bytes()?;
    let payload = format!("reports, {bytes} bytes a record");
    for connections in connections {
        let published = load::publish(served.at, *connections, span)?;
        let raw = raw::append(&folder.join(format!("raw-{connections}")), *connections, bytes, span)?;
        let row = Row::of(format!("publish over HTTP, {connections} connections"), &payload, published, "/s");
        let row = row.beside(raw, "raw group-committed append");
        // the target is for many at once
        tell(if *connections >= 64 { row.ratio_from(0.6) } else { row })?;
    }
    if lone {
        let published = load::publish(served.at, 1, span)?;
        let floor = raw::flush_floor(&folder.join("floor"), bytes, span)?;
        let row = Row::of("one lone publish", &payload, published, "/s");
        tell(row.beside(floor, "write and fdatasync").ratio_from(0.5))?;
    }
    Ok(())
}

/// From a receipt to the line at the addressed agency, at a fixed rate.
pub fn stream(
    runtime: &Runtime,
    folder: &Path,
    span: Duration,
    mut tell: impl FnMut(Row) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let served = runtime.block_on(Served::start(&folder.join("stream")))?;
    load::publish(served.at, 1, Duration::from_secs(1))?; // warm
    let heard = Arc::new(Heard::default());
    told::listen(served.at, heard.clone())?;
    let sent = Sent::at_a_fixed_rate(served.at, span)?;
    let (p50, p99) = sent.rows("line at another agency", &heard)?;
    tell(p50)?;
    let met = p99.value <= 10.0 && sent.in_time();
    tell(p99.asked("≤ 10 ms at 500/s", met))
}
