//! Writers and a follower in a process of their own, which keep at it whatever happens.
//!
//! The child is this test binary again, told to run [`super::writer`] alone, until its standard input ends. It says:
//!
//! | line | when |
//! | --- | --- |
//! | `open` | the ledger is open |
//! | `ack <worker> <position> <id> new\|found` | a record is acknowledged; `found`: a try before had got no answer |
//! | `again <worker>` | `Unavailable`: the same record is sent again |
//! | `refused <worker> <why>` | another error; the same record is sent again |
//! | `moved <worker> <id>` | somebody else was first in a history that this worker alone writes |
//! | `odd <worker> <what>` | what must never happen |
//! | `followed <position> <digest>` | at the end: how far, and the digest of all that the follower got |
//! | `end` | everything is acknowledged, and followed |

use super::servers::Servers;
use super::until;
use std::collections::BTreeMap;
use std::env;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Instant;

/// A child under load, and what it says.
pub struct Load {
    child: Child,
    heard: Arc<Mutex<Heard>>,
    reader: std::thread::JoinHandle<()>,
}

/// An acknowledgement.
#[derive(Clone, Debug)]
pub struct Ack {
    pub worker: String,
    pub position: u64,
    pub id: String,
    pub at: Instant,
}

/// What a child has said.
#[derive(Clone, Debug, Default)]
pub struct Heard {
    /// In the order in which they were said.
    pub acks: Vec<Ack>,
    pub found: usize,
    /// Why appends were tried again, and how often.
    pub again: BTreeMap<String, usize>,
    pub refused: Vec<String>,
    /// Versions that were taken in a history that one worker alone writes.
    pub moved: usize,
    pub odd: Vec<String>,
    /// How far its follower got, and the digest of that.
    pub followed: Option<(u64, String)>,
    pub open: bool,
    pub ended: bool,
}

impl Heard {
    fn hear(&mut self, line: &str) {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["ack", worker, position, id, how] => {
                let (worker, id) = (worker.to_owned(), id.to_owned());
                let position = position.parse().unwrap();
                self.acks.push(Ack { worker, position, id, at: Instant::now() });
                self.found += usize::from(how == "found");
            }
            ["again", _, ref why @ ..] => *self.again.entry(why.join(" ")).or_default() += 1,
            ["refused", ..] => self.refused.push(line.to_owned()),
            ["moved", ..] => self.moved += 1,
            ["odd", ..] => self.odd.push(line.to_owned()),
            ["followed", upto, digest] => self.followed = Some((upto.parse().unwrap(), digest.to_owned())),
            ["open"] => self.open = true,
            ["end"] => self.ended = true,
            _ => {}
        }
    }
}

impl Load {
    /// Starts a child on a copy. Its name begins its ids; what stands behind a dot is not part of its histories.
    pub fn start(servers: &Servers, copy: &Path, name: &str, bytes: usize) -> Self {
        let mut command = Command::new(env::current_exe().unwrap());
        command.args(["--exact", "tests::nats_faults::writer::writer", "--nocapture", "--test-threads", "1"]);
        command.env("LEDGER_LOAD", name).env("LEDGER_LOAD_DIR", copy);
        command.env("LEDGER_LOAD_URLS", servers.urls.join(",")).env("LEDGER_LOAD_BYTES", bytes.to_string());
        command.env("LEDGER_LOAD_REPLICAS", servers.urls.len().to_string());
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::inherit());
        let mut child = piped.spawn().unwrap();
        let output = BufReader::new(child.stdout.take().unwrap());
        let heard = Arc::new(Mutex::new(Heard::default()));
        let hears = heard.clone();
        let reader = std::thread::spawn(move || {
            let mut output = output;
            let mut line = String::new();
            while output.read_line(&mut line).is_ok_and(|bytes| bytes > 0) {
                if let Some(whole) = line.strip_suffix('\n') {
                    hears.lock().unwrap().hear(whole); // a killed child may leave half a line
                }
                line.clear();
            }
        });
        Self { child, heard, reader }
    }

    /// Waits until so many more records are acknowledged than there are now.
    pub async fn goes_on(&self, more: usize) {
        let goal = self.heard.lock().unwrap().acks.len() + more;
        let what = format!("{more} more acknowledgements");
        until(&what, async || (self.heard.lock().unwrap().acks.len() >= goal).then_some(())).await;
    }

    /// What it has said so far.
    pub fn heard(&self) -> Heard {
        self.heard.lock().unwrap().clone()
    }

    /// Stops the process where it is, or lets it go on.
    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(self.child.id().to_string()).status();
        assert!(sent.unwrap().success());
    }

    /// Kills it, and answers with what it had said.
    pub fn kill(mut self) -> Heard {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.reader.join().unwrap();
        self.heard.lock().unwrap().clone()
    }

    /// Lets it come to its end, and answers with all that it has said.
    pub async fn end(mut self) -> Heard {
        drop(self.child.stdin.take());
        let child = Mutex::new(&mut self.child);
        until("the child ends", async || child.lock().unwrap().try_wait().unwrap()).await;
        self.reader.join().unwrap();
        self.heard.lock().unwrap().clone()
    }
}
