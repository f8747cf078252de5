//! What is written in `deploy/` beside the configuration of the servers: units, containers, and the README, whose
//! command lines this program must understand.

use super::containers::compose;
use crate::harness::command::run;
use crate::harness::nats::nats_server;
use crate::harness::site::binary;
use crate::harness::{lianhu, note, repository};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::process::{Command, Stdio};

fn file(name: &str) -> String {
    fs::read_to_string(repository("deploy").join(name)).unwrap()
}

/// The binary understands this command line; `--help` ends it before it does anything.
#[track_caller]
fn understood(words: &[String]) {
    let said = lianhu(&[words, &["--help".to_owned()]].concat());
    assert_eq!(said.code, 0, "lianhu {}: {}", words.join(" "), said.stderr);
    assert!(said.stdout.contains("Usage: lianhu"), "lianhu {}: {}", words.join(" "), said.stdout);
}

/// The assignments of an environment file, those that are shown as comments too: each value that a name is given.
fn assignments(text: &str) -> BTreeMap<String, Vec<String>> {
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in text.lines() {
        let line = line.trim_start_matches('#').trim();
        let Some((name, value)) = line.split_once('=') else { continue };
        if !name.is_empty() && name.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
        {
            found.entry(name.to_owned()).or_default().push(value.to_owned());
        }
    }
    found
}

/// `$NAME` and `${NAME}` in a text.
fn variables(text: &str) -> BTreeSet<String> {
    let after = text.split('$').skip(1).map(|rest| rest.trim_start_matches('{'));
    let name = |rest: &str| {
        rest.split(|c: char| !c.is_ascii_uppercase() && !c.is_ascii_digit() && c != '_')
            .next()
            .map(str::to_owned)
    };
    after.filter_map(name).filter(|name| !name.is_empty()).collect()
}

/// The configuration of the servers, without its comments.
fn configuration() -> String {
    let files = fs::read_dir(repository("deploy/nats")).unwrap();
    let texts = files.map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap());
    let code = |text: String| {
        text.lines().map(|l| l.split('#').next().unwrap_or_default().to_owned() + "\n").collect::<String>()
    };
    texts.map(code).collect()
}

#[test]
fn every_variable_of_the_servers_is_given_by_the_example_and_by_the_containers() {
    let used = variables(&configuration());
    assert!(used.len() > 10, "{used:?}");
    let example = assignments(&file("systemd/nats-server.env.example"));
    let compose = file("compose.yaml");
    let trust = lianhu_trust();
    for name in used.iter().chain(&variables(&trust)) {
        assert!(example.contains_key(name), "{name} is not in nats-server.env.example");
        assert!(compose.contains(&format!("  {name}: ")), "{name} is not in compose.yaml");
    }
    let unit = variables(exec_start(&file("systemd/nats-server.service")));
    assert!(unit.iter().all(|name| example.contains_key(name)), "{unit:?}");
}

fn lianhu_trust() -> String {
    let folder = tempfile::tempdir().unwrap();
    let trust = folder.path().join("trust");
    lianhu(&["nats", "init", "--dir", trust.to_str().unwrap()]).done();
    fs::read_to_string(trust.join("trust.conf")).unwrap()
}

fn exec_start(unit: &str) -> &str {
    unit.lines().find_map(|line| line.strip_prefix("ExecStart=")).unwrap()
}

#[test]
fn the_units_are_what_systemd_understands() {
    if Command::new("systemd-analyze").arg("--version").stdout(Stdio::null()).status().is_err() {
        return note("no systemd-analyze here: the units were not verified");
    }
    let folder = tempfile::tempdir().unwrap();
    let mut verify = Command::new("systemd-analyze");
    verify.arg("verify").arg("--man=no");
    for unit in ["nats-server.service", "lianhu@.service"] {
        // the programs as they are here: systemd looks whether they can be run
        let server = fs::canonicalize(which(nats_server())).unwrap();
        let text =
            file(&format!("systemd/{unit}")).replace("/usr/local/bin/nats-server", server.to_str().unwrap());
        let text = text.replace("/usr/local/bin/lianhu", binary().canonicalize().unwrap().to_str().unwrap());
        fs::write(folder.path().join(unit), text).unwrap();
        verify.arg(folder.path().join(unit.replace('@', "@gateway")));
    }
    fs::rename(folder.path().join("lianhu@.service"), folder.path().join("lianhu@gateway.service")).unwrap();
    let said = run(verify, "");
    assert!(said.code == 0 && said.stderr.trim().is_empty(), "{said:?}");
}

/// A program that was named without its folder, where the path has it.
fn which(program: std::path::PathBuf) -> std::path::PathBuf {
    if program.components().count() > 1 {
        return program;
    }
    let path = std::env::var_os("PATH").unwrap();
    std::env::split_paths(&path).map(|folder| folder.join(&program)).find(|found| found.is_file()).unwrap()
}

#[test]
fn the_units_start_what_the_binary_understands() {
    let unit = file("systemd/lianhu@.service");
    let (program, command) = exec_start(&unit).split_once(' ').unwrap();
    assert_eq!(program, "/usr/local/bin/lianhu");
    let values = assignments(&file("systemd/lianhu.env.example"));
    let own = ["LIANHU_ROLES", "LIANHU_OPTIONS", "CREDENTIALS_DIRECTORY", "STATE_DIRECTORY"];
    for name in variables(command) {
        assert!(own.contains(&name.as_str()) || values.contains_key(&name), "{name} is given nowhere");
    }
    let mut options = values["LIANHU_OPTIONS"].clone();
    options.push(String::new());
    let sets = ["intake", "vault", "views", "gateway"].map(str::to_owned);
    for roles in values["LIANHU_ROLES"].iter().chain(&sets) {
        for options in &options {
            let filled = command
                .replace("${LIANHU_ROLES}", roles)
                .replace("${LIANHU_NATS}", &values["LIANHU_NATS"][0])
                .replace("${CREDENTIALS_DIRECTORY}", "/run/credentials/x")
                .replace("${STATE_DIRECTORY}", "/var/lib/lianhu/x")
                .replace("$LIANHU_OPTIONS", options);
            assert!(!filled.contains('$'), "{filled}");
            understood(&filled.split_whitespace().map(str::to_owned).collect::<Vec<_>>());
        }
    }
}

#[test]
fn the_containers_are_what_compose_and_the_binary_understand() {
    let path = repository("deploy/compose.yaml");
    let read = compose();
    if let Some(compose) = &read {
        let services = compose["services"].as_object().unwrap();
        assert_eq!(services.len(), 7, "three servers and four services");
        for (name, service) in services {
            let words =
                service["command"].as_array().unwrap().iter().map(|word| word.as_str().unwrap().to_owned());
            let words: Vec<_> = words.collect();
            if !name.starts_with("nats-") {
                understood(&words);
                continue;
            }
            let conf = words[1].strip_prefix("/etc/lianhu/nats/").unwrap();
            assert!(repository("deploy/nats").join(conf).is_file(), "{conf}");
        }
    }
    let tools = [("docker", vec!["compose"]), ("podman", vec!["compose"])];
    let works = |(tool, words): &(&str, Vec<&str>)| {
        let tried = Command::new(tool)
            .args(words)
            .arg("version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        tried.is_ok_and(|status| status.success())
    };
    match tools.iter().find(|tool| works(tool)) {
        Some((tool, words)) => {
            let mut config = Command::new(tool);
            config.args(words).arg("-f").arg(&path).args(["config", "--quiet"]);
            run(config, "").done();
        }
        None => note("no compose here: compose.yaml was read as YAML only"),
    }
    assert!(
        read.is_some() || tools.iter().any(works),
        "nothing here can read YAML: install python3-yaml, or compose"
    );
}

#[test]
fn the_readme_gives_commands_that_the_binary_understands() {
    let readme = file("README.md");
    let lines = readme.lines().map(str::trim).filter_map(|line| line.strip_prefix("lianhu "));
    let commands: Vec<Vec<String>> =
        lines.map(|line| line.split_whitespace().map(str::to_owned).collect()).collect();
    assert!(commands.len() >= 3, "{commands:?}");
    for words in &commands {
        understood(words);
    }
    for named in [
        "systemd/nats-server.service",
        "systemd/lianhu@.service",
        "systemd/nats-server.env.example",
        "systemd/lianhu.env.example",
        "jurisdictions/demo",
    ] {
        assert!(
            readme.contains(&format!("deploy/{named}")) && repository("deploy").join(named).exists(),
            "{named}"
        );
    }
}
