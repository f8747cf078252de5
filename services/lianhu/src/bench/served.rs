//! Rows of a bus that is served over HTTP: publishing, and hearing of what was published.

use super::row::Row;
use super::{load, raw};
use crate::failure::Failure;
use crate::folder::Folder;
use crate::{rules, up};
use gateway::{Config, Operator};
use ledger::Ledger;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use vocabulary::Version;
use vocabulary::id::HistoryKind;

/// Facts in a second, of which another agency is told.
const RATE: u32 = 500;
/// Connections that publish them.
const PUBLISHERS: usize = 16;
/// Longest that the last of them may take to its reader.
const PATIENCE: Duration = Duration::from_secs(10);

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
    let failed = |error: std::io::Error| load::unreachable(served.at, &error);
    load::publish(served.at, 1, Duration::from_secs(1))?; // warm
    let heard = Arc::new(Heard::default());
    listen(served.at, heard.clone()).map_err(failed)?;
    let (count, begin) = (u64::from(RATE) * span.as_secs(), Instant::now());
    let receipts = load::at_once(PUBLISHERS, |worker| {
        let (mut line, mut receipts) = (load::Line::open(served.at)?, Vec::new());
        for turn in (worker as u64..count).step_by(PUBLISHERS) {
            let due = begin + Duration::from_secs(1) * turn as u32 / RATE;
            thread::sleep(due.saturating_duration_since(Instant::now()));
            let number = load::next();
            line.publish(&load::report(number))?;
            receipts.push((number, Instant::now()));
        }
        Ok(receipts)
    });
    let receipts: Vec<_> = receipts.map_err(failed)?.into_iter().flatten().collect();
    let rate = receipts.len() as f64 / begin.elapsed().as_secs_f64();
    let mut late = heard.after(&receipts)?;
    late.sort_unstable();
    let at =
        |part: usize| late.get((late.len() * part / 100).min(late.len() - 1)).copied().unwrap_or_default();
    let payload = format!("{count} reports at {rate:.0}/s of {RATE}/s asked, {PUBLISHERS} connections");
    let row = |measure, part| Row::of(measure, &payload, at(part).as_secs_f64() * 1_000.0, "ms");
    tell(row("receipt → line at another agency, p50", 50))?;
    let p99 = row("receipt → line at another agency, p99", 99);
    let met = p99.value <= 10.0 && rate >= 0.95 * f64::from(RATE);
    tell(p99.asked("≤ 10 ms at 500/s", met))
}

/// When each report was heard of.
#[derive(Default)]
struct Heard(Mutex<HashMap<u64, Instant>>);

impl Heard {
    /// How long after its receipt each report was heard of.
    fn after(&self, receipts: &[(u64, Instant)]) -> Result<Vec<Duration>, Failure> {
        let begin = Instant::now();
        while begin.elapsed() < PATIENCE {
            let heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            let late = receipts
                .iter()
                .map(|(number, receipt)| Some(heard.get(number)?.saturating_duration_since(*receipt)));
            if let Some(late) = late.collect::<Option<Vec<_>>>() {
                return if late.is_empty() { Err(silent()) } else { Ok(late) };
            }
            drop(heard);
            thread::sleep(Duration::from_millis(20));
        }
        Err(silent())
    }
}

fn silent() -> Failure {
    Failure::Store("the stream: not every report came".to_owned())
}

/// Reads the stream of the addressed agency in a thread of its own, as long as the process lives.
fn listen(at: SocketAddr, heard: Arc<Heard>) -> std::io::Result<()> {
    let mut stream = TcpStream::connect(at)?;
    let head = "GET /v1/stream HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer demo-psb-03\r\n\r\n";
    stream.write_all(head.as_bytes())?;
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            let id = line.split_once(load::ID).and_then(|(_, rest)| rest.get(..12));
            if let Some(number) = id.and_then(|id| u64::from_str_radix(id, 16).ok()) {
                let mut heard = heard.0.lock().unwrap_or_else(PoisonError::into_inner);
                heard.entry(number).or_insert_with(Instant::now);
            }
        }
    });
    Ok(())
}
