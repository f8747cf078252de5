//! Requests to a service. One that is stopped is sent no more, and answers those that were on their way.

use async_nats::header::HeaderMap;
use async_nats::{Client, Message, PublishError, PublishErrorKind, Subscriber};
use axum::body::Bytes;
use futures_util::StreamExt as _;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio::sync::watch;

/// A request that waits for its answer.
#[derive(Clone)]
pub(crate) struct Asked {
    client: Client,
    pub(crate) message: Message,
}

impl Asked {
    /// Answers it.
    pub(crate) async fn respond(self, answer: Bytes, headers: HeaderMap) -> Result<(), PublishError> {
        let nobody = || PublishError::new(PublishErrorKind::InvalidSubject);
        let to = self.message.reply.ok_or_else(nobody)?;
        self.client.publish_with_headers(to, headers, answer).await
    }
}

/// The requests of a subscription until it is time to stop, counted.
pub(crate) struct Requests {
    client: Client,
    from: Subscriber,
    stop: watch::Receiver<bool>,
    /// Once it is time to stop: resolves when what was on its way is here.
    arrived: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    count: Arc<AtomicU64>,
}

impl Requests {
    pub(crate) fn new(
        client: Client,
        from: Subscriber,
        stop: watch::Receiver<bool>,
        count: Arc<AtomicU64>,
    ) -> Self {
        Self { client, from, stop, arrived: None, count }
    }

    /// The next one; `None` when the last that was on its way has been handed out.
    pub(crate) async fn next(&mut self) -> Option<Asked> {
        if self.arrived.is_none() {
            let next = tokio::select! {
                next = self.from.next() => Some(next),
                _ = self.stop.wait_for(|stop| *stop) => None, // Err: the service is gone, and that is the same
            };
            if let Some(next) = next {
                return next.map(|message| self.counted(message));
            }
            self.from.unsubscribe_after(NEVER).await.ok()?; // Err: the connection was closed for good
            self.arrived = Some(Box::pin(arrived(self.client.clone())));
        }
        let next = tokio::select! {
            biased;
            next = self.from.next() => next,
            () = self.arrived.as_mut()? => None,
        };
        next.map(|message| self.counted(message))
    }

    fn counted(&self, message: Message) -> Asked {
        self.count.fetch_add(1, Ordering::Relaxed);
        Asked { client: self.client.clone(), message }
    }
}

/// After how many messages the client library shall close a subscription by itself.
///
/// Its `drain` closes one as soon as it wakes up again, which under load is before the server has read that nothing
/// more is wanted: what the server sends in between is dropped. With a number, the library keeps the subscription
/// until so many have come; the server takes a number of more than nine digits as none, and ends it at once. A
/// server that counted that far would send requests until the end, and those that come last would be lost.
const NEVER: u64 = u64::MAX;

/// How long a server may still hand over what it was already handing over when it read that nothing more is wanted.
const LATE: Duration = Duration::from_millis(50);

/// Resolves when the server has read all that was sent to it before, and what it had sent by then is here.
async fn arrived(client: Client) {
    let inbox = client.new_inbox();
    let there_and_back = async {
        let mut back = client.subscribe(inbox.clone()).await.ok()?;
        client.publish(inbox, Bytes::new()).await.ok()?;
        back.next().await
    };
    there_and_back.await; // None: the connection was closed for good
    tokio::time::sleep(LATE).await;
}
