//! Requests to a service, each in a task of its own: one that waits for keys holds up no other.

use super::requests::{Asked, Requests};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// Works off requests until the service is stopped, at most so many at a time; ends when the last one is done.
pub(super) async fn each<F>(mut requests: Requests, most: u32, work: impl Fn(Asked) -> F)
where
    F: Future<Output = ()> + Send + 'static,
{
    let slots = Arc::new(Semaphore::new(most as usize));
    while let Some(request) = requests.next().await {
        let Ok(slot) = slots.clone().acquire_owned().await else { return }; // never closed
        let work = work(request);
        tokio::spawn(async move {
            work.await;
            drop(slot);
        });
    }
    let _ = slots.acquire_many(most).await; // Err: never closed
}
