//! What goes wrong between two processes.

use super::{Remote, until_answered};
use crate::nats::RemoteKeys;
use futures_util::StreamExt as _;
use serde_json::{Value, json};
use std::error::Error as _;
use std::time::Duration;
use vault::conformance::{fact, message, protect, reveal};
use vault::{KeyId, Keys, VaultError};

/// All calls; each with why it did not do what was asked.
fn failures(keys: &RemoteKeys) -> Vec<VaultError> {
    let sealed = vocabulary::record::Bytes(vec![7; 32]);
    let value =
        vault::SealedAt { key: KeyId(1), pointer: "/data/0", commitment: &sealed, ciphertext: &sealed };
    vec![
        keys.name(&[b"a"]).unwrap_err(),
        protect(keys, &[(None, &[json!(1)])], None).unwrap_err(),
        keys.reveal(fact().place(), &[value]).unwrap_err(),
        keys.mac(KeyId(1), &message("m")).unwrap_err(),
        keys.check().unwrap_err(),
    ]
}

/// All calls are unavailable, and each says this.
fn unavailable(keys: &RemoteKeys, why: &str) {
    for error in failures(keys) {
        assert!(matches!(error, VaultError::Unavailable(_)), "{error:?}");
        assert_eq!(error.source().unwrap().to_string(), why);
    }
}

#[test]
fn without_a_vault_it_is_unavailable_at_once_and_one_that_is_back_is_found() {
    let remote = Remote::new();
    let keys = remote.keys();
    unavailable(&keys, "no vault is listening");
    remote.serve(remote.vault());
    until_answered(&keys);
    let sealed = protect(&keys, &[(None, &[json!("text")])], None).unwrap();
    remote.end();
    unavailable(&keys, "no vault is listening");
    remote.serve(remote.vault());
    until_answered(&keys);
    assert_eq!(reveal(&keys, &fact(), &sealed).unwrap(), [json!("text")]);
}

#[test]
fn without_a_server_it_is_unavailable_and_works_again_once_the_server_is_back() {
    let remote = Remote::new();
    remote.serve(remote.vault());
    let keys = remote.answered();
    let sealed = protect(&keys, &[(None, &[json!("text")])], None).unwrap();
    let keys = keys.patient(Duration::from_millis(250));
    remote.server.lock().unwrap().kill();
    for error in failures(&keys) {
        assert!(matches!(error, VaultError::Unavailable(_)), "{error:?}");
    }
    remote.server.lock().unwrap().start_again();
    until_answered(&keys); // both sides find it again by themselves
    let keys = remote.keys();
    assert_eq!(reveal(&keys, &fact(), &sealed).unwrap(), [json!("text")]);
}

/// Somebody answers to all calls with this, or does not.
fn somebody_answers(remote: &Remote, reply: Option<Vec<u8>>) {
    let client = remote.client();
    let mut requests = remote.runtime.block_on(client.subscribe("lianhu.v1.vault.*")).unwrap();
    remote.runtime.block_on(client.flush()).unwrap();
    remote.runtime.spawn(async move {
        while let Some(request) = requests.next().await {
            if let (Some(to), Some(reply)) = (request.reply, reply.clone()) {
                client.publish(to, reply.into()).await.unwrap();
            }
        }
    });
}

#[test]
fn a_vault_that_does_not_answer_in_time_is_unavailable() {
    let remote = Remote::new();
    somebody_answers(&remote, None);
    unavailable(&remote.keys().patient(Duration::from_millis(100)), "the vault did not answer in time");
}

#[test]
fn an_answer_that_does_not_fit_the_question_is_not_taken() {
    let odd = json!({"compartments": [], "digest": null});
    let short = json!({"compartments": [{"key": 1, "values": []}], "digest": null});
    let answers: [Value; 7] = [
        json!(null),
        json!({}),
        json!({"ok": [1]}),
        json!({"ok": odd}),
        json!({"ok": short}),
        json!({"ok": "AAAA"}),
        json!({"error": {"code": "a-code-of-a-later-release"}}),
    ];
    let texts = answers.iter().map(|answer| answer.to_string().into_bytes());
    for answer in texts.chain([Vec::new(), b"\xff{".to_vec()]) {
        let remote = Remote::new();
        somebody_answers(&remote, Some(answer));
        unavailable(&remote.keys(), "the answer of the vault is not understood");
    }
    let remote = Remote::new();
    somebody_answers(&remote, Some(json!({"ok": []}).to_string().into_bytes()));
    let sealed = vocabulary::record::Bytes(Vec::new());
    let value =
        vault::SealedAt { key: KeyId(1), pointer: "/data/0", commitment: &sealed, ciphertext: &sealed };
    let fewer = remote.keys().reveal(fact().place(), &[value]);
    assert!(matches!(fewer, Err(VaultError::Unavailable(_))), "fewer values than were asked for");
}

#[test]
fn a_vault_of_another_release_that_does_not_understand_is_unavailable() {
    let remote = Remote::new();
    somebody_answers(&remote, Some(json!({"error": {"code": "malformed"}}).to_string().into_bytes()));
    unavailable(&remote.keys(), "the vault does not understand the request");
}

#[test]
fn a_request_that_is_none_is_answered_with_a_code_that_repeats_nothing_of_it() {
    let remote = Remote::new();
    remote.serve(remote.vault());
    remote.answered();
    let client = remote.client();
    let ask = |call: &str, body: Vec<u8>| {
        let asking = client.request(format!("lianhu.v1.vault.{call}"), body.into());
        remote.runtime.block_on(asking).unwrap().payload
    };
    let fact = json!({"history": "case-a1", "source": "/999901/hsp-01", "id": "r-1"});
    let bad_fact = json!({"history": "测试甲", "source": "/999901/hsp-01", "id": "r-1"});
    for (call, body) in [
        ("name", json!({"parts": ["测试甲"]})),
        ("name", json!({"parts": [], "测试甲": 1})),
        ("protect", json!({"fact": fact, "compartments": [], "message": "测试甲"})),
        ("protect", json!({"fact": bad_fact, "compartments": [], "message": ""})),
        ("reveal", json!({"fact": fact, "values": ["测试甲"]})),
        ("mac", json!({"key": -1, "message": ""})),
        ("check", json!(["测试甲"])),
        ("destroy", json!({})),
    ] {
        assert_eq!(ask(call, body.to_string().into_bytes()), r#"{"error":{"code":"malformed"}}"#, "{call}");
    }
    let deep = [vec![b'['; 100_000], vec![b']'; 100_000]].concat();
    for body in [Vec::new(), b"\xff\xfe".to_vec(), "测试甲".into(), deep] {
        assert_eq!(ask("protect", body), r#"{"error":{"code":"malformed"}}"#);
    }
    assert!(ask("check", b"{}".to_vec()).starts_with(br#"{"ok":{"ready":"#));
}
