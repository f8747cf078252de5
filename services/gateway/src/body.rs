//! Bodies: read within a size and a time, or not at all.

use crate::problem::Problem;
use crate::words;
use axum::body::Body;
use axum::http::{HeaderMap, header};
use contract::Violation;
use futures_util::StreamExt as _;
use serde::de::DeserializeOwned;
use std::time::Duration;

/// The body, at most so long. One that says itself that it is longer is not read.
///
/// # Errors
/// 413, 408; 415 when it is encoded; 400 when it breaks off.
pub(crate) async fn read(
    headers: &HeaderMap,
    body: Body,
    most: usize,
    within: Duration,
) -> Result<Vec<u8>, Problem> {
    let said =
        headers.get(header::CONTENT_LENGTH).and_then(|length| length.to_str().ok()?.parse::<u64>().ok());
    if said.is_some_and(|length| length > most as u64) {
        return Err(Problem::new(&words::TOO_LARGE));
    }
    // a small body can unfold to a huge one: there is no encoding that is taken
    if headers.get(header::CONTENT_ENCODING).is_some_and(|encoding| encoding != "identity") {
        return Err(Problem::new(&words::UNSUPPORTED));
    }
    let arrived = tokio::time::timeout(within, collect(body, most)).await;
    arrived.unwrap_or_else(|_| Err(Problem::new(&words::TIMEOUT_OF_BODY)))
}

async fn collect(body: Body, most: usize) -> Result<Vec<u8>, Problem> {
    let mut chunks = body.into_data_stream();
    let mut bytes = Vec::new();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| malformed("body", "the body broke off", "请求正文中断"))?;
        if bytes.len() + chunk.len() > most {
            return Err(Problem::new(&words::TOO_LARGE));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

/// A JSON document of the operator.
///
/// # Errors
/// As [`read`]; 415 for another content type, 400 for another shape.
pub(crate) async fn document<T: DeserializeOwned>(
    headers: &HeaderMap,
    body: Body,
    most: usize,
    within: Duration,
) -> Result<T, Problem> {
    if essence(headers).as_deref() != Some("application/json") {
        return Err(Problem::new(&words::UNSUPPORTED));
    }
    let bytes = read(headers, body, most, within).await?;
    // the message of serde_json may quote the document, so only line and column are passed on
    serde_json::from_slice(&bytes).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        let en = format!("not the document that this call takes: see line {line}, column {column}");
        malformed("document", &en, &format!("不是该接口所要求的文档，见第 {line} 行第 {column} 列"))
    })
}

/// The content type without its parameters, in lower case.
pub(crate) fn essence(headers: &HeaderMap) -> Option<String> {
    let value = headers.get(header::CONTENT_TYPE)?.to_str().ok()?;
    Some(value.split(';').next().unwrap_or_default().trim().to_ascii_lowercase())
}

fn malformed(code: &str, en: &str, zh: &str) -> Problem {
    Problem::at(&words::MALFORMED, [Violation::new("", code, en, zh)])
}
