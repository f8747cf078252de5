//! Real servers for the tests: one, and a cluster of three, started when they are first needed. Each test has an
//! account of its own on them, so each begins with an empty ledger.

use crate::conformance::Factory;
use crate::{JetStreamLedger, Ledger, Promises};
use async_trait::async_trait;
use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, LazyLock};
use tempfile::TempDir;

/// Accounts of a site; so many tests at most.
const ACCOUNTS: usize = 64;

/// Servers that end with this process: each waits for the end of its standard input.
pub struct Site {
    pub ports: Vec<u16>,
    accounts: AtomicUsize,
    _dir: TempDir,
    _servers: Vec<Child>,
}

static ONE: LazyLock<Site> = LazyLock::new(|| Site::start(1, ""));
static THREE: LazyLock<Site> = LazyLock::new(|| Site::start(3, ""));

pub fn binary() -> PathBuf {
    let binary = std::env::var_os("NATS_SERVER").map_or_else(|| "nats-server".into(), PathBuf::from);
    let asked = Command::new(&binary).arg("--version").output();
    assert!(asked.is_ok(), "no nats-server: set NATS_SERVER to its path, or put it on PATH");
    binary
}

fn free_ports(count: usize) -> Vec<u16> {
    let listeners: Vec<TcpListener> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0").unwrap()).collect();
    listeners.iter().map(|listener| listener.local_addr().unwrap().port()).collect()
}

impl Site {
    /// Starts servers; `jetstream` is added to their block of that name.
    pub fn start(count: usize, jetstream: &str) -> Self {
        Self::start_with(count, jetstream, "sync_interval: always", "2MB")
    }

    pub fn start_with(count: usize, jetstream: &str, sync: &str, max_payload: &str) -> Self {
        let dir = tempfile::tempdir().unwrap();
        let ports = free_ports(count * 2);
        let (clients, routes) = ports.split_at(count);
        let mut accounts = String::new();
        for account in 0..ACCOUNTS {
            writeln!(
                accounts,
                r#"A{account} {{ jetstream: enabled, users: [ {{ user: a{account}, password: p }} ]
                   imports: [ {{ service: {{ account: SYS, subject: "$SYS.REQ.SERVER.PING.VARZ" }}, to: "lianhu.v1.server.varz" }} ] }}"#
            )
            .unwrap();
        }
        let urls: Vec<String> = routes.iter().map(|port| format!("\"nats://127.0.0.1:{port}\"")).collect();
        let servers = (0..count).map(|number| {
            let (client, route) = (clients[number], routes[number]);
            let store = dir.path().join(format!("n{number}"));
            let cluster = if count == 1 {
                String::new()
            } else {
                format!("cluster {{ name: c, listen: 127.0.0.1:{route}, routes: [ {} ] }}", urls.join(", "))
            };
            let config = format!(
                r#"server_name: n{number}
                listen: 127.0.0.1:{client}
                max_payload: {max_payload}
                jetstream {{ store_dir: {store:?}, {sync}, max_file: 4GB, max_mem: 256MB {jetstream} }}
                {cluster}
                system_account: SYS
                accounts {{ SYS {{ users: [ {{ user: sys, password: p }} ]
                    exports: [ {{ service: "$SYS.REQ.SERVER.PING.VARZ", response_type: stream }} ] }}
                {accounts} }}"#
            );
            let file = dir.path().join(format!("n{number}.conf"));
            std::fs::write(&file, config).unwrap();
            let log = std::fs::File::create(dir.path().join(format!("n{number}.log"))).unwrap();
            let mut command = Command::new("sh");
            let script = r#""$0" -c "$1" & pid=$!; read -r _; kill -9 $pid"#;
            command.arg("-c").arg(script).arg(binary()).arg(&file).stdin(Stdio::piped());
            let log2 = log.try_clone().unwrap();
            command.stdout(log2).stderr(log).spawn().unwrap()
        });
        let servers: Vec<Child> = servers.collect();
        Self { ports: clients.to_vec(), accounts: AtomicUsize::new(0), _dir: dir, _servers: servers }
    }

    /// A connection in an account that nobody used before.
    pub async fn account(&self) -> Account {
        let number = self.accounts.fetch_add(1, Ordering::Relaxed);
        assert!(number < ACCOUNTS, "more accounts are needed");
        let urls = self.ports.iter().map(|port| format!("nats://127.0.0.1:{port}"));
        Account { user: format!("a{number}"), urls: urls.collect() }
    }
}

pub struct Account {
    user: String,
    urls: Vec<String>,
}

impl Account {
    /// Connects, once the servers are up and hold streams.
    pub async fn connect(&self) -> async_nats::Client {
        let mut last = String::new();
        for _ in 0..300 {
            match self.probe().await {
                Ok(client) => return client,
                Err(why) => last = why.to_string(),
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        panic!("the servers hold no streams after half a minute: {last}");
    }

    /// A connection, if a stream can be made: a cluster takes none before it has a leader.
    async fn probe(&self) -> Result<async_nats::Client, async_nats::Error> {
        let client = async_nats::ConnectOptions::with_user_and_password(self.user.clone(), "p".to_owned());
        let client = client.connect(self.urls.clone()).await?;
        let js = async_nats::jetstream::new(client.clone());
        let probe = async_nats::jetstream::stream::Config {
            name: "PROBE".to_owned(),
            subjects: vec!["probe".to_owned()],
            num_replicas: self.urls.len(),
            ..Default::default()
        };
        js.create_stream(probe).await?;
        js.delete_stream("PROBE").await?;
        Ok(client)
    }

    pub fn replicas(&self) -> usize {
        self.urls.len()
    }
}

/// A ledger on a site, in an account of its own, with one local copy.
pub struct OnSite {
    account: Account,
    copy: TempDir,
}

impl OnSite {
    pub async fn one() -> Self {
        Self { account: ONE.account().await, copy: tempfile::tempdir().unwrap() }
    }

    pub async fn three() -> Self {
        Self { account: THREE.account().await, copy: tempfile::tempdir().unwrap() }
    }

    /// Another connection in its account.
    pub async fn client(&self) -> async_nats::Client {
        self.account.connect().await
    }

    pub fn promises(&self) -> Promises {
        Promises { replicas: self.account.replicas() }
    }
}

#[async_trait]
impl Factory for OnSite {
    async fn open(&self) -> Arc<dyn Ledger> {
        let client = self.client().await;
        Arc::new(JetStreamLedger::open(client, self.copy.path(), self.promises()).await.unwrap())
    }
}
