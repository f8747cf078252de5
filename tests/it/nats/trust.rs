//! The trust folder: made once, for its owner alone.

use super::is_private;
use crate::harness::lianhu;
use serde_json::Value;
use std::fs;

#[test]
fn the_keys_of_a_district_are_made_once_and_for_their_owner_alone() {
    let folder = tempfile::tempdir().unwrap();
    let trust = folder.path().join("state").join("trust");
    let init = || {
        lianhu(&["--json", "nats", "init", "--dir", trust.to_str().unwrap(), "--server", "tls://bus:4222"])
    };
    let said: Value = serde_json::from_str(&init().done()).unwrap();
    assert_eq!(said["servers"][0], "tls://bus:4222");
    is_private(&trust, 0o700);
    let names = |at: &std::path::Path| {
        let mut names: Vec<_> = fs::read_dir(at)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let files = names(&trust);
    for file in files.iter().filter(|file| *file != "agencies") {
        is_private(&trust.join(file), 0o600);
    }
    is_private(&trust.join("agencies"), 0o700);
    for user in said["users"].as_array().unwrap() {
        assert!(files.contains(&format!("{}.creds", user.as_str().unwrap())), "{files:?}");
    }
    let conf = fs::read_to_string(trust.join("trust.conf")).unwrap();
    for seed in files.iter().filter(|file| file.ends_with(".seed")) {
        let seed = fs::read_to_string(trust.join(seed)).unwrap();
        assert!(seed.starts_with('S') && !conf.contains(seed.trim()), "a server is given no seed");
    }
    let before: Vec<_> = files.iter().map(|file| fs::read(trust.join(file)).ok()).collect();
    init().refused(2, &["exists"]);
    let after: Vec<_> = files.iter().map(|file| fs::read(trust.join(file)).ok()).collect();
    assert!(before == after, "a second init changes nothing");
    assert_eq!(names(folder.path()), ["state"], "and leaves nothing half made");
    assert_eq!(names(trust.parent().unwrap()), ["trust"], "and leaves nothing half made");
}

#[test]
fn a_folder_that_others_can_enter_or_that_is_none_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let trust = folder.path().join("trust");
    let provision = |agency: &str| {
        let args = [
            "agency",
            "provision",
            agency,
            "--trust",
            trust.to_str().unwrap(),
            "--nats",
            "tls://127.0.0.1:9",
        ];
        lianhu(&args)
    };
    provision("hsp-01").refused(2, &["no trust folder", "lianhu nats init"]);
    lianhu(&["nats", "init", "--dir", trust.to_str().unwrap()]).done();
    provision("HSP").refused(2, &["agency code"]);
    provision("hsp-01").refused(7, &["tls://127.0.0.1:9 does not answer"]);
    assert_eq!(fs::read_dir(trust.join("agencies")).unwrap().count(), 0, "nothing was made of an agency");
    let open = std::os::unix::fs::PermissionsExt::from_mode(0o750);
    fs::set_permissions(&trust, open).unwrap();
    provision("hsp-01").refused(8, &["chmod 700"]);
    lianhu(&["nats", "init", "--dir", "x", "--server", "http://bus"]).refused(2, &["nats://HOST:PORT"]);
}
