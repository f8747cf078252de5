//! Words for codes: what people read where a document says a code. They stand in the contract, as `x-words` beside
//! the `enum`; those that mean the same in many contracts stand once, in `schemas/words.json`, with the names of
//! parts of values.

use serde::Deserialize;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The file of common words.
pub const WORDS: &str = "words.json";

/// A word in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Word {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// Words that stand in no single contract.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Common {
    codes: BTreeMap<String, Word>,
    parts: BTreeMap<String, Word>,
}

impl Common {
    /// Reads `words.json`.
    ///
    /// # Errors
    /// It is not JSON, or of another shape.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text)
    }

    /// The words of a code under a property: its own, or else those that it has everywhere.
    pub fn code(&self, property: &Value, code: &str) -> Option<Word> {
        let own = property["x-words"].get(code).and_then(|word| Word::deserialize(word).ok());
        own.or_else(|| self.codes.get(code).cloned())
    }

    /// What a part of a value is called.
    pub fn part(&self, name: &str) -> Option<&Word> {
        self.parts.get(name)
    }

    /// Codes without words, words without codes, and parts without a name.
    pub(crate) fn missing(&self, schema: &Value) -> Vec<String> {
        let mut missing = BTreeSet::new();
        properties(schema, schema, false, &mut |name, property, deep| {
            let codes = || property["enum"].as_array().into_iter().flatten().filter_map(Value::as_str);
            for code in codes() {
                if !self.code(property, code).is_some_and(|word| word.is_whole()) {
                    missing.insert(format!("{name}: the code `{code}` has no words in Chinese and English"));
                }
            }
            for code in property["x-words"].as_object().into_iter().flatten().map(|(code, _)| code) {
                if !codes().any(|known| known == code) {
                    missing.insert(format!("{name}: words for `{code}`, which is no code of it"));
                }
            }
            if deep && property["x-zh"]["title"].is_null() && self.part(name).is_none() {
                missing.insert(format!("{name}: it has no name in both languages"));
            }
        });
        missing.into_iter().collect()
    }
}

impl Word {
    fn is_whole(&self) -> bool {
        !self.en.trim().is_empty() && self.zh.chars().any(|letter| !letter.is_whitespace())
    }
}

/// Calls `see` with the name and the schema of every property, however deep, and whether it is a part of another.
fn properties(schema: &Value, root: &Value, deep: bool, see: &mut impl FnMut(&str, &Value, bool)) {
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        see(name, property, deep);
        let items = &property["items"];
        for part in [items, target(property, root), target(items, root)] {
            if part["enum"].is_array() {
                see(name, part, false);
            }
            properties(part, root, true, see);
        }
        properties(property, root, true, see);
    }
}

fn target<'s>(schema: &'s Value, root: &'s Value) -> &'s Value {
    let place = schema["$ref"].as_str().and_then(|place| root.pointer(place.strip_prefix('#')?));
    place.unwrap_or(&Value::Null)
}
