//! The port: what the rest of the bus may ask of the keys, wherever they are.
//!
//! Two things answer it: [`Vault`](crate::Vault) in this process, and `gateway`'s `RemoteKeys`, which asks a
//! vault in another one. So the calls are coarse: publishing a document asks at most three times (a name, is it
//! the same again, protect), showing a fact once. Which key serves what is the caller's knowledge, not ours.

use crate::{Health, KeyId, Opened, Place, SealedValue, VaultError};
use serde_json::Value;
use vocabulary::record::{Bytes, Sealed};
use vocabulary::{EventId, HistoryId, Protected, Source};

/// Who holds the keys. All methods may be called from any thread, and may block it for a moment: on the disk, or
/// on the way to the process that has it. The `conformance` suite holds the implementations equal.
pub trait Keys: Send + Sync + 'static {
    /// A name that is always the same for the same parts, and that nobody can guess who has not this store
    /// and its root key. Parts are told apart: `["ab", "c"]` is not `["a", "bc"]`.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`].
    fn name(&self, parts: &[&[u8]]) -> Result<[u8; 16], VaultError>;

    /// Seals all values of a document and computes its digest. A key is leased wherever none is named: one that
    /// was never handed out before. Whole or not at all; keys that were leased for nothing are never used again.
    ///
    /// The answer has the order of the question.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`], [`VaultError::Destroyed`], [`VaultError::Inexact`],
    /// [`VaultError::Unavailable`], [`VaultError::Damaged`].
    fn protect(&self, document: &ClearDocument) -> Result<SealedDocument, VaultError>;

    /// Reveals values of one fact, in the order in which they are asked for. The caller answers for the right
    /// to ask.
    ///
    /// # Errors
    /// [`VaultError::Forged`] unless ciphertext, place and commitment of each belong together;
    /// [`VaultError::UnknownKey`], [`VaultError::Unavailable`], [`VaultError::Damaged`].
    fn reveal(&self, fact: FactPlace, values: &[SealedAt]) -> Result<Vec<Opened>, VaultError>;

    /// HMAC-SHA-256 of a message under the key; `None` when the key was destroyed.
    ///
    /// # Errors
    /// [`VaultError::UnknownKey`], [`VaultError::Unavailable`], [`VaultError::Damaged`].
    fn mac(&self, key: KeyId, message: &Protected<Vec<u8>>) -> Result<Option<[u8; 32]>, VaultError>;

    /// Reads the newest leased key from the disk, and tells how many there are.
    ///
    /// # Errors
    /// [`VaultError::Unavailable`], [`VaultError::Damaged`].
    fn check(&self) -> Result<Health, VaultError>;

    /// Whether there are no keys here by intention: a process that decides nothing and shows nothing has none.
    fn absent(&self) -> bool {
        false
    }
}

/// No keys: for a process that must never need one. Whatever is asked, the keys are away.
#[derive(Clone, Copy, Debug)]
pub struct NoKeys;

impl NoKeys {
    fn away<T>() -> Result<T, VaultError> {
        Err(VaultError::unavailable("this process has no keys"))
    }
}

impl Keys for NoKeys {
    fn name(&self, _: &[&[u8]]) -> Result<[u8; 16], VaultError> {
        Self::away()
    }

    fn protect(&self, _: &ClearDocument) -> Result<SealedDocument, VaultError> {
        Self::away()
    }

    fn reveal(&self, _: FactPlace, _: &[SealedAt]) -> Result<Vec<Opened>, VaultError> {
        Self::away()
    }

    fn mac(&self, _: KeyId, _: &Protected<Vec<u8>>) -> Result<Option<[u8; 32]>, VaultError> {
        Self::away()
    }

    fn check(&self) -> Result<Health, VaultError> {
        Self::away()
    }

    fn absent(&self) -> bool {
        true
    }
}

/// The fact that values belong to: their [`Place`] but for the pointer.
#[derive(Clone, Copy, Debug)]
pub struct FactPlace<'a> {
    /// The history of the fact.
    pub history: &'a HistoryId,
    /// Who published the fact.
    pub source: &'a Source,
    /// The fact's `id`.
    pub id: &'a EventId,
}

impl<'a> FactPlace<'a> {
    /// The place of one of its values.
    pub fn at(self, pointer: &'a str) -> Place<'a> {
        Place { history: self.history, source: self.source, id: self.id, pointer }
    }
}

/// A document before it is protected.
#[derive(Debug)]
pub struct ClearDocument<'a> {
    /// What its values will be bound to.
    pub fact: FactPlace<'a>,
    /// Its protected values, those of one person and one group together.
    pub compartments: Vec<Compartment<'a>>,
    /// The key of the history's digests, if it has one.
    pub digest: Option<KeyId>,
    /// What the digest is over.
    pub message: &'a Protected<Vec<u8>>,
}

/// Values that one key serves.
#[derive(Debug, Default)]
pub struct Compartment<'a> {
    /// The key, if the history has one for this person and group.
    pub key: Option<KeyId>,
    /// The values, each with its pointer, such as `/data/narrative`.
    pub values: Vec<(String, &'a Protected<Value>)>,
}

/// A document under keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedDocument {
    /// Its compartments, as they were given.
    pub compartments: Vec<SealedCompartment>,
    /// Key and HMAC-SHA-256 of its digest; `None` when the key that was named for it was destroyed.
    pub digest: Option<(KeyId, [u8; 32])>,
}

/// Values under one key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SealedCompartment {
    /// The key: the one that was named, or one that was leased for them.
    pub key: KeyId,
    /// The values, as they were given.
    pub values: Vec<SealedValue>,
}

/// One stored value of a fact, to be revealed.
#[derive(Clone, Copy, Debug)]
pub struct SealedAt<'a> {
    /// The key that it was sealed under.
    pub key: KeyId,
    /// JSON Pointer of the property.
    pub pointer: &'a str,
    /// The commitment that stands beside it.
    pub commitment: &'a Bytes,
    /// Its ciphertext.
    pub ciphertext: &'a Bytes,
}

impl<'a> SealedAt<'a> {
    /// A sealed property of a record.
    pub fn of(sealed: &'a Sealed, pointer: &'a str) -> Self {
        let Sealed { commitment, ciphertext, .. } = sealed;
        Self { key: KeyId(sealed.key), pointer, commitment, ciphertext }
    }
}
