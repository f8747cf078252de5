//! How requests and replies are written, and what one that nobody understands is answered with.
//!
//! A reply is `{"ok":…}` or `{"error":{"code":…}}`: [`Fault`] has the codes, the calls what stands in between.
//! Buffers of whole messages are wiped when they are dropped; the copies inside NATS's and serde's own buffers
//! are beyond reach.

use super::calls::{Check, Mac, Name};
use super::fault::Fault;
use super::protect::Protect;
use super::reveal::Reveal;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use vault::{Keys, VaultError};
use zeroize::Zeroizing;

/// A whole message.
pub(super) type Bytes = Zeroizing<Vec<u8>>;

/// A question to the vault. Whoever asks borrows what it asks about, whoever answers owns it.
pub(super) trait Call: Serialize + DeserializeOwned {
    /// The last token of the subject.
    const NAME: &'static str;
    /// What it is answered with.
    type Answer: Serialize + DeserializeOwned;

    /// Asks the keys of this process.
    fn ask(self, keys: &dyn Keys) -> Result<Self::Answer, VaultError>;
}

#[derive(Serialize, Deserialize)]
enum Reply<T> {
    #[serde(rename = "ok")]
    Ok(T),
    #[serde(rename = "error")]
    Error(Fault),
}

/// The request that asks this.
pub(super) fn request<C: Call>(call: &C) -> Bytes {
    write(call)
}

/// What a reply says; `None` when it is none.
pub(super) fn understand<C: Call>(reply: &[u8]) -> Option<Result<C::Answer, Fault>> {
    match serde_json::from_slice(reply).ok()? {
        Reply::Ok(answer) => Some(Ok(answer)),
        Reply::Error(fault) => Some(Err(fault)),
    }
}

/// The reply to a request, by the name of its call.
pub(super) fn answer(keys: &dyn Keys, call: &str, request: &[u8]) -> Bytes {
    match call {
        Name::NAME => answer_to::<Name>(keys, request),
        Protect::NAME => answer_to::<Protect>(keys, request),
        Reveal::NAME => answer_to::<Reveal>(keys, request),
        Mac::NAME => answer_to::<Mac>(keys, request),
        Check::NAME => answer_to::<Check>(keys, request),
        _ => failure(Fault::Malformed),
    }
}

fn answer_to<C: Call>(keys: &dyn Keys, request: &[u8]) -> Bytes {
    // Why it cannot be read is not told: serde's words may repeat what stands there.
    let Ok(call) = serde_json::from_slice::<C>(request) else { return failure(Fault::Malformed) };
    match call.ask(keys) {
        Ok(answer) => write(&Reply::Ok(answer)),
        Err(error) => failure(error.into()),
    }
}

/// The reply that nothing was done.
pub(super) fn failure(fault: Fault) -> Bytes {
    write(&Reply::<()>::Error(fault))
}

/// Nothing here fails to be written: all maps have text for keys. An empty message would be no reply.
fn write(message: &impl Serialize) -> Bytes {
    Zeroizing::new(serde_json::to_vec(message).unwrap_or_default())
}
