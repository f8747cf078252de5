//! A contract holds itself: every example passes, every invalid one is refused at its pointer, and every rule
//! of the schema is broken by an invalid one. `lianhu schema check` and the tests ask.

use crate::check::explain_all;
use crate::{Contract, Contracts, Store};
use serde_json::Value;
use std::collections::BTreeSet;
use vocabulary::upcast::upcast;

impl Contract {
    /// What is wrong with the examples of this contract; empty when it holds itself.
    pub fn faults(&self) -> Vec<String> {
        let list = |name: &str| self.schema[name].as_array().cloned().unwrap_or_default();
        let (examples, invalid) = (list("examples"), list("x-invalid"));
        let mut faults = Vec::new();
        if examples.is_empty() {
            faults.push("no examples".to_owned());
        }
        for (index, example) in examples.iter().enumerate() {
            for violation in explain_all(self, example) {
                faults.push(format!("examples/{index}{}: {}", violation.pointer, violation.code));
            }
        }
        let mut unbroken = BTreeSet::new();
        rules(&self.schema, &self.schema, "", &mut unbroken);
        for (index, case) in invalid.iter().enumerate() {
            let found = invalid_data(case).map(|data| explain_all(self, &data)).unwrap_or_default();
            let pointer = case["pointer"].as_str().unwrap_or("(no pointer)");
            if !found.iter().any(|violation| violation.pointer == pointer) {
                faults.push(format!("x-invalid/{index}: not refused at {pointer}"));
            }
            for violation in found {
                unbroken.remove(&place(&violation.pointer, &violation.code));
            }
        }
        faults.extend(
            unbroken.into_iter().map(|(at, keyword)| format!("no x-invalid breaks {keyword} at {at}")),
        );
        faults
    }
}

impl Contracts {
    /// The types that a property may name and of which there are none.
    pub(crate) fn unknown_names(&self, contract: &Contract) -> Vec<String> {
        let names =
            contract.properties().iter().flat_map(|(name, p)| p.names.iter().map(move |kind| (name, kind)));
        let unknown = names.filter(|(_, kind)| self.get(kind.as_str()).is_none());
        unknown.map(|(name, kind)| format!("{name}: x-names knows no {kind}")).collect()
    }

    /// What is wrong with reading an older version as the newest: each of its examples becomes data that the newer
    /// contract takes, and a name that stands in both keeps its value.
    pub(crate) fn broken_upcasts(&self, contract: &Contract) -> Vec<String> {
        let examples = contract.schema["examples"].as_array().into_iter().flatten();
        let mut faults = Vec::new();
        for (index, example) in examples.filter_map(Value::as_object).enumerate() {
            let mut clear = example.clone();
            clear.retain(|name, _| contract.properties().get(name).is_some_and(|p| p.store == Store::Clear));
            let read = upcast(contract.kind.as_str(), &clear);
            if read.is_some() != contract.superseded().is_some() {
                return vec!["x-superseded exactly where there is an upcast".to_owned()];
            }
            let Some((newest, mut data)) = read else { continue };
            if let Some(other) =
                data.iter().find(|(name, now)| clear.get(*name).is_some_and(|said| said != *now))
            {
                faults.push(format!("examples/{index}: the upcast changes what `{}` says", other.0));
            }
            data.extend(
                example
                    .iter()
                    .filter(|(name, _)| !clear.contains_key(*name))
                    .map(|(n, v)| (n.clone(), v.clone())),
            );
            match self.violations(newest.as_str(), &data.into()) {
                None => faults.push(format!("it is read as {newest}, which has no contract")),
                Some(wrong) => faults.extend(
                    wrong
                        .iter()
                        .map(|v| format!("examples/{index}: read as {newest}{}: {}", v.pointer, v.code)),
                ),
            }
        }
        faults
    }
}

/// `repeat` keeps long values out of the files: the string (as `x`) or the first item, so many times.
fn invalid_data(case: &Value) -> Option<Value> {
    let mut data = case["data"].clone();
    let Some(repeat) = case.get("repeat") else { return Some(data) };
    let times = usize::try_from(repeat["times"].as_u64()?).ok()?;
    let target = data.pointer_mut(repeat["pointer"].as_str()?)?;
    *target = match &*target {
        Value::Array(items) => vec![items.first()?.clone(); times].into(),
        _ => "x".repeat(times).into(),
    };
    Some(data)
}

/// Where a rule stands: the instance location with items as `*` and unknown members as `?`, and the keyword.
fn place(pointer: &str, keyword: &str) -> (String, String) {
    let step = |step| if str::parse::<u32>(step).is_ok() { "*" } else { step };
    let mut steps: Vec<&str> = pointer.split('/').map(step).collect();
    if keyword == "additionalProperties" {
        steps.pop();
        steps.push("?");
    }
    (steps.join("/"), keyword.to_owned())
}

/// Every rule of a schema. A keyword that this function does not know counts as a rule that nothing breaks.
fn rules(schema: &Value, root: &Value, at: &str, all: &mut BTreeSet<(String, String)>) {
    let target = schema["$ref"].as_str().and_then(|reference| root.pointer(reference.strip_prefix('#')?));
    target.into_iter().for_each(|target| rules(target, root, at, all));
    for (keyword, rule) in schema.as_object().into_iter().flatten() {
        match keyword.as_str() {
            "required" => {
                let names = rule.as_array().into_iter().flatten().filter_map(Value::as_str);
                all.extend(names.map(|name| (format!("{at}/{name}"), keyword.clone())));
            }
            "additionalProperties" => drop(all.insert((format!("{at}/?"), keyword.clone()))),
            "properties" => {
                let properties = rule.as_object().into_iter().flatten();
                properties.for_each(|(name, inner)| rules(inner, root, &format!("{at}/{name}"), all));
            }
            "items" => rules(rule, root, &format!("{at}/*"), all),
            "$schema" | "$id" | "$defs" | "$ref" | "title" | "description" | "examples" => {}
            annotation if annotation.starts_with("x-") => {}
            _ => drop(all.insert((at.to_owned(), keyword.clone()))),
        }
    }
}
