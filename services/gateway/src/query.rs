//! Queries: known names, each once, each of its form. `?dryrun=true` must not publish.

use crate::problem::Problem;
use crate::words;
use axum::extract::{FromRequestParts, Query};
use axum::http::request::Parts;
use contract::Violation;
use serde::de::DeserializeOwned;

/// The query of a request.
pub(crate) struct Asked<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Sync> FromRequestParts<S> for Asked<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let (en, zh) = (
            "a parameter of the query is unknown, stands twice, or is not of its form",
            "查询参数未知、重复或格式不正确",
        );
        Query::try_from_uri(&parts.uri).map(|Query(asked)| Self(asked)).map_err(|_| wrong("", en, zh))
    }
}

/// A query that cannot be answered.
pub(crate) fn wrong(name: &str, en: &str, zh: &str) -> Problem {
    let pointer = if name.is_empty() { String::new() } else { format!("/{name}") };
    Problem::at(&words::MALFORMED, [Violation::new(pointer, "query", en, zh)])
}
