//! The bench, for its correctness alone: figures of a test mean nothing.

use crate::harness::nats::NatsSite;
use crate::harness::{Site, lianhu};
use serde_json::Value;

fn rows(options: &[&str]) -> Vec<Value> {
    let site = Site::one_box();
    let disk = site.beside("disk");
    std::fs::create_dir(&disk).unwrap();
    let always = ["--json", "bench", "--seconds", "1", "--facts", "150", "--disk", disk.to_str().unwrap()];
    let said = lianhu(&[&always[..], options].concat()).done();
    assert_eq!(std::fs::read_dir(&disk).unwrap().count(), 0, "it leaves nothing behind");
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn rows_are_chosen_and_each_says_what_it_is_and_what_is_asked_of_it() {
    let rows = rows(&["--rows", "lone,rebuild,start"]);
    let measures: Vec<&str> = rows.iter().map(|row| row["measure"].as_str().unwrap()).collect();
    let expected =
        ["one lone publish", "views made again", "start with 150 facts", "resident memory with 150 facts"];
    assert_eq!(measures, expected);
    for row in &rows {
        assert!(row["value"].as_f64().unwrap() > 0.0, "{row}");
        for name in ["payload", "store", "durability", "unit", "target"] {
            assert!(row[name].as_str().is_some_and(|text| !text.is_empty()), "{name}: {row}");
        }
        assert!(row["met"].is_boolean(), "{row}");
    }
    let ratio = rows[1]["value"].as_f64().unwrap() / rows[1]["beside"].as_f64().unwrap();
    assert!((rows[1]["ratio"].as_f64().unwrap() - ratio).abs() < 1e-9);
}

#[test]
fn the_stream_is_measured_to_its_last_line() {
    let rows = rows(&["--rows", "stream"]);
    let (p50, p99) = (&rows[0], &rows[1]);
    assert!(p50["measure"].as_str().unwrap().ends_with("p50") && p50["target"].is_null(), "{p50}");
    assert!(p50["value"].as_f64() <= p99["value"].as_f64(), "{p50} {p99}");
    assert!(p99["payload"].as_str().unwrap().starts_with("500 reports"), "{p99}");
    assert_eq!(rows.len(), 2);
}

#[test]
fn on_nats_each_row_is_held_against_the_bare_server_and_nothing_is_left() {
    let rows = rows(&["--nats", "--connections", "2"]);
    let measures: Vec<&str> = rows.iter().map(|row| row["measure"].as_str().unwrap()).collect();
    let expected = [
        "receipt → message of a feed, p50",
        "receipt → message of a feed, p99",
        "receipt → line at another agency, p50",
        "receipt → line at another agency, p99",
        "publish over HTTP, 2 connections",
        "publish by NATS request, 2 connections",
        "a fresh copy of the ledger",
    ];
    assert_eq!(measures, expected);
    for row in &rows {
        assert!(row["value"].as_f64().unwrap() > 0.0, "{row}");
        assert_eq!(row["store"], "JetStream, on one server", "{row}");
        assert_eq!(row["met"].is_boolean(), row["target"].is_string(), "{row}");
    }
    for row in &rows[4..] {
        let ratio = row["value"].as_f64().unwrap() / row["beside"].as_f64().unwrap();
        assert!((row["ratio"].as_f64().unwrap() - ratio).abs() < 1e-9 && row["target"].is_string(), "{row}");
    }
    assert!(rows[1]["value"].as_f64() >= rows[0]["value"].as_f64(), "{rows:?}");
    let held: u64 = rows[6]["payload"].as_str().unwrap().split(' ').next().unwrap().parse().unwrap();
    assert!(held > 150, "all of the stream is followed: {}", rows[6]);
}

#[test]
fn on_nats_a_row_of_one_box_is_refused_and_so_is_an_account_that_holds_something() {
    let (hub, dir) = (NatsSite::single(), tempfile::tempdir().unwrap());
    let bench = |options: &[&str]| {
        lianhu(&[&["bench", "--seconds", "1", "--disk", dir.path().to_str().unwrap()], options].concat())
    };
    bench(&["--nats", "--rows", "rebuild"]).refused(2, &["publish, stream and follow"]);
    bench(&["--rows", "follow"]).refused(2, &["--nats"]);
    let creds = hub.creds("operator");
    let (ca, url) = (hub.ca(), hub.url());
    let there = ["--nats", &url, "--nats-ca", ca.to_str().unwrap(), "--nats-creds", creds.to_str().unwrap()];
    hub.provision("hsp-01", &["--replicas", "1"]);
    bench(&there).refused(2, &["LIANHU_FEED_hsp-01", "without any stream"]);
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "it leaves nothing behind");
}
