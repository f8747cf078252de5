//! The bus under measurement: `lianhu up --nats`, every role in one process, as an operator starts it.

use super::held::Held;
use crate::failure::Failure;
use serde_json::Value;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;

/// The running bus. Dropping it stops it.
pub struct Served {
    /// Where it serves HTTP.
    pub at: SocketAddr,
    _process: Held,
}

impl Served {
    /// Starts one on a new folder; `options` say where its ledger is.
    pub fn start(folder: &Path, options: &[String]) -> Result<Self, Failure> {
        let program = std::env::current_exe().map_err(|error| Failure::Store(error.to_string()))?;
        let mut command = Command::new(program);
        command.args(["--json", "up", "--demo", "--empty", "--listen", "127.0.0.1:0", "--data"]);
        command.arg(folder.join("bus")).args(options);
        let mut process = Held::start(&command, &folder.join("bus.log"))?;
        let mut line = String::new();
        if let Some(output) = process.output() {
            BufReader::new(output).read_line(&mut line).map_err(|error| Failure::file(folder, error))?;
        }
        let said: Value = serde_json::from_str(&line).unwrap_or_default();
        let at = said["listen"].as_str().and_then(|at| at.parse().ok());
        let silent = || Failure::Store(format!("lianhu up did not start: {}", process.last_words()));
        Ok(Self { at: at.ok_or_else(silent)?, _process: process })
    }
}
