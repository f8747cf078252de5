//! A batch: each item is a document of its own, with its own answer, in order.
//!
//! The array is split along its commas and each item is read alone, as exact JSON. So its length is measured
//! as it was sent, and one bad item, down to a member name that stands twice, does not harm the others.
//! Items of one history are published one after the other, in their order; different histories side by side,
//! so that they share the flushes of the ledger.

use crate::Shared;
use crate::events::Errand;
use crate::problem::Problem;
use crate::words;
use axum::Json;
use axum::response::{IntoResponse, Response};
use contract::{Envelope, Violation};
use futures_util::{StreamExt as _, stream};
use runtime::Caller;
use serde::de::IgnoredAny;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use tokio::time::Instant;

/// How many histories are written to at once.
const SIDE_BY_SIDE: usize = 32;

type Group = Vec<(usize, Envelope)>;

/// Does an errand for each item: 200, with one answer for each.
///
/// # Errors
/// The whole is not an array, or has too many items.
pub(crate) async fn answer(
    shared: &Shared,
    caller: &Caller,
    errand: Errand,
    bytes: &[u8],
) -> Result<Response, Problem> {
    let config = &shared.config;
    let items = split(bytes, config.max_batch_items)?;
    let mut answers = vec![Value::Null; items.len()];
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    for (index, item) in items.into_iter().enumerate() {
        let event = read(item, config.max_document_bytes);
        match errand.taken(shared, caller, event) {
            Ok(event) => groups.entry(history(&event)).or_default().push((index, event)),
            Err(problem) => answers[index] = refused(&problem),
        }
    }
    let until = Instant::now() + config.request_time;
    let mut groups: Vec<Group> = groups.into_values().collect();
    groups.sort_by_key(|group| group.first().map(|(index, _)| *index));
    let work = stream::iter(groups).map(|group| one_by_one(shared, caller, errand, group, until));
    let mut done = work.buffer_unordered(SIDE_BY_SIDE);
    while let Some(some) = done.next().await {
        for (index, answer) in some {
            answers[index] = answer;
        }
    }
    Ok(Json(answers).into_response())
}

async fn one_by_one(
    shared: &Shared,
    caller: &Caller,
    errand: Errand,
    group: Group,
    until: Instant,
) -> Vec<(usize, Value)> {
    let mut answers = Vec::with_capacity(group.len());
    for (index, event) in group {
        tokio::task::yield_now().await; // a dry run never waits on its own
        let done = errand.run(shared, caller, event, until).await;
        let answer = done.map_or_else(|problem| refused(&problem), |done| done.item());
        answers.push((index, answer));
    }
    answers
}

pub(crate) fn refused(problem: &Problem) -> Value {
    json!({"status": problem.status(), "problem": problem})
}

fn read(item: &[u8], most: usize) -> Result<Envelope, Problem> {
    if item.len() > most {
        return Err(Problem::new(&words::TOO_LARGE));
    }
    Ok(Envelope::structured(item)?)
}

/// What must keep its order: a history, or what opens one.
fn history(event: &Envelope) -> String {
    let attributes = &event.attributes;
    attributes.subject.as_ref().map_or_else(|| format!("new {}", attributes.id), ToString::to_string)
}

/// The items of an array, as they stand in its text.
fn split(text: &[u8], most: usize) -> Result<Vec<&[u8]>, Problem> {
    let wrong = |en: &str, zh: &str| Problem::at(&words::MALFORMED, [Violation::new("", "json", en, zh)]);
    // The text as a whole is JSON; after that, commas outside of strings and brackets are all that matters.
    serde_json::from_slice::<IgnoredAny>(text).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let en = format!("the text is not JSON at line {line}, column {column}");
        wrong(&en, &format!("文本在第 {line} 行第 {column} 列不是合法 JSON"))
    })?;
    let inner = text.trim_ascii().strip_prefix(b"[").and_then(|rest| rest.strip_suffix(b"]"));
    let inner = inner.ok_or_else(|| wrong("a batch must be an array", "批量必须是数组"))?;
    let mut items = Vec::new();
    if inner.trim_ascii().is_empty() {
        return Ok(items);
    }
    let (mut depth, mut quoted, mut escaped, mut start) = (0_u32, false, false, 0);
    for (at, byte) in inner.iter().enumerate() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            _ if quoted => {}
            b'[' | b'{' => depth += 1,
            b']' | b'}' => depth = depth.saturating_sub(1),
            b',' if depth == 0 => {
                items.push(inner[start..at].trim_ascii());
                start = at + 1;
            }
            _ => {}
        }
        if items.len() == most {
            return Err(Problem::new(&words::TOO_LARGE));
        }
    }
    items.push(inner[start..].trim_ascii());
    Ok(items)
}

#[cfg(test)]
mod tests {
    use super::split;

    fn items(text: &str) -> Vec<String> {
        let items = split(text.as_bytes(), 10).unwrap();
        items.into_iter().map(|item| String::from_utf8(item.to_vec()).unwrap()).collect()
    }

    #[test]
    fn an_array_is_split_where_its_items_end_and_nowhere_else() {
        assert_eq!(items(" [ ] "), Vec::<String>::new());
        assert_eq!(items("[1]"), ["1"]);
        assert_eq!(
            items(r#" [ {"a":[1,{"b":2}]} , "x,]\"}" ,[],3 ]"#),
            [r#"{"a":[1,{"b":2}]}"#, r#""x,]\"}""#, "[]", "3"]
        );
        assert_eq!(items(r#"["\\",2]"#), [r#""\\""#, "2"]);
    }

    #[test]
    fn what_is_no_array_or_too_long_is_no_batch() {
        for bad in ["", "{}", "[1,]", "[1", "[1]]", "[1] 2", "1", "[{}{}]", "\"[]\""] {
            assert_eq!(split(bad.as_bytes(), 10).unwrap_err().status(), 400, "{bad}");
        }
        assert_eq!(split(b"[1,2,3]", 3).unwrap().len(), 3);
        assert_eq!(split(b"[1,2,3,4]", 3).unwrap_err().status(), 413);
    }
}
