//! What a unit or a container starts, as a plain process: its command line, nothing in its environment but what it is
//! given, and a log.

use crate::harness::nats::nats_server;
use crate::harness::site::binary;
use crate::harness::{eventually, note};
use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};

/// A process. Dropping it kills it; a test that fails shows what it printed.
pub struct Process {
    name: String,
    log: PathBuf,
    child: Child,
}

/// A folder of the test instead of one of the machine: every path below `0` is below `1`.
pub type Places = Vec<(String, PathBuf)>;

/// A text in which the machine's paths are those of the test.
pub fn placed(text: &str, places: &Places) -> String {
    places.iter().fold(text.to_owned(), |text, (from, to)| text.replace(from, to.to_str().unwrap()))
}

/// The program that is meant by its name or its place on a machine.
fn program(named: &str) -> PathBuf {
    match Path::new(named).file_name().and_then(|name| name.to_str()) {
        Some("lianhu") => binary(),
        Some("nats-server") => nats_server(),
        _ => panic!("{named} is not one of ours"),
    }
}

impl Process {
    /// Starts a command line.
    pub fn start(
        name: &str,
        words: &[String],
        environment: &BTreeMap<String, String>,
        folder: &Path,
    ) -> Self {
        let log = folder.join(format!("{name}.log"));
        let out = File::options().create(true).append(true).open(&log).unwrap();
        let mut command = Command::new(program(&words[0]));
        command.args(&words[1..]).env_clear().envs(environment).current_dir(folder);
        command.stdin(Stdio::null()).stdout(out.try_clone().unwrap()).stderr(out);
        Self { name: name.to_owned(), log, child: command.spawn().unwrap() }
    }

    /// What it printed.
    pub fn printed(&self) -> String {
        fs::read_to_string(&self.log).unwrap()
    }

    /// Whether it has printed this; it must not have ended.
    #[track_caller]
    fn has_printed(&mut self, words: &str) -> Result<(), String> {
        assert!(self.child.try_wait().unwrap().is_none(), "{} has ended: {}", self.name, self.printed());
        if self.printed().contains(words) {
            Ok(())
        } else {
            Err(format!("{}: {}", self.name, self.printed()))
        }
    }

    /// Sends it a signal, such as `TERM`, and waits until it has ended.
    #[track_caller]
    pub fn stop(&mut self, signal: &str) -> ExitStatus {
        let ask = format!("kill -s {signal} {}", self.child.id());
        assert!(Command::new("sh").args(["-c", &ask]).status().unwrap().success());
        eventually(&format!("{} ends by SIG{signal}", self.name), || {
            self.child.try_wait().unwrap().ok_or_else(|| self.printed())
        })
    }
}

/// Waits until each has printed this. One that ends fails the test at once: others may wait for it.
#[track_caller]
pub fn all_print(processes: &mut [Process], words: &str) {
    eventually(&format!("all print {words:?}"), || {
        // each is asked, also behind one that has not printed it: it may have ended
        let printed: Vec<_> = processes.iter_mut().map(|process| process.has_printed(words)).collect();
        printed.into_iter().collect::<Result<(), _>>()
    });
}

impl Drop for Process {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let printed = self.printed();
            let lines: Vec<_> = printed.lines().collect();
            note(&format!("{}:\n{}", self.name, lines[lines.len().saturating_sub(20)..].join("\n")));
        }
        let _ = self.child.kill(); // Err: it has ended
        let _ = self.child.wait();
    }
}
