//! `lianhu migrate`: the ledger of one box becomes that of a NATS server or cluster. The bus is stopped meanwhile.
//!
//! Every record goes to the position that it had, byte by byte, so hashes, receipts and feed positions stay what
//! they were. A run that was cut short is gone on with by the same command: what the stream holds already is
//! compared with the source first, and anything that is not its beginning is refused (exit code 4) and left as it
//! is: `migrate-other-ledger`, `migrate-went-on`. A source that is in use or damaged is exit code 8, before anything
//! is moved.
//!
//! Keys do not go over the wire: whoever moves a bus copies `vault/`, `root.key` and `operator.token`.

use crate::bar;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::nats::connect::NatsArgs;
use clap::Args;
use ledger::{
    ImportError, Imported, JetStreamLedger, LEDGER_STREAM, Ledger as _, LedgerError, Promises, SledLedger,
    Step,
};
use serde_json::{Value, json};
use std::error::Error as _;
use std::path::PathBuf;
use vocabulary::Position;
use vocabulary::commitment::record_hash;

/// What belongs to a bus beside its ledger and must be copied by hand.
const BY_HAND: [&str; 3] = ["vault", "root.key", "operator.token"];

/// How many records lie between two looks at the bar.
const STEP: u64 = 256;

/// Move a ledger.
#[derive(Args)]
pub struct Migrate {
    /// The stopped bus: sled: and its data folder
    #[arg(long, value_name = "sled:DIR", value_parser = sled)]
    from: PathBuf,
    /// NATS servers of the district, separated by commas; nothing may serve there yet
    #[arg(long, env = "LIANHU_NATS", value_name = "URL", value_delimiter = ',', required = true)]
    to: Vec<String>,
    /// Credentials of the operator or of the services, as `lianhu nats init` writes them
    #[arg(long, env = "LIANHU_NATS_CREDS", value_name = "FILE")]
    nats_creds: Option<PathBuf>,
    /// Certificate authority of the NATS servers, where it is not one that this machine trusts anyway
    #[arg(long, env = "LIANHU_NATS_CA", value_name = "FILE")]
    nats_ca: Option<PathBuf>,
    /// Servers that hold each record
    #[arg(long, default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    replicas: u8,
    /// Folder of the process that will serve: it gets its copy of the ledger at once
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

fn sled(text: &str) -> Result<PathBuf, String> {
    let folder = text.strip_prefix("sled:").filter(|folder| !folder.is_empty());
    folder.map(PathBuf::from).ok_or_else(|| "only from sled:DIR".to_owned())
}

impl Migrate {
    /// Moves the ledger, and says what is left to do.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        let said =
            runtime.map_err(|error| Failure::Store(error.to_string()))?.block_on(self.move_all(json))?;
        if json {
            println!("{said}")
        } else {
            self.tell(&said)
        }
        Ok(())
    }

    async fn move_all(&self, json: bool) -> Result<Value, Failure> {
        let folder = Folder::existing(&self.from)?;
        let source = SledLedger::open(&folder.path().join("ledger"))?;
        let head = *source.head().borrow();
        let shows = |what: &str, at: Position| {
            if !json && (at == head || at.0.is_multiple_of(STEP)) {
                bar::show(what, at.0, head.0);
            }
        };
        let checked = source.check_telling(|at| shows("checking  ", at));
        bar::end();
        checked?; // or half of it would be there before anyone knows
        let client = NatsArgs::of(self.to.clone(), self.nats_ca.clone(), self.nats_creds.clone());
        let client = client.connect("lianhu migrate").await?;
        let promises = Promises { replicas: self.replicas.into() };
        let told = |step| match step {
            Step::Published(at) => shows("moving    ", at),
            Step::Compared(at) => shows("reading   ", at),
        };
        let imported = ledger::import(&source, client.clone(), promises, told).await;
        bar::end();
        let imported = imported.map_err(|why| self.refused(why))?;
        if let Some(data) = &self.data {
            let copy = Folder::at(data)?.path().join("copy");
            drop(JetStreamLedger::open(client, &copy, promises).await.map_err(|why| self.away(why))?);
        }
        self.said(&source, imported)
    }

    fn said(&self, source: &SledLedger, Imported { head, there }: Imported) -> Result<Value, Failure> {
        let last = source.get(head)?.map(|last| hex::encode(record_hash(&last.record)));
        let by_hand: Vec<_> = BY_HAND.into_iter().filter(|name| self.from.join(name).exists()).collect();
        Ok(json!({
            "records": head, "moved": head.0 - there.0, "there": there, "verified": head,
            "head": head, "hash": last, "stream": LEDGER_STREAM,
            "copy": self.data.as_ref().map(|data| data.join("copy")), "by_hand": by_hand,
        }))
    }

    fn tell(&self, said: &Value) {
        let from = self.from.display();
        println!("moved     {} records from {from} to {LEDGER_STREAM}", said["moved"]);
        println!("          {} had been there before", said["there"]);
        println!(
            "verified  {} records, read back from the stream: each is that of {from}, byte by byte",
            said["verified"]
        );
        println!("head      {}, record hash {}", said["head"], said["hash"].as_str().unwrap_or("none"));
        let by_hand: Vec<_> =
            said["by_hand"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
        println!("by hand   copy {} to the folder of the bus that will serve", by_hand.join(", "));
        println!(
            "          without root.key nothing protected can be read again; views are made again by themselves"
        );
        println!("then      lianhu up --nats …, and never again {from} alone: the two would part for ever");
    }

    /// Why it was not moved.
    fn refused(&self, why: ImportError) -> Failure {
        match why {
            ImportError::Differs { .. } => Failure::Stands {
                code: "migrate-other-ledger",
                why: format!(
                    "{why}: another ledger stands there; nothing was changed, choose another account"
                ),
            },
            ImportError::Longer { .. } => Failure::Stands {
                code: "migrate-went-on",
                why: format!(
                    "{why}: it was moved before, and a bus has gone on with it since; nothing is left to move"
                ),
            },
            ImportError::Ledger(why) => self.away(why),
        }
    }

    fn away(&self, why: LedgerError) -> Failure {
        match &why {
            LedgerError::Unavailable(_) => {
                let cause = why.source().map(ToString::to_string).unwrap_or_default();
                let why = format!("{cause}; run the same command again, it goes on where it was");
                Failure::Unreachable(self.to.join(","), why)
            }
            _ => why.into(),
        }
    }
}
