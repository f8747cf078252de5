//! `lianhu bench`: what this machine does, beside what its store can do at best, in one run.
//!
//! Publishing over HTTP is held against a bare sled store that appends the same number of bytes from as many
//! callers, group-committed and synced in the same way; making views again, against reading the ledger and nothing
//! else; one publish into a large ledger, against one into a small one. The load comes from this process too, so
//! both share the machine's cores with it. Ratios travel between machines, figures do not.
//!
//! With `--nats` the ledger is on a NATS server: see [`nats`].

mod filled;
mod load;
mod nats;
mod raw;
mod row;
mod served;
mod start;
mod told;

use crate::failure::Failure;
use crate::nats::connect::NatsArgs;
use clap::{Args, ValueEnum};
use filled::Filled;
use row::Row;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::runtime::Runtime;

/// Measure this machine.
#[derive(Args)]
pub struct Bench {
    /// What to measure [default: everything]
    #[arg(long, value_delimiter = ',', value_enum)]
    rows: Vec<Rows>,
    /// Seconds for each row and side that is measured over a time
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Connections that publish, one row each
    #[arg(long, value_delimiter = ',', default_value = "1,8,64")]
    connections: Vec<usize>,
    /// Published facts of the ledger that has grown; with --nats, records of the ledger that is followed [default:
    /// 200000, with --nats 50000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u64).range(100..=100_000_000))]
    facts: Option<u64>,
    /// Folder on the disk to measure; a new folder in it is used and removed
    #[arg(long, default_value = ".", value_name = "DIR")]
    disk: PathBuf,
    /// Measure a bus on NATS: on servers of its own, started from the program nats-server (or what NATS_SERVER
    /// names), or in an account of these servers that holds no stream and forbids nothing
    #[arg(long, value_name = "URL", num_args = 0..=1, value_delimiter = ',', default_missing_value = "")]
    nats: Option<Vec<String>>,
    /// Credentials for the servers that --nats names
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_creds: Option<PathBuf>,
    /// Certificate authority of the servers that --nats names
    #[arg(long, value_name = "FILE", requires = "nats")]
    nats_ca: Option<PathBuf>,
    /// Servers that hold each record, with --nats
    #[arg(long, default_value = "1", value_name = "N", value_parser = ["1", "3", "5"], requires = "nats")]
    replicas: String,
}

/// What can be measured.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Rows {
    /// Publishing over HTTP beside the bare store
    Publish,
    /// One lone publish beside the bare disk
    Lone,
    /// From a receipt to the line in another agency's stream, at 500 facts a second
    Stream,
    /// One publish into a ledger that has grown
    Growth,
    /// All views made again
    Rebuild,
    /// Start and memory with a ledger that has grown
    Start,
    /// A fresh copy of a ledger on NATS, beside a consumer that does nothing
    Follow,
}

impl Bench {
    /// Runs, and prints each row as soon as it is known.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let folder = self.disk.join(format!(".lianhu-bench-{}", std::process::id()));
        std::fs::create_dir_all(&folder).map_err(|error| Failure::file(&folder, error))?;
        if !json {
            row::head();
        }
        let outcome = self.measure(&folder, |row| row::print(&row, json));
        let cleared = std::fs::remove_dir_all(&folder).map_err(|error| Failure::file(&folder, error));
        outcome.and(cleared)
    }

    fn wants(&self, some: &[Rows]) -> bool {
        self.rows.is_empty() || some.iter().any(|row| self.rows.contains(row))
    }

    fn measure(
        &self,
        folder: &Path,
        mut tell: impl FnMut(Row) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let span = Duration::from_secs(self.seconds);
        if let Some(urls) = &self.nats {
            return in_runtime(|runtime| self.on_nats(folder, urls)?.run(runtime, &mut tell));
        }
        if self.rows.contains(&Rows::Follow) {
            return Err(Failure::Usage("the row follow is for --nats".to_owned()));
        }
        if self.wants(&[Rows::Publish, Rows::Lone]) {
            let all = if self.wants(&[Rows::Publish]) { &self.connections[..] } else { &[] };
            let lone = self.wants(&[Rows::Lone]);
            in_runtime(|runtime| served::publish(runtime, folder, (all, span), lone, &mut tell))?;
        }
        if self.wants(&[Rows::Stream]) {
            in_runtime(|runtime| served::stream(runtime, folder, span, &mut tell))?;
        }
        if self.wants(&[Rows::Growth, Rows::Rebuild, Rows::Start]) {
            let (grown, facts) =
                in_runtime(|runtime| runtime.block_on(self.grown(&folder.join("grown"), &mut tell)))?;
            if self.wants(&[Rows::Start]) {
                start::start(&grown, facts)?.into_iter().try_for_each(tell)?;
            }
        }
        Ok(())
    }

    /// What is measured on NATS.
    fn on_nats<'a>(&'a self, folder: &'a Path, urls: &[String]) -> Result<nats::Plan<'a>, Failure> {
        let there = [Rows::Publish, Rows::Stream, Rows::Follow];
        if self.rows.iter().any(|row| !there.contains(row)) {
            return Err(Failure::Usage("the rows with --nats are publish, stream and follow".to_owned()));
        }
        let named: Vec<String> = urls.iter().filter(|url| !url.is_empty()).cloned().collect();
        let mut options = vec!["--nats".to_owned(), named.join(",")];
        for (name, file) in [("--nats-creds", &self.nats_creds), ("--nats-ca", &self.nats_ca)] {
            if let Some(file) = file {
                options.extend([name.to_owned(), file.display().to_string()]);
            }
        }
        let given = || NatsArgs::of(named.clone(), self.nats_ca.clone(), self.nats_creds.clone());
        Ok(nats::Plan {
            folder,
            nats: (!named.is_empty()).then(given),
            options,
            replicas: self.replicas.parse().unwrap_or(1),
            span: Duration::from_secs(self.seconds),
            connections: if self.wants(&[Rows::Publish]) { &self.connections } else { &[] },
            told: self.wants(&[Rows::Stream]),
            records: self.wants(&[Rows::Follow]).then(|| self.facts.unwrap_or(50_000)),
        })
    }

    /// The rows of a ledger that has grown; answers its folder, which nobody uses any more.
    async fn grown(
        &self,
        folder: &Path,
        mut tell: impl FnMut(Row) -> Result<(), Failure>,
    ) -> Result<(PathBuf, usize), Failure> {
        let mut filled =
            Filled::start(folder, usize::try_from(self.facts.unwrap_or(200_000)).unwrap_or(usize::MAX))
                .await?;
        if self.wants(&[Rows::Growth]) {
            tell(filled.grow().await?)?;
        } else {
            filled.fill().await?;
        }
        if self.wants(&[Rows::Rebuild]) {
            tell(filled.rebuild().await?)?;
        }
        filled.close().await
    }
}

/// A runtime for some rows. It ends with them, so that nothing of theirs runs beside the next.
fn in_runtime<T>(work: impl FnOnce(&Runtime) -> Result<T, Failure>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| Failure::Store(error.to_string()))?;
    let outcome = work(&runtime);
    runtime.shutdown_timeout(Duration::from_secs(5));
    outcome
}
