//! Publishing: facts through the bus, over HTTP and by NATS requests, beside bare messages of the same length.

use super::super::load;
use super::Place;
use crate::failure::Failure;
use async_nats::Client;
use async_nats::jetstream::message::PublishMessage;
use axum::body::Bytes;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;

/// The stream of the bare messages.
pub const STREAM: &str = "LIANHU_BENCH";
/// What its subjects begin with.
pub const SUBJECTS: &str = "lianhu.v1.bench.";

/// Bare messages in a second: as many workers, each on a connection of its own and one message after the other;
/// like a record of the ledger each has an id, and says what is the last of its subject.
pub async fn bare(place: &Place, workers: usize, bytes: usize, span: Duration) -> Result<f64, Failure> {
    let mut payload = vec![0; bytes];
    getrandom::fill(&mut payload).map_err(|error| Failure::Store(error.to_string()))?;
    let payload = Bytes::from(payload);
    at_once(place, workers, span, move |client| {
        let (payload, number) = (payload.clone(), load::next());
        async move {
            let message = PublishMessage::build()
                .payload(payload)
                .message_id(format!("{number:032x}"))
                .expected_stream(STREAM)
                .expected_last_subject_sequence(0);
            let js = super::jetstream(&client);
            let sent = js.send_publish(format!("{SUBJECTS}case-{number}"), message).await;
            sent.map_err(|why| away(&why))?.await.map(drop).map_err(|why| away(&why))
        }
    })
    .await
}

/// Receipts in a second by requests of an agency, from as many workers.
pub async fn asked(place: &Place, workers: usize, span: Duration) -> Result<f64, Failure> {
    at_once(place, workers, span, |client| async move {
        let report = load::report(load::next()).to_string();
        let subject = "lianhu.v1.publish.hsp-01.mandatory-reporting.report-filed";
        let answer = client.request(subject, report.into()).await.map_err(|why| away(&why))?;
        let status = answer.headers.as_ref().and_then(|headers| headers.get("Lianhu-Status"));
        match status.map(|status| status.as_str()) {
            Some("201") => Ok(()),
            other => Err(away(&format!("answered {other:?} instead of 201"))),
        }
    })
    .await
}

/// Lets workers do the same again and again; how often in a second.
async fn at_once<Doing: Future<Output = Result<(), Failure>> + Send + 'static>(
    place: &Place,
    workers: usize,
    span: Duration,
    work: impl Fn(Client) -> Doing + Clone + Send + 'static,
) -> Result<f64, Failure> {
    let mut clients = Vec::with_capacity(workers);
    for _ in 0..workers {
        clients.push(place.connect().await?);
    }
    let (begin, mut working) = (Instant::now(), JoinSet::new());
    for client in clients {
        let work = work.clone();
        working.spawn(async move {
            let mut done = 0_u64;
            while begin.elapsed() < span {
                work(client.clone()).await?;
                done += 1;
            }
            Ok::<_, Failure>(done)
        });
    }
    let mut done = 0;
    while let Some(worker) = working.join_next().await {
        done += worker.map_err(|_| Failure::Store("a worker panicked".to_owned()))??;
    }
    Ok(done as f64 / begin.elapsed().as_secs_f64())
}

fn away(why: &impl std::fmt::Display) -> Failure {
    Failure::Unreachable("NATS".to_owned(), why.to_string())
}
