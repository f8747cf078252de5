//! From a receipt to those who are told: reports at a fixed rate, and when each was heard of.

use super::load;
use super::row::Row;
use crate::failure::Failure;
use std::collections::HashMap;
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Facts in a second, of which another agency is told.
const RATE: u32 = 500;
/// Connections that publish them.
const PUBLISHERS: usize = 16;
/// Longest that the last of them may take to its reader.
const PATIENCE: Duration = Duration::from_secs(10);

/// What was published, each with the moment of its receipt.
pub struct Sent {
    receipts: Vec<(u64, Instant)>,
    /// Receipts in a second.
    rate: f64,
}

impl Sent {
    /// Publishes for a while, at the rate or as fast as receipts come.
    pub fn at_a_fixed_rate(at: SocketAddr, span: Duration) -> Result<Self, Failure> {
        let (count, begin) = (u64::from(RATE) * span.as_secs(), Instant::now());
        let receipts = load::at_once(PUBLISHERS, |worker| {
            let (mut line, mut receipts) = (load::Line::open(at)?, Vec::new());
            for turn in (worker as u64..count).step_by(PUBLISHERS) {
                let due = begin + Duration::from_secs(1) * turn as u32 / RATE;
                thread::sleep(due.saturating_duration_since(Instant::now()));
                let number = load::next();
                line.publish(&load::report(number))?;
                receipts.push((number, Instant::now()));
            }
            Ok(receipts)
        });
        let receipts: Vec<_> =
            receipts.map_err(|error| load::unreachable(at, &error))?.into_iter().flatten().collect();
        let rate = receipts.len() as f64 / begin.elapsed().as_secs_f64();
        Ok(Self { receipts, rate })
    }

    /// Whether the rate was held.
    pub fn in_time(&self) -> bool {
        self.rate >= 0.95 * f64::from(RATE)
    }

    /// How long after their receipts the reports were heard of `where`: the middle one, and one in a hundred.
    pub fn rows(&self, place: &str, heard: &Heard) -> Result<(Row, Row), Failure> {
        let mut late = heard.after(&self.receipts)?;
        late.sort_unstable();
        let at = |part: usize| {
            late.get((late.len() * part / 100).min(late.len() - 1)).copied().unwrap_or_default()
        };
        let (count, rate) = (self.receipts.len(), self.rate);
        let payload = format!("{count} reports at {rate:.0}/s of {RATE}/s asked, {PUBLISHERS} connections");
        let row = |part| {
            let measure = format!("receipt → {place}, p{part}");
            Row::of(measure, &payload, at(part).as_secs_f64() * 1_000.0, "ms")
        };
        Ok((row(50), row(99)))
    }
}

/// When each report was heard of.
#[derive(Default)]
pub struct Heard(Mutex<HashMap<u64, Instant>>);

impl Heard {
    /// The report in a text, if there is one, was heard of now.
    pub fn hear(&self, text: &str) {
        let id = text.split_once(load::ID).and_then(|(_, rest)| rest.get(..12));
        if let Some(number) = id.and_then(|id| u64::from_str_radix(id, 16).ok()) {
            let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            heard.entry(number).or_insert_with(Instant::now);
        }
    }

    /// Whether this report was heard of.
    pub fn has(&self, number: u64) -> bool {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).contains_key(&number)
    }

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
    Failure::Store("not every report was heard of".to_owned())
}

/// Reads the stream of the addressed agency in a thread of its own, as long as the process lives.
pub fn listen(at: SocketAddr, heard: Arc<Heard>) -> Result<(), Failure> {
    let failed = |error: std::io::Error| load::unreachable(at, &error);
    let mut stream = TcpStream::connect(at).map_err(failed)?;
    let head = "GET /v1/stream HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer demo-psb-03\r\n\r\n";
    stream.write_all(head.as_bytes()).map_err(failed)?;
    thread::spawn(move || {
        for line in BufReader::new(stream).lines().map_while(Result::ok) {
            heard.hear(&line);
        }
    });
    Ok(())
}
