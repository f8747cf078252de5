//! The stream: its name, its subjects, how it must be set up, and how it stands.

use super::Promises;
use crate::LedgerError;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::jetstream::context::{CreateStreamError, CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ErrorCode};
use std::time::Duration;
use vocabulary::{HistoryId, Position};

/// Name of the stream.
pub const LEDGER_STREAM: &str = "LIANHU_LEDGER";

/// What all subjects of the stream begin with.
const SUBJECTS: &str = "lianhu.v1.ledger.";

/// How long the server remembers message ids. The copy must be younger than half of it before it may be trusted
/// to know every older fact.
pub const WINDOW: Duration = Duration::from_secs(600);

/// The subject of a history: ids have neither dots nor blanks.
pub fn subject(history: &HistoryId) -> String {
    format!("{SUBJECTS}{history}")
}

/// Where the stream begins and ends.
#[derive(Clone, Copy, Debug)]
pub struct State {
    pub first: u64,
    pub last: u64,
    pub messages: u64,
}

fn wanted(promises: &Promises) -> Config {
    Config {
        name: LEDGER_STREAM.to_owned(),
        description: Some("Lianhu: every record that was ever admitted".to_owned()),
        subjects: vec![format!("{SUBJECTS}*")],
        num_replicas: promises.replicas,
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        deny_delete: true,
        deny_purge: true,
        allow_direct: true,
        duplicate_window: WINDOW,
        ..Config::default()
    }
}

/// Finds the stream, or makes it.
///
/// # Errors
/// `Unsafe` when it is set up otherwise than it must be; `Unavailable`.
pub async fn ensure(js: &Context, promises: &Promises) -> Result<(), LedgerError> {
    let info = match js.get_stream(LEDGER_STREAM).await {
        Ok(stream) => stream.cached_info().clone(),
        Err(why) if is_missing(&why.kind()) => {
            let made = js.create_stream(wanted(promises)).await;
            made.map_err(|why| not_made(&why, promises))?.cached_info().clone()
        }
        Err(why) => return Err(LedgerError::unavailable(why)),
    };
    fits(&info.config, promises)
}

/// Why the stream could not be made. Too few servers for its replicas is a matter of how they are set up; anything
/// else may pass.
fn not_made(why: &CreateStreamError, promises: &Promises) -> LedgerError {
    match why.kind() {
        // 10074: replicas without a cluster; 10005: a cluster with too few servers that fit
        CreateStreamErrorKind::JetStream(error) if matches!(error.error_code().0, 10_005 | 10_074) => {
            let why = format!(
                "{} replicas of the stream {LEDGER_STREAM} are asked for, and the servers do not suffice: {why}",
                promises.replicas
            );
            LedgerError::Unsafe { code: "nats-replicas", why }
        }
        _ => LedgerError::unavailable(format!("the stream cannot be made: {why}")),
    }
}

fn is_missing(kind: &GetStreamErrorKind) -> bool {
    matches!(kind, GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

/// Holds the stream's settings against what the ledger promises.
fn fits(found: &Config, promises: &Promises) -> Result<(), LedgerError> {
    let wanted = wanted(promises);
    let mut faults = Vec::new();
    let mut ask = |right: bool, what: &str| {
        if !right {
            faults.push(what.to_owned());
        }
    };
    ask(found.subjects == wanted.subjects, "its subjects must be lianhu.v1.ledger.* alone");
    ask(found.storage == StorageType::File, "its storage must be file");
    ask(found.retention == RetentionPolicy::Limits, "its retention must be limits");
    ask(found.discard == DiscardPolicy::New, "it must discard new messages, never old ones");
    ask(found.max_age.is_zero(), "it must have no max_age");
    ask(found.max_messages_per_subject <= 0, "it must have no max_msgs_per_subject");
    ask(found.deny_delete && found.deny_purge, "deletes and purges must be denied");
    ask(!found.allow_rollup && !found.no_ack, "rollups must be off and acknowledgements on");
    ask(found.duplicate_window >= WINDOW, "its duplicate window must be ten minutes at least");
    ask(
        found.mirror.is_none() && found.sources.as_ref().is_none_or(Vec::is_empty),
        "it must not copy others",
    );
    ask(
        found.persist_mode.is_none_or(|mode| mode != async_nats::jetstream::stream::PersistenceMode::Async),
        "its persist mode must not be async",
    );
    if !faults.is_empty() {
        let why = format!("the stream {LEDGER_STREAM} is set up wrongly: {}", faults.join("; "));
        return Err(LedgerError::Unsafe { code: "nats-stream", why });
    }
    if found.num_replicas < promises.replicas {
        let why = format!(
            "the stream {LEDGER_STREAM} has {} replica(s), {} are asked for",
            found.num_replicas, promises.replicas
        );
        return Err(LedgerError::Unsafe { code: "nats-replicas", why });
    }
    Ok(())
}

/// The ledger's stream as an operator sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StreamSeen {
    /// Its last position.
    pub head: Position,
    /// Servers that hold each record.
    pub replicas: usize,
    /// Servers that do not keep up or are away, each with how many records it is behind.
    pub behind: Vec<(String, u64)>,
}

/// Looks at the ledger's stream and changes nothing; `None` where there is none yet.
///
/// # Errors
/// `Unsafe` when it is set up otherwise than it must be or has fewer replicas than asked for; `Gap` when it does
/// not begin with the first record or lacks one; `Unavailable`.
pub async fn seen(
    client: &async_nats::Client,
    promises: &Promises,
) -> Result<Option<StreamSeen>, LedgerError> {
    let js = ContextBuilder::new().timeout(super::ANSWER).build(client.clone());
    let info = match js.get_stream(LEDGER_STREAM).await {
        Ok(stream) => stream.cached_info().clone(),
        Err(why) if is_missing(&why.kind()) => return Ok(None),
        Err(why) => return Err(LedgerError::unavailable(why)),
    };
    fits(&info.config, promises)?;
    let state = of(&info);
    if state.messages > 0 && (state.first != 1 || state.messages != state.last) {
        return Err(LedgerError::Gap { expected: Position(1), found: Position(state.first) });
    }
    let peers = info.cluster.map(|cluster| cluster.replicas).unwrap_or_default();
    let late = peers.into_iter().filter(|peer| peer.offline || !peer.current);
    let behind = late.map(|peer| (peer.name, peer.lag.unwrap_or_default())).collect();
    Ok(Some(StreamSeen { head: Position(state.last), replicas: info.config.num_replicas, behind }))
}

/// How the stream stands, by its leader.
///
/// # Errors
/// `Behind` when there is no stream; `Unavailable`.
pub async fn state(js: &Context) -> Result<State, LedgerError> {
    let info = match js.get_stream(LEDGER_STREAM).await {
        Ok(stream) => stream.cached_info().clone(),
        Err(why) if is_missing(&why.kind()) => {
            return Err(LedgerError::Unsafe {
                code: "nats-stream-gone",
                why: format!("the stream {LEDGER_STREAM} does not exist any more"),
            });
        }
        Err(why) => return Err(LedgerError::unavailable(why)),
    };
    Ok(of(&info))
}

fn of(info: &Info) -> State {
    let Info { state, .. } = info;
    State { first: state.first_sequence, last: state.last_sequence, messages: state.messages }
}
