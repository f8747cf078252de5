//! A vault in another process, asked through a real NATS server: it is a vault like that of this process, and it
//! may go away.

mod faults;
mod serving;
mod waiting;

use super::nats_server::NatsServer;
use crate::nats::{RemoteKeys, serve_keys};
use async_nats::Client;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vault::{Keys, RootKey, Vault, VaultError};

vault::conformance_suite!(Remote::new());

/// A server, and the runtime in which both sides have a connection each.
struct Remote {
    runtime: Runtime,
    server: Mutex<NatsServer>,
    serving: Mutex<Option<Serving>>,
    dir: TempDir,
}

/// A vault that answers.
struct Serving {
    stop: watch::Sender<bool>,
    served: JoinHandle<std::io::Result<()>>,
}

impl Remote {
    fn new() -> Self {
        Self::with_workers(2)
    }

    fn with_workers(workers: usize) -> Self {
        let mut runtime = tokio::runtime::Builder::new_multi_thread();
        Self {
            runtime: runtime.worker_threads(workers).enable_all().build().unwrap(),
            server: Mutex::new(NatsServer::start()),
            serving: Mutex::default(),
            dir: TempDir::new().unwrap(),
        }
    }

    fn client(&self) -> Client {
        let url = self.server.lock().unwrap().url();
        self.runtime.block_on(async_nats::connect(url)).unwrap()
    }

    /// The side that asks.
    fn keys(&self) -> RemoteKeys {
        RemoteKeys::new(self.client(), self.runtime.handle().clone())
    }

    /// The same, once a vault answers.
    fn answered(&self) -> RemoteKeys {
        let keys = self.keys();
        until_answered(&keys);
        keys
    }

    fn vault(&self) -> Arc<Vault> {
        let root = RootKey::load_or_create(&self.dir.path().join("root.key")).unwrap();
        Arc::new(Vault::open(&self.dir.path().join("vault"), &root).unwrap())
    }

    /// Begins the side that answers.
    fn serve(&self, keys: Arc<dyn Keys>) {
        let stop = watch::Sender::default();
        let serving = serve_keys(self.client(), keys, stop.subscribe());
        let serving = Serving { stop, served: self.runtime.spawn(serving) };
        assert!(self.serving.lock().unwrap().replace(serving).is_none(), "one vault at a time");
    }

    /// Ends the side that answers, and waits for it: its vault may be opened again.
    fn end(&self) {
        if let Some(Serving { stop, served }) = self.serving.lock().unwrap().take() {
            stop.send_replace(true);
            self.runtime.block_on(served).unwrap().unwrap();
        }
    }
}

impl vault::conformance::Factory for Remote {
    fn open(&self) -> Arc<dyn Keys> {
        self.end();
        self.serve(self.vault());
        Arc::new(self.answered())
    }
}

/// Waits until a vault answers; nothing else may go wrong meanwhile.
fn until_answered(keys: &RemoteKeys) {
    for _ in 0..12_000 {
        match keys.name(&[b"is anybody there?"]) {
            Ok(_) => return,
            Err(VaultError::Unavailable(_)) => std::thread::sleep(Duration::from_millis(5)),
            Err(error) => panic!("{error:?}"),
        }
    }
    panic!("no vault answers");
}
