//! Whether stream and copy still belong together, asked again and again: a stream may be deleted by an operator,
//! or put back from a backup that is older than what this process has copied, or lose its end.
//!
//! While a cluster elects a leader or a server starts, answers may be missing or look wrong for a moment: a new
//! leader may name an end that is older than what the one before it has delivered. So only a doubt that lasts is
//! called by its name, and only one that lasts longer ends the following. Until it is settled, appends are
//! refused.

use super::{ANSWER, Asked, Shared, stream};
use crate::LedgerError;
use std::sync::Arc;
use std::time::{Duration, Instant};
use vocabulary::Position;

/// How often it is asked.
const EVERY: Duration = Duration::from_secs(5);
/// How often while appends are refused: they wait for nothing but the next answer.
const SOON: Duration = Duration::from_secs(1);
/// How often servers and stream are asked for their settings.
const SERVERS: Duration = Duration::from_secs(60);
/// How long a doubt must last before it is more than a server that is away.
const NAMED: Duration = Duration::from_secs(5);
/// How long before it is final.
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
    let recorded = began.max(shared.copy.known);
    let state = match shared.state(recorded, tokio::time::Instant::now() + ANSWER).await {
        Err(why @ LedgerError::Unsafe { .. }) => return Err(Doubt::Wrong(why)),
        Err(why) => return Err(Doubt::Away(why)),
        Ok(state) => state,
    };
    let head = Position(state.last);
    if head < recorded {
        return Err(Doubt::Wrong(LedgerError::Behind { head, recorded }));
    }
    // An emptied stream keeps its last position, and holds nothing that a copy could ever reach.
    if state.last > 0 && (state.first != 1 || state.messages != state.last) {
        let found = Position(state.first);
        return Err(Doubt::Wrong(LedgerError::Gap { expected: Position(1), found }));
    }
    if began > Position(0) {
        same(shared, began).await?;
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
    let (mut doubted, mut asked): (Option<Instant>, _) = (None, Instant::now());
    let (mut broken, mut good) = (None, false);
    loop {
        tokio::time::sleep(if shared.well().is_ok() { EVERY } else { SOON }).await;
        let now = Asked::now();
        match compare(&shared).await {
            // A leader that was cut off is given the old answers of the others when the cut heals, and may be
            // believed for a moment before it learns that it was deposed. A second later it knows.
            Ok(_) if shared.well().is_err() && !std::mem::replace(&mut good, true) => doubted = None,
            Ok(head) => {
                doubted = None;
                if shared.upto() >= head {
                    shared.is_fresh(now);
                }
                if asked.elapsed() >= SERVERS {
                    (asked, broken) = (Instant::now(), broken_promise(&shared, broken).await);
                }
                shared.trouble(broken.clone());
            }
            Err(Doubt::Away(why)) => {
                (doubted, good) = (None, false); // two doubts with nobody there in between are not one that lasts
                shared.is_stale();
                shared.trouble(Some(why));
            }
            Err(Doubt::Wrong(why)) => {
                good = false;
                let since = doubted.get_or_insert_with(Instant::now).elapsed();
                tracing::error!(%why, "the stream is not as it was");
                if since >= LASTS {
                    shared.fail(why);
                    return;
                }
                shared.trouble(Some(if since >= NAMED { why } else { LedgerError::unavailable(why) }));
            }
        }
    }
}

/// What speaks against the servers and the stream as they are set up now, if anything; what spoke `before`, where
/// nobody says.
async fn broken_promise(shared: &Shared, before: Option<LedgerError>) -> Option<LedgerError> {
    let held = match shared.promises.held_by_servers(&shared.js).await {
        Ok(()) => stream::check(&shared.js, &shared.promises).await,
        broken => broken,
    };
    match held {
        Err(why @ LedgerError::Unsafe { .. }) => {
            tracing::error!(%why, "appends are refused");
            Some(why)
        }
        Err(_) => before,
        Ok(()) => None,
    }
}
