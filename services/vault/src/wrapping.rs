//! Wrapping: how a key lies in the store.
//!
//! Nonce (12 bytes), AES-256-GCM ciphertext (32 bytes) under the root key, tag (16 bytes). The associated data
//! binds what it is and the key's number, so that whoever can write to the store cannot make one key pass for
//! another.

use crate::VaultError;
use crate::keys::{Secret, framed};
use crate::root::RootKey;
use aes_gcm::{Aes256Gcm, KeyInit, Nonce, Tag, aead::AeadInOut};
use zeroize::Zeroizing;

/// Length of a wrapped key.
const WRAPPED: usize = 12 + 32 + 16;

/// The root key, ready for use; wiped when dropped.
pub(crate) struct Wrapping(Aes256Gcm);

impl Wrapping {
    pub(crate) fn under(root: &RootKey) -> Self {
        Self(Aes256Gcm::new(&(*root.0).into()))
    }

    pub(crate) fn wrap(&self, what: &[u8], number: u64, key: &Secret) -> Result<[u8; WRAPPED], VaultError> {
        let mut wrapped = [0; WRAPPED];
        let (nonce, rest) = wrapped.split_at_mut(12);
        let (text, tag) = rest.split_at_mut(32);
        // Random nonces under one key are safe for 2^32 keys (NIST SP 800-38D, 8.3).
        getrandom::fill(nonce).map_err(VaultError::unavailable)?;
        text.copy_from_slice(&key[..]);
        let nonce = Nonce::try_from(&*nonce).map_err(VaultError::unavailable)?;
        let made = self.0.encrypt_inout_detached(&nonce, &binding(what, number), text.into());
        tag.copy_from_slice(&made.map_err(|_| VaultError::unavailable("a key cannot be wrapped"))?);
        Ok(wrapped)
    }

    /// `None`: another root key, another number, or changed bytes.
    pub(crate) fn unwrapped(&self, what: &[u8], number: u64, wrapped: &[u8]) -> Option<Secret> {
        let (nonce, text, tag) = (wrapped.get(..12)?, wrapped.get(12..44)?, wrapped.get(44..)?);
        let (nonce, tag) = (Nonce::try_from(nonce).ok()?, Tag::try_from(tag).ok()?);
        let mut key = Zeroizing::new([0; 32]);
        key.copy_from_slice(text);
        let text = (&mut key[..]).into();
        self.0.decrypt_inout_detached(&nonce, &binding(what, number), text, &tag).ok()?;
        Some(key)
    }
}

/// The associated data of a wrapped key.
fn binding(what: &[u8], number: u64) -> Vec<u8> {
    framed(&[what, &number.to_be_bytes()])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Made with OpenSSL's AES-256-GCM (Python `cryptography`): a store of today opens for ever.
    #[test]
    fn a_wrapped_key_stays_readable() {
        let wrapping = Wrapping::under(&RootKey(Zeroizing::new([7; 32])));
        let wrapped = hex::decode("050505050505050505050505ebf88e21d894763ae97e54798c6480bd5e4f010afad74b8e2cf9914ff52babdfb32a83a19fef4183a97aa2452f0615a1").unwrap();
        assert_eq!(wrapping.unwrapped(b"lianhu.wrap.v1", 42, &wrapped).map(|key| *key), Some([9; 32]));
        for (what, number) in [(&b"lianhu.wrap.v1"[..], 43), (b"lianhu.check.v1", 42)] {
            assert!(wrapping.unwrapped(what, number, &wrapped).is_none());
        }
        assert!(wrapping.unwrapped(b"lianhu.wrap.v1", 42, &wrapped[..59]).is_none());
    }
}
