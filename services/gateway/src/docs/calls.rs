//! The page of the calls.

use super::curl;
use super::kinds::{Kind, kind};
use crate::openapi::call::{Answer, Call, Parameter, Sent, Text, Who};
use crate::openapi::calls::{self, Group};
use crate::openapi::shape::Shape;
use crate::openapi::{Examples, shapes};
use crate::words::{self, Word};
use askama::Template;
use runtime::Bus;
use serde_json::Value;

/// The page.
#[derive(Template)]
#[template(path = "docs/calls.html")]
pub(super) struct Page {
    region: String,
    token: &'static str,
    groups: Vec<Group>,
    shapes: Vec<Shape>,
    examples: Examples,
    words: &'static [&'static Word],
}

impl Page {
    /// The page of a bus.
    pub(super) fn of(bus: &Bus) -> Self {
        Self {
            region: bus.region().to_string(),
            token: if bus.is_demo() { "demo-<agency>" } else { "<token>" },
            groups: calls::all(),
            shapes: shapes::all(),
            examples: Examples::read(&bus.contracts()),
            words: words::ALL,
        }
    }

    fn curl(&self, call: &Call) -> String {
        curl::call(call)
    }

    fn who(&self, call: &Call) -> Text {
        match call.who {
            Who::Anyone => ("no token", "无需令牌"),
            Who::Agency => ("token of an agency", "单位令牌"),
            Who::Operator => ("operator's token", "运行维护方令牌"),
        }
    }

    fn kind(&self, schema: &Value) -> Kind {
        kind(schema, &Value::Null)
    }

    fn sent_example(&self, call: &Call, sent: &Sent) -> Option<String> {
        self.example(&format!("{} {}", call.id, sent.media))
    }

    fn answer_example(&self, call: &Call, answer: &Answer) -> Option<String> {
        self.example(&format!("{} {}", call.id, answer.status))
    }

    fn example(&self, name: &str) -> Option<String> {
        self.examples.of(name).and_then(|value| serde_json::to_string_pretty(value).ok())
    }

    /// The parameters but for the headers of the binary mode, which stand with their body.
    fn parameters<'a>(&self, call: &'a Call) -> Vec<&'a Parameter> {
        call.parameters.iter().filter(|parameter| !is_attribute(parameter)).collect()
    }

    fn attributes(&self, call: &Call) -> Vec<&'static str> {
        call.parameters
            .iter()
            .filter(|parameter| is_attribute(parameter))
            .map(|parameter| parameter.name)
            .collect()
    }

    fn default(&self, parameter: &Parameter) -> Option<String> {
        parameter.schema.get("default").map(Value::to_string)
    }
}

fn is_attribute(parameter: &Parameter) -> bool {
    parameter.name.starts_with("ce-")
}
