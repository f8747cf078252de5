//! The server's disk is full.

use super::killed::Pair;
use super::plan::Plan;
use super::{note, part, room, until};
use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

/// A small file system in memory, for root.
struct Small(PathBuf);

impl Small {
    fn mount(at: &Path) -> Self {
        let options = ["-t", "tmpfs", "-o", "size=192m", "tmpfs"];
        let mounted = Command::new("mount").args(options).arg(at).status();
        assert!(mounted.unwrap().success(), "no tmpfs at {at:?}: this needs root");
        Self(at.to_owned())
    }

    /// Takes all that is left, and more as soon as there is more.
    fn fill(&self) {
        let mut filler = File::options().create(true).append(true).open(self.0.join("filler")).unwrap();
        while filler.write_all(&[0; 4096]).is_ok() {}
    }

    fn free(&self) {
        std::fs::remove_file(self.0.join("filler")).unwrap();
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status(); // Err: it was never mounted
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_is_lost_when_the_disk_of_the_server_is_full() {
    let _room = room().await;
    let place = tempfile::tempdir().unwrap();
    let small = Small::mount(place.path());
    let mut servers = Plan { store: Some(small.0.join("store")), ..Plan::of(1) }.start();
    let pair = Pair::start_with(&servers, 1_000).await;
    part(2).await;
    let refusals = || {
        let heard = [pair.one.heard(), pair.two.heard()];
        heard.iter().map(|heard| heard.again.values().sum::<usize>() + heard.refused.len()).sum::<usize>()
    };
    until("appends are refused", async || {
        small.fill();
        (refusals() >= 12).then_some(())
    })
    .await;
    small.free();
    let before = pair.one.heard().acks.len();
    let by_itself = async {
        while pair.one.heard().acks.len() < before + 5 {
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    let by_itself = tokio::time::timeout(Duration::from_secs(4), by_itself).await.is_ok();
    if !by_itself {
        servers.kill(0);
        servers.start(0);
    }
    assert!(servers.log(0).contains("no space left on device"), "the disk was never full");
    note(match by_itself {
        true => "full disk: with room again the server goes on by itself",
        false => "full disk: with room again the server goes on after a restart, not before",
    });
    pair.go_on().await;
    part(2).await;
    pair.hold("full disk", &servers).await;
    drop(servers); // before their disk
}
