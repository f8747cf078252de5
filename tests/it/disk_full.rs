//! A full disk: what was acknowledged stays, and with more room the work goes on.

use crate::harness::command::system;
use crate::harness::facts::large_report;
use crate::harness::{Site, note};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A small file system in memory, for root.
struct Small(PathBuf);

impl Small {
    fn mount(at: &Path) -> Self {
        std::fs::create_dir_all(at).unwrap();
        let options = ["-t", "tmpfs", "-o", "size=24m", "tmpfs"].map(Path::new);
        system("mount", &[&options[..], &[at]].concat());
        Self(at.to_owned())
    }

    fn grow(&self) {
        system("mount", &[Path::new("-o"), Path::new("remount,size=64m"), &self.0]);
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(&self.0).status(); // Err: it was never mounted
    }
}

#[test]
fn a_full_disk_loses_nothing_that_was_acknowledged() {
    let site = Site::one_box();
    let disk = Small::mount(&site.beside("small"));
    let data = disk.0.join("data");
    let site = site.at(data);
    let server = site.up();
    let hospital = server.agency("hsp-01");
    let mut acknowledged: Vec<(Value, Value)> = Vec::new();
    let refused = loop {
        let document = large_report("hsp-01", "psb-03");
        let answer = hospital.publish(&document);
        match answer.status {
            201 => acknowledged.push((document, answer.body)),
            _ => break (document, answer),
        }
        assert!(acknowledged.len() < 2_000, "24 MiB hold more than 200 MB");
    };
    let (unanswered, answer) = refused;
    answer.refused(503, "unavailable");
    assert!(!acknowledged.is_empty());
    let next = hospital.publish(&large_report("hsp-01", "psb-03"));
    next.refused(503, "unavailable"); // not before a restart: what reached the disk is unknown
    let ready = server.stranger().get("/readyz");
    assert_eq!(ready.status, 503, "{}", ready.text);
    server.kill();

    disk.grow();
    let server = site.up();
    let hospital = server.agency("hsp-01");
    for (document, receipt) in &acknowledged {
        let mut again = hospital.publish(document).expect(200);
        assert_eq!(again["duplicate"].take(), true);
        again["duplicate"] = false.into();
        assert_eq!(&again, receipt);
    }
    let retried = hospital.publish(&unanswered);
    assert!([200, 201].contains(&retried.status), "{}", retried.text);
    hospital.admitted(&large_report("hsp-01", "psb-03"));
    server.settled();
    let mut told = server.agency("psb-03").feed();
    assert_eq!(
        told.len(),
        acknowledged.len() + 2,
        "each of them once, what got no answer, and the one after"
    );
    told.truncate(acknowledged.len());
    for (item, (document, _)) in told.iter().zip(&acknowledged) {
        assert_eq!(item["event"]["data"], document["data"]);
    }
    note(&format!(
        "full disk: {} reports of 100 KiB were acknowledged on 24 MiB, and all are there",
        acknowledged.len()
    ));
    drop(server);
    drop(disk);
}
