//! `lianhu doctor`: what is well, what is not, what to do.
//!
//! It never changes what it looks at. Opening a store does change it, and sled clears what lies behind damage
//! when it opens a file. So the folder is kept shut, its stores are copied, and the copy is opened. What is in
//! use is asked of the bus that uses it.

mod copied;
mod district;
mod inside;
mod line;
mod outside;
mod progress;
mod running;
#[cfg(test)]
mod tests;

use crate::client::Server;
use crate::failure::Failure;
use crate::folder::Folder;
use crate::nats::connect::NatsArgs;
use clap::Args;
use copied::Copied;
use ledger::{LedgerError, SledLedger};
use line::{Line, State};
use progress::Progress;
use std::net::SocketAddr;
use std::path::PathBuf;

/// Look at a data folder, or at the running bus that has it in use; with --nats, at the servers and services of a
/// district.
#[derive(Args)]
pub struct Doctor {
    /// The data folder
    #[arg(long, default_value = "lianhu-data", value_name = "DIR")]
    data: PathBuf,
    /// Where the copy that is looked at is made [default: beside the data folder]
    #[arg(long, value_name = "DIR")]
    scratch: Option<PathBuf>,
    /// An address that is to be served and must be free
    #[arg(long, value_name = "ADDR")]
    listen: Option<SocketAddr>,
    #[command(flatten)]
    server: Server,
    #[command(flatten)]
    nats: NatsArgs,
    /// Servers that hold each record, with --nats
    #[arg(long, env = "LIANHU_NATS_REPLICAS", default_value_t = 3, value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    replicas: u8,
}

impl Doctor {
    /// Prints the lines; fails when one is bad.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let lines = if self.nats.given() {
            district::look(&self.nats, usize::from(self.replicas))?
        } else {
            self.one_box(json)?
        };
        lines.iter().for_each(|line| line.print(json));
        let bad: Vec<&str> =
            lines.iter().filter(|line| line.state == State::Bad).map(|line| line.part).collect();
        if bad.is_empty() { Ok(()) } else { Err(Failure::Store(format!("not well: {}", bad.join(", ")))) }
    }

    /// Looks at the folder of a bus that is one process.
    fn one_box(&self, json: bool) -> Result<Vec<Line>, Failure> {
        let folder = Folder::existing(&self.data)?;
        let mut lines = outside::look(&folder, self.listen);
        match SledLedger::keep_shut(&folder.path().join("ledger")) {
            Err(LedgerError::Locked) => lines.extend(running::look(&self.server)),
            Err(error) => lines.push(Line::bad("ledger", error, inside::RESTORE)),
            Ok(shut) => {
                let progress = Progress::new(json);
                let copied = Copied::of(&folder, self.scratch.as_deref(), &progress);
                drop(shut);
                match copied {
                    Ok(copied) => lines.extend(copied.look(|copy| inside::look(&folder, copy, &progress))?),
                    Err(failure) => lines.push(Line::bad(
                        "copy",
                        failure,
                        "nothing was looked at: make room, or name another place with --scratch DIR",
                    )),
                }
            }
        }
        Ok(lines)
    }
}
