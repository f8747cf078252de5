//! The contracts as they are published: which types there are, the schema of each, and the document of all calls.
//! Public, no token.

use crate::App;
use crate::problem::Problem;
use crate::{openapi, words};
use axum::body::Bytes;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::{Contract, Contracts, Opens};
use runtime::Bus;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

/// All answers about contracts, made once for each adoption of others.
struct Published {
    types: Bytes,
    schemas: HashMap<String, Kept>,
    openapi: Kept,
}

/// The answers about the contracts in force.
pub(crate) struct InForce(Mutex<(Arc<Contracts>, Arc<Published>)>);

impl InForce {
    /// The answers of now.
    pub(crate) fn of(contracts: Arc<Contracts>) -> Self {
        let published = Published::of(&contracts).into();
        Self(Mutex::new((contracts, published)))
    }

    fn now(&self, bus: &Bus) -> Arc<Published> {
        let (contracts, mut kept) = (bus.contracts(), self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if !Arc::ptr_eq(&kept.0, &contracts) {
            *kept = (contracts.clone(), Published::of(&contracts).into());
        }
        kept.1.clone()
    }
}

/// A text that a client keeps.
struct Kept {
    text: Bytes,
    etag: String,
}

impl Published {
    /// The contracts of a bus.
    fn of(contracts: &Contracts) -> Self {
        let types: Vec<Value> = contracts.all().map(|contract| summary(contract)).collect();
        let schema = |contract: &Arc<Contract>| Kept::of(contract.schema.to_string());
        let schemas = contracts.all().map(|contract| (contract.kind.to_string(), schema(contract)));
        let openapi = Kept::of(openapi::text(contracts));
        Self { types: json!(types).to_string().into(), schemas: schemas.collect(), openapi }
    }
}

impl Kept {
    fn of(text: String) -> Self {
        let etag = format!("\"{}\"", hex::encode(Sha256::digest(&text)));
        Self { text: text.into(), etag }
    }

    /// The text, unless the client has it. It keeps it, and asks each time whether it is still the same.
    fn answer(&self, kind: &'static str, headers: &HeaderMap) -> Response {
        let common =
            [(header::ETAG, self.etag.clone()), (header::CACHE_CONTROL, "public, no-cache".to_owned())];
        if is_known(headers, &self.etag) {
            return (StatusCode::NOT_MODIFIED, common).into_response();
        }
        (common, [(header::CONTENT_TYPE, kind)], self.text.clone()).into_response()
    }
}

fn summary(contract: &Contract) -> Value {
    let opens = match contract.opens() {
        Opens::Never => "never",
        Opens::Always => "always",
        Opens::May => "may",
    };
    let mut summary = json!({
        "type": contract.kind,
        "title": contract.schema["title"],
        "titleZh": contract.schema["x-zh"]["title"],
        "opens": opens,
        "publishers": contract.publishers(),
        "history": contract.history().word(),
        "schema": format!("/v1/schemas/{}", contract.kind),
    });
    let others: Vec<&str> = contract.histories().skip(1).map(|kind| kind.word()).collect();
    if !others.is_empty() {
        summary["alsoIn"] = json!(others);
    }
    if let Some(newer) = contract.superseded() {
        summary["supersededBy"] = json!(newer);
    }
    summary
}

/// `GET /v1/types`.
pub(crate) async fn types(State(shared): App) -> Response {
    let json = HeaderValue::from_static("application/json");
    ([(header::CONTENT_TYPE, json)], shared.contracts.now(&shared.bus).types.clone()).into_response()
}

/// `GET /v1/schemas/{type}`.
pub(crate) async fn schema(
    State(shared): App,
    kind: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let published = shared.contracts.now(&shared.bus);
    let found = kind.ok().and_then(|Path(kind)| published.schemas.get(&kind));
    let schema = found.ok_or_else(|| Problem::new(&words::NOT_FOUND))?;
    Ok(schema.answer("application/schema+json", &headers))
}

/// `GET /v1/openapi.json`.
pub(crate) async fn openapi(State(shared): App, headers: HeaderMap) -> Response {
    shared.contracts.now(&shared.bus).openapi.answer("application/json", &headers)
}

fn is_known(headers: &HeaderMap, etag: &str) -> bool {
    let tags = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = tags.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
