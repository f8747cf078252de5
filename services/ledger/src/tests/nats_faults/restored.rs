//! The server's folder is put back from a backup that is older than what this process has copied.

use super::plan::Plan;
use super::servers::{Servers, ready};
use super::until;
use crate::conformance::{appended, history, record};
use crate::{JetStreamLedger, Ledger, LedgerError, Promises};
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use vocabulary::{Position, Version};

/// Fifteen records in two running ledgers, and a server, killed, whose folder holds the first ten alone.
struct Restored {
    servers: Servers,
    ledgers: [JetStreamLedger; 2],
    copies: [TempDir; 2],
}

fn copy(from: &Path, to: &Path) {
    assert!(Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap().success());
}

async fn restored() -> Restored {
    let mut servers = Plan::of(1).start();
    let copies = [(); 2].map(|()| tempfile::tempdir().unwrap());
    let ledgers = [servers.open(copies[0].path()).await, servers.open(copies[1].path()).await];
    for version in 1..=10 {
        appended(&ledgers[0], record("case-a", version, &[&format!("a{version}")])).await;
    }
    let backup = tempfile::tempdir().unwrap();
    servers.kill(0);
    copy(&servers.store(0), &backup.path().join("n0"));
    servers.start(0);
    for version in 1..=5 {
        let record = record("case-b", version, &[&format!("b{version}")]);
        until("the server is back", async || ledgers[0].append(record.clone()).await.ok()).await;
    }
    until("both have copied it", async || ledgers[1].confirm().await.ok()).await;
    assert_eq!(*ledgers[1].head().borrow(), Position(15));
    servers.kill(0);
    std::fs::remove_dir_all(servers.store(0)).unwrap();
    copy(&backup.path().join("n0"), &servers.store(0));
    Restored { servers, ledgers, copies }
}

/// Waits until a running ledger has given up; it must not take anything on the way, and still answer.
async fn gives_up(ledger: &JetStreamLedger) -> LedgerError {
    let mut number = 0;
    let why = until("the ledger gives up", async || {
        number += 1;
        let of = format!("case-late-{number}");
        let refused = ledger.append(record(&of, 1, &[&of])).await;
        assert!(refused.is_err(), "{refused:?}");
        ledger.head().has_changed().is_err().then_some(refused)
    });
    let why = why.await.unwrap_err();
    assert_eq!(ledger.well().unwrap_err().to_string(), why.to_string());
    assert_eq!(ledger.version(&history("case-b")).unwrap(), Version(5));
    assert_eq!(ledger.range(Position(0), 99).unwrap().len(), 15);
    why
}

async fn reopened(servers: &Servers, copy: &Path) -> LedgerError {
    let opened = JetStreamLedger::open(servers.client().await, copy, Promises { replicas: 1 }).await;
    opened.map(drop).unwrap_err()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_backup_is_refused() {
    let Restored { mut servers, ledgers, copies } = restored().await;
    servers.start(0);
    let early = ledgers[0].append(record("case-d", 1, &["d"])).await; // before anybody has looked
    assert!(early.is_err(), "{early:?}");
    until("one that only reads says so", async || ledgers[1].well().err().filter(is_behind)).await;
    let confirmed = ledgers[1].confirm().await;
    assert!(confirmed.is_err(), "{confirmed:?}");
    for ledger in &ledgers {
        let why = gives_up(ledger).await;
        assert!(matches!(why, LedgerError::Behind { .. } | LedgerError::Unreadable { .. }), "{why:?}");
    }
    drop(ledgers);
    for copy in &copies {
        let why = reopened(&servers, copy.path()).await;
        assert!(is_behind(&why), "{why:?}");
    }
}

fn is_behind(why: &LedgerError) -> bool {
    matches!(why, LedgerError::Behind { head, recorded: Position(15) } if (10..15).contains(&head.0))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_older_backup_that_has_grown_past_the_copies_is_refused() {
    let Restored { mut servers, ledgers, copies } = restored().await;
    let there = servers.start_elsewhere(0); // so that it grows unseen
    let other = tempfile::tempdir().unwrap();
    let anew = JetStreamLedger::open(ready(&[there]).await, other.path(), servers.promises()).await.unwrap();
    assert_eq!(*anew.head().borrow(), Position(10), "a process without a copy cannot know");
    for version in 1..=10 {
        appended(&anew, record("case-c", version, &[&format!("c{version}")])).await;
    }
    drop(anew);
    servers.kill(0);
    servers.start(0);
    for ledger in &ledgers {
        let why = gives_up(ledger).await;
        assert!(matches!(why, LedgerError::Unreadable { at: Position(15), .. }), "{why:?}");
    }
    drop(ledgers);
    for copy in &copies {
        let why = reopened(&servers, copy.path()).await;
        assert!(matches!(why, LedgerError::Unreadable { at: Position(15), .. }), "{why:?}");
    }
}
