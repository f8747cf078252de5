//! The walks of the README, as they are printed: their `sh` blocks are cut out of the file and run.

use crate::harness::command::run;
use crate::harness::nats::{nats_server, port};
use crate::harness::site::binary;
use crate::harness::{Site, repository};
use std::path::Path;
use std::process::Command;

/// The `sh` blocks from the one that begins like this on.
fn blocks(begin: &str, count: usize) -> Vec<String> {
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let all = readme.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap().to_owned());
    let blocks: Vec<String> = all.skip_while(|block| !block.starts_with(begin)).take(count).collect();
    assert_eq!(blocks.len(), count, "the README has changed: change this test");
    blocks
}

/// The blocks from the one that names the bus to the one that makes the referral, for a bus at another address.
/// A person takes a moment between two blocks; so does this.
fn walk(bus: &str, receipt: &str) -> String {
    let blocks = blocks("BUS=", 3);
    let live = blocks[2].find("curl -N").expect("the live stream ends the walk");
    let all =
        [&blocks[0], "sleep 2\n", &blocks[1], &blocks[2][..live], "sleep 2\nas ngo-07 /v1/feed\n"].concat();
    all.replace("http://127.0.0.1:8686", bus).replace("/tmp/lianhu-receipt", receipt)
}

#[test]
fn the_walk_of_the_readme_works_as_printed() {
    let site = Site::demo();
    let server = site.up();
    let receipt = site.beside("receipt");
    let script = walk(&format!("http://{}", server.at), receipt.to_str().unwrap());
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &script]);
    let said = run(bash, "").done();
    let answers: Vec<&str> = said.lines().filter(|line| line.starts_with('{')).collect();
    let holds = |at: usize, words: &str| assert!(answers[at].contains(words), "{words}: {}", answers[at]);
    assert_eq!(answers.len(), 11, "{said}");
    holds(0, r#""duplicate":false"#);
    holds(1, "已留院观察");
    holds(2, r#""form":"masked""#);
    assert!(!answers[2].contains("已留院观察"), "{}", answers[2]);
    holds(3, r#""code":"not-found""#);
    holds(4, r#""position":1"#);
    (5..9).for_each(|at| holds(at, r#""hash":"sha256:"#));
    holds(10, r#""step":"report""#);
    holds(10, "今晚访谈前需要心理支持");
    assert!(!answers[10].contains("已留院观察"), "{}", answers[10]);
}

/// Server, services and agencies, on ports that are free, each step once the one before can be seen to work.
fn district() -> String {
    let [nats, http, door] = [port(), port(), port()];
    let [servers, services, agencies]: [String; 3] = blocks("lianhu nats init", 3).try_into().unwrap();
    let (services, doctor) = services.split_once("lianhu doctor").unwrap();
    let up = |at: u16, path: &str| {
        format!("until curl -sf http://127.0.0.1:{at}/{path} > seen; do sleep 0.2; done\n")
    };
    let all = [
        "trap 'kill $(jobs -p); wait' EXIT\n",
        &servers,
        &up(http, "healthz"),
        services,
        &up(door, "readyz"),
        "until lianhu doctor",
        &doctor
            .replace("    # servers", " > doctor; do grep -v ^ok doctor >&2; sleep 0.5; done    # servers"),
        "cat doctor\n",
        &agencies,
    ]
    .concat();
    all.replace("--data gateway", &format!("--listen 127.0.0.1:{door} --data gateway"))
        .replace(":4222", &format!(":{nats}"))
        .replace(":8222", &format!(":{http}"))
}

#[test]
fn the_district_of_the_readme_works_as_printed() {
    let folder = tempfile::tempdir().unwrap();
    let (binary, server) = (binary(), nats_server());
    let place = |program: &Path| program.parent().unwrap().to_str().unwrap().to_owned();
    let path = format!("{}:{}:{}", place(&binary), place(&server), std::env::var("PATH").unwrap());
    let mut bash = Command::new("bash");
    bash.args(["-euo", "pipefail", "-c", &district()]).current_dir(folder.path());
    bash.env("PATH", path).env("REPO", repository(".").canonicalize().unwrap());
    let said = run(bash, "").done();
    for role in ["vault", "gateway", "views", "closure", "clocks", "disclosure"] {
        assert!(said.contains(&format!("ok   service        {role} ")), "{role}: {said}");
    }
    assert!(said.contains("psb-03: account made"), "{said}");
    let agencies = said.split("psb-03: account made").nth(1).unwrap();
    assert!(agencies.contains("sha256:"), "the receipt: {said}");
    assert!(agencies.contains("已留院观察"), "what the police is told: {said}");
}
