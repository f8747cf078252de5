//! One shape: an object that a call takes or answers, with the meaning of each of its members.
//!
//! Shapes are published open (a client must pass over members that it does not know: they may come later), but
//! every answer in the tests of this crate is held against them closed. So none can say more or less than is sent.

use super::call::Text;
use serde_json::{Map, Value, json};

/// An object.
pub(crate) struct Shape {
    pub(crate) name: &'static str,
    pub(crate) says: Text,
    pub(crate) members: Vec<Member>,
}

/// One member of an object.
#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) required: bool,
    pub(crate) schema: Value,
    pub(crate) says: Text,
}

/// A shape of these members.
pub(crate) fn shape(name: &'static str, says: Text, members: impl IntoIterator<Item = Member>) -> Shape {
    Shape { name, says, members: members.into_iter().collect() }
}

/// A member that is always there.
pub(crate) fn must(name: &'static str, schema: Value, en: &'static str, zh: &'static str) -> Member {
    Member { name, required: true, schema, says: (en, zh) }
}

/// A member that is left out when there is nothing to say.
pub(crate) fn may(name: &'static str, schema: Value, en: &'static str, zh: &'static str) -> Member {
    Member { required: false, ..must(name, schema, en, zh) }
}

impl Shape {
    /// As JSON Schema.
    pub(crate) fn schema(&self) -> Value {
        let required: Vec<&str> = self.members.iter().filter(|m| m.required).map(|m| m.name).collect();
        let members: Map<String, Value> =
            self.members.iter().map(|member| (member.name.to_owned(), member.schema())).collect();
        let mut schema = described(json!({"type": "object", "properties": members}), self.says);
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        schema
    }
}

impl Member {
    fn schema(&self) -> Value {
        described(self.schema.clone(), self.says)
    }
}

/// A schema with its meaning in both languages, as the contracts have it.
pub(crate) fn described(mut schema: Value, (en, zh): Text) -> Value {
    schema["description"] = en.into();
    schema["x-zh"] = json!({"description": zh});
    schema
}

/// Another shape.
pub(crate) fn of(name: &str) -> Value {
    json!({"$ref": format!("#/components/schemas/{name}")})
}

/// A list.
pub(crate) fn list(items: Value) -> Value {
    json!({"type": "array", "items": items})
}

/// Text.
pub(crate) fn text() -> Value {
    json!({"type": "string"})
}

/// Text of a pattern.
pub(crate) fn like(pattern: &str) -> Value {
    json!({"type": "string", "pattern": pattern})
}

/// One of these words.
pub(crate) fn one_of(words: &[&str]) -> Value {
    json!({"type": "string", "enum": words})
}

/// An RFC 3339 time; in answers it is in UTC.
pub(crate) fn time() -> Value {
    json!({"type": "string", "format": "date-time"})
}

/// An integer that is not negative.
pub(crate) fn count() -> Value {
    json!({"type": "integer", "format": "int64", "minimum": 0})
}

/// An integer between these, with what it is when it is not given.
pub(crate) fn between(least: u64, most: u64, default: u64) -> Value {
    json!({"type": "integer", "minimum": least, "maximum": most, "default": default})
}

/// Seconds, before or after.
pub(crate) fn seconds() -> Value {
    json!({"type": "integer", "format": "int64"})
}

/// True or false.
pub(crate) fn flag() -> Value {
    json!({"type": "boolean"})
}

/// This, or null.
pub(crate) fn or_null(schema: Value) -> Value {
    json!({"anyOf": [schema, {"type": "null"}]})
}

/// A fact as paths and tags name it.
pub(crate) fn reference() -> Value {
    like("^[0-9]+\\.[0-9]+$")
}

/// The name of a history.
pub(crate) fn history() -> Value {
    like("^[a-z]+-[a-z0-9-]+$")
}

/// The code of an agency.
pub(crate) fn agency() -> Value {
    like("^[a-z][a-z0-9]{1,7}(-[a-z0-9]{1,8})?$")
}

/// The type of a fact.
pub(crate) fn kind() -> Value {
    like("^[a-z][a-z0-9-]*\\.[a-z][a-z0-9-]*\\.v[1-9][0-9]*$")
}
