//! The keys of a vault in another process.

use super::calls::{Check, Mac, Name};
use super::protect::Protect;
use super::reveal::{Reveal, Value};
use super::secret::SecretBytes;
use super::wire::{self, Call};
use super::{PATIENCE, SUBJECT};
use async_nats::{Client, Message, Request, RequestErrorKind};
use axum::body::Bytes;
use std::borrow::Cow;
use std::fmt;
use std::time::Duration;
use tokio::runtime::{Handle, RuntimeFlavor};
use vault::{ClearDocument, FactPlace, Health, KeyId, Keys, Opened, SealedAt, SealedDocument, VaultError};
use vocabulary::{Protected, record};

/// The way to a vault in another process. May be asked from any thread: from a worker of a runtime, which hands
/// its other tasks on meanwhile, from a thread for blocking work, and from one that knows no runtime.
pub struct RemoteKeys {
    client: Client,
    runtime: Handle,
    patience: Duration,
}

impl fmt::Debug for RemoteKeys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RemoteKeys")
    }
}

impl RemoteKeys {
    /// Keys behind a connection, which lives in `runtime`: one with worker threads. In a runtime of one thread,
    /// whoever waits for an answer would keep the connection from bringing it; there all calls are
    /// [`VaultError::Unavailable`].
    pub fn new(client: Client, runtime: Handle) -> Self {
        Self { client, runtime, patience: PATIENCE }
    }

    /// The same with another patience.
    #[cfg(test)]
    pub(crate) fn patient(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    fn ask<C: Call>(&self, call: &C) -> Result<C::Answer, VaultError> {
        let reply = self.wait(self.reply(C::NAME, wire::request(call)))??;
        Ok(wire::understand::<C>(&reply.payload).ok_or_else(not_understood)??)
    }

    async fn reply(&self, call: &str, request: wire::Bytes) -> Result<Message, VaultError> {
        let request = Request::new().payload(Bytes::from_owner(request)).timeout(None);
        let reply = self.client.send_request(format!("{SUBJECT}{call}"), request);
        // Around all of it: without a connection, not only the answer is long in coming.
        match tokio::time::timeout(self.patience, reply).await {
            Ok(Ok(reply)) => Ok(reply),
            Ok(Err(error)) if error.kind() == RequestErrorKind::NoResponders => {
                Err(unavailable("no vault is listening"))
            }
            Ok(Err(error)) => Err(VaultError::Unavailable(error.into())),
            Err(_) => Err(unavailable("the vault did not answer in time")),
        }
    }

    /// Waits here, without keeping others from going on.
    fn wait<T>(&self, answer: impl Future<Output = T>) -> Result<T, VaultError> {
        let has_workers = |runtime: &Handle| runtime.runtime_flavor() == RuntimeFlavor::MultiThread;
        let here = Handle::try_current().ok();
        if !has_workers(&self.runtime) || !here.as_ref().is_none_or(has_workers) {
            return Err(unavailable(
                "a vault in another process is asked from a runtime with worker threads only",
            ));
        }
        match here {
            Some(_) => Ok(tokio::task::block_in_place(|| self.runtime.block_on(answer))),
            None => Ok(self.runtime.block_on(answer)),
        }
    }
}

impl Keys for RemoteKeys {
    fn name(&self, parts: &[&[u8]]) -> Result<[u8; 16], VaultError> {
        let parts = parts.iter().map(|part| record::Bytes(part.to_vec())).collect();
        self.ask(&Name { parts })?.0.try_into().map_err(|_| not_understood())
    }

    fn protect(&self, document: &ClearDocument) -> Result<SealedDocument, VaultError> {
        self.ask(&Protect::of(document))?.of(document).ok_or_else(not_understood)
    }

    fn reveal(&self, fact: FactPlace, values: &[SealedAt]) -> Result<Vec<Opened>, VaultError> {
        if values.is_empty() {
            return Ok(Vec::new());
        }
        let opened: Option<Vec<Opened>> =
            self.ask(&Reveal::of(fact, values))?.into_iter().map(Value::opened).collect();
        opened.filter(|opened| opened.len() == values.len()).ok_or_else(not_understood)
    }

    fn mac(&self, key: KeyId, message: &Protected<Vec<u8>>) -> Result<Option<[u8; 32]>, VaultError> {
        let mac = self.ask(&Mac { key: key.0, message: SecretBytes(Cow::Borrowed(message)) })?;
        mac.map(|mac| mac.0.try_into().map_err(|_| not_understood())).transpose()
    }

    fn check(&self) -> Result<Health, VaultError> {
        self.ask(&Check {}).map(Health::from)
    }
}

fn unavailable(why: &str) -> VaultError {
    VaultError::Unavailable(why.into())
}

/// The two are of releases that do not fit, or somebody else answers.
fn not_understood() -> VaultError {
    unavailable("the answer of the vault is not understood")
}
