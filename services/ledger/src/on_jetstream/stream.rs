//! The stream: its name, its subjects, how it must be set up, and how it stands.

use super::{AGAIN, PATIENCE, Promises};
use crate::LedgerError;
use async_nats::jetstream::context::{ContextBuilder, CreateStreamErrorKind, GetStreamErrorKind};
use async_nats::jetstream::stream::{Config, DiscardPolicy, Info, PeerInfo, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ErrorCode};
use std::time::Duration;
use tokio::time::Instant as Deadline;
use vocabulary::{HistoryId, Position};

/// Name of the stream.
pub const LEDGER_STREAM: &str = "LIANHU_LEDGER";

/// What all subjects of the stream begin with.
const SUBJECTS: &str = "lianhu.v1.ledger.";

/// The code of a stream that is not there.
const GONE: &str = "nats-stream-gone";

/// How long the server remembers message ids. The copy must be younger than half of it before it may be trusted
/// to know every older fact.
pub const WINDOW: Duration = Duration::from_secs(600);

/// How lately a leader must have heard from the others. They tell it every second that they are there, and elect
/// no other within four.
const TOUCH: Duration = Duration::from_secs(3);

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

/// Finds the stream, or makes it. A stream that was once known to hold records up to `known` is not made again:
/// it was deleted, or the server is not the one that it was, and an empty one would hide that from whoever has
/// no copy.
///
/// # Errors
/// `Behind` when it is missing and was not always; `Unsafe` when it is set up otherwise than it must be, or
/// cannot be; `Unavailable`.
pub async fn ensure(js: &Context, promises: &Promises, known: Position) -> Result<(), LedgerError> {
    let found = if known > Position(0) {
        let lost = |why| {
            if is_gone(&why) { LedgerError::Behind { head: Position(0), recorded: known } } else { why }
        };
        patiently(|| there(js)).await.map_err(lost)?
    } else {
        match find(js).await? {
            Some(info) => info,
            None => made(js, promises).await?,
        }
    };
    fits(&found.config, promises)
}

/// Asks again while the answer is that there is no stream, for [`PATIENCE`]: whoever leads the servers may be
/// behind what another one has said already, and one that has just begun to lead does not know of all yet.
pub async fn patiently<T, A>(ask: impl Fn() -> A) -> Result<T, LedgerError>
where
    A: Future<Output = Result<T, LedgerError>>,
{
    let until = Deadline::now() + PATIENCE;
    loop {
        match ask().await {
            Err(why) if is_gone(&why) && Deadline::now() < until => tokio::time::sleep(AGAIN).await,
            outcome => return outcome,
        }
    }
}

/// Holds the stream as it is now against what the ledger promises.
///
/// # Errors
/// `Unsafe`, `Unavailable`.
pub async fn check(js: &Context, promises: &Promises) -> Result<(), LedgerError> {
    fits(&there(js).await?.config, promises)
}

/// The stream, which must be there.
async fn there(js: &Context) -> Result<Info, LedgerError> {
    find(js).await?.ok_or_else(gone)
}

async fn find(js: &Context) -> Result<Option<Info>, LedgerError> {
    match js.get_stream(LEDGER_STREAM).await {
        Ok(stream) => Ok(Some(stream.cached_info().clone())),
        Err(why) if is_missing(&why.kind()) => Ok(None),
        Err(why) => Err(LedgerError::unavailable(why)),
    }
}

async fn made(js: &Context, promises: &Promises) -> Result<Info, LedgerError> {
    match js.create_stream(wanted(promises)).await {
        Ok(stream) => Ok(stream.cached_info().clone()),
        Err(why) if are_too_few(&why.kind()) => {
            let why = format!(
                "{} replicas are asked for, and the servers do not suffice: {why}",
                promises.replicas
            );
            Err(LedgerError::Unsafe { code: "nats-replicas", why })
        }
        Err(why) => Err(LedgerError::unavailable(format!("the stream cannot be made: {why}"))),
    }
}

/// A server that is in no cluster holds everything once (10074); a cluster may have too few that fit (10005).
fn are_too_few(kind: &CreateStreamErrorKind) -> bool {
    matches!(kind, CreateStreamErrorKind::JetStream(error) if matches!(error.error_code().0, 10_005 | 10_074))
}

fn gone() -> LedgerError {
    let why = format!("the stream {LEDGER_STREAM} does not exist any more");
    LedgerError::Unsafe { code: GONE, why }
}

fn is_gone(why: &LedgerError) -> bool {
    matches!(why, LedgerError::Unsafe { code: GONE, .. })
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
    ask(!found.allow_message_ttl, "no message may have an end of its own");
    ask(found.republish.is_none() && found.subject_transform.is_none(), "it must not republish or rename");
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
    let Some(info) = find(&js).await? else { return Ok(None) };
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
/// A leader that is cut off from the others goes on answering, for as long as the cut lasts, with how the stream
/// once stood. So only one that has just heard from enough of them is believed.
///
/// # Errors
/// `Unsafe` when there is no stream; `Unavailable`.
pub async fn state(js: &Context) -> Result<State, LedgerError> {
    let info = there(js).await?;
    match leads(&info) {
        true => Ok(of(&info)),
        false => Err(LedgerError::unavailable("the stream's leader has lost touch with the other servers")),
    }
}

/// Whether whoever answered has heard from a majority, itself counted, since any other could have been elected.
fn leads(info: &Info) -> bool {
    let Some(cluster) = &info.cluster else { return true };
    // One that it never heard from has no time either, and is not current.
    let near = |peer: &&PeerInfo| peer.active < TOUCH && (peer.current || !peer.active.is_zero());
    let near = cluster.replicas.iter().filter(near).count();
    (near + 1) * 2 > cluster.replicas.len() + 1
}

/// A header of the message at a position.
///
/// # Errors
/// `Unavailable`.
pub async fn header(js: &Context, at: Position, name: &str) -> Result<Option<String>, LedgerError> {
    let stream = js.get_stream_no_info(LEDGER_STREAM).await.map_err(LedgerError::unavailable)?;
    let message = stream.get_raw_message(at.0).await.map_err(LedgerError::unavailable)?;
    Ok(message.headers.get(name).map(ToString::to_string))
}

fn of(info: &Info) -> State {
    let Info { state, .. } = info;
    State { first: state.first_sequence, last: state.last_sequence, messages: state.messages }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a broken test must stop")]
mod tests {
    use super::*;
    use std::cell::Cell;

    /// Asks one that leads the others and learns of the stream by and by; how often, and what came out.
    async fn learns(at: u32, then: impl Fn() -> Result<(), LedgerError>) -> (u32, Result<(), LedgerError>) {
        let asked = Cell::new(0);
        let outcome = patiently(|| {
            asked.set(asked.get() + 1);
            std::future::ready(if asked.get() < at { Err(gone()) } else { then() })
        })
        .await;
        (asked.get(), outcome)
    }

    #[tokio::test(start_paused = true)]
    async fn a_leader_that_does_not_know_of_the_stream_yet_is_asked_again() {
        let (asked, found) = learns(5, || Ok(())).await;
        assert!(found.is_ok() && asked == 5, "{asked}: {found:?}");
    }

    #[tokio::test(start_paused = true)]
    async fn a_stream_that_stays_away_is_gone() {
        let (asked, found) = learns(u32::MAX, || Ok(())).await;
        assert!(asked > 1 && is_gone(&found.unwrap_err()), "{asked}");
    }

    #[tokio::test(start_paused = true)]
    async fn any_other_answer_is_one() {
        let (asked, found) = learns(2, || Err(LedgerError::unavailable("away"))).await;
        assert!(asked == 2 && matches!(found, Err(LedgerError::Unavailable(_))), "{asked}: {found:?}");
    }
}
