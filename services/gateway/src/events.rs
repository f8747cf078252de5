//! Events on their way in: published, asked about (a dry run), or only held against their contract.

use crate::auth::Agency;
use crate::mode::{self, Mode};
use crate::problem::Problem;
use crate::query::Asked;
use crate::{App, Shared, batch, body, precondition, words};
use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use contract::Envelope;
use runtime::{Bus, Caller, Preview, Receipt};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Instant;
use vocabulary::{FactRef, TypeName};

/// The query of `POST /v1/events`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct How {
    #[serde(default)]
    dry_run: bool,
}

/// The query of a call that takes none.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Nothing {}

/// What is to be done with an event. `seen` is the last fact that the caller says it has seen of the history.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Errand {
    Publish { seen: Option<FactRef> },
    Preview { seen: Option<FactRef> },
    Validate,
}

/// What was done.
pub(crate) enum Done {
    Published(Receipt),
    Previewed(Preview),
    Valid,
    /// What another process answered: its status, and the document that it sent.
    Elsewhere {
        status: u16,
        name: &'static str,
        document: Value,
    },
}

/// `POST /v1/events`.
pub(crate) async fn publish(
    State(shared): App,
    agency: Agency,
    Asked(How { dry_run }): Asked<How>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let seen = precondition::seen(&headers, Mode::of(&headers)?)?;
    let errand = if dry_run { Errand::Preview { seen } } else { Errand::Publish { seen } };
    answer(&shared, &agency, errand, &headers, body).await
}

/// `POST /v1/validate`: envelope and contract, no authority. It takes a token because it costs work.
pub(crate) async fn validate(
    State(shared): App,
    agency: Agency,
    Asked(Nothing {}): Asked<Nothing>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    answer(&shared, &agency, Errand::Validate, &headers, body).await
}

async fn answer(
    shared: &Shared,
    agency: &Agency,
    errand: Errand,
    headers: &HeaderMap,
    body: Body,
) -> Result<Response, Problem> {
    let (mode, config) = (Mode::of(headers)?, &shared.config);
    let most = if mode == Mode::Batch { config.max_batch_bytes } else { config.max_document_bytes };
    let bytes = body::read(headers, body, most, config.request_time).await?;
    let event = match mode {
        Mode::Batch => return batch::answer(shared, &agency.caller, errand, &bytes).await,
        Mode::Structured => Envelope::structured(&bytes),
        Mode::Binary => mode::binary(headers, &bytes),
    };
    let event = errand.taken(shared, &agency.caller, event.map_err(Problem::from))?;
    let until = Instant::now() + config.request_time;
    Ok(errand.run(shared, &agency.caller, event, until).await?.into_response())
}

impl Errand {
    /// An event that can be read, and that its sender may still send.
    ///
    /// # Errors
    /// Why it cannot be read; 429.
    pub(crate) fn taken(
        self,
        shared: &Shared,
        caller: &Caller,
        event: Result<Envelope, Problem>,
    ) -> Result<Envelope, Problem> {
        let kind = event.as_ref().map(|event| event.attributes.kind.clone()).ok();
        let event = event.and_then(|event| match self {
            Self::Validate => Ok(event),
            Self::Publish { .. } | Self::Preview { .. } => {
                shared.quota.count(&caller.agency, &event, &shared.bus.contracts()).map(|()| event)
            }
        });
        event.inspect_err(|problem| self.ended(shared, kind.as_ref(), problem.status()))
    }

    /// Does it to one event, until a time.
    ///
    /// # Errors
    /// Whatever the bus answers; 503 when it takes too long.
    pub(crate) async fn run(
        self,
        shared: &Shared,
        caller: &Caller,
        event: Envelope,
        until: Instant,
    ) -> Result<Done, Problem> {
        let kind = event.attributes.kind.clone();
        let done = tokio::time::timeout_at(until, self.done(shared, caller, event, until)).await;
        let done = done.unwrap_or_else(|_| Err(Problem::new(&words::TIMEOUT)));
        let status = done.as_ref().map_or_else(Problem::status, |done| done.status().as_u16());
        self.ended(shared, Some(&kind), status);
        done
    }

    fn ended(self, shared: &Shared, kind: Option<&TypeName>, status: u16) {
        if let Self::Publish { .. } = self {
            shared.metrics.published(kind, status);
        }
    }

    async fn done(
        self,
        shared: &Shared,
        caller: &Caller,
        event: Envelope,
        until: Instant,
    ) -> Result<Done, Problem> {
        match (&shared.config.admission, self) {
            (Some(remote), Self::Publish { .. } | Self::Preview { .. }) => {
                let done = remote.ask(self, caller, &event, until).await?;
                if let Some((history, at)) = crate::nats::place(&done) {
                    let opened = event.attributes.subject.is_none();
                    shared.bus.recorded_elsewhere(caller, &history, at, opened).await;
                }
                Ok(done)
            }
            _ => self.here(&shared.bus, caller, event).await.map_err(Problem::from),
        }
    }

    /// Does it in this process.
    pub(crate) async fn here(
        self,
        bus: &Bus,
        caller: &Caller,
        event: Envelope,
    ) -> Result<Done, runtime::Problem> {
        Ok(match self {
            Self::Publish { seen } => Done::Published(bus.publish(caller, event, seen).await?),
            Self::Preview { seen } => Done::Previewed(bus.preview(caller, event, seen).await?),
            Self::Validate => bus.contracts().check(event).map(|_| Done::Valid)?,
        })
    }
}

impl Done {
    fn status(&self) -> StatusCode {
        match self {
            Self::Published(receipt) if !receipt.duplicate => StatusCode::CREATED,
            Self::Published(_) | Self::Previewed(_) | Self::Valid => StatusCode::OK,
            Self::Elsewhere { status, .. } => {
                StatusCode::from_u16(*status).unwrap_or(StatusCode::SERVICE_UNAVAILABLE)
            }
        }
    }

    /// The answer for one item of a batch.
    pub(crate) fn item(&self) -> Value {
        let status = self.status().as_u16();
        match self {
            Self::Published(receipt) => json!({"status": status, "receipt": receipt}),
            Self::Previewed(preview) => json!({"status": status, "preview": preview}),
            Self::Valid => json!({"status": status, "valid": true}),
            Self::Elsewhere { name, document, .. } => {
                let mut item = json!({"status": status});
                item[*name] = document.clone();
                item
            }
        }
    }
}

impl IntoResponse for Done {
    fn into_response(self) -> Response {
        let status = self.status();
        match self {
            Self::Published(receipt) if receipt.duplicate => Json(receipt).into_response(),
            Self::Published(receipt) => {
                let at = format!("/v1/events/{}.{}", receipt.sequence, receipt.ordinal);
                (status, [(header::LOCATION, at)], Json(receipt)).into_response()
            }
            Self::Previewed(preview) => Json(preview).into_response(),
            Self::Valid => Json(json!({"valid": true})).into_response(),
            Self::Elsewhere { document, .. } => elsewhere(status, document),
        }
    }
}

/// What another process answered, with the headers that belong to it.
fn elsewhere(status: StatusCode, document: Value) -> Response {
    let text = |value: &Value| value.as_str().map(str::to_owned).unwrap_or_else(|| value.to_string());
    let header = |name: header::HeaderName, value: String| value.parse().ok().map(|value| (name, value));
    let headers: HeaderMap = if status.is_success() {
        let (sequence, ordinal) = (&document["sequence"], &document["ordinal"]);
        let at = format!("/v1/events/{}.{}", text(sequence), text(ordinal));
        let place = (status == StatusCode::CREATED).then(|| header(header::LOCATION, at)).flatten();
        place.into_iter().collect()
    } else {
        let wait = document.get("retryAfter").map(text);
        let wait = wait.or((status == StatusCode::SERVICE_UNAVAILABLE).then(|| "1".to_owned()));
        let wait = wait.and_then(|seconds| header(header::RETRY_AFTER, seconds));
        let kind = header(header::CONTENT_TYPE, "application/problem+json".to_owned());
        wait.into_iter().chain(kind).collect()
    };
    let mut response = (status, Json(document)).into_response();
    response.headers_mut().extend(headers);
    response
}
