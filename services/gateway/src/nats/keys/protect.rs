//! The call `protect`: a document goes under keys.
//!
//! ```json
//! {"fact":{"history":"case-…","source":"/999901/hsp-01","id":"r-1"},
//!  "compartments":[{"key":12,"values":[{"pointer":"/data/narrative","value":"…"}]}],
//!  "digest":11,"message":"<bytes>"}
//! ```
//! Where a key is to be leased, none stands. The answer has the same order:
//! ```json
//! {"compartments":[{"key":12,"values":[{"commitment":"<bytes>","ciphertext":"<bytes>"}]}],
//!  "digest":{"key":11,"mac":"<bytes>"}}
//! ```

use super::calls::Fact;
use super::secret::{SecretBytes, SecretValue};
use super::wire::Call;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use vault::{
    ClearDocument, Compartment, KeyId, Keys, SealedCompartment, SealedDocument, SealedValue, VaultError,
};
use vocabulary::Protected;
use vocabulary::record::{Bytes, Digest};

/// The request.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Protect<'a> {
    fact: Fact<'a>,
    compartments: Vec<Clear<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digest: Option<u64>,
    message: SecretBytes<'a>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Clear<'a> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    key: Option<u64>,
    values: Vec<ClearValue<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct ClearValue<'a> {
    pointer: Cow<'a, str>,
    value: SecretValue<'a>,
}

/// The answer.
#[derive(Serialize, Deserialize)]
pub(super) struct Done {
    compartments: Vec<Sealed>,
    digest: Option<Digest>,
}

#[derive(Serialize, Deserialize)]
struct Sealed {
    key: u64,
    values: Vec<Value>,
}

#[derive(Serialize, Deserialize)]
struct Value {
    commitment: Bytes,
    ciphertext: Bytes,
}

impl Call for Protect<'_> {
    const NAME: &'static str = "protect";
    type Answer = Done;

    fn ask(self, keys: &dyn Keys) -> Result<Done, VaultError> {
        let sealed = keys.protect(&ClearDocument {
            fact: self.fact.place(),
            compartments: self.compartments.iter().map(Clear::compartment).collect(),
            digest: self.digest.map(KeyId),
            message: &self.message.0,
        })?;
        Ok(Done {
            compartments: sealed.compartments.into_iter().map(Sealed::of).collect(),
            digest: sealed.digest.map(|(key, mac)| Digest { key: key.0, mac: Bytes(mac.to_vec()) }),
        })
    }
}

impl<'a> Protect<'a> {
    pub(super) fn of(document: &'a ClearDocument) -> Self {
        Self {
            fact: Fact::of(document.fact),
            compartments: document.compartments.iter().map(Clear::of).collect(),
            digest: document.digest.map(|key| key.0),
            message: SecretBytes(Cow::Borrowed(document.message)),
        }
    }
}

impl<'a> Clear<'a> {
    fn of(compartment: &'a Compartment) -> Self {
        let value = |(pointer, value): &'a (String, &'a Protected<serde_json::Value>)| ClearValue {
            pointer: Cow::Borrowed(pointer),
            value: SecretValue(Cow::Borrowed(value)),
        };
        let values = compartment.values.iter().map(value).collect();
        Self { key: compartment.key.map(|key| key.0), values }
    }

    fn compartment(&self) -> Compartment<'_> {
        let values = self.values.iter().map(|one| (one.pointer.to_string(), &*one.value.0));
        Compartment { key: self.key.map(KeyId), values: values.collect() }
    }
}

impl Sealed {
    fn of(SealedCompartment { key, values }: SealedCompartment) -> Self {
        let value = |SealedValue { commitment, ciphertext }| Value { commitment, ciphertext };
        Self { key: key.0, values: values.into_iter().map(value).collect() }
    }
}

impl Done {
    /// The sealed document; `None` unless the answer fits what was asked.
    pub(super) fn of(self, asked: &ClearDocument) -> Option<SealedDocument> {
        let fits = self.compartments.len() == asked.compartments.len()
            && self.compartments.iter().zip(&asked.compartments).all(|(sealed, clear)| {
                sealed.values.len() == clear.values.len() && clear.key.is_none_or(|key| key.0 == sealed.key)
            });
        let value = |Value { commitment, ciphertext }| SealedValue { commitment, ciphertext };
        let compartment = |Sealed { key, values }: Sealed| SealedCompartment {
            key: KeyId(key),
            values: values.into_iter().map(value).collect(),
        };
        let digest = match self.digest {
            Some(Digest { key, mac }) => Some((KeyId(key), mac.0.try_into().ok()?)),
            None => None,
        };
        let compartments = self.compartments.into_iter().map(compartment).collect();
        fits.then_some(SealedDocument { compartments, digest })
    }
}
