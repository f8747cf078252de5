//! A problem: why a request was not done, as RFC 9457 asks (`application/problem+json`), with a stable code
//! and its title in two languages. The only place that turns what the bus answers into a status.

use crate::words::{self, Word};
use axum::http::{HeaderValue, header};
use axum::response::{IntoResponse, Response};
use contract::{Rejection, Violation};
use serde::Serialize;
use std::time::Duration;

/// A problem on its way out.
#[derive(Debug, Serialize)]
#[serde(transparent)]
pub(crate) struct Problem(Box<Said>);

#[derive(Debug, Serialize)]
struct Said {
    #[serde(rename = "type")]
    kind: String,
    title: &'static str,
    #[serde(rename = "titleZh")]
    title_zh: &'static str,
    status: u16,
    code: &'static str,
    detail: &'static str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    errors: Vec<Wrong>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    unmet: Vec<String>,
    /// Seconds; in a batch the header `Retry-After` has no place.
    #[serde(rename = "retryAfter", skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    #[serde(skip)]
    word: &'static Word,
}

/// What is wrong, and where.
#[derive(Debug, Serialize)]
struct Wrong {
    pointer: String,
    code: String,
    detail: String,
    #[serde(rename = "detailZh", skip_serializing_if = "Option::is_none")]
    detail_zh: Option<String>,
}

impl From<Violation> for Wrong {
    fn from(violation: Violation) -> Self {
        let Violation { pointer, code, detail, detail_zh } = violation;
        Self { pointer, code, detail, detail_zh: Some(detail_zh) }
    }
}

impl Problem {
    /// A problem of the table.
    pub(crate) fn new(word: &'static Word) -> Self {
        Self(Box::new(Said {
            kind: format!("urn:lianhu:problem:{}", word.code),
            title: word.en,
            title_zh: word.zh,
            status: word.status.as_u16(),
            code: word.code,
            detail: word.detail,
            errors: Vec::new(),
            unmet: Vec::new(),
            retry_after: None,
            word,
        }))
    }

    /// A problem with places in the request.
    pub(crate) fn at(word: &'static Word, violations: impl IntoIterator<Item = Violation>) -> Self {
        let mut problem = Self::new(word);
        problem.0.errors = violations.into_iter().map(Wrong::from).collect();
        problem
    }

    /// The same after a while, in whole seconds, one at least.
    pub(crate) fn retry_after(mut self, wait: Duration) -> Self {
        self.0.retry_after = Some(wait.as_millis().div_ceil(1_000).try_into().unwrap_or(u64::MAX).max(1));
        self
    }

    /// The status by which it is answered.
    pub(crate) fn status(&self) -> u16 {
        self.0.status
    }

    fn rejected(rejection: Rejection) -> Self {
        match rejection {
            Rejection::Malformed(all) => Self::at(&words::MALFORMED, all),
            Rejection::UnknownType(all) => Self::at(&words::UNKNOWN_TYPE, all),
            Rejection::Broken(all) => Self::at(&words::BROKEN, all),
        }
    }

    fn refused(refusal: vocabulary::Refusal) -> Self {
        let mut problem = Self::new(&words::REFUSED);
        problem.0.kind = format!("urn:lianhu:problem:{}", refusal.code);
        problem.0.code = refusal.code;
        (problem.0.title, problem.0.title_zh) = (refusal.en, refusal.zh);
        problem.0.unmet = refusal.unmet;
        problem
    }

    fn rules(faults: Vec<jurisdiction::Fault>) -> Self {
        let mut problem = Self::new(&words::RULES);
        let wrong = |fault: jurisdiction::Fault| Wrong {
            pointer: format!("/files/{}", fault.file.replace('~', "~0").replace('/', "~1")),
            code: "rule".to_owned(),
            detail: fault.to_string(),
            detail_zh: None,
        };
        problem.0.errors = faults.into_iter().map(wrong).collect();
        problem
    }
}

impl From<Rejection> for Problem {
    fn from(rejection: Rejection) -> Self {
        Self::rejected(rejection)
    }
}

impl From<runtime::Problem> for Problem {
    /// What went wrong inside is logged and not sent: it names positions and files, and only the operator can
    /// do something about it.
    fn from(problem: runtime::Problem) -> Self {
        use runtime::Problem as Bus;
        Self::new(match problem {
            Bus::Rejected(rejection) => return Self::rejected(rejection),
            Bus::Refused(refusal) => return Self::refused(refusal),
            Bus::Rules(faults) => return Self::rules(faults),
            Bus::Unauthenticated => &words::UNAUTHENTICATED,
            Bus::OffRoster => &words::OFF_ROSTER,
            Bus::ForeignSource => &words::FOREIGN_SOURCE,
            Bus::RoleNotAllowed => &words::ROLE_NOT_ALLOWED,
            Bus::NotFound => &words::NOT_FOUND,
            Bus::Moved => &words::PRECONDITION_FAILED,
            Bus::IdConflict => &words::ID_CONFLICT,
            Bus::Demo => &words::DEMO,
            Bus::UnknownAgency => &words::UNKNOWN_AGENCY,
            Bus::Busy => &words::BUSY,
            Bus::Unavailable(why) => {
                tracing::warn!(why, "a store is away");
                &words::UNAVAILABLE
            }
            Bus::Damaged(why) => {
                tracing::error!(why, "something stored cannot be read");
                &words::DAMAGED
            }
        })
    }
}

/// The document (RFC 9457) by which this edge answers a problem of the bus, for whoever publishes to it in the
/// same process and wants the codes and words that HTTP has.
pub fn document(problem: runtime::Problem) -> serde_json::Value {
    serde_json::to_value(Problem::from(problem)).unwrap_or_default() // texts and lists alone: it can be written
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = (self.0.word.status, axum::Json(&self.0)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some((name, value)) = self.0.word.header {
            headers.insert(name, HeaderValue::from_static(value));
        }
        if let Some(seconds) = self.0.retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}
