//! What must hold when everything is back: the stream against what was acknowledged, and every copy and follower
//! against the stream.

use super::load::{Ack, Heard};
use super::servers::Servers;
use super::writer::{fold, unique};
use super::{note, until};
use crate::conformance::event;
use crate::on_sled::open::open_copy;
use crate::on_sled::store::ALL;
use crate::{LEDGER_STREAM, Ledger, Stored};
use async_nats::jetstream::consumer::{AckPolicy, pull};
use futures_util::StreamExt as _;
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use vocabulary::{FactRef, HistoryId, Position, Record, Version};

/// The stream as it is: subject and bytes of each message, in order.
pub type Stream = Vec<(String, Vec<u8>)>;

/// Reads the whole stream, by a consumer that has nothing to do with the ledger's own.
pub async fn stream(servers: &Servers) -> Stream {
    let js = async_nats::jetstream::new(servers.client().await);
    until("the stream is read", async || {
        let stream = js.get_stream(LEDGER_STREAM).await.ok()?;
        let last = stream.cached_info().state.last_sequence;
        let config = pull::Config { ack_policy: AckPolicy::None, ..pull::Config::default() };
        let consumer = stream.create_consumer(config).await.ok()?;
        let mut read = Stream::new();
        while (read.len() as u64) < last {
            let mut batch = consumer.fetch().max_messages(1_000).messages().await.ok()?;
            let before = read.len();
            while let Some(Ok(message)) = batch.next().await {
                assert_eq!(
                    message.info().unwrap().stream_sequence,
                    read.len() as u64 + 1,
                    "a gap in the stream"
                );
                read.push((message.subject.to_string(), message.payload.to_vec()));
            }
            (read.len() > before).then_some(())?;
        }
        Some(read)
    })
    .await
}

/// What was counted in one run.
#[derive(Debug, Default)]
struct Counts {
    lost: usize,
    repeated: usize,
    reordered: usize,
}

/// Holds everything against everything, and prints what it counted. `copies` are those of processes that ended.
pub async fn check(run: &str, servers: &Servers, copies: &[&Path], heard: &[Heard]) {
    let stream = stream(servers).await;
    let records: Vec<Record> = stream.iter().map(|(_, bytes)| Record::from_bytes(bytes).unwrap()).collect();
    let mut counts = Counts { repeated: repeated(&records), ..Counts::default() };
    dense(&stream, &records);
    for heard in heard {
        acknowledged(heard, &records, &mut counts);
        assert_eq!(heard.odd, Vec::<String>::new());
        if let Some((upto, digest)) = &heard.followed {
            assert_eq!(
                (*upto, digest),
                (*upto, &folded(&records[..*upto as usize])),
                "what the follower got"
            );
        }
    }
    note(&summary(run, heard, &counts, records.len()));
    assert_eq!((counts.lost, counts.repeated, counts.reordered), (0, 0, 0), "lost, repeated, reordered");
    for copy in copies {
        left(copy, &stream);
    }
    let anew = tempfile::tempdir().unwrap();
    let fresh = all(servers, anew.path(), &records, &stream).await;
    for copy in copies {
        assert!(
            all(servers, copy, &records, &stream).await == fresh,
            "a copy answers otherwise than a fresh one"
        );
    }
}

/// How many facts stand in the stream more than once.
fn repeated(records: &[Record]) -> usize {
    let facts = records.iter().flat_map(|record| &record.facts);
    let mut seen = BTreeSet::new();
    facts
        .filter(|fact| !seen.insert((fact.attributes.source.to_string(), fact.attributes.id.clone())))
        .count()
}

/// Each history is dense, each record under its own subject, and made as it was sent.
fn dense(stream: &Stream, records: &[Record]) {
    let mut versions: BTreeMap<&HistoryId, Version> = BTreeMap::new();
    for ((subject, bytes), record) in stream.iter().zip(records) {
        let before = versions.insert(&record.history, record.last_version()).unwrap_or_default();
        assert_eq!(record.version.0, before.0 + 1, "{} is not dense", record.history);
        assert_eq!(*subject, format!("lianhu.v1.ledger.{}", record.history));
        assert_eq!(*bytes, record.to_bytes());
    }
}

/// What one child was told, against the stream: each record where it was said to be, whole, and those of a worker
/// in the order in which they were acknowledged to it.
fn acknowledged(heard: &Heard, records: &[Record], counts: &mut Counts) {
    let mut last: BTreeMap<&str, u64> = BTreeMap::new();
    for Ack { worker, position, id, .. } in &heard.acks {
        let there = (*position as usize).checked_sub(1).and_then(|index| records.get(index));
        let whole = there.is_some_and(|record| {
            let sent = unique(record.history.as_str(), record.version.0, id, record.seed.0.len());
            *record == sent
        });
        counts.lost += usize::from(!whole);
        let before = last.insert(worker, *position).unwrap_or_default();
        counts.reordered += usize::from(*position <= before);
    }
}

fn folded(records: &[Record]) -> String {
    let mut digest = Sha256::new();
    for (at, record) in (1..).zip(records) {
        fold(&mut digest, &Stored { position: Position(at), record: Arc::new(record.clone()) });
    }
    hex::encode(digest.finalize())
}

fn summary(run: &str, heard: &[Heard], counts: &Counts, stored: usize) -> String {
    let mut times: Vec<_> = heard.iter().flat_map(|heard| heard.acks.iter().map(|ack| ack.at)).collect();
    times.sort_unstable();
    let gap = times.windows(2).map(|pair| pair[1] - pair[0]).max().unwrap_or(Duration::ZERO);
    let sum = |of: fn(&Heard) -> usize| heard.iter().map(of).sum::<usize>();
    let mut line = format!(
        "{run}: acknowledged {}, stored {stored}, retried {}, found on retry {}, lost {}, repeated {}, reordered {}, longest gap {:.1} s",
        times.len(),
        sum(|heard| heard.again.values().sum()),
        sum(|heard| heard.found),
        counts.lost,
        counts.repeated,
        counts.reordered,
        gap.as_secs_f32(),
    );
    let mut why: BTreeMap<&str, usize> = BTreeMap::new();
    for (again, times) in heard.iter().flat_map(|heard| &heard.again) {
        *why.entry(again).or_default() += times;
    }
    for (again, times) in why {
        let _ = write!(line, "\n        {times} × {again}");
    }
    for refused in heard.iter().flat_map(|heard| &heard.refused) {
        let _ = write!(line, "\n        {refused}");
    }
    line
}

/// The copy as its process left it: a beginning of the stream, byte by byte. A killed process may have left less.
fn left(copy: &Path, stream: &Stream) {
    let (store, mark, known) = open_copy(copy).unwrap();
    let last = store.last().unwrap();
    assert!(last <= known && known.0 <= stream.len() as u64, "{last} {known}");
    let mut read = 0_usize;
    while (read as u64) < last.0 {
        for stored in store.range(Position(read as u64), usize::MAX, ALL).unwrap() {
            assert_eq!(stored.record.to_bytes(), stream[read].1, "position {}", stored.position);
            read += 1;
        }
    }
    drop((store, mark));
}

/// Everything that a copy answers, which must be all that stands in the stream, and nothing else.
async fn all(servers: &Servers, copy: &Path, records: &[Record], stream: &Stream) -> Vec<Vec<Position>> {
    let ledger = servers.open(copy).await;
    assert_eq!(ledger.head().borrow().0, stream.len() as u64, "the copy is as long as the stream");
    let mut read = 0_usize;
    while read < stream.len() {
        for stored in ledger.range(Position(read as u64), usize::MAX).unwrap() {
            assert_eq!(stored.position.0, read as u64 + 1);
            assert_eq!(stored.record.to_bytes(), stream[read].1, "position {}", stored.position);
            read += 1;
        }
    }
    for (sequence, record) in (1..).map(Position).zip(records) {
        for (ordinal, fact) in (0..).zip(&record.facts) {
            let found = ledger.find(&fact.attributes.source, &event(fact.attributes.id.as_str())).unwrap();
            assert_eq!(found, Some(FactRef { sequence, ordinal }));
        }
    }
    let histories: BTreeSet<&HistoryId> = records.iter().map(|record| &record.history).collect();
    let read = histories.into_iter().map(|history| ledger.read(history, Version(0)).unwrap());
    read.map(|records| records.iter().map(|stored| stored.position).collect()).collect()
}
