//! Streams: exactly what was missed, under its position, and the end that is meant.

use super::{World, request};
use axum::body::BodyDataStream;
use futures_util::StreamExt as _;
use serde_json::json;
use std::time::Duration;
use tokio::sync::watch;
use tower::ServiceExt as _;

/// An open stream, read frame by frame.
struct Stream(BodyDataStream);

impl Stream {
    async fn open(world: &World, cookie: &str, path: &str, last: Option<&str>) -> Self {
        let mut headers = vec![("cookie", cookie)];
        headers.extend(last.map(|last| ("last-event-id", last)));
        let answer = world.routes.clone().oneshot(request("GET", path, &headers, "")).await.unwrap();
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Self(answer.into_body().into_data_stream())
    }

    async fn next(&mut self) -> Option<String> {
        let frame =
            tokio::time::timeout(Duration::from_secs(10), self.0.next()).await.expect("a frame in time");
        frame.map(|frame| String::from_utf8(frame.unwrap().to_vec()).unwrap())
    }

    /// The ids of the pieces until the first pulse, and what that says.
    async fn until_pulse(&mut self) -> (Vec<u64>, String) {
        let mut ids = Vec::new();
        loop {
            let frame = self.next().await.unwrap();
            if let Some(rest) = frame.strip_prefix("event: pulse\ndata: ") {
                return (ids, rest.trim().to_owned());
            }
            let id = frame.strip_prefix("id: ").and_then(|rest| rest.lines().next());
            ids.extend(id.map(|id| id.parse::<u64>().unwrap()));
        }
    }
}

async fn acknowledge(world: &World, case: &str) {
    let data = json!({"report": "3f0c8e52-7a41-4d0e-9b6f-000000000001", "acknowledged_at": "2026-03-30T14:59:00+08:00"});
    world.tell("psb-03", "intake.report-acknowledged.v1", "ack", Some(case), data).await;
    world.told("psb-03", 2).await;
}

#[tokio::test]
async fn a_page_that_comes_back_receives_exactly_what_it_missed() {
    let world = World::new().await;
    let case = world.report().await;
    acknowledge(&world, &case).await;
    let cookie = world.sign_in("psb-03").await;
    let path = format!("/cases/{case}/events?after=0");
    let missed =
        async |last: Option<&str>| Stream::open(&world, &cookie, &path, last).await.until_pulse().await;
    let (ids, pulse) = missed(None).await;
    assert_eq!(ids, [1, 2]);
    assert!(pulse.contains("\"facts\":2"), "{pulse}");
    let (ids, pulse) = missed(Some("1")).await; // it wins over the address
    assert_eq!(ids, [2]);
    assert!(pulse.contains("\"facts\":2"), "{pulse}");
    let (ids, pulse) = missed(Some("2")).await;
    assert_eq!(ids, [0; 0]);
    assert!(pulse.contains("\"facts\":2"), "{pulse}");
}

#[tokio::test]
async fn a_new_fact_comes_with_its_step_and_all_that_it_changes() {
    let world = World::new().await;
    let case = world.report().await;
    let cookie = world.sign_in("psb-03").await;
    let mut stream = Stream::open(&world, &cookie, &format!("/cases/{case}/events?after=1"), None).await;
    assert_eq!(stream.until_pulse().await.0, [0; 0]);
    acknowledge(&world, &case).await;
    loop {
        let frame = stream.next().await.unwrap();
        if !frame.starts_with("id: ") {
            continue;
        }
        assert!(frame.starts_with("id: 2\n"));
        assert!(frame.lines().all(|line| line.is_empty() || line.starts_with("data: ") || line == "id: 2"));
        for target in ["case-head", "look", "clocks", "referrals", "facts-count"] {
            assert!(frame.contains(&format!("hx-target=\"#{target}\"")), "{target}");
        }
        assert_eq!(frame.matches("data-position=\"2\"").count(), 1);
        break;
    }
}

#[tokio::test]
async fn a_stream_ends_with_its_session_and_says_so() {
    let world = World::new().await;
    let cookie = world.sign_in("psb-03").await;
    let mut stream = Stream::open(&world, &cookie, "/events?after=0", None).await;
    stream.until_pulse().await;
    world.form("/sign-out", "", &[("cookie", &cookie)]).await;
    let mut last = String::new();
    while let Some(frame) = stream.next().await {
        last = frame;
    }
    assert_eq!(last, "event: over\ndata: {}\n\n");
}

#[tokio::test]
async fn a_stream_says_goodbye_when_the_bus_leaves() {
    let (leave, leaving) = watch::channel(false);
    let world =
        World::with(|config| crate::Config { leaving, pulse: Duration::from_secs(60), ..config }).await;
    let cookie = world.sign_in("psb-03").await;
    let mut stream = Stream::open(&world, &cookie, "/events?after=0", None).await;
    stream.until_pulse().await;
    leave.send_replace(true);
    assert_eq!(stream.next().await.unwrap(), "event: bye\ndata: {}\n\n");
    assert_eq!(stream.next().await, None);
}

#[tokio::test]
async fn one_session_opens_only_so_many_streams_and_gives_them_back() {
    let world = World::with(|config| crate::Config { streams_per_session: 1, ..config }).await;
    let cookie = world.sign_in("psb-03").await;
    let stream = Stream::open(&world, &cookie, "/events", None).await;
    let refused = world.routes.clone().oneshot(request("GET", "/events", &[("cookie", &cookie)], "")).await;
    assert_eq!(refused.unwrap().status(), 429);
    drop(stream);
    Stream::open(&world, &cookie, "/events", None).await;
}

#[tokio::test]
async fn the_workbench_is_sent_again_only_when_it_has_changed() {
    let world = World::new().await;
    let cookie = world.sign_in("psb-03").await;
    let mut stream = Stream::open(&world, &cookie, "/events?after=0", None).await;
    assert_eq!(stream.until_pulse().await.0, [0; 0]);
    assert_eq!(stream.until_pulse().await.0, [0; 0]);
    world.report().await;
    let mut ids = Vec::new();
    while ids.is_empty() {
        ids = stream.until_pulse().await.0;
    }
    assert_eq!(ids, [1]);
}

#[tokio::test]
async fn a_withdrawal_marks_the_fact_that_stands_on_the_page() {
    let world = World::new().await;
    let case = world.report().await;
    acknowledge(&world, &case).await;
    let measures = json!({"measures": ["separated"], "taken_at": "2026-03-30T14:59:00+08:00"});
    let kind = "mandatory-reporting.emergency-measures-taken.v1";
    world.tell("psb-03", kind, "taken", Some(&case), measures).await;
    world.told("psb-03", 3).await;
    let cookie = world.sign_in("psb-03").await;
    let mut stream = Stream::open(&world, &cookie, &format!("/cases/{case}/events?after=3"), None).await;
    assert_eq!(stream.until_pulse().await.0, [0; 0]);
    let withdrawn = json!({"fact": "taken", "reason_code": "did-not-happen"});
    world.tell("psb-03", "governance.fact-withdrawn.v1", "back", Some(&case), withdrawn).await;
    world.told("psb-03", 4).await;
    loop {
        let frame = stream.next().await.unwrap();
        if !frame.starts_with("id: ") {
            continue;
        }
        assert!(frame.contains("hx-target=\"#step-3\""), "the fact itself comes again");
        assert!(frame.contains("tag withdrawn"), "with its mark");
        assert!(!frame.contains("hx-target=\"#step-1\""), "and no other");
        break;
    }
}
