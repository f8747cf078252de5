//! Metrics: how much is going on and how well, in the text format 0.0.4 of Prometheus, for the operator.
//!
//! Every label is one of a set that is fixed when the program starts: stages of the contracts, paths of the
//! routes, classes of answers. Nothing that a caller sends can become a label, so no agency, case or person
//! ever stands here, and the number of series has a bound.
//!
//! It is written by hand: a counter is an atomic, the format has four rules ([`text`]), and the crates at hand
//! would add a second format, a registry and more code than they save.

mod histogram;
mod text;

use crate::auth::OperatorOrLocal;
use crate::{App, Shared};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use histogram::Histogram;
use runtime::Status;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use text::{Kind, Text};
use tokio::time::Instant;
use vocabulary::TypeName;

/// How an event that was to be published ended, by the status of its answer. The last stands for all others.
const OUTCOMES: [(u16, &str); 12] = [
    (201, "admitted"),
    (200, "duplicate"),
    (400, "malformed"),
    (403, "not-allowed"),
    (404, "not-found"),
    (409, "refused"),
    (412, "moved-on"),
    (413, "too-large"),
    (422, "broken"),
    (429, "quota"),
    (503, "unavailable"),
    (0, "other"),
];
/// Classes of statuses, from 1xx.
const CLASSES: [&str; 5] = ["1xx", "2xx", "3xx", "4xx", "5xx"];
/// What stands for every value that is not one of ours.
const OTHER: &str = "other";

/// What is counted.
pub(crate) struct Metrics {
    started: vocabulary::Instant,
    events: BTreeMap<String, [AtomicU64; OUTCOMES.len()]>,
    requests: BTreeMap<&'static str, [Histogram; CLASSES.len()]>,
}

impl Metrics {
    /// Nothing yet, for these stages and paths.
    pub(crate) fn new<'s>(
        started: vocabulary::Instant,
        stages: impl IntoIterator<Item = &'s str>,
        paths: impl IntoIterator<Item = &'static str>,
    ) -> Self {
        let stages = stages.into_iter().chain([OTHER]).map(|stage| (stage.to_owned(), Default::default()));
        let paths = paths.into_iter().chain([OTHER]).map(|path| (path, Default::default()));
        Self { started, events: stages.collect(), requests: paths.collect() }
    }

    /// An event was to be published and was answered with this status. A type that no contract knows, or that
    /// could not be read, belongs to no stage.
    pub(crate) fn published(&self, kind: Option<&TypeName>, status: u16) {
        let of_stage = kind.and_then(|kind| self.events.get(kind.stage()));
        let of_status = OUTCOMES.iter().position(|(known, _)| *known == status);
        if let Some(counters) = of_stage.or_else(|| self.events.get(OTHER)) {
            counters[of_status.unwrap_or(OUTCOMES.len() - 1)].fetch_add(1, Ordering::Relaxed);
        }
    }

    fn answered(&self, path: Option<&str>, status: u16, began: Instant) {
        let of_path = path.and_then(|path| self.requests.get(path)).or_else(|| self.requests.get(OTHER));
        let class = usize::from(status / 100).saturating_sub(1).min(CLASSES.len() - 1);
        of_path.into_iter().for_each(|classes| classes[class].observe(began.elapsed()));
    }
}

/// Measures every request from its head to the head of its answer.
pub(crate) async fn measure(State(shared): App, request: Request, next: Next) -> Response {
    let began = Instant::now();
    let path = request.extensions().get::<MatchedPath>().cloned();
    let response = next.run(request).await;
    shared.metrics.answered(path.as_ref().map(MatchedPath::as_str), response.status().as_u16(), began);
    response
}

/// `GET /metrics`.
pub(crate) async fn show(State(shared): App, _: OperatorOrLocal) -> Response {
    let kind = HeaderValue::from_static("text/plain; version=0.0.4; charset=utf-8");
    ([(header::CONTENT_TYPE, kind)], written(&shared)).into_response()
}

fn written(shared: &Arc<Shared>) -> String {
    let (metrics, mut text) = (&shared.metrics, Text::default());
    let started = metrics.started.timestamp().as_second();
    text.one("process_start_time_seconds", Kind::Gauge, "When the program started.", started);
    text.family("lianhu_events_total", Kind::Counter, "Events to be published, by stage and outcome.");
    for (stage, counters) in &metrics.events {
        for ((_, outcome), counter) in OUTCOMES.iter().zip(counters) {
            let labels = [("stage", stage.as_str()), ("outcome", outcome)];
            text.sample("lianhu_events_total", &labels, counter.load(Ordering::Relaxed));
        }
    }
    let refused = shared.quota.refused();
    text.one(
        "lianhu_quota_refusals_total",
        Kind::Counter,
        "Events beyond the quota of their agency.",
        refused,
    );
    text.one("lianhu_open_streams", Kind::Gauge, "Streams that are open.", shared.slots.open());
    let waiting = "From the head of a request to that of its answer; a long poll waits as it was asked to.";
    text.family("lianhu_http_request_seconds", Kind::Histogram, waiting);
    for (path, classes) in &metrics.requests {
        for (class, histogram) in CLASSES.iter().zip(classes) {
            histogram.write("lianhu_http_request_seconds", &[("route", path), ("status", class)], &mut text);
        }
    }
    let status = shared.bus.status().inspect_err(|problem| tracing::warn!(%problem, "no status to measure"));
    text.one("lianhu_bus_up", Kind::Gauge, "Whether the bus can say how it is.", u8::from(status.is_ok()));
    if let Ok(status) = status {
        followed(&status, &mut text);
    }
    text.end()
}

/// How far the followers are. When nobody knows, nothing is said: an old number would look like a good one.
fn followed(status: &Status, text: &mut Text) {
    let head = status.head.0;
    let disclosure = status.disclosed.map(|at| ("disclosure", at.0)); // where another process does it, that one tells
    let followers: Vec<(&str, u64)> = disclosure.into_iter().chain([("views", status.views.0)]).collect();
    text.one("lianhu_ledger_head", Kind::Gauge, "Last durable position of the ledger.", head);
    text.one("lianhu_rules_version", Kind::Gauge, "Version of the rules in force.", status.rules.0);
    text.family("lianhu_follower_position", Kind::Gauge, "How far a follower has come in the ledger.");
    followers
        .iter()
        .for_each(|(name, at)| text.sample("lianhu_follower_position", &[("follower", name)], at));
    text.family("lianhu_follower_lag", Kind::Gauge, "Records that a follower has still to read.");
    for (name, at) in followers {
        text.sample("lianhu_follower_lag", &[("follower", name)], head.saturating_sub(at));
    }
    let stopped = u8::from(!status.stopped.is_empty());
    text.one(
        "lianhu_followers_stopped",
        Kind::Gauge,
        "Whether a follower has stopped: see /readyz.",
        stopped,
    );
}
