//! How every command and every service reaches the district's NATS server: one set of options, one way.

use super::claims;
use crate::failure::Failure;
use async_nats::{Client, ConnectError, ConnectErrorKind, ConnectOptions, Event};
use clap::Args;
use ledger::OLDEST_SERVER;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

/// How often credentials are shown before they are taken to be no good.
const KNOCKS: u32 = 3;

/// Where the server is.
#[derive(Args, Clone, Debug, Default)]
pub struct NatsServers {
    /// NATS servers of the district, separated by commas
    #[arg(long, env = "LIANHU_NATS", value_name = "URL", value_delimiter = ',')]
    pub nats: Vec<String>,
    /// Certificate authority of the NATS servers, where it is not one that this machine trusts anyway
    #[arg(long, env = "LIANHU_NATS_CA", value_name = "FILE")]
    pub nats_ca: Option<PathBuf>,
}

/// Where the server is, and who speaks.
#[derive(Args, Clone, Debug, Default)]
pub struct NatsArgs {
    #[command(flatten)]
    servers: NatsServers,
    /// Credentials, as `lianhu nats init` and `lianhu agency provision` write them
    #[arg(long, env = "LIANHU_NATS_CREDS", value_name = "FILE")]
    pub nats_creds: Option<PathBuf>,
}

impl NatsArgs {
    /// These servers, for a command that calls them otherwise than `--nats`.
    pub fn of(nats: Vec<String>, nats_ca: Option<PathBuf>, nats_creds: Option<PathBuf>) -> Self {
        Self { servers: NatsServers { nats, nats_ca }, nats_creds }
    }

    /// Whether a server was named at all.
    pub fn given(&self) -> bool {
        !self.servers.nats.is_empty()
    }

    /// Connects. The name is what the server shows of this connection: never anything of a case.
    pub async fn connect(&self, name: &str) -> Result<Client, Failure> {
        let creds = self.nats_creds.as_deref().map(credentials).transpose()?;
        self.servers.connect(creds.as_deref(), name).await
    }
}

impl NatsServers {
    /// Connects with the text of a credentials file.
    pub async fn connect(&self, creds: Option<&str>, name: &str) -> Result<Client, Failure> {
        let urls = self.nats.join(",");
        if self.nats.is_empty() {
            return Err(Failure::Usage("which server? pass --nats URL, or set LIANHU_NATS".to_owned()));
        }
        let client = self.let_in(creds, name).await?.map_err(|error| refused(&urls, &error))?;
        let (major, minor, patch) = OLDEST_SERVER;
        let compatible = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
        if !client.is_server_compatible(compatible(major), compatible(minor), compatible(patch)) {
            let version = client.server_info().version;
            let why = format!(
                "{urls} runs nats-server {version}; the bus needs {major}.{minor}.{patch} or later, and 2.15 is recommended"
            );
            return Err(Failure::Usage(why));
        }
        Ok(client)
    }

    /// Knocks again where credentials are refused: a server that has just started refuses good ones, seldom and
    /// for a moment, while it loads their account for several who come at once.
    async fn let_in(&self, creds: Option<&str>, name: &str) -> Result<Result<Client, ConnectError>, Failure> {
        for _ in 1..KNOCKS {
            match self.options(creds, name)?.connect(self.nats.as_slice()).await {
                Err(error) if error.kind() == ConnectErrorKind::AuthorizationViolation => {
                    tokio::time::sleep(Duration::from_millis(300)).await;
                }
                outcome => return Ok(outcome),
            }
        }
        Ok(self.options(creds, name)?.connect(self.nats.as_slice()).await)
    }

    fn options(&self, creds: Option<&str>, name: &str) -> Result<ConnectOptions, Failure> {
        let mut options = ConnectOptions::new()
            .name(name)
            .connection_timeout(Duration::from_secs(5))
            .ping_interval(Duration::from_secs(5)) // by default a dead server is noticed after minutes
            .reconnect_delay_callback(|attempt| {
                Duration::from_millis((100 * attempt.saturating_sub(1) as u64).min(2_000))
            })
            .event_callback(log());
        if let Some(ca) = &self.nats_ca {
            // without this a server in the middle could offer plain text, and would be believed
            options = options.add_root_certificates(ca.clone()).require_tls(true);
        }
        if let Some(creds) = creds {
            let readable = |error: std::io::Error| Failure::Usage(format!("credentials: {error}"));
            options = options.credentials(creds).map_err(readable)?.custom_inbox_prefix(inbox(creds)?);
        }
        Ok(options)
    }
}

/// Where answers arrive: each user of the bus may hear one inbox, and its credentials say which.
fn inbox(creds: &str) -> Result<String, Failure> {
    let claim = claims::read(super::trust::jwt_of(creds))?;
    let heard = claim["nats"]["sub"]["allow"].as_array().into_iter().flatten();
    let own =
        heard.filter_map(|subject| subject.as_str()?.strip_suffix(".>")).find(|s| s.starts_with("_INBOX"));
    Ok(own.unwrap_or("_INBOX").to_owned())
}

/// A file that only its owner may read.
pub fn secret(path: &Path) -> Result<String, Failure> {
    read(path, 0o077, "others can read it; chmod 600")
}

/// Credentials of a service: a supervisor may hand them over through a group, never to everybody.
fn credentials(path: &Path) -> Result<String, Failure> {
    read(path, 0o027, "everybody can read it; chmod 600")
}

fn read(path: &Path, closed: u32, otherwise: &str) -> Result<String, Failure> {
    let failed = |error| Failure::file(path, error);
    let mode = std::fs::metadata(path).map_err(failed)?.permissions().mode();
    if mode & closed != 0 {
        return Err(Failure::Store(format!("{}: {otherwise}", path.display())));
    }
    std::fs::read_to_string(path).map_err(failed)
}

/// Credentials that are refused are another thing than a server that is away.
fn refused(urls: &str, error: &ConnectError) -> Failure {
    match error.kind() {
        ConnectErrorKind::Authentication | ConnectErrorKind::AuthorizationViolation => Failure::Answered {
            status: 401,
            said: format!("{urls} does not accept these credentials: {error}"),
        },
        _ => Failure::Unreachable(urls.to_owned(), error.to_string()),
    }
}

/// What happens to a connection, for the log: that it was lost, and that it is back.
fn log() -> impl Fn(Event) -> std::future::Ready<()> + Send + Sync + 'static {
    let lost = AtomicBool::new(false);
    move |event| {
        match event {
            Event::Connected if lost.swap(false, Ordering::Relaxed) => {
                tracing::info!("NATS: connected again")
            }
            Event::Connected | Event::Draining | Event::Closed => tracing::debug!(%event, "NATS"),
            Event::SlowConsumer(_) => tracing::error!(%event, "NATS: messages were dropped"),
            Event::Disconnected => {
                lost.store(true, Ordering::Relaxed);
                tracing::warn!("NATS: the connection is lost");
            }
            Event::LameDuckMode | Event::ServerError(_) | Event::ClientError(_) => {
                tracing::warn!(%event, "NATS");
            }
        }
        std::future::ready(())
    }
}
