//! Requests to a service. One that is stopped is sent no more, and answers those that were on their way: the
//! endpoints of the client library drop what arrives while they end.

use async_nats::header::HeaderMap;
use async_nats::{Client, Message, PublishError, PublishErrorKind, Subscriber};
use axum::body::Bytes;
use futures_util::StreamExt as _;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::sync::watch;

/// A request that waits for its answer.
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
    /// Gone once nothing more is to be sent.
    stop: Option<watch::Receiver<bool>>,
    count: Arc<AtomicU64>,
}

impl Requests {
    pub(crate) fn new(
        client: Client,
        from: Subscriber,
        stop: watch::Receiver<bool>,
        count: Arc<AtomicU64>,
    ) -> Self {
        Self { client, from, stop: Some(stop), count }
    }

    /// The next one; `None` when the last that was on its way has been handed out.
    pub(crate) async fn next(&mut self) -> Option<Asked> {
        if let Some(told) = &mut self.stop {
            let next = tokio::select! {
                next = self.from.next() => Some(next),
                _ = told.wait_for(|stop| *stop) => None, // Err: the service is gone, and that is the same
            };
            if let Some(next) = next {
                return next.map(|message| self.counted(message));
            }
            self.stop = None;
            self.from.drain().await.ok()?; // Err: the connection was closed for good
        }
        self.from.next().await.map(|message| self.counted(message))
    }

    fn counted(&self, message: Message) -> Asked {
        self.count.fetch_add(1, Ordering::Relaxed);
        Asked { client: self.client.clone(), message }
    }
}
