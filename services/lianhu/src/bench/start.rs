//! Start and memory: this program as a process of its own, on a folder that has grown.

use super::row::Row;
use crate::failure::Failure;
use serde_json::Value;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// The lock of a folder is given back a little after its last user has gone.
const TRIES: usize = 50;
const PAUSE: Duration = Duration::from_millis(100);
/// Longest that it may take until everything is in the views.
const PATIENCE: Duration = Duration::from_secs(600);

/// Starts it and looks at it. It must serve, and have all followers at the end of the ledger.
pub fn start(folder: &Path, facts: usize) -> Result<[Row; 2], Failure> {
    let (mut child, at, took) = up(folder)?;
    let grown = settled(&at).and_then(|()| resident(child.id()));
    let ended = child.kill().and_then(|()| child.wait());
    let (mebibytes, peak) = grown?;
    ended.map_err(|error| Failure::Store(error.to_string()))?;
    let payload = format!("a folder with {facts} published facts");
    let row = Row::of(format!("start with {facts} facts"), &payload, took.as_secs_f64(), "s");
    let row = row.not_durable("until it says that it serves, and answers");
    let start = row.asked("< 3 s", took < Duration::from_secs(3));
    let row = Row::of(format!("resident memory with {facts} facts"), payload, mebibytes, "MiB");
    let row = row
        .not_durable("once all followers have reached the head")
        .beside(peak, "MiB at most since the start");
    Ok([start, row.asked("< 300 MiB", mebibytes < 300.0)])
}

/// The process, its address, and how long it took to answer there.
fn up(folder: &Path) -> Result<(Child, String, Duration), Failure> {
    let program = std::env::current_exe().map_err(|error| Failure::Store(error.to_string()))?;
    for _ in 0..TRIES {
        let mut command = Command::new(&program);
        command.args(["--json", "up", "--demo", "--quiet", "--listen", "127.0.0.1:0", "--data"]).arg(folder);
        command.env_remove("LIANHU_NATS"); // this row is of one box
        let begin = Instant::now();
        let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn();
        let mut child = child.map_err(|error| Failure::file(&program, error))?;
        let mut line = String::new();
        if let Some(output) = child.stdout.take() {
            BufReader::new(output).read_line(&mut line).map_err(|error| Failure::file(&program, error))?;
        }
        let said: Value = serde_json::from_str(&line).unwrap_or_default();
        if let Some(at) = said["listen"].as_str() {
            get(at, "/livez")?;
            return Ok((child, at.to_owned(), begin.elapsed()));
        }
        child.wait().map_err(|error| Failure::Store(error.to_string()))?; // it has ended: the folder is in use
        thread::sleep(PAUSE);
    }
    Err(Failure::Store("the folder does not come free".to_owned()))
}

fn get(at: &str, path: &str) -> Result<String, Failure> {
    let failed = |error: ureq::Error| Failure::Unreachable(at.to_owned(), error.to_string());
    let mut answer = ureq::get(format!("http://{at}{path}")).call().map_err(failed)?;
    answer.body_mut().read_to_string().map_err(failed)
}

fn settled(at: &str) -> Result<(), Failure> {
    let begin = Instant::now();
    while begin.elapsed() < PATIENCE {
        let status: Value = serde_json::from_str(&get(at, "/readyz")?).unwrap_or_default();
        let through = |name: &str| status[name].as_u64();
        if through("head")
            .is_some_and(|head| through("views") == Some(head) && through("disclosed") == Some(head))
        {
            return Ok(());
        }
        thread::sleep(PAUSE);
    }
    Err(Failure::Unreachable(at.to_owned(), "its followers do not come to the end".to_owned()))
}

/// What a process holds in memory, now and at most, in MiB.
fn resident(process: u32) -> Result<(f64, f64), Failure> {
    let path = format!("/proc/{process}/status");
    let status = fs::read_to_string(&path).map_err(|error| Failure::file(Path::new(&path), error))?;
    let of = |name: &str| {
        let line = status.lines().find_map(|line| line.strip_prefix(name))?;
        let kibibytes: f64 = line.trim().strip_suffix(" kB")?.trim().parse().ok()?;
        Some(kibibytes / 1024.0)
    };
    let both = of("VmRSS:").zip(of("VmHWM:"));
    both.ok_or_else(|| Failure::Store(format!("{path} says nothing of memory")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_knows_what_it_holds() {
        let (now, most) = resident(std::process::id()).unwrap();
        assert!(now > 1.0 && most >= now, "{now} of {most} MiB");
    }
}
