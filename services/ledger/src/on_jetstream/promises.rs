//! What is asked of the servers before anything is acknowledged to anybody: that they keep it.
//!
//! Each server of the cluster says how it is set up (its `varz`, which the system account lends to the account of
//! the bus under [`VARZ`]). A server that flushes by a timer would lose acknowledged records in a power cut; one
//! that is too old checks expected versions wrongly; one whose clock is off would record facts at wrong times.

use super::ANSWER;
use crate::{LedgerError, MOST_RECORD_BYTES};
use async_nats::jetstream::Context;
use futures_util::StreamExt as _;
use jiff::Timestamp;
use serde::Deserialize;
use std::time::Duration;

/// Where the servers answer how they are set up.
const VARZ: &str = "lianhu.v1.server.varz";
/// The oldest server that keeps what it acknowledges.
pub const OLDEST_SERVER: (u64, u64, u64) = (2, 12, 3);
/// From here on a replicated stream shares its flushes.
const RECOMMENDED: (u64, u64, u64) = (2, 15, 0);
/// Room for headers beside the longest record.
const HEADERS: usize = 4 << 10;
/// How far a server's clock may be off.
const SKEW: jiff::SignedDuration = jiff::SignedDuration::from_secs(5);
/// How long after one server's answer another's is waited for.
const SILENCE: Duration = Duration::from_millis(300);

/// What the ledger asks of the servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Promises {
    /// Servers that hold each record: three in production, one for a single server.
    pub replicas: usize,
}

/// A server as it describes itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServerSeen {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Whether it flushes each record before it acknowledges.
    pub durable: bool,
    /// Whether it holds streams at all.
    pub jetstream: bool,
    /// Longest message that it takes, in bytes.
    pub max_payload: usize,
    /// How far its clock is ahead of this machine's: what it said against the time between question and answer.
    pub ahead: jiff::SignedDuration,
}

#[derive(Deserialize)]
struct Answer {
    server: Server,
    data: Option<Varz>,
}

#[derive(Deserialize)]
struct Server {
    name: String,
    ver: String,
    time: Timestamp,
}

#[derive(Deserialize)]
struct Varz {
    max_payload: usize,
    #[serde(default)]
    jetstream: Option<JetStream>,
}

#[derive(Deserialize)]
struct JetStream {
    #[serde(default)]
    config: Option<Settings>,
}

#[derive(Deserialize)]
struct Settings {
    #[serde(default)]
    sync_always: bool,
}

/// Asks all servers how they are set up.
///
/// # Errors
/// `Unavailable`; `Unsafe` when an answer cannot be read.
pub async fn servers(client: &async_nats::Client) -> Result<Vec<ServerSeen>, LedgerError> {
    let inbox = client.new_inbox();
    let mut answers = client.subscribe(inbox.clone()).await.map_err(LedgerError::unavailable)?;
    let at = now();
    let asked = client.publish_with_reply(VARZ, inbox, "".into()).await;
    asked.map_err(LedgerError::unavailable)?;
    let (mut seen, mut patience) = (Vec::new(), ANSWER);
    loop {
        let message = match tokio::time::timeout(patience, answers.next()).await {
            Ok(Some(message)) if message.payload.is_empty() => break, // nobody listens there
            Ok(Some(message)) => message,
            // Silence says nothing of how a server is set up: it is away, or stands still.
            _ if seen.is_empty() => return Err(LedgerError::unavailable("no server answers")),
            _ => break,
        };
        let answer: Answer = serde_json::from_slice(&message.payload).map_err(|why| LedgerError::Unsafe {
            code: "nats-durability-unknown",
            why: format!("a server's answer cannot be read: {why}"),
        })?;
        seen.push(of(answer, at));
        patience = SILENCE;
    }
    Ok(seen)
}

#[allow(clippy::disallowed_methods, reason = "two clocks are compared; no fact is dated by either")]
fn now() -> Timestamp {
    Timestamp::now()
}

/// How far a clock is ahead that said a time between a question and its answer. An answer may take long, when
/// either side stands still for a while; that alone sets no clock wrong.
pub(crate) fn ahead(asked: Timestamp, said: Timestamp, answered: Timestamp) -> jiff::SignedDuration {
    said.duration_since(said.clamp(asked, answered.max(asked)))
}

fn of(Answer { server, data }: Answer, asked: Timestamp) -> ServerSeen {
    let settings = data.as_ref().and_then(|varz| varz.jetstream.as_ref()?.config.as_ref());
    ServerSeen {
        name: server.name,
        version: server.ver,
        jetstream: settings.is_some(),
        durable: settings.is_some_and(|settings| settings.sync_always),
        max_payload: data.as_ref().map_or(0, |varz| varz.max_payload),
        ahead: ahead(asked, server.time, now()),
    }
}

impl Promises {
    /// Whether the servers that answer keep what they acknowledge, and are enough.
    ///
    /// # Errors
    /// `Unsafe` with the first promise that one of them does not hold; `Unavailable`.
    pub(super) async fn held_by_servers(&self, js: &Context) -> Result<(), LedgerError> {
        let seen = servers(&js.client()).await?;
        self.held_by(&seen)
    }

    /// The same, of servers that have answered.
    ///
    /// # Errors
    /// `Unsafe`.
    pub fn held_by(&self, seen: &[ServerSeen]) -> Result<(), LedgerError> {
        if seen.is_empty() {
            let why = format!(
                "no server says how it flushes: let the account of the bus import $SYS.REQ.SERVER.PING.VARZ of the system account as {VARZ}"
            );
            return Err(LedgerError::Unsafe { code: "nats-durability-unknown", why });
        }
        for server in seen {
            self.held_by_one(server)?;
        }
        Ok(())
    }

    fn held_by_one(&self, server: &ServerSeen) -> Result<(), LedgerError> {
        let name = &server.name;
        let broken = |code, why: String| Err(LedgerError::Unsafe { code, why });
        let (major, minor, patch) = OLDEST_SERVER;
        match version(&server.version) {
            Some(version) if version >= OLDEST_SERVER => {
                if version < RECOMMENDED {
                    tracing::warn!(
                        name,
                        version = server.version,
                        "2.15 or later is recommended: it shares the flushes of replicated streams"
                    );
                }
            }
            _ => {
                let why = format!(
                    "server {name} is {}: {major}.{minor}.{patch} or later is needed, 2.15 recommended",
                    server.version
                );
                return broken("nats-version", why);
            }
        }
        if server.jetstream && !server.durable {
            let why = format!(
                "server {name} acknowledges before it flushes: set sync_interval to always in its jetstream block"
            );
            return broken("nats-not-durable", why);
        }
        if server.max_payload < MOST_RECORD_BYTES + HEADERS {
            let why = format!("server {name} takes {} bytes: set max_payload to 2MB", server.max_payload);
            return broken("nats-max-payload", why);
        }
        if server.ahead.abs() > SKEW {
            let why = format!(
                "the clocks of server {name} and of this machine differ by {:#}: set them by one time service",
                server.ahead
            );
            return broken("nats-clock", why);
        }
        Ok(())
    }
}

/// Major, minor and patch of a version such as `2.15.0-beta.1`.
fn version(text: &str) -> Option<(u64, u64, u64)> {
    let mut parts = text.split(['-', '+']).next()?.split('.').map(|part| part.parse().ok());
    Some((parts.next()??, parts.next()??, parts.next()??))
}
