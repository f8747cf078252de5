//! The document is what the code says, what the routes are, and what is answered.

use super::agreed::{DOCUMENT, TEXT, conforms};
use super::*;
use crate::openapi;

pub(super) fn file(name: &str) -> String {
    format!("{}/{name}", env!("CARGO_MANIFEST_DIR"))
}

/// `UPDATE_OPENAPI=1 cargo test -p gateway document` writes the file anew.
#[test]
fn the_document_in_the_tree_is_the_one_that_the_code_makes() {
    let text = openapi::text(&Contracts::published().unwrap());
    if std::env::var_os("UPDATE_OPENAPI").is_some() {
        return std::fs::write(file("openapi.json"), text).unwrap();
    }
    let why = "write it anew: UPDATE_OPENAPI=1 cargo test -p gateway document";
    let other = text.lines().zip(TEXT.lines()).position(|(new, old)| new != old);
    assert!(text == TEXT, "line {:?} of openapi.json differs; {why}", other.map(|line| line + 1));
}

#[test]
fn every_route_stands_in_the_document_and_nothing_else_does() {
    let routes: BTreeSet<&str> = crate::routes().into_iter().map(|(path, _)| path).collect();
    let said: BTreeSet<&str> = DOCUMENT["paths"].as_object().unwrap().keys().map(String::as_str).collect();
    let pages: Vec<&str> = routes.difference(&said).copied().collect();
    assert!(pages.iter().all(|path| path.starts_with("/docs")), "without a block: {pages:?}");
    assert_eq!(said.difference(&routes).count(), 0, "{:?}", said.difference(&routes));
}

#[tokio::test]
async fn every_path_takes_the_methods_of_the_document_and_no_other() {
    let world = World::new().await;
    for (path, block) in DOCUMENT["paths"].as_object().unwrap() {
        let refused = client::send(world.at, "DELETE", &path.replace(['{', '}'], "x"), &[], b"").await;
        let allowed: BTreeSet<String> =
            refused.header("allow").unwrap().split(',').map(str::to_lowercase).collect();
        let said = block.as_object().unwrap().keys().cloned();
        let said: BTreeSet<String> = said
            .flat_map(|method| if method == "get" { vec![method, "head".to_owned()] } else { vec![method] })
            .collect();
        assert_eq!((refused.status, allowed), (405, said), "{path}");
    }
}

#[tokio::test]
async fn the_document_is_public_and_kept_by_its_tag() {
    let world = World::new().await;
    let get = async |headers: &[(&str, &str)]| {
        client::send(world.at, "GET", "/v1/openapi.json", headers, b"").await
    };
    let document = get(&[]).await;
    assert_eq!((document.status, document.text()), (200, TEXT.to_owned()));
    let same = get(&[("if-none-match", document.header("etag").unwrap())]).await;
    assert_eq!((same.status, same.body.len()), (304, 0));
}

#[test]
fn every_example_is_of_its_schema() {
    let mut count = 0;
    let mut check = |schema: &Value, example: &Value| {
        conforms(schema, example).unwrap_or_else(|wrong| panic!("{wrong}\n{example}"));
        count += 1;
    };
    for problem in DOCUMENT["components"]["examples"].as_object().unwrap().values() {
        check(&openapi::shape::of("Problem"), &problem["value"]);
    }
    for (path, block) in DOCUMENT["paths"].as_object().unwrap() {
        for (method, call) in block.as_object().unwrap() {
            let contents =
                [&call["requestBody"]].into_iter().chain(call["responses"].as_object().unwrap().values());
            for (kind, content) in
                contents.flat_map(|holder| holder["content"].as_object().into_iter().flatten())
            {
                match content.get("example") {
                    Some(example) => check(&content["schema"], example),
                    None if kind.starts_with("text/") || kind == "application/schema+json" => {}
                    None if content["examples"].is_object() || path == "/v1/openapi.json" => {}
                    None => panic!("{method} {path} shows no {kind}"),
                }
            }
        }
    }
    assert!(count >= 50, "{count}");
}

#[test]
fn names_are_given_once_and_everything_is_said_in_both_languages() {
    let mut names = BTreeSet::new();
    for call in crate::openapi::calls::all().iter().flat_map(|group| &group.calls) {
        assert!(names.insert(call.id), "{}", call.id);
        let parameters = call.parameters.iter().map(|parameter| parameter.says);
        let said =
            [call.title, call.says].into_iter().chain(parameters).chain(call.answers.iter().map(|a| a.says));
        for (en, zh) in said {
            assert!(!en.is_empty() && en.is_ascii() && !zh.is_empty(), "{}: {en} {zh}", call.id);
        }
    }
    for shape in crate::openapi::shapes::all() {
        for member in &shape.members {
            assert!(
                member.says.0.ends_with('.') && member.says.1.ends_with('。'),
                "{} {}",
                shape.name,
                member.name
            );
        }
    }
}
