//! Clocks of the files of children and of what concerns an agency: they start, run, are met, missed, announced,
//! explained and rebutted as those of cases, and are shown to whoever may see them.

use super::*;
use crate::{ClockItem, ClockState};

/// The demo with every clock that it has.
pub(crate) async fn whole() -> Fixture {
    let dir = concat!(env!("CARGO_MANIFEST_DIR"), "/../../deploy/jurisdictions/demo");
    let mut files = demo_files_with_clocks();
    for path in ["clocks/registry.toml", "clocks/governance.toml", "clocks/education.toml", "risk.toml"] {
        let content = std::fs::read_to_string(format!("{dir}/{path}")).unwrap();
        files.push(RuleFile { path: path.into(), content });
    }
    let fixture = bare();
    fixture.bus.adopt(&files).await.unwrap();
    fixture.bus.issue_demo_tokens().await.unwrap();
    fixture
}

impl Fixture {
    /// Says something now, under an id of its own.
    pub(crate) async fn says(
        &self,
        number: u64,
        agency: &str,
        kind: &str,
        history: Option<&HistoryId>,
        data: Value,
    ) -> Receipt {
        let mut event = event(number, agency, kind, history, data);
        event["time"] = self.clock.now().to_string().into();
        self.publish(agency, &event).await.unwrap_or_else(|why| panic!("{kind}: {why}"))
    }

    /// The clock of this id as an agency sees it, on its board and in the history.
    fn clock_of(&self, agency: &str, history: &HistoryId, id: &str) -> Option<ClockItem> {
        let board = self.bus.clocks(&caller(agency), None, None, 1_000).unwrap().items;
        let of = |clock: &ClockItem| clock.clock == id && clock.case == *history;
        let on_board = board.into_iter().find(of);
        let there = self.bus.case_clocks(&caller(agency), history, crate::AsOf::Now).unwrap_or_default();
        assert_eq!(there.iter().any(of), on_board.is_some(), "the board and the history agree");
        on_board
    }

    pub(crate) fn state(&self, agency: &str, history: &HistoryId, id: &str) -> Option<ClockState> {
        self.clock_of(agency, history, id).map(|clock| clock.state)
    }

    pub(crate) async fn at(&self, moment: &str) {
        self.clock.set(moment);
        self.settle().await;
        self.bus.announce().await.unwrap();
        self.settle().await;
    }

    pub(crate) fn told(&self, agency: &str, history: &HistoryId) -> Vec<String> {
        let feed = self.bus.feed(&caller(agency), 0, 1_000).unwrap();
        let of = feed.iter().filter(|item| item.event["subject"] == history.as_str());
        of.map(|item| item.event["type"].as_str().unwrap().to_owned()).collect()
    }
}

fn history(text: &str) -> HistoryId {
    HistoryId::parse(text).unwrap()
}

#[tokio::test]
async fn a_child_who_is_not_visited_in_time_is_announced_to_those_who_keep_its_file() {
    let bus = whole().await;
    bus.clock.set("2026-03-30T14:30:00+08:00");
    let kind = "follow-up.child-registered.v1";
    let mut data = CONTRACTS.get(kind).unwrap().schema["examples"][0].clone();
    data["registered_at"] = "2026-03-30T14:00:00+08:00".into();
    let file = bus.says(1, "cdr-07", kind, None, data).await.subject;
    bus.at("2026-03-30T15:00:00+08:00").await;
    assert_eq!(bus.state("cdr-07", &file, "K40"), Some(ClockState::Running));
    let first = bus.clock_of("cdr-07", &file, "K40").unwrap();
    assert_eq!((first.owners, first.due_day.as_deref()), (vec![caller("cdr-07").agency], Some("2026-04-07")));
    assert_eq!(bus.state("sch-15", &file, "K40"), None, "who keeps no file sees no clock");
    let waits = bus.bus.inbox(&caller("cdr-07")).unwrap();
    assert!(waits.iter().any(|item| item.clock.as_deref() == Some("K40")), "it waits on the director");

    bus.at("2026-04-08T00:00:00+08:00").await;
    assert_eq!(bus.state("cdr-07", &file, "K40"), Some(ClockState::Missed));
    let announced =
        |kinds: &[String]| kinds.iter().filter(|kind| *kind == "governance.clock-breached.v1").count();
    assert_eq!(announced(&bus.told("cdr-07", &file)), 1, "announced once to its owner");
    assert_eq!(announced(&bus.told("wst-02", &file)), 1, "and to the station");
    bus.at("2026-04-08T01:00:00+08:00").await;
    assert_eq!(announced(&bus.told("cdr-07", &file)), 1);

    let explained = json!({"clock": "K40", "instance": id(1), "reason_code": "weather-or-transport"});
    bus.says(2, "cdr-07", "governance.breach-explained.v1", Some(&file), explained).await;
    bus.settle().await;
    assert_eq!(bus.state("cdr-07", &file, "K40"), Some(ClockState::Explained));

    // the visit had been made in time: its record came late
    let kind = "follow-up.home-visit-completed.v1";
    let mut visit = CONTRACTS.get(kind).unwrap().schema["examples"][0].clone();
    visit["started_at"] = "2026-04-02T10:00:00+08:00".into();
    bus.says(3, "cdr-07", kind, Some(&file), visit).await;
    bus.at("2026-04-08T02:00:00+08:00").await;
    assert_eq!(bus.state("cdr-07", &file, "K40"), Some(ClockState::Met));
    assert!(bus.told("wst-02", &file).contains(&"governance.breach-rebutted.v1".to_owned()));
    let cases = bus.bus.cases(&caller("wbo"), &Default::default(), None, 10).unwrap();
    assert_eq!(cases.total, 0, "a file is no case");
}

#[tokio::test]
async fn a_duty_of_an_agency_has_its_clock_in_the_history_of_that_agency() {
    let bus = whole().await;
    let school = history("agency-sch-12");
    let duty =
        json!({"duty": "dropout-monthly-report", "to": "sch-12", "assigned_at": "2026-03-02T10:00:00+08:00"});
    bus.says(1, "edu", "governance.periodic-duty-assigned.v1", Some(&school), duty).await;
    bus.at("2026-03-30T15:00:00+08:00").await;
    let clock = bus.clock_of("sch-12", &school, "K53a").unwrap();
    assert_eq!((clock.state, clock.number.as_str()), (ClockState::Running, "sch-12"));
    assert_eq!(clock.due_day.as_deref(), Some("2026-04-30"));
    assert_eq!(bus.state("edu", &school, "K53a"), Some(ClockState::Running), "its authority");
    assert_eq!(bus.state("wcc", &school, "K53a"), Some(ClockState::Running), "a reviewer");
    assert_eq!(bus.state("wbo", &school, "K53a"), Some(ClockState::Running), "the coordinator");
    for other in ["sch-15", "hlt", "psb-03"] {
        assert_eq!(bus.state(other, &school, "K53a"), None, "{other} has no part in it");
        assert_eq!(bus.told(other, &school), [] as [&str; 0], "{other}");
    }
    let told = bus.told("sch-12", &school);
    assert_eq!(told, ["governance.periodic-duty-assigned.v1"], "its tokens are nobody's feed");

    bus.at("2026-05-01T00:00:00+08:00").await;
    assert_eq!(bus.state("sch-12", &school, "K53a"), Some(ClockState::Missed));
    for agency in ["sch-12", "wbo", "wcc"] {
        assert!(bus.told(agency, &school).contains(&"governance.clock-breached.v1".to_owned()), "{agency}");
    }
    let done = json!({"assignment": id(1), "done_at": "2026-05-02T10:00:00+08:00"});
    bus.clock.set("2026-05-02T11:00:00+08:00");
    bus.says(2, "sch-12", "governance.periodic-duty-done.v1", Some(&school), done).await;
    bus.settle().await;
    let clocks = bus.bus.case_clocks(&caller("sch-12"), &school, crate::AsOf::Now).unwrap();
    let states: Vec<_> =
        clocks.iter().filter(|clock| clock.clock == "K53a").map(|clock| clock.state).collect();
    assert_eq!(states, [ClockState::MetLate, ClockState::Running], "the next round has begun");
    let late = event(
        3,
        "sch-15",
        "governance.periodic-duty-done.v1",
        Some(&school),
        json!({"assignment": id(1),
        "done_at": "2026-04-02T10:00:00+08:00"}),
    );
    assert!(matches!(bus.publish("sch-15", &late).await, Err(Problem::NotFound)), "another school");
}

#[tokio::test]
async fn a_check_of_staff_said_in_the_first_version_is_kept_so_and_counts_as_the_second() {
    let bus = whole().await;
    let employer = history("agency-emp-02");
    let kind = |version: &str| format!("governance.employment-check-requested.{version}");
    let asked = |kind: &str| json!({"to": "psb", "check_kind": kind, "requested_at": bus.clock.now()});
    bus.says(1, "emp-02", &kind("v1"), Some(&employer), asked("hire")).await;
    bus.at("2026-03-30T15:00:00+08:00").await;
    assert_eq!(bus.state("emp-02", &employer, "K60"), Some(ClockState::Running));
    let feed = bus.bus.feed(&caller("psb"), 0, 10).unwrap();
    let shown = feed.iter().find(|item| item.event["subject"] == employer.as_str()).unwrap();
    assert_eq!(
        (&shown.event["type"], &shown.event["data"]["check_kind"]),
        (&json!(kind("v1")), &json!("hire"))
    );
    assert!(shown.event["data"]["scope"].is_null(), "it is shown as it was said");

    bus.clock.set("2027-02-01T10:00:00+08:00");
    let some = json!({"to": "psb", "scope": "some-staff", "requested_at": bus.clock.now()});
    bus.says(2, "emp-02", &kind("v2"), Some(&employer), some).await;
    bus.settle().await;
    assert_eq!(bus.state("emp-02", &employer, "K60"), Some(ClockState::Running));
    bus.says(3, "emp-02", &kind("v1"), Some(&employer), asked("yearly")).await;
    bus.settle().await;
    let clocks = bus.bus.case_clocks(&caller("emp-02"), &employer, crate::AsOf::Now).unwrap();
    let states: Vec<_> =
        clocks.iter().filter(|clock| clock.clock == "K60").map(|clock| clock.state).collect();
    assert_eq!(states, [ClockState::Met, ClockState::Running], "met, and begun anew");
    let before = bus.bus.case_clocks(
        &caller("emp-02"),
        &employer,
        crate::AsOf::Position(bus.bus.status().unwrap().head),
    );
    assert_eq!(before.unwrap().len(), clocks.len(), "and replayed alike");
}
