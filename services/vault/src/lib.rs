//! The vault: it keeps what concerns a person unreadable for everyone who is not entitled to it.
//!
//! A **key** is 32 random bytes with a number. One key serves one group of properties of one person in one
//! history (another serves the digests of a history); which number serves what is a fold of the history, and
//! the vault does not know it. To **seal** a value is to encrypt it under a key, bound to its place, with a
//! commitment beside it that outlives the key. To **reveal** it is to decrypt it and to check both. Who may
//! ask for that is decided in `disclosure`; the vault holds keys and nothing else.
//!
//! The keys lie in a store of their own, each wrapped under the **root key**, a file of the operator. A copy
//! of the ledger opens nothing without the store, and a copy of the store opens nothing without the root key.
//! Destroying a key makes its values [`Opened::Gone`] everywhere, in old backups of the ledger too, while no
//! hash changes.
//!
//! One port ([`Keys`]), two sides: [`Vault`] has the keys in this process, and where the vault is a process of
//! its own, `gateway` asks it through NATS. The `conformance` feature holds the suite that both pass.
//!
//! Not here yet: destroying keys, dual control of sealed cases, rotation of the root key. The stored form has
//! room for them: a destroyed key leaves an empty entry.

#[cfg(any(test, feature = "conformance"))]
#[allow(clippy::expect_used, clippy::panic, reason = "a test harness: a broken implementation must stop")]
pub mod conformance;
mod error;
#[cfg(test)]
mod golden;
mod keys;
mod local;
mod pool;
mod port;
mod root;
mod seal;
mod store;
#[cfg(test)]
mod tests;
mod wrapping;

pub use error::VaultError;
pub use pool::Health;
pub use port::{
    ClearDocument, Compartment, FactPlace, Keys, NoKeys, SealedAt, SealedCompartment, SealedDocument,
};
pub use root::RootKey;
pub use seal::{Opened, Place, SealedValue};

use keys::{Cache, Derived, Secret};
use pool::Pool;
use serde_json::Value;
use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::thread::JoinHandle;
use store::Store;
use vocabulary::Protected;
use vocabulary::record::Bytes;

/// Number of a key. It says nothing about what the key serves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct KeyId(pub u64);

/// The keys of the bus, in this process.
pub struct Vault {
    shared: Arc<Shared>,
    refill: Option<JoinHandle<()>>,
}

struct Shared {
    store: Store,
    pool: Pool,
    cache: Cache,
    naming: Secret,
}

impl fmt::Debug for Vault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Vault")
    }
}

impl Vault {
    /// Opens the store in `dir`, or makes one, and starts the thread that keeps the pool filled.
    ///
    /// # Errors
    /// [`VaultError::Locked`] when it is open elsewhere, [`VaultError::WrongRoot`] when it belongs to another
    /// root key, [`VaultError::Damaged`], [`VaultError::Unavailable`].
    pub fn open(dir: &Path, root: &RootKey) -> Result<Self, VaultError> {
        let store = Store::open(dir, root)?;
        let key = store.key(0)?.ok_or_else(|| VaultError::Damaged("key 0 was destroyed".to_owned()))?;
        let pool = Pool::new(&store)?;
        let shared =
            Arc::new(Shared { store, pool, cache: Cache::default(), naming: keys::naming_key(&key) });
        let filler = shared.clone();
        let refill = std::thread::Builder::new()
            .name("vault-refill".to_owned())
            .spawn(move || filler.pool.keep_filled(&filler.store))
            .map_err(VaultError::unavailable)?;
        Ok(Self { shared, refill: Some(refill) })
    }

    /// A fresh key, never handed out before, in this or any earlier life of the store.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    pub(crate) fn lease(&self) -> Result<KeyId, VaultError> {
        self.shared.pool.lease(&self.shared.store)
    }

    /// Seals a value for its place, with a fresh salt and nonce: the same value never looks the same twice.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`], [`VaultError::Destroyed`], [`VaultError::Inexact`],
    /// [`VaultError::Unavailable`], [`VaultError::Damaged`].
    pub(crate) fn seal_value(
        &self,
        key: KeyId,
        place: &Place,
        value: &Protected<Value>,
    ) -> Result<SealedValue, VaultError> {
        let keys = self.keys(key)?.ok_or(VaultError::Destroyed(key))?;
        seal::seal(&keys, place, value.reveal())
    }

    /// Reveals a sealed value. The caller answers for the right to ask.
    ///
    /// # Errors
    /// [`VaultError::Forged`] unless ciphertext, place and commitment belong together;
    /// [`VaultError::UnknownKey`], [`VaultError::Unavailable`], [`VaultError::Damaged`].
    pub(crate) fn reveal_value(
        &self,
        key: KeyId,
        place: &Place,
        sealed_commitment: &Bytes,
        ciphertext: &Bytes,
    ) -> Result<Opened, VaultError> {
        match self.keys(key)? {
            Some(keys) => seal::reveal(&keys, place, sealed_commitment, ciphertext),
            None => Ok(Opened::Gone),
        }
    }

    /// The keys of the two uses, from memory or from the store; `None` when the key was destroyed.
    fn keys(&self, key: KeyId) -> Result<Option<Arc<Derived>>, VaultError> {
        let Shared { store, pool, cache, .. } = &*self.shared;
        store.healthy()?;
        if let Some(keys) = cache.get(key.0) {
            return Ok(Some(keys));
        }
        if !pool.was_leased(key) {
            return Err(VaultError::UnknownKey(key));
        }
        let Some(secret) = store.key(key.0)? else { return Ok(None) };
        let keys = Arc::new(Derived::of(&secret));
        cache.insert(key.0, keys.clone());
        Ok(Some(keys))
    }
}

impl Drop for Vault {
    /// Waits for the refill thread: the store is closed, and may be opened again, when this returns.
    fn drop(&mut self) {
        self.shared.pool.stop();
        if let Some(Err(_)) = self.refill.take().map(JoinHandle::join) {
            tracing::error!("the vault's refill thread had ended by a panic");
        }
    }
}
