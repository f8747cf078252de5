//! The edge from outside: a bus on loopback, and a client that speaks plain HTTP.

mod agreed;
mod client;
mod document;
mod examples;
mod incident;
mod keys;
mod metrics;
mod nats_server;
mod operating;
mod pages;
mod publishing;
mod quota;
mod reading;
mod requests;
mod serving;
mod streaming;

use crate::{Config, Operator, router, serve, words};
use agency_views::Views;
use client::Answer;
use contract::Contracts;
use jurisdiction::RuleFile;
use ledger::faulty::Faulty;
use ledger::{Ledger, MemoryLedger, Outcome};
use runtime::{Bus, Clock, Parts};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;
use vault::{Keys, RootKey, Vault};
use vocabulary::{HistoryId, Instant, Record, Region, Version};

const ONE: &str = "application/cloudevents+json";
const MANY: &str = "application/cloudevents-batch+json";
const REPORT: &str = "mandatory-reporting.report-filed.v1";
const OPERATOR: &str = "operator-token-of-the-tests";

/// A clock that stands where a test puts it.
struct TestClock(Mutex<Instant>);

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

/// A bus of the demo region behind its gateway.
struct World {
    at: SocketAddr,
    bus: Arc<Bus>,
    ledger: Arc<Faulty<MemoryLedger>>,
    clock: Arc<TestClock>,
    stop: Option<oneshot::Sender<()>>,
    served: JoinHandle<std::io::Result<()>>,
    _dir: TempDir,
}

fn rule_files() -> Vec<RuleFile> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/jurisdictions/demo");
    let files = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let toml = files.filter(|path| path.extension().is_some_and(|ext| ext == "toml"));
    let file = |path: std::path::PathBuf| RuleFile {
        path: path.file_name().unwrap().to_str().unwrap().to_owned(),
        content: std::fs::read_to_string(path).unwrap(),
    };
    toml.map(file).collect()
}

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

impl World {
    /// The demo with its rules and tokens.
    async fn new() -> Self {
        Self::with(Config::default()).await
    }

    async fn with(config: Config) -> Self {
        Self::bare(config).await.begun().await
    }

    /// Under the demo's rules, with its tokens, in the afternoon of the story.
    async fn begun(self) -> Self {
        let world = self;
        world.bus.adopt(&rule_files()).await.unwrap();
        world.set_clock("2025-12-30T09:00:00+08:00"); // psb-09 has its last day
        world.bus.issue_demo_tokens().await.unwrap();
        world.set_clock("2026-03-30T15:00:00+08:00");
        world
    }

    /// Before the first adoption.
    async fn bare(config: Config) -> Self {
        let dir = TempDir::new().unwrap();
        let root = RootKey::load_or_create(&dir.path().join("root.key")).unwrap();
        let vault = Arc::new(Vault::open(&dir.path().join("vault"), &root).unwrap());
        Self::bare_with(config, vault, dir).await
    }

    /// The same, with keys that are elsewhere.
    async fn bare_with(config: Config, vault: Arc<dyn Keys>, dir: TempDir) -> Self {
        let ledger = Arc::new(Faulty::new(MemoryLedger::default()));
        let clock = Arc::new(TestClock(Mutex::new(instant("2025-12-30T08:00:00+08:00"))));
        let parts = Parts {
            region: Region::parse("999901").unwrap(),
            ledger: ledger.clone(),
            vault,
            views: Arc::new(Views::open(&dir.path().join("views"), ledger.clone()).unwrap()),
            contracts: Arc::new(Contracts::published().unwrap()),
            clock: clock.clone(),
            gather: runtime::GATHER,
            demo: true,
        };
        let bus = Arc::new(Bus::open(parts).unwrap());
        tokio::spawn(bus.clone().run(runtime::Duties::ALL));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let (stop, stopped) = oneshot::channel();
        let routes = router(bus.clone(), Operator::new(OPERATOR), config);
        let served = tokio::spawn(serve(listener, routes, async { drop(stopped.await) }));
        Self { at, bus, ledger, clock, stop: Some(stop), served, _dir: dir }
    }

    fn set_clock(&self, text: &str) {
        *self.clock.0.lock().unwrap() = instant(text);
    }

    /// A call of an agency of the demo.
    async fn call(
        &self,
        agency: &str,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Answer {
        let token = format!("Bearer demo-{agency}");
        let headers = [&[("authorization", token.as_str())], headers].concat();
        client::send(self.at, method, path, &headers, body).await
    }

    async fn get(&self, agency: &str, path: &str) -> Answer {
        self.call(agency, "GET", path, &[], b"").await
    }

    async fn post(&self, agency: &str, path: &str, kind: &str, body: &Value) -> Answer {
        self.call(agency, "POST", path, &[("content-type", kind)], body.to_string().as_bytes()).await
    }

    async fn publish(&self, agency: &str, event: &Value) -> Answer {
        self.post(agency, "/v1/events", ONE, event).await
    }

    /// Files a report by the hospital with the police station, and waits until the station was told.
    async fn report(&self, number: u64) -> Answer {
        let before = self.head("psb-03").await;
        let answer = self.publish("hsp-01", &self.filed(number)).await;
        assert_eq!(answer.status, 201, "{}", answer.text());
        let feed = self.get("psb-03", &format!("/v1/feed?after={before}&wait=10")).await;
        assert_eq!(feed.json()["items"].as_array().unwrap().len(), 1, "{}", feed.text());
        answer
    }

    async fn head(&self, agency: &str) -> u64 {
        self.get(agency, "/v1/feed").await.json()["head"].as_u64().unwrap()
    }

    /// The example of the contract, as the hospital's system would send it.
    fn filed(&self, number: u64) -> Value {
        let contracts = self.bus.contracts();
        let data = &contracts.get(REPORT).unwrap().schema["examples"][0];
        json!({
            "specversion": "1.0", "id": uuid(number), "source": "/999901/hsp-01", "type": REPORT,
            "time": "2026-03-30T14:12:00+08:00", "datacontenttype": "application/json", "data": data,
        })
    }

    /// A disclosure that no correct bus would write.
    async fn disclose_wrongly(&self, agency: &str, position: u64) {
        let entry = json!({"agency": agency, "position": position, "sequence": 9_999, "ordinal": 0, "form": "full",
                           "backfill": false});
        let data = json!({"source": 1, "rules": 3, "entries": [entry]});
        self.append("disclosure-999901", "governance.disclosed.v1", data).await;
    }

    /// A record past all doors.
    async fn append(&self, history: &str, kind: &str, data: Value) {
        let history = HistoryId::parse(history).unwrap();
        let Version(version) = self.ledger.version(&history).unwrap();
        let record = json!({
            "format": 1, "history": history, "version": version + 1, "recordedtime": "2026-03-30T07:00:00.000000Z",
            "rules": {"history": "rules-999901", "version": 3}, "seed": "AAAA",
            "facts": [{
                "attributes": {"specversion": "1.0", "id": "wrong", "source": "/999901/bus",
                               "type": kind, "time": "2026-03-30T07:00:00Z"},
                "data": data,
            }],
        });
        let record: Record = serde_json::from_value(record).unwrap();
        assert!(matches!(self.ledger.append(record).await.unwrap(), Outcome::Appended(_)));
    }

    /// Ends the server and waits for it.
    async fn end(mut self) {
        self.stop.take().unwrap().send(()).unwrap();
        let over = tokio::time::timeout(Duration::from_secs(5), self.served).await;
        over.expect("the server ends soon").unwrap().unwrap();
    }
}

fn uuid(number: u64) -> String {
    format!("3f0c8e52-7a41-4d0e-9b6f-{number:012x}")
}

#[test]
fn no_code_stands_twice_and_every_title_has_both_languages() {
    let pairs: BTreeSet<_> = words::ALL.iter().map(|word| (word.code, word.status)).collect();
    assert_eq!(pairs.len(), words::ALL.len());
    for word in words::ALL {
        let has_han = word.zh.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(has_han && word.en.is_ascii() && !word.detail.is_empty(), "{}", word.code);
    }
}

#[test]
fn the_operator_is_known_by_the_whole_token_and_never_by_none() {
    assert_eq!(format!("{:?}", Operator::new("secret")), "Operator");
    for (kept, shown, same) in [("secret", "secret", true), ("secret", "secre", false), ("", "", false)] {
        assert_eq!(Operator::new(kept).is(shown), same);
    }
}

#[test]
fn every_problem_of_the_bus_has_its_status_and_its_code() {
    use runtime::Problem as Bus;
    let why = || "at 7".to_owned();
    for (problem, status, code) in [
        (Bus::Unauthenticated, 401, "unauthenticated"),
        (Bus::OffRoster, 403, "agency-not-on-roster"),
        (Bus::ForeignSource, 403, "source-not-yours"),
        (Bus::RoleNotAllowed, 403, "role-not-allowed"),
        (Bus::Demo, 403, "demo-only"),
        (Bus::NotFound, 404, "not-found"),
        (Bus::IdConflict, 409, "id-conflict"),
        (Bus::Rules(Vec::new()), 422, "rules-refused"),
        (Bus::UnknownAgency, 422, "unknown-agency"),
        (Bus::Busy, 503, "busy"),
        (Bus::Unavailable(why()), 503, "unavailable"),
        (Bus::Damaged(why()), 503, "damaged"),
    ] {
        let problem = json!(crate::problem::Problem::from(problem));
        assert_eq!((&problem["status"], &problem["code"]), (&json!(status), &json!(code)));
        assert!(!problem.to_string().contains("at 7"), "{problem}");
    }
}
