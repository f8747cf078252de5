//! Protected things on their way: the only place where they are written, and they still never print.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::Value;
use std::borrow::Cow;
use vocabulary::Protected;
use zeroize::Zeroizing;

/// A value, as JSON.
#[derive(Debug)]
pub(super) struct SecretValue<'a>(pub(super) Cow<'a, Protected<Value>>);

impl Serialize for SecretValue<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.reveal().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for SecretValue<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Value::deserialize(deserializer).map(|value| Self(Cow::Owned(Protected::new(value))))
    }
}

/// Bytes, as unpadded base64url. Those of this process's own are wiped when dropped.
#[derive(Debug)]
pub(super) struct SecretBytes<'a>(pub(super) Cow<'a, Protected<Vec<u8>>>);

impl SecretBytes<'_> {
    pub(super) fn new(bytes: Vec<u8>) -> Self {
        Self(Cow::Owned(Protected::new(bytes)))
    }
}

impl Serialize for SecretBytes<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&Zeroizing::new(URL_SAFE_NO_PAD.encode(self.0.reveal())))
    }
}

impl<'de> Deserialize<'de> for SecretBytes<'_> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = Zeroizing::new(String::deserialize(deserializer)?);
        let bytes = URL_SAFE_NO_PAD.decode(text.as_bytes());
        bytes.map(Self::new).map_err(|_| de::Error::custom("not base64url"))
    }
}

impl Drop for SecretBytes<'_> {
    fn drop(&mut self) {
        if let Cow::Owned(bytes) = &mut self.0 {
            bytes.wipe();
        }
    }
}
