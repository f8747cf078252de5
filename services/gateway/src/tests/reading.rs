use super::*;

#[tokio::test]
async fn a_feed_is_read_in_pages_that_join_without_gap() {
    let world = World::new().await;
    for number in 1..=3 {
        world.report(number).await;
    }
    let page = world.get("psb-03", "/v1/feed?limit=2").await.json();
    assert_eq!(
        (page["items"].as_array().unwrap().len(), &page["next"], &page["head"]),
        (2, &json!(2), &json!(3))
    );
    assert_eq!(page["items"][0]["event"]["id"], uuid(1));
    let rest = world.get("psb-03", "/v1/feed?after=2").await.json();
    assert_eq!((&rest["items"][0]["position"], &rest["next"]), (&json!(3), &json!(3)));
    let none = world.get("psb-03", "/v1/feed?after=3").await.json();
    assert_eq!((&none["items"], &none["next"]), (&json!([]), &json!(3)));
    for bad in ["limit=0", "limit=1001", "wait=61", "after=-1", "after=x", "since=1", "after=1&after=2"] {
        world.get("psb-03", &format!("/v1/feed?{bad}")).await.is(400, "malformed");
    }
}

#[tokio::test]
async fn a_long_poll_answers_as_soon_as_there_is_something() {
    let world = World::new().await;
    let quick = tokio::time::timeout(Duration::from_secs(20), async {
        let (page, filed) = tokio::join!(world.get("psb-03", "/v1/feed?wait=60"), async {
            tokio::time::sleep(Duration::from_millis(100)).await;
            world.publish("hsp-01", &world.filed(1)).await
        });
        assert_eq!((filed.status, page.json()["items"][0]["event"]["id"].clone()), (201, json!(uuid(1))));
    });
    quick.await.expect("long before a minute is over");
}

#[tokio::test]
async fn what_is_not_for_the_caller_is_the_same_answer_as_a_wrong_reference() {
    let world = World::new().await;
    let receipt = world.report(1).await.json();
    let place = format!("/v1/events/{}.{}", receipt["sequence"], receipt["ordinal"]);
    assert_eq!(world.get("psb-03", &place).await.status, 200);
    let hidden = world.get("hsp-02", &place).await;
    hidden.is(404, "not-found");
    let others = ["1.0", "99999.0", "1.7", "0.0", "+1.0", "01.0", "x", "1", "1.0.0", "%FF", "%20", "-1.0"];
    for reference in others {
        let wrong = world.get("hsp-02", &format!("/v1/events/{reference}")).await;
        assert_eq!(
            (wrong.status, &wrong.headers, &wrong.body),
            (404, &hidden.headers, &hidden.body),
            "{reference}"
        );
    }
    let spelled = format!("/v1/events/+{}.0{}", receipt["sequence"], receipt["ordinal"]);
    let wrong = world.get("psb-03", &spelled).await;
    assert_eq!((&wrong.headers, &wrong.body), (&hidden.headers, &hidden.body), "a fact has one reference");
}

#[tokio::test]
async fn what_cannot_be_read_is_a_problem_and_what_stands_before_it_is_not_lost() {
    let world = World::new().await;
    world.report(1).await;
    world.disclose_wrongly("psb-03", 2).await;
    while world.bus.feed_head(&runtime::Caller { agency: "psb-03".to_owned().try_into().unwrap() }) < 2 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    let page = world.get("psb-03", "/v1/feed").await.json();
    assert_eq!((page["items"].as_array().unwrap().len(), &page["next"]), (1, &json!(1)));
    let damaged = world.get("psb-03", "/v1/feed?after=1").await;
    damaged.is(503, "damaged");
    assert!(!damaged.text().contains("9999"), "where is logged, not sent");
}

#[tokio::test]
async fn an_empty_page_means_that_nothing_is_new_and_not_that_the_feeds_stopped() {
    let world = World::new().await;
    world.report(1).await;
    world.disclose_wrongly("psb-03", 7).await; // a hole: the feeds stop rather than hide a fact
    let feed = world.get("psb-03", "/v1/feed?after=1&wait=10").await;
    feed.is(503, "unavailable");
    let ready = client::send(world.at, "GET", "/readyz", &[], b"").await;
    assert_eq!((ready.status, &ready.json()["stopped"]), (503, &json!(["views"])));
    assert_eq!(world.get("psb-03", "/v1/feed").await.json()["items"].as_array().unwrap().len(), 1);
}

#[tokio::test]
async fn nor_that_nobody_discloses_any_more() {
    let world = World::new().await;
    // no disclosure stands where only disclosures may: whoever goes on from there would guess
    world.append("disclosure-999901", "justice.judgment-delivered.v1", json!({})).await;
    world.publish("hsp-01", &world.filed(1)).await;
    while world.bus.status().unwrap().stopped.is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    world.get("psb-03", "/v1/feed").await.is(503, "unavailable");
    let token = [("authorization", "Bearer demo-psb-03")];
    let mut stream = client::Stream::open(world.at, "/v1/stream", &token).await;
    assert_eq!(stream.event().await.unwrap().data["code"], "unavailable", "and not caught-up");
    let ready = client::send(world.at, "GET", "/readyz", &[], b"").await;
    assert_eq!((ready.status, &ready.json()["stopped"]), (503, &json!(["disclosure"])));
}

#[tokio::test]
async fn one_case_that_cannot_be_read_stops_nobody_and_is_counted() {
    let world = World::new().await;
    world.append("case-0", "referral.made.v1", json!({})).await;
    while world.bus.status().unwrap().parked == 0 {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    assert_eq!(world.get("psb-03", "/v1/feed").await.status, 200);
    let ready = client::send(world.at, "GET", "/readyz", &[], b"").await;
    assert_eq!((ready.status, &ready.json()["parked"]), (200, &json!(1)));
}

#[tokio::test]
async fn the_contracts_are_public_and_kept_by_their_tag() {
    let world = World::new().await;
    let get =
        async |path: &str, headers: &[(&str, &str)]| client::send(world.at, "GET", path, headers, b"").await;
    let types = get("/v1/types", &[]).await.json();
    let report = types.as_array().unwrap().iter().find(|one| one["type"] == REPORT).unwrap();
    assert_eq!((&report["opens"], &report["history"]), (&json!("may"), &json!("case")));
    assert_eq!(report["publishers"], json!(["mandated-reporter"]));
    assert!(report["title"].is_string() && report["titleZh"].is_string());
    let path = report["schema"].as_str().unwrap();
    let schema = get(path, &[]).await;
    assert_eq!(schema.header("content-type"), Some("application/schema+json"));
    assert_eq!(schema.json(), world.bus.contracts().get(REPORT).unwrap().schema);
    let tag = schema.header("etag").unwrap();
    for known in [tag, "*", &format!("\"x\", W/{tag}")] {
        let same = get(path, &[("if-none-match", known)]).await;
        assert_eq!((same.status, same.body.len(), same.header("etag")), (304, 0, Some(tag)));
    }
    assert_eq!(get(path, &[("if-none-match", "\"x\"")]).await.status, 200);
    get("/v1/schemas/a.b.v1", &[]).await.is(404, "not-found");
}
