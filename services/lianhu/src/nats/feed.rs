//! An agency's feed on NATS: a stream that only the bus writes and nobody can shorten, and the one consumer that
//! the agency pulls. The stream's sequence is the feed position.

use super::agency::Change;
use crate::failure::Failure;
use async_nats::jetstream::consumer::{AckPolicy, DeliverPolicy, pull};
use async_nats::jetstream::context::GetStreamErrorKind;
use async_nats::jetstream::stream::{Config, DiscardPolicy, RetentionPolicy, StorageType};
use async_nats::jetstream::{Context, ErrorCode};
use std::time::{Duration, Instant};
use vocabulary::AgencyCode;

/// The name of the consumer.
pub const CONSUMER: &str = "feed";

/// How long a server that lost its leader may take to have another.
const PATIENCE: Duration = Duration::from_secs(30);

/// Does something until it is answered: while servers come and go, JetStream may be silent for seconds.
pub async fn patiently<T>(ask: impl AsyncFn() -> Result<T, Failure>) -> Result<T, Failure> {
    let began = Instant::now();
    loop {
        match ask().await {
            Err(Failure::Unreachable(..)) if began.elapsed() < PATIENCE => {
                tokio::time::sleep(Duration::from_millis(500)).await;
            }
            outcome => return outcome,
        }
    }
}

/// On how many servers a new feed is kept: on as many as the ledger, where nobody says otherwise.
pub async fn replicas(jetstream: &Context, wished: Option<usize>) -> Result<usize, Failure> {
    if let Some(wished) = wished {
        return Ok(wished);
    }
    match jetstream.get_stream(ledger::LEDGER_STREAM).await {
        Ok(ledger) => Ok(ledger.cached_info().config.num_replicas),
        Err(error) if missing(&error.kind()) => Err(Failure::NotFound(
            "there is no ledger on this server yet: start the bus first, or say --replicas".to_owned(),
        )),
        Err(error) => Err(away(&error)),
    }
}

/// Brings the stream to where it should be. `wished` moves one that is there; otherwise it stays on as many
/// servers as it is.
pub async fn stream(
    jetstream: &Context,
    agency: &AgencyCode,
    replicas: usize,
    wished: Option<usize>,
) -> Result<(usize, Change), Failure> {
    match jetstream.get_stream(gateway::feed_stream(agency)).await {
        Ok(stream) => {
            let mut config = stream.cached_info().config.clone();
            let Some(wished) = wished.filter(|wished| *wished != config.num_replicas) else {
                return Ok((config.num_replicas, Change::Kept));
            };
            config.num_replicas = wished;
            jetstream.update_stream(config).await.map_err(|error| away(&error))?;
            Ok((wished, Change::Renewed))
        }
        Err(error) if missing(&error.kind()) => {
            jetstream.create_stream(config(agency, replicas)).await.map_err(|error| away(&error))?;
            Ok((replicas, Change::Made))
        }
        Err(error) => Err(away(&error)),
    }
}

/// Brings the consumer to where it should be. One that is there keeps what was acknowledged.
pub async fn consumer(jetstream: &Context, agency: &AgencyCode) -> Result<(), Failure> {
    let stream =
        jetstream.get_stream_no_info(gateway::feed_stream(agency)).await.map_err(|error| away(&error))?;
    let config = pull::Config {
        durable_name: Some(CONSUMER.to_owned()),
        name: Some(CONSUMER.to_owned()),
        description: Some(format!("what {agency} has taken of its feed")),
        deliver_policy: DeliverPolicy::All,
        ack_policy: AckPolicy::Explicit,
        max_deliver: -1, // a message that an agency cannot take is offered for ever: nothing is skipped in silence
        max_ack_pending: 1_000,
        ..pull::Config::default()
    };
    stream.get_or_create_consumer(CONSUMER, config).await.map(drop).map_err(|error| away(&error))
}

fn config(agency: &AgencyCode, replicas: usize) -> Config {
    Config {
        name: gateway::feed_stream(agency),
        description: Some(format!("what {agency} was told; written by the bus alone")),
        subjects: vec![format!("lianhu.v1.feed.{agency}.>")],
        num_replicas: replicas,
        storage: StorageType::File,
        retention: RetentionPolicy::Limits,
        discard: DiscardPolicy::New,
        deny_delete: true,
        deny_purge: true,
        allow_direct: true,
        ..Config::default()
    }
}

fn missing(kind: &GetStreamErrorKind) -> bool {
    matches!(kind, GetStreamErrorKind::JetStream(error) if error.error_code() == ErrorCode::STREAM_NOT_FOUND)
}

fn away(error: &impl std::fmt::Display) -> Failure {
    Failure::Unreachable("JetStream".to_owned(), error.to_string())
}
