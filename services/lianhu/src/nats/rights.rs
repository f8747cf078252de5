//! Rights: what each kind of user of the bus's own account may say and hear. Each has an inbox of its own, so
//! that none overhears what the vault answers to another. Only the operator may change or delete a stream.
//!
//! Within one account JetStream delivers with its own rights: whoever may pull from the ledger can name any subject
//! of the account as the place of delivery. A record does not get stored a second time by that, nor into a feed, as
//! long as the bus sends `Nats-Expected-Stream` and `Nats-Expected-Last-Subject-Sequence` with each: they are stored
//! with it, and the copy is refused by them. JetStream's own answers ("no messages", "what the stream is") are not:
//! whoever holds credentials of a service can put such a thing, which is no record, into the ledger. So these rights
//! bound faults and curiosity among the services of the bus; what is not trusted, an agency, has an account of its
//! own, from which none of this is possible.

use clap::ValueEnum;
use ledger::LEDGER_STREAM as LEDGER;

/// A kind of user of the bus's account; each has one file of credentials.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Kind {
    /// Every service in one process: `lianhu up --nats`.
    Services,
    /// The stages, clocks and disclosure: they decide and append.
    Admission,
    /// The door: publishing and reading for agencies, tokens and rules; and the feeds, which it shows anyway, so that
    /// one process may do both.
    Gateway,
    /// The keys: it answers, and knows nothing else.
    Vault,
    /// The desks and the feeds; never the keys.
    Views,
    /// Provisioning, diagnosis, moving a ledger.
    Operator,
}

/// What a user may publish and subscribe to.
#[derive(Debug, Default)]
pub struct Rights {
    /// Subjects that it may publish to.
    pub publish: Vec<String>,
    /// Subjects that it may subscribe to.
    pub subscribe: Vec<String>,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 6] =
        [Self::Services, Self::Admission, Self::Gateway, Self::Vault, Self::Views, Self::Operator];

    /// The name of the user, of its file and of its inbox.
    pub fn name(self) -> &'static str {
        match self {
            Self::Services => "services",
            Self::Admission => "admission",
            Self::Gateway => "gateway",
            Self::Vault => "vault",
            Self::Views => "views",
            Self::Operator => "operator",
        }
    }

    /// What it may say and hear.
    pub fn rights(self) -> Rights {
        let mut rights = Rights::default();
        for parts in self.parts() {
            let (publish, subscribe) = parts();
            rights.publish.extend(publish);
            rights.subscribe.extend(subscribe);
        }
        rights.subscribe.push(format!("_INBOX.{}.>", self.name()));
        for subjects in [&mut rights.publish, &mut rights.subscribe] {
            subjects.sort();
            subjects.dedup();
        }
        rights
    }

    fn parts(self) -> &'static [fn() -> Part] {
        match self {
            Self::Services => {
                &[found, ledger_read, ledger_written, decides, door, keys_asked, keys_served, feeds]
            }
            Self::Admission => &[found, ledger_read, ledger_written, decides, keys_asked],
            Self::Gateway => &[found, ledger_read, ledger_written, door, keys_asked, feeds],
            Self::Vault => &[found, keys_served],
            Self::Views => &[found, ledger_read, feeds],
            Self::Operator => &[found, ledger_read, ledger_written, feeds, everything_of_jetstream],
        }
    }
}

/// Subjects to publish to, subjects to subscribe to.
type Part = (Vec<String>, Vec<String>);

fn part(publish: &[&str], subscribe: &[&str]) -> Part {
    let own = |subjects: &[&str]| subjects.iter().map(|subject| (*subject).to_owned()).collect();
    (own(publish), own(subscribe))
}

/// Being found, finding others, answering them.
fn found() -> Part {
    part(&["$SRV.>", "_INBOX.>", "lianhu.v1.health.*"], &["$SRV.>", "lianhu.v1.health.*"])
}

/// Following the ledger: its stream is made by whoever comes first, and changed by nobody here.
fn ledger_read() -> Part {
    let api = [
        "STREAM.INFO.{}",
        "STREAM.CREATE.{}",
        "STREAM.MSG.GET.{}",
        "DIRECT.GET.{}",
        "DIRECT.GET.{}.>",
        "CONSUMER.CREATE.{}",
        "CONSUMER.CREATE.{}.>",
        "CONSUMER.INFO.{}.*",
        "CONSUMER.DELETE.{}.*",
        "CONSUMER.MSG.NEXT.{}.*",
        "CONSUMER.NAMES.{}",
        "CONSUMER.LIST.{}",
    ];
    let mut publish: Vec<String> =
        api.iter().map(|call| format!("$JS.API.{}", call.replace("{}", LEDGER))).collect();
    publish.extend([
        "$JS.API.INFO".to_owned(),
        format!("$JS.ACK.{LEDGER}.>"),
        format!("$JS.FC.{LEDGER}.>"),
        "lianhu.v1.server.varz".to_owned(),
    ]);
    (publish, Vec::new())
}

/// Appending. A history is one token of the subject, so this cannot be narrowed to kinds of histories.
fn ledger_written() -> Part {
    part(&["lianhu.v1.ledger.>"], &[])
}

/// Deciding for a stage, and asking another stage.
fn decides() -> Part {
    part(&["lianhu.v1.admit.>"], &["lianhu.v1.admit.>"])
}

/// Speaking with agencies; `_R_` is where the server sends answers that go to another account.
fn door() -> Part {
    part(&["lianhu.v1.admit.>", "_R_.>"], &["lianhu.v1.publish.>", "lianhu.v1.read.*"])
}

/// Asking for keys' work.
fn keys_asked() -> Part {
    part(&["lianhu.v1.vault.>"], &[])
}

/// Doing it, unless another does it already.
fn keys_served() -> Part {
    part(&["lianhu.v1.vault.check"], &["lianhu.v1.vault.>"])
}

/// Writing feeds into the streams that provisioning made, and seeing how far they are.
fn feeds() -> Part {
    part(
        &[
            "lianhu.v1.feed.>",
            "$JS.API.STREAM.NAMES",
            "$JS.API.STREAM.LIST",
            "$JS.API.STREAM.INFO.*",
            "$JS.API.STREAM.MSG.GET.*",
            "$JS.API.DIRECT.GET.*",
            "$JS.API.DIRECT.GET.*.>",
            "$JS.API.CONSUMER.INFO.*.feed",
        ],
        &[],
    )
}

/// Making, changing and deleting streams.
fn everything_of_jetstream() -> Part {
    part(&["$JS.API.>", "$JS.ACK.>"], &["$JS.EVENT.>"])
}
