//! The load: as many connections as asked, each publishing one report after the other.

use crate::failure::Failure;
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpStream};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

static NEXT: AtomicU64 = AtomicU64::new(0);

/// Publishes for a while; answers receipts per second.
pub fn publish(at: SocketAddr, connections: usize, span: Duration) -> Result<f64, Failure> {
    let begin = Instant::now();
    let answers: Vec<std::io::Result<u64>> = std::thread::scope(|scope| {
        let workers: Vec<_> =
            (0..connections).map(|_| scope.spawn(|| connection(at, begin + span))).collect();
        workers
            .into_iter()
            .map(|worker| worker.join().unwrap_or_else(|_| Err(std::io::Error::other("a worker panicked"))))
            .collect()
    });
    let took = begin.elapsed().as_secs_f64();
    let total: std::io::Result<u64> = answers.into_iter().sum();
    total
        .map(|total| total as f64 / took)
        .map_err(|error| Failure::Unreachable(at.to_string(), error.to_string()))
}

fn connection(at: SocketAddr, until: Instant) -> std::io::Result<u64> {
    let mut stream = TcpStream::connect(at)?;
    stream.set_nodelay(true)?;
    let mut answers = BufReader::new(stream.try_clone()?);
    let mut done = 0;
    while Instant::now() < until {
        let body = report(NEXT.fetch_add(1, Ordering::Relaxed)).to_string();
        let head = format!(
            "POST /v1/events HTTP/1.1\r\nhost: bench\r\nauthorization: Bearer demo-hsp-01\r\n\
             content-type: application/cloudevents+json\r\ncontent-length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all([head.as_bytes(), body.as_bytes()].concat().as_slice())?;
        let status = answer(&mut answers)?;
        if status != 201 {
            return Err(std::io::Error::other(format!("answered {status} instead of 201")));
        }
        done += 1;
    }
    Ok(done)
}

/// Reads one answer with a content length; its status.
fn answer(answers: &mut impl BufRead) -> std::io::Result<u16> {
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

/// A report with every protected property that a hospital fills in.
fn report(number: u64) -> Value {
    let child = json!({"label": "A", "name": "测试甲", "birth_date": "2013-01-02", "address": "示范区测试路一号", "school": "示范区第十二小学"});
    json!({
        "specversion": "1.0",
        "id": format!("00000000-0000-4000-8000-{number:012x}"),
        "source": "/999901/hsp-01",
        "type": "mandatory-reporting.report-filed.v1",
        "time": "2026-03-30T14:18:00+08:00",
        "actor": "nurse-7",
        "data": {
            "discovered_at": "2026-03-30T14:05:00+08:00",
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
