//! Admission as services of their own: the gateway sends an event to those who decide about its stage, and they
//! answer with a receipt or a problem.
//!
//! Request: the event in structured mode, with the headers `Lianhu-Agency`, `Lianhu-Errand` (`publish`, `preview`)
//! and, where the caller named one, `Lianhu-Seen`. Reply: what an item of a batch is answered over HTTP,
//! `{"status": 201, "receipt": {…}}` or `{"status": 409, "problem": {…}}`. The agency was recognised at the door;
//! whoever may publish to these subjects may speak for any, so they exist in the account of the bus alone.

use super::Service;
use super::each::each;
use super::requests::Asked;
use crate::batch::refused;
use crate::events::{Done, Errand};
use crate::problem::Problem;
use crate::words;
use async_nats::header::HeaderMap;
use async_nats::{Client, RequestErrorKind};
use contract::Envelope;
use runtime::{Bus, Caller};
use serde_json::Value;
use std::io;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::Instant;
use vocabulary::{AgencyCode, FactRef, HistoryId, Position};

const AGENCY: &str = "Lianhu-Agency";
const ERRAND: &str = "Lianhu-Errand";
const SEEN: &str = "Lianhu-Seen";

/// How long an answer may take before the question is put again: whoever had it may have been killed, and a repeat
/// of the same document changes nothing.
const AGAIN: Duration = Duration::from_secs(5);

/// How many events one service works on at a time.
const AT_A_TIME: u32 = 256;

/// The services that admit, as the gateway sees them.
#[derive(Clone, Debug)]
pub struct RemoteAdmission(Client);

impl RemoteAdmission {
    /// Asks over this connection.
    pub fn new(client: Client) -> Self {
        Self(client)
    }

    /// Lets the service of the event's stage do an errand.
    ///
    /// # Errors
    /// 503 when no such service is there, or none answers in time.
    pub(crate) async fn ask(
        &self,
        errand: Errand,
        caller: &Caller,
        event: &Envelope,
        until: Instant,
    ) -> Result<Done, Problem> {
        let (name, what, seen) = match errand {
            Errand::Publish { seen } => ("receipt", "publish", seen),
            Errand::Preview { seen } => ("preview", "preview", seen),
            Errand::Validate => return Ok(Done::Valid), // unreachable: the gateway validates itself
        };
        let mut headers = HeaderMap::new();
        headers.insert(AGENCY, caller.agency.to_string());
        headers.insert(ERRAND, what);
        if let Some(seen) = seen {
            headers.insert(SEEN, seen.to_string());
        }
        let subject = subject(event.attributes.kind.stage());
        let payload = axum::body::Bytes::from(event.to_structured());
        loop {
            let left = until.saturating_duration_since(Instant::now());
            let request = async_nats::Request::new()
                .headers(headers.clone())
                .payload(payload.clone())
                .timeout(Some(left.min(AGAIN)));
            match self.0.send_request(subject.clone(), request).await {
                Ok(reply) => {
                    return answered(name, &reply.payload).ok_or_else(|| Problem::new(&words::UNAVAILABLE));
                }
                Err(why) if why.kind() == RequestErrorKind::TimedOut && left > AGAIN => {}
                Err(why) if why.kind() == RequestErrorKind::TimedOut => {
                    return Err(Problem::new(&words::TIMEOUT));
                }
                Err(why) => {
                    tracing::warn!(%why, "no service admits this stage");
                    return Err(Problem::new(&words::UNAVAILABLE));
                }
            }
        }
    }
}

/// Where a receipt says that the fact stands.
pub(crate) fn place(done: &Done) -> Option<(HistoryId, Position)> {
    let Done::Elsewhere { name: "receipt", document, .. } = done else { return None };
    let history = HistoryId::parse(document.get("subject")?.as_str()?).ok()?;
    let sequence = document.get("sequence")?;
    let sequence = sequence.as_u64().or_else(|| sequence.as_str()?.parse().ok())?;
    Some((history, Position(sequence)))
}

fn answered(name: &'static str, reply: &[u8]) -> Option<Done> {
    let mut reply: Value = serde_json::from_slice(reply).ok()?;
    let status = reply.get("status")?.as_u64()?.try_into().ok()?;
    let name = if reply.get("problem").is_some() { "problem" } else { name };
    Some(Done::Elsewhere { status, name, document: reply.get_mut(name)?.take() })
}

fn subject(stage: &str) -> String {
    format!("lianhu.v1.admit.{stage}")
}

/// Lets a service admit events of a stage. Several services of a stage share its queue group. From the answer on
/// requests are taken; what is answered works them off, until the service is stopped.
///
/// # Errors
/// The connection was closed for good.
pub async fn serve_admission(
    service: &Service,
    stage: &str,
    bus: Arc<Bus>,
) -> io::Result<impl Future<Output = ()> + Send + use<>> {
    let requests = service.requests(&format!("admit-{stage}"), &subject(stage), stage).await?;
    Ok(each(requests, AT_A_TIME, move |request| admit(bus.clone(), request)))
}

async fn admit(bus: Arc<Bus>, request: Asked) {
    let answer = match asked(&request) {
        Ok((errand, caller, event)) => errand.here(&bus, &caller, event).await.map_err(Problem::from),
        Err(problem) => Err(problem),
    };
    let answer = answer.map_or_else(|problem| refused(&problem), |done| done.item());
    if let Err(why) = request.respond(answer.to_string().into(), HeaderMap::new()).await {
        tracing::warn!(%why, "an answer could not be sent; whoever waits for it asks again");
    }
}

fn asked(request: &Asked) -> Result<(Errand, Caller, Envelope), Problem> {
    let malformed = || Problem::new(&words::MALFORMED);
    let headers = request.message.headers.as_ref().ok_or_else(malformed)?;
    let text = |name| headers.get(name).map(|value| value.as_str());
    let agency = text(AGENCY).and_then(|code| AgencyCode::parse(code).ok()).ok_or_else(malformed)?;
    let seen: Option<FactRef> = text(SEEN).map(str::parse).transpose().map_err(|_| malformed())?;
    let errand = match text(ERRAND) {
        Some("publish") => Errand::Publish { seen },
        Some("preview") => Errand::Preview { seen },
        _ => return Err(malformed()),
    };
    let event = Envelope::structured(&request.message.payload).map_err(Problem::from)?;
    Ok((errand, Caller { agency }, event))
}
