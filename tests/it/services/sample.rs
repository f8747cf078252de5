//! `deploy/samples/agency.py`, run as an integrator would: by a Python with what it needs, on an agency's own
//! credentials.

use super::district::District;
use super::voice::Voice;
use crate::harness::client::positions;
use crate::harness::command::{Ended, lianhu, run};
use crate::harness::facts::{Case, report};
use crate::harness::repository;
use serde_json::{Value, json};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::LazyLock;

/// `LIANHU_PYTHON`, or one that is made here, once.
static PYTHON: LazyLock<PathBuf> = LazyLock::new(|| {
    if let Some(named) = std::env::var_os("LIANHU_PYTHON") {
        return named.into();
    }
    let made = Command::new(repository("tests/python.sh")).stderr(Stdio::inherit()).output().unwrap();
    assert!(made.status.success(), "tests/python.sh: {}", made.status);
    String::from_utf8(made.stdout).unwrap().trim().into()
});

/// The program as an agency.
fn agency(district: &District, code: &str, words: &[&str]) -> Command {
    let mut python = Command::new(&*PYTHON);
    python.arg(repository("deploy/samples/agency.py")).args(words);
    python.env("LIANHU_NATS", district.nats.url()).env("LIANHU_NATS_CA", district.nats.ca());
    python.env("LIANHU_NATS_CREDS", district.nats.agency_creds(code));
    python
}

/// One run of it.
#[track_caller]
fn run_as(district: &District, code: &str, words: &[&str]) -> Ended {
    run(agency(district, code, words), "")
}

/// Publishes a document from a file.
#[track_caller]
fn publish(district: &District, code: &str, document: &Value, more: &[&str]) -> (i32, Value) {
    let file = district.nats.beside("document.json");
    std::fs::write(&file, document.to_string()).unwrap();
    let ended = run_as(district, code, &[&["publish", file.to_str().unwrap()], more].concat());
    (ended.code, serde_json::from_str(&ended.stdout).unwrap_or_else(|why| panic!("{why}: {ended:?}")))
}

/// Takes so many items of the feed.
#[track_caller]
fn follow(district: &District, code: &str, count: usize) -> Vec<Value> {
    let said = run_as(district, code, &["follow", "--for", "60", "--count", &count.to_string()]).done();
    said.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn the_sample_publishes_follows_and_reads_as_an_agency_does() {
    let district = District::new();
    let processes = district.three();
    let door = &processes[1];
    ["hsp-01", "psb-03"].iter().for_each(|agency| drop(district.nats.provision(agency, &[])));

    let document = report("hsp-01", "psb-03", "接诊时发现可疑情形。");
    let (code, preview) = publish(&district, "hsp-01", &document, &["--dry-run"]);
    assert_eq!((code, &preview["duplicate"]), (0, &Value::Null), "{preview}");
    let (code, receipt) = publish(&district, "hsp-01", &document, &[]);
    assert_eq!((code, &receipt["duplicate"]), (0, &json!(false)), "{receipt}");
    let (code, again) = publish(&district, "hsp-01", &document, &[]);
    assert_eq!((code, &again["duplicate"], &again["hash"]), (0, &json!(true), &receipt["hash"]), "{again}");
    let case = Case {
        subject: receipt["subject"].as_str().unwrap().to_owned(),
        report: document["id"].as_str().unwrap().to_owned(),
        receipt,
    };
    let (code, problem) = publish(&district, "hsp-01", &case.acknowledged("psb-03"), &[]);
    assert_eq!((code, &problem["code"]), (1, &json!("source-not-yours")), "{problem}");

    let first = follow(&district, "psb-03", 1);
    assert_eq!(first[0]["event"]["data"]["narrative"], "接诊时发现可疑情形。", "asked for and told");
    let (code, _) =
        publish(&district, "psb-03", &case.acknowledged("psb-03"), &["--if-match", &case.reference()]);
    assert_eq!(code, 0);
    let (code, late) =
        publish(&district, "psb-03", &case.accepted("psb-03"), &["--if-match", &case.reference()]);
    assert_eq!((code, &late["code"]), (1, &json!("precondition-failed")), "{late}");
    let next = follow(&district, "psb-03", 1);
    assert_eq!(next[0]["position"], 2, "it goes on where it had acknowledged");

    district.operator.settled();
    let over_http = door.agency("psb-03").feed();
    assert_eq!([first, next].concat(), over_http, "what it printed is its feed, values and all");
    let read = run_as(&district, "psb-03", &["read", "/v1/feed?after=0"]).done();
    assert_eq!(serde_json::from_str::<Value>(&read).unwrap()["items"], json!(over_http));
    run_as(&district, "psb-03", &["read", "/v1/cases/none"]).refused(1, &[]);
}

#[test]
fn the_sample_waits_for_a_bus_that_is_away_and_sends_the_same_again() {
    let district = District::new();
    let processes = district.three();
    district.nats.provision("hsp-01", &[]);
    processes[2].stop(); // nobody admits
    let file = district.nats.beside("document.json");
    std::fs::write(&file, report("hsp-01", "psb-03", "接诊时发现可疑情形。").to_string()).unwrap();
    let mut waits = agency(&district, "hsp-01", &["publish", file.to_str().unwrap()]);
    let log = district.nats.beside("sample.log");
    waits.stdout(Stdio::piped()).stderr(std::fs::File::create(&log).unwrap());
    let child = waits.spawn().unwrap();
    crate::harness::eventually("it was told that nobody admits", || {
        let said = std::fs::read_to_string(&log).unwrap();
        if said.contains("again: unavailable") { Ok(()) } else { Err(said) }
    });
    processes[1].stop(); // nobody answers
    crate::harness::eventually("it was told that nobody answers", || {
        let said = std::fs::read_to_string(&log).unwrap();
        if said.contains("again: nobody is there") { Ok(()) } else { Err(said) }
    });
    processes[1].start();
    processes[2].start();
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success(), "{}", std::fs::read_to_string(&log).unwrap());
    let receipt: Value = serde_json::from_slice(&ended.stdout).unwrap();
    assert_eq!(receipt["duplicate"], false, "{receipt}");
}

#[test]
fn the_sample_keeps_the_order_when_items_are_offered_again_out_of_order() {
    let district = District::new();
    let processes = district.three();
    ["hsp-01", "psb-03"].iter().for_each(|agency| drop(district.nats.provision(agency, &[])));
    for number in 0..4 {
        processes[1].agency("hsp-01").admitted(&report("hsp-01", "psb-03", &format!("第{number}例。")));
    }
    district.operator.settled();
    assert_eq!(district.operator.feed("psb-03", 4).unwrap().len(), 4);
    Voice::of(&district.nats, "psb-03").gives_back(3);
    let taken = follow(&district, "psb-03", 4);
    assert_eq!(positions(&taken), [1, 2, 3, 4]);
    let (none, ended) =
        (String::new(), run_as(&district, "psb-03", &["follow", "--for", "3", "--count", "1"]));
    assert_eq!((ended.code, &ended.stdout), (7, &none), "all of it was acknowledged: {ended:?}");
}

#[test]
fn the_sample_says_what_it_lacks() {
    let district = District::new();
    let told = |words: &[&str]| {
        let mut python = Command::new(&*PYTHON);
        python.arg(repository("deploy/samples/agency.py")).args(words);
        run(python, "")
    };
    told(&["read", "/v1/feed"]).refused(2, &["LIANHU_NATS"]);
    let (url, ca) = (district.nats.url(), district.nats.ca());
    let creds = district.nats.creds("operator");
    let given = ["--nats", &url, "--nats-ca", ca.to_str().unwrap(), "--nats-creds", creds.to_str().unwrap()];
    let wrong = district.nats.beside("elsewhere");
    lianhu(&["nats", "init", "--dir", wrong.to_str().unwrap(), "--server", &url]).done();
    let wrong = wrong.join("operator.creds");
    let foreign = [&given[..5], &[wrong.to_str().unwrap(), "read", "/v1/feed"]].concat();
    told(&foreign).refused(7, &["does not let us in"]);
    district.nats.server("lianhu-single").kill();
    told(&[&given[..], &["read", "/v1/feed"]].concat()).refused(7, &["does not let us in"]);
}
