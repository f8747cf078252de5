//! A NATS server of a test's own: a real one, with JetStream that flushes every message, on a free port and a
//! folder of its own. It is killed when it is dropped.

use std::fs;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a server may take to begin. On a machine of many tests this is long; a server that ends says so.
const BEGINS_IN: Duration = Duration::from_secs(60);

pub(crate) struct NatsServer {
    child: Option<Child>,
    port: u16,
    dir: TempDir,
}

impl NatsServer {
    pub(crate) fn start() -> Self {
        let mut server = Self { child: None, port: 0, dir: TempDir::new().unwrap() };
        server.run("-1"); // the server looks for a free port itself, so that no two tests find the same one
        server
    }

    pub(crate) fn url(&self) -> String {
        format!("nats://127.0.0.1:{}", self.port)
    }

    /// Kills it (SIGKILL). Its port and its folder stay its own.
    pub(crate) fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
    }

    /// Starts it again after [`Self::kill`], at the same address and with what it had stored.
    pub(crate) fn start_again(&mut self) {
        assert!(self.child.is_none(), "it still runs");
        self.run(&self.port.to_string());
    }

    fn run(&mut self, port: &str) {
        let dir = self.dir.path().display();
        let config = format!(
            "host: \"127.0.0.1\"\nport: {port}\nports_file_dir: \"{dir}\"\n\
             jetstream {{ store_dir: \"{dir}/jetstream\", sync_interval: always }}\n"
        );
        let (config_file, log) = (self.dir.path().join("server.conf"), self.dir.path().join("server.log"));
        fs::write(&config_file, config).unwrap();
        let mut command = Command::new(program());
        command.arg("-c").arg(&config_file).stdin(Stdio::null()).stdout(Stdio::null());
        let child = command.stderr(fs::File::create(&log).unwrap()).spawn().unwrap();
        let ports = self.dir.path().join(format!("nats-server_{}.ports", child.id()));
        let child = self.child.insert(child);
        let begun = Instant::now();
        self.port = loop {
            // The file is written once the server takes connections; it may be seen half written.
            if let Some(port) = fs::read_to_string(&ports).ok().as_deref().and_then(port_of) {
                break port;
            }
            let ended = child.try_wait().unwrap();
            if ended.is_some() || begun.elapsed() > BEGINS_IN {
                panic!("the NATS server did not begin ({ended:?}): {}", fs::read_to_string(&log).unwrap());
            }
            std::thread::sleep(Duration::from_millis(5));
        };
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

/// The program: `NATS_SERVER`, or `nats-server` on the path. A test without it fails: skipped, it would prove
/// nothing and look as if it had.
fn program() -> PathBuf {
    if let Some(named) = std::env::var_os("NATS_SERVER") {
        let named = PathBuf::from(named);
        assert!(named.is_file(), "NATS_SERVER names {}, and there is no such file", named.display());
        return named;
    }
    let path = std::env::var_os("PATH").unwrap_or_default();
    let found = std::env::split_paths(&path).map(|dir| dir.join("nats-server")).find(|file| file.is_file());
    found.expect("no nats-server: put version 2.15 or later on the PATH, or name the program in NATS_SERVER")
}

/// `{"nats":["nats://127.0.0.1:4222"]}`.
fn port_of(ports: &str) -> Option<u16> {
    let ports: serde_json::Value = serde_json::from_str(ports).ok()?;
    ports["nats"][0].as_str()?.rsplit_once(':')?.1.parse().ok()
}
