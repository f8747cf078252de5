use super::catalogue::Stories;
use super::seed::{SEED, lived};
use super::stream::{Facts, Filling};
use super::telling::{published, publisher};
use super::time::{Age, Shift, happened};
use super::{Document, text};
use crate::folder::{Folder, Stores};
use crate::scenario::file;
use crate::{rules, up};
use agency_views::Views;
use jiff::SignedDuration;
use ledger::Ledger;
use runtime::{Bus, StoryClock};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use vocabulary::id::HistoryKind;
use vocabulary::{Instant, Position};

fn stories() -> Stories {
    Stories::read().unwrap()
}

fn at(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

fn event(value: Value) -> Document {
    value.as_object().unwrap().clone()
}

#[test]
fn thirty_cases_are_told_beside_the_incident() {
    let stories = stories();
    assert_eq!(stories.planted().count(), 30);
    assert!(stories.all.iter().any(|story| story.brief) && stories.all.iter().any(|story| !story.brief));
    let numbers: BTreeSet<u64> = stories.planted().map(|(number, ..)| number).collect();
    assert_eq!(numbers, (0..30).collect());
    assert!(stories.incident.len() > 60);
}

#[test]
fn a_telling_is_the_same_again_and_shares_no_id_with_another() {
    let stories = stories();
    let ids = |seed, number| -> BTreeSet<String> {
        let events = stories.all.iter().flat_map(|story| stories.tell(story, seed, number).events);
        events.map(|event| text(&event, "id").to_owned()).collect()
    };
    assert_eq!(ids(1, 7), ids(1, 7));
    assert!(ids(1, 7).is_disjoint(&ids(1, 8)) && ids(1, 7).is_disjoint(&ids(2, 7)));
    let whole = |number| stories.tell(&stories.all[0], 1, number).events;
    assert_eq!(whole(7), whole(7));
}

#[test]
fn ids_agencies_and_words_are_exchanged_wherever_they_stand() {
    let stories = stories();
    let written = serde_json::to_string(&stories.all[0].events).unwrap();
    let mut told = BTreeSet::new();
    for number in 0..40 {
        let telling = stories.tell(&stories.all[0], SEED, number);
        let text = serde_json::to_string(&telling.events).unwrap();
        for event in &stories.all[0].events {
            assert!(!text.contains(super::text(event, "id")), "an old id stands in telling {number}");
        }
        let station = if text.contains("psb-05") { "psb-03" } else { "psb-05" };
        assert!(!text.contains(station), "telling {number} is told of two places at once");
        let publishers = telling.events.iter().map(publisher);
        assert!(
            publishers
                .zip(&telling.events)
                .all(|(agency, event)| { super::text(event, "actor").split('.').next() == Some(agency) })
        );
        told.insert((text.contains("psb-05"), text.contains("测试甲")));
    }
    assert_eq!(told.len(), 4, "both places, and more than one name: {told:?}");
    assert!(written.contains("psb-03") && written.contains("测试甲"));
}

#[test]
fn an_age_in_days_keeps_the_hours_and_one_in_hours_is_exact() {
    let first = event(json!({"time": "2025-03-03T09:10:00+08:00", "data": {"due": "2025-03-10"}}));
    let now = at("2026-11-25T14:00:30.5+08:00");
    let of = |age: &str| Shift::to_age(&first, Age::try_from(age.to_owned()).unwrap(), now).event(&first);
    assert_eq!(of("3d"), event(json!({"time": "2026-11-22T09:10:00+08:00", "data": {"due": "2026-11-29"}})));
    let told = of("15h");
    assert_eq!(happened(&told), Some(at("2026-11-24T23:00:30+08:00")));
    assert_eq!(told["data"]["due"], "2026-12-01");
    for wrong in ["", "d", "3", "3w", "-1d", "三d", "99999d"] {
        assert!(Age::try_from(wrong.to_owned()).is_err(), "{wrong}");
    }
}

#[test]
fn what_the_rest_of_a_story_comes_to_is_brought_forward_and_what_lies_behind_it_stays_ahead() {
    let convened = event(json!({
        "time": "2025-03-03T09:00:00+08:00", "data": {"at": "2025-03-05T14:00:00+08:00",
        "before": "2025-03-03T08:00:00+08:00", "later": "2025-04-03T09:00:00+08:00", "due": "2025-03-31"},
    }));
    let last = event(json!({"time": "2025-03-20T10:00:00+08:00"}));
    let told = Shift::to_now(&convened, &last, at("2026-11-25T18:00:00+08:00")).event(&convened);
    let expected = json!({
        "time": "2026-11-25T18:00:00+08:00", "data": {"at": "2026-11-25T18:00:00+08:00",
        "before": "2026-11-25T17:00:00+08:00", "later": "2026-12-26T18:00:00+08:00", "due": "2026-12-23"},
    });
    assert_eq!(Value::Object(told), expected);
}

#[test]
fn only_the_subject_of_an_event_that_continues_a_history_is_named() {
    let (opening, next) = (event(json!({"id": "a"})), event(json!({"id": "b", "subject": "of:a"})));
    assert_eq!(published(&opening, Some("case-1f")), opening);
    assert_eq!(published(&next, Some("case-1f")), event(json!({"id": "b", "subject": "case-1f"})));
}

#[test]
fn what_a_new_demo_has_lived_through_is_past_in_order_and_ends_with_now() {
    let stories = stories();
    for now in ["2026-11-25T14:00:00+08:00", "2025-01-01T00:00:00+08:00", "2026-03-30T14:10:00+08:00"] {
        let lines = file::read(&lived(&stories, at(now))).unwrap();
        assert!(lines.iter().all(|line| line.recorded <= at(now)), "{now}");
        assert!(lines.len() > 250, "{now}: {}", lines.len());
    }
    let early = lived(&stories, at("2025-01-01T00:00:00+08:00"));
    assert!(!early.contains(text(&stories.incident[0], "id")), "the incident lies ahead of that day");
}

#[test]
fn a_stream_is_in_the_order_of_its_times_and_the_same_again() {
    let draw = || Facts::new(5, SignedDuration::from_mins(90)).unwrap().take(2_000);
    let mut last = Facts::new(5, SignedDuration::from_mins(90)).unwrap().begin();
    let mut opened = BTreeSet::new();
    for fact in draw() {
        assert!(fact.at >= last, "{} after {last}", fact.at);
        last = fact.at;
        let opens = opened.insert(fact.number);
        let written: Document = serde_json::from_slice(&fact.bytes(None)).unwrap();
        assert_eq!(text(&written, "source"), format!("/999901/{}", fact.agency()));
        assert!(!written.contains_key("subject"), "a history is named by the bus");
        assert!(opens || opened.contains(&fact.number));
    }
    assert!(opened.len() > 100, "many cases go on at once: {}", opened.len());
    assert!(draw().map(|fact| fact.bytes(None)).eq(draw().map(|fact| fact.bytes(None))));
}

/// A bus by the clock of a stream, on a folder.
fn bus(folder: &Path, begin: Instant) -> (Stores, Arc<Bus>, Arc<StoryClock>) {
    let stores = Folder::at(folder).unwrap().open().unwrap();
    let region = rules::of(&rules::demo()).unwrap().region().clone();
    let clock = Arc::new(StoryClock::at(begin));
    let bus = up::open_by(stores.clone().into(), region, true, clock.clone(), Duration::from_millis(3));
    (stores, Arc::new(bus.unwrap()), clock)
}

/// Views of a ledger, made from nothing in chunks of another size than the live ones.
fn rebuilt(folder: &Path, ledger: Arc<dyn Ledger>, bus: &Bus) -> Views {
    let views = Views::open(folder, ledger.clone()).unwrap();
    let in_force = bus.rules().unwrap();
    let in_force = move || Ok(in_force.clone());
    let mut last = Position(0);
    loop {
        let records = ledger.range(last, 777).unwrap();
        let Some(end) = records.last().map(|stored| stored.position) else { return views };
        views.apply(&records, &in_force).unwrap();
        last = end;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn live_and_rebuilt_views_are_equal_after_n_generated_facts() {
    let count = std::env::var("LIANHU_FACTS").map_or(5_000, |count| count.parse().unwrap());
    let folder = tempfile::tempdir().unwrap();
    // all of them within the years whose calendars are known
    let gap = SignedDuration::from_mins((300 * 24 * 60 * 18 / count as i64).clamp(1, 600));
    let facts = Facts::new(11, gap).unwrap();
    let (stores, bus, clock) = bus(&folder.path().join("live"), facts.begin());
    bus.adopt(&rules::demo()).await.unwrap();
    let followers = tokio::spawn(bus.clone().run(runtime::Duties::ALL));
    Filling::new(facts).publish(&bus, &clock, count).await.unwrap();
    bus.announce().await.unwrap();
    bus.settled().await.unwrap();
    followers.abort();
    let _ = followers.await; // Err: it was aborted

    let cases = stores.ledger.histories(HistoryKind::Case).unwrap().len();
    assert!(cases * 40 > count, "{cases} cases");
    let views = rebuilt(&folder.path().join("rebuilt"), stores.ledger.clone(), &bus);
    let (compared, different) = stores.views.difference(&views).unwrap();
    assert_eq!(different, None, "of {compared} entries");
    assert!(compared as usize > cases * 2, "{compared} entries of {cases} cases");
}
