//! Servers and writers are killed.

use super::check::check;
use super::load::{Heard, Load};
use super::plan::Plan;
use super::servers::Servers;
use super::{part, room};
use tempfile::TempDir;

/// Two processes under load, each with a copy of its own.
pub struct Pair {
    pub one: Load,
    pub two: Load,
    copies: [TempDir; 2],
}

impl Pair {
    /// Starts both, and waits until both are well under way.
    pub async fn start(servers: &Servers) -> Self {
        Self::start_with(servers, 32).await
    }

    /// The same, with records of so many bytes.
    pub async fn start_with(servers: &Servers, bytes: usize) -> Self {
        let copies = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let load = |copy: &TempDir, name| Load::start(servers, copy.path(), name, bytes);
        let pair = Self { one: load(&copies[0], "a"), two: load(&copies[1], "b"), copies };
        pair.go_on().await;
        pair
    }

    /// Waits until both are acknowledged again, all their workers about once and more.
    pub async fn go_on(&self) {
        self.one.goes_on(20).await;
        self.two.goes_on(20).await;
    }

    /// Lets both come to their end and checks everything. Nothing but `Unavailable` may have been met.
    pub async fn hold(self, run: &str, servers: &Servers) {
        let heard = [self.one.end().await, self.two.end().await];
        for heard in &heard {
            assert!(heard.ended && heard.followed.is_some(), "a child did not come to its end: {heard:?}");
            assert_eq!(heard.moved, 0, "a history moved on that nobody else writes");
        }
        let [one, two] = &self.copies;
        check(run, servers, &[one.path(), two.path()], &heard).await;
        for heard in heard {
            assert_eq!(heard.refused, Vec::<String>::new());
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_server_is_killed() {
    let _room = room().await;
    let mut servers = Plan::of(1).start();
    let pair = Pair::start(&servers).await;
    for _ in 0..2 {
        part(3).await;
        servers.kill(0);
        servers.start(0);
        pair.go_on().await;
    }
    part(3).await;
    pair.hold("one server, killed twice", &servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_leader_is_killed() {
    let _room = room().await;
    let mut servers = Plan::of(3).start();
    let pair = Pair::start(&servers).await;
    for _ in 0..2 {
        part(3).await;
        let leader = servers.leader().await;
        servers.kill(leader);
        pair.go_on().await; // the other two go on alone
        servers.start(leader);
        pair.go_on().await;
    }
    part(3).await;
    pair.hold("three servers, leader killed twice", &servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_all_servers_are_killed_at_once() {
    let _room = room().await;
    let mut servers = Plan::of(3).start();
    let pair = Pair::start(&servers).await;
    part(2).await;
    (0..3).for_each(|node| servers.kill(node));
    (0..3).for_each(|node| servers.start(node));
    pair.go_on().await;
    part(2).await;
    pair.hold("three servers, all killed at once", &servers).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_a_writer_is_killed() {
    let _room = room().await;
    let servers = Plan::of(1).start();
    let Pair { one, two, copies } = Pair::start(&servers).await;
    let (mut killed, mut running): (Vec<Heard>, Load) = (Vec::new(), one);
    for round in 1..=2 {
        part(3).await;
        killed.push(running.kill());
        running = Load::start(&servers, copies[0].path(), &format!("a.{round}"), 32);
        running.goes_on(20).await;
    }
    part(3).await;
    let heard = [running.end().await, two.end().await];
    assert!(heard.iter().all(|heard| heard.ended && heard.followed.is_some()), "{heard:?}");
    killed.extend(heard);
    let [one, two] = &copies;
    check("a writer, killed twice", &servers, &[one.path(), two.path()], &killed).await;
    assert!(killed.iter().all(|heard| heard.refused.is_empty()));
}
