//! Servers that can be killed, paused and started again on the same store.

use super::nets::Nets;
use super::plan::free_ports;
use super::until;
use crate::tests::nats::binary;
use crate::{JetStreamLedger, LEDGER_STREAM, LedgerError, Promises};
use async_nats::jetstream::{self, stream};
use async_nats::{Client, ConnectOptions};
use std::fs::File;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// A running server. It ends with this process: its wrapper waits for the end of its standard input.
struct Node {
    wrapper: Child,
    pid: String,
}

impl Node {
    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").arg(signal).arg(&self.pid).status();
        assert!(sent.unwrap().success(), "no {signal} for server {}", self.pid);
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        drop(self.wrapper.stdin.take());
        let _ = self.wrapper.wait(); // Err: it was never there
    }
}

/// Servers of one run. Its account is for that run alone.
pub struct Servers {
    /// First, so that they end before their folder and networks go.
    nodes: Vec<Option<Node>>,
    pub urls: Vec<String>,
    pub nets: Option<Nets>,
    dir: TempDir,
}

impl Servers {
    /// Starts one for each configuration that stands in a folder.
    pub fn start_all(dir: TempDir, urls: Vec<String>, nets: Option<Nets>) -> Self {
        let mut servers = Self { nodes: Vec::new(), urls, nets, dir };
        servers.nodes = (0..servers.urls.len()).map(|node| Some(servers.run(node, "conf"))).collect();
        servers
    }

    fn run(&self, node: usize, config: &str) -> Node {
        let log = File::options().create(true).append(true).open(self.path(node, "log")).unwrap();
        // The shell does not wait for the server before its own end, so a killed server's id is not given away.
        let script = r#""$@" >&2 & echo $!; read -r _; kill -9 $! 2>&-; wait $!"#;
        let mut command = Command::new("sh");
        command.args(["-c", script, "server"]);
        if let Some(nets) = &self.nets {
            command.args(["ip", "netns", "exec"]).arg(nets.name(node));
        }
        command.arg(binary()).arg("-c").arg(self.path(node, config));
        let mut wrapper = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(log).spawn().unwrap();
        let mut pid = String::new();
        BufReader::new(wrapper.stdout.as_mut().unwrap()).read_line(&mut pid).unwrap();
        Node { wrapper, pid: pid.trim().to_owned() }
    }

    fn path(&self, node: usize, ends: &str) -> PathBuf {
        self.dir.path().join(format!("n{node}.{ends}"))
    }

    /// Where a server keeps its streams.
    pub fn store(&self, node: usize) -> PathBuf {
        self.dir.path().join(format!("n{node}"))
    }

    /// What a server said.
    pub fn log(&self, node: usize) -> String {
        std::fs::read_to_string(self.path(node, "log")).unwrap()
    }

    /// Kills a server, if it runs.
    pub fn kill(&mut self, node: usize) {
        self.nodes[node] = None;
    }

    /// Starts a killed server again.
    pub fn start(&mut self, node: usize) {
        self.nodes[node] = Some(self.run(node, "conf"));
    }

    /// Starts a killed server on its own store where nobody but the caller looks for it.
    pub fn start_elsewhere(&mut self, node: usize) -> String {
        let (here, there) =
            (self.urls[node].replace("nats://", ""), format!("127.0.0.1:{}", free_ports(1)[0]));
        let config = std::fs::read_to_string(self.path(node, "conf")).unwrap();
        std::fs::write(self.path(node, "elsewhere"), config.replace(&here, &there)).unwrap();
        self.nodes[node] = Some(self.run(node, "elsewhere"));
        format!("nats://{there}")
    }

    /// Stops a running server where it is.
    pub fn pause(&self, node: usize) {
        self.nodes[node].as_ref().unwrap().signal("-STOP");
    }

    /// Lets it go on.
    pub fn resume(&self, node: usize) {
        self.nodes[node].as_ref().unwrap().signal("-CONT");
    }

    pub fn promises(&self) -> Promises {
        Promises { replicas: self.urls.len() }
    }

    /// A connection, once the servers hold streams.
    pub async fn client(&self) -> Client {
        ready(&self.urls).await
    }

    /// Opens the ledger, as soon as the servers can be reached.
    pub async fn open(&self, copy: &Path) -> JetStreamLedger {
        let client = self.client().await;
        until("the ledger opens", async || {
            match JetStreamLedger::open(client.clone(), copy, self.promises()).await {
                Ok(ledger) => Some(ledger),
                Err(LedgerError::Unavailable(_)) => None,
                Err(other) => panic!("the ledger does not open: {other:?}"),
            }
        })
        .await
    }

    /// The server that leads the ledger's stream.
    pub async fn leader(&self) -> usize {
        until("the stream has a leader", async || {
            let js = jetstream::new(connect(&self.urls).await.ok()?);
            let stream = js.get_stream(LEDGER_STREAM).await.ok()?;
            let leader = stream.cached_info().cluster.as_ref()?.leader.clone()?;
            leader.strip_prefix('n')?.parse().ok()
        })
        .await
    }
}

/// A connection, once the servers hold streams.
pub async fn ready(urls: &[String]) -> Client {
    until("the servers hold streams", async || {
        let client = connect(urls).await.ok()?;
        let js = jetstream::new(client.clone());
        let probe = stream::Config {
            name: "PROBE".to_owned(),
            subjects: vec!["probe".to_owned()],
            num_replicas: urls.len(),
            ..Default::default()
        };
        js.create_stream(probe).await.ok()?;
        js.delete_stream("PROBE").await.ok().map(|_| client)
    })
    .await
}

/// A connection that soon notices a dead peer and soon tries again.
pub async fn connect(urls: &[String]) -> Result<Client, async_nats::ConnectError> {
    options().connect(urls.to_vec()).await
}

/// How everybody here connects.
pub fn options() -> ConnectOptions {
    ConnectOptions::with_user_and_password("bus".to_owned(), "p".to_owned())
        .ping_interval(Duration::from_secs(2))
        .connection_timeout(Duration::from_secs(2))
        .reconnect_delay_callback(|tries| Duration::from_millis((50 * tries as u64).min(500)))
}
