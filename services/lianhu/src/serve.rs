//! `lianhu serve`: some roles of the bus in a process of their own, on a NATS server that all share.
//!
//! A process that decides or shows anything follows the ledger into its own copy and views. Roles find each other
//! through NATS alone: a gateway asks whoever admits a stage, and whoever protects or reveals asks the vault. Any
//! role but the vault may run several times.

mod roles;
mod work;

use crate::failure::Failure;
use crate::folder::{Folder, region_of};
use crate::nats::connect::NatsArgs;
use crate::{rules, up};
use async_nats::Client;
use clap::Args;
use gateway::{RemoteAdmission, RemoteKeys};
use jurisdiction::RuleFile;
use ledger::{JetStreamLedger, Ledger, Promises};
pub use roles::Role;
use runtime::{Bus, Duties, SystemClock};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Handle;
use tokio::sync::watch;
use vault::{Keys, NoKeys, VaultError};
use vocabulary::{Position, Region};
pub use work::Work;

/// How long to wait before something that was not there is looked for again.
const AGAIN: Duration = Duration::from_secs(1);

/// Run some roles of the bus, beside other processes that run the others.
#[derive(Args)]
pub struct Serve {
    /// Roles of this process, separated by commas
    #[arg(value_delimiter = ',', required = true, value_name = "ROLES")]
    roles: Vec<Role>,
    #[command(flatten)]
    nats: NatsArgs,
    /// Servers that hold each record [default: 3, or 1 with --demo]
    #[arg(long, env = "LIANHU_NATS_REPLICAS", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    replicas: Option<u8>,
    /// Where this process keeps its copy and views (and the vault its keys); never shared
    #[arg(long, value_name = "DIR")]
    data: PathBuf,
    /// Address to serve, for the role gateway
    #[arg(long, default_value = "127.0.0.1:8686", value_name = "ADDR")]
    listen: SocketAddr,
    /// Rule files to adopt before serving; needed once, by one process with the role gateway
    #[arg(long, value_name = "DIR", conflicts_with = "demo")]
    jurisdiction: Option<PathBuf>,
    /// The demo's rules and tokens: for trying, never for real cases
    #[arg(long)]
    demo: bool,
    #[command(flatten)]
    quota: up::Quota,
}

impl Serve {
    /// Serves until SIGINT or SIGTERM.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.map_err(|error| Failure::Store(error.to_string()))?.block_on(self.serve(json))
    }

    async fn serve(mut self, json: bool) -> Result<(), Failure> {
        self.roles.sort();
        self.roles.dedup();
        let folder = Folder::at(&self.data)?;
        let names = self.roles.iter().map(|role| role.name()).collect::<Vec<_>>().join(",");
        let client = self.nats.connect(&format!("lianhu {names}")).await?;
        let mut stopped = std::pin::pin!(up::stopped()?);
        let mut work = Work::new(client.clone());
        let served = tokio::select! {
            served = self.begin(&client, &folder, &mut work, json) => served?,
            () = &mut stopped => return Ok(()),
        };
        let lost = work.ledger_lost();
        let until = async {
            tokio::select! { () = stopped => {}, () = lost => {} }
        };
        let ended = match served {
            Some(door) => door.serve(until).await,
            None => {
                until.await;
                Ok(())
            }
        };
        let well = work.ledger_well();
        work.end().await;
        ended.and(well)
    }

    /// Starts everything; with the role gateway the answer is what serves HTTP.
    async fn begin(
        &self,
        client: &Client,
        folder: &Folder,
        work: &mut Work,
        json: bool,
    ) -> Result<Option<up::Door>, Failure> {
        let has = |role| self.roles.contains(&role);
        let vault = if has(Role::Vault) { Some(folder.open_vault()?) } else { None };
        if let Some(vault) = &vault {
            alone(client)?;
            work.keys(vault.clone()).await?;
        }
        if self.roles == [Role::Vault] {
            self.say(None, None, json);
            return Ok(None);
        }
        let keys: Arc<dyn Keys> = match vault {
            Some(vault) => vault,
            None if self.roles.iter().any(|role| role.needs_keys()) => {
                Arc::new(RemoteKeys::new(client.clone(), Handle::current()))
            }
            None => Arc::new(NoKeys),
        };
        let ledger = open_ledger(client, folder, self.replicas.map(usize::from), self.demo).await?;
        let files = match (self.demo, &self.jurisdiction) {
            (true, _) => Some(rules::demo()),
            (false, Some(dir)) => Some(rules::read(dir)?),
            (false, None) => None,
        };
        let adopts = files.as_deref().filter(|_| has(Role::Gateway));
        let region = region(&*ledger, adopts).await?;
        let parts = folder.open_on(ledger, keys)?;
        let bus = loop {
            match up::open_by(
                parts.clone(),
                region.clone(),
                self.demo,
                Arc::new(SystemClock),
                runtime::GATHER,
            ) {
                Err(Failure::Bus(runtime::Problem::Unavailable(why))) => {
                    tracing::info!(why, "waiting for what this process needs");
                    tokio::time::sleep(AGAIN).await;
                }
                outcome => break Arc::new(outcome?),
            }
        };
        if let Some(files) = adopts {
            bus.adopt(files).await.map_err(rules::explain)?;
            if self.demo {
                bus.issue_demo_tokens().await?;
            }
        }
        work.bus(bus.clone(), Duties { disclosure: has(Role::Disclosure), clocks: has(Role::Clocks) });
        for role in self.roles.iter().filter(|role| **role != Role::Vault) {
            work.announce(*role).await?;
        }
        let door = if has(Role::Gateway) {
            let remote = RemoteAdmission::new(client.clone());
            let door = up::Door::open(&bus, folder, self.listen, self.quota, Some(remote)).await?;
            work.agencies(&door).await?;
            Some(door)
        } else {
            None
        };
        self.say(Some(&bus), door.as_ref().map(up::Door::at), json);
        Ok(door)
    }

    /// That it serves, on standard output.
    fn say(&self, bus: Option<&Bus>, at: Option<SocketAddr>, json: bool) {
        let names: Vec<&str> = self.roles.iter().map(|role| role.name()).collect();
        let region = bus.map(|bus| bus.region().to_string());
        if json {
            println!("{}", serde_json::json!({"roles": names, "listen": at, "region": region}));
            return;
        }
        let region = region.map(|region| format!(" for region {region}")).unwrap_or_default();
        let at = at.map(|at| format!(" at http://{at}")).unwrap_or_default();
        println!("lianhu {} serves {}{region}{at}", env!("CARGO_PKG_VERSION"), names.join(", "));
    }
}

/// A second vault would take half of the requests, and neither would open what the other has sealed.
pub fn alone(client: &Client) -> Result<(), Failure> {
    match RemoteKeys::new(client.clone(), Handle::current()).check() {
        Err(VaultError::Unavailable(_)) => Ok(()),
        _ => Err(Failure::Store("vault: another one answers on this server already".to_owned())),
    }
}

/// The ledger on the district's server, with this process's copy in its folder.
pub async fn open_ledger(
    client: &Client,
    folder: &Folder,
    replicas: Option<usize>,
    demo: bool,
) -> Result<Arc<dyn Ledger>, Failure> {
    let promises = Promises { replicas: replicas.unwrap_or(if demo { 1 } else { 3 }) };
    let copy = folder.path().join("copy");
    loop {
        match JetStreamLedger::open(client.clone(), &copy, promises).await {
            Err(ledger::LedgerError::Unavailable(why)) => {
                tracing::warn!(%why, "the ledger is away; it is looked for again");
                tokio::time::sleep(AGAIN).await;
            }
            outcome => return Ok(Arc::new(outcome?)),
        }
    }
}

/// The region that the ledger serves; of one without rules, that of the rules to adopt, or it is waited for.
async fn region(ledger: &dyn Ledger, files: Option<&[RuleFile]>) -> Result<Region, Failure> {
    let mut waits = false;
    let look = || match (region_of(ledger)?, files.map(rules::of).transpose()?) {
        (Some(region), _) => Ok(Some(region)),
        (None, Some(rules)) => Ok(Some(rules.region().clone())),
        (None, None) => {
            if !std::mem::replace(&mut waits, true) {
                tracing::info!("no rules were adopted yet: start a gateway with --jurisdiction DIR; waiting");
            }
            Ok(None)
        }
    };
    found(ledger.head(), look).await
}

/// Looks again whenever the ledger has grown, until there is an answer.
async fn found<T>(
    mut head: watch::Receiver<Position>,
    mut look: impl FnMut() -> Result<Option<T>, Failure>,
) -> Result<T, Failure> {
    loop {
        head.borrow_and_update(); // before the look: what comes during it is looked at, too
        if let Some(found) = look()? {
            return Ok(found);
        }
        let moved = head.changed().await;
        moved.map_err(|_| Failure::Store("ledger: it is followed no more; see the log".to_owned()))?;
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "a broken test must stop")]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_the_ledger_takes_in_while_it_is_looked_at_is_found() {
        let (ledger, head) = watch::channel(Position(7));
        let mut looks = 0;
        let look = || {
            looks += 1;
            if looks == 1 {
                ledger.send_replace(Position(8)); // the last record for a long time
                return Ok(None);
            }
            Ok(Some(looks))
        };
        let waited = tokio::time::timeout(Duration::from_secs(60), found(head, look)).await;
        assert_eq!(waited.unwrap().unwrap(), 2);
    }
}
