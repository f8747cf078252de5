//! A whole incident, played over HTTP and read by those who had a part in it: each answer is as the document says,
//! and whatever the document speaks of is there to be seen.

use super::agreed::{DOCUMENT, Seen, conforms};
use super::client::Stream;
use super::*;
use crate::openapi::shape::of;

/// Those who read: the coordinator, police, a hospital, a service, a procuratorate.
const READERS: [&str; 5] = ["wbo", "psb-03", "hsp-01", "ngo-07", "pro"];

/// What only a fault brings about, or a fact that the incident may not have.
const UNSEEN: [&str; 6] = [
    "CaseItem.parked",
    "CasePage.parked",
    "ReferralItem.ended",
    "ReferralItem.offered_to",
    "ReferralItem.outcome",
    "ReferralItem.parent",
];

/// One incident, played over HTTP at its own times.
pub(super) struct Played {
    pub(super) world: World,
    pub(super) case: String,
    /// Positions of the ledger in between.
    moments: Vec<u64>,
}

/// The rules of the demo with their clocks and calendars, which the other tests do without.
pub(super) fn every_rule_file() -> Vec<RuleFile> {
    let mut files = rule_files();
    for folder in ["clocks", "calendar"] {
        let dir = format!("{}/../../deploy/jurisdictions/demo/{folder}", env!("CARGO_MANIFEST_DIR"));
        for entry in std::fs::read_dir(dir).unwrap() {
            let entry = entry.unwrap();
            let path = format!("{folder}/{}", entry.file_name().into_string().unwrap());
            files.push(RuleFile { path, content: std::fs::read_to_string(entry.path()).unwrap() });
        }
    }
    files
}

impl Played {
    pub(super) async fn incident() -> Self {
        let world = World::bare(Config::default()).await;
        world.bus.adopt(&every_rule_file()).await.unwrap();
        world.bus.issue_demo_tokens().await.unwrap();
        let (mut case, mut moments) = (String::new(), Vec::new());
        let text = include_str!("../../../../tests/scenarios/incident-a.jsonl");
        for (number, line) in text.lines().filter(|line| line.starts_with('{')).enumerate() {
            let mut event: Value = serde_json::from_str(line).unwrap();
            let refused = event.as_object_mut().unwrap().remove("refused");
            let recorded =
                event.as_object_mut().unwrap().remove("recordedtime").unwrap_or(event["time"].clone());
            world.pass_to(recorded.as_str().unwrap()).await;
            if event["subject"].is_string() {
                event["subject"] = json!(case);
            }
            let agency = event["source"].as_str().unwrap().rsplit('/').next().unwrap().to_owned();
            let answer = world.publish(&agency, &event).await;
            assert_eq!(answer.status >= 400, refused.is_some(), "{}", answer.text());
            world.bus.settled().await.unwrap();
            if number == 0 {
                case = answer.json()["subject"].as_str().unwrap().to_owned();
            }
            if number % 23 == 22 {
                moments.push(world.ledger.head().borrow().0);
            }
        }
        world.publish_traced().await;
        Self { world, case, moments }
    }
}

impl World {
    /// Lets time pass, and the bus say what it has to say of clocks meanwhile.
    async fn pass_to(&self, time: &str) {
        let until = instant(time);
        while let Some(next) = self.bus.announce().await.unwrap().filter(|next| *next < until) {
            *self.clock.0.lock().unwrap() = next;
            self.bus.settled().await.unwrap();
        }
        *self.clock.0.lock().unwrap() = until;
    }
}

/// What can be asked of a case.
const OF_A_CASE: [&str; 6] =
    ["", "/replay", "/timeline", "/clocks", "/referrals", "/knowledge?agency=psb-03"];

#[tokio::test]
async fn whatever_the_document_speaks_of_is_there_to_be_seen_and_nothing_else_is() {
    let played = Played::incident().await;
    let mut seen = Seen::default();
    for agency in READERS {
        for path in [
            "/v1/cases",
            "/v1/inbox",
            "/v1/inbox?all=true",
            "/v1/clocks?limit=1",
            "/v1/cases?limit=1",
            "/v1/feed?limit=1000",
            "/v1/types",
        ] {
            played.read(agency, path, &mut seen).await;
        }
        for part in OF_A_CASE {
            for moment in &played.moments {
                let sign = if part.contains('?') { '&' } else { '?' };
                let path = format!("/v1/cases/{}{part}{sign}as_of={moment}", played.case);
                played.read(agency, &path, &mut seen).await;
            }
        }
    }
    let shapes = [
        "CaseList",
        "CasePage",
        "Replay",
        "Timeline",
        "ClockList",
        "ReferralList",
        "Inbox",
        "ClockBoard",
        "FeedPage",
    ];
    let mut missing = Vec::new();
    for name in reached(&shapes) {
        let members = DOCUMENT["components"]["schemas"][&name]["properties"].as_object().unwrap().keys();
        let shown = seen.0.remove(&name).unwrap_or_default();
        missing.extend(
            members.filter(|member| !shown.contains(*member)).map(|member| format!("{name}.{member}")),
        );
    }
    missing.retain(|member| !UNSEEN.contains(&member.as_str()));
    assert!(missing.is_empty(), "never seen: {missing:?}");
    super::examples::take(&played).await;
}

#[tokio::test]
async fn the_frames_of_a_stream_are_items_of_the_feed() {
    let world = World::new().await;
    world.report(1).await;
    for path in ["/v1/stream".to_owned(), format!("/v1/cases/{}/stream", world.a_case().await)] {
        let mut stream = Stream::open(world.at, &path, &[("authorization", "Bearer demo-psb-03")]).await;
        let item = stream.event().await.unwrap();
        conforms(&of("FeedItem"), &item.data).unwrap();
    }
}

/// Shapes, and those that they speak of.
fn reached(names: &[&str]) -> BTreeSet<String> {
    let mut all: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
    loop {
        let texts = all.iter().map(|name| DOCUMENT["components"]["schemas"][name].to_string());
        let found: BTreeSet<String> = texts
            .flat_map(|text| {
                let parts = text.split("#/components/schemas/").skip(1);
                parts.map(|part| part.split('"').next().unwrap().to_owned()).collect::<Vec<_>>()
            })
            .collect();
        if found.is_subset(&all) {
            return all;
        }
        all.extend(found);
    }
}

impl Played {
    /// Reads as an agency; what it may not ask is a problem of the document, too.
    async fn read(&self, agency: &str, path: &str, seen: &mut Seen) {
        let answer = self.world.get(agency, path).await;
        if answer.status == 200 {
            let block = super::agreed::block(path).unwrap();
            let content = &block["get"]["responses"]["200"]["content"]["application/json"];
            seen.look(&content["schema"], &answer.json());
        }
    }
}

impl World {
    /// Another case, by a system that says what it can say.
    async fn publish_traced(&self) {
        let mut event = self.filed(900);
        event["correlationid"] = json!("ward-7");
        event["traceparent"] = json!("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
        event["dataschema"] = json!(format!("urn:lianhu:{REPORT}"));
        assert_eq!(self.publish("hsp-01", &event).await.status, 201);
        self.bus.settled().await.unwrap();
    }

    /// A case that the police station was told of.
    async fn a_case(&self) -> String {
        let feed = self.get("psb-03", "/v1/feed").await.json();
        feed["items"][0]["event"]["subject"].as_str().unwrap().to_owned()
    }
}
