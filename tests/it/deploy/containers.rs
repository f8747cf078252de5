//! A district by `compose.yaml`: its containers as plain processes, with their command lines, their environment and
//! their volumes, as the end of `deploy/README.md` prepares them.

use super::processes::{Places, Process, all_print, placed};
use super::units::{copied, jurisdiction, token};
use crate::harness::command::run;
use crate::harness::facts::report;
use crate::harness::nats::{certificates, port};
use crate::harness::site::Refusals;
use crate::harness::{Caller, eventually, lianhu, repository};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use tempfile::TempDir;

/// What `compose.yaml` says, its anchors resolved; absent where no Python here reads YAML.
pub fn compose() -> Option<Value> {
    let reads = |python: &&str| {
        Command::new(python).args(["-c", "import yaml"]).status().is_ok_and(|status| status.success())
    };
    // Debian's own has what its packages bring
    let name = ["python3", "/usr/bin/python3"].into_iter().find(reads)?;
    let mut python = Command::new(name);
    python.args(["-c", "import json, sys, yaml; print(json.dumps(yaml.safe_load(open(sys.argv[1]))))"]);
    python.arg(repository("deploy/compose.yaml"));
    Some(serde_json::from_str(&run(python, "").done()).unwrap())
}

/// The folder `site` of the README, and where the containers are reached.
pub struct Site {
    _folder: TempDir,
    site: PathBuf,
    compose: Value,
    /// Host name and port inside, and the port here.
    ports: Vec<(String, u16)>,
    http: u16,
}

impl Site {
    /// For containers, which find each other by name.
    pub fn for_containers() -> Self {
        Self::prepared(|_, urls| urls.to_owned())
    }

    /// For plain processes, which are all reached at this machine.
    fn for_processes() -> Self {
        Self::prepared(Self::reached)
    }

    fn prepared(reached: impl Fn(&Self, &str) -> String) -> Self {
        let folder = TempDir::with_prefix("lianhu-compose-").unwrap();
        let site = folder.path().join("site");
        let compose = compose().expect("a Python that reads YAML: install python3-yaml");
        let at = |inside: &str| (inside.to_owned(), port());
        let servers = ["nats-1", "nats-2", "nats-3"];
        let ports =
            servers.iter().flat_map(|name| [at(&format!("{name}:4222")), at(&format!("{name}:6222"))]);
        let this =
            Self { ports: ports.collect(), http: port(), site: site.clone(), _folder: folder, compose };

        let urls = reached(&this, "tls://nats-1:4222,tls://nats-2:4222,tls://nats-3:4222");
        fs::create_dir_all(site.join("nats")).unwrap();
        lianhu(&["nats", "init", "--dir", site.join("trust").to_str().unwrap(), "--server", &urls]).done();
        certificates(&site.join("nats"));
        copied(&repository("deploy/nats"), &site.join("nats"));
        fs::copy(site.join("trust/trust.conf"), site.join("nats/trust.conf")).unwrap();
        jurisdiction(&site.join("jurisdiction"));
        for data in ["nats-1", "nats-2", "nats-3", "admission", "vault", "views", "gateway"] {
            fs::create_dir_all(site.join("data").join(data)).unwrap();
        }
        this
    }

    /// The folder.
    pub fn path(&self) -> &Path {
        &self.site
    }

    /// A text in which the names of the containers are where they are reached here.
    fn reached(&self, text: &str) -> String {
        let named =
            |text: String, (inside, port): &(String, u16)| text.replace(inside, &format!("127.0.0.1:{port}"));
        self.ports.iter().fold(text.to_owned(), named)
    }

    /// What a container of this name listens on, at free ports of this machine.
    fn listening(&self, name: &str, text: &str) -> String {
        let own = |inside: &str| {
            let named = format!("{name}:{inside}");
            self.ports.iter().find(|(inside, _)| *inside == named).map_or(0, |(_, port)| *port)
        };
        let text = text.replace("0.0.0.0:4222", &format!("127.0.0.1:{}", own("4222")));
        let text = text.replace("0.0.0.0:6222", &format!("127.0.0.1:{}", own("6222")));
        let text = text.replace("127.0.0.1:8222", &format!("127.0.0.1:{}", port()));
        text.replace("0.0.0.0:8686", &format!("127.0.0.1:{}", self.http))
    }

    /// The volumes of a container: where a path inside lies here.
    fn volumes(&self, service: &Value) -> Places {
        let volume = |text: &Value| {
            let text = filled(text.as_str().unwrap(), &[("LIANHU_SITE", self.site.clone())]);
            let (here, inside) = text.trim_end_matches(":ro").rsplit_once(':').unwrap();
            assert!(Path::new(here).exists(), "{here} is made by no step");
            (inside.to_owned(), PathBuf::from(here))
        };
        let mut places: Places = service["volumes"].as_array().unwrap().iter().map(volume).collect();
        places.sort_by_key(|(inside, _)| std::cmp::Reverse(inside.len()));
        places
    }

    /// Starts a container as a process.
    fn start(&self, name: &str) -> Process {
        let service = &self.compose["services"][name];
        let places = self.volumes(service);
        // only what begins with a path inside is one
        let here = |text: &str| {
            let text = self.reached(&self.listening(name, &filled(text, &[])));
            if text.starts_with('/') { placed(&text, &places) } else { text }
        };
        let program = if name.starts_with("nats-") { "nats-server" } else { "lianhu" };
        let command = service["command"].as_array().unwrap().iter().map(|word| here(word.as_str().unwrap()));
        let words: Vec<String> = [program.to_owned()].into_iter().chain(command).collect();
        let environment: BTreeMap<_, _> = service["environment"]
            .as_object()
            .unwrap()
            .iter()
            .map(|(name, value)| (name.clone(), here(value.as_str().unwrap())))
            .collect();
        Process::start(name, &words, &environment, &self.site)
    }

    /// A report goes from a hospital to a police station, at the gateway that answers here.
    #[track_caller]
    pub fn goes_its_way(&self, at: SocketAddr) {
        let caller = |token: Option<String>| Caller::new(at, token, Refusals::default());
        eventually("the gateway is ready", || {
            let answer = caller(None).try_get("/readyz").map_err(|error| error.to_string())?;
            if answer.status == 200 { Ok(()) } else { Err(answer.text) }
        });
        let operator = self.site.join("data/gateway/operator.token");
        let agency = |code: &str| caller(Some(token(at, &operator, code)));
        let (hospital, report) = (agency("hsp-01"), report("hsp-01", "psb-03", "接诊时发现可疑情形。"));
        eventually("the report is admitted", || {
            let answer = hospital.publish(&report); // 503: who admits is not there yet
            if answer.status < 300 { Ok(()) } else { Err(answer.text) }
        });
        let told = agency("psb-03").told_of("mandatory-reporting.report-filed.v1");
        assert_eq!(told[0]["event"]["data"]["narrative"], "接诊时发现可疑情形。");
    }
}

/// A text with its `${NAME:-default}`s filled in: with what is given, or with the default.
fn filled(text: &str, given: &[(&str, PathBuf)]) -> String {
    let mut parts = text.split("${");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let (variable, rest) = part.split_once('}').unwrap();
        let (name, default) = variable.split_once(":-").unwrap();
        let given = given.iter().find(|(own, _)| *own == name);
        text + given.map_or(default, |(_, path)| path.to_str().unwrap()) + rest
    })
}

#[test]
fn a_district_runs_by_its_containers_as_the_readme_prepares_them() {
    let site = Site::for_processes();
    let names: Vec<&String> = site.compose["services"].as_object().unwrap().keys().collect();
    let (servers, services): (Vec<_>, Vec<_>) = names.into_iter().partition(|name| name.starts_with("nats-"));
    assert_eq!((servers.len(), services.len()), (3, 4));
    let mut servers: Vec<_> = servers.into_iter().map(|name| site.start(name)).collect();
    all_print(&mut servers, "Server is ready");
    let mut services: Vec<_> = services.into_iter().map(|name| site.start(name)).collect();
    all_print(&mut services, "serves");

    site.goes_its_way(SocketAddr::from(([127, 0, 0, 1], site.http)));

    for service in &mut services {
        assert!(service.stop("TERM").success());
    }
    let signal = site.compose["services"]["nats-1"]["stop_signal"].as_str().unwrap();
    for server in &mut servers {
        server.stop(signal.trim_start_matches("SIG"));
    }
}
