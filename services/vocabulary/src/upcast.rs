//! Facts said in an older version of their type, read as the newest one: one pure function, which runs wherever a
//! fact is read. What was said stays in the ledger as it was said, and is shown so.
//!
//! A name that stands in both versions means the same in both, and its value stays; the tests of the contracts hold
//! this, and that each example of the older version becomes data of the newer one.

use crate::TypeName;
use serde_json::{Map, Value};

/// The clear properties of a fact in the newest version of its type; `None` where it was said in that.
pub fn upcast(kind: &str, clear: &Map<String, Value>) -> Option<(TypeName, Map<String, Value>)> {
    let (newer, clear) = match kind {
        "governance.employment-check-requested.v1" => {
            ("governance.employment-check-requested.v2", employment_check(clear))
        }
        _ => return None,
    };
    // a version may have been followed by several
    upcast(newer, &clear).or_else(|| Some((TypeName::parse(newer).ok()?, clear)))
}

/// Law asks for a yearly check of every member of staff (UCL 62). Version 1 had one word, `yearly`, for that check
/// and for one of a few people; what bears it was taken for the whole one, and stays that.
fn employment_check(clear: &Map<String, Value>) -> Map<String, Value> {
    let mut clear = clear.clone();
    let scope = match clear.remove("check_kind") {
        Some(Value::String(kind)) if kind == "yearly" => Value::from("whole-staff"),
        Some(Value::String(kind)) if kind == "hire" => Value::from("before-hiring"),
        Some(other) => other,
        None => return clear,
    };
    clear.insert("scope".to_owned(), scope);
    clear
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_older_version_is_read_as_the_newest_and_the_newest_as_it_is() {
        let said = json!({"to": "psb", "check_kind": "yearly", "requested_at": "2026-03-02T10:00:00+08:00"});
        let (kind, clear) =
            upcast("governance.employment-check-requested.v1", said.as_object().unwrap()).unwrap();
        assert_eq!(kind.as_str(), "governance.employment-check-requested.v2");
        let read = json!({"to": "psb", "scope": "whole-staff", "requested_at": "2026-03-02T10:00:00+08:00"});
        assert_eq!(Value::Object(clear.clone()), read);
        assert_eq!(upcast(kind.as_str(), &clear), None);
    }
}
