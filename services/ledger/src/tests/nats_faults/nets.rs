//! Networks between servers that can be cut: each server stands in a network namespace of its own, with one leg
//! in a network for clients and one in a network for the other servers. Linux, and root.

use std::path::Path;
use std::process::Command;

/// The two networks.
pub struct Nets {
    /// Begins the name of everything that is made here.
    tag: String,
    /// The third number of every address.
    third: u32,
    count: usize,
}

impl Nets {
    /// Makes them for so many servers, or says why not. Once in a process.
    pub fn make(count: usize) -> Result<Self, String> {
        sweep();
        let pid = std::process::id();
        let nets = Self { tag: format!("lf{pid:x}"), third: pid % 250, count };
        nets.build().map(|()| nets) // a half-made one is dropped, and cleans up
    }

    fn build(&self) -> Result<(), String> {
        for leg in ["a", "b"] {
            let bridge = format!("{}{leg}", self.tag);
            ip(&format!("link add {bridge} type bridge"))?;
            ip(&format!("link set dev {bridge} up"))?;
        }
        ip(&format!("addr add 198.18.{}.1/24 dev {}a", self.third, self.tag))?;
        for node in 0..self.count {
            let name = self.name(node);
            ip(&format!("netns add {name}"))?;
            ip(&format!("-n {name} link set dev lo up"))?;
            for (leg, routes) in [("a", false), ("b", true)] {
                let (outer, bridge) = (self.outer(leg, node), format!("{}{leg}", self.tag));
                ip(&format!("link add {outer} type veth peer name {leg} netns {name}"))?;
                ip(&format!("link set dev {outer} master {bridge} up"))?;
                ip(&format!("-n {name} addr add {}/24 dev {leg}", self.host(node, routes)))?;
                ip(&format!("-n {name} link set dev {leg} up"))?;
            }
        }
        Ok(())
    }

    fn outer(&self, leg: &str, node: usize) -> String {
        format!("{}{leg}{node}", self.tag)
    }

    /// The namespace of a server.
    pub fn name(&self, node: usize) -> String {
        format!("{}-{node}", self.tag)
    }

    /// Where it listens: to the other servers, or to clients.
    pub fn host(&self, node: usize, routes: bool) -> String {
        format!("198.{}.{}.{}", if routes { 19 } else { 18 }, self.third, 10 + node)
    }

    /// Cuts a server off from all others. Clients still reach it.
    pub fn cut(&self, node: usize) {
        ip(&format!("link set dev {} down", self.outer("b", node))).unwrap();
    }

    /// Lets it come back.
    pub fn heal(&self, node: usize) {
        ip(&format!("link set dev {} up", self.outer("b", node))).unwrap();
    }
}

impl Drop for Nets {
    fn drop(&mut self) {
        for node in 0..self.count {
            let _ = ip(&format!("netns del {}", self.name(node))); // Err: it was not made
        }
        for leg in ["a", "b"] {
            let _ = ip(&format!("link del {}{leg}", self.tag)); // Err: as above
        }
    }
}

/// Removes what processes left that were killed.
fn sweep() {
    let names = std::fs::read_dir("/run/netns").into_iter().flatten();
    let names = names.filter_map(|name| name.ok()?.file_name().into_string().ok());
    for (tag, node) in names.filter_map(|name| Some((name.split_once('-')?.0.to_owned(), name.clone()))) {
        let pid = tag.strip_prefix("lf").and_then(|pid| u32::from_str_radix(pid, 16).ok());
        if pid.is_some_and(|pid| !Path::new(&format!("/proc/{pid}")).exists()) {
            let left = [format!("netns del {node}"), format!("link del {tag}a"), format!("link del {tag}b")];
            left.iter().for_each(|words| drop(ip(words))); // Err: another of its servers came first
        }
    }
}

fn ip(words: &str) -> Result<(), String> {
    let said = Command::new("ip").args(words.split(' ')).output().map_err(|why| format!("ip: {why}"))?;
    match said.status.success() {
        true => Ok(()),
        false => Err(format!("ip {words}: {}", String::from_utf8_lossy(&said.stderr).trim())),
    }
}
