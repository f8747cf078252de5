//! The pages of the fact types: the list, and each contract as a table.

use super::curl;
use super::kinds::{Kind, kind, target};
use crate::openapi::call::Text;
use askama::Template;
use contract::{Contract, Contracts, Involvement, Opens, Store};
use runtime::Bus;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;

/// The list.
#[derive(Template)]
#[template(path = "docs/facts.html")]
pub(super) struct List {
    stages: BTreeMap<String, Vec<Arc<Contract>>>,
}

impl List {
    /// All contracts, by stage.
    pub(super) fn of(contracts: &Contracts) -> Self {
        let mut stages: BTreeMap<String, Vec<Arc<Contract>>> = BTreeMap::new();
        for contract in contracts.all() {
            stages.entry(contract.kind.stage().to_owned()).or_default().push(contract.clone());
        }
        Self { stages }
    }
}

/// One contract.
#[derive(Template)]
#[template(path = "docs/fact.html")]
pub(super) struct Page {
    contract: Arc<Contract>,
    opens: Text,
    rows: Vec<Row>,
    examples: Vec<Example>,
}

/// One property.
struct Row {
    /// With the names of what it stands in: `children[].label`.
    name: String,
    inner: bool,
    required: bool,
    title: Title,
    says: Title,
    kind: Kind,
    group: String,
    store: Option<Text>,
    person: Option<String>,
    involves: Option<Text>,
}

/// A text of a contract; empty where it has none.
#[derive(Default)]
struct Title {
    en: String,
    zh: String,
}

/// An example, and the command that publishes it.
struct Example {
    json: String,
    curl: Option<String>,
}

impl Page {
    /// The page of a contract.
    pub(super) fn of(contract: &Arc<Contract>, bus: &Bus) -> Self {
        let mut rows = Vec::new();
        properties(contract, &contract.schema, "", &mut rows);
        let examples = contract.schema["examples"].as_array().into_iter().flatten();
        let example = |data: &Value| Example {
            json: serde_json::to_string_pretty(data).unwrap_or_default(),
            curl: curl::fact(contract, bus, data),
        };
        let opens = match contract.opens() {
            Opens::Never => ("continues a history: subject names it", "在既有案卷中登记：subject 填案卷编号"),
            Opens::Always => ("opens a history: without subject", "开启案卷：不填 subject"),
            Opens::May => ("opens a history when it has no subject", "不填 subject 时开启案卷"),
        };
        Self { contract: contract.clone(), opens, rows, examples: examples.map(example).collect() }
    }

    fn title(&self) -> Title {
        text(&self.contract.schema, "title")
    }

    fn says(&self) -> Title {
        text(&self.contract.schema, "description")
    }
}

fn text(schema: &Value, name: &str) -> Title {
    let word = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    Title { en: word(&schema[name]), zh: word(&schema["x-zh"][name]) }
}

/// The rows of an object: what must be there first, each followed by what stands in it.
fn properties(contract: &Contract, schema: &Value, within: &str, rows: &mut Vec<Row>) {
    let required = |name: &str| {
        let mut all = schema["required"].as_array().into_iter().flatten();
        all.any(|required| required == name)
    };
    let mut members: Vec<(&String, &Value)> =
        schema["properties"].as_object().into_iter().flatten().collect();
    members.sort_by_key(|(name, _)| (!required(name), *name));
    for (name, member) in members {
        let path = format!("{within}{name}");
        rows.push(row(contract, (&path, within.is_empty()), required(name), member));
        let (inner, sign) = inside(member, &contract.schema);
        properties(contract, inner, &format!("{path}{sign}."), rows);
    }
}

/// What stands in a property: the object that it is, or those that it lists.
fn inside<'a>(member: &'a Value, root: &'a Value) -> (&'a Value, &'static str) {
    let follow = |schema: &'a Value| schema["$ref"].as_str().map_or(schema, |at| target(at, root));
    let whole = follow(member);
    match whole.get("items") {
        Some(items) => (follow(items), "[]"),
        None => (whole, ""),
    }
}

fn row(contract: &Contract, (path, is_top): (&str, bool), required: bool, member: &Value) -> Row {
    let property = contract.properties().get(path).filter(|_| is_top);
    let involves = property.and_then(|property| property.involves).map(|how| match how {
        Involvement::Addressed => ("addressed", "受文"),
        Involvement::Invited => ("invited", "受邀"),
        Involvement::Assigned => ("assigned", "承办"),
        Involvement::Lead => ("lead", "牵头"),
    });
    Row {
        name: path.to_owned(),
        inner: !is_top,
        required,
        title: text(member, "title"),
        says: text(member, "description"),
        kind: kind(member, &contract.schema),
        group: property.map(|property| property.group.to_string()).unwrap_or_default(),
        store: property.map(|property| match property.store {
            Store::Clear => ("clear", "明文"),
            Store::Protected => ("protected", "加密"),
        }),
        person: property.and_then(|property| property.person.clone()),
        involves,
    }
}
