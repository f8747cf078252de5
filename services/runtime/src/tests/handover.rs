//! The coordinator becomes another agency on a day of the roster.

use super::*;
use crate::{AsOf, Caller, ClockState};
use vocabulary::Version;
use vocabulary::governance::Form;

/// The roster, with the coordination moved to the civil-affairs department on a day.
fn moved(on: &str) -> Vec<RuleFile> {
    let mut files = demo_files_with_clocks();
    let roster = &mut files[0].content;
    let held = "{ role = \"coordinator\", from = \"2024-04-26\" }";
    assert!(roster.contains(held));
    *roster = roster.replace(held, &held.replace(" }", &format!(", until = \"{on}\" }}")));
    let before = "{ role = \"civil-affairs\", from = \"2020-01-01\" },";
    let more = format!("{before}\n  {{ role = \"coordinator\", from = \"{on}\" }},");
    *roster = roster.replacen(before, &more, 1);
    files
}

/// A case that the police have acknowledged and nobody has opened: the coordinator owes that.
async fn waiting(bus: &Fixture) -> HistoryId {
    let case = bus.publish("hsp-01", &report(1)).await.unwrap().subject;
    bus.publish("psb-03", &acknowledgement(2, 1, &case)).await.unwrap();
    bus.settle().await;
    case
}

fn kinds(bus: &Fixture, agency: &str) -> Vec<(String, bool)> {
    let feed = bus.bus.feed(&caller(agency), 0, 1_000).unwrap();
    feed.iter().map(|item| (item.event["type"].as_str().unwrap().to_owned(), item.backfill)).collect()
}

fn waits_on(bus: &Fixture, agency: &str) -> bool {
    !bus.bus.inbox(&caller(agency)).unwrap().is_empty()
}

async fn announced(bus: &Fixture) {
    bus.bus.announce().await.unwrap();
    bus.settle().await;
    bus.bus.announce().await.unwrap();
    bus.settle().await;
}

#[tokio::test]
async fn the_new_host_gets_the_past_and_what_waits_and_the_old_one_ends() {
    let bus = bare();
    bus.bus.adopt(&moved("2026-04-01")).await.unwrap();
    let case = waiting(&bus).await;
    announced(&bus).await;
    assert_eq!(kinds(&bus, "wbo").len(), 2, "the coordinator of the day");
    assert_eq!(kinds(&bus, "cab"), [], "civil affairs had no part in it");
    assert!(waits_on(&bus, "wbo") && !waits_on(&bus, "cab"));
    let before = bus.bus.status().unwrap().head;
    let states = |agency: &str, as_of: AsOf| {
        let clocks = bus.bus.case_clocks(&caller(agency), &case, as_of);
        clocks.map(|clocks| clocks.iter().map(|clock| (clock.clock.clone(), clock.state)).collect::<Vec<_>>())
    };
    let running = states("wbo", AsOf::Now).unwrap();
    assert!(running.iter().any(|(_, state)| *state == ClockState::Running), "{running:?}");

    bus.clock.set("2026-04-01T00:00:01+08:00");
    announced(&bus).await;
    let changed = "governance.coordinator-changed.v1".to_owned();
    let told = kinds(&bus, "cab");
    assert_eq!(told.iter().filter(|(_, backfill)| *backfill).count(), 2, "{told:?}");
    assert!(told[..2].iter().all(|(_, backfill)| *backfill), "what was before, as backfill: {told:?}");
    assert!(told.contains(&(changed.clone(), false)), "{told:?}");
    assert!(!kinds(&bus, "wbo").iter().any(|(kind, _)| *kind == changed), "the old host is told no more");
    let psb = kinds(&bus, "psb-03");
    assert_eq!(psb.iter().filter(|(kind, _)| *kind == changed).count(), 1, "once");
    assert!(
        waits_on(&bus, "cab") && !waits_on(&bus, "wbo"),
        "what waited on the role waits on its new holder"
    );
    assert_eq!(states("cab", AsOf::Now).unwrap().len(), running.len(), "every clock goes on");

    let host = |agency: &str, as_of: AsOf| {
        let waiting = bus.bus.case(&caller("wcc"), &case, as_of).unwrap().case.waiting;
        waiting.iter().any(|item| item.agencies.contains(&caller(agency).agency))
    };
    assert!(host("wbo", AsOf::Position(before)), "a replay of before shows the old host");
    assert!(!host("cab", AsOf::Position(before)));
    assert!(host("cab", AsOf::Now) && !host("wbo", AsOf::Now), "one of now the new one");

    let opens = |agency: &str| {
        let data = json!({"opened_at": "2026-03-30T15:20:00+08:00", "reports": [id(1)], "lead": "psb",
            "children": [{"label": "A", "age_band": "6-13", "sex": "female"}]});
        event(9, agency, "intake.case-opened.v1", Some(&case), data)
    };
    assert!(bus.publish("wbo", &opens("wbo")).await.is_err(), "the old host decides no more");
    bus.publish("cab", &opens("cab")).await.unwrap();
}

#[tokio::test]
async fn rules_that_move_the_role_at_once_do_so_in_what_is_under_way() {
    let bus = bare();
    bus.bus.adopt(&demo_files_with_clocks()).await.unwrap();
    waiting(&bus).await;
    announced(&bus).await;
    bus.bus.adopt(&moved("2026-03-01")).await.unwrap(); // a day before the report
    bus.settle().await;
    announced(&bus).await;
    let feed = bus.bus.feed(&caller("cab"), 0, 10).unwrap();
    assert_eq!(feed.iter().filter(|item| item.backfill).count(), 2);
    let change = feed.iter().find(|item| item.event["type"] == "governance.coordinator-changed.v1").unwrap();
    assert_eq!(change.event["data"], json!({"from": ["wbo"], "to": ["cab"], "since": "2026-03-01"}));
    let old = bus.bus.feed(&Caller { agency: AgencyCode::parse("wbo").unwrap() }, 0, 10).unwrap();
    assert!(old.iter().all(|item| item.form == Form::Coarse), "what it was told shrinks to the status");
}

#[tokio::test]
async fn a_process_that_starts_after_the_rules_moved_the_role_says_so_too() {
    let bus = bare();
    bus.bus.adopt(&demo_files_with_clocks()).await.unwrap();
    let case = waiting(&bus).await;
    bus.bus.adopt(&moved("2026-03-01")).await.unwrap(); // a day before the report, and nobody has said anything
    let another = quiet(&bus, "again").await;
    another.announce().await.unwrap();
    assert_eq!(changes(&bus, &case), [json!({"from": ["wbo"], "to": ["cab"], "since": "2026-03-01"})]);
}

#[tokio::test]
async fn a_view_that_is_behind_says_nothing_that_the_history_knows_better() {
    let bus = bare();
    bus.bus.adopt(&demo_files_with_clocks()).await.unwrap();
    let case = waiting(&bus).await;
    announced(&bus).await;
    bus.bus.adopt(&moved("2026-03-01")).await.unwrap();
    let behind = quiet(&bus, "behind").await; // its row still names the first host
    announced(&bus).await; // wbo to cab
    let files = moved("2026-03-01");
    let back = files.iter().cloned().map(|mut file| {
        file.content = file.content.replace(
            "{ role = \"coordinator\", from = \"2026-03-01\" }",
            "{ role = \"coordinator\", from = \"2026-03-01\", until = \"2026-03-02\" }",
        );
        if file.path == "agencies.toml" {
            let feo = "{ role = \"reviewer\", from = \"2024-04-26\" },";
            let more = format!("{feo}\n  {{ role = \"coordinator\", from = \"2026-03-02\" }},");
            file.content = file.content.replacen(feo, &more, 1);
        }
        file
    });
    bus.bus.adopt(&back.collect::<Vec<_>>()).await.unwrap();
    behind.announce().await.unwrap();
    let told: Vec<_> =
        changes(&bus, &case).iter().map(|said| (said["from"].clone(), said["to"].clone())).collect();
    assert_eq!(told, [(json!(["wbo"]), json!(["cab"])), (json!(["cab"]), json!(["feo"]))]);
}

/// Another process, with views of its own that are caught up; it has said nothing yet.
async fn quiet(bus: &Fixture, views: &str) -> Arc<Bus> {
    let another = Arc::new(bus.another(views));
    settle_with(&another, crate::Duties { disclosure: true, clocks: false }).await;
    another
}

/// What was said of the coordination in a history.
fn changes(bus: &Fixture, case: &HistoryId) -> Vec<Value> {
    let records = bus.ledger.read(case, Version(0)).unwrap();
    let facts = records.iter().flat_map(|stored| stored.record.facts.iter());
    let changed = facts.filter(|fact| fact.attributes.kind.as_str() == "governance.coordinator-changed.v1");
    changed.map(|fact| fact.data.clone().into()).collect()
}

#[tokio::test]
async fn where_nothing_has_changed_nothing_is_said() {
    let bus = bare();
    bus.bus.adopt(&demo_files_with_clocks()).await.unwrap();
    let case = waiting(&bus).await;
    announced(&bus).await;
    let version = bus.ledger.version(&case).unwrap();
    bus.clock.set("2026-03-30T14:50:00+08:00");
    announced(&bus).await;
    let another = bus.another("again");
    another.announce().await.unwrap();
    assert_eq!(bus.ledger.version(&case).unwrap(), version);
}
