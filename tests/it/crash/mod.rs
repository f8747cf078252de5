//! `kill -9` under load: what was acknowledged is there, once, in its place, and every feed stands as it was told.

mod followers;
mod writers;

use crate::harness::client::positions;
use crate::harness::{Server, Site, lianhu, note};
use followers::Followed;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, hash_map::RandomState};
use std::hash::{BuildHasher, Hasher};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use writers::Writer;

const WRITERS: [&str; 3] = ["hsp-01", "hsp-02", "cln-04"];
const FOLLOWERS: [&str; 2] = ["psb-03", "hlt"];

#[test]
fn what_was_acknowledged_survives_kill_9_exactly_once_and_no_feed_changes() {
    let rounds = std::env::var("LIANHU_KILL_ROUNDS").map_or(5, |rounds| rounds.parse().unwrap());
    let site = Site::demo();
    let mut writers = WRITERS.map(Writer::new);
    let mut followers = FOLLOWERS.map(Followed::new);
    for _ in 0..rounds {
        killed_under_load(&site, &mut writers, &mut followers);
    }
    let server = site.up();
    for writer in &mut writers {
        writer.retry(&server); // what the last kill left open
    }
    server.settled();
    let told = FOLLOWERS.map(|agency| server.agency(agency).feed());
    let text = FOLLOWERS.map(|agency| server.agency(agency).feed_text());

    let facts = every_receipt_stands(&server, &writers);
    server.settled();
    for (followed, told) in followers.iter().zip(&told) {
        followed.had_nothing_but(told);
    }
    assert_eq!(
        reports(&told[0]),
        facts,
        "the police were told of every acknowledged report, once, and of no other"
    );
    let same = FOLLOWERS.map(|agency| server.agency(agency).feed_text()) == text;
    assert!(same, "repeats told nobody anything");
    let retried: usize = writers.iter().map(|writer| writer.retried).sum();
    let kept: usize = writers.iter().map(|writer| writer.kept).sum();
    let (facts, had) = (facts.len(), followers.iter().map(Followed::count).sum::<usize>());
    note(&format!(
        "kill -9: {rounds} rounds, {facts} facts, {retried} retried, {kept} of them had been kept, {had} items followed live"
    ));
    assert!(facts > rounds * 3, "hardly anything was written");

    server.stop();
    std::fs::remove_dir_all(site.data().join("views")).unwrap();
    let server = site.up();
    server.settled();
    for (agency, text) in FOLLOWERS.iter().zip(&text) {
        let rebuilt = server.agency(agency).feed_text();
        assert!(rebuilt == *text, "the rebuilt feed of {agency} is not the one that stood, byte for byte");
    }
    server.stop();
    if site.on_nats() {
        return; // the doctor of one box opens the ledger in its folder
    }
    let said = lianhu(&["doctor", "--data", site.data().to_str().unwrap()]).stdout;
    assert!(["ledger", "vault", "views"].iter().all(|part| said.contains(&format!("ok   {part}"))), "{said}");
}

/// One server under load, killed at a random moment.
fn killed_under_load(site: &Site, writers: &mut [Writer; 3], followers: &mut [Followed; 2]) {
    let server = site.up();
    let killed = AtomicBool::new(false);
    std::thread::scope(|threads| {
        for writer in writers {
            let (server, killed) = (&server, &killed);
            threads.spawn(move || writer.write(server, || killed.load(Ordering::SeqCst)));
        }
        for followed in followers {
            let (server, killed) = (&server, &killed);
            threads.spawn(move || followed.follow(server, || killed.load(Ordering::SeqCst)));
        }
        std::thread::sleep(Duration::from_millis(150 + random() % 1_500));
        killed.store(true, Ordering::SeqCst); // from here on an answer may be missing, and not before
        server.kill_now();
    });
}

/// Each acknowledged document, published again, answers with its receipt. Answers their (source, id).
fn every_receipt_stands(server: &Server, writers: &[Writer]) -> BTreeSet<(String, String)> {
    let mut by_sequence = BTreeMap::new();
    let mut facts = BTreeSet::new();
    for writer in writers {
        let caller = server.agency(writer.agency);
        let mut last = 0;
        for (document, receipt) in &writer.acknowledged {
            let mut again = caller.publish(document).expect(200);
            assert_eq!(again["duplicate"].take(), true, "{again}");
            again["duplicate"] = false.into();
            assert_eq!(&again, receipt, "the receipt of {}", document["id"]);
            let sequence = receipt["sequence"].as_u64().unwrap();
            assert!(
                sequence > last,
                "{} was acknowledged after {last}, but stands at {sequence}",
                document["id"]
            );
            last = sequence;
            let before = by_sequence.insert(sequence, document["id"].clone());
            assert_eq!(before, None, "two records at {sequence}");
            let fresh = facts.insert(name(document));
            assert!(fresh, "{} was acknowledged twice", document["id"]);
        }
    }
    facts
}

/// What names a fact for ever.
fn name(event: &Value) -> (String, String) {
    let text = |name: &str| event[name].as_str().unwrap().to_owned();
    (text("source"), text("id"))
}

/// The reports in a feed; fails when one stands there twice.
fn reports(feed: &[Value]) -> BTreeSet<(String, String)> {
    assert_eq!(positions(feed), (1..=feed.len() as u64).collect::<Vec<_>>(), "dense from 1");
    let names: BTreeSet<_> = feed.iter().map(|item| name(&item["event"])).collect();
    assert_eq!(names.len(), feed.len(), "a report was told twice");
    names
}

/// Random enough to hit another moment each time.
fn random() -> u64 {
    RandomState::new().build_hasher().finish()
}
