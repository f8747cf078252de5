use super::*;
use ledger::faulty::Fault;

#[tokio::test]
async fn a_new_fact_is_201_with_its_place_and_the_same_again_is_200() {
    let world = World::new().await;
    let first = world.publish("hsp-01", &world.filed(1)).await;
    assert_eq!(first.status, 201, "{}", first.text());
    let receipt = first.json();
    assert_eq!(receipt["duplicate"], false);
    let place = format!("/v1/events/{}.{}", receipt["sequence"], receipt["ordinal"]);
    assert_eq!(first.header("location"), Some(place.as_str()));
    assert_eq!(world.get("hsp-01", &place).await.json()["event"]["id"], uuid(1));
    let again = world.publish("hsp-01", &world.filed(1)).await;
    assert_eq!((again.status, again.json()["duplicate"].clone()), (200, json!(true)));
    assert_eq!(again.json()["hash"], receipt["hash"]);
    let mut other = world.filed(1);
    other["data"]["situation_code"] = json!("R4");
    world.publish("hsp-01", &other).await.is(409, "id-conflict");
}

#[tokio::test]
async fn the_same_event_in_binary_mode_is_a_duplicate() {
    let world = World::new().await;
    let event = world.filed(1);
    assert_eq!(world.publish("hsp-01", &event).await.status, 201);
    let text = |name: &str| event[name].as_str().unwrap().to_owned();
    let attributes: Vec<(String, String)> = ["specversion", "id", "source", "type", "time"]
        .map(|name| (format!("Ce-{name}"), text(name)))
        .to_vec();
    let mut headers: Vec<(&str, &str)> = attributes.iter().map(|(name, value)| (&**name, &**value)).collect();
    headers.push(("content-type", "application/json; charset=utf-8"));
    let again =
        world.call("hsp-01", "POST", "/v1/events", &headers, event["data"].to_string().as_bytes()).await;
    assert_eq!((again.status, again.json()["duplicate"].clone()), (200, json!(true)), "{}", again.text());
    headers[5] = ("content-type", "text/plain");
    world.call("hsp-01", "POST", "/v1/events", &headers, b"{}").await.is(415, "unsupported-content-type");
}

#[tokio::test]
async fn a_document_is_refused_by_the_first_door_that_it_does_not_pass() {
    let world = World::new().await;
    let with = |pointer: &str, value: Value| {
        let mut event = world.filed(1);
        *event.pointer_mut(pointer).unwrap() = value;
        event
    };
    let malformed = world.publish("hsp-01", &with("/specversion", json!("0.3"))).await;
    malformed.is(400, "malformed");
    assert_eq!(malformed.json()["errors"][0]["pointer"], "/specversion");
    world.publish("hsp-01", &with("/type", json!("a.b.v1"))).await.is(422, "unknown-type");
    let broken = world.publish("hsp-01", &with("/data/narrative", json!(7))).await;
    broken.is(422, "contract-violation");
    let error = &broken.json()["errors"][0];
    assert_eq!(error["pointer"], "/data/narrative");
    assert!(error["detail"].is_string() && error["detailZh"].is_string());
    world.publish("hsp-02", &world.filed(1)).await.is(403, "source-not-yours");
    world.publish("psb-03", &with("/source", json!("/999901/psb-03"))).await.is(403, "role-not-allowed");
    let mut elsewhere = world.filed(1);
    elsewhere["subject"] = json!("case-00000000");
    world.publish("hsp-01", &elsewhere).await.is(404, "not-found");
    let refused = world.publish("hsp-01", &with("/data/filed_to", json!("hlt"))).await;
    refused.is(409, "mandatory-reporting.not-a-door");
    assert_eq!(refused.json()["unmet"], json!(["hlt"]));
    assert_eq!(world.head("psb-03").await, 0, "nothing of this was recorded");
}

#[tokio::test]
async fn half_a_batch_may_be_bad_and_each_item_has_its_answer_in_order() {
    let world = World::with(Config { max_document_bytes: 4_000, ..Config::default() }).await;
    let mut long = world.filed(3);
    long["data"]["narrative"] = json!("长".repeat(3_900));
    let twice = r#"{"specversion":"1.0","specversion":"1.0"}"#;
    let (one, two) = (world.filed(1), world.filed(2));
    let body = format!("[{one}, {twice}, 7, {long}, {two}, {one}]");
    let kind = [("content-type", MANY)];
    let dry = world.call("hsp-01", "POST", "/v1/events?dry_run=true", &kind, body.as_bytes()).await;
    assert_eq!(dry.json()[0]["preview"]["admitted"], true, "{}", dry.text());
    let answer = world.call("hsp-01", "POST", "/v1/events", &kind, body.as_bytes()).await;
    assert_eq!(answer.status, 200);
    let items = answer.json();
    let statuses: Vec<u64> =
        items.as_array().unwrap().iter().map(|item| item["status"].as_u64().unwrap()).collect();
    assert_eq!(statuses, [201, 400, 400, 413, 201, 200], "{items}");
    assert_eq!(items[0]["receipt"]["id"], uuid(1));
    assert_eq!(items[1]["problem"]["errors"][0]["code"], "duplicate-member");
    assert_eq!(items[3]["problem"]["code"], "too-large");
    assert_eq!(
        (&items[4]["receipt"]["id"], &items[5]["receipt"]["duplicate"]),
        (&json!(uuid(2)), &json!(true))
    );
    world.call("hsp-01", "POST", "/v1/events", &kind, b"{}").await.is(400, "malformed");
}

#[tokio::test]
async fn a_dry_run_says_what_would_happen_and_stores_nothing() {
    let world = World::new().await;
    let before = *world.ledger.head().borrow();
    for _ in 0..2 {
        let dry = world.post("hsp-01", "/v1/events?dry_run=true", ONE, &world.filed(1)).await;
        assert_eq!((dry.status, dry.json()["admitted"].clone()), (200, json!(true)));
    }
    world.post("hsp-01", "/v1/events?dryrun=true", ONE, &world.filed(1)).await.is(400, "malformed");
    world.post("hsp-01", "/v1/events?dry_run=1", ONE, &world.filed(1)).await.is(400, "malformed");
    assert_eq!(*world.ledger.head().borrow(), before);
}

#[tokio::test]
async fn validate_asks_the_contract_and_nobody_else() {
    let world = World::new().await;
    let valid = world.post("hlt", "/v1/validate", ONE, &world.filed(1)).await; // not the source, no such role
    assert_eq!((valid.status, valid.json()), (200, json!({"valid": true})));
    let mut broken = world.filed(1);
    broken["data"]["children"] = json!([]);
    world.post("hlt", "/v1/validate", ONE, &broken).await.is(422, "contract-violation");
    let both = world.post("hlt", "/v1/validate", MANY, &json!([world.filed(1), broken])).await.json();
    assert_eq!((&both[0], &both[1]["status"]), (&json!({"status": 200, "valid": true}), &json!(422)));
    client::send(world.at, "POST", "/v1/validate", &[("content-type", ONE)], b"{}")
        .await
        .is(401, "unauthenticated");
}

#[tokio::test]
async fn a_body_has_a_size_a_type_and_a_time() {
    let config = Config {
        max_batch_bytes: 100_000,
        max_batch_items: 2,
        request_time: Duration::from_millis(200),
        ..Config::default()
    };
    let world = World::with(config).await;
    let said = [("content-type", ONE), ("content-length", "262145")];
    world.call("hsp-01", "POST", "/v1/events", &said, b"").await.is(413, "too-large"); // answered unread
    let chunked = [("content-type", MANY), ("transfer-encoding", "chunked"), ("content-length", "")];
    let chunk = format!("186a1\r\n{}\r\n0\r\n\r\n", "x".repeat(100_001));
    let headers: Vec<_> = chunked[..2].to_vec();
    let token = ("authorization", "Bearer demo-hsp-01");
    let head = client::head(
        "POST",
        "/v1/events",
        "1.1",
        &[&headers[..], &[token, ("connection", "close")]].concat(),
    );
    assert!(client::raw(world.at, &(head + &chunk)).await.starts_with("HTTP/1.1 413 "));
    world.post("hsp-01", "/v1/events", MANY, &json!([1, 2, 3])).await.is(413, "too-large");
    for kind in ["text/json", "application/json", "application/cloudevents+xml"] {
        world.post("hsp-01", "/v1/events", kind, &world.filed(1)).await.is(415, "unsupported-content-type");
    }
    let packed = [("content-type", ONE), ("content-encoding", "gzip")];
    world.call("hsp-01", "POST", "/v1/events", &packed, b"x").await.is(415, "unsupported-content-type");
    let slow = [("content-type", ONE), ("content-length", "100")];
    world.call("hsp-01", "POST", "/v1/events", &slow, b"{").await.is(408, "timeout");
}

#[tokio::test]
async fn a_store_that_is_away_is_503_and_the_same_again_succeeds() {
    let world = World::new().await;
    world.ledger.fail_next(Fault::Kept);
    let away = world.publish("hsp-01", &world.filed(1)).await;
    away.is(503, "unavailable");
    assert_eq!(away.header("retry-after"), Some("5"));
    assert!(!away.text().contains("as told"), "why is not sent");
    let again = world.publish("hsp-01", &world.filed(1)).await;
    assert_eq!((again.status, again.json()["duplicate"].clone()), (200, json!(true)));
}

#[tokio::test]
async fn if_match_publishes_only_on_what_the_caller_has_seen_last() {
    let world = World::new().await;
    let receipt = world.report(1).await.json();
    let last = format!("{}.{}", receipt["sequence"], receipt["ordinal"]);
    let ack = |number| {
        json!({
            "specversion": "1.0", "id": uuid(number), "source": "/999901/psb-03",
            "type": "intake.report-acknowledged.v1", "time": "2026-03-30T14:21:00+08:00",
            "subject": receipt["subject"],
            "data": {"report": uuid(1), "acknowledged_at": "2026-03-30T14:21:00+08:00"},
        })
    };
    let post = async |number, path: &str, tags: &[&str]| {
        let mut headers = vec![("content-type", ONE)];
        headers.extend(tags.iter().map(|tag| ("if-match", *tag)));
        world.call("psb-03", "POST", path, &headers, ack(number).to_string().as_bytes()).await
    };
    let before = *world.ledger.head().borrow();
    for stale in ["1.0", "\"1.0\"", &format!("{}.1", receipt["sequence"])] {
        let refused = post(2, "/v1/events", &[stale]).await;
        refused.is(412, "precondition-failed");
        assert!(!refused.text().contains(&last), "what the last one is, is not told: {}", refused.text());
    }
    let weak = format!("W/\"{last}\"");
    for wrong in [&["*"][..], &[&weak], &["\"1.0\", \"2.0\""], &["1.0", "1.0"], &["01.0"], &["\"1.0"], &[""]]
    {
        let refused = post(2, "/v1/events", wrong).await;
        refused.is(400, "malformed");
        assert_eq!(refused.json()["errors"][0]["pointer"], "/if-match", "{wrong:?}");
    }
    post(2, "/v1/events?dry_run=true", &["1.0"]).await.is(412, "precondition-failed");
    assert_eq!(*world.ledger.head().borrow(), before, "nothing was recorded");
    assert_eq!(post(2, "/v1/events?dry_run=true", &[&last]).await.status, 200);
    let quoted = format!("\"{last}\"");
    assert_eq!(post(2, "/v1/events", &[&quoted]).await.status, 201);
    assert_eq!(post(2, "/v1/events", &["1.0"]).await.json()["duplicate"], true, "the same document again");
    post(3, "/v1/events", &[&last]).await.is(412, "precondition-failed");
}

#[tokio::test]
async fn if_match_works_in_binary_mode_and_not_for_a_batch() {
    let world = World::new().await;
    let receipt = world.report(1).await.json();
    let last = format!("{}.{}", receipt["sequence"], receipt["ordinal"]);
    let id = uuid(2);
    let attributes = [
        ("content-type", "application/json"),
        ("ce-specversion", "1.0"),
        ("ce-id", id.as_str()),
        ("ce-source", "/999901/psb-03"),
        ("ce-type", "intake.report-acknowledged.v1"),
        ("ce-time", "2026-03-30T14:21:00+08:00"),
        ("ce-subject", receipt["subject"].as_str().unwrap()),
    ];
    let data = json!({"report": uuid(1), "acknowledged_at": "2026-03-30T14:21:00+08:00"}).to_string();
    let post = async |tag: &str| {
        let headers = [&attributes[..], &[("if-match", tag)]].concat();
        world.call("psb-03", "POST", "/v1/events", &headers, data.as_bytes()).await
    };
    post("1.0").await.is(412, "precondition-failed");
    assert_eq!(post(&last).await.status, 201);
    let many = [("content-type", MANY), ("if-match", last.as_str())];
    world.call("psb-03", "POST", "/v1/events", &many, b"[]").await.is(400, "malformed");
}
