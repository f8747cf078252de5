//! `lianhu tail`: an agency's feed, one JSON line per fact.

use crate::client::Server;
use crate::failure::Failure;
use clap::Args;
use std::io::Write;

/// Follow a feed.
#[derive(Args)]
pub struct Tail {
    /// Begin after this position of the feed
    #[arg(long, default_value_t = 0)]
    after: u64,
    /// Stop at the end instead of waiting for more
    #[arg(long)]
    no_follow: bool,
    #[command(flatten)]
    server: Server,
}

impl Tail {
    /// Prints items until interrupted, or until the end with `--no-follow`.
    pub fn run(self) -> Result<(), Failure> {
        let mut after = self.after;
        let wait = if self.no_follow { 0 } else { 30 };
        loop {
            let page = self.server.get(&format!("/v1/feed?after={after}&limit=500&wait={wait}"))?;
            let items = page["items"].as_array().cloned().unwrap_or_default();
            let mut out = std::io::stdout().lock();
            for item in &items {
                if writeln!(out, "{item}").is_err() {
                    return Ok(()); // whoever read our output has left
                }
            }
            after = page["next"].as_u64().unwrap_or(after);
            if items.is_empty() && self.no_follow {
                return Ok(());
            }
        }
    }
}
