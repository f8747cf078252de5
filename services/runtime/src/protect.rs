//! From a checked document to what is stored: protected values go under keys, the rest is committed to.

use crate::problem::Problem;
use contract::Document;
use contract::check::Sensitive;
use std::collections::{BTreeMap, HashMap};
use vault::{ClearDocument, Compartment, FactPlace, KeyId, Keys, SealedValue};
use vocabulary::commitment::data_pointer;
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

    fn of(&self, person: &str, group: &GroupName) -> Option<KeyId> {
        self.values.get(&(person.to_owned(), group.clone())).copied()
    }
}

/// The stored form of an admitted document. Keys that the history does not have yet are leased; should the
/// append fail, they are never used again.
pub(crate) fn protect(
    document: &Document,
    history: &HistoryId,
    ring: &KeyRing,
    keys: &dyn Keys,
) -> Result<StoredFact, Problem> {
    let mut groups: BTreeMap<(&str, &GroupName), Vec<&Sensitive>> = BTreeMap::new();
    for property in &document.protected {
        groups.entry((&property.person, &property.group)).or_default().push(property);
    }
    let mut compartments = Vec::with_capacity(groups.len());
    for ((person, group), properties) in &groups {
        let values = properties.iter().map(|property| (data_pointer(&property.name), &property.value));
        compartments.push(Compartment { key: ring.of(person, group), values: values.collect() });
    }
    let (source, id) = (&document.attributes.source, &document.attributes.id);
    let answer = keys.protect(&ClearDocument {
        fact: FactPlace { history, source, id },
        compartments,
        digest: ring.digest,
        message: &document.sameness,
    })?;
    let mut sealed = BTreeMap::new();
    for (((person, group), properties), under) in groups.into_iter().zip(answer.compartments) {
        for (property, SealedValue { commitment, ciphertext }) in properties.into_iter().zip(under.values) {
            let (key, person, group) = (under.key.0, person.to_owned(), group.clone());
            sealed.insert(property.name.clone(), Sealed { key, person, group, commitment, ciphertext });
        }
    }
    Ok(StoredFact {
        attributes: document.attributes.clone(),
        data: document.clear.clone(),
        sealed,
        digest: answer.digest.map(|(key, mac)| Digest { key: key.0, mac: Bytes(mac.to_vec()) }),
    })
}

/// Whether a document is the one that was stored. Once the key of the digest is gone nobody can tell, and the
/// answer is no.
pub(crate) fn is_same(document: &Document, stored: &StoredFact, keys: &dyn Keys) -> Result<bool, Problem> {
    let Some(digest) = &stored.digest else { return Ok(false) };
    let mac = keys.mac(KeyId(digest.key), &document.sameness)?;
    Ok(mac.is_some_and(|mac| bool::from(subtle::ConstantTimeEq::ct_eq(&mac[..], &digest.mac.0[..]))))
}
