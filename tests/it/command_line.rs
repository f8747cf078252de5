//! The command line as a client: what it prints, and by which exit code a script knows what happened.

use crate::harness::command::lianhu_at;
use crate::harness::facts::{Case, event, report};
use crate::harness::{Site, lianhu, repository};
use serde_json::Value;
use std::fs;

#[test]
fn publish_sends_one_event_a_batch_or_one_per_line_and_prints_each_receipt() {
    let site = Site::one_box();
    let server = site.up();
    let publish = |input: &str| {
        let said = lianhu_at(server.at, "demo-hsp-01", &["--json", "publish", "-"], input).done();
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let new = || report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
    let one = new();
    assert_eq!(publish(&one.to_string())[0]["id"], one["id"]);
    assert_eq!(publish(&one.to_string())[0]["duplicate"], true, "again");
    assert_eq!(publish(&serde_json::to_string_pretty(&new()).unwrap()).len(), 1, "over several lines");
    assert_eq!(publish(&Value::from(vec![new(), new(), new()]).to_string()).len(), 3);
    assert_eq!(publish(&format!("{}\n{}\n", new(), new())).len(), 2);
    server.settled();
    assert_eq!(server.agency("psb-03").feed().len(), 7);
    let dry = ["--json", "publish", "--dry-run", "-"];
    let said = lianhu_at(server.at, "demo-hsp-01", &dry, &new().to_string()).done();
    assert!(said.contains("\"admitted\":true"), "{said}");
}

#[test]
fn tail_prints_the_feed_one_json_line_per_fact() {
    let site = Site::one_box();
    let server = site.up();
    Case::opened(&server);
    server.settled();
    let tail = |args: &[&str]| {
        let args = [&["tail", "--no-follow"], args].concat();
        let said = lianhu_at(server.at, "demo-psb-03", &args, "").done();
        said.lines().map(|line| serde_json::from_str(line).unwrap()).collect::<Vec<Value>>()
    };
    let feed = server.agency("psb-03").feed();
    assert_eq!(feed.len(), 3);
    assert_eq!(tail(&[]), feed);
    assert_eq!(tail(&["--after", "2"]), feed[2..]);
}

#[test]
fn the_exit_code_says_what_happened() {
    let site = Site::one_box();
    let server = site.up();
    let case = Case::filed(&server);
    let publish =
        |token: &str, document: &Value| lianhu_at(server.at, token, &["publish", "-"], &document.to_string());
    let mut broken = report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
    broken["data"]["situation_code"] = "R0".into();
    publish("demo-hsp-01", &broken).refused(5, &["contract-violation", "/data/situation_code"]);
    lianhu_at(server.at, "demo-hsp-01", &["publish", "-"], "{").refused(5, &["malformed"]);
    publish("demo-wbo", &case.opened_by_coordinator())
        .refused(4, &["intake.report-not-acknowledged", "签收"]);
    publish("demo-nobody", &case.acknowledged("psb-03")).refused(6, &["unauthenticated"]);
    publish("demo-psb-05", &case.acknowledged("psb-03")).refused(6, &["source-not-yours"]);
    let elsewhere = event(
        "psb-05",
        "intake.report-acknowledged.v1",
        Some(&case.subject),
        case.acknowledged("psb-05")["data"].clone(),
    );
    publish("demo-psb-05", &elsewhere).refused(3, &["not-found"]);
    let nobody: std::net::SocketAddr = "127.0.0.1:9".parse().unwrap();
    lianhu_at(nobody, "x", &["tail", "--no-follow"], "").refused(7, &["does not answer"]);
    lianhu(&["publish"]).refused(2, &["FILE"]);
    lianhu(&["publish", "/nowhere.json"]).refused(1, &["/nowhere.json"]);
    lianhu_at(server.at, "demo-hsp-01", &["agency", "token", "hsp-01"], "").refused(6, &["operator-only"]);
}

#[test]
fn a_quota_that_is_used_up_ends_a_script_with_the_code_for_try_again() {
    let site = Site::with(&["--demo", "--empty", "--quota-per-minute", "1", "--quota-burst", "1"]);
    let server = site.up();
    let (one, two) = (Case::filed(&server), Case::filed(&server)); // reports of danger are not counted
    let publish =
        |document: &Value| lianhu_at(server.at, "demo-psb-03", &["publish", "-"], &document.to_string());
    publish(&one.acknowledged("psb-03")).done();
    publish(&two.acknowledged("psb-03")).refused(7, &["429 quota", "提交的事件过多"]);
    lianhu(&["up", "--demo", "--quota-per-minute", "0"]).refused(2, &["--quota-per-minute"]);
}

#[test]
fn completions_are_printed_for_every_shell() {
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = lianhu(&["completions", shell]).done();
        assert!(script.contains("lianhu") && script.contains("doctor"), "{shell}: {script}");
    }
    lianhu(&["completions", "sh"]).refused(2, &["bash"]);
}

#[test]
fn a_token_may_come_from_a_file() {
    let site = Site::one_box();
    let server = site.up();
    let file = site.beside("token");
    fs::write(&file, "demo-psb-03\n").unwrap();
    let at = format!("http://{}", server.at);
    let token = file.to_str().unwrap();
    lianhu(&["tail", "--no-follow", "--server", &at, "--token-file", token]).done();
    lianhu(&["tail", "--no-follow", "--server", &at]).refused(2, &["LIANHU_TOKEN"]);
}

#[test]
fn the_published_contracts_hold_themselves_and_a_broken_one_is_named() {
    let said = lianhu(&["schema", "check"]).done();
    assert!(said.contains("contracts hold themselves"), "{said}");
    let of_files = lianhu(&["--json", "schema", "check", repository("schemas").to_str().unwrap()]).done();
    let built_in = lianhu(&["--json", "schema", "check"]).done();
    assert_eq!(of_files, built_in, "the program holds the contracts of the repository");

    let folder = tempfile::tempdir().unwrap();
    let stage = folder.path().join("referral");
    fs::create_dir(&stage).unwrap();
    let text = fs::read_to_string(repository("schemas/referral/received.v1.json")).unwrap();
    let check = || lianhu(&["schema", "check", folder.path().to_str().unwrap()]);
    fs::write(stage.join("received.v1.json"), &text).unwrap();
    check().done();
    let said = lianhu(&["schema", "publish", folder.path().to_str().unwrap()]).done();
    assert!(said.contains("1 contracts are published, 1 of them now"), "{said}");
    let mut narrower: Value = serde_json::from_str(&text).unwrap();
    narrower["properties"]["referral"]["x-group"] = "narrative".into();
    fs::write(stage.join("received.v1.json"), narrower.to_string()).unwrap();
    let place = "referral.received.v1#/properties/referral/x-group: contract.place-changed";
    check().refused(5, &[place]);
    lianhu(&["schema", "publish", folder.path().to_str().unwrap()]).refused(5, &[place]);
    let mut schema: Value = serde_json::from_str(&text).unwrap();
    schema["examples"][0]["received_at"] = "yesterday".into();
    fs::write(stage.join("received.v1.json"), schema.to_string()).unwrap();
    check().refused(5, &["referral.received.v1", "examples/0"]);
    fs::write(stage.join("received.v1.json"), "{").unwrap();
    check().refused(5, &["referral/received.v1.json"]);
}

#[test]
fn the_contracts_are_published_to_everybody() {
    let site = Site::one_box();
    let server = site.up();
    let types = server.stranger().get("/v1/types").expect(200);
    let listed: Vec<&str> = types.as_array().unwrap().iter().map(|t| t["type"].as_str().unwrap()).collect();
    for kind in &listed {
        let schema = server.stranger().get(&format!("/v1/schemas/{kind}")).expect(200);
        let (stage, fact) = kind.split_once('.').unwrap();
        let file = fs::read_to_string(repository(&format!("schemas/{stage}/{fact}.json"))).unwrap();
        assert_eq!(schema, serde_json::from_str::<Value>(&file).unwrap(), "{kind}");
    }
    assert!(listed.contains(&"mandatory-reporting.report-filed.v1") && listed.len() > 15, "{listed:?}");
}
