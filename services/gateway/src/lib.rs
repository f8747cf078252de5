//! The gateway: HTTP, and nothing behind it. It is the only crate that knows status codes.
//!
//! A request becomes one call of [`runtime::Bus`], and what the bus answers becomes one response: a receipt,
//! a page, a line of a stream, or a **problem** (RFC 9457) with a stable code. Who may say or see what, and
//! what follows from it, is decided behind the bus; here stand sizes, times, tokens and words.
//!
//! Where the services are processes of their own, [`nats`] is how they ask each other.
//!
//! No body, header value, path or query of a request is ever logged, and no problem repeats one.

mod admin;
mod auth;
mod batch;
mod body;
mod cases;
mod connection;
mod contracts;
mod docs;
mod events;
mod feed;
mod follow;
mod health;
mod metrics;
mod mode;
pub mod nats;
mod openapi;
mod precondition;
mod problem;
mod query;
mod quota;
mod serve;
mod slots;
mod stream;
#[cfg(test)]
mod tests;
mod words;

pub use auth::Operator;
pub use nats::{
    Found, RemoteAdmission, RemoteKeys, Service, announce, feed_stream, keep_feeds, serve_admission,
    serve_agencies, serve_keys, services,
};
pub use problem::document as problem_document;
pub use serve::serve;

use axum::extract::State;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use axum::routing::{MethodRouter, get, post};
use axum::{Router, middleware};
use problem::Problem;
use runtime::Bus;
use std::sync::Arc;
use std::time::Duration;

/// How much of everything one request may take.
#[derive(Clone, Debug)]
pub struct Config {
    /// Longest event, in bytes.
    pub max_document_bytes: usize,
    /// Longest batch of events, in bytes.
    pub max_batch_bytes: usize,
    /// Most events in a batch.
    pub max_batch_items: usize,
    /// How long a body may take to arrive, and how long the bus may then take to answer.
    pub request_time: Duration,
    /// Events that an agency may send in a minute, on average; reports of danger are not counted.
    pub events_per_minute: u32,
    /// Events that an agency may send at once.
    pub events_burst: u32,
    /// Open streams of one agency.
    pub streams_per_agency: usize,
    /// Open streams of all agencies together.
    pub streams: usize,
    /// How often a stream sends a comment, and asks whether its token still holds.
    pub heartbeat: Duration,
    /// Longest `wait` of a long-poll.
    pub max_wait: Duration,
    /// Where events are admitted, when that is not this process: the services of the stages, through NATS.
    pub admission: Option<RemoteAdmission>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            max_document_bytes: 256 << 10,
            max_batch_bytes: 8 << 20,
            max_batch_items: 1_000,
            request_time: Duration::from_secs(30),
            events_per_minute: 6_000,
            events_burst: 2_000,
            streams_per_agency: 6,
            streams: 1_024,
            heartbeat: Duration::from_secs(15),
            max_wait: Duration::from_secs(60),
            admission: None,
        }
    }
}

/// Most questions to many cases that are answered at a time.
const LISTS: usize = 2;

/// What every handler works with.
struct Shared {
    bus: Arc<Bus>,
    operator: Operator,
    config: Config,
    contracts: contracts::InForce,
    slots: Arc<slots::Slots>,
    /// How many questions to many cases are answered at a time.
    lists: tokio::sync::Semaphore,
    quota: quota::Quota,
    metrics: metrics::Metrics,
}

type App = State<Arc<Shared>>;

impl Shared {
    fn new(bus: Arc<Bus>, operator: Operator, config: Config) -> Arc<Self> {
        let contracts = contracts::InForce::of(bus.contracts());
        let slots = Arc::new(slots::Slots::new(config.streams_per_agency, config.streams));
        let quota = quota::Quota::new(config.events_per_minute, config.events_burst);
        let known = bus.contracts();
        let stages = known.all().map(|contract| contract.kind.stage());
        let metrics = metrics::Metrics::new(bus.now(), stages, routes().into_iter().map(|(path, _)| path));
        Arc::new(Self {
            bus,
            operator,
            config,
            contracts,
            slots,
            quota,
            metrics,
            lists: tokio::sync::Semaphore::new(LISTS),
        })
    }
}

/// The routes of one bus.
pub fn router(bus: Arc<Bus>, operator: Operator, config: Config) -> Router {
    let shared = Shared::new(bus, operator, config);
    let mut router = Router::new();
    for (path, methods) in routes() {
        router = router.route(path, methods);
    }
    router
        .fallback(async || Problem::new(&words::UNKNOWN_PATH))
        .method_not_allowed_fallback(async || Problem::new(&words::METHOD_NOT_ALLOWED))
        .layer(middleware::map_response(common_headers))
        .layer(middleware::from_fn_with_state(shared.clone(), metrics::measure))
        .with_state(shared)
}

fn routes() -> Vec<(&'static str, MethodRouter<Arc<Shared>>)> {
    vec![
        ("/v1/events", post(events::publish)),
        ("/v1/events/{reference}", get(feed::one)),
        ("/v1/feed", get(feed::page)),
        ("/v1/stream", get(stream::open)),
        ("/v1/inbox", get(cases::inbox)),
        ("/v1/clocks", get(cases::board)),
        ("/v1/cases", get(cases::list)),
        ("/v1/cases/{id}", get(cases::one)),
        ("/v1/cases/{id}/timeline", get(cases::timeline)),
        ("/v1/cases/{id}/clocks", get(cases::clocks)),
        ("/v1/cases/{id}/referrals", get(cases::referrals)),
        ("/v1/cases/{id}/replay", get(cases::replay)),
        ("/v1/cases/{id}/knowledge", get(cases::knowledge)),
        ("/v1/cases/{id}/stream", get(stream::of_case)),
        ("/v1/types", get(contracts::types)),
        ("/v1/schemas/{type}", get(contracts::schema)),
        ("/v1/openapi.json", get(contracts::openapi)),
        ("/v1/validate", post(events::validate)),
        ("/v1/rules", post(admin::adopt)),
        ("/v1/tokens", post(admin::issue)),
        ("/docs", get(docs::calls)),
        ("/docs/facts", get(docs::facts)),
        ("/docs/facts/{type}", get(docs::fact)),
        ("/docs/style.css", get(docs::style)),
        ("/v1/views/rebuild", post(admin::rebuild)),
        ("/livez", get(async || "ok")),
        ("/readyz", get(health::ready)),
        ("/metrics", get(metrics::show)),
    ]
}

/// Answers hold what one agency may see: no cache keeps them, and no browser guesses what they are. An answer
/// that was given before the body was read ends the connection, and says so: a client that kept it would lose
/// its next request.
async fn common_headers(mut response: Response) -> Response {
    let unread = [StatusCode::UNAUTHORIZED, StatusCode::REQUEST_TIMEOUT, StatusCode::PAYLOAD_TOO_LARGE]
        .contains(&response.status());
    if unread {
        response.headers_mut().insert(header::CONNECTION, HeaderValue::from_static("close"));
    }
    let headers = response.headers_mut();
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}
