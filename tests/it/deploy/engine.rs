//! The containers of `compose.yaml` themselves, where a container engine runs: in images that are made of the programs
//! under test, so that nothing is fetched.

use super::containers::Site;
use crate::harness::command::{Ended, run};
use crate::harness::nats::nats_server;
use crate::harness::site::binary;
use crate::harness::{note, repository};
use std::fs;
use std::net::{IpAddr, SocketAddr};
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The engine, and what understands `compose.yaml`.
struct Engine {
    compose: &'static [&'static str],
}

impl Engine {
    /// The one that runs here.
    fn here() -> Option<Self> {
        let answers = |words: &[&str]| {
            let mut command = Command::new(words[0]);
            command.args(&words[1..]).stdout(Stdio::null()).stderr(Stdio::null());
            command.status().is_ok_and(|status| status.success())
        };
        let tools: [&[&str]; 2] = [&["docker", "compose"], &["docker-compose"]];
        let compose = tools.into_iter().find(|words| answers(&[words, &["version"][..]].concat()))?;
        answers(&["docker", "info"]).then_some(Self { compose })
    }
}

/// An image of one program, and whatever else it needs, without a distribution around it.
fn image(name: &str, folder: &Path, programs: &[PathBuf], entrypoint: &str) {
    let root = folder.join(name);
    for program in programs {
        let mut files =
            vec![(fs::canonicalize(program).unwrap(), format!("/usr/bin/{}", file_name(program)))];
        let mut ldd = Command::new("ldd");
        ldd.arg(program);
        let said = run(ldd, "").stdout; // fails for a program that needs nothing
        let libraries = said.split_whitespace().filter(|word| word.starts_with('/'));
        files.extend(libraries.map(|path| (fs::canonicalize(path).unwrap(), path.to_owned())));
        for (from, to) in files {
            let to = root.join(to.trim_start_matches('/'));
            fs::create_dir_all(to.parent().unwrap()).unwrap();
            fs::copy(from, to).unwrap();
        }
    }
    let import = format!(
        "tar -C '{}' -c . | docker import --change 'ENTRYPOINT [\"/usr/bin/{entrypoint}\"]' - {name}",
        root.display()
    );
    let mut shell = Command::new("sh");
    shell.args(["-c", &import]);
    run(shell, "").done();
}

fn file_name(path: &Path) -> &str {
    path.file_name().unwrap().to_str().unwrap()
}

/// A project of containers. Dropping it removes them, and their images.
struct Project<'s> {
    engine: Engine,
    site: &'s Site,
    name: String,
    address: IpAddr,
}

impl Project<'_> {
    fn compose(&self, words: &[&str]) -> Ended {
        let mut command = Command::new(self.engine.compose[0]);
        command.args(&self.engine.compose[1..]).args(["-p", &self.name]);
        command.arg("-f").arg(repository("deploy/compose.yaml")).args(words);
        let owner = fs::metadata(self.site.path()).unwrap();
        command.env("LIANHU_UID", owner.uid().to_string()).env("LIANHU_GID", owner.gid().to_string());
        command.env("LIANHU_SITE", self.site.path()).env("LIANHU_NATS_MAX_FILE", "1GB");
        command.env("LIANHU_IMAGE", self.image("lianhu")).env("LIANHU_NATS_IMAGE", self.image("nats"));
        let address = self.address.to_string();
        command.env("LIANHU_NATS_BIND", &address).env("LIANHU_HTTP_BIND", &address);
        run(command, "")
    }

    fn image(&self, of: &str) -> String {
        format!("{}-{of}", self.name)
    }
}

impl Drop for Project<'_> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            note(&self.compose(&["logs", "--tail", "20"]).stdout);
        }
        self.compose(&["down", "--volumes", "--timeout", "5"]);
        let mut remove = Command::new("docker");
        remove.args(["rmi", &self.image("lianhu"), &self.image("nats")]);
        run(remove, "");
    }
}

#[test]
fn a_district_runs_in_its_containers_where_an_engine_is_there() {
    let Some(engine) = Engine::here() else {
        return note("no container engine here: the containers ran as plain processes only");
    };
    let site = Site::for_containers();
    let number = std::process::id();
    // an address of this machine that nobody else uses
    let address = IpAddr::from([127, 99, (number >> 8) as u8, number as u8]);
    let project = Project { engine, site: &site, name: format!("lianhu-test-{number}"), address };
    let wget = PathBuf::from("/usr/bin/wget"); // by which compose.yaml asks a server whether it is well
    image(&project.image("lianhu"), site.path(), &[binary()], "lianhu");
    let server = fs::canonicalize(nats_server()).unwrap();
    image(&project.image("nats"), site.path(), &[server.clone(), wget], file_name(&server));
    project.compose(&["up", "--detach", "--no-build"]).done();
    site.goes_its_way(SocketAddr::new(address, 8686));
    project.compose(&["stop"]).done();
    let printed = project.compose(&["logs"]).stdout;
    assert!(printed.contains("Entering lame duck mode"), "{printed}");
}
