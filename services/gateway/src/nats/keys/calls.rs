//! The small calls, and what the others share. The text in front of each says its request, then its answer.

use super::secret::SecretBytes;
use super::wire::Call;
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use vault::{FactPlace, Health, KeyId, Keys, VaultError};
use vocabulary::record::Bytes;
use vocabulary::{EventId, HistoryId, Source};

/// `{"parts":[bytes,…]}` ▶ `bytes`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Name {
    pub(super) parts: Vec<Bytes>,
}

impl Call for Name {
    const NAME: &'static str = "name";
    type Answer = Bytes;

    fn ask(self, keys: &dyn Keys) -> Result<Bytes, VaultError> {
        let parts: Vec<&[u8]> = self.parts.iter().map(|part| &part.0[..]).collect();
        Ok(Bytes(keys.name(&parts)?.to_vec()))
    }
}

/// `{"key":11,"message":bytes}` ▶ `bytes`, or `null` when the key was destroyed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mac<'a> {
    pub(super) key: u64,
    pub(super) message: SecretBytes<'a>,
}

impl Call for Mac<'_> {
    const NAME: &'static str = "mac";
    type Answer = Option<Bytes>;

    fn ask(self, keys: &dyn Keys) -> Result<Option<Bytes>, VaultError> {
        Ok(keys.mac(KeyId(self.key), &self.message.0)?.map(|mac| Bytes(mac.to_vec())))
    }
}

/// `{}` ▶ `{"ready":1024,"leased":256,"used":0}`.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Check {}

/// The state of the keys: [`Health`].
#[derive(Serialize, Deserialize)]
pub(super) struct Checked {
    ready: u64,
    leased: u64,
    used: u64,
}

impl Call for Check {
    const NAME: &'static str = "check";
    type Answer = Checked;

    fn ask(self, keys: &dyn Keys) -> Result<Checked, VaultError> {
        let Health { ready, leased, used } = keys.check()?;
        Ok(Checked { ready, leased, used })
    }
}

impl From<Checked> for Health {
    fn from(Checked { ready, leased, used }: Checked) -> Self {
        Self { ready, leased, used }
    }
}

/// The fact that values belong to: [`FactPlace`].
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Fact<'a> {
    history: Cow<'a, HistoryId>,
    source: Cow<'a, Source>,
    id: Cow<'a, EventId>,
}

impl<'a> Fact<'a> {
    pub(super) fn of(FactPlace { history, source, id }: FactPlace<'a>) -> Self {
        Self { history: Cow::Borrowed(history), source: Cow::Borrowed(source), id: Cow::Borrowed(id) }
    }

    pub(super) fn place(&self) -> FactPlace<'_> {
        FactPlace { history: &self.history, source: &self.source, id: &self.id }
    }
}
