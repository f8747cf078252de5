//! A district by units: `deploy/README.md` step by step for three machines, whose units run as plain processes.

use super::processes::{Process, all_print};
use super::unit::{Machine, install};
use crate::harness::facts::report;
use crate::harness::nats::{certificates, port};
use crate::harness::site::Refusals;
use crate::harness::{Caller, eventually, lianhu, repository};
use std::fs;
use std::net::SocketAddr;
use std::path::Path;
use tempfile::TempDir;

/// Three machines with everything of steps 1 to 3.
struct District {
    folder: TempDir,
    machines: Vec<Machine>,
    nats: Vec<u16>,
    http: SocketAddr,
}

impl District {
    fn prepared() -> Self {
        let folder = TempDir::with_prefix("lianhu-units-").unwrap();
        let ports: Vec<[u16; 3]> = (0..3).map(|_| [port(), port(), port()]).collect();
        let machines = (1..=3).map(|n| Machine::new(folder.path().join(format!("bus-{n}")))).collect();
        let http = SocketAddr::from(([127, 0, 0, 1], port()));
        let nats = ports.iter().map(|[client, ..]| *client).collect();
        let district = Self { folder, machines, nats, http };

        let trust = district.folder.path().join("trust");
        lianhu(&["nats", "init", "--dir", trust.to_str().unwrap(), "--server", &district.urls()]).done();
        certificates(district.folder.path());
        for (machine, [client, monitoring, route]) in district.machines.iter().zip(&ports) {
            district.files(machine);
            let here = |text: String| {
                let text = text.replace("10.0.0.1:4222", &format!("127.0.0.1:{client}"));
                let text = text.replace("10.0.0.1:6222", &format!("127.0.0.1:{route}"));
                text.replace("127.0.0.1:8222", &format!("127.0.0.1:{monitoring}"))
            };
            let number = district.machines.iter().position(|own| own.root == machine.root).unwrap() + 1;
            let addresses = |mut text: String| {
                for (number, [client, _, route]) in (1..).zip(&ports) {
                    text =
                        text.replace(&format!("bus-{number}.example:4222"), &format!("127.0.0.1:{client}"));
                    text = text.replace(&format!("bus-{number}.example:6222"), &format!("127.0.0.1:{route}"));
                }
                assert!(!text.contains(".example"), "{text}");
                text
            };
            let conf = |text: String| text.replace("cluster-1.conf", &format!("cluster-{number}.conf"));
            district.edited(machine, "nats-server.env", |text| conf(addresses(here(text))));
            district.edited(machine, "lianhu.env", addresses);
        }
        district
    }

    /// The files of step 3.
    fn files(&self, machine: &Machine) {
        let nats = machine.path("/etc/lianhu/nats");
        for entry in fs::read_dir(repository("deploy/nats")).unwrap() {
            let path = entry.unwrap().path();
            install(&path, &nats.join(path.file_name().unwrap()));
        }
        install(&self.folder.path().join("trust/trust.conf"), &nats.join("trust.conf"));
        for file in ["ca.pem", "server.pem", "server.key"] {
            install(&self.folder.path().join(file), &nats.join(file));
        }
        for unit in ["nats-server.service", "lianhu@.service"] {
            let from = repository("deploy/systemd").join(unit);
            install(&from, &machine.path("/etc/systemd/system").join(unit));
        }
    }

    /// An example of an environment file, edited as the README asks for.
    fn edited(&self, machine: &Machine, name: &str, edit: impl Fn(String) -> String) {
        let example = repository("deploy/systemd").join(format!("{name}.example"));
        let text = edit(fs::read_to_string(example).unwrap());
        fs::write(machine.path("/etc/lianhu").join(name), text).unwrap();
    }

    fn urls(&self) -> String {
        self.nats.iter().map(|port| format!("tls://127.0.0.1:{port}")).collect::<Vec<_>>().join(",")
    }

    /// The environment file of a set of roles, as the README gives it for this name.
    fn set(&self, machine: &Machine, name: &str) {
        let creds = self.folder.path().join("trust").join(format!("{name}.creds"));
        install(&creds, &machine.path("/etc/lianhu/creds").join(format!("{name}.creds")));
        let readme = fs::read_to_string(repository("deploy/README.md")).unwrap();
        let ending = format!("' > /etc/lianhu/{name}.env");
        if let Some(line) = readme.lines().find_map(|line| line.trim().strip_suffix(&ending)) {
            let line = line.strip_prefix("echo '").unwrap();
            let line = line.replace("127.0.0.1:8686", &self.http.to_string());
            fs::write(machine.path(&format!("/etc/lianhu/{name}.env")), line).unwrap();
        }
    }

    /// A unit of a set of roles, with what it needs, on a machine.
    fn start(&self, machine: usize, name: &str) -> Process {
        self.set(&self.machines[machine], name);
        self.machines[machine].unit(&format!("lianhu@{name}")).start()
    }

    fn caller(&self, token: Option<&str>) -> Caller {
        Caller::new(self.http, token.map(str::to_owned), Refusals::default())
    }

    #[track_caller]
    fn ready(&self) {
        eventually("the gateway is ready", || {
            let answer = self.caller(None).try_get("/readyz").map_err(|error| error.to_string())?;
            if answer.status == 200 { Ok(()) } else { Err(answer.text) }
        });
    }
}

#[test]
fn a_district_runs_by_its_units_as_the_readme_sets_them_up() {
    let district = District::prepared();
    let mut servers: Vec<_> =
        district.machines.iter().map(|machine| machine.unit("nats-server").start()).collect();
    all_print(&mut servers, "Server is ready");

    let rules = district.machines[0].path("/etc/lianhu/jurisdiction");
    jurisdiction(&rules);
    let sets = [(0, "vault"), (0, "gateway"), (1, "admission"), (1, "views"), (2, "admission")];
    let mut running: Vec<_> = sets.iter().map(|(machine, name)| district.start(*machine, name)).collect();
    all_print(&mut running, "serves");
    district.ready();

    // an agency gets a token, reports, and is told what it said
    let token = |agency: &str| token(district.http, &district.machines[0].path(OPERATOR), agency);
    let hospital = district.caller(Some(&token("hsp-01")));
    let receipt = hospital.admitted(&report("hsp-01", "psb-03", "接诊时发现可疑情形。"));
    district.caller(Some(&token("psb-03"))).told_of("mandatory-reporting.report-filed.v1");

    // the gateway goes on without its rules, and everything stops when it is asked to
    assert!(running.remove(1).stop("TERM").success());
    fs::remove_dir_all(&rules).unwrap();
    let options = district.machines[0].path("/etc/lianhu/gateway.env");
    let text = fs::read_to_string(&options).unwrap();
    let (kept, _) = text.split_once(" --jurisdiction").unwrap();
    fs::write(&options, kept).unwrap();
    running.push(district.machines[0].unit("lianhu@gateway").start());
    district.ready();
    assert_eq!(district.caller(Some(&token("hsp-01"))).feed()[0]["event"]["subject"], receipt["subject"]);
    for mut process in running {
        assert!(process.stop(&district.machines[0].unit("lianhu@vault").stop_signal()).success());
    }
    for (server, machine) in servers.iter_mut().zip(&district.machines) {
        server.stop(&machine.unit("nats-server").stop_signal());
        assert!(server.printed().contains("Entering lame duck mode"), "{}", server.printed());
    }
}

#[test]
fn a_district_on_one_machine_takes_the_single_server() {
    let district = District::prepared();
    let machine = &district.machines[0];
    let edit = |name: &str, edit: &dyn Fn(String) -> String| {
        let path = machine.path("/etc/lianhu").join(name);
        fs::write(&path, edit(fs::read_to_string(&path).unwrap())).unwrap();
    };
    edit("nats-server.env", &|text| text.replace("cluster-1.conf", "single.conf"));
    edit("lianhu.env", &|text| {
        let first = text.split_once("LIANHU_NATS=").unwrap().1.split(',').next().unwrap().to_owned();
        let line = text.lines().find(|line| line.starts_with("LIANHU_NATS=")).unwrap();
        text.replace(line, &format!("LIANHU_NATS={first}"))
    });
    jurisdiction(&machine.path("/etc/lianhu/jurisdiction"));
    let mut server = machine.unit("nats-server").start();
    all_print(std::slice::from_mut(&mut server), "Server is ready");
    for name in ["vault", "admission", "views", "gateway"] {
        district.set(machine, name);
        let own = machine.path(&format!("/etc/lianhu/{name}.env"));
        let text = fs::read_to_string(&own).unwrap_or_default();
        let with = match text.split_once("LIANHU_OPTIONS=") {
            Some((before, options)) => format!("{before}LIANHU_OPTIONS=--replicas 1 {options}"),
            None => format!("{}\nLIANHU_OPTIONS=--replicas 1\n", text.trim()),
        };
        fs::write(&own, with).unwrap();
    }
    let sets = ["vault", "admission", "views", "gateway"];
    let mut running: Vec<_> =
        sets.iter().map(|name| machine.unit(&format!("lianhu@{name}")).start()).collect();
    all_print(&mut running, "serves");
    district.ready();
    let caller = |agency: &str| district.caller(Some(&token(district.http, &machine.path(OPERATOR), agency)));
    caller("hsp-01").admitted(&report("hsp-01", "psb-03", "接诊时发现可疑情形。"));
    let told = caller("psb-03").told_of("mandatory-reporting.report-filed.v1");
    assert_eq!(told[0]["event"]["data"]["narrative"], "接诊时发现可疑情形。");
}

/// Where the units keep the operator's token.
const OPERATOR: &str = "/var/lib/lianhu/gateway/operator.token";

/// The rules of step 5: those of the demonstration, edited so far as they must be.
pub fn jurisdiction(to: &Path) {
    copied(&repository("deploy/jurisdictions/demo"), to);
    let path = to.join("agencies.toml");
    let roster = fs::read_to_string(&path).unwrap();
    assert!(roster.contains("\ndemo = true\n"));
    fs::write(&path, roster.replace("\ndemo = true\n", "\n")).unwrap();
}

/// A token for an agency, from the operator.
pub fn token(at: SocketAddr, operator: &Path, agency: &str) -> String {
    let (at, operator) = (format!("http://{at}"), operator.to_str().unwrap());
    lianhu(&["agency", "token", agency, "--server", &at, "--token-file", operator]).done().trim().to_owned()
}

/// Copies a folder.
pub fn copied(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() { copied(&path, &to.join(name)) } else { install(&path, &to.join(name)) }
    }
}
