//! Rules are adopted whole or not at all, by the operator, while the bus runs.

use crate::demo::{real, real_rules};
use crate::harness::command::lianhu_at;
use crate::harness::facts::Case;
use crate::harness::{Site, eventually, repository};
use serde_json::json;
use std::fs;

#[test]
fn rules_with_a_fault_are_refused_by_file_and_line_and_change_nothing() {
    let (_site, server, operator) = real();
    let before = server.ready()["rules"].clone();
    let folder = tempfile::tempdir().unwrap();
    let rules = real_rules(folder.path());
    let file = folder.path().join("agencies.toml");
    let text = fs::read_to_string(&file).unwrap();
    let line = 1 + text.lines().position(|line| line == "level = 1").unwrap();
    fs::write(&file, text.replacen("level = 1", "level = 9", 1)).unwrap();
    let apply = |rules: &str| lianhu_at(server.at, &operator, &["rules", "apply", rules], "");
    apply(&rules).refused(5, &[&format!("agencies.toml:{line}: ")]);

    fs::write(&file, text.replacen("[[agency]]", "[[agency", 1)).unwrap();
    apply(&rules).refused(5, &["agencies.toml:"]);
    fs::write(&file, &text).unwrap();
    fs::write(folder.path().join("clocks.toml"), "x = 1\n").unwrap();
    apply(&rules).refused(5, &["clocks.toml:1: "]);
    fs::remove_file(folder.path().join("clocks.toml")).unwrap();
    fs::remove_file(folder.path().join("visibility.toml")).unwrap();
    apply(&rules).refused(5, &["visibility.toml:1: "]);
    assert_eq!(server.ready()["rules"], before);
}

#[test]
fn rules_that_are_in_force_already_change_nothing() {
    let (_site, server, operator) = real();
    server.settled();
    let before = server.ready();
    let folder = tempfile::tempdir().unwrap();
    let args = ["--json", "rules", "apply", &real_rules(folder.path())];
    let said = lianhu_at(server.at, &operator, &args, "").done();
    let adopted: serde_json::Value = serde_json::from_str(&said).unwrap();
    assert_eq!((&adopted["version"], &adopted["changed"]), (&before["rules"], &json!([])));
    assert_eq!(server.ready(), before);
}

#[test]
fn narrower_rules_act_at_once_on_what_was_told_before_and_move_no_position() {
    let (_site, server, operator) = real();
    let token = |agency: &str| lianhu_at(server.at, &operator, &["agency", "token", agency], "").done();
    let (hospital, police) = (server.bearer(token("hsp-01").trim()), server.bearer(token("psb-03").trim()));
    let document = crate::harness::facts::report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
    Case::of(&hospital, &document);
    let kind = document["type"].as_str().unwrap();
    assert_eq!(police.told_of(kind)[0]["event"]["data"]["narrative"], document["data"]["narrative"]);

    let folder = tempfile::tempdir().unwrap();
    let rules = real_rules(folder.path());
    let file = folder.path().join("visibility.toml");
    let text = fs::read_to_string(&file).unwrap();
    let at = text.find("[groups.narrative.cells]").unwrap();
    let (head, cells) = text.split_at(at);
    fs::write(&file, format!("{head}{}", cells.replacen("police = \"full\"", "police = \"none\"", 1)))
        .unwrap();
    lianhu_at(server.at, &operator, &["rules", "apply", &rules], "").done();
    let item = eventually("the narrower rule acts", || {
        let item = police.feed().remove(0);
        let hidden = item["event"]["data"].get("narrative").is_none();
        if hidden { Ok(item) } else { Err(item.to_string()) }
    });
    assert_eq!((&item["position"], &item["form"]), (&json!(1), &json!("masked")));
    assert_eq!(crate::harness::client::withheld(&item), ["/data/first_check", "/data/narrative"]);
}

#[test]
fn wider_rules_do_not_tell_more_of_what_was_told_before() {
    let (_site, server, operator) = real();
    let token = |agency: &str| lianhu_at(server.at, &operator, &["agency", "token", agency], "").done();
    let (hospital, health) = (server.bearer(token("hsp-01").trim()), server.bearer(token("hlt").trim()));
    let report = || crate::harness::facts::report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
    Case::of(&hospital, &report());
    server.settled();
    let folder = tempfile::tempdir().unwrap();
    let rules = real_rules(folder.path());
    let file = folder.path().join("visibility.toml");
    let text = fs::read_to_string(&file).unwrap();
    let (head, cells) = text.split_at(text.find("[groups.narrative.cells]").unwrap());
    let wider = cells.replacen("health-authority = \"none\"", "health-authority = \"full\"", 1);
    fs::write(&file, format!("{head}{wider}")).unwrap();
    lianhu_at(server.at, &operator, &["rules", "apply", &rules], "").done();
    Case::of(&hospital, &report());
    server.settled();
    let feed = health.feed();
    let narrative = |index: usize| feed[index]["event"]["data"].get("narrative").is_some();
    assert_eq!((narrative(0), narrative(1)), (false, true), "{feed:?}");
}

#[test]
fn a_demo_takes_no_rules_of_a_real_region_and_a_real_region_none_of_the_demo() {
    let (_site, server, operator) = real();
    let demo = repository("deploy/jurisdictions/demo");
    let ended = lianhu_at(server.at, &operator, &["rules", "apply", demo.to_str().unwrap()], "");
    ended.refused(6, &["demo-only"]);

    let site = Site::demo();
    let server = site.up();
    let operator = fs::read_to_string(site.data().join("operator.token")).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let ended = lianhu_at(server.at, operator.trim(), &["rules", "apply", &real_rules(folder.path())], "");
    ended.refused(6, &["demo-only"]);
}
