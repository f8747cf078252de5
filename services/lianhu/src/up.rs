//! `lianhu up`: the whole bus in one process.

use crate::failure::Failure;
use crate::folder::{self, Folder, region_of};
use crate::nats::connect::NatsArgs;
use crate::rules;
use crate::serve::{self, Role, Work};
use crate::story::{self, Simulator, Stories};
use async_nats::Client;
use axum::Router;
use clap::Args;
use contract::Contracts;
use gateway::{Config, Operator, RemoteAdmission};
use jurisdiction::RuleFile;
use ledger::Ledger;
use runtime::{Bus, Clock, Duties, Parts, SystemClock};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use vault::Vault;
use vocabulary::Region;

/// Run the bus.
#[derive(Args)]
pub struct Up {
    /// A synthetic region with tokens that everybody knows: for trying, never for real cases
    #[arg(long)]
    demo: bool,
    /// Without the demo's cases, and without the simulator that goes on with them
    #[arg(long, requires = "demo")]
    empty: bool,
    /// Seconds between two facts of the demo's simulator; 0 turns it off
    #[arg(long, requires = "demo", default_value_t = 4, value_name = "SECONDS")]
    pace: u64,
    /// The demo's cases without the simulator: the same as --pace 0
    #[arg(long, requires = "demo", conflicts_with = "pace")]
    quiet: bool,
    /// Where facts and keys are kept [default: lianhu-data, or lianhu-demo with --demo]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Rule files to adopt before serving; needed once
    #[arg(long, value_name = "DIR", conflicts_with = "demo")]
    jurisdiction: Option<PathBuf>,
    /// Address to serve
    #[arg(long, default_value = "127.0.0.1:8686", value_name = "ADDR")]
    listen: SocketAddr,
    #[command(flatten)]
    quota: Quota,
    #[command(flatten)]
    nats: NatsArgs,
    /// Servers that hold each record, with --nats [default: 3, or 1 with --demo]
    #[arg(long, env = "LIANHU_NATS_REPLICAS", value_name = "N", value_parser = clap::value_parser!(u8).range(1..=5))]
    replicas: Option<u8>,
}

/// How much an agency may publish.
#[derive(Args, Clone, Copy)]
pub struct Quota {
    /// Events that an agency may publish in a minute, on average; reports of danger are not counted
    #[arg(long, default_value_t = Config::default().events_per_minute, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    quota_per_minute: u32,
    /// Events that an agency may publish at once
    #[arg(long, default_value_t = Config::default().events_burst, value_name = "N", value_parser = clap::value_parser!(u32).range(1..))]
    quota_burst: u32,
}

impl Up {
    /// Serves until SIGINT or SIGTERM.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
        runtime.map_err(|error| Failure::Store(error.to_string()))?.block_on(self.serve(json))
    }

    async fn serve(self, json: bool) -> Result<(), Failure> {
        let name = if self.demo { "lianhu-demo" } else { "lianhu-data" };
        let folder = Folder::at(&self.data.clone().unwrap_or_else(|| name.into()))?;
        let files = match (self.demo, &self.jurisdiction) {
            (true, _) => Some(rules::demo()),
            (false, Some(dir)) => Some(rules::read(dir)?),
            (false, None) => None,
        };
        let stopped = stopped()?; // before anybody reads that it serves
        let mut stopped = std::pin::pin!(stopped);
        let begun = tokio::select! {
            begun = self.begin(&folder, files.as_deref(), json) => begun?,
            () = &mut stopped => return Ok(()),
        };
        let (door, work, followers, simulator) = begun;
        let served = door.serve(stopped).await;
        drop(simulator);
        if let Some(work) = work {
            work.end().await;
        }
        followers.abort();
        served
    }

    async fn begin(
        &self,
        folder: &Folder,
        files: Option<&[RuleFile]>,
        json: bool,
    ) -> Result<(Door, Option<Work>, JoinHandle<()>, Option<Simulator>), Failure> {
        let (stores, client) = self.stores(folder).await?;
        let region = self.region(&*stores.ledger, files)?;
        if self.demo && !self.empty {
            story::plant(&stores, &region, folder.path(), client.is_none()).await?;
        }
        let ledger = stores.ledger.clone();
        let bus = Arc::new(open(stores, region, self.demo)?);
        if let Some(files) = files {
            bus.adopt(files).await.map_err(rules::explain)?;
        }
        if self.demo {
            bus.issue_demo_tokens().await?;
        }
        let door = Door::open(&bus, folder, self.listen, self.quota, None).await?;
        let followers = tokio::spawn(bus.clone().run(Duties::ALL));
        let work = match client {
            Some((client, vault)) => Some(self.roles(client, vault, &bus, &door).await?),
            None => None,
        };
        self.greet(&bus, folder, door.at(), json)?;
        let simulator = self.simulator(door.at(), &bus, ledger)?;
        Ok((door, work, followers, simulator))
    }

    /// The stores: all in the folder, or the ledger on the district's servers.
    async fn stores(
        &self,
        folder: &Folder,
    ) -> Result<(folder::Parts, Option<(Client, Arc<Vault>)>), Failure> {
        if !self.nats.given() {
            return Ok((folder.open()?.into(), None));
        }
        let client = self.nats.connect("lianhu up").await?;
        let replicas = self.replicas.map(usize::from);
        let ledger = serve::open_ledger(&client, folder, replicas, self.demo).await?;
        let vault = folder.open_vault()?;
        Ok((folder.open_on(ledger, vault.clone())?, Some((client, vault))))
    }

    /// Every role, found under its name by whoever asks.
    async fn roles(
        &self,
        client: Client,
        vault: Arc<Vault>,
        bus: &Arc<Bus>,
        door: &Door,
    ) -> Result<Work, Failure> {
        let mut work = Work::new(client);
        serve::alone(work.client())?;
        work.keys(vault).await?;
        work.beside(bus.clone());
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Vault) {
            work.announce(role).await?;
        }
        work.agencies(door).await?;
        Ok(work)
    }

    fn region(&self, ledger: &dyn Ledger, files: Option<&[RuleFile]>) -> Result<Region, Failure> {
        let known = region_of(ledger)?;
        match (known, files.map(rules::of).transpose()?) {
            (Some(known), _) => Ok(known),
            (None, Some(rules)) => Ok(rules.region().clone()),
            (None, None) => Err(Failure::Usage(
                "no rules were adopted here yet: pass --jurisdiction DIR once, or try it with --demo"
                    .to_owned(),
            )),
        }
    }

    fn simulates(&self) -> bool {
        self.demo && !self.empty && !self.quiet && self.pace > 0
    }

    /// The simulator of the demo, unless it is turned off. It stops when it is dropped.
    fn simulator(
        &self,
        at: SocketAddr,
        bus: &Arc<Bus>,
        ledger: Arc<dyn Ledger>,
    ) -> Result<Option<Simulator>, Failure> {
        if !self.simulates() {
            return Ok(None);
        }
        let pace = Duration::from_secs(self.pace);
        Simulator::start(Stories::read()?, at, bus.clone(), ledger, pace).map(Some)
    }

    fn greet(&self, bus: &Bus, folder: &Folder, at: SocketAddr, json: bool) -> Result<(), Failure> {
        let rules = bus.rules()?;
        let (version, count) = (rules.version(), rules.agencies(bus.now()).count());
        let types = bus.contracts().all().count();
        if json {
            let up = serde_json::json!({"listen": at, "region": bus.region(), "rules": version, "agencies": count, "types": types});
            println!("{up}");
            return Ok(());
        }
        println!("lianhu {} serves region {} at http://{at}", env!("CARGO_PKG_VERSION"), bus.region());
        println!("  rules     version {version}: {count} agencies, {types} fact types");
        println!("  data      {}", folder.path().display());
        println!("  operator  {}", folder.path().join("operator.token").display());
        if self.demo {
            println!(
                "  demo      the token of an agency is demo-<agency>, e.g. demo-hsp-01; synthetic people only"
            );
            if !self.empty {
                let every = if self.simulates() {
                    format!("another fact every {} s", self.pace)
                } else {
                    "nothing moves".to_owned()
                };
                println!("  cases     invented ones at all stages; {every} (--pace, --quiet, --empty)");
            }
            println!("  console   http://{at}/");
            println!("  try       curl -s http://{at}/v1/feed -H 'authorization: Bearer demo-psb-03'");
        }
        println!("  Ctrl-C stops it; what was acknowledged stays.");
        Ok(())
    }
}

/// The door: HTTP, with the pages for people.
pub struct Door {
    listener: TcpListener,
    at: SocketAddr,
    calls: Router,
    pages: Router,
    leave: watch::Sender<bool>,
}

impl Door {
    /// Takes the address, before anybody reads that it is served; events are admitted here, or by `admission`.
    pub async fn open(
        bus: &Arc<Bus>,
        folder: &Folder,
        listen: SocketAddr,
        quota: Quota,
        admission: Option<RemoteAdmission>,
    ) -> Result<Self, Failure> {
        let operator = Operator::new(folder.operator_token()?);
        let listener = TcpListener::bind(listen).await;
        let listener = listener.map_err(|error| Failure::Address(listen, error))?;
        let at = listener.local_addr().map_err(|error| Failure::Store(error.to_string()))?;
        let (leave, leaving) = watch::channel(false);
        let (events_per_minute, events_burst) = (quota.quota_per_minute, quota.quota_burst);
        let config = Config { events_per_minute, events_burst, admission, ..Config::default() };
        let calls = gateway::router(bus.clone(), operator, config);
        let pages = console::router(bus.clone(), pages(bus, folder, leaving));
        Ok(Self { listener, at, calls, pages, leave })
    }

    /// Where it serves.
    pub fn at(&self) -> SocketAddr {
        self.at
    }

    /// Its calls, for whoever answers them otherwise than over HTTP.
    pub fn calls(&self) -> Router {
        self.calls.clone()
    }

    /// Serves until it is told to stop.
    pub async fn serve(self, stopped: impl Future<Output = ()>) -> Result<(), Failure> {
        let (stop, mut told) = watch::channel(false);
        let stopping = async move { drop(told.wait_for(|stop| *stop).await) };
        let serving = gateway::serve(self.listener, self.calls.merge(self.pages), stopping);
        let leaving = async {
            stopped.await;
            self.leave.send_replace(true);
            stop.send_replace(true);
            std::future::pending::<()>().await;
        };
        tokio::select! {
            served = serving => served.map_err(|error| Failure::Store(error.to_string())),
            () = leaving => Ok(()),
        }
    }
}

/// The bus over open stores, by the clock of this machine.
pub fn open(stores: impl Into<folder::Parts>, region: Region, demo: bool) -> Result<Bus, Failure> {
    open_by(stores.into(), region, demo, Arc::new(SystemClock), runtime::GATHER)
}

/// The bus over open stores, by a clock of the caller's; `gather` as [`Parts`] has it.
pub fn open_by(
    stores: folder::Parts,
    region: Region,
    demo: bool,
    clock: Arc<dyn Clock>,
    gather: Duration,
) -> Result<Bus, Failure> {
    let contracts = Contracts::published().map_err(|error| Failure::Faults(vec![error.to_string()]))?;
    let folder::Parts { ledger, vault, views } = stores;
    let parts = Parts { region, ledger, vault, views, contracts: contracts.into(), clock, gather, demo };
    Bus::open(parts).map_err(|problem| match problem {
        runtime::Problem::Demo if demo => {
            Failure::Usage("this folder belongs to a real region: --demo is refused".to_owned())
        }
        runtime::Problem::Demo => {
            Failure::Usage("this folder belongs to the demo: start it with --demo".to_owned())
        }
        other => other.into(),
    })
}

/// How the pages are served: their sessions outlive a restart.
fn pages(bus: &Bus, folder: &Folder, leaving: watch::Receiver<bool>) -> console::Config {
    let sessions = Some(folder.path().join("sessions"));
    console::Config { demo: bus.is_demo(), sessions, leaving, ..console::Config::default() }
}

/// Resolves on SIGINT or SIGTERM, which are caught from the call on.
pub fn stopped() -> Result<impl Future<Output = ()>, Failure> {
    let catch = |kind| signal(kind).map_err(|error| Failure::Store(error.to_string()));
    let (mut interrupt, mut terminate) = (catch(SignalKind::interrupt())?, catch(SignalKind::terminate())?);
    Ok(async move {
        tokio::select! { _ = interrupt.recv() => {}, _ = terminate.recv() => {} }
    })
}
