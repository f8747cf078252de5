//! The console: the pages on which people see whose turn it is, since when, and until when.
//!
//! Every page is made here, whole, in the reader's language; a browser without scripts shows all of it. The
//! scripts keep an open page current: a stream carries the pieces that changed, each under its position in
//! the agency's feed, so that a page that was away receives exactly what it missed. Pages read what one agency
//! may see, through [`desk::Desk`], and decide nothing.
//!
//! Nothing comes from outside: scripts, styles and icons are in the binary, under names that hold their hash,
//! and the content security policy allows nothing else.

mod assets;
mod connect;
mod desk;
mod guard;
mod live;
mod model;
mod names;
mod pages;
mod session;
mod shown;
#[cfg(test)]
mod tests;
mod when;
mod words;

use axum::Router;
use axum::extract::State;
use axum::middleware::{from_fn, map_response};
use axum::routing::{get, post};
use desk::Desk;
use runtime::Bus;
use session::Sessions;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::{Semaphore, watch};

/// How the console is served.
#[derive(Clone, Debug)]
pub struct Config {
    /// Whether the sign-in page offers the public tokens of the demo.
    pub demo: bool,
    /// Whether browsers reach it over TLS only: the cookie is then never sent in the clear.
    pub secure: bool,
    /// How long a session lives without a page being asked for. An open live page alone does not prolong it.
    pub idle: Duration,
    /// How often an open stream says that it is there, and asks whether its session still holds.
    pub pulse: Duration,
    /// Open streams of one session.
    pub streams_per_session: usize,
    /// Open streams of all sessions together.
    pub streams: usize,
    /// Where sessions are kept, so that an open page outlives a restart; in memory alone when this is nowhere.
    pub sessions: Option<PathBuf>,
    /// Turns true when it is time to go: open streams then end at once.
    pub leaving: watch::Receiver<bool>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            demo: false,
            secure: false,
            idle: Duration::from_secs(30 * 60),
            pulse: Duration::from_secs(15),
            streams_per_session: 8,
            streams: 256,
            sessions: None,
            leaving: watch::channel(false).1,
        }
    }
}

/// What every page works with.
struct Shared {
    desk: Arc<dyn Desk>,
    sessions: Sessions,
    streams: Arc<Semaphore>,
    config: Config,
}

type App = State<Arc<Shared>>;

/// The pages of one bus, for the root of its address. Paths that are not theirs are left to others.
pub fn router(bus: Arc<Bus>, config: Config) -> Router {
    serve(bus, config)
}

fn serve(desk: Arc<dyn Desk>, config: Config) -> Router {
    let sessions = Sessions::new(config.idle, config.streams_per_session, config.sessions.clone());
    let streams = Arc::new(Semaphore::new(config.streams));
    Router::new()
        .route("/", get(pages::workbench::show))
        .route("/events", get(live::workbench))
        .route("/cases", get(pages::cases::show))
        .route("/cases/{id}", get(pages::case::show))
        .route("/cases/{id}/events", get(live::case))
        .route("/help", get(pages::help::show))
        .route("/sign-in", get(pages::sign_in::show).post(pages::sign_in::enter))
        .route("/sign-out", post(pages::sign_in::leave))
        .route("/settings", post(pages::settings::keep))
        .layer(from_fn(guard::same_origin))
        .layer(map_response(guard::headers))
        .route("/assets/{name}", get(assets::serve)) // the one thing that may be kept
        .with_state(Arc::new(Shared { desk, sessions, streams, config }))
}
