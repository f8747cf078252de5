//! From a checked document to what is stored: protected values go under keys, the rest is committed to.

use crate::problem::Problem;
use contract::Document;
use std::collections::{BTreeMap, HashMap};
use vault::{KeyId, Place, Vault};
use vocabulary::record::{Bytes, Digest, Sealed, StoredFact};
use vocabulary::{GroupName, HistoryId};

/// Which key serves which person and group of one history: a fold of its sealed values.
#[derive(Clone, Debug, Default)]
pub(crate) struct KeyRing {
    values: HashMap<(String, GroupName), KeyId>,
    digest: Option<KeyId>,
}

impl KeyRing {
    /// Folds one stored fact in.
    pub(crate) fn evolve(&mut self, fact: &StoredFact) {
        for sealed in fact.sealed.values() {
            self.values.insert((sealed.person.clone(), sealed.group.clone()), KeyId(sealed.key));
        }
        if let Some(digest) = &fact.digest {
            self.digest = Some(KeyId(digest.key));
        }
    }

    fn value(&mut self, person: &str, group: &GroupName, vault: &Vault) -> Result<KeyId, Problem> {
        match self.values.get(&(person.to_owned(), group.clone())) {
            Some(key) => Ok(*key),
            None => {
                let key = vault.lease()?;
                self.values.insert((person.to_owned(), group.clone()), key);
                Ok(key)
            }
        }
    }

    fn digest(&mut self, vault: &Vault) -> Result<KeyId, Problem> {
        match self.digest {
            Some(key) => Ok(key),
            None => Ok(*self.digest.insert(vault.lease()?)),
        }
    }
}

/// The stored form of an admitted document. Keys that the history does not have yet are leased; should the
/// append fail, they are never used again.
pub(crate) fn protect(
    document: &Document,
    history: &HistoryId,
    mut keys: KeyRing,
    vault: &Vault,
) -> Result<StoredFact, Problem> {
    let (source, id) = (&document.attributes.source, &document.attributes.id);
    let mut sealed = BTreeMap::new();
    for property in &document.protected {
        let key = keys.value(&property.person, &property.group, vault)?;
        let pointer = vocabulary::commitment::data_pointer(&property.name);
        let value = vault.seal(key, &Place { history, source, id, pointer: &pointer }, &property.value)?;
        let (person, group) = (property.person.clone(), property.group.clone());
        let (commitment, ciphertext) = (value.commitment, value.ciphertext);
        sealed.insert(property.name.clone(), Sealed { key: key.0, person, group, commitment, ciphertext });
    }
    let key = keys.digest(vault)?;
    let mac = vault
        .mac(key, document.sameness.reveal())?
        .map(|mac| Digest { key: key.0, mac: Bytes(mac.to_vec()) });
    Ok(StoredFact {
        attributes: document.attributes.clone(),
        data: document.clear.clone(),
        sealed,
        digest: mac,
    })
}

/// Whether a document is the one that was stored. Once the key of the digest is gone nobody can tell, and the
/// answer is no.
pub(crate) fn is_same(document: &Document, stored: &StoredFact, vault: &Vault) -> Result<bool, Problem> {
    let Some(digest) = &stored.digest else { return Ok(false) };
    let mac = vault.mac(KeyId(digest.key), document.sameness.reveal())?;
    Ok(mac.is_some_and(|mac| bool::from(subtle::ConstantTimeEq::ct_eq(&mac[..], &digest.mac.0[..]))))
}
