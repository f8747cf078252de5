//! The port, answered by the vault of this process.

use crate::{
    ClearDocument, Compartment, FactPlace, Health, KeyId, Keys, Opened, SealedAt, SealedCompartment,
    SealedDocument, Vault, VaultError, keys,
};
use vocabulary::Protected;

impl Keys for Vault {
    fn name(&self, parts: &[&[u8]]) -> Result<[u8; 16], VaultError> {
        self.shared.store.healthy()?;
        let whole = keys::hmac(&self.shared.naming, &[&keys::framed(parts)]);
        let mut name = [0; 16];
        name.copy_from_slice(&whole[..16]);
        Ok(name)
    }

    fn protect(&self, document: &ClearDocument) -> Result<SealedDocument, VaultError> {
        let sealed = |compartment: &Compartment| {
            let key = compartment.key.map_or_else(|| self.lease(), Ok)?;
            let values = compartment.values.iter();
            let values =
                values.map(|(pointer, value)| self.seal_value(key, &document.fact.at(pointer), value));
            Ok(SealedCompartment { key, values: values.collect::<Result<_, VaultError>>()? })
        };
        let compartments = document.compartments.iter().map(sealed).collect::<Result<_, VaultError>>()?;
        let key = document.digest.map_or_else(|| self.lease(), Ok)?;
        let digest = self.mac(key, document.message)?.map(|mac| (key, mac));
        Ok(SealedDocument { compartments, digest })
    }

    fn reveal(&self, fact: FactPlace, values: &[SealedAt]) -> Result<Vec<Opened>, VaultError> {
        let opened = |value: &SealedAt| {
            self.reveal_value(value.key, &fact.at(value.pointer), value.commitment, value.ciphertext)
        };
        values.iter().map(opened).collect()
    }

    fn mac(&self, key: KeyId, message: &Protected<Vec<u8>>) -> Result<Option<[u8; 32]>, VaultError> {
        Ok(self.keys(key)?.map(|keys| *keys::hmac(&keys.mac, &[message.reveal()])))
    }

    fn check(&self) -> Result<Health, VaultError> {
        let health = self.shared.pool.health();
        self.shared.store.key(health.leased - 1)?;
        Ok(health)
    }
}
