//! Nothing comes from outside, and what came from others is what it says.

use crate::assets::{ALL, url};
use sha2::{Digest as _, Sha256};
use std::fs;

const FOLDER: &str = env!("CARGO_MANIFEST_DIR");

fn text(name: &str) -> String {
    fs::read_to_string(format!("{FOLDER}/{name}")).unwrap()
}

fn templates() -> Vec<(String, String)> {
    let files = fs::read_dir(format!("{FOLDER}/templates")).unwrap().map(|entry| entry.unwrap().path());
    files.map(|path| (path.display().to_string(), fs::read_to_string(path).unwrap())).collect()
}

#[test]
fn scripts_of_others_are_the_files_that_the_notice_names() {
    let notice = text("assets/NOTICE");
    for name in ["htmx.min.js", "hx-sse.min.js"] {
        let asset = ALL.iter().find(|asset| asset.name == name).unwrap();
        let hash = hex::encode(Sha256::digest(asset.content));
        let (_, rest) = notice.split_once(&format!("{name} ")).unwrap();
        assert!(rest.lines().nth(1).unwrap().contains(&hash), "{name} is {hash}");
    }
}

#[test]
fn every_asset_that_a_template_names_exists() {
    let all = templates();
    let named = all.iter().flat_map(|(_, text)| text.split("assets::url(\"").skip(1));
    let names: Vec<&str> = named.map(|rest| rest.split('"').next().unwrap()).collect();
    assert!(names.len() > 5);
    names.iter().for_each(|name| assert!(url(name).starts_with("/assets/"), "{name}"));
}

#[test]
fn pages_hold_no_inline_script_or_style_and_nothing_from_elsewhere() {
    for (name, text) in templates() {
        for banned in ["style=", "<style", "javascript:", "http://", "https://", "hx-on", "|safe"] {
            assert!(!text.contains(banned), "{name} holds {banned}");
        }
        let handlers = text.split(" on").skip(1);
        let handlers = handlers.filter(|rest| {
            rest.split('=')
                .next()
                .is_some_and(|name| name.len() < 16 && name.chars().all(char::is_alphabetic))
                && rest.contains("=\"")
        });
        let inline = handlers.filter(|rest| rest.find('=').is_some_and(|at| at < 16)).count();
        assert_eq!(inline, 0, "{name} holds a handler");
        assert!(text.split("<script").skip(1).all(|rest| rest.starts_with(" defer src=")), "{name}");
    }
    for name in ["assets/app.js", "assets/app.css"] {
        let text = text(name);
        assert!(!text.contains("//www") && !text.contains("http") && !text.contains("@import"), "{name}");
    }
}
