//! The document holds: every answer that any test of this crate gets is held against `openapi.json`.

use super::client::Answer;
use jsonschema::Validator;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::{LazyLock, Mutex};

/// The document as it stands in the tree.
pub(super) const TEXT: &str = include_str!("../../openapi.json");

pub(super) static DOCUMENT: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(TEXT).unwrap());

/// Shapes that admit no member which they do not name, though the published ones do.
static CLOSED: LazyLock<Value> = LazyLock::new(|| {
    let mut components = DOCUMENT["components"].clone();
    for shape in components["schemas"].as_object_mut().unwrap().values_mut() {
        shape["additionalProperties"] = json!(false);
    }
    components
});

static VALIDATORS: LazyLock<Mutex<HashMap<String, Validator>>> = LazyLock::new(Mutex::default);

/// A value is of a schema of the document, and has no member that the document does not know.
pub(super) fn conforms(schema: &Value, value: &Value) -> Result<(), String> {
    let mut known = VALIDATORS.lock().unwrap();
    let validator = known.entry(schema.to_string()).or_insert_with(|| {
        let whole = json!({"allOf": [schema], "components": *CLOSED});
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        options.should_validate_formats(true).offline().build(&whole).unwrap()
    });
    let wrong: Vec<String> =
        validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect();
    if wrong.is_empty() { Ok(()) } else { Err(wrong.join("\n")) }
}

/// The block of a path and method, by a path as it was asked for; `None` for a path that there is not.
pub(super) fn block(path: &str) -> Option<&'static Value> {
    let path = path.split('?').next().unwrap();
    let same = |template: &str| {
        let (parts, names) = (path.split('/'), template.split('/'));
        parts.clone().count() == names.clone().count()
            && parts
                .zip(names)
                .all(|(part, name)| part == name || (name.starts_with('{') && !part.is_empty()))
    };
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let exact = paths.get(path);
    exact.or_else(|| paths.iter().find(|(template, _)| same(template)).map(|(_, block)| block))
}

/// The document says that this call is answered so.
#[track_caller]
pub(super) fn holds(method: &str, path: &str, answer: &Answer) {
    let Some(block) = block(path) else { return };
    if answer.status == 405 {
        return; // no method of the document
    }
    let what = format!("{method} {path}: {}", answer.status);
    let method = if method == "HEAD" { "get" } else { &method.to_lowercase() };
    let response = &block[method]["responses"][answer.status.to_string()];
    assert!(response.is_object(), "{what} does not stand in the document");
    for name in ["location", "etag", "www-authenticate"] {
        let said = response["headers"].as_object().into_iter().flatten();
        let said = said.filter(|(known, _)| known.eq_ignore_ascii_case(name)).count() == 1;
        assert_eq!(said, answer.header(name).is_some(), "{what}: the header {name}");
    }
    let Some(kind) = answer.header("content-type").filter(|_| !answer.body.is_empty()) else { return };
    let kind = kind.split(';').next().unwrap();
    let content = &response["content"][kind];
    assert!(content.is_object(), "{what}: {kind} does not stand in the document");
    let value = if kind == "application/json" || kind.ends_with("+json") {
        answer.json()
    } else {
        json!(answer.text())
    };
    conforms(&content["schema"], &value).unwrap_or_else(|wrong| panic!("{what}: {wrong}\n{value}"));
    if kind == "application/problem+json" {
        let code = value["code"].as_str().unwrap();
        let code = if code.contains('.') { "refused" } else { code }; // the code of the rule of a stage
        assert!(content["examples"][code].is_object(), "{what}: {code} does not stand in the document");
    }
}

/// Which members of which shapes stood in values.
#[derive(Default)]
pub(super) struct Seen(pub(super) BTreeMap<String, BTreeSet<String>>);

impl Seen {
    /// Looks at a value of a schema.
    pub(super) fn look(&mut self, schema: &Value, value: &Value) {
        if let Some(name) = schema["$ref"].as_str().and_then(|at| at.strip_prefix("#/components/schemas/")) {
            let members: Vec<String> =
                value.as_object().into_iter().flatten().map(|(name, _)| name.clone()).collect();
            self.0.entry(name.to_owned()).or_default().extend(members);
            return self.look(&DOCUMENT["components"]["schemas"][name], value);
        }
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            if let Some(value) = value.get(name) {
                self.look(member, value);
            }
        }
        for item in value.as_array().into_iter().flatten() {
            self.look(&schema["items"], item);
        }
    }
}
