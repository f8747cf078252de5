use super::client::Stream;
use super::*;
use crate::Shared;
use crate::auth::Agency;
use crate::query::Asked;
use axum::extract::{FromRequestParts as _, State};
use axum::http::{HeaderMap, Request};
use futures_util::StreamExt as _;

const PSB: (&str, &str) = ("authorization", "Bearer demo-psb-03");

#[tokio::test]
async fn a_stream_sends_the_past_says_so_and_goes_on() {
    let world = World::new().await;
    world.report(1).await;
    world.report(2).await;
    let mut stream = Stream::open(world.at, "/v1/stream", &[PSB]).await;
    assert_eq!(stream.frame().await.unwrap().retry, Some(3_000));
    assert_eq!(stream.past().await, (vec![1, 2], 2));
    world.report(3).await;
    let live = stream.event().await.unwrap();
    assert_eq!((live.id, live.event.as_deref()), (Some(3), Some(REPORT)));
    assert_eq!(live.data, world.get("psb-03", "/v1/feed?after=2").await.json()["items"][0]);
}

#[tokio::test]
async fn a_client_that_comes_back_misses_nothing_and_gets_nothing_twice() {
    let world = World::new().await;
    let mut seen: Vec<u64> = Vec::new();
    for number in 1..=4 {
        world.report(number).await;
        let last = seen.last().copied().unwrap_or_default().to_string();
        let back = [PSB, ("last-event-id", last.as_str())];
        // the query is what a browser repeats: the header wins
        let mut stream = Stream::open(world.at, "/v1/stream?after=0", &back).await;
        seen.extend(stream.past().await.0);
    }
    assert_eq!(seen, [1, 2, 3, 4]);
    let mut stream = Stream::open(world.at, "/v1/stream?after=2", &[PSB]).await;
    assert_eq!(stream.past().await, (vec![3, 4], 4));
    let odd = [("last-event-id", "four")];
    world.call("psb-03", "GET", "/v1/stream", &odd, b"").await.is(400, "malformed");
}

#[tokio::test]
async fn streams_are_counted_per_agency_and_together_and_given_back() {
    let config = Config {
        streams_per_agency: 1,
        streams: 2,
        heartbeat: Duration::from_millis(20),
        ..Config::default()
    };
    let world = World::with(config).await;
    let first = Stream::open(world.at, "/v1/stream", &[PSB]).await;
    let refused = world.get("psb-03", "/v1/stream").await;
    refused.is(429, "too-many-streams");
    assert!(refused.header("retry-after").is_some());
    let hospital = [("authorization", "Bearer demo-hsp-01")];
    let second = Stream::open(world.at, "/v1/stream", &hospital).await;
    world.get("hlt", "/v1/stream").await.is(429, "too-many-streams");
    drop((first, second));
    let given_back = async {
        while world.call("psb-03", "HEAD", "/v1/stream", &[], b"").await.status != 200 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    tokio::time::timeout(Duration::from_secs(10), given_back).await.expect("slots are given back");
    Stream::open(world.at, "/v1/stream", &[PSB]).await;
}

#[tokio::test]
async fn a_stream_ends_when_its_token_does() {
    let world = World::with(Config { heartbeat: Duration::from_millis(50), ..Config::default() }).await;
    let agency = "psb-03".to_owned().try_into().unwrap();
    let ends = instant("2026-03-30T16:00:00+08:00");
    let token = world.bus.issue_token(&agency, None, Some(ends)).await.unwrap().token;
    let bearer = format!("Bearer {token}");
    let mut stream = Stream::open(world.at, "/v1/stream", &[("authorization", &bearer)]).await;
    assert_eq!(stream.past().await, (vec![], 0));
    assert!(stream.frame().await.unwrap().comment, "a heartbeat");
    world.set_clock("2026-03-30T16:00:00+08:00");
    let bye = stream.event().await.unwrap();
    assert_eq!((bye.event.as_deref(), &bye.data["reason"]), (Some("bye"), &json!("token-ended")));
    assert_eq!(stream.frame().await, None);
}

#[tokio::test]
async fn a_stream_ends_when_its_agency_leaves_the_roster() {
    let world = World::with(Config { heartbeat: Duration::from_millis(50), ..Config::default() }).await;
    world.set_clock("2025-12-30T23:00:00+08:00");
    let closed = [("authorization", "Bearer demo-psb-09")];
    let mut stream = Stream::open(world.at, "/v1/stream", &closed).await;
    stream.past().await;
    world.set_clock("2025-12-31T00:00:01+08:00");
    let bye = stream.event().await.unwrap();
    assert_eq!((bye.event.as_deref(), &bye.data["reason"]), (Some("bye"), &json!("agency-not-on-roster")));
}

#[tokio::test]
async fn a_feed_that_fails_in_the_middle_says_so_and_ends() {
    let world = World::new().await;
    world.report(1).await;
    let mut stream = Stream::open(world.at, "/v1/stream", &[PSB]).await;
    assert_eq!(stream.past().await, (vec![1], 1));
    world.disclose_wrongly("psb-03", 2).await;
    let error = stream.event().await.unwrap();
    assert_eq!((error.event.as_deref(), error.id), (Some("error"), None));
    assert_eq!((&error.data["code"], &error.data["status"]), (&json!("damaged"), &json!(503)));
    assert_eq!(stream.frame().await, None);
}

#[tokio::test]
async fn shutdown_says_bye_to_streams_and_answers_long_polls() {
    let world = World::new().await;
    let mut stream = Stream::open(world.at, "/v1/stream", &[PSB]).await;
    stream.past().await;
    let at = world.at;
    let poll = tokio::spawn(async move { client::send(at, "GET", "/v1/feed?wait=60", &[PSB], b"").await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    world.end().await;
    let bye = stream.event().await.unwrap();
    assert_eq!((bye.event.as_deref(), &bye.data["reason"]), (Some("bye"), &json!("shutdown")));
    assert_eq!(stream.frame().await, None);
    let poll = poll.await.unwrap();
    assert_eq!((poll.status, &poll.json()["items"]), (200, &json!([])));
}

#[tokio::test]
async fn a_reader_that_stands_still_costs_nothing_and_gets_nothing_that_it_may_not_see_any_more() {
    let world = World::new().await;
    world.report(1).await;
    world.report(2).await;
    let config = Config { heartbeat: Duration::from_millis(20), ..Config::default() };
    let shared = Shared::new(world.bus.clone(), Operator::new(OPERATOR), config);
    let token =
        world.bus.issue_token(&"psb-03".to_owned().try_into().unwrap(), None, None).await.unwrap().token;
    let request = Request::get("/v1/stream").header("authorization", format!("Bearer {token}"));
    let (mut parts, ()) = request.body(()).unwrap().into_parts();
    let agency = Agency::from_request_parts(&mut parts, &shared).await.ok().unwrap();
    let since = Asked::from_request_parts(&mut parts, &()).await.ok().unwrap();
    let open = crate::stream::open(State(shared), agency, since, None, None, HeaderMap::new()).await;
    let mut frames = open.ok().unwrap().into_body().into_data_stream();
    frames.next().await.unwrap().unwrap(); // retry
    assert!(frames.next().await.unwrap().unwrap().starts_with(b"id: 1\n"));
    // it reads no more; meanwhile the second item becomes unreadable for it: nothing of it was read ahead
    world.set_clock("2019-01-01T00:00:00+08:00"); // before the roster begins
    tokio::time::sleep(Duration::from_millis(30)).await;
    assert!(frames.next().await.unwrap().unwrap().starts_with(b"event: bye\n"));
    assert!(frames.next().await.is_none());
}
