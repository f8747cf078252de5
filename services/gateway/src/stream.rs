//! The stream: the feed as Server-Sent Events. The id of an event is its position in the agency's feed, so a
//! client that comes back with `Last-Event-ID` misses nothing and gets nothing twice.

use crate::{App, Shared, cases};
use crate::auth::Agency;
use crate::follow::Follow;
use crate::problem::Problem;
use crate::query::{Asked, wrong};
use crate::serve::{Held, Leaving};
use axum::Extension;
use axum::body::{Body, Bytes};
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use serde::Deserialize;
use std::convert::Infallible;
use std::sync::Arc;
use vocabulary::HistoryId;

/// The query of `GET /v1/stream`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Since {
    #[serde(default)]
    after: u64,
}

/// `GET /v1/stream`.
pub(crate) async fn open(
    State(shared): App,
    agency: Agency,
    Asked(Since { after }): Asked<Since>,
    leaving: Option<Extension<Leaving>>,
    held: Option<Extension<Held>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    respond(shared, agency, None, after, (leaving, held), &headers)
}

/// `GET /v1/cases/{id}/stream`: the same, of one case. Positions are those of the whole feed.
pub(crate) async fn of_case(
    State(shared): App,
    agency: Agency,
    case: Result<Path<String>, PathRejection>,
    Asked(Since { after }): Asked<Since>,
    leaving: Option<Extension<Leaving>>,
    held: Option<Extension<Held>>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let case = cases::named(case)?;
    shared.bus.case_feed(&agency.caller, &case, u64::MAX, 0)?; // 404 unless it was told of the case
    respond(shared, agency, Some(case), after, (leaving, held), &headers)
}

fn respond(
    shared: Arc<Shared>,
    agency: Agency,
    case: Option<HistoryId>,
    after: u64,
    (leaving, held): (Option<Extension<Leaving>>, Option<Extension<Held>>),
    headers: &HeaderMap,
) -> Result<Response, Problem> {
    let after = last_event_id(headers)?.unwrap_or(after);
    let slot = shared.slots.take(&agency.caller.agency)?;
    let leaving = leaving.map(|Extension(leaving)| leaving).unwrap_or_default();
    let follow = Follow::new(shared, agency, case, after, leaving, (slot, held.map(|Extension(held)| held)));
    // Pulled, never pushed: the next frame is made when the connection has room for it.
    let frames = stream::unfold(follow, async |mut follow| {
        let frame = follow.frame().await?;
        Some((Ok::<_, Infallible>(Bytes::from(frame)), follow))
    });
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/event-stream")),
        (header::HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")), // nginx
    ];
    Ok((headers, Body::from_stream(frames)).into_response())
}

/// Where a client that comes back had been. It wins over the query, which a browser repeats unchanged.
fn last_event_id(headers: &HeaderMap) -> Result<Option<u64>, Problem> {
    let Some(value) = headers.get("last-event-id").filter(|value| !value.is_empty()) else { return Ok(None) };
    let position = value.to_str().ok().and_then(|text| text.parse().ok());
    let (en, zh) = ("Last-Event-ID must be a position of your feed", "Last-Event-ID 须为本单位事件流的位置");
    position.map(Some).ok_or_else(|| wrong("last-event-id", en, zh))
}
