//! The golden vectors of format 1: `tests/golden/record-v1.json` fixes for ever what is hashed and what a
//! ciphertext is. They are checked here by the code of the bus, and again by `deploy/samples/verify_record.py`,
//! which shares no line with it.

use crate::keys::Derived;
use crate::{Opened, Place, seal};
use serde_json::{Value, json};
use std::fmt::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use vocabulary::commitment::{clear_salt, commit, commitments, data_pointer, fact_hash, record_hash};
use vocabulary::record::{Bytes, Record, StoredFact};
use vocabulary::{CaseFact, Position};
use zeroize::Zeroizing;

fn path(within: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(within)
}

fn vectors() -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(path("tests/golden/record-v1.json")).unwrap()).unwrap()
}

fn text(bytes: &[u8]) -> String {
    Bytes(bytes.to_vec()).into()
}

fn bytes(value: &Value) -> Option<[u8; 32]> {
    Bytes::try_from(value.as_str()?.to_owned()).ok()?.0.try_into().ok()
}

/// What the bus computes of a record, in the shape of `expected`; `None` when the vector contradicts itself.
fn computed(vector: &Value) -> Option<Value> {
    let record = Record::from_bytes(vector["record"].to_string().as_bytes()).ok()?;
    let written: Value = serde_json::from_slice(&record.to_bytes()).ok()?;
    if written != vector["record"] {
        return None;
    }
    let facts: Option<Vec<Value>> =
        record.facts.iter().enumerate().map(|(n, fact)| computed_fact(vector, &record, n, fact)).collect();
    Some(json!({"facts": facts?, "record_hash": text(&record_hash(&record))}))
}

fn computed_fact(vector: &Value, record: &Record, ordinal: usize, fact: &StoredFact) -> Option<Value> {
    let (source, id) = (fact.attributes.source.to_string(), &fact.attributes.id);
    let opened = &vector["opened"][ordinal.to_string()];
    let mut lines = serde_json::Map::new();
    for (pointer, commitment) in commitments(fact, &record.seed) {
        let name = pointer.strip_prefix("/data/").unwrap_or_default();
        let salt = match fact.sealed.contains_key(name) {
            true => bytes(&opened[name]["salt"])?,
            false => clear_salt(&record.seed, &source, id, &pointer),
        };
        lines.insert(pointer, json!({"salt": text(&salt), "commitment": text(&commitment)}));
    }
    for (name, sealed) in &fact.sealed {
        let pointer = data_pointer(name);
        let (salt, value) = (bytes(&opened[name]["salt"])?, &opened[name]["value"]);
        let recomputed = commit(&source, id, &pointer, &salt, value);
        let key = Zeroizing::new(bytes(&vector["keys"][sealed.key.to_string()])?);
        let place =
            Place { history: &record.history, source: &fact.attributes.source, id, pointer: &pointer };
        match seal::reveal(&Derived::of(&key), &place, &sealed.commitment, &sealed.ciphertext).ok()? {
            Opened::Present { value: inside, salt: beside }
                if inside.reveal() == value && beside == salt && recomputed[..] == sealed.commitment.0 => {}
            _ => return None,
        }
    }
    Some(json!({"hash": text(&fact_hash(fact, &record.seed)), "commitments": lines}))
}

fn holds(vector: &Value) -> bool {
    computed(vector).is_some_and(|computed| computed == vector["expected"])
}

#[test]
fn every_released_record_stays_readable_and_hashes_as_it_did() {
    let vectors = vectors();
    assert!(vectors.len() >= 5);
    for vector in &vectors {
        assert!(holds(vector), "{}", vector["name"]);
        let record = Record::from_bytes(vector["record"].to_string().as_bytes()).unwrap();
        assert_eq!(CaseFact::of_record(Position(1), &record).unwrap().len(), record.facts.len());
    }
}

/// What stands beside the hash: whom a value concerns is a fold of clear facts, and the digest only answers
/// "is this the same document again?".
fn is_hashed(pointer: &str) -> bool {
    !["/person", "/group", "/digest/key", "/digest/mac"].iter().any(|end| pointer.ends_with(end))
}

/// The pointers of all leaves below a value.
fn leaves(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(name, v)| leaves(v, &format!("{at}/{}", escaped(name)), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(n, v)| leaves(v, &format!("{at}/{n}"), found))
        }
        _ => found.push(at.to_owned()),
    }
}

fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

/// A leaf with one character, or its number, or its truth changed: once for every place where it can be.
fn changes(leaf: &Value) -> Vec<Value> {
    match leaf {
        Value::String(text) => {
            let change = |(at, c): (usize, char)| {
                let mut changed = text[..at].to_owned();
                changed.push(if c == '1' { '2' } else { '1' });
                changed.push_str(&text[at + c.len_utf8()..]);
                json!(changed)
            };
            text.char_indices().map(change).chain([json!(format!("{text}1"))]).collect()
        }
        Value::Number(number) => {
            number.as_i64().iter().flat_map(|n| [json!(n + 1), json!(n - 1), json!(n.to_string())]).collect()
        }
        Value::Bool(truth) => vec![json!(!truth), Value::Null],
        _ => vec![json!(false), json!(0), json!("")],
    }
}

#[test]
fn every_changed_character_of_a_vector_is_found_out() {
    let mut tried = 0;
    for vector in vectors() {
        let mut pointers = Vec::new();
        for part in ["record", "opened", "keys", "expected"] {
            leaves(&vector[part], &format!("/{part}"), &mut pointers);
        }
        for pointer in pointers.iter().filter(|pointer| is_hashed(pointer)) {
            for change in changes(vector.pointer(pointer).unwrap()) {
                let mut changed = vector.clone();
                *changed.pointer_mut(pointer).unwrap() = change;
                assert!(!holds(&changed), "{}: a change at {pointer} was not seen", vector["name"]);
                tried += 1;
            }
        }
    }
    assert!(tried > 5000, "{tried}");
}

#[test]
fn a_member_more_or_less_is_found_out() {
    for vector in vectors() {
        let names: Vec<String> =
            vector["record"]["facts"][0]["data"].as_object().unwrap().keys().cloned().collect();
        for name in names {
            let mut changed = vector.clone();
            changed["record"]["facts"][0]["data"].as_object_mut().unwrap().remove(&name);
            assert!(!holds(&changed), "{}: without {name}", vector["name"]);
        }
        for (part, extra) in [("data", "extra"), ("attributes", "actor")] {
            let mut changed = vector.clone();
            changed["record"]["facts"][0][part][extra] = json!("another");
            assert!(!holds(&changed), "{}: with {extra}", vector["name"]);
        }
        let mut doubled = vector.clone();
        let facts = doubled["record"]["facts"].as_array_mut().unwrap();
        facts.push(facts[0].clone());
        assert!(!holds(&doubled), "{}: a fact more", vector["name"]);
    }
}

/// Runs the independent verifier; answers its exit code and what it printed.
fn python(vectors: &Path) -> (Option<i32>, String) {
    let script = path("deploy/samples/verify_record.py");
    let output = Command::new("python3").arg("-B").arg(script).arg(vectors).output().unwrap();
    let said = [output.stdout, output.stderr].concat();
    (output.status.code(), String::from_utf8(said).unwrap())
}

#[test]
fn the_independent_verifier_agrees() {
    let (code, said) = python(&path("tests/golden/record-v1.json"));
    assert_eq!((code, said.lines().count()), (Some(0), vectors().len()), "{said}");
}

#[test]
fn the_independent_verifier_finds_changes_out() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("changed.json");
    let changes = [
        ("/0/record/facts/0/data/situation_code", json!("R3")),
        ("/0/record/facts/0/attributes/time", json!("2026-03-30T14:05:01+08:00")),
        ("/0/record/facts/0/sealed/narrative/commitment", json!(text(&[7; 32]))),
        ("/0/opened/0/narrative/value", json!("nothing happened")),
        ("/0/opened/0/reporter/salt", json!(text(&[7; 32]))),
        ("/1/record/seed", json!(text(&[7; 32]))),
        ("/1/record/version", json!(7)),
        ("/1/record/rules/version", json!(7)),
        ("/2/expected/facts/0/hash", json!(text(&[7; 32]))),
        ("/3/expected/record_hash", json!(text(&[7; 32]))),
        ("/4/record/facts/0/data/extra", json!(1)),
    ];
    let mut report = String::new();
    for (pointer, change) in changes {
        let mut vectors = Value::from(vectors());
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        vectors.pointer_mut(parent).unwrap()[name] = change;
        std::fs::write(&file, vectors.to_string()).unwrap();
        let (code, said) = python(&file);
        if code != Some(1) || said.contains("Traceback") {
            writeln!(report, "{pointer}: {code:?} {said}").unwrap();
        }
    }
    assert!(report.is_empty(), "{report}");
}
