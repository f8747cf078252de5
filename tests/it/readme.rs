//! The walk of the README, as it is printed: its `sh` blocks are cut out of the file and run.

use crate::harness::command::run;
use crate::harness::{Site, repository};
use std::process::Command;

/// The blocks from the one that names the bus to the one that makes the referral, for a bus at another address.
/// A person takes a moment between two blocks; so does this.
fn walk(bus: &str, receipt: &str) -> String {
    let readme = std::fs::read_to_string(repository("README.md")).unwrap();
    let blocks: Vec<&str> = readme
        .split("```sh\n")
        .skip(1)
        .map(|rest| rest.split("```").next().unwrap())
        .skip_while(|block| !block.starts_with("BUS="))
        .take(3)
        .collect();
    assert_eq!(blocks.len(), 3, "the README has changed: change this test");
    let live = blocks[2].find("curl -N").expect("the live stream ends the walk");
    let all =
        [blocks[0], "sleep 2\n", blocks[1], &blocks[2][..live], "sleep 2\nas ngo-07 /v1/feed\n"].concat();
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
