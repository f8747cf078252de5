//! What only the sled ledger can meet: restarts, a second process, damage on the disk.

use crate::conformance::{appended, event, history, long_record, record, source};
use crate::{Follower, Ledger, LedgerError, SledLedger};
use std::fs;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use vocabulary::{Position, Version};

/// A folder with this many records of one history.
async fn filled(records: u64) -> tempfile::TempDir {
    let dir = tempfile::tempdir().unwrap();
    more(dir.path(), 1..=records).await;
    dir
}

async fn more(dir: &Path, versions: impl Iterator<Item = u64>) {
    let ledger = SledLedger::open(dir).unwrap();
    for version in versions {
        appended(&ledger, record("case-a", version, &[&format!("f{version}")])).await;
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => copy(&entry.path(), &to.join(entry.file_name())),
            false => drop(fs::copy(entry.path(), to.join(entry.file_name())).unwrap()),
        }
    }
}

/// Changes the tree behind the ledger's back.
fn tamper(dir: &Path, change: impl FnOnce(&::sled::Db)) {
    let config = ::sled::Config::new().path(dir).segment_size(8 << 20).flush_every_ms(None);
    for _ in 0..100 {
        if let Ok(db) = config.open() {
            change(&db);
            db.flush().unwrap();
            return;
        }
        std::thread::sleep(std::time::Duration::from_millis(20)); // sled lets go of its lock late
    }
    panic!("sled does not open");
}

fn key(position: u64) -> Vec<u8> {
    [b"r", &position.to_be_bytes()[..]].concat()
}

#[tokio::test]
async fn a_restart_keeps_everything() {
    let dir = filled(40).await;
    let ledger = SledLedger::open(dir.path()).unwrap();
    assert_eq!(ledger.check().unwrap(), Position(40));
    assert_eq!(ledger.version(&history("case-a")).unwrap(), Version(40));
    assert_eq!(ledger.read(&history("case-a"), Version(0)).unwrap().len(), 40);
    assert_eq!(ledger.find(&source(), &event("f7")).unwrap().unwrap().sequence, Position(7));
    appended(&ledger, record("case-a", 41, &["f41"])).await;
}

#[tokio::test]
async fn one_folder_has_one_ledger() {
    let dir = tempfile::tempdir().unwrap();
    let first = SledLedger::open(dir.path()).unwrap();
    assert!(matches!(SledLedger::open(dir.path()), Err(LedgerError::Locked)));
    drop(first);
    SledLedger::open(dir.path()).unwrap();
}

#[tokio::test]
async fn a_long_record_never_becomes_a_blob() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = SledLedger::open(dir.path()).unwrap();
    for version in 1..=30 {
        let long = long_record("case-a", version, &format!("f{version}"), 900 << 10);
        appended(&ledger, long).await;
    }
    drop(ledger);
    let ledger = SledLedger::open(dir.path()).unwrap();
    assert_eq!(ledger.check().unwrap(), Position(30)); // and with it that `blobs` is empty
    let stored = ledger.get(Position(17)).unwrap().unwrap();
    assert_eq!(*stored.record, long_record("case-a", 17, "f17", 900 << 10));
}

#[tokio::test]
async fn a_damaged_record_is_named() {
    let dir = filled(5).await;
    tamper(dir.path(), |db| {
        let mut bytes = db.get(key(3)).unwrap().unwrap().to_vec();
        bytes[100] ^= 1;
        db.insert(key(3), bytes).unwrap();
    });
    let opened = SledLedger::open(dir.path()).err().unwrap();
    assert!(matches!(opened, LedgerError::Unreadable { at: Position(3), .. }), "{opened}");
}

#[tokio::test]
async fn a_record_that_is_not_json_is_named() {
    let dir = filled(5).await;
    let bytes = b"{\"format\":1}";
    let crc = crc32fast::hash(bytes).to_be_bytes();
    tamper(dir.path(), |db| {
        db.insert(key(4), [&crc[..], &(bytes.len() as u32).to_be_bytes(), bytes].concat()).unwrap();
    });
    let opened = SledLedger::open(dir.path()).err().unwrap();
    assert!(matches!(opened, LedgerError::Unreadable { at: Position(4), .. }), "{opened}");
}

/// Damage before the tail is not looked for at every start; readers, followers and `doctor` meet it.
#[tokio::test]
async fn damage_far_back_stops_the_reader_and_is_found_by_the_check() {
    let dir = filled(1_100).await;
    tamper(dir.path(), |db| {
        db.insert(key(3), b"short").unwrap();
        db.remove(key(9)).unwrap();
    });
    let ledger = Arc::new(SledLedger::open(dir.path()).unwrap());
    let named = |why: LedgerError| matches!(why, LedgerError::Unreadable { at: Position(3), .. });
    assert!(named(ledger.check().unwrap_err()));
    assert!(named(ledger.get(Position(3)).unwrap_err()));
    assert!(named(ledger.read(&history("case-a"), Version(0)).unwrap_err()));
    assert!(named(Follower::follow(ledger.clone(), Position(0)).next().await.unwrap_err()));
    let gap = Follower::follow(ledger.clone(), Position(5)).next().await.unwrap_err();
    assert!(matches!(gap, LedgerError::Gap { expected: Position(9), found: Position(10) }), "{gap}");
    assert!(matches!(ledger.get(Position(9)), Err(LedgerError::Unreadable { at: Position(9), .. })));
    assert_eq!(ledger.get(Position(10)).unwrap().unwrap().position, Position(10));
}

#[tokio::test]
async fn a_wrong_index_is_found_by_the_check() {
    let fact = |db: &::sled::Db| db.scan_prefix(b"i").keys().next().unwrap().unwrap();
    let damages: [&dyn Fn(&::sled::Db); 4] = [
        &|db| drop(db.remove(fact(db)).unwrap()),
        &|db| drop(db.insert(fact(db), &[9; 12]).unwrap()),
        &|db| drop(db.remove([b"hcase-a\0", &2_u64.to_be_bytes()[..]].concat()).unwrap()),
        &|db| drop(db.remove(key(2)).unwrap()),
    ];
    for damage in damages {
        let dir = filled(3).await;
        tamper(dir.path(), damage);
        let opened = SledLedger::open(dir.path()).err().unwrap();
        assert!(matches!(opened, LedgerError::Unreadable { .. } | LedgerError::Gap { .. }), "{opened}");
    }
    let dir = filled(3).await;
    tamper(dir.path(), |db| drop(db.insert([b"i", &[5; 16][..]].concat(), &[0; 12]).unwrap()));
    let check = SledLedger::open(dir.path()).unwrap().check();
    assert!(matches!(check, Err(LedgerError::Unreadable { .. })), "{check:?}");
}

#[tokio::test]
async fn an_older_copy_under_a_newer_mark_refuses_to_open() {
    let dir = filled(10).await;
    let older = tempfile::tempdir().unwrap();
    copy(dir.path(), older.path());
    more(dir.path(), 11..=15).await;
    fs::copy(dir.path().join("head"), older.path().join("head")).unwrap();
    let opened = SledLedger::open(older.path()).err().unwrap();
    assert!(matches!(opened, LedgerError::Behind { head: Position(10), recorded: Position(15) }), "{opened}");
    fs::remove_file(older.path().join("head")).unwrap(); // the operator says: take it as it is
    assert_eq!(SledLedger::open(older.path()).unwrap().check().unwrap(), Position(10));
}

#[tokio::test]
async fn a_store_without_its_files_under_a_mark_refuses_to_open() {
    let dir = filled(10).await;
    for file in ["db", "conf"] {
        fs::remove_file(dir.path().join(file)).unwrap();
    }
    for entry in fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().path()) {
        if entry.to_string_lossy().contains("snap.") {
            fs::remove_file(entry).unwrap();
        }
    }
    let opened = SledLedger::open(dir.path()).err().unwrap();
    assert!(matches!(opened, LedgerError::Behind { head: Position(0), recorded: Position(10) }), "{opened}");
}

#[tokio::test]
async fn a_damaged_mark_is_fine_only_beside_an_empty_store() {
    let empty = tempfile::tempdir().unwrap();
    fs::write(empty.path().join("head"), b"torn").unwrap();
    appended(&SledLedger::open(empty.path()).unwrap(), record("case-a", 1, &["f1"])).await;
    fs::write(empty.path().join("head"), b"torn").unwrap();
    let opened = SledLedger::open(empty.path()).err().unwrap();
    assert!(matches!(opened, LedgerError::Unreadable { at: Position(1), .. }), "{opened}");
}

/// sled takes a damaged message for the end of its log. That must not pass for a shorter ledger.
#[tokio::test]
async fn a_flipped_byte_is_never_a_shorter_ledger() {
    let dir = filled(60).await;
    let length = fs::metadata(dir.path().join("db")).unwrap().len();
    let mut refused = 0;
    for part in 1..12 {
        let copied = tempfile::tempdir().unwrap();
        copy(dir.path(), copied.path());
        for snapshot in fs::read_dir(copied.path()).unwrap().map(|entry| entry.unwrap().path()) {
            if snapshot.to_string_lossy().contains("snap.") {
                fs::remove_file(snapshot).unwrap(); // so that the whole log is read again
            }
        }
        let file = fs::OpenOptions::new().read(true).write(true).open(copied.path().join("db")).unwrap();
        let mut byte = [0];
        file.read_exact_at(&mut byte, length * part / 12).unwrap();
        file.write_all_at(&[byte[0] ^ 0x10], length * part / 12).unwrap();
        match SledLedger::open(copied.path()) {
            Ok(ledger) => assert_eq!(ledger.check().unwrap(), Position(60)),
            Err(_) => refused += 1,
        }
    }
    assert!(refused > 0);
}

/// sled reads what is left of a snapshot as a damaged snapshot.
#[tokio::test]
async fn an_unfinished_snapshot_does_not_lock_the_owner_out() {
    let dir = filled(3).await;
    fs::write(dir.path().join("snap.FFFFFFFFFFFFFFFF.generating"), b"half").unwrap();
    assert_eq!(SledLedger::open(dir.path()).unwrap().check().unwrap(), Position(3));
}

#[tokio::test]
async fn a_follower_wakes_when_the_ledger_closes() {
    let dir = filled(3).await;
    let ledger = SledLedger::open(dir.path()).unwrap();
    let mut head = ledger.head();
    drop(ledger);
    assert!(head.changed().await.is_err());
}

#[tokio::test]
async fn a_ledger_that_is_kept_shut_is_opened_by_nobody_and_changed_by_nothing() {
    let dir = filled(3).await;
    let read = || fs::read(dir.path().join("head")).unwrap();
    let before = read();
    let shut = SledLedger::keep_shut(dir.path()).unwrap();
    assert!(matches!(SledLedger::open(dir.path()), Err(LedgerError::Locked)));
    drop(shut);
    let open = SledLedger::open(dir.path()).unwrap();
    assert!(matches!(SledLedger::keep_shut(dir.path()), Err(LedgerError::Locked)));
    let mut seen = Vec::new();
    assert_eq!(open.check_telling(|at| seen.push(at.0)).unwrap(), Position(3));
    assert_eq!((seen, read()), (vec![1, 2, 3], before));
    let empty = tempfile::tempdir().unwrap();
    SledLedger::keep_shut(empty.path()).unwrap();
    assert_eq!(fs::read_dir(empty.path()).unwrap().count(), 0, "a mark that is missing is not made");
}
