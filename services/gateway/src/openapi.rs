//! The OpenAPI document: every call of this edge in one text that machines read, and the page at `/docs` shows.
//!
//! It is made from the tables beside it ([`calls`], [`shapes`]), the words of the problems and the examples of the
//! contracts, and stands in the tree as `openapi.json`: a test holds the two equal. What it does not describe is
//! the data of each fact: a contract is published at `/v1/schemas/{type}`, and a new one changes nothing here.

pub(crate) mod call;
pub(crate) mod calls;
pub(crate) mod shape;
pub(crate) mod shapes;

use crate::problem::Problem;
use crate::words::{self, Word};
use call::{Answer, Call, Parameter, Who};
use calls::Group;
use contract::Contracts;
use serde_json::{Map, Value, json};
use shape::{Shape, described, of};

/// Answers of a bus that lived through an incident, and documents as they were sent to it.
const EXAMPLES: &str = include_str!("../examples.json");
/// The type whose contract gives the data of the example of a request.
const EXAMPLE: &str = "mandatory-reporting.report-filed.v1";

/// The document, as it stands in the tree.
pub(crate) fn text(contracts: &Contracts) -> String {
    let parts = [
        ("openapi", json!("3.1.0")),
        ("info", info()),
        ("servers", json!([{"url": "/"}])),
        ("tags", calls::all().iter().map(tag).collect()),
        ("paths", paths(&Examples::read(contracts))),
        ("components", components(&Examples::read(contracts))),
    ];
    let part = |(name, value): (&str, Value)| {
        let text = serde_json::to_string_pretty(&sorted(value)).unwrap_or_default(); // values alone: can be written
        format!("  \"{name}\": {}", text.replace('\n', "\n  "))
    };
    format!("{{\n{}\n}}\n", parts.map(part).join(",\n"))
}

/// Members by name: the order of a map depends on how a dependency was built.
fn sorted(value: Value) -> Value {
    match value {
        Value::Object(members) => {
            let mut all: Vec<_> = members.into_iter().map(|(name, value)| (name, sorted(value))).collect();
            all.sort_by(|one, other| one.0.cmp(&other.0));
            Value::Object(all.into_iter().collect())
        }
        Value::Array(items) => items.into_iter().map(sorted).collect(),
        other => other,
    }
}

fn info() -> Value {
    described(
        json!({
            "title": "Lianhu 联护",
            "version": env!("CARGO_PKG_VERSION"),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        }),
        (
            "The bus between the agencies that protect minors in one district: publish a fact, follow what your agency is told, read cases as it may see them. What an agency may not see does not exist for it: the same 404 as for a wrong name. Clients pass over members that they do not know.",
            "未成年人保护各单位之间的总线：提交事实、接收告知、查阅本单位可见的案件。无权查阅的内容与不存在的内容答复相同（404）。客户端应忽略不认识的成员。",
        ),
    )
}

fn tag(group: &Group) -> Value {
    described(json!({"name": group.name}), group.says)
}

fn paths(examples: &Examples) -> Value {
    let mut paths: Map<String, Value> = Map::new();
    for group in calls::all() {
        for call in &group.calls {
            let path = paths.entry(call.path).or_insert_with(|| json!({}));
            path[call.method] = operation(call, group.name, examples);
        }
    }
    paths.into()
}

fn operation(call: &Call, group: &str, examples: &Examples) -> Value {
    let mut responses: Map<String, Value> = call
        .answers
        .iter()
        .map(|answer| (answer.status.to_string(), response(call, answer, examples)))
        .collect();
    for status in call.troubles() {
        responses.insert(status.to_string(), trouble(call, status));
    }
    let mut operation = described(json!({"summary": call.title.0, "responses": responses}), call.says);
    operation["x-zh"]["summary"] = call.title.1.into();
    operation["operationId"] = call.id.into();
    operation["tags"] = json!([group]);
    operation["security"] = match call.who {
        Who::Anyone => json!([]),
        Who::Agency => json!([{"agency": []}]),
        Who::Operator => json!([{"operator": []}]),
    };
    if !call.parameters.is_empty() {
        operation["parameters"] = call.parameters.iter().map(parameter).collect();
    }
    if !call.sent.is_empty() {
        operation["requestBody"] = body(call, examples);
    }
    operation
}

fn parameter(parameter: &Parameter) -> Value {
    let Parameter { name, place, required, schema, says } = parameter;
    described(json!({"name": name, "in": place, "required": required, "schema": schema}), *says)
}

fn body(call: &Call, examples: &Examples) -> Value {
    let media = |sent: &call::Sent| {
        let mut media = json!({"schema": described(sent.schema.clone(), sent.says)});
        examples.put(&mut media, &format!("{} {}", call.id, sent.media));
        (sent.media.to_owned(), media)
    };
    json!({"required": true, "content": call.sent.iter().map(media).collect::<Map<_, _>>()})
}

fn response(call: &Call, answer: &Answer, examples: &Examples) -> Value {
    let mut response = described(json!({}), answer.says);
    if let Some((media, schema)) = &answer.body {
        let mut content = json!({"schema": schema});
        examples.put(&mut content, &format!("{} {}", call.id, answer.status));
        response["content"] = json!({*media: content});
    }
    if !answer.headers.is_empty() {
        let header = |(name, says): &(&str, _)| {
            ((*name).to_owned(), described(json!({"schema": shape::text()}), *says))
        };
        response["headers"] = answer.headers.iter().map(header).collect::<Map<_, _>>().into();
    }
    response
}

/// All problems of one status, each with its document.
fn trouble(call: &Call, status: u16) -> Value {
    let words: Vec<&Word> = call.problems.iter().filter(|word| word.status == status).copied().collect();
    let join = |titles: Vec<&'static str>, sign: &str| titles.join(sign);
    let says = (
        join(words.iter().map(|word| word.en).collect(), "; "),
        join(words.iter().map(|word| word.zh).collect(), "；"),
    );
    let examples: Map<String, Value> = words
        .iter()
        .map(|word| (word.code.to_owned(), json!({"$ref": format!("#/components/examples/{}", key(word))})))
        .collect();
    let content = json!({"application/problem+json": {"schema": of("Problem"), "examples": examples}});
    let mut trouble = json!({"description": says.0, "x-zh": {"description": says.1}, "content": content});
    let headers: Map<String, Value> = words
        .iter()
        .filter_map(|word| {
            word.header.or_else(|| (word.code == words::QUOTA.code).then_some(("retry-after", "1")))
        })
        .map(|(name, value)| (name.to_owned(), json!({"schema": {"type": "string"}, "example": value})))
        .collect();
    if !headers.is_empty() {
        trouble["headers"] = headers.into();
    }
    trouble
}

/// A code may stand with two statuses.
fn key(word: &Word) -> String {
    format!("{}-{}", word.status.as_u16(), word.code)
}

fn components(examples: &Examples) -> Value {
    let shapes: Map<String, Value> =
        shapes::all().iter().map(|shape: &Shape| (shape.name.to_owned(), shape.schema())).collect();
    let problems: Map<String, Value> =
        words::ALL.iter().map(|word| (key(word), problem(word, examples))).collect();
    let bearer = |says| described(json!({"type": "http", "scheme": "bearer"}), says);
    json!({
        "schemas": shapes,
        "examples": problems,
        "securitySchemes": {
            "agency": bearer(("The token of an agency.", "单位令牌。")),
            "operator": bearer(("The token of the operator of the region.", "运行维护方令牌。")),
        },
    })
}

fn problem(word: &'static Word, examples: &Examples) -> Value {
    let plain = || serde_json::to_value(Problem::new(word)).unwrap_or_default();
    let value = examples.of(&format!("problem {}", key(word))).cloned().unwrap_or_else(plain);
    json!({"summary": word.en, "value": value})
}

/// What stands in `examples.json`: documents by name.
pub(crate) struct Examples(Value);

impl Examples {
    /// With the data of the example of a contract in the events that are sent.
    pub(crate) fn read(contracts: &Contracts) -> Self {
        let mut all: Value = serde_json::from_str(EXAMPLES).unwrap_or_default();
        if let Some(contract) = contracts.get(EXAMPLE) {
            let data = &contract.schema["examples"][0];
            for call in ["publishEvents", "validate"] {
                let mut event = all["event"].clone();
                event["data"] = data.clone();
                all[format!("{call} application/cloudevents-batch+json")] = json!([event]);
                all[format!("{call} application/cloudevents+json")] = event;
                all[format!("{call} application/json")] = data.clone();
            }
        }
        Self(all)
    }

    /// One document.
    pub(crate) fn of(&self, name: &str) -> Option<&Value> {
        self.0.get(name)
    }

    fn put(&self, at: &mut Value, name: &str) {
        if let Some(example) = self.of(name) {
            at["example"] = example.clone();
        }
    }
}
