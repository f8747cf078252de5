//! Following: a fresh copy of the ledger filled from the stream, beside a consumer that takes the same messages and
//! does nothing with them.

use super::{Place, jetstream};
use crate::bench::row::Row;
use crate::failure::Failure;
use async_nats::jetstream::consumer::{AckPolicy, pull};
use async_nats::jetstream::message::PublishMessage;
use async_nats::jetstream::publish::PublishAck;
use futures_util::StreamExt as _;
use ledger::{JetStreamLedger, LEDGER_STREAM};
use std::collections::VecDeque;
use std::path::Path;
use std::time::{Duration, Instant};
use vocabulary::{EventId, HistoryId, Record, Version};

/// How often both are done, in turn; the middle of each counts.
const ROUNDS: usize = 3;
/// Records of one history, one after the other.
const OF_A_CASE: u64 = 10;
/// Messages on their way at once while the stream is filled.
const WINDOW: usize = 512;
/// Longest that one message may be waited for.
const SILENCE: Duration = Duration::from_secs(30);

/// Fills the ledger, which nobody serves any more, with so many records, and reads all of it.
pub async fn row(place: &Place, folder: &Path, records: u64, like: &Record) -> Result<Row, Failure> {
    let held = fill(place, records, like).await?;
    let (mut bare, mut copied) = (Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        bare.push(held as f64 / take(place, held).await?.as_secs_f64());
        let copy = folder.join(format!("copy-{round}"));
        let fresh = open(place, &copy).await?;
        let again = open(place, &copy).await?; // what opening costs when there is nothing to copy
        copied.push(held as f64 / fresh.saturating_sub(again).as_secs_f64().max(f64::EPSILON));
    }
    let payload = format!(
        "{held} records like that of a report, {} bytes each; the middle of {ROUNDS}",
        like.to_bytes().len()
    );
    let row = Row::of("a fresh copy of the ledger", payload, middle(copied), "/s");
    let row = row.on(place.store()).not_durable("a copy is flushed now and then: it can be made again");
    Ok(row.beside(middle(bare), "pull consumer, nothing done").ratio_from(0.5))
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}

/// Publishes records that continue histories of their own; answers how many the stream holds then.
async fn fill(place: &Place, records: u64, like: &Record) -> Result<u64, Failure> {
    let js = jetstream(&place.connect().await?);
    let mut waiting = VecDeque::with_capacity(WINDOW);
    let mut held = 0;
    for number in 0..records {
        let record = numbered(like, number)?;
        let message =
            PublishMessage::build().payload(record.to_bytes().into()).expected_stream(LEDGER_STREAM);
        let sent = js.send_publish(format!("lianhu.v1.ledger.{}", record.history), message).await;
        waiting.push_back(sent.map_err(|why| place.away(&why))?);
        if waiting.len() == WINDOW || number + 1 == records {
            for sent in waiting.drain(..) {
                let PublishAck { sequence, .. } = sent.await.map_err(|why| place.away(&why))?;
                held = sequence;
            }
        }
    }
    Ok(held)
}

/// The same record, of another history and with facts of its own.
fn numbered(like: &Record, number: u64) -> Result<Record, Failure> {
    let failed = |why: vocabulary::id::InvalidId| Failure::Store(why.to_string());
    let mut record = like.clone();
    record.history = HistoryId::parse(&format!("case-bench-{}", number / OF_A_CASE)).map_err(failed)?;
    record.version = Version(number % OF_A_CASE * record.facts.len() as u64 + 1);
    for (ordinal, fact) in record.facts.iter_mut().enumerate() {
        fact.attributes.id = EventId::parse(&format!("bench-{number}-{ordinal}")).map_err(failed)?;
    }
    Ok(record)
}

/// How long a consumer takes for so many messages.
async fn take(place: &Place, messages: u64) -> Result<Duration, Failure> {
    let js = jetstream(&place.connect().await?);
    let stream = js.get_stream_no_info(LEDGER_STREAM).await.map_err(|why| place.away(&why))?;
    let begin = Instant::now();
    let config = pull::Config {
        ack_policy: AckPolicy::None,
        memory_storage: true,
        num_replicas: 1,
        ..pull::Config::default()
    };
    let consumer = stream.create_consumer(config).await.map_err(|why| place.away(&why))?;
    let taking = consumer.stream().max_messages_per_batch(1_000).expires(Duration::from_secs(10));
    let mut taking = taking.messages().await.map_err(|why| place.away(&why))?;
    for _ in 0..messages {
        let next = tokio::time::timeout(SILENCE, taking.next()).await;
        let next = next.ok().flatten().ok_or_else(|| place.away(&"the consumer is silent"))?;
        next.map_err(|why| place.away(&why))?;
    }
    Ok(begin.elapsed())
}

/// How long it takes to open the ledger with its copy in a folder.
async fn open(place: &Place, copy: &Path) -> Result<Duration, Failure> {
    let (client, begin) = (place.connect().await?, Instant::now());
    let ledger = JetStreamLedger::open(client, copy, place.promises()).await?;
    let took = begin.elapsed();
    drop(ledger);
    Ok(took)
}
