//! The disk fails under the ledger, at each kind of call and in each way, and processes are killed.
//!
//! Rule: whatever was acknowledged is there after a restart; after an error nothing is acknowledged any more;
//! what was not acknowledged is there whole or not at all.

use super::child::{self, Said, command, holds};
use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Mutex;
use std::time::Duration;

/// When the fault may happen.
#[derive(Clone, Copy, Debug, PartialEq)]
enum When {
    /// While a new store is made.
    Making,
    /// While a store with records is opened.
    Opening,
    /// While records are appended.
    Appending,
    /// While records of 700 KiB are appended: sled's segments end within a batch, and some of its writes
    /// go the way on which it forgets to report an error.
    AppendingLong,
}

/// At which call of which kind what happens, once or from then on.
#[derive(Clone, Copy, Debug)]
struct Case {
    when: When,
    kind: &'static str,
    mode: &'static str,
    at: u32,
    more: bool,
}

fn shim(dir: &Path) -> PathBuf {
    let source = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fault/shim.c");
    let library = dir.join("shim.so");
    let built = Command::new("cc").args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library).arg(source).status();
    assert!(built.unwrap().success());
    library
}

fn cases() -> Vec<Case> {
    use When::*;
    let writes = ["lost", "full", "torn", "kept", "short"];
    let syncs = ["lost", "kept"];
    let mut cases = Vec::new();
    let mut add = |when, kind, modes: &[&'static str], calls: &[u32]| {
        for (mode, at) in modes.iter().flat_map(|mode| calls.iter().map(move |at| (*mode, *at))) {
            cases.extend([false, true].map(|more| Case { when, kind, mode, at, more }));
        }
    };
    add(Appending, "pwrite", &writes, &[1, 2, 7]); // odd: sled's log; even: the mark
    add(Appending, "sync_file_range", &syncs, &[1, 4]);
    add(Appending, "fdatasync", &syncs, &[1, 2, 5]);
    add(AppendingLong, "pwrite", &["torn", "kept"], &[3, 6]);
    add(AppendingLong, "sync_file_range", &syncs, &[2, 4]);
    add(Opening, "pwrite", &["lost", "torn", "kept"], &[1]);
    add(Opening, "write", &["lost", "full", "torn", "kept"], &[1, 3]);
    add(Opening, "fsync", &syncs, &[1, 2, 4]);
    add(Making, "pwrite", &["lost", "kept"], &[1, 2]);
    add(Making, "write", &["lost", "torn", "kept"], &[1, 2]);
    add(Making, "fsync", &syncs, &[1, 3]);
    cases
}

/// Runs a child under a fault and holds the store against what it said.
fn run(case: Case, shim: &Path) {
    let place = tempfile::tempdir().unwrap();
    let (dir, mark, arm) =
        (place.path().join("ledger"), place.path().join("fired"), place.path().join("arm"));
    let mut acks = BTreeMap::new();
    if case.when != When::Making {
        acks = child::run(command(&dir, "before", 3)).acks;
        assert_eq!(acks.len(), 24);
    }
    let records = if case.when == When::AppendingLong { 3 } else { 8 };
    let mut child = command(&dir, "under", records);
    child.env("LD_PRELOAD", shim).env("LEDGER_FAULT_DIR", &dir).env("LEDGER_FAULT_MARK", &mark);
    child.env("LEDGER_FAULT_KIND", case.kind).env("LEDGER_FAULT_MODE", case.mode);
    child.env("LEDGER_FAULT_AT", case.at.to_string());
    if case.more {
        child.env("LEDGER_FAULT_MORE", "1");
    }
    if case.when == When::AppendingLong {
        child.env("LEDGER_CHILD_LONG", "1");
    }
    if matches!(case.when, When::Appending | When::AppendingLong) {
        child.env("LEDGER_FAULT_ARM", &arm);
    }
    let said = child::run(child);
    assert!(mark.exists(), "the fault did not happen");
    assert_eq!(said.errors.is_empty(), case.mode == "short", "{said:?}");
    assert!(said.ended, "the child did not end by itself: {said:?}");
    acks.extend(said.acks);
    holds(&dir, &acks);
    let after = child::run(command(&dir, "after", 2));
    assert_eq!((after.acks.len(), after.errors), (16, vec![]), "the store works again");
    acks.extend(after.acks);
    holds(&dir, &acks);
}

#[test]
fn nothing_acknowledged_is_lost_when_the_disk_fails() {
    let place = tempfile::tempdir().unwrap();
    let shim = shim(place.path());
    let cases = Mutex::new(cases());
    let failed = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                loop {
                    let Some(case) = cases.lock().unwrap().pop() else { break };
                    if std::panic::catch_unwind(|| run(case, &shim)).is_err() {
                        failed.lock().unwrap().push(case);
                    }
                }
            });
        }
    });
    let failed = failed.into_inner().unwrap();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn nothing_acknowledged_is_lost_when_the_process_is_killed() {
    let place = tempfile::tempdir().unwrap();
    let dir = place.path().join("ledger");
    let mut acks = BTreeMap::new();
    for round in 0..6_u64 {
        let mut child = command(&dir, &format!("round{round}"), u64::MAX).spawn().unwrap();
        let mut output = child.stdout.take().unwrap();
        let reader = std::thread::spawn(move || {
            let mut said = Vec::new();
            output.read_to_end(&mut said).map(|_| said)
        });
        std::thread::sleep(Duration::from_millis(60 + round * 137 % 400));
        child.kill().unwrap();
        child.wait().unwrap();
        let said = Said::read(&reader.join().unwrap().unwrap());
        assert_eq!(said.errors, Vec::<String>::new());
        let before = acks.len();
        acks.extend(said.acks.clone());
        assert_eq!(acks.len(), before + said.acks.len(), "a position was given twice");
        holds(&dir, &acks);
    }
    assert!(!acks.is_empty());
    assert!(fs::read_dir(dir.join("blobs")).unwrap().next().is_none());
}
