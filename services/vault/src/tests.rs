//! The rules of the vault, as sentences.

mod leases;
mod places;

crate::conformance_suite!(Local::default());

use crate::{KeyId, Keys, Opened, Place, RootKey, SealedValue, Vault, VaultError};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};
use tempfile::TempDir;
use vocabulary::{EventId, HistoryId, Protected, Source};

/// A step at which the disk fails.
#[derive(Clone, Copy)]
pub(crate) enum Fault {
    /// The write fails, and nothing of it is kept.
    Lost,
    /// The flush fails, yet everything is kept.
    Kept,
    /// The disk does not answer.
    Hangs,
}

impl Fault {
    pub(crate) fn lost(fault: &Mutex<Option<Self>>) -> std::io::Result<()> {
        while matches!(*fault.lock().unwrap(), Some(Self::Hangs)) {
            std::thread::sleep(std::time::Duration::from_millis(1));
        }
        let fails = matches!(*fault.lock().unwrap(), Some(Self::Lost));
        if fails { Err(std::io::Error::other("no space left")) } else { Ok(()) }
    }

    pub(crate) fn kept(fault: &Mutex<Option<Self>>) -> std::io::Result<()> {
        let fails = matches!(*fault.lock().unwrap(), Some(Self::Kept));
        if fails { Err(std::io::Error::other("the device went away")) } else { Ok(()) }
    }
}

pub(crate) fn open(folder: &Path) -> Vault {
    let root = RootKey::load_or_create(&folder.join("root.key")).unwrap();
    Vault::open(&folder.join("vault"), &root).unwrap()
}

/// The port in this process, over several lives of one store.
struct Local(TempDir);

impl Default for Local {
    fn default() -> Self {
        Self(tempfile::tempdir().unwrap())
    }
}

impl crate::conformance::Factory for Local {
    fn open(&self) -> Arc<dyn Keys> {
        Arc::new(open(self.0.path()))
    }
}

pub(crate) fn fresh() -> (TempDir, Vault) {
    let folder = tempfile::tempdir().unwrap();
    let vault = open(folder.path());
    (folder, vault)
}

/// A place that owns its parts.
#[derive(Clone)]
pub(crate) struct Spot(HistoryId, Source, EventId, String);

impl Spot {
    pub(crate) fn new(history: &str, source: &str, id: &str, pointer: &str) -> Self {
        Self(
            HistoryId::parse(history).unwrap(),
            Source::try_from(source.to_owned()).unwrap(),
            EventId::parse(id).unwrap(),
            pointer.to_owned(),
        )
    }

    pub(crate) fn place(&self) -> Place<'_> {
        Place { history: &self.0, source: &self.1, id: &self.2, pointer: &self.3 }
    }
}

pub(crate) fn spot() -> Spot {
    Spot::new("case-a1", "/999901/hsp-01", "r-1", "/data/narrative")
}

pub(crate) fn seal(vault: &Vault, key: KeyId, value: &Value) -> SealedValue {
    vault.seal_value(key, &spot().place(), &Protected::new(value.clone())).unwrap()
}

pub(crate) fn reveal(vault: &Vault, key: KeyId, sealed: &SealedValue) -> Result<Opened, VaultError> {
    vault.reveal_value(key, &spot().place(), &sealed.commitment, &sealed.ciphertext)
}

pub(crate) fn message(text: &[u8]) -> Protected<Vec<u8>> {
    Protected::new(text.to_vec())
}

pub(crate) fn value_of(opened: Opened) -> Value {
    match opened {
        Opened::Present { value, .. } => value.reveal().clone(),
        Opened::Gone => panic!("the key is gone"),
    }
}

#[test]
fn a_store_opens_only_under_its_own_root_key() {
    let (folder, vault) = fresh();
    drop(vault);
    let other = RootKey::load_or_create(&folder.path().join("other.key")).unwrap();
    assert!(matches!(Vault::open(&folder.path().join("vault"), &other), Err(VaultError::WrongRoot)));
    assert!(open(folder.path()).lease().is_ok());
}

#[test]
fn a_store_is_open_in_one_place_at_a_time() {
    let (folder, vault) = fresh();
    let root = RootKey::load_or_create(&folder.path().join("root.key")).unwrap();
    assert!(matches!(Vault::open(&folder.path().join("vault"), &root), Err(VaultError::Locked)));
    drop(vault);
    assert!(Vault::open(&folder.path().join("vault"), &root).is_ok());
}

#[test]
fn a_key_that_was_never_handed_out_opens_nothing() {
    let (_folder, vault) = fresh();
    let key = vault.lease().unwrap();
    let sealed = seal(&vault, key, &json!("text"));
    let leased = vault.check().unwrap().leased;
    for unknown in [KeyId(0), KeyId(leased), KeyId(leased + 100), KeyId(1 << 40), KeyId(u64::MAX)] {
        assert!(
            matches!(reveal(&vault, unknown, &sealed), Err(VaultError::UnknownKey(key)) if key == unknown)
        );
        assert!(matches!(vault.mac(unknown, &message(b"m")), Err(VaultError::UnknownKey(_))), "{unknown:?}");
        let sealing = vault.seal_value(unknown, &spot().place(), &Protected::new(json!(1)));
        assert!(matches!(sealing, Err(VaultError::UnknownKey(_))), "{unknown:?}");
    }
}

#[test]
fn a_value_is_gone_once_its_key_is_destroyed_and_a_lost_key_is_damage() {
    let (folder, vault) = fresh();
    let (destroyed, lost, kept) = (vault.lease().unwrap(), vault.lease().unwrap(), vault.lease().unwrap());
    let sealed = [destroyed, lost, kept].map(|key| seal(&vault, key, &json!("text")));
    vault.shared.store.forget(destroyed.0);
    vault.shared.store.db().remove(crate::store::entry(lost.0)).unwrap();
    vault.shared.store.db().flush().unwrap();
    drop(vault);

    let vault = open(folder.path());
    assert!(matches!(reveal(&vault, destroyed, &sealed[0]), Ok(Opened::Gone)));
    assert!(vault.mac(destroyed, &message(b"m")).unwrap().is_none());
    let sealing = vault.seal_value(destroyed, &spot().place(), &Protected::new(json!(1)));
    assert!(matches!(sealing, Err(VaultError::Destroyed(_))));
    let protecting = crate::conformance::protect(&vault, &[(Some(destroyed), &[json!(1)])], None);
    assert!(matches!(protecting, Err(VaultError::Destroyed(key)) if key == destroyed));
    assert_eq!(crate::conformance::protect(&vault, &[], Some(destroyed)).unwrap().digest, None);
    assert!(matches!(reveal(&vault, lost, &sealed[1]), Err(VaultError::Damaged(_))));
    assert_eq!(value_of(reveal(&vault, kept, &sealed[2]).unwrap()), json!("text"));
}

#[test]
fn a_wrapped_key_does_not_pass_for_another() {
    let (folder, vault) = fresh();
    let (one, two) = (vault.lease().unwrap(), vault.lease().unwrap());
    let db = vault.shared.store.db();
    let wrapped = db.get(crate::store::entry(one.0)).unwrap().unwrap();
    db.insert(crate::store::entry(two.0), wrapped).unwrap();
    db.flush().unwrap();
    drop(vault);
    let vault = open(folder.path());
    assert!(vault.mac(one, &message(b"m")).is_ok());
    assert!(matches!(vault.mac(two, &message(b"m")), Err(VaultError::Damaged(_))));
}

#[test]
fn a_mac_lasts_and_is_of_its_key_and_its_message() {
    let (folder, vault) = fresh();
    let (one, two) = (vault.lease().unwrap(), vault.lease().unwrap());
    let before = vault.mac(one, &message(b"message")).unwrap().unwrap();
    assert_ne!(vault.mac(two, &message(b"message")).unwrap().unwrap(), before);
    assert_ne!(vault.mac(one, &message(b"messagf")).unwrap().unwrap(), before);
    drop(vault);
    assert_eq!(open(folder.path()).mac(one, &message(b"message")).unwrap().unwrap(), before);
}

#[test]
fn a_name_lasts_tells_parts_apart_and_belongs_to_one_store() {
    let (folder, vault) = fresh();
    let before = vault.name(&[b"/999901/hsp-01", b"r-1"]).unwrap();
    let others: [&[&[u8]]; 5] =
        [&[b"/999901/hsp-01", b"r-2"], &[b"/999901/hsp-01r", b"-1"], &[b"/999901/hsp-01r-1"], &[], &[b""]];
    for other in others {
        assert_ne!(vault.name(other).unwrap(), before);
    }
    assert_ne!(fresh().1.name(&[b"/999901/hsp-01", b"r-1"]).unwrap(), before);
    drop(vault);
    assert_eq!(open(folder.path()).name(&[b"/999901/hsp-01", b"r-1"]).unwrap(), before);
}

#[test]
fn nothing_prints_a_key_or_a_value() {
    let folder = tempfile::tempdir().unwrap();
    let root = RootKey::load_or_create(&folder.path().join("root.key")).unwrap();
    let vault = Vault::open(&folder.path().join("vault"), &root).unwrap();
    let key = vault.lease().unwrap();
    let sealed = seal(&vault, key, &json!("marked-9f1c"));
    let opened = reveal(&vault, key, &sealed).unwrap();
    assert_eq!(
        format!("{root:?} {vault:?} {opened:?} {:?}", Opened::Gone),
        "RootKey Vault Present([protected]) Gone"
    );
    assert_eq!(format!("{sealed:?}"), "SealedValue { commitment: [32 bytes], ciphertext: [73 bytes] }");
    let forged = reveal(&vault, vault.lease().unwrap(), &sealed).unwrap_err();
    assert!(!format!("{forged:?} {forged}").contains("marked"));
}

#[test]
fn nothing_clear_stands_in_the_files_of_the_store() {
    let (folder, vault) = fresh();
    let marked = "标记-marked-7c2e";
    let keys: Vec<KeyId> = (0..2000).map(|_| vault.lease().unwrap()).collect();
    let secrets: Vec<_> = keys.iter().map(|key| *vault.shared.store.key(key.0).unwrap().unwrap()).collect();
    seal(&vault, keys[7], &json!({"name": marked}));
    vault.mac(keys[8], &message(marked.as_bytes())).unwrap();
    vault.name(&[marked.as_bytes()]).unwrap();
    let naming = *vault.shared.store.key(0).unwrap().unwrap();
    drop(vault);

    let bytes: Vec<u8> =
        files(&folder.path().join("vault")).iter().flat_map(|f| std::fs::read(f).unwrap()).collect();
    assert!(bytes.len() > 2000 * 60, "the keys are in these files");
    let windows: std::collections::HashSet<&[u8]> = bytes.windows(32).collect();
    assert!(secrets.iter().chain([&naming]).all(|secret| !windows.contains(&secret[..])));
    assert!(!bytes.windows(marked.len()).any(|window| window == marked.as_bytes()));
}

fn files(folder: &Path) -> Vec<std::path::PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
