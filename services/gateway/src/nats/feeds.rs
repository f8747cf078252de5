//! Feeds as streams: what an agency was told, written to its stream in order, once.
//!
//! The sequence of a message *is* the position of its item, and each message says which position must be the last
//! before it. So several services may write the same stream, one that starts again goes on where the stream ends,
//! and whatever was written is never written twice. An item holds references and clear properties; what is
//! protected is marked `by-read`, and answered to a read by whoever may see it.
//!
//! Only feeds that have a stream are written: an agency without one reads over HTTP.

use async_nats::jetstream::Context;
use async_nats::jetstream::context::PublishErrorKind;
use async_nats::jetstream::message::PublishMessage;
use futures_util::TryStreamExt as _;
use runtime::{Bus, FeedItem};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;
use vocabulary::AgencyCode;

/// How often new streams are looked for.
const LOOK: Duration = Duration::from_secs(5);
/// Most items that are on their way at once.
const AT_ONCE: usize = 64;

/// What the names of all feed streams begin with.
const FEED: &str = "LIANHU_FEED_";

/// The stream that holds an agency's feed.
pub fn feed_stream(agency: &AgencyCode) -> String {
    format!("{FEED}{agency}")
}

/// Keeps all feed streams, for as long as the process lives.
pub async fn keep_feeds(js: Context, bus: Arc<Bus>) {
    let mut moved = bus.views_moved();
    let mut feeds: BTreeMap<AgencyCode, u64> = BTreeMap::new();
    let mut looked: Option<tokio::time::Instant> = None;
    loop {
        if looked.is_none_or(|at| at.elapsed() >= LOOK) {
            match streams(&js).await {
                Ok(found) => feeds = found,
                Err(why) => tracing::warn!(%why, "feed streams cannot be listed; those that are known go on"),
            }
            looked = Some(tokio::time::Instant::now());
        }
        moved.borrow_and_update();
        for (agency, last) in &mut feeds {
            if bus.enrolled(agency).is_err() {
                continue; // off the roster: nothing more is told, and what was written stays its own
            }
            match write(&js, &bus, agency, last).await {
                Ok(true) => {}
                Ok(false) => looked = None, // where it ends is asked again
                Err(why) => {
                    tracing::warn!(%agency, why, "a feed stream stands still for now");
                    looked = None;
                }
            }
        }
        if looked.is_none() {
            tokio::time::sleep(Duration::from_millis(500)).await;
        }
        // Err: the views are gone, and with them this process's reason to go on; the caller ends it
        let _ = tokio::time::timeout(LOOK, moved.changed()).await;
    }
}

/// The agencies that have a stream, each with its last position.
async fn streams(js: &Context) -> Result<BTreeMap<AgencyCode, u64>, async_nats::Error> {
    let mut feeds = BTreeMap::new();
    let mut all = js.streams();
    while let Some(info) = all.try_next().await? {
        let agency = info.config.name.strip_prefix(FEED).map(AgencyCode::parse);
        if let Some(Ok(agency)) = agency {
            feeds.insert(agency, info.state.last_sequence);
        }
    }
    Ok(feeds)
}

/// Writes what a stream does not hold yet; `false` when another service was first.
async fn write(js: &Context, bus: &Bus, agency: &AgencyCode, last: &mut u64) -> Result<bool, String> {
    loop {
        let items = bus.clear_feed(agency, *last, AT_ONCE).map_err(|why| why.to_string())?;
        if items.is_empty() {
            return Ok(true);
        }
        let mut sent = Vec::with_capacity(items.len());
        for item in &items {
            let message = PublishMessage::build()
                .payload(serde_json::to_vec(item).map_err(|why| why.to_string())?.into())
                .message_id(format!("{}", item.position))
                .expected_stream(feed_stream(agency))
                .expected_last_sequence(item.position - 1);
            let on_its_way = js.send_publish(subject(agency, item), message).await;
            sent.push((item.position, on_its_way.map_err(|why| why.to_string())?));
        }
        for (position, on_its_way) in sent {
            match on_its_way.await {
                Ok(_) => *last = position,
                Err(why) if why.kind() == PublishErrorKind::WrongLastSequence => {
                    return Ok(false);
                }
                Err(why) => return Err(why.to_string()),
            }
        }
    }
}

/// The subject of an item: the type that its agency sees, without the version.
fn subject(agency: &AgencyCode, item: &FeedItem) -> String {
    let kind = item.event["type"].as_str().unwrap_or_default();
    let fact = kind.rsplit_once(".v").map_or(kind, |(fact, _)| fact);
    format!("lianhu.v1.feed.{agency}.{fact}")
}
