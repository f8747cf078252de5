//! The content modes of CloudEvents over HTTP: which one a request speaks, by its headers.

use crate::problem::Problem;
use crate::{body, words};
use axum::http::HeaderMap;
use contract::{Envelope, Rejection};

const JSON: &str = "application/json";

/// How the events stand in a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// The body is one event.
    Structured,
    /// The body is an array of events.
    Batch,
    /// The attributes stand in `ce-` headers, and the body is the data.
    Binary,
}

impl Mode {
    /// Reads the mode off the headers.
    ///
    /// # Errors
    /// 415.
    pub(crate) fn of(headers: &HeaderMap) -> Result<Self, Problem> {
        match body::essence(headers).as_deref() {
            Some("application/cloudevents+json") => Ok(Self::Structured),
            Some("application/cloudevents-batch+json") => Ok(Self::Batch),
            Some(JSON) if headers.keys().any(|name| name.as_str().starts_with("ce-")) => Ok(Self::Binary),
            _ => Err(Problem::new(&words::UNSUPPORTED)),
        }
    }
}

/// One event in binary mode. The content type is passed on without its parameters: many clients add a charset
/// on their own, and JSON has only one.
pub(crate) fn binary(headers: &HeaderMap, body: &[u8]) -> Result<Envelope, Rejection> {
    let attribute = |name: &'_ axum::http::HeaderName| name.as_str().strip_prefix("ce-").map(str::to_owned);
    let named: Vec<(String, &[u8])> =
        headers.iter().filter_map(|(name, value)| Some((attribute(name)?, value.as_bytes()))).collect();
    Envelope::binary(named.iter().map(|(name, value)| (name.as_str(), *value)), JSON, body)
}
