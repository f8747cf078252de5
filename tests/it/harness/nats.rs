//! The NATS servers of a district, one or three, started from the files in `deploy/nats/` as they stand: what
//! differs from one server to the next is in its environment, as it is for a real one.

use super::command::{Ended, lianhu, run};
use super::wait::eventually;
use super::{note, repository};
use async_nats::{Client, ConnectOptions};
use serde_json::Value;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tempfile::TempDir;

/// The servers of a district and its trust folder. Dropping it kills them.
pub struct NatsSite {
    folder: TempDir,
    servers: Vec<NatsServer>,
}

/// One server.
pub struct NatsServer {
    name: String,
    conf: PathBuf,
    folder: PathBuf,
    environment: Vec<(String, String)>,
    port: u16,
    http: u16,
    child: Mutex<Option<Child>>,
}

/// The server program: what `NATS_SERVER` names, or the one on the path.
pub fn nats_server() -> PathBuf {
    let named = std::env::var_os("NATS_SERVER").map_or_else(|| "nats-server".into(), PathBuf::from);
    let version = Command::new(&named).arg("--version").stderr(Stdio::null()).output();
    assert!(
        version.as_ref().is_ok_and(|output| output.status.success()),
        "{} cannot be run ({version:?}): these tests need nats-server 2.15 or later on the PATH, or its place in \
         NATS_SERVER",
        named.display()
    );
    named
}

impl NatsSite {
    /// One server, from `single.conf`.
    #[track_caller]
    pub fn single() -> Self {
        Self::start(&["single"])
    }

    /// Three servers, from `cluster-1.conf` to `cluster-3.conf`.
    #[track_caller]
    pub fn cluster() -> Self {
        Self::start(&["cluster-1", "cluster-2", "cluster-3"])
    }

    /// A port that is free now may be taken a moment later: then all of them are chosen anew.
    #[track_caller]
    fn start(confs: &[&str]) -> Self {
        for _ in 0..5 {
            let site = Self::prepare(confs);
            site.servers.iter().for_each(NatsServer::start);
            let taken = eventually("the NATS servers are well, or one has ended", || {
                if site.servers.iter().any(NatsServer::ended) {
                    return Ok(true);
                }
                site.servers.iter().try_for_each(NatsServer::healthy).map(|()| false)
            });
            if !taken {
                return site;
            }
            assert!(site.printed().contains("address already in use"), "{}", site.printed());
        }
        panic!("no free ports for the NATS servers");
    }

    fn prepare(confs: &[&str]) -> Self {
        let folder = TempDir::with_prefix("lianhu-nats-").unwrap();
        let etc = folder.path().join("etc");
        fs::create_dir(&etc).unwrap();
        for entry in fs::read_dir(repository("deploy/nats")).unwrap() {
            let path = entry.unwrap().path();
            fs::copy(&path, etc.join(path.file_name().unwrap())).unwrap();
        }
        certificates(folder.path());
        let ports: Vec<[u16; 3]> = confs.iter().map(|_| [port(), port(), port()]).collect();
        let urls: Vec<_> = ports.iter().map(|[client, ..]| format!("tls://127.0.0.1:{client}")).collect();
        let trust = folder.path().join("trust");
        lianhu(&["nats", "init", "--dir", text(&trust), "--server", &urls.join(",")]).done();
        fs::copy(trust.join("trust.conf"), etc.join("trust.conf")).unwrap();
        let routes: Vec<_> = ports.iter().map(|[.., route]| format!("tls://127.0.0.1:{route}")).collect();
        let servers = confs.iter().zip(&ports);
        let servers =
            servers.map(|(conf, ports)| NatsServer::new(folder.path(), conf, *ports, &routes)).collect();
        Self { folder, servers }
    }

    /// A path beside the servers' folders.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Where clients connect, separated by commas.
    pub fn url(&self) -> String {
        let urls: Vec<_> =
            self.servers.iter().map(|server| format!("tls://127.0.0.1:{}", server.port)).collect();
        urls.join(",")
    }

    /// The certificate authority of the servers.
    pub fn ca(&self) -> PathBuf {
        self.beside("ca.pem")
    }

    /// The folder that `lianhu nats init` made.
    pub fn trust(&self) -> PathBuf {
        self.beside("trust")
    }

    /// Credentials of a kind of service, such as `services`.
    pub fn creds(&self, kind: &str) -> PathBuf {
        self.trust().join(format!("{kind}.creds"))
    }

    /// Credentials of an agency that was provisioned.
    pub fn agency_creds(&self, agency: &str) -> PathBuf {
        self.trust().join("agencies").join(agency).join("user.creds")
    }

    /// The options by which a command speaks with these servers.
    pub fn options(&self, creds: &Path) -> Vec<String> {
        let (url, creds, ca) = (self.url(), text(creds).to_owned(), text(&self.ca()).to_owned());
        vec!["--nats".to_owned(), url, "--nats-creds".to_owned(), creds, "--nats-ca".to_owned(), ca]
    }

    /// `lianhu agency provision`, however it ends.
    #[track_caller]
    pub fn try_provision(&self, agency: &str, more: &[&str]) -> Ended {
        let (trust, url, ca) = (self.trust(), self.url(), self.ca());
        let base = ["--json", "agency", "provision", agency, "--trust", text(&trust), "--nats", &url];
        lianhu(&[&base[..], &["--nats-ca", text(&ca)], more].concat())
    }

    /// Lets an agency in; what the command said.
    #[track_caller]
    pub fn provision(&self, agency: &str, more: &[&str]) -> Value {
        serde_json::from_str(&self.try_provision(agency, more).done()).unwrap()
    }

    /// How a client of these credentials connects; standard answers arrive where they allow it.
    pub fn connecting(&self, creds: &Path, inbox: &str) -> ConnectOptions {
        let creds = fs::read_to_string(creds).unwrap();
        let options = ConnectOptions::with_credentials(&creds).unwrap().custom_inbox_prefix(inbox);
        options.add_root_certificates(self.ca()).request_timeout(Some(Duration::from_secs(10)))
    }

    /// A client with credentials of a kind of service.
    pub async fn service(&self, kind: &str) -> Client {
        let options = self.connecting(&self.creds(kind), &format!("_INBOX.{kind}"));
        options.connect(self.urls()).await.unwrap()
    }

    /// A client with an agency's credentials, as any NATS program would connect.
    pub async fn agency(&self, code: &str) -> Client {
        self.connecting(&self.agency_creds(code), "_INBOX").connect(self.urls()).await.unwrap()
    }

    /// Where clients connect.
    pub fn urls(&self) -> Vec<String> {
        self.url().split(',').map(str::to_owned).collect()
    }

    /// The servers, in order.
    pub fn servers(&self) -> &[NatsServer] {
        &self.servers
    }

    /// The server of this name, such as `lianhu-2`.
    pub fn server(&self, name: &str) -> &NatsServer {
        self.servers.iter().find(|server| server.name == name).unwrap()
    }

    /// All that the servers printed.
    pub fn printed(&self) -> String {
        self.servers.iter().map(NatsServer::printed).collect()
    }
}

impl Drop for NatsSite {
    /// A test that fails shows what its servers said last.
    fn drop(&mut self) {
        if std::thread::panicking() {
            for server in &self.servers {
                let printed = server.printed();
                let lines: Vec<_> = printed.lines().collect();
                note(&format!("{}:\n{}", server.name, lines[lines.len().saturating_sub(20)..].join("\n")));
            }
        }
    }
}

impl NatsServer {
    fn new(site: &Path, conf: &str, [port, http, route]: [u16; 3], routes: &[String]) -> Self {
        let name = conf.replace("cluster", "lianhu").replace("single", "lianhu-single");
        let folder = site.join(&name);
        fs::create_dir(&folder).unwrap();
        let path = |path: PathBuf| text(&path).to_owned();
        let mut environment = vec![
            ("LISTEN".to_owned(), format!("127.0.0.1:{port}")),
            ("HTTP".to_owned(), format!("127.0.0.1:{http}")),
            ("STORE".to_owned(), path(folder.join("store"))),
            ("ACCOUNTS".to_owned(), path(folder.join("accounts"))),
            ("MAX_FILE".to_owned(), "1GB".to_owned()),
            ("CERT".to_owned(), path(site.join("server.pem"))),
            ("KEY".to_owned(), path(site.join("server.key"))),
            ("CA".to_owned(), path(site.join("ca.pem"))),
        ];
        if routes.len() > 1 {
            environment.push(("CLUSTER_LISTEN".to_owned(), format!("127.0.0.1:{route}")));
            let numbered = routes.iter().enumerate();
            environment.extend(numbered.map(|(i, route)| (format!("ROUTE_{}", i + 1), route.clone())));
        }
        for (variable, _) in &mut environment {
            *variable = format!("LIANHU_NATS_{variable}");
        }
        let conf = site.join("etc").join(format!("{conf}.conf"));
        Self { name, conf, folder, environment, port, http, child: Mutex::new(None) }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Starts it, on what it had stored.
    pub fn start(&self) {
        let log = File::options().create(true).append(true).open(self.folder.join("log")).unwrap();
        let mut command = Command::new(nats_server());
        command.arg("-c").arg(&self.conf).stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        *self.child() = Some(command.spawn().unwrap());
    }

    /// `kill -9`.
    pub fn kill(&self) {
        if let Some(mut child) = self.child().take() {
            let _ = child.kill(); // Err: it has ended
            let _ = child.wait();
        }
    }

    /// Waits until it is well again.
    #[track_caller]
    pub fn well(&self) {
        eventually(&format!("{} is well", self.name), || self.healthy());
    }

    /// A page of its monitoring.
    pub fn page(&self, path: &str) -> Result<Value, String> {
        let config = ureq::Agent::config_builder().http_status_as_error(false);
        let agent: ureq::Agent = config.timeout_global(Some(Duration::from_secs(5))).build().into();
        let answer = agent.get(format!("http://127.0.0.1:{}{path}", self.http)).call();
        let text = answer.map_err(|error| error.to_string())?.body_mut().read_to_string();
        serde_json::from_str(&text.map_err(|error| error.to_string())?).map_err(|error| error.to_string())
    }

    fn healthy(&self) -> Result<(), String> {
        let page = self.page("/healthz")?;
        if page["status"] == "ok" { Ok(()) } else { Err(format!("{}: {page}", self.name)) }
    }

    fn ended(&self) -> bool {
        self.child().as_mut().is_none_or(|child| child.try_wait().unwrap().is_some())
    }

    fn printed(&self) -> String {
        fs::read_to_string(self.folder.join("log")).unwrap_or_default()
    }

    fn child(&self) -> std::sync::MutexGuard<'_, Option<Child>> {
        self.child.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for NatsServer {
    fn drop(&mut self) {
        self.kill();
    }
}

/// A port below those that the system gives to connections, free a moment ago.
pub fn port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let start = u16::try_from(std::process::id() % 10_000).unwrap_or_default();
    loop {
        let port = 20_000 + (start + NEXT.fetch_add(1, Ordering::Relaxed)) % 12_000;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            return port;
        }
    }
}

/// A certificate authority, and one certificate of it for every server of this machine, or of its containers.
pub fn certificates(folder: &Path) {
    let openssl = |args: &[&str]| {
        let mut command = Command::new("openssl");
        command.args(args).current_dir(folder);
        run(command, "").done()
    };
    let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout"];
    fs::write(
        folder.join("server.ext"),
        "subjectAltName=DNS:localhost,IP:127.0.0.1,DNS:nats-1,DNS:nats-2,DNS:nats-3\nextendedKeyUsage=serverAuth,clientAuth\n",
    )
    .unwrap();
    openssl(
        &[&["req", "-x509", "-days", "2", "-subj", "/CN=test", "-out", "ca.pem"], &key[..], &["ca.key"]]
            .concat(),
    );
    openssl(&[&["req", "-subj", "/CN=localhost", "-out", "server.csr"], &key[..], &["server.key"]].concat());
    let signed =
        ["x509", "-req", "-in", "server.csr", "-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial"];
    openssl(&[&signed[..], &["-days", "2", "-extfile", "server.ext", "-out", "server.pem"]].concat());
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}
