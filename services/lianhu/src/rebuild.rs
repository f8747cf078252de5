//! `lianhu rebuild`: all views made again from the ledger, compared with those that stand, and put in their place.

use crate::bar;
use crate::client::Server;
use crate::failure::Failure;
use crate::folder::{Folder, region_of};
use crate::up;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;

/// Make the views again.
#[derive(Args)]
pub struct Rebuild {
    /// The data folder of a bus that does not run; without it, the running bus does it beside its work
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    #[command(flatten)]
    server: Server,
}

impl Rebuild {
    /// Rebuilds, and says whether the views had been what the ledger says.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let found = match &self.data {
            Some(data) => at_rest(data)?,
            None => {
                self.server.operator_lines("/v1/views/rebuild", |line| tell(&line["at"], &line["head"]))?
            }
        };
        bar::end();
        if found["code"].is_string() {
            let status =
                found["status"].as_u64().and_then(|status| u16::try_from(status).ok()).unwrap_or(500);
            return Err(Failure::Answered { status, said: crate::client::say(status, &found) });
        }
        if json {
            println!("{found}");
            return Ok(());
        }
        println!(
            "rebuilt through record {}; {} entries stood alike in both",
            found["through"], found["alike"]
        );
        match found["difference"].as_str() {
            None => println!("the views were what the ledger says"),
            Some(key) => println!("the views differed, first at {key}: the rebuilt ones answer now"),
        }
        Ok(())
    }
}

/// Of a folder that nobody serves.
fn at_rest(data: &std::path::Path) -> Result<Value, Failure> {
    let stores = Folder::existing(data)?.open()?;
    let region =
        region_of(&*stores.ledger)?.ok_or_else(|| Failure::Usage("no rules were adopted here".to_owned()))?;
    let bus = up::open(stores.clone(), region.clone(), false).or_else(|_| up::open(stores, region, true))?;
    Ok(json!(bus.rebuild(|at, head| bar::show("", at.0, head.0))?))
}

/// How far the running bus has come.
fn tell(at: &Value, head: &Value) {
    bar::show("", at.as_u64().unwrap_or_default(), head.as_u64().unwrap_or_default());
}
