//! A unit as systemd reads it, so far as ours go: specifiers, environment files, credentials, state folders. What
//! keeps a process in (users, system calls) is systemd's own, and `systemd-analyze` looks at it.

use super::processes::{Places, Process, placed};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// A machine: a folder that stands for its root.
pub struct Machine {
    pub root: PathBuf,
}

/// A unit, or an instance of one, on a machine.
pub struct Unit<'m> {
    machine: &'m Machine,
    name: String,
    settings: Vec<(String, String)>,
}

impl Machine {
    /// An empty one.
    pub fn new(root: PathBuf) -> Self {
        ["etc/lianhu/nats", "etc/lianhu/creds", "var/lib", "run/credentials", "etc/systemd/system"]
            .iter()
            .for_each(|folder| fs::create_dir_all(root.join(folder)).unwrap());
        Self { root }
    }

    /// A path of it.
    pub fn path(&self, path: &str) -> PathBuf {
        self.root.join(path.trim_start_matches('/'))
    }

    /// Its folders, for the paths that stand in files.
    pub fn places(&self) -> Places {
        ["/etc/lianhu", "/var/lib", "/run/credentials"].map(|at| (at.to_owned(), self.path(at))).to_vec()
    }

    /// The unit of this name, such as `lianhu@vault`.
    pub fn unit(&self, name: &str) -> Unit<'_> {
        let (file, instance) = match name.split_once('@') {
            Some((file, instance)) => (format!("{file}@.service"), instance),
            None => (format!("{name}.service"), ""),
        };
        let text = fs::read_to_string(self.path("/etc/systemd/system").join(file)).unwrap();
        let lines = text.replace("%i", instance);
        let settings =
            lines.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once('='));
        let settings = settings.map(|(name, value)| (name.to_owned(), value.to_owned())).collect();
        Unit { machine: self, name: name.to_owned(), settings }
    }
}

impl Unit<'_> {
    fn all<'u>(&'u self, name: &str) -> impl Iterator<Item = &'u str> {
        self.settings.iter().filter(move |(own, _)| own == name).map(|(_, value)| value.as_str())
    }

    fn one(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    /// What the process finds in its environment.
    fn environment(&self) -> BTreeMap<String, String> {
        let mut found = BTreeMap::new();
        let words = self.all("Environment").flat_map(str::split_whitespace);
        found.extend(words.filter_map(|word| word.split_once('=')).map(owned));
        for file in self.all("EnvironmentFile") {
            let (path, may_be_absent) = file.strip_prefix('-').map_or((file, false), |path| (path, true));
            match fs::read_to_string(self.machine.path(path)) {
                Ok(text) => {
                    let lines = text.lines().filter(|line| !line.starts_with('#'));
                    found.extend(lines.filter_map(|line| line.split_once('=')).map(owned));
                }
                Err(why) => assert!(may_be_absent, "{path}: {why}"),
            }
        }
        if let Some(state) = self.one("StateDirectory") {
            let folder = format!("/var/lib/{state}");
            fs::create_dir_all(self.machine.path(&folder)).unwrap();
            found.insert("STATE_DIRECTORY".to_owned(), folder);
        }
        if let Some((name, from)) =
            self.one("LoadCredential").and_then(|credential| credential.split_once(':'))
        {
            let folder = format!("/run/credentials/{}", self.name);
            fs::create_dir_all(self.machine.path(&folder)).unwrap();
            fs::copy(self.machine.path(from), self.machine.path(&folder).join(name)).unwrap();
            found.insert("CREDENTIALS_DIRECTORY".to_owned(), folder);
        }
        let places = self.machine.places();
        found.values_mut().for_each(|value| *value = placed(value, &places));
        found
    }

    /// `${NAME}` is a part of one word, `$NAME` as many words as it holds. What is filled in has been placed.
    fn words(&self, environment: &BTreeMap<String, String>) -> Vec<String> {
        let value =
            |name: &str| environment.get(name).unwrap_or_else(|| panic!("{name} is given nowhere")).clone();
        let line = placed(self.one("ExecStart").unwrap(), &self.machine.places());
        let expanded = line.split_whitespace().flat_map(|word| match word.strip_prefix('$') {
            Some(name) if !name.starts_with('{') => {
                value(name).split_whitespace().map(str::to_owned).collect()
            }
            _ => vec![braced(word, value)],
        });
        expanded.collect()
    }

    /// Starts it.
    pub fn start(&self) -> Process {
        let environment = self.environment();
        Process::start(&self.name, &self.words(&environment), &environment, &self.machine.root)
    }

    /// The signal by which it is stopped: that of its `ExecStop`, or systemd's own.
    pub fn stop_signal(&self) -> String {
        let Some(stop) = self.one("ExecStop") else { return "TERM".to_owned() };
        let words: Vec<_> = stop.split_whitespace().collect();
        assert!(words[0] == "/bin/kill" && words[1] == "-s" && words[3] == "$MAINPID", "{stop}");
        words[2].to_owned()
    }
}

/// A word with its `${NAME}`s filled in.
fn braced(word: &str, value: impl Fn(&str) -> String) -> String {
    let mut parts = word.split("${");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |text, part| {
        let (name, rest) = part.split_once('}').unwrap();
        text + &value(name) + rest
    })
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

/// Copies a file, as `install` does.
pub fn install(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap_or_else(|why| panic!("{} to {}: {why}", from.display(), to.display()));
}
