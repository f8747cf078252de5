//! What was published stays: a contract changes only by new optional properties, and everything else is a new
//! version of its type. `schemas/published.json` keeps the form of every contract that agencies build upon, one
//! type on a line; a contract that does not stand there yet is a draft and may still change.
//!
//! The form is the contract without its texts, words and examples: what decides over documents, who may say them,
//! and where their values go.

use crate::Contracts;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What is no part of the form: it tells people, and decides nothing.
const TEXT: &[&str] =
    &["$schema", "title", "description", "x-zh", "x-words", "examples", "x-invalid", "x-superseded"];

/// How a contract is other than it was published.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// There is no such type any more.
    TypeRemoved,
    /// A property is gone, or has another name.
    PropertyRemoved,
    /// A property must be there that need not have been.
    PropertyRequired,
    /// A property need not be there any more that readers count on.
    PropertyOptional,
    /// A value goes elsewhere: clear or protected, its group, whom it concerns.
    PlaceChanged,
    /// Who may say it, to which history it belongs, what others are told instead.
    TypeChanged,
    /// Other values are taken than before.
    RuleChanged,
}

impl Change {
    /// The stable code.
    pub fn code(self) -> &'static str {
        match self {
            Self::TypeRemoved => "contract.type-removed",
            Self::PropertyRemoved => "contract.property-removed",
            Self::PropertyRequired => "contract.property-required",
            Self::PropertyOptional => "contract.property-optional",
            Self::PlaceChanged => "contract.place-changed",
            Self::TypeChanged => "contract.type-changed",
            Self::RuleChanged => "contract.rule-changed",
        }
    }

    /// What it means, in English and Chinese.
    pub fn text(self) -> (&'static str, &'static str) {
        match self {
            Self::TypeRemoved => ("a published type stays", "已发布的类型不得删除"),
            Self::PropertyRemoved => {
                ("a published property stays, under its name", "已发布的字段不得删除或者改名")
            }
            Self::PropertyRequired => ("only optional properties may be added", "新增字段只能是选填"),
            Self::PropertyOptional => ("readers count on this property", "必填字段不得改为选填"),
            Self::PlaceChanged => (
                "group, store and person of a published property stay",
                "字段的可见组、存放方式和所涉人员不得变更",
            ),
            Self::TypeChanged => ("what holds of a published type stays", "类型层面的规定不得变更"),
            Self::RuleChanged => ("the values that a property takes stay", "字段的取值范围不得变更"),
        }
    }
}

/// One place at which a published contract is another one now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Changed {
    /// The type.
    pub kind: String,
    /// Where in the schema, by JSON Pointer.
    pub pointer: String,
    /// How.
    pub change: Change,
}

impl std::fmt::Display for Changed {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (en, zh) = self.change.text();
        let (kind, pointer, code) = (&self.kind, &self.pointer, self.change.code());
        write!(
            f,
            "{kind}#{pointer}: {code}: {en}; everything else is a new version / {zh}，其他变更须发布新版本"
        )
    }
}

/// The forms of contracts by type, as they were published.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Forms(BTreeMap<String, Value>);

impl Forms {
    /// The forms of these contracts.
    pub fn of(contracts: &Contracts) -> Self {
        Self(contracts.all().map(|contract| (contract.kind.to_string(), form(&contract.schema))).collect())
    }

    /// Reads `published.json`.
    ///
    /// # Errors
    /// It is not JSON, or no object.
    pub fn read(text: &str) -> Result<Self, serde_json::Error> {
        serde_json::from_str(text).map(Self)
    }

    /// The text of `published.json`: one type on a line.
    pub fn text(&self) -> String {
        let lines: Vec<String> = self.0.iter().map(|(kind, form)| format!("\"{kind}\": {form}")).collect();
        format!("{{\n{}\n}}\n", lines.join(",\n"))
    }

    /// How these contracts are other than they were published, beyond new optional properties and new types.
    pub fn changes(&self, now: &Self) -> Vec<Changed> {
        let mut changes = Vec::new();
        for (kind, before) in &self.0 {
            let mut at = |pointer: &str, change| {
                changes.push(Changed { kind: kind.clone(), pointer: pointer.to_owned(), change });
            };
            match now.0.get(kind) {
                Some(now) => compare(before, now, "", &mut at),
                None => at("", Change::TypeRemoved),
            }
        }
        changes
    }

    /// How many types were published.
    pub fn count(&self) -> usize {
        self.0.len()
    }
}

fn form(schema: &Value) -> Value {
    fn of(schema: &Value, named: bool) -> Value {
        match schema {
            Value::Object(members) => {
                let kept = members.iter().filter(|(name, _)| named || !TEXT.contains(&name.as_str()));
                let inner = |name: &str| !named && (name == "properties" || name == "$defs");
                kept.map(|(name, value)| (name.clone(), of(value, inner(name)))).collect::<Map<_, _>>().into()
            }
            Value::Array(items) => items.iter().map(|item| of(item, false)).collect(),
            other => other.clone(),
        }
    }
    of(schema, false)
}

fn compare(before: &Value, now: &Value, pointer: &str, at: &mut impl FnMut(&str, Change)) {
    let (Value::Object(before), Value::Object(now)) = (before, now) else {
        if before != now {
            at(pointer, of_keyword(pointer));
        }
        return;
    };
    let names: std::collections::BTreeSet<&String> = before.keys().chain(now.keys()).collect();
    for name in names {
        let place = format!("{pointer}/{name}");
        match (name.as_str(), before.get(name), now.get(name)) {
            ("properties", Some(Value::Object(before)), Some(Value::Object(now))) => {
                for (property, before) in before {
                    let place = format!("{place}/{property}");
                    match now.get(property) {
                        Some(now) => compare(before, now, &place, at),
                        None => at(&place, Change::PropertyRemoved),
                    }
                }
            }
            ("$defs", Some(Value::Object(before)), Some(Value::Object(now))) => {
                for (part, before) in before {
                    compare(before, now.get(part).unwrap_or(&Value::Null), &format!("{place}/{part}"), at);
                }
            }
            ("$defs", None, Some(_)) => {}
            ("required", before, now) => required(before, now, pointer, at),
            (_, Some(before), Some(now)) => compare(before, now, &place, at),
            _ => at(&place, of_keyword(&place)),
        }
    }
}

fn required(before: Option<&Value>, now: Option<&Value>, pointer: &str, at: &mut impl FnMut(&str, Change)) {
    let names = |list: Option<&Value>| -> Vec<String> {
        let list = list.and_then(Value::as_array).into_iter().flatten();
        list.filter_map(|name| name.as_str().map(str::to_owned)).collect()
    };
    let (before, now) = (names(before), names(now));
    let place = |name: &String| format!("{pointer}/properties/{name}");
    before
        .iter()
        .filter(|name| !now.contains(name))
        .for_each(|name| at(&place(name), Change::PropertyOptional));
    now.iter()
        .filter(|name| !before.contains(name))
        .for_each(|name| at(&place(name), Change::PropertyRequired));
}

/// What a change of this keyword changes.
fn of_keyword(pointer: &str) -> Change {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps.as_slice() {
        [of_type, ..] if of_type.starts_with("x-") || *of_type == "$id" => Change::TypeChanged,
        [.., last] if last.starts_with("x-") => Change::PlaceChanged,
        _ => Change::RuleChanged,
    }
}
