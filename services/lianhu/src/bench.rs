//! `lianhu bench`: what this machine does, beside what its store can do at best, in one run.
//!
//! Publishing over HTTP is held against a bare sled store that appends the same number of bytes from as many
//! callers, group-committed and synced in the same way; making views again, against reading the ledger and nothing
//! else; one publish into a large ledger, against one into a small one. The load comes from this process too, so
//! both share the machine's cores with it. Ratios travel between machines, figures do not.

mod filled;
mod load;
mod raw;
mod row;
mod served;
mod start;

use crate::failure::Failure;
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
    /// Published facts of the ledger that has grown
    #[arg(long, default_value_t = 200_000, value_parser = clap::value_parser!(u64).range(100..=100_000_000))]
    facts: u64,
    /// Folder on the disk to measure; a new folder in it is used and removed
    #[arg(long, default_value = ".", value_name = "DIR")]
    disk: PathBuf,
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

    /// The rows of a ledger that has grown; answers its folder, which nobody uses any more.
    async fn grown(
        &self,
        folder: &Path,
        mut tell: impl FnMut(Row) -> Result<(), Failure>,
    ) -> Result<(PathBuf, usize), Failure> {
        let mut filled = Filled::start(folder, usize::try_from(self.facts).unwrap_or(usize::MAX)).await?;
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
