//! The examples of the document are answers of a bus that lived through an incident.

use super::document::file;
use super::incident::{Played, every_rule_file};
use super::operating::as_json;
use super::*;

/// Shortens lists to their first item, for a document that is read by people.
fn short(value: Value) -> Value {
    match value {
        Value::Array(items) => items.into_iter().take(1).map(short).collect(),
        Value::Object(members) => members.into_iter().map(|(name, value)| (name, short(value))).collect(),
        other => other,
    }
}

/// `UPDATE_EXAMPLES=1 cargo test -p gateway incident` takes the examples of the document from a new run.
pub(super) async fn take(played: &Played) {
    let (world, case) = (&played.world, &played.case);
    let mut all: Value = serde_json::from_str(include_str!("../../examples.json")).unwrap();
    for (name, path) in [
        ("readFeed", "/v1/feed?limit=1"),
        ("readEvent", &*world.get("wbo", "/v1/feed?after=2&limit=1").await.place()),
        ("listCases", "/v1/cases?phase=follow-up"),
        ("readCase", &*format!("/v1/cases/{case}")),
        ("readTimeline", &*format!("/v1/cases/{case}/timeline")),
        ("readCaseClocks", &*format!("/v1/cases/{case}/clocks")),
        ("replayCase", &*format!("/v1/cases/{case}/replay")),
        ("readReferrals", &*format!("/v1/cases/{case}/referrals")),
        ("readKnowledge", &*format!("/v1/cases/{case}/knowledge?agency=ngo-07")),
        ("readInbox", "/v1/inbox?all=true"),
        ("listClocks", "/v1/clocks?state=met"),
        ("listTypes", "/v1/types"),
        ("ready", "/readyz"),
    ] {
        let answer = world.get("wbo", path).await;
        assert_eq!(answer.status, 200, "{name}: {}", answer.text());
        all[format!("{name} 200")] = short(answer.json());
    }
    for (name, answer) in world.said().await {
        all[name] = short(answer.json());
    }
    let rebuilt = world.operate("/v1/views/rebuild", &json!({})).await.text(); // in chunks
    let lines = rebuilt.lines().filter(|line| line.starts_with('{'));
    all["rebuildViews 200"] = lines.map(|line| format!("{line}\n")).collect::<String>().into();
    all["issueToken 201"]["token"] = json!("lh_hsp-01_…");
    if std::env::var_os("UPDATE_EXAMPLES").is_some() {
        let text = serde_json::to_string_pretty(&all).unwrap() + "\n";
        std::fs::write(file("examples.json"), text).unwrap();
    }
}

impl Answer {
    /// Where the first fact of a page can be read alone.
    fn place(&self) -> String {
        let page = self.json();
        let event = &page["items"][0]["event"];
        format!("/v1/events/{}.{}", event["sequence"].as_str().unwrap(), event["ordinal"])
    }
}

impl World {
    /// What is answered to those who write.
    async fn said(&self) -> Vec<(&'static str, Answer)> {
        let with = |pointer: &str, value: Value| {
            let mut event = self.filed(901);
            *event.pointer_mut(pointer).unwrap() = value;
            event
        };
        let mut files = every_rule_file();
        files.iter_mut().find(|file| file.path == "visibility.toml").unwrap().content.push('\n');
        let changed = as_json(&files);
        files[0].content.push('[');
        let bare = World::bare(Config::default()).await;
        let token = json!({"agency": "hsp-01", "label": "ward system"});
        vec![
            ("problem 400-malformed", self.publish("hsp-01", &with("/specversion", json!("0.3"))).await),
            (
                "problem 422-contract-violation",
                self.publish("hsp-01", &with("/data/narrative", json!(7))).await,
            ),
            ("problem 409-refused", self.publish("hsp-01", &with("/data/filed_to", json!("hlt"))).await),
            ("publishEvents 201", self.publish("hsp-01", &self.filed(901)).await),
            ("publishEvents 200", self.publish("hsp-01", &self.filed(901)).await),
            ("validate 200", self.post("hsp-01", "/v1/validate", ONE, &self.filed(901)).await),
            ("adoptRules 200", self.operate("/v1/rules", &changed).await),
            ("problem 422-rules-refused", self.operate("/v1/rules", &as_json(&files)).await),
            ("issueToken 201", self.operate("/v1/tokens", &token).await),
            ("ready 503", client::send(bare.at, "GET", "/readyz", &[], b"").await),
        ]
    }
}
