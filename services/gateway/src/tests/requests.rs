//! Services that share their requests, one of which is stopped under load: every request is answered.

use super::nats_server::NatsServer;
use crate::nats::Requests;
use async_nats::Client;
use async_nats::header::HeaderMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::SeqCst};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How often one is stopped: dropping what comes meanwhile was seen in one of some ten.
const ROUNDS: usize = 100;

/// A service that answers, over a connection of its own, which sends more than answers.
async fn serve(url: &str) -> (watch::Sender<bool>, JoinHandle<()>) {
    let client = async_nats::connect(url).await.unwrap();
    let from = client.queue_subscribe("ask", "all".to_owned()).await.unwrap();
    client.flush().await.unwrap();
    let stop = watch::Sender::default();
    let mut requests = Requests::new(client.clone(), from, stop.subscribe(), Arc::default());
    let busy = client.clone();
    let busy = tokio::spawn(async move {
        loop {
            busy.publish("noise", "".into()).await.unwrap();
            tokio::time::sleep(Duration::from_micros(100)).await;
        }
    });
    let answering = tokio::spawn(async move {
        while let Some(asked) = requests.next().await {
            asked.respond("well".into(), HeaderMap::new()).await.unwrap();
        }
        client.flush().await.unwrap();
        busy.abort();
    });
    (stop, answering)
}

async fn ask(client: Client, done: Arc<AtomicBool>, answered: Arc<AtomicUsize>) {
    while !done.load(SeqCst) {
        client.request("ask", "how are you?".into()).await.unwrap();
        answered.fetch_add(1, SeqCst);
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_service_that_is_stopped_under_load_answers_what_was_sent_to_it() {
    let server = NatsServer::start();
    let _other = serve(&server.url()).await;
    let (done, answered) = (Arc::<AtomicBool>::default(), Arc::<AtomicUsize>::default());
    let mut askers = Vec::new();
    for _ in 0..8 {
        let client = async_nats::connect(server.url()).await.unwrap();
        askers.push(tokio::spawn(ask(client, done.clone(), answered.clone())));
    }
    for _ in 0..ROUNDS {
        let (stop, answering) = serve(&server.url()).await;
        let before = answered.load(SeqCst);
        while answered.load(SeqCst) < before + 50 {
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        stop.send_replace(true);
        answering.await.unwrap();
    }
    done.store(true, SeqCst);
    for asker in askers {
        asker.await.unwrap(); // Err: it had no answer
    }
}
