//! Claims: signed sentences of the form "I, the issuer, say of this key …", as NATS reads them (JWT, claims
//! version 2). An operator vouches for accounts, an account for its users and for what others may import.

use crate::failure::Failure;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use nkeys::KeyPair;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

/// No limit, in the words of NATS. An absent limit means zero.
const UNLIMITED: i64 = -1;

/// What is said, of whom, and since when.
pub struct Claim {
    /// The public key that it is about.
    pub subject: String,
    /// A name for people.
    pub name: String,
    /// Seconds since 1970.
    pub issued_at: i64,
    /// The sentence itself.
    pub nats: Value,
}

/// A service that an account offers to accounts that hold a token for it.
pub struct Export {
    /// A name for people.
    pub name: &'static str,
    /// What may be asked; one pattern for all agencies, so that these claims stay when agencies come and go.
    pub subject: &'static str,
    /// Whether one request may be answered by many messages.
    pub stream: bool,
}

/// A service of another account.
pub struct Import {
    /// A name for people.
    pub name: String,
    /// The subject as the other account knows it.
    pub subject: String,
    /// The subject as this account knows it, where it differs.
    pub local: Option<String>,
    /// The other account.
    pub account: String,
    /// Its permission.
    pub token: String,
}

/// How much an account may use.
#[derive(Default)]
pub struct Limits {
    /// Connections at once; none means any number.
    pub connections: Option<u32>,
    /// Subscriptions of one connection.
    pub subscriptions: Option<u32>,
    /// Bytes of one message.
    pub payload: Option<u32>,
    /// Whether it may keep streams.
    pub jetstream: bool,
}

/// What an account is.
#[derive(Default)]
pub struct Account<'a> {
    /// What it offers.
    pub exports: &'a [Export],
    /// What it uses of others.
    pub imports: &'a [Import],
    /// How much it may use.
    pub limits: Limits,
    /// Users that were made up to this second are let in no more, and their connections are cut.
    pub void: Option<i64>,
}

/// Signs a claim.
pub fn sign(issuer: &KeyPair, claim: &Claim) -> Result<String, Failure> {
    let encode = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
    let header = encode(&json!({"typ": "JWT", "alg": "ed25519-nkey"}));
    let mut said = json!({
        "iat": claim.issued_at, "iss": issuer.public_key(), "sub": claim.subject, "name": claim.name, "nats": claim.nats,
    });
    // a server that was away takes a younger claim from the others only if its id is another one
    said["jti"] = hex::encode(Sha256::digest(said.to_string())).into();
    let payload = encode(&said);
    let signed = format!("{header}.{payload}");
    let signature = issuer.sign(signed.as_bytes()).map_err(broken)?;
    Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
}

/// What a claim says. The signature is not looked at: it is for claims that this program keeps itself.
pub fn read(jwt: &str) -> Result<Value, Failure> {
    let payload = jwt.trim().split('.').nth(1).and_then(|part| URL_SAFE_NO_PAD.decode(part).ok());
    let payload = payload.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    payload.ok_or_else(|| Failure::Store("a NATS claim cannot be read".to_owned()))
}

/// A key that cannot be used.
pub fn broken(error: nkeys::error::Error) -> Failure {
    Failure::Store(format!("a NATS key cannot be used: {error}"))
}

/// The root of trust: what the servers of the district believe.
pub fn operator(system_account: &str, servers: &[String]) -> Value {
    json!({"type": "operator", "version": 2, "system_account": system_account, "operator_service_urls": servers})
}

/// An account.
pub fn account(account: &Account<'_>) -> Value {
    let Limits { connections, subscriptions, payload, jetstream } = account.limits;
    let of = |limit: Option<u32>| limit.map_or(UNLIMITED, i64::from);
    let storage = if jetstream { UNLIMITED } else { 0 };
    json!({
        "type": "account", "version": 2,
        "exports": account.exports.iter().map(export).collect::<Vec<_>>(),
        "imports": account.imports.iter().map(import).collect::<Vec<_>>(),
        "revocations": account.void.map(|void| json!({"*": void})).unwrap_or_else(|| json!({})),
        "limits": {
            "conn": of(connections), "subs": of(subscriptions), "payload": of(payload), "data": UNLIMITED,
            "imports": UNLIMITED, "exports": UNLIMITED, "wildcards": true, "leaf": 0,
            "mem_storage": storage, "disk_storage": storage, "streams": storage, "consumer": storage,
        },
        "default_permissions": {"pub": {}, "sub": {}},
    })
}

fn export(export: &Export) -> Value {
    let kind = if export.stream { "Stream" } else { "Singleton" };
    json!({"name": export.name, "subject": export.subject, "type": "service", "token_req": true, "response_type": kind})
}

fn import(import: &Import) -> Value {
    let mut said = json!({
        "name": import.name, "subject": import.subject, "type": "service", "account": import.account,
        "token": import.token,
    });
    if let Some(local) = &import.local {
        said["local_subject"] = local.as_str().into();
    }
    said
}

/// A user: what it may publish and what it may subscribe to, and nothing else.
pub fn user(publish: &[String], subscribe: &[String], kinds: &[&str]) -> Value {
    json!({
        "type": "user", "version": 2, "pub": {"allow": publish}, "sub": {"allow": subscribe},
        "subs": UNLIMITED, "data": UNLIMITED, "payload": UNLIMITED, "allowed_connection_types": kinds,
    })
}

/// Leave for one account to use one subject of a private export.
pub fn activation(subject: &str) -> Value {
    json!({"type": "activation", "version": 2, "subject": subject, "kind": "service"})
}
