//! Commands to copy. `$BUS` is the address, `$TOKEN` the token, `$CASE` a history, `$AT` a fact.

use crate::openapi::call::{Call, Who};
use contract::{Contract, Opens};
use runtime::Bus;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// A call.
pub(super) fn call(call: &Call) -> String {
    let path = call.path.replace("{id}", "$CASE").replace("{reference}", "$AT").replace("{type}", "$TYPE");
    let mut query: Vec<String> = call
        .parameters
        .iter()
        .filter(|p| p.required && p.place == "query")
        .map(|p| format!("{0}=${0}", p.name))
        .collect();
    if call.path.ends_with("/feed") {
        query.push("after=0".to_owned());
    }
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let open = if path.ends_with("stream") { "-N" } else { "-s" };
    let mut text = format!("curl {open} \"$BUS{path}{query}\"");
    if call.who != Who::Anyone {
        text += " -H \"authorization: Bearer $TOKEN\"";
    }
    if let Some(sent) = call.sent.first() {
        text += &format!(" \\\n  -H 'content-type: {}' -d @document.json", sent.media);
    }
    text
}

/// An agency that may say a fact now, by the rules in force, and its token where it is a known one.
struct Speaker {
    source: String,
    token: String,
}

fn speaker(contract: &Contract, bus: &Bus) -> Speaker {
    let rules = bus.rules().ok();
    let holder = rules.as_ref().and_then(|rules| {
        let mut roles = contract.publishers().iter();
        roles.find_map(|role| rules.holders(role.as_str(), bus.now()).first().map(ToString::to_string))
    });
    let agency = holder.unwrap_or_else(|| "$AGENCY".to_owned());
    let token = if bus.is_demo() { format!("demo-{agency}") } else { "$TOKEN".to_owned() };
    Speaker { source: format!("/{}/{agency}", bus.region()), token }
}

/// A command that publishes an example of a fact; none when only the bus says it.
pub(super) fn fact(contract: &Contract, bus: &Bus, data: &Value) -> Option<String> {
    if contract.publishers().is_empty() {
        return None;
    }
    let Speaker { source, token } = speaker(contract, bus);
    let mut event = vec![
        ("specversion", json!("1.0")),
        ("id", json!(example_id(contract, data))),
        ("source", json!(source)),
        ("type", json!(contract.kind)),
        ("time", json!(bus.now())),
    ];
    if contract.opens() == Opens::Never {
        event.push(("subject", json!("$CASE")));
    }
    event.push(("data", data.clone()));
    let line = |(name, value): &(&str, Value)| format!("  \"{name}\": {}", sheltered(name, value));
    let lines: Vec<String> = event.iter().map(line).collect();
    Some(format!(
        "curl -s \"$BUS/v1/events\" -H \"authorization: Bearer {token}\" \\\n  -H 'content-type: application/cloudevents+json' -d @- <<JSON\n{{\n{}\n}}\nJSON",
        lines.join(",\n")
    ))
}

/// As JSON in which the shell finds nothing to replace, but for the names that the page explains.
fn sheltered(name: &str, value: &Value) -> String {
    let text = serde_json::to_string_pretty(value).unwrap_or_default().replace('\n', "\n  ");
    if name != "data" {
        return text;
    }
    text.replace('\\', "\\\\").replace('$', "\\$").replace('`', "\\`")
}

/// A UUID for each example: two of one agency are two facts.
fn example_id(contract: &Contract, data: &Value) -> String {
    let hex = hex::encode(Sha256::digest(format!("{} {data}", contract.kind)));
    format!("{}-{}-4{}-8{}-{}", &hex[..8], &hex[8..12], &hex[13..16], &hex[17..20], &hex[20..32])
}
