//! Values that fulfil a schema and carry a mark wherever it leaves room for one.

use crate::harness::repository;
use serde_json::{Map, Value};
use std::fs;

/// What all marks of one kind begin with; this is what is searched for.
pub const PREFIXES: [&str; 5] = ["CANARY-00", "8675309000", "c0ffee5eedc0ffee", "1907-03-0", "8.675309,"];

/// The contract of one type, as far as a canary reads it.
pub struct Contract {
    pub kind: String,
    /// The roles of agencies that may say it; empty when only the bus does.
    pub publishers: Vec<String>,
    /// Whether it is said of a case.
    pub of_case: bool,
    schema: Value,
}

/// All contracts of the repository.
pub fn contracts() -> Vec<Contract> {
    let folder = |path: &std::path::Path| {
        let mut entries: Vec<_> = fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        entries.sort();
        entries
    };
    let files = folder(&repository("schemas"))
        .into_iter()
        .filter(|path| path.is_dir())
        .flat_map(|stage| folder(&stage));
    files.map(|path| Contract::read(&path)).collect()
}

impl Contract {
    fn read(path: &std::path::Path) -> Self {
        let schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
        let kind = schema["$id"].as_str().unwrap().trim_start_matches("urn:lianhu:").to_owned();
        let kinds = &schema["x-history"];
        let of_case = kinds == "case" || kinds.as_array().is_some_and(|kinds| kinds.contains(&"case".into()));
        let roles =
            schema["x-publishers"].as_array().unwrap().iter().map(|role| role.as_str().unwrap().to_owned());
        let publishers = roles.filter(|role| role != "bus").collect();
        Self { kind, publishers, of_case, schema }
    }

    /// What somebody may say by it.
    pub fn example(&self) -> Value {
        self.schema["examples"][0].clone()
    }
}

/// Makes values with marks.
pub struct Filler {
    contracts: Vec<Contract>,
    next: u64,
    marks: Vec<String>,
    of_property: Map<String, Value>,
}

impl Filler {
    pub fn new() -> Self {
        Self { contracts: contracts(), next: 0, marks: Vec::new(), of_property: Map::new() }
    }

    /// All marks in values that were made for a property.
    pub fn marks(&self) -> &[String] {
        &self.marks
    }

    /// The mark in a property that holds one only.
    pub fn mark_of(&self, kind: &str, property: &str) -> &str {
        self.of_property[&format!("{kind} {property}")].as_str().unwrap()
    }

    /// A mark that belongs to no property.
    pub fn word(&mut self) -> String {
        format!("CANARY-{:06}", self.number())
    }

    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    /// Fills every protected property of a type into data that has the clear ones.
    pub fn fill(&mut self, kind: &str, mut data: Value) -> Value {
        let contract = self.contracts.iter().find(|contract| contract.kind == kind).unwrap();
        let schema = contract.schema.clone();
        for (name, property) in schema["properties"].as_object().unwrap() {
            if property["x-store"] == "protected" {
                let before = self.marks.len();
                data[name] = self.value(property, &schema, name);
                if property["enum"].is_array() {
                    continue; // a code has no room for a mark
                }
                assert!(self.marks.len() > before, "{kind} {name} holds no mark");
                self.of_property.insert(format!("{kind} {name}"), self.marks[before].clone().into());
            }
        }
        data
    }

    fn value(&mut self, schema: &Value, root: &Value, name: &str) -> Value {
        if let Some(reference) = schema["$ref"].as_str() {
            let target = root.pointer(reference.trim_start_matches('#')).unwrap().clone();
            return self.value(&target, root, name);
        }
        if let Some(first) = schema["enum"].as_array().and_then(|codes| codes.first()) {
            return first.clone();
        }
        match schema["type"].as_str() {
            Some("object") => {
                let properties = schema["properties"].as_object().unwrap().iter();
                let filled = properties.map(|(name, inner)| (name.clone(), self.value(inner, root, name)));
                Value::Object(filled.collect())
            }
            Some("array") => vec![self.value(&schema["items"], root, name)].into(),
            Some("string") => self.text(schema, name).into(),
            Some("boolean") => true.into(), // no room for a mark
            Some("integer") => schema["minimum"].as_i64().unwrap_or(1).into(),
            other => panic!("the canary knows no value of type {other:?} for {name}"),
        }
    }

    /// A string with a mark, by the pattern or format that it must have.
    fn text(&mut self, schema: &Value, name: &str) -> String {
        let number = self.number();
        let mark = match (schema["pattern"].as_str(), schema["format"].as_str()) {
            (None, None) => format!("CANARY-{number:06}"),
            (None, Some("date")) => format!("1907-03-0{}", 1 + number % 9),
            (Some("^[0-9+][0-9 -]{2,23}$"), _) => format!("8675309000{number:06}"),
            (Some("^[0-9]{17}[0-9X]$"), _) => format!("8675309000{number:08}"),
            (Some("^-?[0-9]{1,2}\\.[0-9]{1,6},-?[0-9]{1,3}\\.[0-9]{1,6}$"), _) => {
                format!("8.675309,1.{number:06}")
            }
            (Some("^sha256:[0-9a-f]{64}$"), _) => format!("c0ffee5eedc0ffee{number:048x}"),
            (Some("^[0-9A-Za-z一-龥()（）〔〕-]{4,40}$"), _) => format!("CANARY-{number:06}"),
            (Some("^[A-Z0-9][A-Z0-9-]{3,31}$"), _) => format!("CANARY-{number:06}"),
            (Some("^[A-Z][A-Z0-9]{0,3}$"), _) if name == "label" => return "A".to_owned(), // a label, not a person
            (Some("^[a-z][a-z0-9]{1,7}(-[a-z0-9]{1,8})?$"), _) => return "hsp-01".to_owned(), // an agency
            other => panic!("teach the canary the pattern of {name}: {other:?}"),
        };
        self.marks.push(mark.clone());
        if schema["pattern"] == "^sha256:[0-9a-f]{64}$" { format!("sha256:{mark}") } else { mark }
    }
}

#[test]
fn every_mark_begins_with_what_is_searched_for() {
    let mut filler = Filler::new();
    let kinds: Vec<String> = filler.contracts.iter().map(|contract| contract.kind.clone()).collect();
    for kind in kinds {
        filler.fill(&kind, serde_json::json!({}));
    }
    assert!(filler.marks().len() > 20);
    assert!(filler.marks().iter().all(|mark| PREFIXES.iter().any(|prefix| mark.starts_with(prefix))));
}
