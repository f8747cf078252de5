//! Bad days: what cannot run says why, in words and in its exit code, and does no harm.

use super::district::{ADMISSION, District};
use super::load::Door;
use super::voice::Voice;
use crate::harness::command::{Ended, lianhu};
use crate::harness::eventually;
use crate::harness::facts::{large_report, report};
use crate::harness::nats::NatsSite;
use serde_json::{Value, json};
use std::path::Path;
use std::time::Duration;

/// `lianhu serve`, which must end by itself.
#[track_caller]
fn serve(nats: &NatsSite, roles: &str, creds: &Path, data: &Path) -> Ended {
    let mut words = vec!["--json".to_owned(), "serve".to_owned(), roles.to_owned()];
    words.extend(nats.options(creds));
    words.extend(["--demo", "--replicas", "1", "--listen", "127.0.0.1:0", "--data"].map(str::to_owned));
    words.push(data.to_str().unwrap().to_owned());
    lianhu(&words)
}

#[test]
fn whoever_cannot_serve_says_why_and_by_its_exit_code() {
    let nats = NatsSite::single();
    let data = nats.beside("data");
    // The credentials of another district, whose operator this server does not know.
    let other = nats.beside("elsewhere");
    lianhu(&["nats", "init", "--dir", other.to_str().unwrap(), "--server", "tls://127.0.0.1:4222"]).done();
    let ended = serve(&nats, "intake", &other.join("admission.creds"), &data);
    ended.refused(6, &["does not accept these credentials"]);
    serve(&nats, "intake", &nats.beside("no.creds"), &data).refused(1, &["no.creds"]);

    nats.servers()[0].kill();
    serve(&nats, "intake", &nats.creds("admission"), &data).refused(7, &["does not answer"]);
    assert!(!data.join("copy").exists(), "nothing was begun");
}

#[test]
fn a_server_that_may_forget_what_it_acknowledged_is_refused() {
    let nats = NatsSite::single();
    nats.servers()[0].kill();
    let conf = nats.beside("etc").join("common.conf");
    let text = std::fs::read_to_string(&conf).unwrap();
    assert!(text.contains("  sync_interval: always\n"), "the file has changed: change this test");
    std::fs::write(&conf, text.replace("  sync_interval: always\n", "")).unwrap();
    nats.servers()[0].start();
    nats.servers()[0].well();
    let ended = serve(&nats, "gateway", &nats.creds("gateway"), &nats.beside("data"));
    ended.refused(8, &["nats-not-durable", "sync_interval"]);
}

#[test]
fn a_vault_is_open_in_one_process_alone_and_a_folder_serves_one() {
    let district = District::new();
    let processes = district.three();
    let nats = &district.nats;
    let kinds =
        [("vault", "open elsewhere"), ("gateway", "another process"), ("admission", "another process")];
    for (process, (kind, why)) in processes.iter().zip(kinds) {
        let ended = serve(nats, &process.roles, &nats.creds(kind), process.site.data());
        ended.refused(8, &[why]);
    }
    let receipt = processes[1].agency("hsp-01").admitted(&report("hsp-01", "psb-03", "接诊时发现可疑情形。"));
    assert_eq!(receipt["duplicate"], false, "those that run go on");

    // A vault with another root key would take every second question, and neither would open what is the other's.
    serve(nats, "vault", &nats.creds("vault"), &nats.beside("second")).refused(8, &["another one answers"]);
    processes[0].kill();
    processes[0].start(); // the right one comes back at once
    let answer = eventually("it protects again", || {
        let answer = processes[1].agency("hsp-01").publish(&report("hsp-01", "psb-03", "又一例。"));
        if answer.status == 503 { Err(answer.text) } else { Ok(answer) }
    });
    answer.expect(201);
}

#[test]
fn a_document_that_is_too_long_is_refused_over_nats_as_over_http() {
    let district = District::new();
    let _processes = district.three();
    let Door::Nats(voices) = Door::nats(&district) else { panic!("over NATS") };
    let nats: &Voice = &voices["hsp-01"];
    let long = |bytes: usize| {
        let mut report = report("hsp-01", "psb-03", "");
        report["data"]["narrative"] = "x".repeat(bytes).into();
        report
    };
    // over HTTP: `limits`, with a client that reads an answer which comes before it has sent everything
    let refused = nats.publish(&long(257 << 10));
    assert_eq!((refused.status, &refused.body["code"]), (413, &json!("too-large")), "{}", refused.text);
    // More than 320 KiB at once ends the connection, which comes back by itself.
    let subject = "lianhu.v1.publish.hsp-01.mandatory-reporting.report-filed";
    let beyond = nats.ask_for(Duration::from_secs(3), subject, long(400 << 10).to_string(), &[]);
    assert!(beyond.is_err(), "{beyond:?}");
    // The longest that the contract admits goes its way.
    let receipt = nats.publish(&large_report("hsp-01", "psb-03")).expect(201);
    assert_eq!(receipt["duplicate"], false);
    let read = eventually("the police may read it", || {
        let path = format!("/v1/events/{}.{}", receipt["sequence"], receipt["ordinal"]);
        let reply = voices["psb-03"].read(&path);
        if reply.status == 200 { Ok(reply.body) } else { Err(reply.text) }
    });
    assert_eq!(read["event"]["data"]["child_identity"].as_array().unwrap().len(), 20);
}

#[test]
fn an_operator_finds_every_service_with_its_health_and_its_counts() {
    let district = District::new();
    let processes = district.three();
    let mut roles: Vec<String> = ADMISSION
        .iter()
        .chain(&["views", "gateway", "vault", "agencies"])
        .map(|r| format!("lianhu-{r}"))
        .collect();
    roles.sort();
    for verb in ["PING", "INFO", "STATS"] {
        let mut found: Vec<String> =
            district.operator.ask(verb).iter().map(|s| s["name"].as_str().unwrap().to_owned()).collect();
        found.sort();
        assert_eq!(found, roles, "{verb}");
    }
    for (name, health) in district.operator.health() {
        assert_eq!(health["stopped"], json!([]), "{name}: {health}");
    }
    let count = |service: &str, of: &str| -> u64 {
        let said = district.operator.health();
        let (_, health) = said.iter().find(|(name, _)| name == service).unwrap();
        health["requests"][of].as_u64().unwrap()
    };
    district.nats.provision("hsp-01", &[]);
    let hospital = Voice::of(&district.nats, "hsp-01");
    let document = report("hsp-01", "psb-03", "接诊时发现可疑情形。");
    for _ in 0..3 {
        assert!(hospital.publish(&document).status < 300);
    }
    hospital.read("/v1/feed").expect(200);
    hospital.read("/v1/nothing").expect(404);
    let counted = eventually("the counts say so", || {
        let counted = [
            count("lianhu-agencies", "publish"),
            count("lianhu-agencies", "read"),
            count("lianhu-mandatory-reporting", "admit-mandatory-reporting"),
            count("lianhu-intake", "admit-intake"),
        ];
        if counted[0] >= 3 && counted[1] >= 2 { Ok(counted) } else { Err(format!("{counted:?}")) }
    });
    assert_eq!(counted, [3, 2, 3, 0]);
    processes[2].stop();
    let left: Vec<Value> = district.operator.ask("PING");
    assert!(left.iter().all(|s| !ADMISSION.iter().any(|r| s["name"] == format!("lianhu-{r}"))), "{left:?}");
}
