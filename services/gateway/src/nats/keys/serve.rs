//! Answering for the vault.

use super::super::each::each;
use super::super::requests::{Asked, Requests};
use super::fault::Fault;
use super::wire::{self, Bytes};
use super::{GROUP, PATIENCE, SUBJECT};
use async_nats::header::HeaderMap;
use async_nats::{Client, PublishError, PublishErrorKind};
use std::io;
use std::sync::Arc;
use tokio::sync::watch;
use vault::Keys;

/// How many requests are answered at a time; the others wait in their order.
const AT_A_TIME: u32 = 64;

/// Answers for the keys until it is told to stop: then no more requests are taken, and those that were are
/// answered. A lost connection comes back by itself.
///
/// # Errors
/// The connection was closed for good.
pub async fn serve_keys(client: Client, keys: Arc<dyn Keys>, stop: watch::Receiver<bool>) -> io::Result<()> {
    let subject = format!("{SUBJECT}*");
    let from = client.queue_subscribe(subject, GROUP.to_owned()).await.map_err(io::Error::other)?;
    let requests = Requests::new(client.clone(), from, stop.clone(), Arc::default());
    let answering = each(requests, AT_A_TIME, move |request| answer(keys.clone(), request));
    tokio::pin!(answering);
    let mut told = stop.clone();
    tokio::select! {
        () = &mut answering => return Err(io::Error::other("the connection to NATS was closed")),
        _ = told.wait_for(|stop| *stop) => {} // Err: whoever would say so is gone, and that is the same
    }
    // Whoever waits longer than that has given up.
    if tokio::time::timeout(PATIENCE, answering).await.is_err() {
        tracing::warn!("requests to the vault were still under way at the end");
    }
    if let Err(error) = client.flush().await {
        tracing::warn!(%error, "the last answers of the vault may not have been sent");
    }
    Ok(())
}

/// Asks the keys where it may block: they may have to read the disk.
async fn answer(keys: Arc<dyn Keys>, request: Asked) {
    let message = request.message.clone();
    let asked = tokio::task::spawn_blocking(move || {
        let call = message.subject.strip_prefix(SUBJECT).unwrap_or_default();
        wire::answer(&*keys, call, &message.payload)
    });
    let broken = |_| unavailable("the vault broke off while it answered"); // by a panic, which was logged
    let reply = asked.await.unwrap_or_else(broken);
    let mut said = send(request.clone(), reply).await;
    if matches!(&said, Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded) {
        said = send(request, unavailable("the answer is too long for one message")).await;
    }
    if let Err(error) = said {
        tracing::warn!(%error, "an answer of the vault was not sent");
    }
}

async fn send(request: Asked, reply: Bytes) -> Result<(), PublishError> {
    request.respond(axum::body::Bytes::from_owner(reply), HeaderMap::new()).await
}

fn unavailable(why: &str) -> Bytes {
    wire::failure(Fault::Unavailable { why: why.to_owned() })
}
