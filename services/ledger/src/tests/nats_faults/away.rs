//! The servers are not there, or do not let us in.

use super::plan::Plan;
use super::servers::{connect, options};
use super::until;
use crate::conformance::{appended, history, record};
use crate::{JetStreamLedger, Ledger, LedgerError, Outcome};
use async_nats::ConnectErrorKind;
use vocabulary::{Position, Version};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn servers_that_are_away_at_start_are_unavailable_until_they_come() {
    let mut servers = Plan::of(1).start();
    servers.kill(0);
    let refused = connect(&servers.urls).await.map(drop).unwrap_err();
    assert_eq!(refused.kind(), ConnectErrorKind::Io, "{refused}");
    let client = options().retry_on_initial_connect().connect(servers.urls.clone()).await.unwrap();
    let copy = tempfile::tempdir().unwrap();
    let away = JetStreamLedger::open(client.clone(), copy.path(), servers.promises()).await.map(drop);
    assert!(matches!(away, Err(LedgerError::Unavailable(_))), "{away:?}");
    servers.start(0);
    let ledger = until("it opens on the same connection", async || {
        JetStreamLedger::open(client.clone(), copy.path(), servers.promises()).await.ok()
    })
    .await;
    assert_eq!(appended(&ledger, record("case-a", 1, &["a"])).await, Position(1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn wrong_credentials_are_told_from_servers_that_are_away() {
    let servers = Plan::of(1).start();
    drop(servers.client().await);
    let wrong = options().user_and_password("bus".to_owned(), "other".to_owned());
    let refused = wrong.connect(servers.urls.clone()).await.map(drop).unwrap_err();
    assert_eq!(refused.kind(), ConnectErrorKind::AuthorizationViolation, "{refused}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_open_ledger_answers_what_it_knows_and_recovers_by_itself() {
    let mut servers = Plan::of(1).start();
    let copy = tempfile::tempdir().unwrap();
    let ledger = servers.open(copy.path()).await;
    appended(&ledger, record("case-a", 1, &["a"])).await;
    servers.kill(0);
    let next = record("case-a", 2, &["b"]);
    let refused = ledger.append(next.clone()).await;
    assert!(matches!(refused, Err(LedgerError::Unavailable(_))), "{refused:?}");
    until("it is not well", async || ledger.well().err()).await;
    assert!(matches!(ledger.well(), Err(LedgerError::Unavailable(_))));
    assert!(matches!(ledger.confirm().await, Err(LedgerError::Unavailable(_))));
    assert_eq!(ledger.version(&history("case-a")).unwrap(), Version(1));
    servers.start(0);
    let taken = until("it takes the same record", async || ledger.append(next.clone()).await.ok()).await;
    assert!(
        matches!(taken, Outcome::Appended(Position(2)))
            || matches!(taken, Outcome::AlreadyThere(at) if at.sequence == Position(2)),
        "{taken:?}"
    );
    until("it is well", async || ledger.well().ok()).await;
    assert_eq!(ledger.version(&history("case-a")).unwrap(), Version(2));
}
