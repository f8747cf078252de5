//! The console from outside: a bus of the demo region behind its pages.

mod assets;
mod away;
mod live;
mod pages;
mod sessions;
mod words;

use crate::{Config, router};
use agency_views::Views;
use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request, StatusCode, header};
use contract::Contracts;
use jurisdiction::RuleFile;
use ledger::MemoryLedger;
use runtime::{Bus, Caller, Clock, Parts};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tempfile::TempDir;
use tower::ServiceExt as _;
use vault::{RootKey, Vault};
use vocabulary::{AgencyCode, Instant, Region};

/// A clock that stands where a test puts it.
struct TestClock(Mutex<Instant>);

impl Clock for TestClock {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

struct World {
    bus: Arc<Bus>,
    clock: Arc<TestClock>,
    routes: Router,
    _dir: TempDir,
}

/// An answer, read whole.
struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    text: String,
}

impl Answer {
    fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// The id of the session that the answer opens.
    fn session(&self) -> String {
        let cookie = self.header("set-cookie").strip_prefix("lianhu-session=").unwrap();
        cookie.split(';').next().unwrap().to_owned()
    }
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

async fn read(response: axum::response::Response) -> Answer {
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, 1 << 22).await.unwrap();
    let text = String::from_utf8(bytes.to_vec()).unwrap();
    Answer { status: parts.status, headers: parts.headers, text }
}

fn request(method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Request<Body> {
    let mut request = Request::builder().method(method).uri(path).header(header::HOST, "lianhu.test");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request.body(Body::from(body.to_owned())).unwrap()
}

impl World {
    async fn new() -> Self {
        Self::with(|config| config).await
    }

    async fn with(config: impl FnOnce(Config) -> Config) -> Self {
        let dir = TempDir::new().unwrap();
        let root = RootKey::load_or_create(&dir.path().join("root.key")).unwrap();
        let ledger = Arc::new(MemoryLedger::default());
        let clock = Arc::new(TestClock(Mutex::new(instant("2026-03-30T15:00:00+08:00"))));
        let parts = Parts {
            region: Region::parse("999901").unwrap(),
            ledger: ledger.clone(),
            vault: Arc::new(Vault::open(&dir.path().join("vault"), &root).unwrap()),
            views: Arc::new(Views::open(&dir.path().join("views"), ledger).unwrap()),
            contracts: Arc::new(Contracts::published().unwrap()),
            clock: clock.clone(),
            gather: runtime::GATHER,
            demo: true,
        };
        let bus = Arc::new(Bus::open(parts).unwrap());
        tokio::spawn(bus.clone().run(runtime::Duties::ALL));
        bus.adopt(&rule_files()).await.unwrap();
        bus.issue_demo_tokens().await.unwrap();
        let sessions = Some(dir.path().join("sessions"));
        let base = Config { demo: true, sessions, pulse: Duration::from_millis(50), ..Config::default() };
        let routes = router(bus.clone(), config(base));
        Self { bus, clock, routes, _dir: dir }
    }

    fn set_clock(&self, text: &str) {
        *self.clock.0.lock().unwrap() = instant(text);
    }

    async fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        read(self.routes.clone().oneshot(request(method, path, headers, body)).await.unwrap()).await
    }

    async fn form(&self, path: &str, body: &str, headers: &[(&str, &str)]) -> Answer {
        let own = [("content-type", "application/x-www-form-urlencoded"), ("sec-fetch-site", "same-origin")];
        self.ask("POST", path, &[headers, &own[..]].concat(), body).await
    }

    /// Signs in; answers the cookie.
    async fn sign_in(&self, agency: &str) -> String {
        let answer = self.form("/sign-in", &format!("token=demo-{agency}"), &[]).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        format!("lianhu-session={}; lang=en", answer.session())
    }

    async fn page(&self, agency: &str, path: &str) -> Answer {
        let cookie = self.sign_in(agency).await;
        self.ask("GET", path, &[("cookie", &cookie)], "").await
    }

    async fn tell(&self, agency: &str, kind: &str, id: &str, subject: Option<&str>, data: Value) -> String {
        let caller = Caller { agency: AgencyCode::parse(agency).unwrap() };
        let mut event = json!({
            "specversion": "1.0", "id": id, "source": format!("/999901/{agency}"), "type": kind,
            "time": "2026-03-30T14:58:00+08:00", "data": data,
        });
        if let Some(subject) = subject {
            event["subject"] = subject.into();
        }
        let receipt = self
            .bus
            .publish(&caller, contract::Envelope::structured(event.to_string().as_bytes()).unwrap(), None)
            .await
            .unwrap();
        receipt.subject.to_string()
    }

    /// The hospital's report, told to the police station. Answers its case.
    async fn report(&self) -> String {
        let kind = "mandatory-reporting.report-filed.v1";
        let mut data = self.bus.contracts().get(kind).unwrap().schema["examples"][0].clone();
        data["narrative"] = "<b>陪同人员</b> & \"说法不一\"".into();
        let case = self.tell("hsp-01", kind, "3f0c8e52-7a41-4d0e-9b6f-000000000001", None, data).await;
        self.told("psb-03", 1).await;
        case
    }

    /// Waits until an agency was told so much.
    async fn told(&self, agency: &str, head: u64) {
        let caller = Caller { agency: AgencyCode::parse(agency).unwrap() };
        assert!(self.bus.feed_moved(&caller, head - 1, Duration::from_secs(10)).await.unwrap());
    }
}
