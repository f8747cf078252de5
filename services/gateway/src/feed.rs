//! The feed: what was disclosed to the caller's agency, by page; and one fact of it by its reference.

use crate::App;
use crate::auth::Agency;
use crate::problem::Problem;
use crate::query::{Asked, wrong};
use crate::serve::Leaving;
use axum::body::Body;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use axum::{Extension, Json};
use runtime::{Bus, Caller, FeedItem, Problem as Trouble};
use serde::Deserialize;
use std::time::Duration;
use vocabulary::FactRef;

/// Most items in a page.
const MOST: usize = 1_000;
/// A page ends early beyond this length; `next` says where the following one starts.
const ENOUGH_BYTES: usize = 8 << 20;
/// How many items are rendered at a time.
const AT_ONCE: usize = 32;

/// The query of `GET /v1/feed`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    #[serde(default)]
    after: u64,
    limit: Option<usize>,
    /// Seconds.
    #[serde(default)]
    wait: u64,
}

/// `GET /v1/feed`: answers as soon as there is something, at the latest after `wait`.
pub(crate) async fn page(
    State(shared): App,
    agency: Agency,
    Asked(Which { after, limit, wait }): Asked<Which>,
    leaving: Option<Extension<Leaving>>,
) -> Result<Response, Problem> {
    let limit = limit.unwrap_or(100);
    if !(1..=MOST).contains(&limit) {
        return Err(wrong("limit", "limit must be 1 to 1000", "limit 须为 1 至 1000"));
    }
    let (wait, most) = (Duration::from_secs(wait), shared.config.max_wait);
    if wait > most {
        let most = most.as_secs();
        return Err(wrong(
            "wait",
            &format!("wait must be 0 to {most} seconds"),
            &format!("wait 须为 0 至 {most} 秒"),
        ));
    }
    let (bus, caller) = (&*shared.bus, &agency.caller);
    if bus.feed_head(caller) <= after {
        let mut leaving = leaving.map(|Extension(leaving)| leaving).unwrap_or_default();
        tokio::select! {
            moved = bus.feed_moved(caller, after, wait) => drop(moved?),
            () = leaving.come() => {} // answer with what there is: nobody waits longer than the server
        }
        agency.again(bus)?;
        flowing(bus)?;
    }
    let (items, next) = collect(bus, caller, after, limit).await?;
    let page = format!(r#"{{"items":[{}],"next":{next},"head":{}}}"#, items.join(","), bus.feed_head(caller));
    let json = HeaderValue::from_static("application/json");
    Ok(([(header::CONTENT_TYPE, json)], Body::from(page)).into_response())
}

/// `GET /v1/events/{sequence}.{ordinal}`. What is not for the caller, what does not exist and what is no
/// reference at all are one and the same answer.
pub(crate) async fn one(
    State(shared): App,
    agency: Agency,
    reference: Result<Path<String>, PathRejection>,
) -> Result<Json<FeedItem>, Problem> {
    let text = reference.map(|Path(text)| text).unwrap_or_default();
    let reference = text.parse().ok().filter(|reference: &FactRef| reference.to_string() == text);
    let reference = reference.ok_or(Trouble::NotFound)?;
    Ok(Json(shared.bus.event(&agency.caller, reference)?))
}

/// That what leads to the feeds has not stopped: otherwise an empty page would not mean "nothing new".
///
/// # Errors
/// It has, or the ledger is away.
pub(crate) fn flowing(bus: &Bus) -> Result<(), Trouble> {
    match bus.status()?.stopped {
        stopped if stopped.is_empty() => Ok(()),
        stopped => Err(Trouble::Unavailable(stopped.join("; "))),
    }
}

/// The next item of a feed.
///
/// # Errors
/// A store is away; the item cannot be read; the feed has a hole.
pub(crate) fn next(bus: &Bus, caller: &Caller, after: u64) -> Result<Option<FeedItem>, Trouble> {
    let head = bus.feed_head(caller); // before the item: a feed that grows meanwhile has no hole
    let item = bus.feed(caller, after, 1)?.pop();
    if item.is_none() && head > after {
        return Err(Trouble::Damaged(format!("a feed has no item after {after}, below its head")));
    }
    Ok(item)
}

/// The items of a page as JSON, and the position of the last. What can be read is answered before what cannot
/// be: the page ends before a damaged item, and the next page is the problem.
async fn collect(
    bus: &Bus,
    caller: &Caller,
    mut at: u64,
    limit: usize,
) -> Result<(Vec<String>, u64), Trouble> {
    let (mut items, mut bytes) = (Vec::new(), 0);
    while items.len() < limit && bytes < ENOUGH_BYTES {
        let some = match bus.feed(caller, at, AT_ONCE.min(limit - items.len())) {
            Ok(some) if !some.is_empty() => some,
            _ => match next(bus, caller, at) {
                Ok(one) => one.into_iter().collect(),
                Err(_) if !items.is_empty() => break,
                Err(problem) => return Err(problem),
            },
        };
        if some.is_empty() {
            break;
        }
        for item in some {
            let json = to_json(&item)?;
            (at, bytes) = (item.position, bytes + json.len());
            items.push(json);
        }
        tokio::task::yield_now().await; // rendering decrypts: others get their turn in between
    }
    Ok((items, at))
}

/// An item on one line.
///
/// # Errors
/// It cannot be written as JSON.
pub(crate) fn to_json(item: &FeedItem) -> Result<String, Trouble> {
    serde_json::to_string(item)
        .map_err(|_| Trouble::Damaged(format!("feed item {} is not JSON", item.position)))
}
