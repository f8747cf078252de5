//! The contracts as they are published: which types there are, and the schema of each. Public, no token.

use crate::App;
use crate::problem::Problem;
use crate::words;
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::{Contract, Contracts, Opens};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;

/// All answers about contracts, made once: contracts do not change while the program runs.
pub(crate) struct Published {
    types: Bytes,
    schemas: HashMap<String, Schema>,
}

struct Schema {
    text: Bytes,
    etag: String,
}

impl Published {
    /// The contracts of a bus.
    pub(crate) fn of(contracts: &Contracts) -> Self {
        let types: Vec<Value> = contracts.all().map(|contract| summary(contract)).collect();
        let schemas = contracts.all().map(|contract| (contract.kind.to_string(), Schema::of(contract)));
        Self { types: json!(types).to_string().into(), schemas: schemas.collect() }
    }
}

impl Schema {
    fn of(contract: &Contract) -> Self {
        let text = contract.schema.to_string();
        let etag = format!("\"{}\"", hex::encode(Sha256::digest(&text)));
        Self { text: text.into(), etag }
    }
}

fn summary(contract: &Contract) -> Value {
    let opens = match contract.opens() {
        Opens::Never => "never",
        Opens::Always => "always",
        Opens::May => "may",
    };
    json!({
        "type": contract.kind,
        "title": contract.schema["title"],
        "titleZh": contract.schema["x-zh"]["title"],
        "opens": opens,
        "publishers": contract.publishers(),
        "history": contract.history().word(),
        "schema": format!("/v1/schemas/{}", contract.kind),
    })
}

/// `GET /v1/types`.
pub(crate) async fn types(State(shared): App) -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], shared.contracts.types.clone()).into_response()
}

/// `GET /v1/schemas/{type}`. A client keeps it, and asks each time whether it is still the same.
pub(crate) async fn schema(
    State(shared): App,
    kind: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let found = kind.ok().and_then(|Path(kind)| shared.contracts.schemas.get(&kind));
    let schema = found.ok_or_else(|| Problem::new(&words::NOT_FOUND))?;
    let common =
        [(header::ETAG, schema.etag.clone()), (header::CACHE_CONTROL, "public, no-cache".to_owned())];
    if is_known(&headers, &schema.etag) {
        return Ok((StatusCode::NOT_MODIFIED, common).into_response());
    }
    let kind = [(header::CONTENT_TYPE, "application/schema+json")];
    Ok((common, kind, schema.text.clone()).into_response())
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let tags = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = tags.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
