//! The runtime under test: a whole bus on a ledger in memory that can be told to fail.

mod adopting;
mod asking;
mod clocks;
mod closing;
mod disclosing;
mod filing;
mod handover;
mod linking;
mod naming;
mod publishing;
mod reading;
mod registry;
mod seen;
mod withdrawing;

use crate::{Bus, Caller, Clock, Parts, Problem, Receipt};
use agency_views::Views;
use contract::{Contracts, Envelope};
use jurisdiction::RuleFile;
use ledger::faulty::Faulty;
use ledger::{Ledger, MemoryLedger};
use serde_json::{Value, json};
use std::sync::{Arc, LazyLock, Mutex};
use std::time::Duration;
use vault::{Keys, RootKey, Vault};
use vocabulary::{AgencyCode, HistoryId, Instant, Region};

static CONTRACTS: LazyLock<Arc<Contracts>> = LazyLock::new(|| Arc::new(Contracts::published().unwrap()));

/// A clock that stands until it is moved.
pub(crate) struct Still(Mutex<Instant>);

impl Still {
    pub(crate) fn set(&self, at: &str) {
        *self.0.lock().unwrap() = Instant::parse(at).unwrap();
    }
}

impl Clock for Still {
    fn now(&self) -> Instant {
        *self.0.lock().unwrap()
    }
}

/// A moment shortly before the clock of a fixture.
pub(crate) const AT: &str = "2026-03-30T14:25:00+08:00";

pub(crate) struct Fixture {
    pub(crate) bus: Arc<Bus>,
    pub(crate) ledger: Arc<Faulty<MemoryLedger>>,
    pub(crate) clock: Arc<Still>,
    pub(crate) vault: Arc<Vault>,
    pub(crate) dir: tempfile::TempDir,
}

pub(crate) fn demo_files() -> Vec<RuleFile> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/jurisdictions/demo");
    let file = |path: &str| RuleFile {
        path: path.into(),
        content: std::fs::read_to_string(format!("{dir}/{path}")).unwrap(),
    };
    vec![file("agencies.toml"), file("visibility.toml"), file("closure.toml")]
}

/// The same, with its clocks and the calendars of three years.
pub(crate) fn demo_files_with_clocks() -> Vec<RuleFile> {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/jurisdictions/demo");
    let paths = ["clocks/reporting.toml", "calendar/2025.toml", "calendar/2026.toml", "calendar/2027.toml"];
    let file = |path: &str| RuleFile {
        path: path.into(),
        content: std::fs::read_to_string(format!("{dir}/{path}")).unwrap(),
    };
    demo_files().into_iter().chain(paths.map(file)).collect()
}

/// A vault of its own in a folder.
pub(crate) fn vault(dir: &tempfile::TempDir, name: &str) -> Arc<Vault> {
    let root = RootKey::load_or_create(&dir.path().join("root.key")).unwrap();
    Arc::new(Vault::open(&dir.path().join(name), &root).unwrap())
}

/// A bus on a ledger with the keys of a vault; `views` names the folder of its views.
pub(crate) fn open_with(
    ledger: Arc<dyn Ledger>,
    vault: Arc<dyn Keys>,
    clock: Arc<Still>,
    views: &std::path::Path,
) -> Result<Bus, Problem> {
    let views = Arc::new(Views::open(views, ledger.clone()).unwrap());
    Bus::open(Parts {
        region: Region::parse("999901").unwrap(),
        ledger,
        vault,
        views,
        contracts: CONTRACTS.clone(),
        clock,
        gather: crate::GATHER,
        demo: true,
    })
}

/// A bus without rules.
pub(crate) fn bare() -> Fixture {
    let dir = tempfile::tempdir().unwrap();
    let ledger = Arc::new(Faulty::new(MemoryLedger::default()));
    let clock = Arc::new(Still(Mutex::new(Instant::parse("2026-03-30T14:30:00+08:00").unwrap())));
    let vault = vault(&dir, "vault");
    let bus = open_with(ledger.clone(), vault.clone(), clock.clone(), &dir.path().join("views"));
    Fixture { bus: Arc::new(bus.unwrap()), ledger, clock, vault, dir }
}

/// A bus under the demo rules.
pub(crate) async fn adopted() -> Fixture {
    let fixture = bare();
    fixture.bus.adopt(&demo_files()).await.unwrap();
    fixture
}

impl Fixture {
    /// A case that the police lead: reported by a hospital (1), acknowledged (2) and opened (3).
    pub(crate) async fn opened(&self) -> HistoryId {
        let case = self.publish("hsp-01", &report(1)).await.unwrap().subject;
        self.publish("psb-03", &acknowledgement(2, 1, &case)).await.unwrap();
        let children = json!([{"label": "A", "age_band": "6-13", "sex": "female"}]);
        let opened = json!({"opened_at": AT, "reports": [id(1)], "children": children, "lead": "psb"});
        self.publish("wbo", &event(3, "wbo", "intake.case-opened.v1", Some(&case), opened)).await.unwrap();
        case
    }
}

/// The police search for a guardian (4).
pub(crate) fn search(case: &HistoryId) -> Value {
    let data = json!({"started_at": AT, "ground": "guardian-unreachable", "means": ["police-inquiry"]});
    event(4, "psb-03", "guardianship.guardian-search-started.v1", Some(case), data)
}

/// They conclude it.
pub(crate) fn searched(number: u64, of: u64, case: &HistoryId) -> Value {
    let data = json!({"search": id(of), "concluded_at": AT, "finding": "not-found", "to": ["cab"]});
    event(number, "psb-03", "guardianship.guardian-search-concluded.v1", Some(case), data)
}

pub(crate) fn caller(agency: &str) -> Caller {
    Caller { agency: AgencyCode::parse(agency).unwrap() }
}

/// A report of the hospital; the number makes its id.
pub(crate) fn report(number: u64) -> Value {
    let mut data =
        CONTRACTS.get("mandatory-reporting.report-filed.v1").unwrap().schema["examples"][0].clone();
    data["filed_to"] = "psb-03".into();
    data["discovered_at"] = "2026-03-30T14:05:00+08:00".into();
    event(number, "hsp-01", "mandatory-reporting.report-filed.v1", None, data)
}

pub(crate) fn id(number: u64) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

pub(crate) fn event(
    number: u64,
    agency: &str,
    kind: &str,
    subject: Option<&HistoryId>,
    data: Value,
) -> Value {
    let mut event = json!({
        "specversion": "1.0", "id": id(number), "source": format!("/999901/{agency}"), "type": kind,
        "time": "2026-03-30T14:18:00+08:00", "data": data,
    });
    if let Some(subject) = subject {
        event["subject"] = subject.as_str().into();
    }
    event
}

pub(crate) fn acknowledgement(number: u64, of: u64, subject: &HistoryId) -> Value {
    let data = json!({"report": id(of), "acknowledged_at": "2026-03-30T14:21:00+08:00"});
    event(number, "psb-03", "intake.report-acknowledged.v1", Some(subject), data)
}

impl Fixture {
    /// Another bus on the same ledger and vault, with views of its own.
    pub(crate) fn another(&self, views: &str) -> Bus {
        let views = self.dir.path().join(views);
        open_with(self.ledger.clone(), self.vault.clone(), self.clock.clone(), &views).unwrap()
    }

    pub(crate) async fn publish(&self, agency: &str, event: &Value) -> Result<Receipt, Problem> {
        let envelope = Envelope::structured(event.to_string().as_bytes()).unwrap();
        self.bus.publish(&caller(agency), envelope, None).await
    }

    /// Runs the followers until everything is disclosed and in the views, then stops them.
    pub(crate) async fn settle(&self) {
        settle(&self.bus).await
    }
}

pub(crate) async fn settle(bus: &Arc<Bus>) {
    settle_with(bus, crate::Duties::ALL).await
}

/// The same, with some of the followers.
pub(crate) async fn settle_with(bus: &Arc<Bus>, duties: crate::Duties) {
    let running = tokio::spawn(bus.clone().run(duties));
    for _ in 0..3_000 {
        let status = bus.status().unwrap();
        if status.disclosed == Some(status.head) && status.views == status.head || !status.stopped.is_empty()
        {
            break;
        }
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    running.abort();
    let _ = running.await;
}
