//! What is sealed comes back as it went in, in its own place, and nowhere else.

use super::{Spot, fresh, reveal, seal, spot, value_of};
use crate::{Opened, VaultError};
use proptest::prelude::*;
use serde_json::{Value, json};
use std::sync::LazyLock;
use vocabulary::Protected;
use vocabulary::commitment::commit;
use vocabulary::record::Bytes;

const LARGEST: i64 = (1 << 53) - 1;

static VAULT: LazyLock<(tempfile::TempDir, crate::Vault)> = LazyLock::new(fresh);

fn values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-LARGEST..=LARGEST).prop_map(Value::from),
        ".*".prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 40, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
            prop::collection::hash_map(".*", inner, 0..6).prop_map(|m| m.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn what_is_sealed_comes_back_as_it_went_in(value in values()) {
        let vault = &VAULT.1;
        let key = vault.lease().unwrap();
        let sealed = seal(vault, key, &value);
        let Opened::Present { value: back, salt } = reveal(vault, key, &sealed).unwrap() else {
            panic!("gone");
        };
        prop_assert_eq!(back.reveal(), &value);
        let place = spot();
        let expected = commit("/999901/hsp-01", place.place().id, "/data/narrative", &salt, &value);
        prop_assert_eq!(&sealed.commitment.0[..], &expected[..]);
    }

    #[test]
    fn one_changed_byte_anywhere_is_found_out(value in values(), at in any::<prop::sample::Index>(), change in 1..=255u8) {
        let vault = &VAULT.1;
        let key = vault.lease().unwrap();
        let mut sealed = seal(vault, key, &value);
        let all = sealed.commitment.0.len() + sealed.ciphertext.0.len();
        let at = at.index(all);
        let byte = sealed.commitment.0.iter_mut().chain(&mut sealed.ciphertext.0).nth(at);
        *byte.unwrap() ^= change;
        prop_assert!(matches!(reveal(vault, key, &sealed), Err(VaultError::Forged)));
    }
}

#[test]
fn one_flipped_bit_at_every_place_is_found_out() {
    let vault = &VAULT.1;
    let key = vault.lease().unwrap();
    let sealed = seal(vault, key, &json!({"name": "测试甲", "n": 7}));
    let all = sealed.commitment.0.len() + sealed.ciphertext.0.len();
    for bit in 0..all * 8 {
        let mut changed = sealed.clone();
        let byte = changed.commitment.0.iter_mut().chain(&mut changed.ciphertext.0).nth(bit / 8);
        *byte.unwrap() ^= 1 << (bit % 8);
        assert!(matches!(reveal(vault, key, &changed), Err(VaultError::Forged)), "bit {bit}");
    }
}

#[test]
fn a_ciphertext_of_another_length_is_found_out() {
    let vault = &VAULT.1;
    let key = vault.lease().unwrap();
    let sealed = seal(vault, key, &json!("text"));
    let whole = &sealed.ciphertext.0;
    for length in 0..whole.len() {
        let cut = Bytes(whole[..length].to_vec());
        let outcome = vault.reveal_value(key, &spot().place(), &sealed.commitment, &cut);
        assert!(matches!(outcome, Err(VaultError::Forged)), "{length} bytes");
    }
    let longer = Bytes([&whole[..], &[0]].concat());
    assert!(matches!(
        vault.reveal_value(key, &spot().place(), &sealed.commitment, &longer),
        Err(VaultError::Forged)
    ));
    for commitment in [&sealed.commitment.0[..31], &[], &[&sealed.commitment.0[..], &[0]].concat()] {
        let outcome =
            vault.reveal_value(key, &spot().place(), &Bytes(commitment.to_vec()), &sealed.ciphertext);
        assert!(matches!(outcome, Err(VaultError::Forged)));
    }
}

#[test]
fn a_ciphertext_opens_in_its_own_place_only() {
    let vault = &VAULT.1;
    let key = vault.lease().unwrap();
    let sealed = seal(vault, key, &json!("text"));
    let elsewhere = [
        Spot::new("case-a2", "/999901/hsp-01", "r-1", "/data/narrative"),
        Spot::new("child-a1", "/999901/hsp-01", "r-1", "/data/narrative"),
        Spot::new("case-a1", "/999901/hsp-02", "r-1", "/data/narrative"),
        Spot::new("case-a1", "/999902/hsp-01", "r-1", "/data/narrative"),
        Spot::new("case-a1", "/999901/hsp-01", "r-2", "/data/narrative"),
        Spot::new("case-a1", "/999901/hsp-01", "r-1", "/data/first_check"),
    ];
    for other in &elsewhere {
        let outcome = vault.reveal_value(key, &other.place(), &sealed.commitment, &sealed.ciphertext);
        assert!(matches!(outcome, Err(VaultError::Forged)));
    }
    let other_key = vault.lease().unwrap();
    assert!(matches!(reveal(vault, other_key, &sealed), Err(VaultError::Forged)));
    assert_eq!(value_of(reveal(vault, key, &sealed).unwrap()), json!("text"));
}

#[test]
fn the_same_value_never_looks_the_same_twice() {
    let vault = &VAULT.1;
    let key = vault.lease().unwrap();
    let (one, two) = (seal(vault, key, &json!(true)), seal(vault, key, &json!(true)));
    assert_ne!(one.commitment, two.commitment, "a fresh salt");
    assert_ne!(one.ciphertext.0[..12], two.ciphertext.0[..12], "a fresh nonce");
    let swapped = vault.reveal_value(key, &spot().place(), &one.commitment, &two.ciphertext);
    assert!(matches!(swapped, Err(VaultError::Forged)), "each has its own commitment");
}

#[test]
fn what_would_not_come_back_exactly_is_not_sealed() {
    let vault = &VAULT.1;
    let key = vault.lease().unwrap();
    let deep = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    for bad in [
        json!(1.5),
        json!(-0.0),
        json!(1.0),
        json!(LARGEST + 1),
        json!(-LARGEST - 1),
        json!(u64::MAX),
        deep(33),
    ] {
        let outcome = vault.seal_value(key, &spot().place(), &Protected::new(json!({"n": [bad]})));
        assert!(matches!(outcome, Err(VaultError::Inexact)), "{bad}");
    }
    for good in [json!(LARGEST), json!(-LARGEST), json!(0), deep(32)] {
        assert_eq!(value_of(reveal(vault, key, &seal(vault, key, &good)).unwrap()), good);
    }
}
