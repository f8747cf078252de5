//! What a fact says, laid out for reading: the labels are the titles of its contract, codes become words, and
//! values stand as they were said. What was withheld is named, with its reason.

use crate::model::Withheld;
use crate::names::{At, Names};
use crate::words;
use askama::Template;
use askama::filters::HtmlSafe;
use serde_json::{Map, Value};
use vocabulary::{AgencyCode, Instant};

/// The pattern by which contracts say that a text is the code of an agency.
const AGENCY: &str = "^[a-z][a-z0-9]{1,7}(-[a-z0-9]{1,8})?$";
/// A longer text stands in a paragraph of its own.
const SHORT: usize = 24;
/// How many values a fact shows before one opens it.
const BRIEF: usize = 3;

/// The values of a fact.
#[derive(Template, Default)]
#[template(path = "data.html")]
pub(crate) struct Data {
    entries: Vec<Entry>,
    protected: &'static str,
}

/// One value and its label.
pub(crate) struct Entry {
    label: String,
    value: Shown,
    protected: bool,
    /// Whether it takes the whole width.
    wide: bool,
}

/// A value.
#[derive(Template)]
#[template(path = "value.html")]
pub(crate) enum Shown {
    Text(String),
    Prose(String),
    Code(String),
    At(At),
    List(Vec<Shown>),
    Parts(Data),
}

/// A value that is not shown.
pub(crate) struct Hidden {
    pub(crate) label: String,
    pub(crate) why: String,
}

impl HtmlSafe for Data {}
impl HtmlSafe for Shown {}

impl Data {
    pub(crate) fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Lays out the data of an event by the contract of its type.
    pub(crate) fn of(event: &Value, names: &Names) -> Self {
        let schema = schema_of(event, names);
        let data = event["data"].as_object();
        data.map(|data| record(data, schema, schema, names)).unwrap_or_default()
    }
}

fn schema_of<'a>(event: &Value, names: &'a Names) -> &'a Value {
    let kind = event["type"].as_str().unwrap_or_default();
    names.contracts.get(kind).map_or(&Value::Null, |contract| &contract.schema)
}

fn record(data: &Map<String, Value>, schema: &Value, root: &Value, names: &Names) -> Data {
    let mut entries: Vec<(usize, Entry)> =
        data.iter().map(|(name, value)| entry(name, value, schema, root, names)).collect();
    entries.sort_by_key(|(place, _)| *place);
    Data { entries: entries.into_iter().map(|(_, entry)| entry).collect(), protected: names.t.protected }
}

/// What is required stands first, in the order of the contract.
fn entry(name: &str, value: &Value, schema: &Value, root: &Value, names: &Names) -> (usize, Entry) {
    let property = &schema["properties"][name]; // its title stands beside a reference, not behind it
    let value = shown(value, property, root, names);
    let wide = matches!(value, Shown::Prose(_) | Shown::Parts(_))
        || matches!(&value, Shown::List(items) if items.iter().any(|item| matches!(item, Shown::Parts(_))));
    let protected = property["x-store"] == "protected";
    (place(name, schema), Entry { label: label(name, property, names), value, protected, wide })
}

fn place(name: &str, schema: &Value) -> usize {
    let required = schema["required"].as_array();
    let place = required.and_then(|names| names.iter().position(|required| required == name));
    place.unwrap_or(usize::MAX)
}

fn resolve<'a>(schema: &'a Value, root: &'a Value) -> &'a Value {
    let target = schema["$ref"].as_str().and_then(|target| target.strip_prefix('#'));
    target.and_then(|pointer| root.pointer(pointer)).unwrap_or(schema)
}

/// The title of a property in the reader's language. Parts of a property have one in English only.
fn label(name: &str, property: &Value, names: &Names) -> String {
    let title = names.lang.of(&property["x-zh"]["title"], &property["title"]);
    let part = || names.contracts.words().part(name).map(|word| names.lang.of(&word.zh, &word.en).as_str());
    let title = title.as_str().or_else(part);
    title.or(property["title"].as_str()).unwrap_or(name).to_owned()
}

fn shown(value: &Value, schema: &Value, root: &Value, names: &Names) -> Shown {
    let schema = resolve(schema, root);
    match value {
        Value::String(text) => text_of(text, schema, names),
        Value::Bool(yes) => Shown::Text(names.lang.of(("是", "否"), ("yes", "no")).pick(*yes).to_owned()),
        Value::Number(number) => Shown::Text(number.to_string()),
        Value::Array(items) => {
            Shown::List(items.iter().map(|item| shown(item, &schema["items"], root, names)).collect())
        }
        Value::Object(data) => Shown::Parts(record(data, schema, root, names)),
        Value::Null => Shown::Text(names.t.none.to_owned()),
    }
}

trait Pick {
    fn pick(self, yes: bool) -> &'static str;
}

impl Pick for (&'static str, &'static str) {
    fn pick(self, yes: bool) -> &'static str {
        if yes { self.0 } else { self.1 }
    }
}

fn text_of(text: &str, schema: &Value, names: &Names) -> Shown {
    if schema["format"] == "date-time"
        && let Ok(at) = Instant::parse(text)
    {
        return Shown::At(names.at(at));
    }
    if let Some(agency) = agency(text, schema) {
        return Shown::Text(names.agency(&agency));
    }
    if schema["enum"].is_array() {
        return names.word(schema, text).map_or_else(|| Shown::Code(text.to_owned()), Shown::Text);
    }
    if text.chars().count() > SHORT && text.contains(|letter: char| !letter.is_ascii_graphic()) {
        return Shown::Prose(text.to_owned());
    }
    if text.chars().count() > SHORT { Shown::Code(text.to_owned()) } else { Shown::Text(text.to_owned()) }
}

fn agency(text: &str, schema: &Value) -> Option<AgencyCode> {
    (schema["pattern"] == AGENCY).then(|| AgencyCode::parse(text).ok()).flatten()
}

/// What a fact says in one line: whom it names, and the first of its codes.
pub(crate) fn brief(event: &Value, names: &Names) -> String {
    let (schema, Some(data)) = (schema_of(event, names), event["data"].as_object()) else {
        return String::new();
    };
    let property = |name: &str| resolve(&schema["properties"][name], schema);
    let text = |(name, value): (&String, &Value)| {
        let text = value.as_str()?;
        if let Some(agency) = agency(text, property(name)) {
            return Some((false, place(name, schema), format!("→\u{a0}{}", names.agency(&agency))));
        }
        let coded = property(name)["enum"].is_array();
        let word = coded.then(|| names.word(property(name), text)).flatten()?;
        Some((true, place(name, schema), word))
    };
    let mut parts: Vec<(bool, usize, String)> = data.iter().filter_map(text).collect();
    parts.sort();
    parts.truncate(BRIEF);
    parts.into_iter().map(|(.., text)| text).collect::<Vec<_>>().join(" · ")
}

/// A value that is not shown: what it is called, and why.
pub(crate) fn hidden(item: &Withheld, event: &Value, names: &Names) -> Hidden {
    let schema = schema_of(event, names);
    let label = match item.pointer.as_str() {
        "/source" => names.lang.of("发布单位", "Publishing agency").to_owned(),
        "/actor" => names.lang.of("经办人", "Member of staff").to_owned(),
        pointer => {
            let name = pointer.rsplit('/').next().unwrap_or(pointer);
            label(name, &schema["properties"][name], names)
        }
    };
    let reason = item.reason.as_str().unwrap_or(item.state);
    Hidden { label, why: words::reason(reason, names.lang).unwrap_or(reason).to_owned() }
}
