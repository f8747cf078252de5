//! What only the operator of the region may do: adopt rules, issue tokens.

use crate::App;
use crate::auth::ByOperator;
use crate::body::document;
use crate::events::Nothing;
use crate::problem::Problem;
use crate::query::Asked;
use crate::words;
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::Violation;
use futures_util::StreamExt as _;
use jurisdiction::RuleFile;
use runtime::{Adopted, Bus};
use serde::Deserialize;
use serde_json::{Value, json};
use std::convert::Infallible;
use vocabulary::{AgencyCode, Instant};

/// Longest set of rule files, in bytes.
const RULES_BYTES: usize = 4 << 20;
/// Longest request for a token, in bytes.
const TOKEN_BYTES: usize = 4 << 10;
/// The contract that a request for a token must fulfil, with what the bus adds.
const TOKEN_TYPE: &str = "governance.agency-token-issued.v1";

/// The body of `POST /v1/rules`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Rules {
    files: Vec<File>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    path: String,
    content: String,
}

/// The body of `POST /v1/tokens`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    agency: String,
    label: Option<String>,
    expires_at: Option<String>,
}

/// `POST /v1/rules`: all files of a jurisdiction, adopted together or not at all.
pub(crate) async fn adopt(
    State(shared): App,
    _: ByOperator,
    Asked(Nothing {}): Asked<Nothing>,
    headers: HeaderMap,
    body: Body,
) -> Result<Json<Adopted>, Problem> {
    let time = shared.config.request_time;
    let rules: Rules = document(&headers, body, RULES_BYTES, time).await?;
    let files = rules.files.into_iter().map(|File { path, content }| RuleFile { path, content });
    let files: Vec<RuleFile> = files.collect();
    let adopted = tokio::time::timeout(time, shared.bus.adopt(&files)).await;
    Ok(Json(adopted.map_err(|_| Problem::new(&words::TIMEOUT))??))
}

/// `POST /v1/tokens`: the only moment at which a token can be read.
pub(crate) async fn issue(
    State(shared): App,
    _: ByOperator,
    Asked(Nothing {}): Asked<Nothing>,
    headers: HeaderMap,
    body: Body,
) -> Result<(StatusCode, Json<Value>), Problem> {
    let time = shared.config.request_time;
    let token: Token = document(&headers, body, TOKEN_BYTES, time).await?;
    let (agency, expires_at) = checked(&shared.bus, &token)?;
    let issued = tokio::time::timeout(time, shared.bus.issue_token(&agency, token.label, expires_at)).await;
    let issued = issued.map_err(|_| Problem::new(&words::TIMEOUT))??;
    let answer = json!({"agency": issued.agency, "token": issued.token, "expires_at": issued.expires_at});
    Ok((StatusCode::CREATED, Json(answer)))
}

/// The request becomes a fact of the bus itself, which no door checks again: it meets its contract here.
fn checked(bus: &Bus, token: &Token) -> Result<(AgencyCode, Option<Instant>), Problem> {
    let mut fact = json!({
        "agency": token.agency,
        "token_hash": format!("sha256:{}", "0".repeat(64)),
        "issued_at": bus.now(),
    });
    for (name, value) in [("label", &token.label), ("expires_at", &token.expires_at)] {
        if let Some(value) = value {
            fact[name] = value.as_str().into();
        }
    }
    let mut wrong = bus.contracts().violations(TOKEN_TYPE, &fact).unwrap_or_default();
    let expires_at = token.expires_at.as_deref().and_then(|at| Instant::parse(at).ok());
    if expires_at.is_some_and(|at| at <= bus.now()) {
        wrong.push(Violation::new("/expires_at", "past", "this time has passed", "该时间已过"));
    }
    match AgencyCode::parse(&token.agency) {
        Ok(agency) if wrong.is_empty() => Ok((agency, expires_at)),
        _ => Err(Problem::at(&words::BROKEN, wrong)),
    }
}

/// `POST /v1/views/rebuild`: makes all views again beside the running ones, compares the two, and lets the new
/// ones answer. The answer is a line of JSON per step, and at last what was found, or a problem. It goes on to its
/// end even when nobody listens any more.
pub(crate) async fn rebuild(
    State(shared): App,
    _: ByOperator,
    Asked(Nothing {}): Asked<Nothing>,
) -> Result<Response, Problem> {
    let (lines, mut told) = tokio::sync::mpsc::channel::<String>(16);
    tokio::task::spawn_blocking(move || {
        let steps = lines.clone();
        let found = shared.bus.rebuild(|at, head| {
            drop(steps.try_send(json!({"at": at, "head": head}).to_string())); // full: nobody reads so fast
        });
        let last = match found {
            Ok(found) => json!(found),
            Err(problem) => json!(Problem::from(problem)),
        };
        drop(lines.blocking_send(last.to_string()));
    });
    let lines = futures_util::stream::poll_fn(move |context| told.poll_recv(context));
    let lines = lines.map(|line| Ok::<_, Infallible>(format!("{line}\n")));
    Ok(([(header::CONTENT_TYPE, "application/x-ndjson")], Body::from_stream(lines)).into_response())
}
