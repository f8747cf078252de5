//! A district: one NATS server from `deploy/nats/single.conf`, and processes with some roles each. Every process has
//! the narrowest credentials that its roles can do with.

use super::found::Operator;
use crate::harness::nats::NatsSite;
use crate::harness::{Caller, Server, Site};
use serde_json::Value;
use std::sync::Mutex;

/// The server, and who runs on it.
pub struct District {
    pub nats: NatsSite,
    pub operator: Operator,
}

/// A process: its folder, and the program while it runs.
pub struct Process {
    pub roles: String,
    pub site: Site,
    server: Mutex<Option<Server>>,
}

/// The smallest kind of credentials for these roles.
fn kind(roles: &str) -> &'static str {
    let has = |role| roles.split(',').any(|own| own == role);
    match roles {
        "vault" => "vault",
        "views" => "views",
        _ if has("gateway") => "gateway",
        _ => "admission",
    }
}

impl District {
    /// A server, and nobody on it.
    pub fn new() -> Self {
        let nats = NatsSite::single();
        let operator = Operator::of(&nats);
        Self { nats, operator }
    }

    /// A folder for a process; it does not run yet.
    pub fn process(&self, roles: &str) -> Process {
        let mut options = self.nats.options(&self.nats.creds(kind(roles)));
        options.extend(["--demo", "--replicas", "1"].map(str::to_owned));
        Process { roles: roles.to_owned(), site: Site::of_roles(roles, &options), server: Mutex::new(None) }
    }

    /// Processes with these roles, all started at once: they wait for each other.
    #[track_caller]
    pub fn start(&self, roles: &[&str]) -> Vec<Process> {
        let processes: Vec<Process> = roles.iter().map(|roles| self.process(roles)).collect();
        start_all(&processes);
        processes
    }

    /// The three processes of the README.
    #[track_caller]
    pub fn three(&self) -> Vec<Process> {
        self.start(&["vault", "gateway,views", &ADMISSION.join(",")])
    }
}

/// What decides and follows.
pub const ADMISSION: [&str; 10] = [
    "intake",
    "mandatory-reporting",
    "one-stop",
    "referral",
    "case-conference",
    "guardianship",
    "follow-up",
    "closure",
    "disclosure",
    "clocks",
];

/// Starts processes, all at once.
#[track_caller]
pub fn start_all(processes: &[Process]) {
    std::thread::scope(|threads| {
        for process in processes {
            threads.spawn(|| process.start());
        }
    });
}

impl Process {
    /// Starts it, on what it had kept.
    #[track_caller]
    pub fn start(&self) {
        let server = self.site.up();
        assert_eq!(server.up["roles"], roles_of(&self.roles), "{}", server.up);
        *self.server.lock().unwrap() = Some(server);
    }

    /// `kill -9`.
    #[track_caller]
    pub fn kill(&self) {
        self.server.lock().unwrap().take().unwrap().kill();
    }

    /// Asks it to stop, and waits until it has.
    #[track_caller]
    pub fn stop(&self) {
        let server = self.server.lock().unwrap().take().unwrap();
        server.stop();
    }

    /// An agency at this gateway.
    pub fn agency(&self, code: &str) -> Caller {
        self.with(|server| server.agency(code))
    }

    /// The operator of this gateway: each has a token of its own.
    pub fn operator(&self) -> Caller {
        let token = std::fs::read_to_string(self.site.data().join("operator.token")).unwrap();
        self.with(|server| server.bearer(token.trim()))
    }

    /// What this gateway says of itself, unless something is away.
    pub fn ready(&self) -> Result<Value, String> {
        let answer = self.with(|server| server.stranger().get("/readyz"));
        if answer.status == 200 { Ok(answer.body) } else { Err(answer.text) }
    }

    /// Does something with the running program.
    pub fn with<T>(&self, work: impl FnOnce(&Server) -> T) -> T {
        work(self.server.lock().unwrap().as_ref().expect("it runs"))
    }
}

/// The roles as the program says them: in the order of the work.
fn roles_of(roles: &str) -> Value {
    let mut order: Vec<&str> = ADMISSION[..8].to_vec();
    order.extend(["clocks", "disclosure", "views", "gateway", "vault"]);
    let has = |role: &&str| roles.split(',').any(|own| own == *role);
    order.into_iter().filter(has).collect::<Vec<_>>().into()
}
