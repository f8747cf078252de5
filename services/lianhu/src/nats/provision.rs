//! `lianhu agency provision`: lets an agency in over NATS, gives it a new key, or cuts it off. Each step may be
//! done again; a run that was cut short is finished by running the same command once more.

use super::agency::{self, AgencyAccount, Change, Wish};
use super::connect::NatsServers;
use super::trust::{self, Trust};
use super::{claims, feed, push};
use crate::failure::Failure;
use async_nats::jetstream::Context;
use clap::Args;
use serde_json::{Value, json};
use std::path::PathBuf;
use vocabulary::AgencyCode;

/// Let an agency in over NATS.
#[derive(Args)]
pub struct Provision {
    /// Code of the agency, such as hsp-01
    #[arg(value_parser = code)]
    agency: AgencyCode,
    /// The folder that `lianhu nats init` made
    #[arg(long, value_name = "DIR")]
    trust: PathBuf,
    #[command(flatten)]
    servers: NatsServers,
    /// Where to write the agency's credentials, too; they are kept in the trust folder
    #[arg(long, value_name = "FILE", conflicts_with = "revoke")]
    out: Option<PathBuf>,
    /// Number of servers that keep its feed [default: as many as keep the ledger]
    #[arg(long, value_name = "N", value_parser = ["1", "3", "5"])]
    replicas: Option<String>,
    /// Give it a new user; the old one is void at once
    #[arg(long, conflicts_with = "revoke")]
    rotate: bool,
    /// Cut it off: nobody is let in any more, its feed stays
    #[arg(long)]
    revoke: bool,
}

/// What was done.
struct Done {
    account: AgencyAccount,
    change: Change,
    servers: Vec<String>,
    feed: Option<(usize, Change)>,
}

impl Provision {
    /// Runs the command.
    pub fn run(self, json: bool) -> Result<(), Failure> {
        let trust = Trust::open(&self.trust)?;
        let _held = trust.hold()?;
        let done = super::block_on(self.bring(&trust))?;
        if let (Some(out), Some(creds)) = (&self.out, &done.account.creds) {
            trust::write(out, creds)?;
        }
        let said = self.said(&trust, &done)?;
        if json {
            println!("{said}")
        } else {
            self.tell(&said)
        }
        Ok(())
    }

    async fn bring(&self, trust: &Trust) -> Result<Done, Failure> {
        let wish = match (self.rotate, self.revoke) {
            (true, _) => Wish::Rotate,
            (_, true) => Wish::Revoke,
            _ => Wish::Have,
        };
        let system =
            self.servers.connect(Some(&trust.creds("system.creds")?), "lianhu agency provision").await?;
        let place = if wish == Wish::Revoke { None } else { Some(self.place(trust).await?) };
        let (account, change) = agency::bring(trust, &self.agency, wish, super::now())?;
        // whatever ends this run from here on, the folder knows what the servers shall be told
        let servers = push::claims(&system, &self.servers.nats.join(","), &account.jwt).await?;
        let feed = match place {
            Some((jetstream, replicas)) => Some(self.feed(&jetstream, replicas).await?),
            None => None,
        };
        Ok(Done { account, change, servers: servers.into_iter().collect(), feed })
    }

    /// Where the feed is kept: asked first, so that nobody is let in without one.
    async fn place(&self, trust: &Trust) -> Result<(Context, usize), Failure> {
        let operator =
            self.servers.connect(Some(&trust.creds("operator.creds")?), "lianhu agency provision").await?;
        let jetstream = async_nats::jetstream::new(operator);
        let replicas = feed::patiently(async || feed::replicas(&jetstream, self.wished()).await).await?;
        Ok((jetstream, replicas))
    }

    async fn feed(&self, jetstream: &Context, replicas: usize) -> Result<(usize, Change), Failure> {
        let stream = async || feed::stream(jetstream, &self.agency, replicas, self.wished()).await;
        let kept = feed::patiently(stream).await?;
        feed::patiently(async || feed::consumer(jetstream, &self.agency).await).await?;
        Ok(kept)
    }

    fn wished(&self) -> Option<usize> {
        self.replicas.as_deref().and_then(|replicas| replicas.parse().ok())
    }

    fn said(&self, trust: &Trust, done: &Done) -> Result<Value, Failure> {
        let operator = claims::read(&trust.read("operator.jwt")?)?;
        let mut said = json!({
            "agency": self.agency, "account": done.account.account, "change": done.change.word(),
            "told": done.servers, "connect": operator["nats"]["operator_service_urls"],
        });
        if let Some(creds) = &done.account.creds {
            let kept = trust.path(&format!("agencies/{}/user.creds", self.agency));
            said["user"] = trust::user_of(creds)?.into();
            said["creds"] = self.out.as_ref().unwrap_or(&kept).display().to_string().into();
        }
        if let Some((replicas, change)) = done.feed {
            said["feed"] = json!({
                "stream": gateway::feed_stream(&self.agency), "consumer": feed::CONSUMER, "replicas": replicas,
                "change": change.word(),
            });
        }
        Ok(said)
    }

    fn tell(&self, said: &Value) {
        let list = |value: &Value| {
            let texts: Vec<_> = value.as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            texts.join(", ")
        };
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        println!("{}: account {}, known to {}", self.agency, text(&said["change"]), list(&said["told"]));
        let feed = &said["feed"];
        if feed.is_object() {
            println!(
                "  feed      {} {}, replicas {}",
                text(&feed["stream"]),
                text(&feed["change"]),
                feed["replicas"]
            );
        }
        if said["creds"].is_string() {
            println!("  creds     {}", text(&said["creds"]));
        }
        if said["connect"].as_array().is_some_and(|urls| !urls.is_empty()) {
            println!("  connect   {}", list(&said["connect"]));
        }
    }
}

fn code(text: &str) -> Result<AgencyCode, String> {
    AgencyCode::parse(text).map_err(|error| error.to_string())
}
