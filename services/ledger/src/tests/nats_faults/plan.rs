//! How the servers of a run are set up.

use super::nets::Nets;
use super::servers::Servers;
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU16, Ordering};

/// How servers are set up.
pub struct Plan {
    pub count: usize,
    /// Ends the jetstream block.
    pub sync: &'static str,
    pub max_payload: &'static str,
    /// Whether the account of the bus may ask the servers how they are set up.
    pub import: bool,
    /// Where the first server keeps its streams, if not beside its log.
    pub store: Option<PathBuf>,
    /// The networks in which they stand; without, the loopback of this machine.
    pub nets: Option<Nets>,
}

impl Plan {
    /// So many servers as they must be.
    pub fn of(count: usize) -> Self {
        let (sync, max_payload) = (", sync_interval: always", "2MB");
        Self { count, sync, max_payload, import: true, store: None, nets: None }
    }

    /// Starts them.
    pub fn start(self) -> Servers {
        let dir = tempfile::tempdir().unwrap();
        let ports = free_ports(self.count * 2);
        let (clients, routes) = ports.split_at(self.count);
        let host = |node, routes| match &self.nets {
            Some(nets) => nets.host(node, routes),
            None => "127.0.0.1".to_owned(),
        };
        let at = |ports: &[u16], routes| -> Vec<String> {
            (0..self.count).map(|node| format!("{}:{}", host(node, routes), ports[node])).collect()
        };
        let (clients, routes) = (at(clients, false), at(routes, true));
        let all = routes.iter().map(|at| format!("nats://{at}")).collect::<Vec<_>>().join(", ");
        let import = match self.import {
            true => {
                r#"imports: [ { service: { account: SYS, subject: "$SYS.REQ.SERVER.PING.VARZ" },
                    to: "lianhu.v1.server.varz" } ]"#
            }
            false => "",
        };
        for node in 0..self.count {
            let store = dir.path().join(format!("n{node}"));
            let store = self.store.clone().filter(|_| node == 0).unwrap_or(store);
            let cluster = match self.count {
                1 => String::new(),
                _ => format!(
                    "cluster {{ name: c, listen: \"{}\", no_advertise: true, routes: [ {all} ] }}",
                    routes[node]
                ),
            };
            let config = format!(
                r#"server_name: n{node}
                listen: "{}"
                max_payload: {}
                jetstream {{ store_dir: {store:?}, max_file: 4GB, max_mem: 256MB {} }}
                {cluster}
                system_account: SYS
                accounts {{
                    SYS {{ users: [ {{ user: sys, password: p }} ]
                        exports: [ {{ service: "$SYS.REQ.SERVER.PING.VARZ", response_type: stream }} ] }}
                    BUS {{ jetstream: enabled, users: [ {{ user: bus, password: p }} ]
                        {import} }}
                }}"#,
                clients[node], self.max_payload, self.sync
            );
            std::fs::write(dir.path().join(format!("n{node}.conf")), config).unwrap();
        }
        let urls = clients.iter().map(|at| format!("nats://{at}")).collect();
        Servers::start_all(dir, urls, self.nets)
    }
}

/// Ports below those that the kernel gives to outgoing connections: a client that tries to come back to a killed
/// server would otherwise be given, now and then, that server's own port.
pub fn free_ports(count: usize) -> Vec<u16> {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let base = 12_000 + (std::process::id() % 900) as u16 * 20;
    let mut ports = Vec::new();
    while ports.len() < count {
        let port = base + NEXT.fetch_add(1, Ordering::Relaxed) % 1_900;
        if TcpListener::bind(("127.0.0.1", port)).is_ok() {
            ports.push(port);
        }
    }
    ports
}
