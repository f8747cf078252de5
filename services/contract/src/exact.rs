//! Exact JSON: a text that every reader reads alike (RFC 8259 within the limits of RFC 7493).
//!
//! UTF-8, no duplicate member names, depth at most [`MAX_DEPTH`], integers within ±(2^53−1) and no other
//! numbers. `serde_json` alone would keep the last of two equal names in silence; two systems would then read
//! two different reports.

use crate::violation::{Violation, step};
use serde::de::{DeserializeSeed, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};
use std::cell::RefCell;
use std::fmt;

/// Deepest nesting of objects and arrays.
pub const MAX_DEPTH: usize = 32;
/// Largest integer that every reader holds exactly.
pub const MAX_INTEGER: i64 = 9_007_199_254_740_991;

/// Reads a text as exact JSON.
///
/// # Errors
/// One violation: where the text stops being exact JSON, as far as a place can be named.
pub fn read(bytes: &[u8]) -> Result<Value, Violation> {
    let text = std::str::from_utf8(bytes)
        .map_err(|_| Violation::new("", "utf-8", "the text is not UTF-8", "文本不是 UTF-8 编码"))?;
    let found = RefCell::new(None);
    let mut parser = serde_json::Deserializer::from_str(text);
    let seed = Exact { depth: 0, path: String::new(), found: &found };
    let value = seed.deserialize(&mut parser).and_then(|value| parser.end().map(|()| value));
    value.map_err(|error| found.take().unwrap_or_else(|| syntax(&error)))
}

/// The message of serde_json may quote the text, so only line and column are passed on.
fn syntax(error: &serde_json::Error) -> Violation {
    let (line, column) = (error.line(), error.column());
    let (en, zh) = if error.is_eof() {
        ("ends too early", "过早结束")
    } else {
        ("is not JSON", "不是合法 JSON")
    };
    Violation::new(
        "",
        "json",
        format!("the text {en} at line {line}, column {column}"),
        format!("文本在第 {line} 行第 {column} 列{zh}"),
    )
}

struct Exact<'a> {
    depth: usize,
    path: String,
    found: &'a RefCell<Option<Violation>>,
}

impl Exact<'_> {
    fn stop<E: serde::de::Error>(&self, pointer: String, code: &str, en: &str, zh: &str) -> E {
        *self.found.borrow_mut() = Some(Violation::new(pointer, code, en, zh));
        E::custom(code)
    }

    fn inner<E: serde::de::Error>(&self, name: &str) -> Result<Exact<'_>, E> {
        if self.depth == MAX_DEPTH {
            return Err(self.stop(
                self.path.clone(),
                "depth",
                "nested deeper than 32 levels",
                "嵌套超过 32 层",
            ));
        }
        Ok(Exact { depth: self.depth + 1, path: format!("{}/{name}", self.path), found: self.found })
    }

    fn integer<E: serde::de::Error>(&self, fits: bool, value: Value) -> Result<Value, E> {
        let (en, zh) = ("a number must be an integer within ±(2^53−1)", "数字必须是 ±(2^53−1) 以内的整数");
        if fits { Ok(value) } else { Err(self.stop(self.path.clone(), "number", en, zh)) }
    }
}

impl<'de> DeserializeSeed<'de> for Exact<'_> {
    type Value = Value;
    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Exact<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("exact JSON")
    }
    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }
    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_string<E>(self, value: String) -> Result<Value, E> {
        Ok(value.into())
    }
    fn visit_u64<E: serde::de::Error>(self, value: u64) -> Result<Value, E> {
        self.integer(value <= MAX_INTEGER as u64, value.into())
    }
    fn visit_i64<E: serde::de::Error>(self, value: i64) -> Result<Value, E> {
        self.integer(value >= -MAX_INTEGER, value.into())
    }
    fn visit_f64<E: serde::de::Error>(self, value: f64) -> Result<Value, E> {
        self.integer(false, value.into())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut all = Vec::new();
        while let Some(item) = items.next_element_seed(self.inner(&all.len().to_string())?)? {
            all.push(item);
        }
        Ok(all.into())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let mut all = Map::new();
        while let Some(name) = members.next_key::<String>()? {
            let inner = self.inner::<A::Error>(step(&name))?;
            if all.contains_key(&name) {
                let (en, zh) = ("this member name stands twice", "成员名重复");
                return Err(self.stop(inner.path, "duplicate-member", en, zh));
            }
            let value = members.next_value_seed(inner)?;
            all.insert(name, value);
        }
        Ok(all.into())
    }
}
