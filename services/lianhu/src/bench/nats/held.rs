//! A process that ends with this one, however this one ends: its shell waits for the end of its own input.

use crate::failure::Failure;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};

/// Starts the command, lets go of its output, and ends it when there is nothing more to read.
const SCRIPT: &str = r#""$@" & pid=$!; exec >/dev/null 2>&1; read -r _; kill $pid; wait $pid"#;

/// A running process. Dropping it ends it, and waits for that.
pub struct Held {
    child: Child,
    log: PathBuf,
}

impl Held {
    /// Starts a command; what it says on standard error goes to a file.
    pub fn start(command: &Command, log: &Path) -> Result<Self, Failure> {
        let failed = |error| Failure::file(log, error);
        let errors = File::create(log).map_err(failed)?;
        let mut shell = Command::new("sh");
        shell.args(["-c", SCRIPT, "sh"]).arg(command.get_program()).args(command.get_args());
        for name in ["LIANHU_NATS", "LIANHU_NATS_CREDS", "LIANHU_NATS_CA"] {
            shell.env_remove(name); // whatever is started hears where to go from its arguments
        }
        shell.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(errors);
        let child = shell.spawn().map_err(failed)?;
        Ok(Self { child, log: log.to_owned() })
    }

    /// What it prints; once.
    pub fn output(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// The last that it said on standard error.
    pub fn last_words(&self) -> String {
        let said = fs::read_to_string(&self.log).unwrap_or_default();
        let lines: Vec<&str> = said.lines().collect();
        lines.get(lines.len().saturating_sub(5)..).unwrap_or_default().join("\n")
    }
}

impl Drop for Held {
    fn drop(&mut self) {
        drop(self.child.stdin.take());
        let _ = self.child.wait(); // Err: it has ended
    }
}
