//! The pages at `/docs`: whole, for everybody, and of this program alone.

use super::agreed::DOCUMENT;
use super::*;

async fn page(world: &World, path: &str) -> String {
    let answer = client::send(world.at, "GET", path, &[], b"").await;
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (200, Some("text/html; charset=utf-8")),
        "{path}"
    );
    let policy = answer.header("content-security-policy").unwrap();
    assert!(
        policy.starts_with("default-src 'none'; style-src 'self';") && !policy.contains("unsafe"),
        "{policy}"
    );
    answer.text()
}

/// What stands in an attribute, wherever it stands.
fn all<'a>(html: &'a str, attribute: &str) -> Vec<&'a str> {
    let start = format!(" {attribute}=\"");
    html.split(&start).skip(1).map(|rest| rest.split('"').next().unwrap()).collect()
}

/// Each anchor is there once, each link leads to one, nothing is scripted and nothing comes from elsewhere.
async fn is_whole(world: &World, path: &str) -> String {
    let html = page(world, path).await;
    let ids: Vec<&str> = all(&html, "id");
    assert_eq!(ids.iter().collect::<BTreeSet<_>>().len(), ids.len(), "{path} has an id twice");
    for href in all(&html, "href") {
        let known = href.starts_with("/docs") || href.starts_with("/v1/") || href == "data:,";
        assert!(href.strip_prefix('#').is_some_and(|id| ids.contains(&id)) || known, "{path}: {href}");
    }
    for word in ["<script", " style=", " onclick=", "http-equiv", " src="] {
        assert!(!html.contains(word), "{path}: {word}");
    }
    html
}

#[tokio::test]
async fn the_page_of_the_calls_shows_every_call_shape_and_problem() {
    let world = World::new().await;
    let html = is_whole(&world, "/docs").await;
    let ids: BTreeSet<&str> = all(&html, "id").into_iter().collect();
    for call in crate::openapi::calls::all().iter().flat_map(|group| &group.calls) {
        assert!(
            ids.contains(call.id) && html.contains(call.title.0) && html.contains(call.title.1),
            "{}",
            call.id
        );
    }
    for shape in DOCUMENT["components"]["schemas"].as_object().unwrap().keys() {
        assert!(ids.contains(shape.as_str()), "{shape}");
    }
    for word in words::ALL {
        assert!(ids.contains(&*format!("{}-{}", word.status.as_u16(), word.code)) && html.contains(word.zh));
    }
}

#[tokio::test]
async fn every_fact_type_has_its_page_with_every_property() {
    let world = World::new().await;
    let list = is_whole(&world, "/docs/facts").await;
    for contract in world.bus.contracts().all() {
        let path = format!("/docs/facts/{}", contract.kind);
        assert!(all(&list, "href").contains(&path.as_str()), "{path}");
        let html = is_whole(&world, &path).await;
        for name in contract.properties().keys() {
            assert!(html.contains(&format!("<code class=\"name\">{name}</code>")), "{path}: {name}");
        }
        assert!(html.contains(contract.schema["x-zh"]["title"].as_str().unwrap()), "{path}");
    }
    client::send(world.at, "GET", "/docs/facts/a.b.v1", &[], b"").await.is(404, "not-found");
}

#[tokio::test]
async fn a_command_on_a_page_publishes_its_fact() {
    let world = World::new().await;
    let html = page(&world, &format!("/docs/facts/{REPORT}")).await;
    let text = html.replace("&#34;", "\"").replace("&#38;", "&").replace("&#60;", "<").replace("&#39;", "'");
    let command = text.split("<code>curl").find(|part| part.contains("<<JSON")).unwrap();
    let token = command.split("Bearer ").nth(1).unwrap().split('"').next().unwrap();
    let event = command.split("<<JSON\n").nth(1).unwrap().split("\nJSON").next().unwrap();
    let headers = [("authorization", &*format!("Bearer {token}")), ("content-type", ONE)];
    let published = client::send(world.at, "POST", "/v1/events", &headers, event.as_bytes()).await;
    assert_eq!(published.status, 201, "{}\n{event}", published.text());
}

#[tokio::test]
async fn a_page_is_there_before_any_rule_is() {
    let world = World::bare(Config::default()).await;
    assert!(page(&world, &format!("/docs/facts/{REPORT}")).await.contains("$AGENCY"));
}

#[tokio::test]
async fn the_style_is_of_this_program_alone() {
    let world = World::new().await;
    let style = client::send(world.at, "GET", "/docs/style.css", &[], b"").await;
    assert_eq!((style.status, style.header("content-type")), (200, Some("text/css; charset=utf-8")));
    assert!(!style.text().contains("url(") && !style.text().contains("@import"));
}
