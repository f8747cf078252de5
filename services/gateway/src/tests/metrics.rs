use super::*;
use ledger::faulty::Fault;
use std::collections::BTreeMap;

/// What stands behind a name with its labels.
type Samples = BTreeMap<String, f64>;

impl World {
    async fn scraped(&self) -> String {
        let answer = client::send(self.at, "GET", "/metrics", &[], b"").await;
        assert_eq!(answer.status, 200, "{}", answer.text());
        assert_eq!(answer.header("content-type"), Some("text/plain; version=0.0.4; charset=utf-8"));
        answer.text()
    }

    async fn samples(&self) -> Samples {
        read(&self.scraped().await)
    }
}

/// Reads the text as a scraper would: samples under the family that was announced, and no sample twice.
fn read(text: &str) -> Samples {
    let (mut samples, mut family) = (Samples::new(), "");
    assert!(text.ends_with('\n'));
    for line in text.lines() {
        if let Some(about) = line.strip_prefix("# TYPE ") {
            let (name, kind) = about.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert_eq!(name, family, "help comes first");
        } else if let Some(about) = line.strip_prefix("# HELP ") {
            family = about.split(' ').next().unwrap();
        } else {
            let (series, value) = line.rsplit_once(' ').unwrap();
            assert!(series.starts_with(family), "{line} under {family}");
            assert_eq!(samples.insert(series.to_owned(), value.parse().unwrap()), None, "{line} twice");
        }
    }
    samples
}

fn event(stage: &str, outcome: &str) -> String {
    format!(r#"lianhu_events_total{{stage="{stage}",outcome="{outcome}"}}"#)
}

#[tokio::test]
async fn events_are_counted_by_stage_and_outcome_one_by_one_and_in_a_batch() {
    let world = World::with(Config { events_per_minute: 1, events_burst: 2, ..Config::default() }).await;
    let report = world.publish("hsp-01", &world.filed(1)).await.json();
    let mut wrong = world.filed(2);
    wrong["data"]["filed_to"] = json!("hlt");
    let mut unknown = world.filed(3);
    unknown["type"] = json!("secret.of-somebody.v1");
    let batch = json!([world.filed(1), wrong, unknown, 7, world.filed(4)]);
    world.post("hsp-01", "/v1/events", MANY, &batch).await;
    world.post("hsp-01", "/v1/events?dry_run=true", ONE, &world.filed(5)).await;
    world.post("hsp-01", "/v1/validate", ONE, &json!(7)).await;
    let ack = json!({
        "specversion": "1.0", "id": uuid(9), "source": "/999901/psb-05", "type": "intake.report-acknowledged.v1",
        "time": "2026-03-30T14:21:00+08:00", "subject": report["subject"],
        "data": {"report": report["id"], "acknowledged_at": "2026-03-30T14:21:00+08:00"},
    });
    for status in [404, 404, 429] {
        assert_eq!(world.publish("psb-05", &ack).await.status, status);
    }
    let samples = world.samples().await;
    let counted: Vec<(&str, f64)> = samples
        .iter()
        .filter(|(series, value)| series.starts_with("lianhu_events_total") && **value > 0.0)
        .map(|(series, value)| (series.as_str(), *value))
        .collect();
    let reporting = |outcome| event("mandatory-reporting", outcome);
    assert_eq!(
        counted,
        [
            (event("intake", "not-found").as_str(), 2.0),
            (event("intake", "quota").as_str(), 1.0),
            (reporting("admitted").as_str(), 2.0),
            (reporting("duplicate").as_str(), 1.0),
            (reporting("refused").as_str(), 1.0),
            (event("other", "broken").as_str(), 1.0),
            (event("other", "malformed").as_str(), 1.0),
        ]
    );
    assert_eq!(samples["lianhu_quota_refusals_total"], 1.0);
}

#[tokio::test]
async fn requests_are_measured_by_the_template_of_their_path() {
    let world = World::new().await;
    world.get("psb-03", "/v1/events/7.7").await;
    world.get("psb-03", "/v1/events/case-of-somebody").await;
    world.get("psb-03", "/case-of-somebody").await;
    world.get("psb-03", "/v1/feed").await;
    let samples = world.samples().await;
    let count = |route: &str, status: &str| {
        let series = format!(r#"lianhu_http_request_seconds_count{{route="{route}",status="{status}"}}"#);
        samples.get(&series).copied()
    };
    assert_eq!(count("/v1/events/{reference}", "4xx"), Some(2.0));
    assert_eq!(count("other", "4xx"), Some(1.0));
    assert_eq!((count("/v1/feed", "2xx"), count("/v1/feed", "4xx")), (Some(1.0), None));
    let all = r#"lianhu_http_request_seconds_bucket{route="/v1/events/{reference}",status="4xx",le="+Inf"}"#;
    assert_eq!(samples[all], 2.0);
}

#[tokio::test]
async fn followers_and_streams_are_shown_and_a_stop_is_seen() {
    let world = World::new().await;
    world.report(1).await;
    let token = [("authorization", "Bearer demo-psb-03")];
    let mut stream = client::Stream::open(world.at, "/v1/stream", &token).await;
    stream.past().await;
    let samples = world.samples().await;
    assert_eq!(samples["lianhu_open_streams"], 1.0);
    assert_eq!(samples["lianhu_ledger_head"], world.ledger.head().borrow().0 as f64);
    assert_eq!((samples["lianhu_bus_up"], samples["lianhu_followers_stopped"]), (1.0, 0.0));
    let started = instant("2025-12-30T08:00:00+08:00").timestamp().as_second() as f64;
    assert_eq!(samples["process_start_time_seconds"], started);
    world.disclose_wrongly("psb-03", 9).await;
    while world.samples().await["lianhu_followers_stopped"] == 0.0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let samples = world.samples().await;
    let at = |name: &str| samples[&format!(r#"lianhu_follower_{name}{{follower="views"}}"#)];
    assert_eq!((at("lag"), at("position")), (1.0, samples["lianhu_ledger_head"] - 1.0));
}

#[tokio::test]
async fn a_store_that_fails_is_counted_and_a_bus_that_cannot_say_how_it_is_shows_no_old_numbers() {
    let world = World::new().await;
    world.ledger.fail_next(Fault::Lost);
    world.publish("hsp-01", &world.filed(1)).await.is(503, "unavailable");
    let samples = world.samples().await;
    assert_eq!(samples[&event("mandatory-reporting", "unavailable")], 1.0);
    assert!(samples.contains_key("lianhu_ledger_head"));
    let unread = json!({"path": "agencies.toml", "digest": format!("sha256:{}", "0".repeat(64))});
    let adopted = json!({"files": [unread], "contracts": world.bus.contracts().digest()});
    world.append("rules-999901", "governance.rules-adopted.v1", adopted).await;
    let samples = world.samples().await;
    assert_eq!((samples["lianhu_bus_up"], samples.get("lianhu_ledger_head")), (0.0, None));
}

#[tokio::test]
async fn no_label_comes_from_a_caller_and_no_secret_stands_there() {
    let world = World::new().await;
    let receipt = world.report(1).await.json();
    let mut odd = world.filed(2);
    odd["type"] = json!("stage-of-a-caller.made-up.v1");
    world.publish("hsp-01", &odd).await;
    let case = receipt["subject"].as_str().unwrap();
    for path in [&format!("/v1/cases/{case}"), "/v1/events/canary-path", "/v1/feed?after=canary", "/canary"] {
        world.get("psb-03", path).await;
    }
    world.call("psb-03", "CANARY", "/v1/feed", &[], b"").await;
    let text = world.scraped().await;
    let narrative = world.filed(1)["data"]["narrative"].as_str().unwrap().to_owned();
    let (hash, id) = (receipt["hash"].as_str().unwrap(), uuid(1));
    for secret in
        [case, &id, hash, &narrative, OPERATOR, "demo-hsp-01", "canary", "CANARY", "caller", "made-up"]
    {
        assert!(!text.contains(secret), "{secret} stands in\n{text}");
    }
    // the roster is not repeated either: no word of the text is the code of an agency
    let rules = world.bus.rules().unwrap();
    let now = world.bus.now();
    let codes: BTreeSet<&str> = rules.agencies(now).map(|agency| agency.code.as_str()).collect();
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '-');
    let named: Vec<&str> = words.filter(|word| codes.contains(word)).collect();
    assert!(codes.contains("hsp-01") && named.is_empty(), "{named:?}");
    let contracts = world.bus.contracts();
    let stages: BTreeSet<&str> = contracts.all().map(|contract| contract.kind.stage()).collect();
    let labels = text.lines().filter_map(|line| line.split_once("stage=\"")?.1.split('"').next());
    let labels: BTreeSet<&str> = labels.filter(|stage| *stage != "other").collect();
    assert_eq!(labels, stages);
}

#[tokio::test]
async fn metrics_are_for_the_operator_and_for_programs_of_this_machine() {
    let world = World::new().await;
    let scrape =
        async |headers: &[(&str, &str)]| client::send(world.at, "GET", "/metrics", headers, b"").await;
    assert_eq!(scrape(&[]).await.status, 200, "a peer on loopback");
    for name in ["forwarded", "via", "x-forwarded-for", "x-real-ip"] {
        scrape(&[(name, "for=192.0.2.7")]).await.is(401, "unauthenticated");
    }
    let for_another = ("x-forwarded-for", "192.0.2.7");
    let operator = format!("Bearer {OPERATOR}");
    assert_eq!(scrape(&[for_another, ("authorization", &operator)]).await.status, 200);
    scrape(&[for_another, ("authorization", "Bearer demo-psb-03")]).await.is(403, "operator-only");
}

#[tokio::test]
async fn a_peer_that_is_not_known_to_be_local_needs_the_token() {
    use axum::extract::FromRequestParts as _;
    let world = World::new().await;
    let shared = crate::Shared::new(world.bus.clone(), Operator::new(OPERATOR), Config::default());
    let asks = async |peer: Option<&str>| {
        let (mut parts, ()) = axum::http::Request::get("/metrics").body(()).unwrap().into_parts();
        if let Some(peer) = peer {
            let gate = crate::connection::Gate::of(peer.parse().unwrap());
            parts.extensions.insert(axum::extract::ConnectInfo(gate));
        }
        crate::auth::OperatorOrLocal::from_request_parts(&mut parts, &shared).await.map(drop)
    };
    for local in ["127.0.0.1", "127.8.9.1", "::1", "::ffff:127.0.0.1"] {
        assert!(asks(Some(local)).await.is_ok(), "{local}");
    }
    for other in [None, Some("192.0.2.7"), Some("10.0.0.1"), Some("::ffff:10.0.0.1"), Some("2001:db8::1")] {
        assert_eq!(asks(other).await.unwrap_err().status(), 401, "{other:?}");
    }
}
