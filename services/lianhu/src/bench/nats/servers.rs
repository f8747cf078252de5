//! Servers of the bench's own: one, or a cluster of processes on this machine. They flush before they acknowledge,
//! as the servers of a district do, and everybody on this machine may speak on them, so they hold nothing real.

use super::held::Held;
use crate::failure::Failure;
use std::net::TcpListener;
use std::path::Path;
use std::process::Command;

/// Running servers.
pub struct Servers {
    /// Where they are.
    pub urls: Vec<String>,
    servers: Vec<Held>,
}

impl Servers {
    /// Starts so many, with all that they store in a folder.
    pub fn start(folder: &Path, count: usize) -> Result<Self, Failure> {
        let program = std::env::var_os("NATS_SERVER").unwrap_or_else(|| "nats-server".into());
        let there = Command::new(&program).arg("--version").output();
        if !there.is_ok_and(|said| said.status.success()) {
            let why =
                "no nats-server to start: put version 2.15 or later on the PATH, or its place in NATS_SERVER";
            return Err(Failure::Usage(why.to_owned()));
        }
        let ports = ports(count * 2).map_err(|error| Failure::Store(format!("no free port: {error}")))?;
        let (clients, routes) = ports.split_at(count);
        let failed = |error| Failure::file(folder, error);
        let mut servers = Vec::with_capacity(count);
        for (number, (client, route)) in clients.iter().zip(routes).enumerate() {
            let file = folder.join(format!("nats-{number}.conf"));
            let store = folder.join(format!("nats-{number}"));
            std::fs::write(&file, conf(number, &store, *client, *route, routes)).map_err(failed)?;
            let mut command = Command::new(&program);
            command.arg("-c").arg(&file);
            servers.push(Held::start(&command, &folder.join(format!("nats-{number}.log")))?);
        }
        let urls = clients.iter().map(|port| format!("nats://127.0.0.1:{port}")).collect();
        Ok(Self { urls, servers })
    }

    /// What each said last.
    pub fn last_words(&self) -> String {
        self.servers.iter().map(Held::last_words).collect::<Vec<_>>().join("\n")
    }
}

fn ports(count: usize) -> std::io::Result<Vec<u16>> {
    let free: Vec<_> = (0..count).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<Result<_, _>>()?;
    free.iter().map(|listener| listener.local_addr().map(|at| at.port())).collect()
}

fn conf(number: usize, store: &Path, client: u16, route: u16, routes: &[u16]) -> String {
    let all: Vec<_> = routes.iter().map(|route| format!("\"nats://127.0.0.1:{route}\"")).collect();
    let cluster = match routes.len() {
        1 => String::new(),
        _ => {
            format!("cluster {{ name: bench, listen: \"127.0.0.1:{route}\", routes: [{}] }}", all.join(", "))
        }
    };
    format!(
        r#"server_name: bench-{number}
listen: "127.0.0.1:{client}"
max_payload: 2MB
jetstream {{ store_dir: {store:?}, sync_interval: always, max_mem: 256MB, max_file: 64GB }}
{cluster}
system_account: SYS
no_auth_user: bench
accounts {{
  SYS {{ exports: [ {{ service: "$SYS.REQ.SERVER.PING.VARZ", response_type: stream }} ] }}
  BENCH {{
    jetstream: enabled
    users: [ {{ user: bench, password: bench }} ]
    imports: [ {{ service: {{ account: SYS, subject: "$SYS.REQ.SERVER.PING.VARZ" }}, to: "lianhu.v1.server.varz" }} ]
  }}
}}
"#
    )
}
