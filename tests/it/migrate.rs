//! A bus on one box becomes a bus on a NATS server: nobody who uses it can tell, and nothing is lost on the way.

use crate::harness::command::lianhu_at;
use crate::harness::facts;
use crate::harness::nats::NatsSite;
use crate::harness::site::binary;
use crate::harness::{Server, Site, lianhu, note, repository};
use crate::nats::hub;
use async_nats::jetstream;
use serde_json::{Value, json};
use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

const BATCH: &str = "application/cloudevents-batch+json";

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// Incident A in a folder that nobody serves; the number of its case.
fn played(site: &Site) -> String {
    let file = repository("tests/scenarios/incident-a.jsonl");
    let ended = lianhu(&["--json", "scenario", "run", text(&file), "--data", text(site.data())]);
    let end: Value = serde_json::from_str(ended.done().lines().last().unwrap()).unwrap();
    end["cases"][0]["number"].as_str().unwrap().to_owned()
}

/// The command that moves a folder to a server.
fn migrate(from: &Path, nats: &NatsSite, more: &[&str]) -> Vec<String> {
    let mut options = nats.options(&nats.creds("operator"));
    options[0] = "--to".to_owned();
    let from = format!("sled:{}", text(from));
    let always = ["--json", "migrate", "--replicas", "1", "--from", &from];
    always.iter().chain(more).map(|word| (*word).to_owned()).chain(options).collect()
}

fn moved(from: &Path, nats: &NatsSite, more: &[&str]) -> Value {
    serde_json::from_str(&lianhu(&migrate(from, nats, more)).done()).unwrap()
}

/// A site whose bus has its ledger on a server, and its keys and its copy in a folder beside.
fn on(nats: &NatsSite, keys_of: &Site) -> Site {
    let mut site = Site::one_box();
    fs::create_dir_all(site.data()).unwrap();
    for name in ["root.key", "operator.token", "vault"] {
        let from = keys_of.data().join(name);
        if from.exists() {
            let copied = Command::new("cp").arg("-a").arg(&from).arg(site.data()).status().unwrap();
            assert!(copied.success(), "{name}");
        }
    }
    site.options.extend(nats.options(&nats.creds("services")));
    site.options.extend(["--replicas", "1"].map(str::to_owned));
    site
}

/// What the reviewer is shown of a case as of moments that have passed, and what agencies have been told.
fn seen(server: &Server, number: &str) -> (Vec<String>, Vec<Vec<Value>>) {
    let replay = |agency: &str, more: &[&str]| {
        let words = [&["--json", "replay", number][..], more].concat();
        lianhu_at(server.at, &format!("demo-{agency}"), &words, "").done()
    };
    let shown = vec![
        replay("wcc", &["--as-of", "2026-09-01"]),
        replay("wcc", &["--as-of", "2026-04-02"]),
        replay("wcc", &["--as", "sch-15", "--as-of", "2026-04-13"]),
    ];
    let told = ["psb", "psb-03", "wbo", "hsp-01", "sch-15", "ngo-07"].map(|agency| {
        let feed = server.agency(agency).feed();
        assert!(!feed.is_empty(), "{agency} was told something");
        feed
    });
    (shown, told.to_vec())
}

#[test]
fn an_incident_moves_and_reads_as_before_and_goes_on() {
    let (before, nats) = (Site::one_box(), NatsSite::single());
    let number = played(&before);
    let server = before.up();
    server.settled();
    let (shown, told) = seen(&server, &number);
    // while it is served nobody can take it
    lianhu(&migrate(before.data(), &nats, &[])).refused(8, &["in use"]);
    server.stop();

    let after = on(&nats, &before);
    let said = moved(before.data(), &nats, &["--data", text(after.data())]);
    let records = said["records"].as_u64().unwrap();
    assert!(records > 100, "{said}");
    for (name, count) in [("moved", records), ("there", 0), ("verified", records), ("head", records)] {
        assert_eq!(said[name], count, "{name}: {said}");
    }
    assert_eq!(said["hash"].as_str().unwrap().len(), 64, "{said}");
    assert_eq!(said["by_hand"], json!(["vault", "root.key", "operator.token"]));
    let again = moved(before.data(), &nats, &[]);
    let expected = (&json!(0), &json!(records), &said["hash"]);
    assert_eq!((&again["moved"], &again["there"], &again["hash"]), expected);

    let server = after.up();
    server.settled();
    let (shown_after, told_after) = seen(&server, &number);
    assert_eq!(shown_after, shown);
    for (before, after) in told.iter().zip(&told_after) {
        assert_eq!(before[..], after[..before.len()], "what was told stands as it was told");
    }

    // it goes on: a repeat is a repeat, and a new fact is the next record of all
    let file = fs::read_to_string(repository("tests/scenarios/incident-a.jsonl")).unwrap();
    let alert: Value =
        serde_json::from_str(file.lines().find(|line| line.starts_with('{')).unwrap()).unwrap();
    let repeat = server.agency("hsp-01").publish(&alert).expect(200);
    assert_eq!(repeat["duplicate"], true, "{repeat}");
    let filed = facts::Case::filed(&server);
    server.agency("psb-03").admitted(&filed.acknowledged("psb-03"));
    server.agency("psb-03").told_of("mandatory-reporting.report-filed.v1");
    server.stop();

    // the folder that it came from is as it was, and no longer the ledger
    lianhu(&migrate(before.data(), &nats, &[])).refused(4, &["migrate-went-on"]);
    let server = before.up();
    assert_eq!(seen(&server, &number).0, shown);
}

/// A folder with so many reports, which nobody serves.
fn filled(reports: usize) -> Site {
    let site = Site::one_box();
    let server = site.up();
    let all: Vec<Value> = (0..reports).map(|_| facts::report("hsp-01", "psb-03", "无")).collect();
    for some in all.chunks(100) {
        let answer = server.agency("hsp-01").post("/v1/events", BATCH, json!(some).to_string());
        let answer = answer.expect(200);
        assert!(answer.as_array().unwrap().iter().all(|item| item["status"] == 201), "{answer}");
    }
    server.settled();
    server.stop();
    site
}

/// How many records the stream holds.
async fn held(nats: &NatsSite) -> u64 {
    match jetstream::new(nats.service("operator").await).get_stream("LIANHU_LEDGER").await {
        Ok(stream) => stream.cached_info().state.last_sequence,
        Err(_) => 0,
    }
}

/// A run that has begun to fill a stream.
async fn begun(site: &Site, nats: &NatsSite) -> Child {
    let mut run = Command::new(binary());
    run.args(migrate(site.data(), nats, &[])).stdout(Stdio::piped()).stderr(Stdio::null());
    let mut run = run.spawn().unwrap();
    while held(nats).await == 0 && run.try_wait().unwrap().is_none() {}
    run
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_killed_is_gone_on_with() {
    let site = filled(1_200);
    for _ in 0..5 {
        let nats = NatsSite::single();
        let mut run = begun(&site, &nats).await;
        run.kill().unwrap();
        run.wait().unwrap();
        let there = held(&nats).await;
        let said = moved(site.data(), &nats, &[]);
        let records = said["records"].as_u64().unwrap();
        assert!(records > 1_200 && said["there"].as_u64().unwrap() >= there, "{said}");
        assert_eq!((held(&nats).await, &said["verified"]), (records, &said["records"]), "{said}");
        if (1..records).contains(&there) {
            note(&format!("migrate: killed when {there} of {records} records were there"));
            return;
        }
    }
    panic!("it was faster than every kill");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_goes_away_is_waited_for() {
    let site = filled(1_200);
    for _ in 0..5 {
        let nats = NatsSite::single();
        let mut run = begun(&site, &nats).await;
        nats.servers()[0].kill();
        let in_the_middle = run.try_wait().unwrap().is_none();
        nats.servers()[0].start();
        let ended = run.wait_with_output().unwrap();
        assert!(ended.status.success(), "{ended:?}");
        let said: Value = serde_json::from_slice(&ended.stdout).unwrap();
        assert_eq!((&said["verified"], &said["there"]), (&said["records"], &json!(0)), "{said}");
        assert_eq!(held(&nats).await, said["records"].as_u64().unwrap());
        if in_the_middle {
            return;
        }
    }
    panic!("it was faster than every kill");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_is_full_keeps_what_it_took_and_is_gone_on_with_when_there_is_room() {
    let (site, nats) = (filled(60), NatsSite::single());
    lianhu(&migrate(&site.beside("none"), &nats, &[])).refused(2, &["holds no ledger"]);
    let js = jetstream::new(nats.service("operator").await);
    let wrong = jetstream::stream::Config { max_messages: 50, ..hub::ledger() };
    js.create_stream(wrong.clone()).await.unwrap();
    lianhu(&migrate(site.data(), &nats, &[])).refused(8, &["nats-stream", "set up wrongly"]);
    let full = jetstream::stream::Config {
        subjects: vec!["lianhu.v1.ledger.*".to_owned()],
        duplicate_window: std::time::Duration::from_secs(600),
        ..wrong
    };
    js.update_stream(full.clone()).await.unwrap();
    lianhu(&migrate(site.data(), &nats, &[])).refused(8, &["nats-stream", "10077"]);
    assert_eq!(held(&nats).await, 50);
    js.update_stream(jetstream::stream::Config { max_messages: -1, ..full }).await.unwrap();
    let said = moved(site.data(), &nats, &[]);
    assert_eq!(said["there"], 50, "{said}");
    assert_eq!(said["verified"], said["records"], "{said}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stream_that_holds_another_ledger_is_refused_and_left_as_it_is() {
    let (one, other, nats) = (filled(5), filled(3), NatsSite::single());
    moved(other.data(), &nats, &[]);
    let before = held(&nats).await;
    let copy = one.beside("copy-of");
    lianhu(&migrate(one.data(), &nats, &["--data", text(&copy)])).refused(4, &["migrate-other-ledger"]);
    assert!(!copy.exists());
    assert_eq!(held(&nats).await, before);
    assert_eq!(moved(other.data(), &nats, &[])["there"], before);
}
