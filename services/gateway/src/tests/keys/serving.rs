//! What a vault says reaches whoever asked, whatever it is; and no request that was taken goes unanswered.

use super::Remote;
use std::error::Error as _;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;
use vault::conformance::{fact, message, protect};
use vault::{
    ClearDocument, FactPlace, Health, KeyId, Keys, Opened, SealedAt, SealedCompartment, SealedDocument,
    VaultError,
};
use vocabulary::Protected;
use vocabulary::record::Bytes;

/// Keys that answer all calls alike; `what` says how.
struct Alike<F>(F);

impl<F: Fn() -> Option<VaultError> + Send + Sync + 'static> Keys for Alike<F> {
    fn name(&self, _: &[&[u8]]) -> Result<[u8; 16], VaultError> {
        (self.0)().map_or(Ok([7; 16]), Err)
    }

    fn protect(&self, document: &ClearDocument) -> Result<SealedDocument, VaultError> {
        let compartment = |_| SealedCompartment { key: KeyId(1), values: Vec::new() };
        let compartments = document.compartments.iter().map(compartment).collect();
        (self.0)().map_or(Ok(SealedDocument { compartments, digest: None }), Err)
    }

    fn reveal(&self, _: FactPlace, values: &[SealedAt]) -> Result<Vec<Opened>, VaultError> {
        (self.0)().map_or(Ok(values.iter().map(|_| Opened::Gone).collect()), Err)
    }

    fn mac(&self, _: KeyId, _: &Protected<Vec<u8>>) -> Result<Option<[u8; 32]>, VaultError> {
        (self.0)().map_or(Ok(None), Err)
    }

    fn check(&self) -> Result<Health, VaultError> {
        (self.0)().map_or(Ok(Health { ready: 1, leased: u64::MAX, used: 3 }), Err)
    }
}

/// An error of each kind. None may be forgotten: the match asks for every new one.
fn errors() -> Vec<VaultError> {
    let path = || PathBuf::from("keys/root.key");
    let errors = vec![
        VaultError::Unavailable(Box::new(io::Error::other("no space left"))),
        VaultError::Locked,
        VaultError::WrongRoot,
        VaultError::Permissions { path: path() },
        VaultError::NotARootKey { path: path() },
        VaultError::UnknownKey(KeyId(u64::MAX)),
        VaultError::Destroyed(KeyId((1 << 53) + 1)),
        VaultError::Forged,
        VaultError::Inexact,
        VaultError::Damaged("key 7 is missing".to_owned()),
    ];
    for error in &errors {
        match error {
            VaultError::Unavailable(_) | VaultError::Locked | VaultError::WrongRoot => {}
            VaultError::Permissions { .. } | VaultError::NotARootKey { .. } => {}
            VaultError::UnknownKey(_) | VaultError::Destroyed(_) => {}
            VaultError::Forged | VaultError::Inexact | VaultError::Damaged(_) => {}
        }
    }
    errors
}

/// What tells one error from another: its variant, its text, and what lies behind it.
fn told(error: &VaultError) -> (std::mem::Discriminant<VaultError>, String, Option<String>) {
    let source = std::error::Error::source(error).map(ToString::to_string);
    (std::mem::discriminant(error), error.to_string(), source)
}

#[test]
fn every_error_comes_back_as_itself() {
    let (remote, next) = (Remote::new(), Arc::new(AtomicUsize::new(usize::MAX)));
    let which = next.clone();
    remote.serve(Arc::new(Alike(move || {
        let which = which.load(SeqCst);
        (which != usize::MAX).then(|| errors().swap_remove(which))
    })));
    let keys = remote.answered();
    for (number, error) in errors().iter().enumerate() {
        next.store(number, SeqCst);
        let bytes = Bytes(vec![1]);
        let value = SealedAt { key: KeyId(1), pointer: "/data/0", commitment: &bytes, ciphertext: &bytes };
        assert_eq!(told(&keys.name(&[]).unwrap_err()), told(error));
        assert_eq!(told(&protect(&keys, &[], None).unwrap_err()), told(error));
        assert_eq!(told(&keys.reveal(fact().place(), &[value]).unwrap_err()), told(error));
        assert_eq!(told(&keys.mac(KeyId(1), &message("m")).unwrap_err()), told(error));
        assert_eq!(told(&keys.check().unwrap_err()), told(error));
    }
}

#[test]
fn what_is_gone_is_gone_here_too() {
    let remote = Remote::new();
    remote.serve(Arc::new(Alike(|| None)));
    let keys = remote.answered();
    let bytes = Bytes(vec![1]);
    let value = SealedAt { key: KeyId(1), pointer: "/data/0", commitment: &bytes, ciphertext: &bytes };
    let opened = keys.reveal(fact().place(), &[value, value]).unwrap();
    assert!(matches!(opened[..], [Opened::Gone, Opened::Gone]), "{opened:?}");
    assert_eq!(keys.mac(KeyId(1), &message("m")).unwrap(), None);
    assert_eq!(protect(&keys, &[(None, &[])], None).unwrap().digest, None);
    assert_eq!(keys.check().unwrap(), Health { ready: 1, leased: u64::MAX, used: 3 });
}

/// A door that is shut until it is opened, and counts who stands before it.
#[derive(Default)]
struct Door {
    state: Mutex<(bool, usize, usize)>, // open, now inside, most ever inside
    moved: Condvar,
}

impl Door {
    fn pass(&self) {
        let mut state = self.state.lock().unwrap();
        state.1 += 1;
        state.2 = state.2.max(state.1);
        self.moved.notify_all();
        state = self.moved.wait_while(state, |(open, ..)| !*open).unwrap();
        state.1 -= 1;
    }

    fn wait_for(&self, waiting: usize) {
        let state = self.state.lock().unwrap();
        drop(self.moved.wait_while(state, |(_, inside, _)| *inside < waiting).unwrap());
    }

    fn open(&self) {
        self.state.lock().unwrap().0 = true;
        self.moved.notify_all();
    }
}

/// A remote whose vault lets nobody pass, and as many who ask it.
fn asking(askers: usize, then: impl FnOnce(&Remote, &Door)) -> usize {
    let (remote, door) = (Remote::new(), Arc::new(Door::default()));
    let (before, closed) = (door.clone(), Arc::new(AtomicUsize::new(0)));
    let shut = closed.clone();
    remote.serve(Arc::new(Alike(move || {
        (shut.load(SeqCst) == 1).then(|| before.pass());
        None
    })));
    let keys = remote.answered();
    closed.store(1, SeqCst);
    std::thread::scope(|scope| {
        let asked: Vec<_> = (0..askers).map(|_| scope.spawn(|| keys.name(&[]))).collect();
        then(&remote, &door);
        for asked in asked {
            assert_eq!(asked.join().unwrap().unwrap(), [7; 16]);
        }
    });
    door.state.lock().unwrap().2
}

#[test]
fn requests_that_were_taken_are_answered_though_the_vault_ends() {
    asking(20, |remote, door| {
        door.wait_for(20);
        let serving = remote.serving.lock().unwrap().take().unwrap();
        serving.stop.send_replace(true);
        // Once the end has begun nobody is asked any more. Until then, this too may come to stand before the door.
        let keys = remote.keys().patient(Duration::from_millis(20));
        let ended = |error: VaultError| error.source().unwrap().to_string() == "no vault is listening";
        while !keys.check().is_err_and(ended) {}
        door.open();
        remote.runtime.block_on(serving.served).unwrap().unwrap();
        assert_eq!(door.state.lock().unwrap().1, 0, "it ended when all had been answered");
    });
}

#[test]
fn sixty_four_requests_are_answered_at_a_time_and_the_others_wait() {
    let most = asking(100, |_, door| {
        door.wait_for(64);
        std::thread::sleep(Duration::from_millis(200)); // time for more to come in, if more could
        door.open();
    });
    assert_eq!(most, 64);
}

#[test]
fn a_vault_that_panics_is_unavailable_and_goes_on() {
    let remote = Remote::new();
    let calls = AtomicUsize::new(0);
    remote.serve(Arc::new(Alike(move || {
        assert!(calls.fetch_add(1, SeqCst) != 1, "the second call");
        None
    })));
    let keys = remote.answered();
    assert!(matches!(keys.name(&[]), Err(VaultError::Unavailable(_))));
    assert_eq!(keys.name(&[]).unwrap(), [7; 16]);
}
