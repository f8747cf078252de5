//! Who may speak on the district's NATS server. The bus lives in one account, each agency in an account of its
//! own, and `lianhu` mints all of it: a server that trusts this operator needs no list of users and no restart
//! when an agency comes or goes.
//!
//! - `claims`: the words of NATS JWTs
//! - `rights`: what each kind of user may say and hear
//! - `trust`: the folder with the seeds, and how it is made
//! - `agency`: an agency's account
//! - `provision`: `lianhu agency provision`
//! - `connect`: how every command reaches the server

mod agency;
mod claims;
pub mod connect;
pub mod feed;
mod init;
pub mod provision;
mod push;
mod rights;
#[cfg(test)]
mod tests;
mod trust;

use crate::failure::Failure;
use clap::Subcommand;
use runtime::{Clock, SystemClock};

/// The district's NATS server.
#[derive(Subcommand)]
pub enum NatsCommand {
    /// Make the folder with the keys of the district, once, and the file that its servers include
    Init(init::Init),
}

impl NatsCommand {
    /// Runs the command.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        match self {
            Self::Init(init) => init.run(json),
        }
    }
}

/// Seconds since 1970, as JWTs count.
fn now() -> i64 {
    SystemClock.now().timestamp().as_second()
}

/// A runtime for a command that ends by itself.
fn block_on<T>(work: impl Future<Output = Result<T, Failure>>) -> Result<T, Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.map_err(|error| Failure::Store(error.to_string()))?.block_on(work)
}
