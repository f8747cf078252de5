//! Answering for the vault.

use super::fault::Fault;
use super::wire::{self, Bytes};
use super::{GROUP, PATIENCE, SUBJECT};
use async_nats::{Client, Message, PublishErrorKind, Subscriber};
use futures_util::StreamExt as _;
use std::io;
use std::sync::Arc;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use vault::Keys;

/// How many requests are answered at a time; the others wait in their order.
const AT_A_TIME: u32 = 64;

/// Answers for the keys until `stop` resolves: then no more requests are taken, and those that were are answered.
/// A lost connection comes back by itself.
///
/// # Errors
/// The connection was closed for good.
pub async fn serve_keys(
    client: Client,
    keys: Arc<dyn Keys>,
    stop: impl Future<Output = ()> + Send,
) -> io::Result<()> {
    let subject = format!("{SUBJECT}*");
    let mut requests = client.queue_subscribe(subject, GROUP.to_owned()).await.map_err(io::Error::other)?;
    let desk = Desk { client, keys, slots: Arc::new(Semaphore::new(AT_A_TIME as usize)) };
    tokio::pin!(stop);
    loop {
        tokio::select! {
            () = &mut stop => break,
            next = desk.next(&mut requests) => match next {
                Some((slot, request)) => desk.answer(slot, request),
                None => return Err(io::Error::other("the connection to NATS was closed")),
            },
        }
    }
    // Whoever waits longer than that has given up.
    if tokio::time::timeout(PATIENCE, desk.finish(requests)).await.is_err() {
        tracing::warn!("requests to the vault were still under way at the end");
    }
    Ok(())
}

struct Desk {
    client: Client,
    keys: Arc<dyn Keys>,
    slots: Arc<Semaphore>,
}

impl Desk {
    /// The next request, once there is room for it. Nothing is lost when it is not waited for.
    async fn next(&self, requests: &mut Subscriber) -> Option<(OwnedSemaphorePermit, Message)> {
        let slot = self.slots.clone().acquire_owned().await.ok()?; // never closed
        Some((slot, requests.next().await?))
    }

    /// Answers in a task of its own, and asks the keys where it may block: they may have to read the disk.
    fn answer(&self, slot: OwnedSemaphorePermit, request: Message) {
        let (client, keys) = (self.client.clone(), self.keys.clone());
        tokio::spawn(async move {
            let _slot = slot;
            let Some(to) = request.reply else { return };
            let asked = tokio::task::spawn_blocking(move || {
                let call = request.subject.strip_prefix(SUBJECT).unwrap_or_default();
                wire::answer(&*keys, call, &request.payload)
            });
            let broken = |_| unavailable("the vault broke off while it answered"); // by a panic, which was logged
            let reply = asked.await.unwrap_or_else(broken);
            let mut said = publish(&client, &to, reply).await;
            if matches!(&said, Err(error) if error.kind() == PublishErrorKind::MaxPayloadExceeded) {
                said = publish(&client, &to, unavailable("the answer is too long for one message")).await;
            }
            if let Err(error) = said {
                tracing::warn!(%error, "an answer of the vault was not sent");
            }
        });
    }

    /// Takes no more, and answers what has arrived.
    async fn finish(&self, mut requests: Subscriber) {
        if requests.drain().await.is_ok() {
            while let Some((slot, request)) = self.next(&mut requests).await {
                self.answer(slot, request);
            }
        }
        let _all = self.slots.acquire_many(AT_A_TIME).await;
        if let Err(error) = self.client.flush().await {
            tracing::warn!(%error, "the last answers of the vault may not have been sent");
        }
    }
}

async fn publish(
    client: &Client,
    to: &async_nats::Subject,
    reply: Bytes,
) -> Result<(), async_nats::PublishError> {
    client.publish(to.clone(), axum::body::Bytes::from_owner(reply)).await
}

fn unavailable(why: &str) -> Bytes {
    wire::failure(Fault::Unavailable { why: why.to_owned() })
}
