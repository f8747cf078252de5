//! `lianhu nats init`: makes the trust folder, once.

use super::agency::EXPORTS;
use super::claims::{self, Account, Claim, Import, Limits};
use super::rights::Kind;
use super::trust::{self, Trust};
use crate::failure::Failure;
use clap::Args;
use nkeys::KeyPair;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// Make the trust folder.
#[derive(Args)]
pub struct Init {
    /// Folder to make; it must not exist
    #[arg(long, value_name = "DIR")]
    dir: PathBuf,
    /// Where agencies reach the servers, such as tls://bus-1.example:4222; they are told when they are
    /// provisioned
    #[arg(long, value_name = "URL", value_delimiter = ',', value_parser = url)]
    server: Vec<String>,
}

/// What the servers tell of themselves, among it whether they flush before they acknowledge.
const VARZ: &str = "$SYS.REQ.SERVER.PING.VARZ";

/// The same, as the bus asks for it.
const VARZ_OF_BUS: &str = "lianhu.v1.server.varz";

impl Init {
    /// Runs the command.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        if self.dir.exists() {
            let why = "exists; the keys of a district are made once";
            return Err(Failure::Usage(format!("{} {why}", self.dir.display())));
        }
        // a folder that is half made never stands under the name: init can be run again
        let parent = self.dir.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new("."));
        trust::folder(parent)?;
        let private = fs::Permissions::from_mode(0o700);
        let making =
            tempfile::Builder::new().prefix(".lianhu-trust-").permissions(private).tempdir_in(parent);
        let making = making.map_err(|error| Failure::file(parent, error))?;
        self.fill(&Trust::empty(making.path())?)?;
        fs::rename(making.path(), &self.dir).map_err(|error| Failure::file(&self.dir, error))?;
        let _ = making.keep(); // it has another name now
        self.tell(json);
        Ok(())
    }

    fn fill(&self, trust: &Trust) -> Result<(), Failure> {
        let now = super::now();
        let (operator, system, bus) =
            (KeyPair::new_operator(), KeyPair::new_account(), KeyPair::new_account());
        let sign = |key: &KeyPair, name: &str, nats| {
            let claim = Claim { subject: key.public_key(), name: name.to_owned(), issued_at: now, nats };
            claims::sign(&operator, &claim)
        };
        let operator_jwt = sign(&operator, "lianhu", claims::operator(&system.public_key(), &self.server))?;
        let system_jwt = sign(&system, "SYS", claims::account(&system_account()))?;
        let imports = [varz(&system, &bus, now)?];
        let bus_jwt = sign(&bus, "LIANHU", claims::account(&bus_account(&imports)))?;
        for (name, key, jwt) in [
            ("operator", &operator, &operator_jwt),
            ("system", &system, &system_jwt),
            ("lianhu", &bus, &bus_jwt),
        ] {
            trust.keep(&format!("{name}.seed"), key)?;
            trust.write(&format!("{name}.jwt"), jwt)?;
        }
        trust.write("system.creds", &system_user(&system, now)?)?;
        for kind in Kind::ALL {
            trust.write(&format!("{}.creds", kind.name()), &trust::service_user(&bus, kind, now)?)?;
        }
        trust::folder(&trust.path("agencies"))?;
        let accounts = [(system.public_key(), system_jwt), (bus.public_key(), bus_jwt)];
        trust.write("trust.conf", &conf(&operator_jwt, &accounts))
    }

    fn tell(&self, json: bool) {
        if json {
            let users: Vec<_> = Kind::ALL.iter().map(|kind| kind.name()).collect();
            println!("{}", serde_json::json!({"dir": self.dir, "users": users, "servers": self.server}));
            return;
        }
        println!("{} holds the keys of the district: keep it private, and in a backup", self.dir.display());
        println!("  servers   include {} (no secret)", self.dir.join("trust.conf").display());
        println!("  services  {}", self.dir.join("services.creds").display());
        println!("  agencies  lianhu agency provision CODE --trust {} --nats URL", self.dir.display());
    }
}

/// The account of the servers themselves: it keeps nothing, and lends the bus one question.
fn system_account() -> Account<'static> {
    const LENT: &[claims::Export] = &[claims::Export { name: "varz", subject: VARZ, stream: true }];
    Account { exports: LENT, ..Account::default() }
}

/// The account of the bus: the ledger, the feeds, and what agencies may ask of it.
fn bus_account(imports: &[Import]) -> Account<'_> {
    let limits = Limits { jetstream: true, ..Limits::default() };
    Account { exports: EXPORTS, imports, limits, ..Account::default() }
}

fn varz(system: &KeyPair, bus: &KeyPair, now: i64) -> Result<Import, Failure> {
    let claim = Claim {
        subject: bus.public_key(),
        name: "varz".to_owned(),
        issued_at: now,
        nats: claims::activation(VARZ),
    };
    Ok(Import {
        name: "varz".to_owned(),
        subject: VARZ.to_owned(),
        local: Some(VARZ_OF_BUS.to_owned()),
        account: system.public_key(),
        token: claims::sign(system, &claim)?,
    })
}

/// The user by which accounts of agencies are made known to the servers.
fn system_user(system: &KeyPair, now: i64) -> Result<String, Failure> {
    let publish = ["$SYS.REQ.CLAIMS.UPDATE", "$SYS.REQ.ACCOUNT.*.CLAIMS.LOOKUP", "$SYS.REQ.SERVER.PING.>"];
    let publish: Vec<_> = publish.iter().map(|subject| (*subject).to_owned()).collect();
    let subscribe = ["_INBOX.system.>".to_owned()];
    trust::user(system, "system", claims::user(&publish, &subscribe, &["STANDARD"]), now)
}

/// What a server includes: whom it trusts, and the accounts that are there from the beginning.
fn conf(operator: &str, accounts: &[(String, String)]) -> String {
    let system = accounts.first().map(|(key, _)| key.as_str()).unwrap_or_default();
    let preloaded: String = accounts.iter().map(|(key, jwt)| format!("  {key}: {jwt}\n")).collect();
    format!(
        "# Made by `lianhu nats init`, the same for every server of the district. It holds no secret.\n\
         operator: {operator}\n\
         system_account: {system}\n\
         resolver {{\n\
         \x20 type: full\n\
         \x20 dir: $LIANHU_NATS_ACCOUNTS # a folder of this server, where the accounts of agencies are kept\n\
         \x20 interval: \"10s\" # how soon a server that was away learns what it missed\n\
         }}\n\
         resolver_preload {{\n{preloaded}}}\n"
    )
}

/// An address that NATS clients understand.
fn url(text: &str) -> Result<String, String> {
    let known = ["nats://", "tls://", "ws://", "wss://"].iter().any(|scheme| text.starts_with(scheme));
    if known { Ok(text.to_owned()) } else { Err("expected nats://HOST:PORT or tls://HOST:PORT".to_owned()) }
}
