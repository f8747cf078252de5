use super::*;

impl World {
    pub(super) async fn operate(&self, path: &str, body: &Value) -> Answer {
        let headers =
            [("authorization", &*format!("Bearer {OPERATOR}")), ("content-type", "application/json")];
        client::send(self.at, "POST", path, &headers, body.to_string().as_bytes()).await
    }
}

pub(super) fn as_json(files: &[RuleFile]) -> Value {
    let files = files.iter().map(|file| json!({"path": file.path, "content": file.content}));
    json!({"files": files.collect::<Vec<_>>()})
}

#[tokio::test]
async fn a_bus_is_ready_when_rules_are_in_force() {
    let world = World::bare(Config::default()).await;
    let ready = async || client::send(world.at, "GET", "/readyz", &[], b"").await;
    let before = ready().await;
    assert_eq!((before.status, &before.json()["rules"]), (503, &json!(0)));
    let live = client::send(world.at, "GET", "/livez", &[], b"").await;
    assert_eq!((live.status, &*live.text()), (200, "ok"));
    let adopted = world.operate("/v1/rules", &as_json(&rule_files())).await;
    assert_eq!(adopted.status, 200, "{}", adopted.text());
    assert_eq!(adopted.json()["changed"].as_array().unwrap().len(), rule_files().len());
    let after = ready().await;
    assert_eq!((after.status, &after.json()["rules"]), (200, &adopted.json()["version"]));
    assert_eq!(after.json()["stopped"], json!([]));
}

#[tokio::test]
async fn rules_with_a_fault_are_refused_at_their_line() {
    let world = World::new().await;
    let mut files = rule_files();
    let roster = files.iter_mut().find(|file| file.path == "agencies.toml").unwrap();
    roster.content.push_str("\n[[agency]]\ncode = \"wbo\"\n");
    let refused = world.operate("/v1/rules", &as_json(&files)).await;
    refused.is(422, "rules-refused");
    let error = &refused.json()["errors"][0];
    assert_eq!((&error["pointer"], &error["code"]), (&json!("/files/agencies.toml"), &json!("rule")));
    assert!(error["detail"].as_str().unwrap().starts_with("agencies.toml:"), "{error}");
    let mut real = rule_files();
    let roster = real.iter_mut().find(|file| file.path == "agencies.toml").unwrap();
    roster.content = roster.content.replace("demo = true", "demo = false");
    world.operate("/v1/rules", &as_json(&real)).await.is(403, "demo-only");
    let stranger = json!({"files": [{"path": "a/b.toml", "content": ""}]});
    let pointers = world.operate("/v1/rules", &stranger).await.json()["errors"].to_string();
    assert!(pointers.contains("/files/a~1b.toml"), "{pointers}");
}

#[tokio::test]
async fn a_token_is_shown_once_and_works() {
    let world = World::new().await;
    let body = json!({"agency": "hsp-01", "label": "ward system", "expires_at": "2026-04-30T00:00:00+08:00"});
    let issued = world.operate("/v1/tokens", &body).await;
    assert_eq!((issued.status, issued.header("cache-control")), (201, Some("no-store")), "{}", issued.text());
    assert_eq!(issued.json()["expires_at"], "2026-04-29T16:00:00.000000Z");
    let bearer = format!("Bearer {}", issued.json()["token"].as_str().unwrap());
    let feed = async || client::send(world.at, "GET", "/v1/feed", &[("authorization", &bearer)], b"").await;
    assert_eq!(feed().await.status, 200);
    world.set_clock("2026-05-01T00:00:00+08:00");
    feed().await.is(401, "unauthenticated");
    world.operate("/v1/tokens", &json!({"agency": "zzz-99"})).await.is(422, "unknown-agency");
    for (body, pointer) in [
        (json!({"agency": "HSP"}), "/agency"),
        (json!({"agency": "hsp-01", "label": "系统"}), "/label"),
        (json!({"agency": "hsp-01", "expires_at": "soon"}), "/expires_at"),
        (json!({"agency": "hsp-01", "expires_at": "2026-01-01T00:00:00Z"}), "/expires_at"),
    ] {
        let broken = world.operate("/v1/tokens", &body).await;
        broken.is(422, "contract-violation");
        assert_eq!(broken.json()["errors"][0]["pointer"], pointer);
    }
    world.operate("/v1/tokens", &json!({"agency": "hsp-01", "role": "x"})).await.is(400, "malformed");
    world.operate("/v1/rules", &json!({"files": [], "force": true})).await.is(400, "malformed");
}

#[tokio::test]
async fn the_operators_calls_take_the_operators_token() {
    let world = World::new().await;
    for path in ["/v1/rules", "/v1/tokens"] {
        world.post("wbo", path, "application/json", &json!({})).await.is(403, "operator-only");
        client::send(world.at, "POST", path, &[], b"").await.is(401, "unauthenticated");
        let wrong = [("authorization", "Bearer operator-token-of-the-test")];
        client::send(world.at, "POST", path, &wrong, b"").await.is(401, "unauthenticated");
        let kind = [("authorization", &*format!("Bearer {OPERATOR}")), ("content-type", "text/plain")];
        client::send(world.at, "POST", path, &kind, b"{}").await.is(415, "unsupported-content-type");
    }
    // and it is no agency
    let operator = [("authorization", &*format!("Bearer {OPERATOR}"))];
    client::send(world.at, "GET", "/v1/feed", &operator, b"").await.is(401, "unauthenticated");
}
