//! The load: as many connections as asked, each publishing one report after the other.

use crate::failure::Failure;
use runtime::{Clock as _, SystemClock};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Error, Result as Answer, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, Ordering};
use std::thread::scope;
use std::time::{Duration, Instant};

static NEXT: AtomicU64 = AtomicU64::new(0);
/// When everything happens: now, so that no clock has run out before it starts.
static WHEN: OnceLock<String> = OnceLock::new();

/// Publishes for a while; answers receipts per second.
pub fn publish(at: SocketAddr, connections: usize, span: Duration) -> Result<f64, Failure> {
    let begin = Instant::now();
    let work = || -> Answer<u64> {
        let (mut line, mut done) = (Line::open(at)?, 0);
        while begin.elapsed() < span {
            line.publish(&report(next()))?;
            done += 1;
        }
        Ok(done)
    };
    let done: u64 = at_once(connections, |_| work()).map_err(|error| unreachable(at, &error))?.iter().sum();
    Ok(done as f64 / begin.elapsed().as_secs_f64())
}

/// Does the same on so many threads; answers what each of them did.
pub fn at_once<T: Send>(workers: usize, work: impl Fn(usize) -> Answer<T> + Sync) -> Answer<Vec<T>> {
    let work = &work;
    scope(|scope| {
        let workers: Vec<_> = (0..workers).map(|number| scope.spawn(move || work(number))).collect();
        let panicked = |_| Err(Error::other("a worker panicked"));
        workers.into_iter().map(|worker| worker.join().unwrap_or_else(panicked)).collect()
    })
}

/// The server of the bench did not answer as it should.
pub fn unreachable(at: SocketAddr, error: &Error) -> Failure {
    Failure::Unreachable(at.to_string(), error.to_string())
}

/// A connection.
pub struct Line {
    stream: TcpStream,
    answers: BufReader<TcpStream>,
}

impl Line {
    /// Opens it.
    pub fn open(at: SocketAddr) -> Answer<Self> {
        let stream = TcpStream::connect(at)?;
        stream.set_nodelay(true)?;
        Ok(Self { answers: BufReader::new(stream.try_clone()?), stream })
    }

    /// Publishes one event and reads its receipt.
    pub fn publish(&mut self, event: &Value) -> Answer<()> {
        let body = event.to_string();
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer demo-hsp-01\r\n\
             content-type: application/cloudevents+json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        self.stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice())?;
        match answer(&mut self.answers)? {
            201 => Ok(()),
            status => Err(Error::other(format!("answered {status} instead of 201"))),
        }
    }
}

/// Reads one answer with a content length; its status.
fn answer(answers: &mut impl BufRead) -> Answer<u16> {
    let (mut status, mut length, mut line) = (0, 0, String::new());
    loop {
        line.clear();
        answers.read_line(&mut line)?;
        let text = line.trim_end();
        if status == 0 {
            status = text.split(' ').nth(1).and_then(|code| code.parse().ok()).unwrap_or(500);
        } else if text.is_empty() {
            break;
        } else if let Some((name, value)) =
            text.split_once(':').filter(|(name, _)| name.eq_ignore_ascii_case("content-length"))
        {
            debug_assert!(!name.is_empty());
            length = value.trim().parse().unwrap_or_default();
        }
    }
    let mut body = vec![0; length];
    answers.read_exact(&mut body)?;
    Ok(status)
}

/// The number of a report that was never sent in this run.
pub fn next() -> u64 {
    NEXT.fetch_add(1, Ordering::Relaxed)
}

/// The `id` of a report, but for its number.
pub const ID: &str = "00000000-0000-4000-8000-";

/// A report with every protected property that a hospital fills in.
pub fn report(number: u64) -> Value {
    let when = WHEN.get_or_init(|| SystemClock.now().to_string());
    let child = json!({"label": "A", "name": "测试甲", "birth_date": "2013-01-02", "address": "示范区测试路一号", "school": "示范区第十二小学"});
    json!({
        "specversion": "1.0",
        "id": format!("{ID}{number:012x}"),
        "source": "/999901/hsp-01",
        "type": "mandatory-reporting.report-filed.v1",
        "time": when,
        "actor": "nurse-7",
        "data": {
            "discovered_at": when,
            "filed_to": "psb-03",
            "reporter_type": "medical",
            "situation_code": "R2",
            "children": [{"label": "A", "age_band": "6-13", "sex": "female"}],
            "reporter": {"name": "测试乙", "phone": "0571-00000000", "position": "值班医生"},
            "child_identity": [child],
            "narrative": "接诊时发现可疑情形，已留院观察。".repeat(8),
        }
    })
}
