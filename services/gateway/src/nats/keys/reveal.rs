//! The call `reveal`: values of one fact come out.
//!
//! ```json
//! {"fact":{"history":"case-…","source":"/999901/hsp-01","id":"r-1"},
//!  "values":[{"key":12,"pointer":"/data/narrative","commitment":"<bytes>","ciphertext":"<bytes>"}]}
//! ```
//! The answer has the same order: `[{"present":{"value":"…","salt":"<bytes>"}},"gone"]`.

use super::calls::Fact;
use super::secret::{SecretBytes, SecretValue};
use super::wire::Call;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use vault::{FactPlace, KeyId, Keys, Opened, SealedAt, VaultError};
use vocabulary::record::Bytes;

/// The request.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Reveal<'a> {
    fact: Fact<'a>,
    values: Vec<Sealed<'a>>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sealed<'a> {
    key: u64,
    pointer: Cow<'a, str>,
    commitment: Cow<'a, Bytes>,
    ciphertext: Cow<'a, Bytes>,
}

/// One value of the answer.
#[derive(Serialize, Deserialize)]
pub(super) enum Value {
    #[serde(rename = "present")]
    Present { value: SecretValue<'static>, salt: SecretBytes<'static> },
    #[serde(rename = "gone")]
    Gone,
}

impl<'a> Reveal<'a> {
    pub(super) fn of(fact: FactPlace<'a>, values: &[SealedAt<'a>]) -> Self {
        Self { fact: Fact::of(fact), values: values.iter().map(Sealed::of).collect() }
    }
}

impl Call for Reveal<'_> {
    const NAME: &'static str = "reveal";
    type Answer = Vec<Value>;

    fn ask(self, keys: &dyn Keys) -> Result<Vec<Value>, VaultError> {
        let values: Vec<SealedAt> = self.values.iter().map(Sealed::at).collect();
        Ok(keys.reveal(self.fact.place(), &values)?.into_iter().map(Value::of).collect())
    }
}

impl<'a> Sealed<'a> {
    fn of(sealed: &SealedAt<'a>) -> Self {
        Self {
            key: sealed.key.0,
            pointer: Cow::Borrowed(sealed.pointer),
            commitment: Cow::Borrowed(sealed.commitment),
            ciphertext: Cow::Borrowed(sealed.ciphertext),
        }
    }

    fn at(&self) -> SealedAt<'_> {
        SealedAt {
            key: KeyId(self.key),
            pointer: &self.pointer,
            commitment: &self.commitment,
            ciphertext: &self.ciphertext,
        }
    }
}

impl Value {
    fn of(opened: Opened) -> Self {
        match opened {
            Opened::Present { value, salt } => {
                Self::Present { value: SecretValue(Cow::Owned(value)), salt: SecretBytes::new(salt.to_vec()) }
            }
            Opened::Gone => Self::Gone,
        }
    }

    /// What became of the value; `None` when the answer says no such thing.
    pub(super) fn opened(self) -> Option<Opened> {
        match self {
            Self::Present { value, salt } => Some(Opened::Present {
                value: value.0.into_owned(),
                salt: salt.0.reveal().as_slice().try_into().ok()?,
            }),
            Self::Gone => Some(Opened::Gone),
        }
    }
}
