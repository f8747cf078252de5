//! What a schema takes, in the few words that a cell of a table has room for.

use serde_json::Value;

/// A kind of value, and the shape of the document that it is (or is a list of), for a link.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Kind {
    pub(super) says: String,
    pub(super) shape: Option<String>,
    pub(super) words: Vec<String>,
}

/// The kind of a schema. References into `$defs` are followed within `root`; those to a shape are links.
pub(super) fn kind(schema: &Value, root: &Value) -> Kind {
    if let Some(at) = schema["$ref"].as_str() {
        return match at.strip_prefix("#/components/schemas/") {
            Some(shape) => Kind { shape: Some(shape.to_owned()), ..Kind::default() },
            None => kind(target(at, root), root),
        };
    }
    if let Some(forms) = schema["anyOf"].as_array() {
        return either(forms, root);
    }
    if let Some(words) = schema["enum"].as_array() {
        let words = words.iter().map(plain).collect();
        return Kind { says: "one of".to_owned(), shape: None, words };
    }
    match schema["type"].as_str() {
        Some("array") => {
            let item = kind(&schema["items"], root);
            let says = format!("list{} of {}", range(schema, "minItems", "maxItems"), item.says);
            Kind { says: says.trim_end().to_owned(), ..item }
        }
        Some(name) => said(name, schema),
        None => said(if schema["const"].is_null() { "any" } else { "constant" }, schema),
    }
}

/// The schema that stands behind a reference.
pub(super) fn target<'a>(at: &str, root: &'a Value) -> &'a Value {
    at.strip_prefix('#').and_then(|pointer| root.pointer(pointer)).unwrap_or(&Value::Null)
}

fn either(forms: &[Value], root: &Value) -> Kind {
    let mut all: Vec<Kind> = forms.iter().map(|form| kind(form, root)).collect();
    let shapes = all.iter().filter(|kind| kind.shape.is_some()).count();
    let says: Vec<String> = all
        .iter()
        .map(|kind| match &kind.shape {
            Some(shape) if shapes > 1 => format!("{} {shape}", kind.says).trim().to_owned(),
            _ => kind.says.clone(),
        })
        .collect();
    let first = all.swap_remove(0);
    let shape = first.shape.filter(|_| shapes == 1);
    Kind { says: says.join(" or "), shape, words: first.words }
}

fn said(name: &str, schema: &Value) -> Kind {
    let says = match (name, schema["format"].as_str()) {
        ("string", Some("date-time")) => "time".to_owned(),
        ("string", Some(format)) => format.to_owned(),
        ("string", None) => format!("text{}", range(schema, "minLength", "maxLength")),
        ("integer", _) => format!("integer{}", range(schema, "minimum", "maximum")),
        ("boolean", _) => "true or false".to_owned(),
        _ => name.to_owned(),
    };
    Kind { says, ..Kind::default() }
}

/// ` 1–20`, ` ≤ 20`, ` ≥ 0`, or nothing.
fn range(schema: &Value, least: &str, most: &str) -> String {
    match (schema[least].as_i64(), schema[most].as_i64()) {
        (Some(least), Some(most)) if least == most => format!(" {most}"),
        (Some(least), Some(most)) => format!(" {least}–{most}"),
        (None, Some(most)) => format!(" ≤ {most}"),
        (Some(least), None) => format!(" ≥ {least}"),
        (None, None) => String::new(),
    }
}

fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn says(schema: Value) -> String {
        kind(&schema, &json!({"$defs": {"name": {"type": "string", "maxLength": 64}}})).says
    }

    #[test]
    fn a_schema_is_said_in_few_words() {
        for (schema, words) in [
            (json!({"type": "string"}), "text"),
            (json!({"type": "string", "minLength": 1, "maxLength": 9}), "text 1–9"),
            (json!({"type": "string", "format": "date-time", "maxLength": 40}), "time"),
            (json!({"$ref": "#/$defs/name"}), "text ≤ 64"),
            (
                json!({"type": "array", "minItems": 2, "maxItems": 2, "items": {"type": "object"}}),
                "list 2 of object",
            ),
            (json!({"anyOf": [{"type": "integer", "minimum": 0}, {"type": "null"}]}), "integer ≥ 0 or null"),
            (json!({"type": "boolean"}), "true or false"),
        ] {
            assert_eq!(says(schema), words);
        }
        let list =
            kind(&json!({"type": "array", "items": {"$ref": "#/components/schemas/Told"}}), &Value::Null);
        assert_eq!((list.says.as_str(), list.shape.as_deref()), ("list of", Some("Told")));
        assert_eq!(kind(&json!({"enum": ["a", 7]}), &Value::Null).words, ["a", "7"]);
    }
}
