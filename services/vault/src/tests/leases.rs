//! No key is ever handed out twice: not to two threads, not in two lives of the store, not after a crash.

use super::{Fault, fresh, message, open, reveal, seal, value_of};
use crate::{KeyId, Keys, SealedValue, Vault, VaultError};
use serde_json::json;
use std::collections::HashSet;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::time::Duration;
use vocabulary::record::Bytes;

#[test]
fn twenty_thousand_leases_over_threads_and_lives_are_distinct() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen = HashSet::new();
    for _life in 0..10 {
        let vault = open(folder.path());
        let leased = std::thread::scope(|scope| {
            let lessee = || (0..500).map(|_| vault.lease().unwrap()).collect::<Vec<_>>();
            let lessees: Vec<_> = (0..4).map(|_| scope.spawn(lessee)).collect();
            lessees.into_iter().flat_map(|lessee| lessee.join().unwrap()).collect::<Vec<_>>()
        });
        assert_eq!(vault.check().unwrap().used, 2000);
        seen.extend(leased);
    }
    assert_eq!(seen.len(), 20_000);
    assert!(!seen.contains(&KeyId(0)), "key 0 names histories");
}

#[test]
fn the_pool_makes_keys_ahead_and_wastes_few() {
    let (folder, vault) = fresh();
    let health = vault.check().unwrap();
    assert!(health.ready >= 1024 && health.leased >= 256 && health.used == 0, "{health:?}");
    let first = vault.lease().unwrap();
    let last = vault.lease().unwrap();
    assert_eq!(last.0, first.0 + 1);
    drop(vault);
    let next = open(folder.path()).lease().unwrap();
    assert!(next > last && next.0 - last.0 <= 2 * 256, "{last:?}, then {next:?}");
}

#[test]
fn a_store_may_be_opened_again_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let mut last = KeyId(0);
    for _ in 0..50 {
        let vault = open(folder.path());
        let key = vault.lease().unwrap();
        assert!(key > last);
        last = key;
    }
}

/// The life of the process that is killed: it says which keys it was given, and what it sealed with them.
#[test]
#[ignore = "run by the test below, in a process of its own"]
fn lease_until_killed() {
    let Ok(folder) = std::env::var("VAULT_KILLED_IN") else { return };
    let vault = open(Path::new(&folder));
    let mut out = std::io::stdout().lock();
    loop {
        let key = vault.lease().unwrap();
        let sealed = seal(&vault, key, &json!(key.0));
        let (commitment, ciphertext) = (String::from(sealed.commitment), String::from(sealed.ciphertext));
        writeln!(out, "leased {} {commitment} {ciphertext}", key.0).unwrap();
    }
}

#[test]
fn after_kill_9_no_lease_repeats_and_every_key_is_there() {
    let folder = tempfile::tempdir().unwrap();
    let mut seen: Vec<(KeyId, SealedValue)> = Vec::new();
    for lines in [1, 200, 256, 700, 3000] {
        seen.extend(lease_in_a_process_and_kill_it(folder.path(), lines));
    }
    let distinct: HashSet<KeyId> = seen.iter().map(|(key, _)| *key).collect();
    assert_eq!(distinct.len(), seen.len(), "a key was handed out twice");
    assert!(seen.len() > 4000);

    let vault = open(folder.path());
    let health = vault.check().unwrap();
    for (key, sealed) in &seen {
        assert!(key.0 < health.leased);
        assert_eq!(value_of(reveal(&vault, *key, sealed).unwrap()), json!(key.0));
    }
    assert!(!distinct.contains(&vault.lease().unwrap()));
}

fn lease_in_a_process_and_kill_it(folder: &Path, lines: usize) -> Vec<(KeyId, SealedValue)> {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "tests::leases::lease_until_killed", "--ignored", "--nocapture"])
        .env("VAULT_KILLED_IN", folder)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut seen: Vec<_> = said.by_ref().filter_map(|line| leased(&line.unwrap())).take(lines).collect();
    child.kill().unwrap(); // SIGKILL: no destructor runs, the pipe keeps what was said before
    seen.extend(said.map_while(Result::ok).filter_map(|line| leased(&line)));
    child.wait().unwrap();
    assert!(seen.len() >= lines);
    seen
}

/// A line of the killed process; the last one may be torn, and its key is not counted then.
fn leased(line: &str) -> Option<(KeyId, SealedValue)> {
    let mut words = line.strip_prefix("leased ")?.split(' ');
    let number = words.next()?.parse().ok()?;
    let mut bytes = || Bytes::try_from(words.next()?.to_owned()).ok();
    let sealed = SealedValue { commitment: bytes()?, ciphertext: bytes()? };
    (sealed.commitment.0.len() == 32 && sealed.ciphertext.0.len() > 60)
        .then_some((KeyId(number), sealed))
        .filter(|(key, sealed)| sealed.ciphertext.0.len() == 60 + key.0.to_string().len())
}

fn break_and_lease(vault: &Vault, fault: Fault) -> Vec<KeyId> {
    *vault.shared.store.fault.lock().unwrap() = Some(fault);
    let leased: Vec<KeyId> = std::iter::from_fn(|| vault.lease().ok()).take(10_000).collect();
    assert!(leased.len() <= 2 * 256, "no key without a durable mark: {}", leased.len());
    leased
}

#[test]
fn a_disk_that_fails_shuts_the_vault_and_no_key_comes_twice() {
    for fault in [Fault::Lost, Fault::Kept] {
        let (folder, vault) = fresh();
        let key = vault.lease().unwrap();
        let sealed = seal(&vault, key, &json!("text"));
        let mut seen = break_and_lease(&vault, fault);
        seen.push(key);

        *vault.shared.store.fault.lock().unwrap() = None; // the disk is well again; the vault stays shut
        assert!(matches!(vault.lease(), Err(VaultError::Unavailable(_))));
        assert!(matches!(reveal(&vault, key, &sealed), Err(VaultError::Unavailable(_))));
        assert!(matches!(vault.mac(key, &message(b"m")), Err(VaultError::Unavailable(_))));
        assert!(matches!(vault.name(&[b"n"]), Err(VaultError::Unavailable(_))));
        assert!(matches!(vault.check(), Err(VaultError::Unavailable(_))));
        drop(vault);

        let vault = open(folder.path());
        seen.extend((0..1000).map(|_| vault.lease().unwrap()));
        assert_eq!(seen.iter().collect::<HashSet<_>>().len(), seen.len());
        assert_eq!(value_of(reveal(&vault, key, &sealed).unwrap()), json!("text"));
    }
}

#[test]
fn while_the_disk_hangs_no_key_beyond_the_durable_mark_is_handed_out() {
    let (_folder, vault) = fresh();
    let mark = vault.shared.store.leased().unwrap();
    *vault.shared.store.fault.lock().unwrap() = Some(Fault::Hangs);
    let newest = AtomicU64::new(0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            vault.lease().unwrap(); // wakes the refill, which meets the disk before the rest is taken
            std::thread::sleep(Duration::from_millis(50));
            (1..1000).for_each(|_| newest.store(vault.lease().unwrap().0, Relaxed));
        });
        std::thread::sleep(Duration::from_millis(300));
        let stopped_at = newest.load(Relaxed);
        *vault.shared.store.fault.lock().unwrap() = None;
        assert_eq!(stopped_at, mark - 1, "all keys in hand, and not one more");
    });
    assert_eq!(vault.check().unwrap().used, 1000, "then everybody is served");
}

#[test]
fn marks_that_contradict_each_other_are_damage() {
    let (folder, vault) = fresh();
    let root = crate::RootKey::load_or_create(&folder.path().join("root.key")).unwrap();
    let made = vault.shared.store.made().unwrap();
    vault.shared.store.db().insert("leased", &(made + 1).to_be_bytes()).unwrap();
    drop(vault);
    let reopened = |what: &str| match Vault::open(&folder.path().join("vault"), &root) {
        Err(VaultError::Damaged(why)) => assert!(why.contains(what), "{why}"),
        other => panic!("{other:?}"),
    };
    reopened("leased");
    let db = sled::open(folder.path().join("vault")).unwrap();
    db.remove("check").unwrap();
    drop(db);
    reopened("check value");
}
