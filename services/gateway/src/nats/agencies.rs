//! The door for agencies on NATS: the calls of HTTP, by request and reply, with the same documents and answers.
//!
//! - `lianhu.v1.publish.<agency>.<stage>.<fact>`: a CloudEvent in structured mode. The headers `If-Match` and
//!   `Dry-Run: true` mean what they mean over HTTP.
//! - `lianhu.v1.read.<agency>`: the path of a reading call, such as `/v1/events/12.0` or `/v1/feed?after=7`.
//!
//! The answer is the body that HTTP would answer with, and its status in the header `Lianhu-Status`.
//!
//! Who asks is the agency in the subject: its account may publish to no other, and cannot choose what the server
//! puts there. What follows streams, or is the operator's, is not to be had here.

use super::Service;
use super::each::each;
use super::requests::Asked;
use crate::auth::Recognised;
use crate::problem::Problem;
use crate::words;
use async_nats::header::HeaderMap;
use axum::Router;
use axum::body::{Body, Bytes, to_bytes};
use axum::http::{Method, Request, Uri, header};
use axum::response::{IntoResponse as _, Response};
use contract::Violation;
use serde::Deserialize;
use std::io;
use tower::ServiceExt as _;
use vocabulary::AgencyCode;

/// How many requests of a kind are answered at a time: reading does not hold up publishing.
const AT_A_TIME: u32 = 256;

/// Longest answer: what the servers are asked to take, less some room for headers.
const MOST_BYTES: usize = (2 << 20) - (64 << 10);

/// Lets a service answer agencies. From the answer on requests are taken; what is answered works them off, until
/// the service is stopped.
///
/// # Errors
/// The connection was closed for good.
pub async fn serve_agencies(
    service: &Service,
    router: Router,
) -> io::Result<impl Future<Output = ()> + Send + use<>> {
    let publish = service.requests("publish", "lianhu.v1.publish.*.*.*", "gateway").await?;
    let read = service.requests("read", "lianhu.v1.read.*", "gateway").await?;
    let (publishing, reading) = (router.clone(), router);
    let publishing = each(publish, AT_A_TIME, move |asked| answer(publishing.clone(), asked, Call::Publish));
    let reading = each(read, AT_A_TIME, move |asked| answer(reading.clone(), asked, Call::Read));
    Ok(async move {
        tokio::join!(publishing, reading);
    })
}

/// What an agency wants.
#[derive(Clone, Copy)]
enum Call {
    Publish,
    Read,
}

async fn answer(router: Router, asked: Asked, call: Call) {
    let request = match call {
        Call::Publish => published(&asked),
        Call::Read => was_read(&asked),
    };
    let response = match request {
        Ok(request) => {
            // Err: cannot be; a router answers everything
            router.oneshot(request).await.unwrap_or_else(|never| match never {})
        }
        Err(problem) => problem.into_response(),
    };
    let (status, body) = whole(response).await;
    let mut headers = HeaderMap::new();
    headers.insert("Lianhu-Status", status.to_string());
    if let Err(why) = asked.respond(body, headers).await {
        tracing::warn!(%why, "an answer could not be sent; whoever waits for it asks again");
    }
}

/// The whole answer, if it is not too long for a message.
async fn whole(response: Response) -> (u16, Bytes) {
    let status = response.status().as_u16();
    match to_bytes(response.into_body(), MOST_BYTES).await {
        Ok(body) => (status, body),
        Err(_) => {
            let (en, zh) = ("the answer is too long for a message: ask for less", "应答过长，请缩小范围");
            let problem = Problem::at(&words::TOO_LARGE, [Violation::new("", "answer", en, zh)]);
            let body = serde_json::to_vec(&problem).unwrap_or_default();
            (problem.status(), body.into())
        }
    }
}

/// The type of an event, before anything else of it is read.
#[derive(Deserialize)]
struct Typed {
    #[serde(rename = "type")]
    kind: String,
}

fn published(asked: &Asked) -> Result<Request<Body>, Problem> {
    let message = &asked.message;
    let (agency, rest) = addressed(&message.subject, "lianhu.v1.publish.")?;
    if let Ok(Typed { kind }) = serde_json::from_slice(&message.payload) {
        let named = kind.rsplit_once(".v").is_some_and(|(fact, _)| fact == rest);
        if !named {
            let (en, zh) = ("the subject names another type", "主题所示类型与 type 不一致");
            return Err(Problem::at(&words::MALFORMED, [Violation::new("/type", "subject", en, zh)]));
        }
    }
    let given = |name| message.headers.as_ref().and_then(|headers| headers.get(name)).map(|v| v.as_str());
    let path = match given("Dry-Run") {
        Some("true") => "/v1/events?dry_run=true",
        _ => "/v1/events",
    };
    let mut request = Request::builder()
        .method(Method::POST)
        .uri(path)
        .header(header::CONTENT_TYPE, "application/cloudevents+json");
    if let Some(seen) = given("If-Match") {
        request = request.header(header::IF_MATCH, seen);
    }
    with(request, agency, Body::from(message.payload.clone()))
}

fn was_read(asked: &Asked) -> Result<Request<Body>, Problem> {
    let message = &asked.message;
    let (agency, _) = addressed(&message.subject, "lianhu.v1.read.")?;
    let wrong = |en, zh| Problem::at(&words::MALFORMED, [Violation::new("", "path", en, zh)]);
    let path = std::str::from_utf8(&message.payload).unwrap_or_default().trim();
    let no_call = || {
        wrong("name a reading call, such as /v1/feed?after=0", "须为查询接口的路径，例如 /v1/feed?after=0")
    };
    let uri: Uri = path.parse().map_err(|_| no_call())?;
    let is_call =
        uri.path().starts_with("/v1/") && uri.authority().is_none() && !uri.path().ends_with("/stream");
    if !is_call {
        return Err(no_call());
    }
    if uri.query().is_some_and(|query| query.split('&').any(|part| part.starts_with("wait"))) {
        return Err(wrong("a read does not wait: pull the feed", "查询请求不支持等待，请改用消费告知流"));
    }
    with(Request::builder().method(Method::GET).uri(uri), agency, Body::empty())
}

fn with(
    request: axum::http::request::Builder,
    agency: AgencyCode,
    body: Body,
) -> Result<Request<Body>, Problem> {
    request.extension(Recognised(agency)).body(body).map_err(|_| {
        let (en, zh) = ("this is no path, or no header", "路径或请求头无法识别");
        Problem::at(&words::MALFORMED, [Violation::new("", "request", en, zh)])
    })
}

/// The agency in a subject, and what stands behind it.
fn addressed<'a>(subject: &'a str, before: &str) -> Result<(AgencyCode, &'a str), Problem> {
    let rest = subject.strip_prefix(before).unwrap_or_default();
    let (agency, rest) = rest.split_once('.').unwrap_or((rest, ""));
    let agency = AgencyCode::parse(agency).map_err(|_| Problem::new(&words::MALFORMED))?;
    Ok((agency, rest))
}
