//! The shape of the code: what may depend on what, who asks the time, how long a file may be.

use crate::harness::command::run;
use crate::harness::repository;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const PURE: &[&str] = &[
    "vocabulary",
    "contract",
    "jurisdiction",
    "intake",
    "mandatory-reporting",
    "one-stop",
    "referral",
    "case-conference",
    "guardianship",
    "follow-up",
    "closure",
    "statutory-clock",
    "disclosure",
];

/// What each crate may use of the others: design, section 3. Whoever adds a crate names its place here.
const MAY_USE: &[(&str, &[&str])] = &[
    ("vocabulary", &[]),
    ("contract", &["vocabulary"]),
    ("jurisdiction", &["vocabulary"]),
    ("intake", &["vocabulary", "contract", "jurisdiction"]),
    ("mandatory-reporting", &["vocabulary", "contract", "jurisdiction"]),
    ("one-stop", &["vocabulary", "contract", "jurisdiction"]),
    ("referral", &["vocabulary", "contract", "jurisdiction"]),
    ("case-conference", &["vocabulary", "contract", "jurisdiction"]),
    ("guardianship", &["vocabulary", "contract", "jurisdiction"]),
    ("follow-up", &["vocabulary", "contract", "jurisdiction"]),
    ("closure", &["vocabulary", "contract", "jurisdiction"]),
    ("statutory-clock", &["vocabulary", "jurisdiction"]),
    ("disclosure", &["vocabulary", "contract", "jurisdiction"]),
    ("ledger", &["vocabulary"]),
    ("vault", &["vocabulary"]),
    // a view follows the ledger through its port
    ("agency-views", &["vocabulary", "contract", "jurisdiction", "statutory-clock", "disclosure", "ledger"]),
    ("compliance-replay", &["vocabulary", "jurisdiction", "statutory-clock", "agency-views"]),
    (
        "runtime",
        &[
            "vocabulary",
            "contract",
            "jurisdiction",
            "intake",
            "mandatory-reporting",
            "one-stop",
            "referral",
            "case-conference",
            "guardianship",
            "follow-up",
            "closure",
            "statutory-clock",
            "disclosure",
            "agency-views",
            "compliance-replay",
            "ledger",
            "vault",
        ],
    ),
    // the gateway answers for a vault in another process, and asks it
    ("gateway", &["vocabulary", "contract", "jurisdiction", "vault", "runtime"]),
    ("console", &["vocabulary", "contract", "jurisdiction", "runtime"]),
    (
        "lianhu",
        &[
            "vocabulary",
            "contract",
            "jurisdiction",
            "agency-views",
            "ledger",
            "vault",
            "runtime",
            "gateway",
            "console",
        ],
    ),
    ("tests", &["vocabulary", "contract", "jurisdiction", "disclosure"]),
];

/// Runtimes, stores and networks: nothing pure knows them.
const EFFECTS: &[&str] = &[
    "axum",
    "futures",
    "hyper",
    "mio",
    "nats",
    "reqwest",
    "rusqlite",
    "sled",
    "socket2",
    "tokio",
    "tower",
    "tracing-subscriber",
    "ureq",
];

/// The members of the workspace, with the names of what they depend on: (normal and build, development).
fn members() -> BTreeMap<String, (BTreeSet<String>, BTreeSet<String>)> {
    let cargo = std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned());
    let mut command = Command::new(cargo);
    command
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(repository("."));
    let metadata: Value = serde_json::from_str(&run(command, "").done()).unwrap();
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let package = |package: &Value| {
        let of = |development: bool| {
            let all = package["dependencies"].as_array().unwrap().iter();
            all.filter(|d| (d["kind"] == "dev") == development).map(|d| text(&d["name"])).collect()
        };
        (text(&package["name"]), (of(false), of(true)))
    };
    metadata["packages"].as_array().unwrap().iter().map(package).collect()
}

fn may_use(name: &str) -> &'static [&'static str] {
    let entry = MAY_USE.iter().find(|(known, _)| *known == name);
    entry.unwrap_or_else(|| panic!("{name} has no place in the architecture: name it in this test")).1
}

/// Where a crate stands in the table.
fn place(name: &str) -> usize {
    MAY_USE.iter().position(|(known, _)| *known == name).unwrap_or(usize::MAX)
}

#[test]
fn dependencies_point_one_way() {
    let members = members();
    for (name, (normal, development)) in &members {
        let allowed = may_use(name);
        let ours = |used: &&String| members.contains_key(*used) && *used != name;
        for used in normal.iter().filter(ours) {
            assert!(allowed.contains(&used.as_str()), "{name} must not depend on {used}");
        }
        for used in development.iter().filter(ours) {
            assert!(place(used) < place(name), "the tests of {name} must not depend on {used}");
        }
    }
    for (name, uses) in MAY_USE {
        assert!(uses.iter().all(|used| place(used) < place(name)), "the table itself has a cycle at {name}");
        assert!(members.contains_key(*name), "{name} is in the table, but not in the workspace");
    }
}

#[test]
fn stages_know_nothing_of_each_other() {
    let stages = [
        "intake",
        "mandatory-reporting",
        "one-stop",
        "referral",
        "case-conference",
        "guardianship",
        "follow-up",
        "closure",
    ];
    for (name, (normal, development)) in members().iter().filter(|(name, _)| stages.contains(&name.as_str()))
    {
        let others = stages.iter().filter(|stage| **stage != name.as_str());
        for other in others {
            assert!(!normal.contains(*other) && !development.contains(*other), "{name} depends on {other}");
        }
    }
}

#[test]
fn what_is_pure_knows_no_runtime_no_store_and_no_network() {
    let members = members();
    for name in PURE {
        for used in &members[*name].0 {
            let effect =
                EFFECTS.iter().any(|effect| used == effect || used.starts_with(&format!("{effect}-")));
            assert!(!effect && !used.starts_with("async-"), "{name} is pure and must not depend on {used}");
        }
    }
}

/// All Rust sources below a folder of the repository.
fn sources(folder: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![repository(folder)];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                found.push(path);
            }
        }
    }
    assert!(found.len() > 10, "{folder} holds hardly any source");
    found
}

fn shown(path: &Path) -> String {
    path.strip_prefix(repository(".")).unwrap_or(path).display().to_string()
}

#[test]
fn only_one_file_asks_the_time() {
    let asks = ["Timestamp::now", "Zoned::now", "SystemTime", "UNIX_EPOCH", "Utc::now", "Local::now"];
    let one = repository("services/runtime/src/clock.rs");
    // these hold one clock against another, and date nothing by either
    let compare =
        ["promises", "shared"].map(|name| repository(&format!("services/ledger/src/on_jetstream/{name}.rs")));
    for path in sources("services") {
        let text = fs::read_to_string(&path).unwrap();
        let code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
        let asking = code.filter(|line| asks.iter().any(|ask| line.contains(ask))).count();
        if compare.contains(&path) {
            assert!(asking > 0, "{} asks no more: take it off the list", shown(&path));
        } else {
            assert_eq!(asking, usize::from(path == one), "{}", shown(&path));
        }
    }
}

#[test]
fn no_file_is_longer_than_four_hundred_lines() {
    for path in sources("services").into_iter().chain(sources("tests")) {
        let lines = fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= 400, "{} has {lines} lines: ask whether it holds two ideas", shown(&path));
    }
}

#[test]
fn the_readme_names_every_crate() {
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    for name in members().keys() {
        assert!(readme.contains(name.as_str()), "README.md does not mention {name}");
    }
}

#[test]
fn every_fact_that_rust_knows_has_a_contract() {
    // A typed fact without a contract could never be published; vocabulary names the types that Rust knows.
    let known = [
        vocabulary::intake::Intake::TYPES,
        vocabulary::mandatory_reporting::MandatoryReporting::TYPES,
        vocabulary::one_stop::OneStop::TYPES,
        vocabulary::referral::Referral::TYPES,
        vocabulary::case_conference::CaseConference::TYPES,
        vocabulary::guardianship::Guardianship::TYPES,
        vocabulary::follow_up::FollowUp::TYPES,
        vocabulary::closure::Closure::TYPES,
        vocabulary::governance::Governance::TYPES,
    ];
    for kind in known.concat() {
        let (stage, fact) = kind.split_once('.').unwrap();
        assert!(repository(&format!("schemas/{stage}/{fact}.json")).is_file(), "{kind} has no contract");
    }
}
