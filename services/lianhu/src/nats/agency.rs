//! An agency's account. Nothing of the bus's account is in it but five services, each narrowed to the agency's own
//! subjects by a token: to publish, to read, and to pull its own feed. It keeps no streams.
//!
//! The account, and not the rights of its user, is what separates: an answer that crosses accounts goes only to
//! whoever asked, so a pull that names the ledger as its place of delivery delivers nowhere in the bus.

use super::claims::{self, Account, Claim, Export, Import, Limits};
use super::trust::{self, Trust};
use crate::failure::Failure;
use nkeys::KeyPair;
use vocabulary::AgencyCode;

/// What the bus offers to agencies that hold a token. The patterns name no agency: the bus's claims stay the
/// same when agencies come and go.
pub const EXPORTS: &[Export] = &[
    Export { name: "publish", subject: "lianhu.v1.publish.*.>", stream: false },
    Export { name: "read", subject: "lianhu.v1.read.*", stream: false },
    Export { name: "feed-info", subject: "$JS.API.CONSUMER.INFO.*.feed", stream: false },
    Export { name: "feed-next", subject: "$JS.API.CONSUMER.MSG.NEXT.*.feed", stream: true },
    Export { name: "feed-ack", subject: "$JS.ACK.*.feed.>", stream: false },
];

/// The largest message of an agency: a document of 256 KiB and its headers.
const PAYLOAD: u32 = 320 << 10;

/// What is kept of an agency's account.
pub struct AgencyAccount {
    /// The public key of its account.
    pub account: String,
    /// What the servers shall believe of it.
    pub jwt: String,
    /// Its credentials; none when it was cut off.
    pub creds: Option<String>,
}

/// What a change did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change {
    /// It was not there.
    Made,
    /// It was as it should be.
    Kept,
    /// It was brought up to what this version of the program says.
    Renewed,
    /// The user is a new one, and the old one is void.
    Rotated,
    /// Nobody is let in any more.
    Revoked,
}

impl Change {
    /// As `--json` says it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Made => "made",
            Self::Kept => "kept",
            Self::Renewed => "renewed",
            Self::Rotated => "rotated",
            Self::Revoked => "revoked",
        }
    }
}

/// What is asked of an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wish {
    /// That it is there.
    Have,
    /// A new user.
    Rotate,
    /// That nobody is let in.
    Revoke,
}

/// What the account says beside its fixed part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Terms {
    /// Users that were made up to this second are let in no more.
    void: Option<i64>,
    /// Nobody is let in.
    cut: bool,
}

/// Brings an agency's account to what is wished, in the trust folder; the servers are told afterwards, and may be
/// told again. Done twice, it changes nothing the second time, except that `Rotate` rotates.
///
/// The claims are written before the user: a run that ends in between leaves a user that is void already, and the
/// next one makes another.
pub fn bring(
    trust: &Trust,
    agency: &AgencyCode,
    wish: Wish,
    now: i64,
) -> Result<(AgencyAccount, Change), Failure> {
    let file = |name: &str| format!("agencies/{agency}/{name}");
    let (seed, jwt, creds) = (file("account.seed"), file("account.jwt"), file("user.creds"));
    let stored = trust.find(&jwt)?;
    let before = stored.as_deref().map(terms).transpose()?;
    let held = if trust.path(&creds).exists() { Some(trust.creds(&creds)?) } else { None };
    let held = match (held, before) {
        (Some(creds), Some(terms)) if Some(issued(&creds)?) > terms.void => Some(creds),
        _ => None,
    };
    let terms = wished(agency, wish, before, held.is_some(), now)?;
    if stored.is_none() && !trust.path(&seed).exists() {
        trust::folder(&trust.path(&file("")))?;
        trust.keep(&seed, &KeyPair::new_account())?;
    }
    let key = trust.key(&seed)?;
    let claims = minted(trust, agency, &key, terms, stored.as_deref(), now)?;
    let kept = stored.as_deref() == Some(claims.as_str());
    if !kept {
        trust.write(&jwt, &claims)?;
    }
    let creds = match (terms.cut, held) {
        (true, _) => {
            trust.remove(&creds)?;
            None
        }
        (false, Some(held)) if before == Some(terms) => Some(held),
        (false, _) => {
            let made = user(&key, agency, terms.void.map_or(now, |void| void + 1))?;
            trust.write(&creds, &made)?;
            Some(made)
        }
    };
    let change = match (before, wish) {
        (None, _) => Change::Made,
        (Some(_), Wish::Rotate) => Change::Rotated,
        (Some(before), Wish::Revoke) if !before.cut => Change::Revoked,
        (Some(_), _) if kept => Change::Kept,
        (Some(_), _) => Change::Renewed,
    };
    Ok((AgencyAccount { account: key.public_key(), jwt: claims, creds }, change))
}

/// The terms that a wish leads to. Time only goes forward here, whatever the clock of this machine does: what was
/// void stays void.
fn wished(
    agency: &AgencyCode,
    wish: Wish,
    before: Option<Terms>,
    has_user: bool,
    now: i64,
) -> Result<Terms, Failure> {
    let Some(before) = before else {
        return match wish {
            Wish::Revoke => Err(Failure::NotFound(format!("{agency} has no account to revoke"))),
            Wish::Have | Wish::Rotate => Ok(Terms { void: None, cut: false }),
        };
    };
    let void = Some(before.void.map_or(now, |void| now.max(void + 1)));
    match wish {
        Wish::Have if before.cut => {
            Err(Failure::Usage(format!("{agency} was revoked; --rotate lets it in again, with a new user")))
        }
        Wish::Have if has_user => Ok(before),
        Wish::Have | Wish::Rotate => Ok(Terms { void, cut: false }),
        Wish::Revoke if before.cut => Ok(before),
        Wish::Revoke => Ok(Terms { void, cut: true }),
    }
}

fn terms(jwt: &str) -> Result<Terms, Failure> {
    let nats = &claims::read(jwt)?["nats"];
    Ok(Terms { void: nats["revocations"]["*"].as_i64(), cut: nats["limits"]["conn"] == 0 })
}

/// When the user of these credentials was made.
fn issued(creds: &str) -> Result<i64, Failure> {
    Ok(claims::read(trust::jwt_of(creds))?["iat"].as_i64().unwrap_or_default())
}

/// The claims of the account: those that are stored, where they say the same. A new one is always younger than
/// the one before it, because servers keep the youngest.
fn minted(
    trust: &Trust,
    agency: &AgencyCode,
    key: &KeyPair,
    terms: Terms,
    stored: Option<&str>,
    now: i64,
) -> Result<String, Failure> {
    let (operator, bus) = (trust.key("operator.seed")?, trust.key("lianhu.seed")?);
    let at = |issued_at| {
        let imports = if terms.cut { Vec::new() } else { imports(agency, key, &bus, issued_at)? };
        let nats = claims::account(&account(&imports, terms));
        let claim = Claim { subject: key.public_key(), name: agency.to_string(), issued_at, nats };
        claims::sign(&operator, &claim)
    };
    let Some(stored) = stored else { return at(now) };
    let issued = claims::read(stored)?["iat"].as_i64().unwrap_or_default();
    let again = at(issued)?; // signatures are deterministic: the same sentence is the same text
    if again == stored { Ok(again) } else { at(now.max(issued + 1)) }
}

fn account(imports: &[Import], terms: Terms) -> Account<'_> {
    let limits = Limits {
        connections: Some(if terms.cut { 0 } else { 16 }),
        subscriptions: Some(256),
        payload: Some(PAYLOAD),
        jetstream: false,
    };
    Account { imports, limits, void: terms.void, ..Account::default() }
}

/// The five services, each narrowed to this agency. The JetStream calls come under another name: an account
/// answers `$JS.API` itself, and this one has no JetStream.
fn imports(
    agency: &AgencyCode,
    key: &KeyPair,
    bus: &KeyPair,
    issued_at: i64,
) -> Result<Vec<Import>, Failure> {
    let feed = gateway::feed_stream(agency);
    let api = |call: &str| {
        (format!("$JS.API.CONSUMER.{call}.{feed}.feed"), Some(format!("hub.CONSUMER.{call}.{feed}.feed")))
    };
    let subjects = [
        ("publish", (format!("lianhu.v1.publish.{agency}.>"), None)),
        ("read", (format!("lianhu.v1.read.{agency}"), None)),
        ("feed-info", api("INFO")),
        ("feed-next", api("MSG.NEXT")),
        ("feed-ack", (format!("$JS.ACK.{feed}.feed.>"), None)),
    ];
    let import = |(name, (subject, local)): (&str, (String, Option<String>))| {
        let (name, nats) = (name.to_owned(), claims::activation(&subject));
        let claim = Claim { subject: key.public_key(), name: name.clone(), issued_at, nats };
        Ok(Import { name, subject, local, account: bus.public_key(), token: claims::sign(bus, &claim)? })
    };
    subjects.into_iter().map(import).collect()
}

/// The agency's user: what its account imports, and answers.
fn user(key: &KeyPair, agency: &AgencyCode, now: i64) -> Result<String, Failure> {
    let feed = gateway::feed_stream(agency);
    let publish = [
        format!("lianhu.v1.publish.{agency}.>"),
        format!("lianhu.v1.read.{agency}"),
        format!("hub.CONSUMER.INFO.{feed}.feed"),
        format!("hub.CONSUMER.MSG.NEXT.{feed}.feed"),
        format!("$JS.ACK.{feed}.feed.>"),
    ];
    let said = claims::user(&publish, &["_INBOX.>".to_owned()], &["STANDARD"]);
    trust::user(key, agency.as_str(), said, now)
}
