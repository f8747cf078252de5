//! The coverage page: what the districts of the study name, and what of the bus serves it. It is made from
//! `deploy/mechanisms.toml`; whatever that names exists.
//!
//! `UPDATE_MECHANISMS=1 cargo test -p tests mechanisms` writes the page anew.

use crate::harness::{note, repository};
use serde::Deserialize;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::fs;

const PAGE: &str = "deploy/jurisdictions/demo/mechanisms.md";
/// As many as the study counts.
const ALL: u16 = 145;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    mechanism: Vec<Mechanism>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Mechanism {
    number: u16,
    seed: String,
    name: Name,
    #[serde(default)]
    facts: Vec<String>,
    #[serde(default)]
    clocks: Vec<String>,
    #[serde(default)]
    data: Vec<String>,
    #[serde(default)]
    speaks: Vec<String>,
    #[serde(default)]
    calls: Vec<String>,
    outside: Option<String>,
}

#[derive(Deserialize)]
struct Name {
    zh: String,
    en: String,
}

fn mechanisms() -> Vec<Mechanism> {
    let text = fs::read_to_string(repository("deploy/mechanisms.toml")).unwrap();
    toml::from_str::<File>(&text).unwrap().mechanism
}

/// What the demonstration district has: values of a key in its files.
fn named(folder: &str, key: &str) -> BTreeSet<String> {
    let path = repository("deploy/jurisdictions/demo").join(folder);
    let files = if path.is_dir() {
        fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect()
    } else {
        vec![path]
    };
    let texts = files.into_iter().map(|file| fs::read_to_string(file).unwrap());
    let line = format!("{key} = \"");
    let values = |text: String| {
        let lines = text.lines().filter_map(|l| l.strip_prefix(&line)?.split('"').next().map(str::to_owned));
        lines.collect::<Vec<_>>()
    };
    texts.flat_map(values).collect()
}

#[test]
fn all_mechanisms_are_there_and_whatever_they_name_exists() {
    let all = mechanisms();
    assert_eq!(all.iter().map(|m| m.number).collect::<Vec<_>>(), (1..=ALL).collect::<Vec<_>>());
    let (clocks, agencies) = (named("clocks", "id"), named("agencies.toml", "code"));
    let openapi = fs::read_to_string(repository("services/gateway/openapi.json")).unwrap();
    let openapi: Value = serde_json::from_str(&openapi).unwrap();
    for m in &all {
        let serving =
            [&m.facts, &m.clocks, &m.data, &m.speaks, &m.calls].iter().any(|named| !named.is_empty());
        assert_ne!(
            serving,
            m.outside.is_some(),
            "{}: either something serves it, or it is outside",
            m.number
        );
        for fact in &m.facts {
            let file = format!("schemas/{}.v1.json", fact.replacen('.', "/", 1));
            assert!(repository(&file).is_file(), "{}: {fact}", m.number);
        }
        m.clocks.iter().for_each(|clock| assert!(clocks.contains(clock), "{}: {clock}", m.number));
        m.speaks.iter().for_each(|agency| assert!(agencies.contains(agency), "{}: {agency}", m.number));
        for data in &m.data {
            assert!(repository("deploy/jurisdictions/demo").join(data).exists(), "{}: {data}", m.number);
        }
        for call in &m.calls {
            let (method, path) = call.split_once(' ').unwrap();
            assert!(openapi["paths"][path][method.to_lowercase()].is_object(), "{}: {call}", m.number);
        }
    }
}

#[test]
fn the_page_is_what_the_data_say() {
    let all = mechanisms();
    let page = page(&all);
    let path = repository(PAGE);
    if std::env::var_os("UPDATE_MECHANISMS").is_some() {
        fs::write(&path, &page).unwrap();
    }
    let why = "write it anew: UPDATE_MECHANISMS=1 cargo test -p tests mechanisms";
    assert_eq!(fs::read_to_string(path).unwrap(), page, "{why}");
    let outside = all.iter().filter(|m| m.outside.is_some()).count();
    note(&format!("mechanisms: {} served, {outside} outside", all.len() - outside));
}

fn page(all: &[Mechanism]) -> String {
    let outside = all.iter().filter(|m| m.outside.is_some()).count();
    let mut page = format!(
        "# What five districts ask for, and what serves it\n\nMade from `deploy/mechanisms.toml`. Of {} mechanisms \
         {} are served, {outside} are outside a bus. Numbers and seeds are those of the study; agencies are those of \
         the demonstration district.\n\n| no. | seed | mechanism | served by |\n| --- | --- | --- | --- |\n",
        all.len(),
        all.len() - outside,
    );
    for m in all {
        let code =
            |names: &[String]| names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(" ");
        let parts = [
            (m.facts.as_slice(), ""),
            (m.clocks.as_slice(), "clocks "),
            (m.data.as_slice(), "data "),
            (m.speaks.as_slice(), "spoken by "),
            (m.calls.as_slice(), "read by "),
        ];
        let parts = parts.iter().filter(|(names, _)| !names.is_empty());
        let served =
            parts.map(|(names, word)| format!("{word}{}", code(names))).collect::<Vec<_>>().join("; ");
        let served = m.outside.as_ref().map_or(served, |why| format!("*outside: {why}*"));
        writeln!(page, "| {} | {} | {} {} | {served} |", m.number, m.seed, m.name.zh, m.name.en).unwrap();
    }
    page
}
