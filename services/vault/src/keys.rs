//! Keys in memory: how one key becomes the keys of its two uses, and a bounded store of those in use.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use std::collections::HashMap;
use std::mem;
use std::sync::{Arc, Mutex, PoisonError};
use zeroize::{Zeroize, Zeroizing};

/// Most keys that the cache holds, about 20 MB; the rest is read from the store when it is needed.
const CACHED: usize = 100_000;

/// 32 secret bytes, wiped when dropped.
pub(crate) type Secret = Zeroizing<[u8; 32]>;

/// The keys of the two uses, so that no output of one use is ever an input of the other. The key that they
/// derive from does not stay in memory.
pub(crate) struct Derived {
    /// AES-256-GCM: seals and reveals values.
    pub seal: Secret,
    /// HMAC-SHA-256: answers "is this the same document again?".
    pub mac: Secret,
}

impl Derived {
    pub(crate) fn of(key: &Secret) -> Self {
        Self { seal: hmac(key, &[b"lianhu.key.seal.v1"]), mac: hmac(key, &[b"lianhu.key.mac.v1"]) }
    }
}

/// The key by which histories are named, from key 0.
pub(crate) fn naming_key(key: &Secret) -> Secret {
    hmac(key, &[b"lianhu.key.name.v1"])
}

/// HMAC-SHA-256 over the pieces, one after the other.
pub(crate) fn hmac(key: &Secret, pieces: &[&[u8]]) -> Secret {
    // The definition pads a shorter key with zeros to the block of 64 bytes; done here, it cannot fail.
    let mut block = hmac::digest::Key::<Hmac<Sha256>>::default();
    block[..32].copy_from_slice(&key[..]);
    let mut mac = <Hmac<Sha256> as KeyInit>::new(&block);
    block.as_mut_slice().zeroize();
    pieces.iter().for_each(|piece| mac.update(piece));
    Zeroizing::new(mac.finalize().into_bytes().into())
}

/// Parts, each preceded by its length as eight bytes, big-endian: no two lists of parts give the same bytes.
pub(crate) fn framed(parts: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(parts.iter().map(|part| part.len() + 8).sum());
    for part in parts {
        bytes.extend_from_slice(&(part.len() as u64).to_be_bytes());
        bytes.extend_from_slice(part);
    }
    bytes
}

/// Keys in use, in two generations: when the young one is full it becomes the old one, and what nobody asked
/// for since then is wiped with the generation before.
///
/// Whoever will destroy keys must take them out of here *after* the store forgot them, and must not let a
/// reader that met the key before put it back.
pub(crate) struct Cache {
    generations: Mutex<Generations>,
    half: usize,
}

/// `Arc`: a table that grows moves pointers, and leaves no copies of keys behind.
#[derive(Default)]
struct Generations {
    young: HashMap<u64, Arc<Derived>>,
    old: HashMap<u64, Arc<Derived>>,
}

impl Default for Cache {
    fn default() -> Self {
        Self { generations: Mutex::default(), half: CACHED / 2 }
    }
}

impl Cache {
    pub(crate) fn get(&self, number: u64) -> Option<Arc<Derived>> {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(keys) = generations.young.get(&number) {
            return Some(keys.clone());
        }
        let keys = generations.old.remove(&number)?;
        generations.insert(number, keys.clone(), self.half);
        Some(keys)
    }

    pub(crate) fn insert(&self, number: u64, keys: Arc<Derived>) {
        let mut generations = self.generations.lock().unwrap_or_else(PoisonError::into_inner);
        generations.insert(number, keys, self.half);
    }
}

impl Generations {
    fn insert(&mut self, number: u64, keys: Arc<Derived>, half: usize) {
        if self.young.len() >= half {
            self.old = mem::take(&mut self.young);
        }
        self.young.insert(number, keys);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The answers were computed with Python's `hmac`: a change of any label would orphan every key, every
    /// digest and every name that exists.
    #[test]
    fn the_derivations_never_change() {
        let key = Zeroizing::new([7; 32]);
        let keys = Derived::of(&key);
        assert_eq!(
            hex::encode(&keys.seal[..]),
            "a7c1038386af4fafc2bf34b51deee931264d47a7b66a3c625ddbda7fbec56193"
        );
        assert_eq!(
            hex::encode(&keys.mac[..]),
            "f117c8556a5348e134544ec223bfb7f03becdd130dff417d05db7d20cd363213"
        );
        assert_eq!(
            hex::encode(&naming_key(&key)[..]),
            "9d586e49dcb5baf4801087c085eca89fcccc4d5bf0a180573bbccf99562924fb"
        );
        assert_eq!(
            hex::encode(&hmac(&keys.mac, &[b"a", b"bc"])[..]),
            "fbc06a59793dadc2350a23bea49db8f3ff61bf59a7333abd051ab6e19211df5b"
        );
        assert_eq!(hex::encode(framed(&[b"", b"ab"])), "000000000000000000000000000000026162");
    }

    #[test]
    fn the_cache_is_bounded_and_keeps_what_is_asked_for() {
        let cache = Cache { half: 4, ..Cache::default() };
        let keys = Arc::new(Derived::of(&Zeroizing::new([1; 32])));
        for number in 0..100 {
            cache.insert(number, keys.clone());
            assert!(cache.get(0).is_some(), "asked for all the time, so still there after {number}");
        }
        let kept = (0..100).filter(|number| cache.get(*number).is_some()).count();
        assert!(kept <= 8, "{kept}");
        let generations = cache.generations.lock().unwrap();
        assert!(generations.young.len() <= 4 && generations.old.len() <= 4);
    }
}
