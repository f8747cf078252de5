//! `lianhu bench --nats`: the bus on a NATS server, beside what that server can do at best, in one run and with the
//! same durability.
//!
//! Publishing is held against bare messages of the same length, each waited for, each with an id and the expected
//! last sequence of its subject, as a record of the ledger has them. A fresh copy of the ledger is held against a
//! consumer that takes the same messages and does nothing with them.
//!
//! Without a URL the bench starts servers of its own in its folder, and ends them. With one it wants an account of
//! that server in which it may do everything and which holds no stream: the ledger has one name, and what the
//! bench puts there must be removed again.

mod bus;
mod follow;
mod held;
mod publish;
mod servers;

use super::load;
use super::row::Row;
use super::told::{self, Heard, Sent};
use crate::failure::Failure;
use crate::nats::connect::NatsArgs;
use crate::nats::feed;
use async_nats::Client;
use async_nats::jetstream::consumer::PullConsumer;
use async_nats::jetstream::context::ContextBuilder;
use async_nats::jetstream::stream::{Config, DiscardPolicy};
use async_nats::jetstream::{AckKind, Context};
use bus::Served;
use futures_util::{StreamExt as _, TryStreamExt as _};
use ledger::{LEDGER_STREAM, Promises};
use servers::Servers;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;
use vocabulary::{AgencyCode, Record};

/// The agency that is told of the reports.
const TOLD: &str = "psb-03";
/// How long servers may take until they hold streams, or the bus until it finds a new feed.
const PATIENCE: Duration = Duration::from_secs(60);
const AGAIN: Duration = Duration::from_millis(100);

/// What is measured.
pub struct Plan<'a> {
    /// A folder of its own on the disk to measure.
    pub folder: &'a Path,
    /// Servers of somebody else's, if they were named.
    pub nats: Option<NatsArgs>,
    /// How `lianhu up` is told of them.
    pub options: Vec<String>,
    /// Servers that hold each record.
    pub replicas: usize,
    /// For each row and side that is measured over a time.
    pub span: Duration,
    /// Connections that publish, one row each; none, no row.
    pub connections: &'a [usize],
    /// Whether it is measured how late others are told.
    pub told: bool,
    /// Records of the stream that is followed; none, no row.
    pub records: Option<u64>,
}

/// Where it is measured.
pub struct Place {
    nats: NatsArgs,
    replicas: usize,
    servers: Option<Servers>,
}

impl Plan<'_> {
    /// Measures everything, and leaves nothing behind.
    pub fn run(
        self,
        runtime: &Runtime,
        mut tell: impl FnMut(Row) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (place, options) = self.place()?;
        let js = runtime.block_on(place.ready())?;
        let outcome = self.measure(runtime, &place, &js, &options, &mut tell);
        outcome.and(runtime.block_on(place.clear(&js)))
    }

    fn place(&self) -> Result<(Place, Vec<String>), Failure> {
        let (replicas, replicated) = (self.replicas, ["--replicas".to_owned(), self.replicas.to_string()]);
        if let Some(nats) = self.nats.clone() {
            let options = self.options.iter().cloned().chain(replicated).collect();
            return Ok((Place { nats, replicas, servers: None }, options));
        }
        let servers = Servers::start(self.folder, replicas)?;
        let named = ["--nats".to_owned(), servers.urls.join(",")];
        let nats = NatsArgs::of(servers.urls.clone(), None, None);
        let place = Place { nats, replicas, servers: Some(servers) };
        Ok((place, named.into_iter().chain(replicated).collect()))
    }

    fn measure(
        &self,
        runtime: &Runtime,
        place: &Place,
        js: &Context,
        options: &[String],
        tell: &mut impl FnMut(Row) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        if self.told {
            let served = Served::start(self.folder, options)?;
            load::publish(served.at, 1, Duration::from_secs(1))?; // warm
            told(runtime, place, js, &served, self.span, tell)?;
        }
        let served = Served::start(self.folder, options)?; // nobody has a feed any more
        load::publish(served.at, 1, Duration::from_secs(1))?;
        let like = runtime.block_on(place.first_case(js))?;
        let bytes = like.to_bytes().len();
        let payload = format!("reports, {bytes} bytes a record");
        for connections in self.connections.iter().copied() {
            let bare = || runtime.block_on(publish::bare(place, connections, bytes, self.span / 2));
            let before = bare()?;
            let over_http = load::publish(served.at, connections, self.span)?;
            let asked = runtime.block_on(publish::asked(place, connections, self.span))?;
            let bare = (before + bare()?) / 2.0; // what else the machine does changes while it is measured
            for (way, value) in [("over HTTP", over_http), ("by NATS request", asked)] {
                let row = Row::of(format!("publish {way}, {connections} connections"), &payload, value, "/s");
                let row = row.on(place.store()).means(place.durability());
                tell(row.beside(bare, "bare messages").ratio_from(0.5))?;
            }
        }
        drop(served);
        match self.records {
            Some(records) => tell(runtime.block_on(follow::row(place, self.folder, records, &like))?),
            None => Ok(()),
        }
    }
}

/// How late an agency is told, over NATS and over HTTP. Its feed is made for that, and removed.
fn told(
    runtime: &Runtime,
    place: &Place,
    js: &Context,
    served: &Served,
    span: Duration,
    tell: &mut impl FnMut(Row) -> Result<(), Failure>,
) -> Result<(), Failure> {
    let (by_feed, by_line) = (Arc::new(Heard::default()), Arc::new(Heard::default()));
    let taking = runtime.block_on(place.take_feed(js, by_feed.clone()))?;
    told::listen(served.at, by_line.clone())?;
    let (begin, number) = (Instant::now(), load::next());
    let first = load::Line::open(served.at).and_then(|mut line| line.publish(&load::report(number)));
    first.map_err(|error| load::unreachable(served.at, &error))?;
    while !(by_feed.has(number) && by_line.has(number)) {
        if begin.elapsed() > PATIENCE {
            return Err(Failure::Store("the bus does not write the feed".to_owned()));
        }
        std::thread::sleep(AGAIN); // the bus finds the stream, and writes all that was before
    }
    let sent = Sent::at_a_fixed_rate(served.at, span)?;
    for (whom, heard) in [("message of a feed", by_feed), ("line at another agency", by_line)] {
        let (p50, p99) = sent.rows(whom, &heard)?;
        for row in [p50, p99] {
            tell(row.on(place.store()).means(place.durability()))?;
        }
    }
    taking.abort();
    runtime
        .block_on(js.delete_stream(format!("LIANHU_FEED_{TOLD}")))
        .map_err(|why| place.away(&why))
        .map(drop)
}

impl Place {
    /// Another connection.
    async fn connect(&self) -> Result<Client, Failure> {
        self.nats.connect("lianhu bench").await
    }

    fn promises(&self) -> Promises {
        Promises { replicas: self.replicas }
    }

    /// Where facts are kept, for a row.
    fn store(&self) -> &'static str {
        match self.replicas {
            1 => "JetStream, on one server",
            2 | 3 => "JetStream, on three servers",
            _ => "JetStream, on five servers",
        }
    }

    /// What an answer means, for a row.
    fn durability(&self) -> &'static str {
        match self.replicas {
            1 => "flushed and synced",
            _ => "flushed and synced by most",
        }
    }

    fn away(&self, why: &impl std::fmt::Display) -> Failure {
        let said = self.servers.as_ref().map(Servers::last_words).unwrap_or_default();
        Failure::Unreachable("NATS".to_owned(), format!("{why}\n{said}").trim_end().to_owned())
    }

    /// Waits until streams can be made, and makes that of the bare messages. There must be no other.
    async fn ready(&self) -> Result<Context, Failure> {
        let begin = Instant::now();
        loop {
            match self.first_stream().await {
                Err(Failure::Unreachable(..)) if begin.elapsed() < PATIENCE && self.servers.is_some() => {
                    tokio::time::sleep(AGAIN).await;
                }
                outcome => return outcome,
            }
        }
    }

    async fn first_stream(&self) -> Result<Context, Failure> {
        let js = jetstream(&self.connect().await?);
        let names: Vec<String> = js.stream_names().try_collect().await.map_err(|why| self.away(&why))?;
        if !names.is_empty() && self.servers.is_none() {
            let why =
                format!("the account holds {}: the bench wants one without any stream", names.join(", "));
            return Err(Failure::Usage(why));
        }
        let config = Config {
            name: publish::STREAM.to_owned(),
            subjects: vec![format!("{}*", publish::SUBJECTS)],
            num_replicas: self.replicas,
            discard: DiscardPolicy::New,
            allow_direct: true,
            duplicate_window: Duration::from_secs(600), // as the ledger's
            ..Config::default()
        };
        js.create_stream(config).await.map_err(|why| self.away(&why))?;
        Ok(js)
    }

    /// The first record of a case, a report.
    async fn first_case(&self, js: &Context) -> Result<Record, Failure> {
        let stream = js.get_stream_no_info(LEDGER_STREAM).await.map_err(|why| self.away(&why))?;
        let mut sequence = 1;
        loop {
            let message = stream.get_raw_message(sequence).await.map_err(|why| self.away(&why))?;
            if message.subject.starts_with("lianhu.v1.ledger.case-") {
                return Record::from_bytes(&message.payload).map_err(|why| Failure::Store(why.to_string()));
            }
            sequence += 1;
        }
    }

    /// Makes the feed of an agency, as provisioning does, and takes it, as the agency does.
    async fn take_feed(
        &self,
        js: &Context,
        heard: Arc<Heard>,
    ) -> Result<tokio::task::JoinHandle<()>, Failure> {
        let agency = AgencyCode::parse(TOLD).map_err(|why| Failure::Store(why.to_string()))?;
        feed::stream(js, &agency, self.replicas, None).await?;
        feed::consumer(js, &agency).await?;
        let consumer: PullConsumer = jetstream(&self.connect().await?)
            .get_consumer_from_stream(feed::CONSUMER, gateway::feed_stream(&agency))
            .await
            .map_err(|why| self.away(&why))?;
        let mut taking = consumer.messages().await.map_err(|why| self.away(&why))?;
        Ok(tokio::spawn(async move {
            while let Some(message) = taking.next().await {
                let Ok(message) = message else { continue }; // a pull ran out; the next is on its way
                heard.hear(&String::from_utf8_lossy(&message.payload));
                let _ = message.ack_with(AckKind::Ack).await; // Err: it comes again, and was heard
            }
        }))
    }

    /// Removes what the bench made on servers that are not its own.
    async fn clear(&self, js: &Context) -> Result<(), Failure> {
        if self.servers.is_some() {
            return Ok(());
        }
        let names: Vec<String> = js.stream_names().try_collect().await.map_err(|why| self.away(&why))?;
        let made = |name: &String| name == publish::STREAM || name.starts_with("LIANHU_");
        for name in names.into_iter().filter(made) {
            js.delete_stream(&name).await.map_err(|why| self.away(&why))?;
        }
        Ok(())
    }
}

/// JetStream over a connection, with more patience than the bus has: the load is meant to be too high.
fn jetstream(client: &Client) -> Context {
    ContextBuilder::new()
        .timeout(Duration::from_secs(10))
        .ack_timeout(Duration::from_secs(30))
        .build(client.clone())
}
