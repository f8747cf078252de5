//! Whether stream and copy still belong together, asked again and again: a stream may be deleted by an operator,
//! or put back from a backup that is older than what this process has copied, or lose its end.
//!
//! While a cluster elects a leader or a server starts, answers may be missing or look wrong for a moment. So
//! only a doubt that lasts ends the following; until it is settled, appends are refused.

use super::{ANSWER, Shared, stream};
use crate::LedgerError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use vocabulary::Position;

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(5);
/// How often servers are asked for their settings.
const SERVERS: Duration = Duration::from_secs(60);
/// How long a doubt must last before it counts.
const LASTS: Duration = Duration::from_secs(15);

/// Why stream and copy may not belong together.
pub enum Doubt {
    /// Nobody answers just now.
    Away(LedgerError),
    /// The answer does not fit.
    Wrong(LedgerError),
}

impl Doubt {
    /// The error that it is at start, where nothing is waited for.
    pub fn into_error(self) -> LedgerError {
        match self {
            Self::Away(why) | Self::Wrong(why) => why,
        }
    }
}

/// Holds the stream against the copy; answers with the last position of the stream.
pub async fn compare(shared: &Shared) -> Result<Position, Doubt> {
    let began = shared.upto();
    let asked = tokio::time::timeout(ANSWER, stream::state(&shared.js)).await;
    let state = match asked {
        Err(_) => return Err(Doubt::Away(LedgerError::unavailable("the server does not answer"))),
        Ok(Err(why @ LedgerError::Unsafe { .. })) => return Err(Doubt::Wrong(why)),
        Ok(Err(why)) => return Err(Doubt::Away(why)),
        Ok(Ok(state)) => state,
    };
    let (head, recorded) = (Position(state.last), began.max(shared.copy.known));
    if head < recorded {
        return Err(Doubt::Wrong(LedgerError::Behind { head, recorded }));
    }
    if state.messages > 0 && (state.first != 1 || state.messages != state.last) {
        let found = Position(state.first);
        return Err(Doubt::Wrong(LedgerError::Gap { expected: Position(1), found }));
    }
    if began > Position(0) {
        same(shared, began).await?;
    }
    if shared.upto() >= head {
        shared.is_fresh();
    }
    Ok(head)
}

/// The last record that was copied must stand in the stream, byte by byte.
async fn same(shared: &Shared, at: Position) -> Result<(), Doubt> {
    let away = |why: String| Doubt::Away(LedgerError::unavailable(why));
    let stream = shared.js.get_stream_no_info(stream::LEDGER_STREAM).await;
    let stream = stream.map_err(|why| away(why.to_string()))?;
    let message = stream.get_raw_message(at.0).await.map_err(|why| away(why.to_string()))?;
    let stored = shared.copy.get(at, at).map_err(Doubt::Away)?;
    let same = stored.is_some_and(|stored| stored.record.to_bytes() == message.payload[..]);
    if same {
        return Ok(());
    }
    let why = "another record stands there than was copied: this is not the stream that it was".to_owned();
    Err(Doubt::Wrong(LedgerError::Unreadable { at, why }))
}

/// Asks for as long as the ledger is open.
pub async fn watch(shared: Arc<Shared>) {
    let mut doubted: Option<Instant> = None;
    let mut servers = Instant::now();
    loop {
        tokio::time::sleep(EVERY).await;
        match compare(&shared).await {
            Ok(_) => {
                doubted = None;
                if servers.elapsed() >= SERVERS {
                    servers = Instant::now();
                    shared.trouble(unsafe_servers(&shared).await);
                } else if !matches!(troubled(&shared), Some(LedgerError::Unsafe { .. })) {
                    shared.trouble(None);
                }
            }
            Err(Doubt::Away(why)) => shared.trouble(Some(why)),
            Err(Doubt::Wrong(why)) => {
                tracing::error!(%why, "the stream is not as it was");
                shared.trouble(Some(why.clone()));
                if doubted.get_or_insert_with(Instant::now).elapsed() >= LASTS {
                    shared.fail(why);
                    return;
                }
            }
        }
    }
}

fn troubled(shared: &Shared) -> Option<LedgerError> {
    shared.well().err()
}

/// What speaks against the servers as they are set up now, if anything.
async fn unsafe_servers(shared: &Shared) -> Option<LedgerError> {
    match shared.promises.held_by_servers(&shared.js).await {
        Err(why @ LedgerError::Unsafe { .. }) => {
            tracing::error!(%why, "appends are refused");
            Some(why)
        }
        _ => None,
    }
}
