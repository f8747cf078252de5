//! Live pages: a stream of ready pieces of a page. The id of a piece is the position in the agency's feed of
//! the fact that it brings, so that a page that comes back with `Last-Event-ID` receives exactly what it missed.
//!
//! A piece is put in place by the page's script. Beside them stand three words to the script: `pulse` (the
//! stream is there, and this is what the page should hold by now), `over` (the session has ended) and `bye`
//! (the bus leaves, and comes back).

mod case;
mod desk;

use crate::desk::Trouble;
use crate::pages::Guest;
use crate::{App, Shared};
use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use futures_util::stream;
use runtime::Caller;
use serde::Deserialize;
use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, watch};
use tokio::time::Instant;
use vocabulary::HistoryId;

/// The query of a stream.
#[derive(Default, Deserialize)]
pub(crate) struct Since {
    #[serde(default)]
    after: u64,
}

/// What a stream keeps current.
enum What {
    Desk(desk::Desk),
    Case(case::Case),
}

/// An open stream.
struct Stream {
    shared: Arc<Shared>,
    guest: Guest,
    caller: Caller,
    what: What,
    /// How much of the feed was looked through.
    seen: Option<u64>,
    /// Frames that wait for room.
    frames: VecDeque<String>,
    /// When the next pulse is due.
    due: Instant,
    leaving: watch::Receiver<bool>,
    over: bool,
    _slots: (OwnedSemaphorePermit, OwnedSemaphorePermit),
}

/// `GET /events`.
pub(crate) async fn workbench(
    State(shared): App,
    guest: Guest,
    since: Result<Query<Since>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let after = after(since, &headers);
    open(shared, guest, What::Desk(desk::Desk::after(after)))
}

/// `GET /cases/{id}/events`.
pub(crate) async fn case(
    State(shared): App,
    guest: Guest,
    Path(id): Path<String>,
    since: Result<Query<Since>, QueryRejection>,
    headers: HeaderMap,
) -> Response {
    let Ok(case) = HistoryId::parse(&id) else { return StatusCode::NOT_FOUND.into_response() };
    let after = after(since, &headers);
    open(shared, guest, What::Case(case::Case::after(case, after)))
}

/// Where the page had been. What the browser brings back wins over the address, which it repeats unchanged.
fn after(since: Result<Query<Since>, QueryRejection>, headers: &HeaderMap) -> u64 {
    let last = headers.get("last-event-id").and_then(|value| value.to_str().ok()?.parse().ok());
    last.unwrap_or_else(|| since.map_or(0, |Query(since)| since.after))
}

fn open(shared: Arc<Shared>, guest: Guest, what: What) -> Response {
    match Stream::new(shared, guest, what) {
        Ok(stream) => {
            // pulled, never pushed: the next frame is made when the connection has room for it
            let frames = stream::unfold(stream, async |mut stream| {
                let frame = stream.next().await?;
                Some((Ok::<_, Infallible>(Bytes::from(frame)), stream))
            });
            let headers = [
                (header::CONTENT_TYPE, "text/event-stream"),
                (HeaderName::from_static("x-accel-buffering"), "no"), // nginx
            ];
            (headers, Body::from_stream(frames)).into_response()
        }
        Err(status) => status.into_response(),
    }
}

impl Stream {
    fn new(shared: Arc<Shared>, guest: Guest, mut what: What) -> Result<Self, StatusCode> {
        let status = |trouble| match trouble {
            Trouble::SignedOut => StatusCode::UNAUTHORIZED,
            Trouble::NotFound => StatusCode::NOT_FOUND,
            Trouble::Unclear => StatusCode::BAD_REQUEST,
            Trouble::Away => StatusCode::SERVICE_UNAVAILABLE,
        };
        let caller = guest.caller(&shared, false).map_err(status)?;
        let now = shared.desk.now();
        let session = guest.session.as_deref().and_then(|id| shared.sessions.find(id, now, false));
        let session = session.ok_or(StatusCode::UNAUTHORIZED)?;
        let slot = |of: &Arc<tokio::sync::Semaphore>| of.clone().try_acquire_owned();
        let slots = slot(&session.streams).and_then(|own| Ok((own, slot(&shared.streams)?)));
        let slots = slots.map_err(|_| StatusCode::TOO_MANY_REQUESTS)?;
        if let What::Case(case) = &mut what {
            case.begin(&shared, &caller).map_err(status)?; // a page that is not there has no stream
        }
        let leaving = shared.config.leaving.clone();
        let frames = VecDeque::from(["retry: 1000\n\n".to_owned()]);
        let (seen, due) = (None, Instant::now());
        Ok(Self { shared, guest, caller, what, seen, frames, due, leaving, over: false, _slots: slots })
    }

    /// The next frame; `None` when the stream is over.
    async fn next(&mut self) -> Option<String> {
        loop {
            if let Some(frame) = self.frames.pop_front() {
                return Some(frame);
            }
            if self.over {
                return None;
            }
            if let Err(trouble) = self.go_on().await {
                self.over = true;
                self.frames.push_back(last_words(trouble));
            }
        }
    }

    async fn go_on(&mut self) -> Result<(), Trouble> {
        if *self.leaving.borrow() {
            self.over = true;
            self.frames.push_back(event("bye", "{}"));
            return Ok(());
        }
        let head = self.shared.desk.feed_head(&self.caller);
        if self.seen.is_none_or(|seen| seen < head) {
            self.seen = Some(head);
            return self.look(head);
        }
        if Instant::now() >= self.due {
            return self.pulse();
        }
        let most = self.due.saturating_duration_since(Instant::now());
        let (shared, caller) = (self.shared.clone(), self.caller.clone());
        tokio::select! {
            moved = shared.desk.moved(&caller, head, most) => drop(moved?),
            () = leave(&mut self.leaving) => {}
        }
        Ok(())
    }

    fn look(&mut self, head: u64) -> Result<(), Trouble> {
        let (shared, caller, lang) = (&self.shared, &self.caller, self.guest.lang);
        let frames = match &mut self.what {
            What::Desk(desk) => desk.look(shared, caller, lang)?,
            What::Case(case) => {
                let frames = case.look(shared, caller, lang)?;
                if case.more() {
                    self.seen = None; // there is more than one look takes
                } else {
                    self.seen = Some(head);
                }
                frames
            }
        };
        self.frames.extend(frames);
        Ok(())
    }

    /// Asks again for the right to go on, and says that the stream is there.
    fn pulse(&mut self) -> Result<(), Trouble> {
        self.due = Instant::now() + self.shared.config.pulse;
        self.caller = self.guest.caller(&self.shared, false)?;
        let (shared, caller, lang) = (&self.shared, &self.caller, self.guest.lang);
        let frames = match &mut self.what {
            What::Desk(desk) => desk.pulse(shared, caller, lang)?,
            What::Case(case) => case.pulse(shared, lang)?,
        };
        self.frames.extend(frames);
        Ok(())
    }
}

/// Resolves when it is time to go; never, when nobody is there to say so.
async fn leave(leaving: &mut watch::Receiver<bool>) {
    if leaving.wait_for(|leaving| *leaving).await.is_err() {
        std::future::pending().await
    }
}

fn last_words(trouble: Trouble) -> String {
    match trouble {
        Trouble::SignedOut | Trouble::NotFound => event("over", "{}"),
        Trouble::Unclear | Trouble::Away => event("failed", "{}"),
    }
}

/// A word to the script.
fn event(name: &str, data: &str) -> String {
    format!("event: {name}\ndata: {data}\n\n")
}

/// A piece of the page.
fn piece(id: u64, html: &str) -> String {
    let mut frame = format!("id: {id}\n");
    for line in html.lines() {
        frame.push_str("data: ");
        frame.push_str(line);
        frame.push('\n');
    }
    frame.push('\n');
    frame
}

/// A piece and its place.
fn partial(target: &str, swap: &str, html: &str) -> String {
    format!("<hx-partial hx-target=\"#{target}\" hx-swap=\"{swap}\">{html}</hx-partial>\n")
}
