//! A site: a data folder and its logs. A server: the bus that runs on it.

use super::client::Caller;
use super::command::{Ended, run};
use super::nats::{NatsSite, port};
use super::note;
use super::wait::eventually;
use serde_json::Value;
use std::fs::{self, File, OpenOptions};
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use tempfile::TempDir;

/// No port, or any.
const NOWHERE: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

/// What a server sent that was not a yes; canaries are looked for in it.
pub type Refusals = Arc<Mutex<Vec<u8>>>;

/// A data folder and the logs of every server that ran on it; its ledger is in the folder, or on a NATS server of
/// its own.
pub struct Site {
    nats: Option<NatsSite>,
    folder: TempDir,
    data: PathBuf,
    /// What runs here: `up`, or `serve` with its roles.
    command: Vec<String>,
    /// What it is served with, beside its folder.
    pub options: Vec<String>,
    /// Where it shall serve.
    listen: SocketAddr,
    /// What its servers sent that was not a yes.
    pub refusals: Refusals,
}

/// A running bus. Dropping it kills it.
pub struct Server {
    child: Mutex<Child>,
    /// Where it serves; port 0 where it does not answer HTTP.
    pub at: SocketAddr,
    /// The line with which it said that it serves.
    pub up: Value,
    refusals: Refusals,
}

/// The binary under test: beside the test executable, or where `LIANHU_BIN` says.
pub fn binary() -> PathBuf {
    if let Some(named) = std::env::var_os("LIANHU_BIN") {
        return named.into();
    }
    let deps = std::env::current_exe().unwrap();
    let binary = deps.parent().and_then(Path::parent).unwrap().join("lianhu");
    assert!(binary.exists(), "{} is not built: run tests/run, or cargo build -p lianhu", binary.display());
    binary
}

impl Site {
    /// An empty folder for the demo, without its cases.
    pub fn demo() -> Self {
        Self::with(&["--demo", "--empty"])
    }

    /// An empty folder for the demo, with its ledger in it, whatever the tests are asked to run on.
    pub fn one_box() -> Self {
        Self::on(None, &["--demo", "--empty"])
    }

    /// An empty folder, served with these options. Its ledger is on NATS when `LIANHU_TEST_LEDGER` says `jetstream`.
    pub fn with(options: &[&str]) -> Self {
        let on_nats = std::env::var("LIANHU_TEST_LEDGER").is_ok_and(|ledger| ledger == "jetstream");
        Self::on(on_nats.then(NatsSite::single), options)
    }

    fn on(nats: Option<NatsSite>, options: &[&str]) -> Self {
        let folder = TempDir::with_prefix("lianhu-it-").unwrap();
        let data = folder.path().join("data");
        let options = options.iter().map(|option| (*option).to_owned()).collect();
        let command = vec!["up".to_owned()];
        Self { nats, folder, data, command, options, listen: NOWHERE, refusals: Refusals::default() }
    }

    /// An empty folder for a process that has some roles only, separated by commas. It serves at the same address
    /// each time it is started.
    pub fn of_roles(roles: &str, options: &[String]) -> Self {
        let mut site = Self::on(None, &[]);
        site.listen.set_port(port());
        site.command = vec!["serve".to_owned(), roles.to_owned()];
        site.options = options.to_vec();
        site
    }

    /// The same, with its data elsewhere.
    pub fn at(mut self, data: PathBuf) -> Self {
        self.data = data;
        self
    }

    /// The data folder.
    pub fn data(&self) -> &Path {
        &self.data
    }

    /// Whether its ledger is on NATS.
    pub fn on_nats(&self) -> bool {
        self.nats.is_some()
    }

    /// Runs the binary for this site, and waits until it ends.
    #[track_caller]
    pub fn lianhu(&self, args: &[&str]) -> Ended {
        let mut command = Command::new(binary());
        command.args(args).envs(self.environment());
        run(command, "")
    }

    /// Where its ledger is, for every command that asks.
    fn environment(&self) -> Vec<(&'static str, String)> {
        let Some(nats) = &self.nats else { return Vec::new() };
        let path = |path: PathBuf| path.to_str().unwrap().to_owned();
        vec![
            ("LIANHU_NATS", nats.url()),
            ("LIANHU_NATS_REPLICAS", "1".to_owned()),
            ("LIANHU_NATS_CREDS", path(nats.creds("services"))),
            ("LIANHU_NATS_CA", path(nats.ca())),
        ]
    }

    /// A path beside the data folder.
    pub fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// All that the servers of this site printed.
    pub fn printed(&self) -> String {
        let read = |name| fs::read_to_string(self.beside(name)).unwrap_or_default();
        format!("{}{}", read("stdout.log"), read("stderr.log"))
    }

    /// A server on this site, once it serves.
    #[track_caller]
    pub fn up(&self) -> Server {
        match self.try_up() {
            Ok(server) => {
                if server.at.port() != 0 {
                    let live = server.stranger().get("/livez");
                    assert_eq!(live.status, 200, "{}", live.text);
                }
                server
            }
            Err(ended) => panic!("lianhu {} ended with {ended}:\n{}", self.command.join(" "), self.printed()),
        }
    }

    /// A server on this site as soon as it says that it serves, or how its process ended instead.
    #[track_caller]
    pub fn try_up(&self) -> Result<Server, ExitStatus> {
        let (stdout, stderr) = (self.beside("stdout.log"), self.beside("stderr.log"));
        let printed = fs::metadata(&stdout).map_or(0, |file| file.len()) as usize;
        let mut command = Command::new(binary());
        command.arg("--json").args(&self.command).args(&self.options).arg("--data").arg(&self.data);
        command.args(["--listen", &self.listen.to_string()]).stdin(Stdio::null()).envs(self.environment());
        command.current_dir(self.folder.path()).stdout(appended(&stdout)).stderr(appended(&stderr));
        let mut starting = Starting(Some(command.spawn().unwrap()));
        let up = eventually(&format!("lianhu {} serves", self.command.join(" ")), || {
            let text = fs::read_to_string(&stdout).unwrap();
            if let Some((line, _)) = text[printed..].split_once('\n') {
                return Ok(Ok(serde_json::from_str::<Value>(line).unwrap()));
            }
            match starting.0.as_mut().unwrap().try_wait().unwrap() {
                Some(ended) => Ok(Err(ended)),
                None => Err(self.printed()),
            }
        })?;
        let at = up["listen"].as_str().map_or(NOWHERE, |at| at.parse().unwrap());
        let child = starting.0.take().unwrap().into();
        Ok(Server { child, at, up, refusals: self.refusals.clone() })
    }
}

impl Drop for Site {
    /// A test that fails shows what its servers said.
    fn drop(&mut self) {
        if std::thread::panicking() {
            note(&format!("the servers of this test printed:\n{}", self.printed()));
        }
    }
}

/// A process that does not serve yet: killed should the wait for it fail.
struct Starting(Option<Child>);

impl Drop for Starting {
    fn drop(&mut self) {
        if let Some(child) = &mut self.0 {
            let _ = child.kill(); // Err: it has ended
            let _ = child.wait();
        }
    }
}

fn appended(path: &Path) -> File {
    OpenOptions::new().create(true).append(true).open(path).unwrap()
}

impl Server {
    /// The agency as the demo knows it.
    pub fn agency(&self, code: &str) -> Caller {
        self.bearer(&format!("demo-{code}"))
    }

    /// Whoever holds this token.
    pub fn bearer(&self, token: &str) -> Caller {
        Caller::new(self.at, Some(token.to_owned()), self.refusals.clone())
    }

    /// Somebody without a token.
    pub fn stranger(&self) -> Caller {
        Caller::new(self.at, None, self.refusals.clone())
    }

    /// What the bus says of itself.
    pub fn ready(&self) -> Value {
        self.stranger().get("/readyz").expect(200)
    }

    /// Waits until everything that is recorded has been disclosed, so that what is absent now stays absent.
    #[track_caller]
    pub fn settled(&self) {
        eventually("everything is disclosed", || {
            let status = self.ready();
            let through = |name: &str| status[name].as_u64();
            match through("head") {
                Some(head) if through("disclosed") == Some(head) && through("views") == Some(head) => Ok(()),
                _ => Err(status.to_string()),
            }
        });
    }

    /// `kill -9`, in the middle of whatever it does.
    pub fn kill(self) {
        self.kill_now();
    }

    /// The same, while others still talk to it.
    pub fn kill_now(&self) {
        self.signal("KILL");
        eventually("the process is gone", || match self.child.lock().unwrap().try_wait().unwrap() {
            Some(_) => Ok(()),
            None => Err("it runs".to_owned()),
        });
    }

    /// Sends it a signal, such as `STOP`.
    pub fn signal(&self, name: &str) {
        let ask = format!("kill -{name} {}", self.child.lock().unwrap().id());
        assert!(Command::new("sh").args(["-c", &ask]).status().unwrap().success());
    }

    /// Asks it to stop, and waits until it has.
    #[track_caller]
    pub fn stop(self) {
        self.stop_now();
    }

    /// The same, while others still talk to it.
    #[track_caller]
    pub fn stop_now(&self) {
        self.signal("TERM");
        let ended = eventually("lianhu stops when it is asked to", || {
            self.child.lock().unwrap().try_wait().unwrap().ok_or_else(|| "it runs".to_owned())
        });
        assert!(ended.success(), "lianhu was asked to stop and ended with {ended}");
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let child = self.child.get_mut().unwrap_or_else(PoisonError::into_inner);
        if let (true, Ok(Some(ended))) = (std::thread::panicking(), child.try_wait()) {
            note(&format!("the server of this test had ended: {ended}"));
        }
        let _ = child.kill(); // Err: it has ended
        let _ = child.wait();
    }
}
