//! What [`Keys`] does, wherever the keys are: the suite that each implementation's tests run.
//!
//! An implementation gives a [`Factory`] and calls [`conformance_suite!`](crate::conformance_suite), which makes
//! one test of each rule; so it cannot forget one. Each rule begins with an empty vault.

use crate::{
    ClearDocument, Compartment, FactPlace, KeyId, Keys, Opened, SealedAt, SealedDocument, VaultError,
};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::sync::Arc;
use vocabulary::record::Bytes;
use vocabulary::{EventId, HistoryId, Protected, Source};

/// Documents that each of the threads protects when they race.
const DOCUMENTS: usize = 60;
/// How many threads race.
const RACERS: usize = 8;

/// Brings up the keys of one test.
pub trait Factory: Send + Sync {
    /// The keys of this factory: new the first time; later, when the ones before have been dropped, the same
    /// keys in another life of their vault.
    fn open(&self) -> Arc<dyn Keys>;
}

/// One test of each rule, for an implementation: `vault::conformance_suite!(make_factory())`.
#[macro_export]
macro_rules! conformance_suite {
    ($factory:expr) => {
        $crate::conformance_suite!($factory;
            what_is_protected_comes_back_in_order, a_named_key_is_used_and_a_missing_one_is_leased,
            no_key_is_leased_twice, a_value_opens_in_its_own_place_only, a_changed_value_is_found_out,
            one_forged_value_gives_nothing_of_its_fact, an_unknown_key_does_nothing, a_mac_tells_sameness,
            what_would_not_come_back_exactly_is_not_sealed, a_name_is_stable_and_tells_its_parts_apart,
            another_life_opens_what_was_sealed, a_check_counts_what_was_leased);
    };
    ($factory:expr; $($rule:ident),+) => {
        $(#[test]
        fn $rule() { $crate::conformance::$rule(&$factory) })+
    };
}

/// A fact that owns its parts.
pub struct Fact(HistoryId, Source, EventId);

impl Fact {
    /// A fact of a history, by its source and id.
    pub fn new(history: &str, source: &str, id: &str) -> Self {
        Self(
            HistoryId::parse(history).expect("a history"),
            Source::try_from(source.to_owned()).expect("a source"),
            EventId::parse(id).expect("an event id"),
        )
    }

    /// Where its values belong.
    pub fn place(&self) -> FactPlace<'_> {
        FactPlace { history: &self.0, source: &self.1, id: &self.2 }
    }
}

/// The fact that everything here belongs to, unless a rule says otherwise.
pub fn fact() -> Fact {
    Fact::new("case-a1", "/999901/hsp-01", "r-1")
}

/// A message of which nothing may be printed.
pub fn message(text: &str) -> Protected<Vec<u8>> {
    Protected::new(text.as_bytes().to_vec())
}

/// Protects a document: compartments of (key, values), and a digest over `"message"`. The values stand at
/// `/data/0`, `/data/1`, … of their document.
///
/// # Errors
/// What the keys answer.
pub fn protect(
    keys: &dyn Keys,
    compartments: &[(Option<KeyId>, &[Value])],
    digest: Option<KeyId>,
) -> Result<SealedDocument, VaultError> {
    let wrap = |(key, values): &(Option<KeyId>, &[Value])| {
        (*key, values.iter().cloned().map(Protected::new).collect::<Vec<_>>())
    };
    let wrapped: Vec<_> = compartments.iter().map(wrap).collect();
    let mut pointers = pointers();
    let mut compartments = Vec::new();
    for (key, values) in &wrapped {
        compartments.push(Compartment { key: *key, values: pointers.by_ref().zip(values).collect() });
    }
    let (fact, message) = (fact(), message("message"));
    keys.protect(&ClearDocument { fact: fact.place(), compartments, digest, message: &message })
}

fn pointers() -> impl Iterator<Item = String> {
    (0..).map(|number| format!("/data/{number}"))
}

/// Reveals all values of a document in a fact.
///
/// # Errors
/// What the keys answer.
pub fn reveal(keys: &dyn Keys, fact: &Fact, sealed: &SealedDocument) -> Result<Vec<Value>, VaultError> {
    let pointers: Vec<String> = pointers().take(100).collect();
    let all = sealed.compartments.iter().flat_map(|one| one.values.iter().map(|value| (one.key, value)));
    let at = |((key, value), pointer)| {
        let (value, pointer): (&crate::SealedValue, &String) = (value, pointer);
        SealedAt { key, pointer, commitment: &value.commitment, ciphertext: &value.ciphertext }
    };
    let values: Vec<SealedAt> = all.zip(&pointers).map(at).collect();
    let opened = keys.reveal(fact.place(), &values)?;
    let value = |opened: Opened| match opened {
        Opened::Present { value, .. } => value.reveal().clone(),
        Opened::Gone => panic!("gone, though nothing was destroyed"),
    };
    Ok(opened.into_iter().map(value).collect())
}

fn numbers(sealed: &SealedDocument) -> Vec<KeyId> {
    sealed.compartments.iter().map(|one| one.key).chain(sealed.digest.map(|(key, _)| key)).collect()
}

/// Every kind of value comes back as it went in, each at its place in the answer, with the salt of its
/// commitment; a fact without protected values asks for nothing and gets nothing.
pub fn what_is_protected_comes_back_in_order(factory: &dyn Factory) {
    let keys = factory.open();
    let narrative = [json!("接诊时发现可疑情形 \"\\\n\u{1f600}"), json!(null), json!((1_i64 << 53) - 1)];
    let identity = [json!({"name": "测试甲", "n": [1, [], {"deep": true}]}), json!("")];
    let sealed =
        protect(&*keys, &[(None, &narrative), (None, &[]), (None, &identity)], None).expect("sealed");
    let counts: Vec<usize> = sealed.compartments.iter().map(|one| one.values.len()).collect();
    assert_eq!(counts, [3, 0, 2]);
    assert_eq!(reveal(&*keys, &fact(), &sealed).expect("values"), [&narrative[..], &identity[..]].concat());
    assert!(keys.reveal(fact().place(), &[]).expect("nothing").is_empty());

    let (one, place) = (&sealed.compartments[2], fact());
    let (commitment, ciphertext) = (&one.values[0].commitment, &one.values[0].ciphertext);
    let value = SealedAt { key: one.key, pointer: "/data/3", commitment, ciphertext };
    let opened = keys.reveal(place.place(), &[value]).expect("a value");
    let [Opened::Present { value, salt }] = &opened[..] else { panic!("one value, but {opened:?}") };
    let expected =
        vocabulary::commitment::commit("/999901/hsp-01", place.place().id, "/data/3", salt, value.reveal());
    assert_eq!(commitment.0, expected, "whoever has value and salt can check the commitment");
}

/// What the history has a key for goes under that key; everything else gets a key of its own.
pub fn a_named_key_is_used_and_a_missing_one_is_leased(factory: &dyn Factory) {
    let keys = factory.open();
    let values = [json!("text"), json!("more")];
    let first = protect(&*keys, &[(None, &values), (None, &values)], None).expect("sealed");
    let [one, two, digest] = numbers(&first)[..] else { panic!("three keys, but {first:?}") };
    assert_eq!(BTreeSet::from([one, two, digest]).len(), 3);
    let next = protect(&*keys, &[(Some(two), &values), (None, &values), (Some(one), &values)], Some(digest));
    let [same_two, new, same_one, same_digest] = numbers(&next.expect("sealed"))[..] else {
        panic!("four keys")
    };
    assert_eq!((same_two, same_one, same_digest), (two, one, digest));
    assert!(![one, two, digest].contains(&new));
}

/// Whoever asks, and however many ask at once, in this life or another: no key is handed out twice.
pub fn no_key_is_leased_twice(factory: &dyn Factory) {
    let mut seen = BTreeSet::new();
    for _life in 0..2 {
        let keys = factory.open();
        let race = || {
            let document =
                || numbers(&protect(&*keys, &[(None, &[json!(1)]), (None, &[])], None).expect("sealed"));
            (0..DOCUMENTS).flat_map(|_| document()).collect::<Vec<_>>()
        };
        let leased: Vec<KeyId> = std::thread::scope(|scope| {
            let racers: Vec<_> = (0..RACERS).map(|_| scope.spawn(race)).collect();
            racers.into_iter().flat_map(|racer| racer.join().expect("a racer")).collect()
        });
        assert_eq!(leased.len(), RACERS * DOCUMENTS * 3);
        for key in leased {
            assert!(seen.insert(key), "{key:?} was handed out twice");
        }
    }
}

/// A ciphertext is bound to history, source, id and pointer.
pub fn a_value_opens_in_its_own_place_only(factory: &dyn Factory) {
    let keys = factory.open();
    let sealed = protect(&*keys, &[(None, &[json!("text"), json!("more")])], None).expect("sealed");
    for elsewhere in [
        Fact::new("case-a2", "/999901/hsp-01", "r-1"),
        Fact::new("child-a1", "/999901/hsp-01", "r-1"),
        Fact::new("case-a1", "/999901/hsp-02", "r-1"),
        Fact::new("case-a1", "/999901/hsp-01", "r-2"),
    ] {
        assert!(matches!(reveal(&*keys, &elsewhere, &sealed), Err(VaultError::Forged)));
    }
    let mut turned = sealed.clone();
    turned.compartments[0].values.reverse(); // each stands at the pointer of the other
    assert!(matches!(reveal(&*keys, &fact(), &turned), Err(VaultError::Forged)));
    assert!(reveal(&*keys, &fact(), &sealed).is_ok());
}

/// Neither ciphertext nor commitment nor key can be another.
pub fn a_changed_value_is_found_out(factory: &dyn Factory) {
    let keys = factory.open();
    let sealed =
        protect(&*keys, &[(None, &[json!("text")]), (None, &[json!("text")])], None).expect("sealed");
    let forged = |change: fn(&mut SealedDocument)| {
        let mut changed = sealed.clone();
        change(&mut changed);
        let outcome = reveal(&*keys, &fact(), &changed);
        assert!(matches!(outcome, Err(VaultError::Forged)), "{outcome:?}");
    };
    forged(|it| it.compartments[0].values[0].ciphertext.0[20] ^= 1);
    forged(|it| it.compartments[0].values[0].commitment.0[0] ^= 1);
    forged(|it| it.compartments[0].values[0].ciphertext = Bytes(Vec::new()));
    forged(|it| it.compartments[0].key = it.compartments[1].key);
    assert_eq!(reveal(&*keys, &fact(), &sealed).expect("values"), [json!("text"), json!("text")]);
}

/// Good values beside a forged one are not handed out: half a fact would look like a whole one.
pub fn one_forged_value_gives_nothing_of_its_fact(factory: &dyn Factory) {
    let keys = factory.open();
    let mut sealed = protect(&*keys, &[(None, &[json!(1), json!(2), json!(3)])], None).expect("sealed");
    sealed.compartments[0].values[2].ciphertext.0[15] ^= 1;
    assert!(matches!(reveal(&*keys, &fact(), &sealed), Err(VaultError::Forged)));
}

/// A key that was never handed out seals, reveals and signs nothing, and the answer names it.
pub fn an_unknown_key_does_nothing(factory: &dyn Factory) {
    let keys = factory.open();
    let sealed = protect(&*keys, &[(None, &[json!("text")])], None).expect("sealed");
    let ahead = keys.check().expect("health").leased + 100_000; // it goes on leasing ahead meanwhile
    for unknown in [KeyId(0), KeyId(ahead), KeyId((1 << 53) + 1), KeyId(u64::MAX)] {
        let said = |what: &str, named: Option<VaultError>| {
            assert!(
                matches!(named, Some(VaultError::UnknownKey(key)) if key == unknown),
                "{what}: {named:?}"
            );
        };
        let mut of_another = sealed.clone();
        of_another.compartments[0].key = unknown;
        said("reveal", reveal(&*keys, &fact(), &of_another).err());
        said("mac", keys.mac(unknown, &message("m")).err());
        said("seal", protect(&*keys, &[(Some(unknown), &[json!(1)])], None).err());
        said("digest", protect(&*keys, &[], Some(unknown)).err());
    }
}

/// The digest of a document is the MAC of its message under the key of its digest, and of no other.
pub fn a_mac_tells_sameness(factory: &dyn Factory) {
    let keys = factory.open();
    let (key, digest) = protect(&*keys, &[], None).expect("sealed").digest.expect("a digest");
    assert_eq!(keys.mac(key, &message("message")).expect("a mac"), Some(digest));
    assert_eq!(protect(&*keys, &[], Some(key)).expect("sealed").digest, Some((key, digest)));
    assert_ne!(keys.mac(key, &message("messagf")).expect("a mac"), Some(digest));
    let other = protect(&*keys, &[], None).expect("sealed").digest.expect("a digest");
    assert!(other.0 != key && other.1 != digest);
    let bytes = Protected::new((0..=255).collect::<Vec<u8>>());
    assert!(keys.mac(key, &bytes).expect("a mac").is_some(), "any bytes are a message");
}

/// A number that JSON does not keep exactly is refused before it is sealed.
pub fn what_would_not_come_back_exactly_is_not_sealed(factory: &dyn Factory) {
    let keys = factory.open();
    let deep = |levels| (0..levels).fold(json!(1), |inner, _| json!([inner]));
    for bad in [json!(1.5), json!(-0.0), json!(1.0), json!((1_i64 << 53)), json!(u64::MAX), deep(33)] {
        let outcome = protect(&*keys, &[(None, &[json!({"n": [bad]})])], None);
        assert!(matches!(outcome, Err(VaultError::Inexact)), "{bad}");
    }
    let values = [json!(-(1_i64 << 53) + 1), deep(32)];
    let sealed = protect(&*keys, &[(None, &values)], None).expect("sealed");
    assert_eq!(reveal(&*keys, &fact(), &sealed).expect("values"), values);
}

/// The same parts have the same name, in another life too; other parts, or parts split elsewhere, another.
pub fn a_name_is_stable_and_tells_its_parts_apart(factory: &dyn Factory) {
    let parts: [&[&[u8]]; 5] =
        [&[b"ab", b"c"], &[b"a", b"bc"], &[b"abc"], &[b"ab", b"c", b""], &[b"\xff\x00"]];
    let names = |keys: &dyn Keys| parts.map(|parts| keys.name(parts).expect("a name"));
    let keys = factory.open();
    let before = names(&*keys);
    assert_eq!(BTreeSet::from(before).len(), parts.len());
    assert_eq!(names(&*keys), before);
    drop(keys);
    assert_eq!(names(&*factory.open()), before);
}

/// What was sealed in one life of the vault opens in the next, and a repeat is recognised.
pub fn another_life_opens_what_was_sealed(factory: &dyn Factory) {
    let keys = factory.open();
    let sealed = protect(&*keys, &[(None, &[json!("text")])], None).expect("sealed");
    drop(keys);
    let keys = factory.open();
    assert_eq!(reveal(&*keys, &fact(), &sealed).expect("values"), [json!("text")]);
    let (key, digest) = sealed.digest.expect("a digest");
    assert_eq!(keys.mac(key, &message("message")).expect("a mac"), Some(digest));
}

/// The mark of the leased keys lies above every key that was handed out.
pub fn a_check_counts_what_was_leased(factory: &dyn Factory) {
    let keys = factory.open();
    let before = keys.check().expect("health");
    assert!(before.used == 0 && before.ready > 0, "{before:?}");
    let sealed = protect(&*keys, &[(None, &[]), (None, &[])], None).expect("sealed");
    let after = keys.check().expect("health");
    assert_eq!(after.used, 3);
    assert!(numbers(&sealed).iter().all(|key| key.0 < after.leased), "{after:?}");
}
