//! Keys: lost, exchanged or put back to an older copy, they are refused before anything is written. A bus that
//! served on would hand out numbers again that records already name, and nobody could read either.

use crate::damage::{copy, doctor, stopped};
use crate::harness::Site;
use crate::harness::command::system;
use crate::harness::facts::report;
use serde_json::Value;
use std::fs;
use std::path::Path;

#[test]
fn keys_without_their_root_key_are_refused_and_no_new_one_is_made() {
    let stopped = stopped();
    let key = stopped.site.data().join("root.key");
    fs::remove_file(&key).unwrap();
    refuses(&stopped.site);
    assert!(stopped.site.printed().contains("root.key is missing"), "{}", stopped.site.printed());
    assert!(!key.exists());
    fs::write(&key, format!("{}\n", "0".repeat(64))).unwrap();
    system("chmod", &[Path::new("600"), &key]);
    refuses(&stopped.site);
    assert!(stopped.site.printed().contains("another root key"), "{}", stopped.site.printed());
}

#[test]
fn keys_that_are_gone_are_refused_and_no_new_ones_are_made() {
    let stopped = stopped();
    fs::remove_dir_all(stopped.site.data().join("vault")).unwrap();
    refuses(&stopped.site);
    let doctor = doctor(stopped.site.data());
    assert!(doctor.code == 8 && doctor.stdout.contains("restore the vault"), "{doctor:?}");
}

#[test]
fn keys_older_than_the_ledger_are_refused() {
    let site = Site::one_box();
    site.up().stop();
    let (vault, older) = (site.data().join("vault"), site.beside("older"));
    copy(&vault, &older);
    let server = site.up();
    // each report takes several keys: these are more than any copy could have handed out ahead
    for _ in 0..3 {
        let batch: Vec<Value> = (0..200).map(|_| report("hsp-01", "psb-03", "体检时发现伤痕。")).collect();
        let mode = "application/cloudevents-batch+json";
        let answers =
            server.agency("hsp-01").post("/v1/events", mode, Value::from(batch).to_string()).expect(200);
        assert!(answers.as_array().unwrap().iter().all(|answer| answer["status"] == 201), "{answers}");
    }
    server.stop();
    copy(&older, &vault);
    refuses(&site);
    let doctor = doctor(site.data());
    assert!(doctor.code == 8 && doctor.stdout.contains("restore the vault"), "{doctor:?}");
}

/// The server does not start, with the code for damage.
#[track_caller]
fn refuses(site: &Site) {
    match site.try_up() {
        Err(ended) => assert_eq!(ended.code(), Some(8), "{}", site.printed()),
        Ok(server) => {
            let feed = server.agency("psb-03").get("/v1/feed?limit=1000");
            let ready = server.stranger().get("/readyz");
            panic!("it serves: feed {} {}, readyz {}", feed.status, feed.body["code"], ready.text);
        }
    }
}
