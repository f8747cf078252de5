//! The bus as four processes, each with the credentials of its kind and no more.

use super::hub::pulled;
use crate::harness::client::Caller;
use crate::harness::facts::report;
use crate::harness::nats::NatsSite;
use crate::harness::site::binary;
use crate::harness::wait::eventually_seen;
use crate::harness::{eventually, note};
use serde_json::{Value, json};
use std::fs::{self, File};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

/// The stages, the clocks and disclosure, as `deploy/` runs them.
const ADMISSION: &str = "intake,mandatory-reporting,one-stop,referral,case-conference,guardianship,follow-up,closure,clocks,disclosure";

/// A process with some roles. Dropping it kills it.
struct Part {
    child: Child,
    printed: PathBuf,
}

impl Part {
    fn start(site: &NatsSite, roles: &str, kind: &str, more: &[&str]) -> Self {
        let printed = site.beside(&format!("{kind}.log"));
        let log = || File::options().create(true).append(true).open(&printed).unwrap();
        let mut command = Command::new(binary());
        command.args(["--json", "serve", roles]).args(site.options(&site.creds(kind)));
        command.arg("--data").arg(site.beside(&format!("data-{kind}"))).args(more);
        let child = command.stdin(Stdio::null()).stdout(log()).stderr(log()).spawn().unwrap();
        Self { child, printed }
    }

    /// What it says of itself once it serves.
    fn serves(&self) -> Value {
        eventually("a part of the bus serves", || {
            let printed = fs::read_to_string(&self.printed).unwrap();
            let line = printed.lines().find(|line| line.starts_with("{\""));
            line.map(|line| serde_json::from_str(line).unwrap()).ok_or(printed)
        })
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        if std::thread::panicking() {
            note(&fs::read_to_string(&self.printed).unwrap_or_default());
        }
        let _ = self.child.kill(); // Err: it has ended
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn four_processes_with_the_least_rights_are_a_whole_bus() {
    let site = NatsSite::single();
    let demo = ["--demo", "--replicas", "1"];
    let parts = [
        Part::start(&site, "vault", "vault", &[]),
        Part::start(&site, ADMISSION, "admission", &demo),
        Part::start(&site, "views", "views", &demo),
        Part::start(&site, "gateway", "gateway", &[&demo[..], &["--listen", "127.0.0.1:0"]].concat()),
    ];
    let at = parts.iter().map(|part| part.serves()["listen"].clone()).find(Value::is_string).unwrap();
    let at = at.as_str().unwrap().parse().unwrap();
    let caller = |agency: &str| Caller::new(at, Some(format!("demo-{agency}")), Default::default());

    // over HTTP: through the gateway to a stage, to the vault, into the ledger, to the other agency
    let filed = report("hsp-01", "psb-03", "接诊时发现可疑情形。");
    caller("hsp-01").admitted(&filed);
    let feed = caller("psb-03").told_of("mandatory-reporting.report-filed.v1");
    assert_eq!(feed[0]["event"]["data"]["narrative"], "接诊时发现可疑情形。", "{feed:?}");

    // over NATS: the police pull what they were told, read it in clear, and answer
    for agency in ["psb-03", "hsp-01"] {
        site.provision(agency, &[]);
    }
    let police = site.agency("psb-03").await;
    eventually_seen("the feed is a stream", async || match pulled(&police, "psb-03", 1).await {
        Ok(taken) if taken.len() == 1 => Ok(()),
        other => Err(format!("{other:?}")),
    })
    .await;
    let read = police.request("lianhu.v1.read.psb-03", "/v1/feed?after=0".into()).await.unwrap();
    assert!(String::from_utf8_lossy(&read.payload).contains("接诊时发现可疑情形。"), "{read:?}");
    let case = feed[0]["event"]["subject"].as_str().unwrap();
    let data = json!({"report": filed["id"], "acknowledged_at": filed["time"]});
    let answer = crate::harness::event("psb-03", "intake.report-acknowledged.v1", Some(case), data);
    let subject = "lianhu.v1.publish.psb-03.intake.report-acknowledged";
    let receipt = police.request(subject, answer.to_string().into()).await.unwrap();
    let receipt: Value = serde_json::from_slice(&receipt.payload).unwrap();
    assert_eq!(receipt["id"], answer["id"], "{receipt}");
    let hospital = site.agency("hsp-01").await;
    let mut told: Vec<String> = Vec::new();
    eventually_seen("the hospital is told on NATS", async || {
        let taken = pulled(&hospital, "hsp-01", 1).await.map_err(|error| error.to_string())?;
        for message in taken {
            message.double_ack().await.unwrap();
            told.push(message.subject.to_string());
        }
        if told.len() == 2 { Ok(()) } else { Err(format!("{told:?}")) }
    })
    .await;
    let exactly = |agency: &str, fact: &str| format!("lianhu.v1.feed.{agency}.{fact}");
    let filed = exactly("hsp-01", "mandatory-reporting.report-filed");
    assert_eq!(
        told,
        [filed, exactly("hsp-01", "disclosure.step-recorded")],
        "of a step it learns that it was"
    );

    // and nobody asked for more than it may have
    let refused: Vec<_> =
        site.printed().lines().filter(|line| line.contains("Violation")).map(str::to_owned).collect();
    assert!(refused.is_empty(), "{refused:#?}");
}
