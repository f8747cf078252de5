//! A damaged or an older store: it is refused in clear words, or named by `doctor`; a hole is never served.

use crate::harness::command::{Ended, system};
use crate::harness::facts::{Case, report};
use crate::harness::{Site, lianhu};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A stopped site with a history, and what its agencies were told.
pub struct Stopped {
    pub site: Site,
    police: Vec<Value>,
    coordinator: Vec<Value>,
    /// The id of a report in the middle of it all.
    middle: String,
}

pub fn stopped() -> Stopped {
    let site = Site::one_box();
    let server = site.up();
    let hospital = server.agency("hsp-01");
    let mut middle = String::new();
    for number in 0..60 {
        let document = report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
        hospital.admitted(&document);
        if number == 30 {
            middle = document["id"].as_str().unwrap().to_owned();
        }
    }
    Case::opened(&server);
    server.settled();
    let (police, coordinator) = (server.agency("psb-03").feed(), server.agency("wbo").feed());
    server.stop();
    Stopped { site, police, coordinator, middle }
}

pub fn doctor(data: &Path) -> Ended {
    lianhu(&["doctor", "--data", data.to_str().unwrap()])
}

/// A copy of a folder as it stands.
pub fn copy(from: &Path, to: &Path) {
    let _ = fs::remove_dir_all(to); // Err: it is not there yet
    system("cp", &[Path::new("-a"), from, to]);
}

/// Where these bytes stand in a file.
fn places(bytes: &[u8], of: &[u8]) -> Vec<usize> {
    (0..bytes.len().saturating_sub(of.len())).filter(|at| bytes[*at..].starts_with(of)).collect()
}

impl Stopped {
    /// A copy of the data folder in which these places of the ledger's file are flipped.
    fn flipped(&self, name: &str, places: &[usize]) -> Site {
        self.flipped_in("ledger/db", name, places)
    }

    fn flipped_in(&self, file: &str, name: &str, places: &[usize]) -> Site {
        let copied = self.site.beside(name);
        copy(self.site.data(), &copied);
        let file = copied.join(file);
        let mut bytes = fs::read(&file).unwrap();
        places.iter().for_each(|at| bytes[*at] ^= 0xff);
        fs::write(&file, bytes).unwrap();
        Site::one_box().at(copied)
    }

    /// Either it refuses, in words and with the code for damage, or it serves exactly what it served before.
    /// Answers whether it refused.
    fn refuses_or_serves_the_same(&self, site: &Site) -> bool {
        let doctor = doctor(site.data());
        if doctor.code == 8 {
            assert!(doctor.stdout.contains("bad  ledger"), "{doctor:?}");
        } else {
            assert_eq!(doctor.code, 0, "{doctor:?}");
        }
        match site.try_up() {
            Err(ended) => {
                assert_eq!(ended.code(), Some(8), "{}", site.printed());
                assert!(site.printed().contains("lianhu: ledger: "), "{}", site.printed());
                assert_eq!(doctor.code, 8, "up refused what doctor finds well: {doctor:?}");
                return true;
            }
            Ok(server) => {
                for (agency, told) in [("psb-03", &self.police), ("wbo", &self.coordinator)] {
                    let mut had = Vec::new();
                    while let Ok(Some(item)) = next(&server.agency(agency), had.len()) {
                        had.push(item);
                    }
                    let whole = had.len() == told.len();
                    assert!(had == told[..had.len()], "{agency} is told something else than before");
                    assert!(
                        whole || doctor.code == 8,
                        "{agency} is told less, and doctor finds nothing: {doctor:?}"
                    );
                }
            }
        }
        doctor.code == 8
    }
}

/// The next item of a feed; `Err` when it cannot be read. An empty page above the last item is no hole.
fn next(caller: &crate::harness::Caller, after: usize) -> Result<Option<Value>, String> {
    let answer = caller.get(&format!("/v1/feed?after={after}&limit=1"));
    match answer.status {
        200 => {
            let item = answer.body["items"][0].clone();
            assert!(
                !item.is_null() || answer.body["head"] == after,
                "an empty page below its head: {}",
                answer.text
            );
            Ok((!item.is_null()).then_some(item))
        }
        503 => Err(answer.text),
        _ => panic!("{}", answer.text),
    }
}

#[test]
fn a_healthy_folder_is_well() {
    let stopped = stopped();
    let said = doctor(stopped.site.data()).done();
    for part in PARTS.iter().filter(|part| !["disk", "calendar"].contains(part)) {
        assert!(said.lines().any(|line| line.starts_with(&format!("ok   {part} "))), "{part}: {said}");
    }
    assert!(!said.contains("bad "), "{said}");
    let json = lianhu(&["--json", "doctor", "--data", stopped.site.data().to_str().unwrap()]).done();
    let lines: Vec<Value> = json.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.iter().map(|line| line["part"].as_str().unwrap()).collect::<Vec<_>>(), PARTS);
    for line in lines {
        assert!(line["fact"].is_string() && line["state"] != "bad", "{line}");
        assert_eq!(line["fix"].is_string(), line["state"] == "warn", "{line}");
    }
    stopped.site.up();
}

/// What `doctor` looks at in a folder that nobody uses. Room on the disk and the years of the demo's calendar
/// are those of the machine that runs the tests.
const PARTS: [&str; 12] = [
    "folder",
    "root.key",
    "operator.token",
    "disk",
    "ledger",
    "clock",
    "vault",
    "views",
    "disclosure",
    "start",
    "rules",
    "calendar",
];

/// Every file below a folder, with what stands in it.
fn bytes_of(folder: &Path) -> BTreeMap<PathBuf, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        match entry.file_type().unwrap().is_dir() {
            true => files.extend(bytes_of(&entry.path())),
            false => drop(files.insert(entry.path(), fs::read(entry.path()).unwrap())),
        }
    }
    files
}

#[test]
fn doctor_leaves_every_byte_as_it_was_in_a_damaged_ledger_too() {
    let stopped = stopped();
    let bytes = fs::read(stopped.site.data().join("ledger/db")).unwrap();
    let middle = places(&bytes, stopped.middle.as_bytes());
    let last = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    let (sound, hit, cut) =
        (stopped.flipped("sound", &[]), stopped.flipped("hit", &middle), stopped.flipped("cut", &[last]));
    let file = fs::OpenOptions::new().write(true).open(cut.data().join("ledger/db")).unwrap();
    file.set_len(middle[0] as u64).unwrap();
    for (site, code) in [(sound, 0), (hit, 8), (cut, 8)] {
        let around = site.data().parent().unwrap();
        let (files, names) = (bytes_of(site.data()), fs::read_dir(around).unwrap().count());
        let first = doctor(site.data());
        assert_eq!(first.code, code, "{first:?}");
        assert!(bytes_of(site.data()) == files, "the folder changed by being looked at: {first:?}");
        assert_eq!(fs::read_dir(around).unwrap().count(), names, "a copy was left");
        assert_eq!(doctor(site.data()).code, code, "and so the second look finds the same");
    }
}

#[test]
fn doctor_names_what_is_open_to_others_missing_or_in_the_way() {
    let site = Site::one_box();
    site.up().stop();
    let mode = |name: &str, mode| {
        fs::set_permissions(site.data().join(name), fs::Permissions::from_mode(mode)).unwrap();
    };
    let asked = |more: &[&str], code: i32, line: &str| {
        let said = lianhu(&[&["doctor", "--data", site.data().to_str().unwrap()], more].concat());
        assert!(said.code == code && said.stdout.contains(line), "{line}: {said:?}");
    };
    mode("", 0o755);
    asked(&[], 0, "warn folder");
    mode("", 0o700);
    for name in ["root.key", "operator.token"] {
        mode(name, 0o640);
        asked(&[], 8, &format!("bad  {name}"));
        mode(name, 0o600);
    }
    fs::remove_file(site.data().join("operator.token")).unwrap();
    asked(&[], 0, "warn operator.token");
    let taken = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let at = taken.local_addr().unwrap().to_string();
    asked(&["--listen", &at], 8, "bad  listen");
    drop(taken);
    asked(&["--listen", &at], 0, "ok   listen");
    asked(&["--scratch", "/nowhere"], 8, "bad  copy");
    let elsewhere = tempfile::tempdir().unwrap();
    asked(&["--scratch", elsewhere.path().to_str().unwrap()], 0, "ok   ledger");
    assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 0, "a copy was left");
    fs::rename(site.data().join("root.key"), site.beside("root.key")).unwrap();
    asked(&[], 8, "bad  vault");
    assert!(!site.data().join("root.key").exists(), "a key that was lost is not made anew");
}

#[test]
fn a_folder_in_use_is_asked_of_the_server_that_uses_it() {
    let site = Site::one_box();
    let server = site.up();
    let at = format!("http://{}", server.at);
    let said = lianhu(&["doctor", "--data", site.data().to_str().unwrap(), "--server", &at]).done();
    assert!(said.contains("in use") && !said.contains("bad "), "{said}");
    let elsewhere =
        lianhu(&["doctor", "--data", site.data().to_str().unwrap(), "--server", "http://127.0.0.1:9"]);
    assert_eq!(elsewhere.code, 8, "{elsewhere:?}");
    assert!(elsewhere.stdout.contains("in use"), "{elsewhere:?}");
    server.ready();
}

#[test]
fn a_record_with_flipped_bytes_is_found_out() {
    let stopped = stopped();
    let bytes = fs::read(stopped.site.data().join("ledger/db")).unwrap();
    let live = places(&bytes, stopped.middle.as_bytes());
    assert!(!live.is_empty(), "the id of a report stands in the file");
    let damaged = stopped.flipped("record", &live);
    assert!(
        stopped.refuses_or_serves_the_same(&damaged),
        "every copy of a record was damaged, and nobody noticed"
    );
}

#[test]
fn flipped_bytes_anywhere_in_the_ledger_never_become_a_hole() {
    let stopped = stopped();
    let bytes = fs::read(stopped.site.data().join("ledger/db")).unwrap();
    let used = bytes.iter().rposition(|byte| *byte != 0).unwrap();
    let untouched = stopped.flipped("untouched", &[]);
    assert!(!stopped.refuses_or_serves_the_same(&untouched), "a mere copy is refused");
    let noticed = (1..16).filter(|sixteenth| {
        let at = used * sixteenth / 16;
        let damaged = stopped.flipped("anywhere", &[at, at + 1, at + 2]);
        stopped.refuses_or_serves_the_same(&damaged)
    });
    let noticed = noticed.count();
    crate::harness::note(&format!(
        "flipped bytes: {noticed} of 15 places were noticed, the others changed nothing"
    ));
    assert!(noticed >= 1, "no place of the ledger seems to matter");
}

#[test]
fn damaged_views_are_rebuilt_or_refused_and_never_tell_something_else() {
    let stopped = stopped();
    let length = fs::metadata(stopped.site.data().join("views/1/db")).unwrap().len() as usize;
    for eighth in 1..8 {
        let at = length * eighth / 8;
        let damaged = stopped.flipped_in("views/1/db", "views", &[at, at + 1, at + 2]);
        match damaged.try_up() {
            Err(ended) => assert_eq!(ended.code(), Some(8), "{}", damaged.printed()),
            Ok(server) => {
                server.settled();
                assert_eq!(server.agency("psb-03").feed(), stopped.police);
                assert_eq!(server.agency("wbo").feed(), stopped.coordinator);
            }
        }
    }
}

#[test]
fn a_ledger_that_was_cut_off_is_refused() {
    let stopped = stopped();
    let file = stopped.site.data().join("ledger/db");
    let bytes = fs::read(&file).unwrap();
    let at = places(&bytes, stopped.middle.as_bytes())[0];
    fs::write(&file, &bytes[..at]).unwrap();
    assert_eq!(
        stopped.site.try_up().err().and_then(|ended| ended.code()),
        Some(8),
        "{}",
        stopped.site.printed()
    );
    assert!(stopped.site.printed().contains("lianhu: ledger: "), "{}", stopped.site.printed());
    let doctor = doctor(stopped.site.data());
    assert_eq!(doctor.code, 8, "{doctor:?}");
}

/// A site whose ledger was put back to an older copy; `kept` are the files of it that were not.
fn put_back(kept: &[&str]) -> Site {
    let site = Site::one_box();
    let server = site.up();
    Case::filed(&server);
    server.settled();
    server.stop();
    let (ledger, older) = (site.data().join("ledger"), site.beside("older"));
    copy(&ledger, &older);
    let server = site.up();
    Case::opened(&server);
    server.settled();
    server.stop();
    for name in kept {
        fs::copy(ledger.join(name), older.join(name)).unwrap();
    }
    copy(&older, &ledger);
    site
}

#[test]
fn a_ledger_older_than_its_mark_is_refused() {
    let site = put_back(&["head"]);
    assert_eq!(site.try_up().err().and_then(|ended| ended.code()), Some(8), "{}", site.printed());
    assert!(site.printed().contains("was recorded"), "{}", site.printed());
    let doctor = doctor(site.data());
    assert!(doctor.code == 8 && doctor.stdout.contains("bad  ledger"), "{doctor:?}");
}

#[test]
fn a_ledger_older_than_its_views_is_refused() {
    let site = put_back(&[]);
    assert_eq!(site.try_up().err().and_then(|ended| ended.code()), Some(8), "{}", site.printed());
    assert!(site.printed().contains("records are lost"), "{}", site.printed());
    let doctor = doctor(site.data());
    assert!(doctor.code == 8 && doctor.stdout.contains("records are lost"), "{doctor:?}");
}
