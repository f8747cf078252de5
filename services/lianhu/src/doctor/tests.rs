use super::inside::{calendar, clock, disclosed};
use super::line::State;
use crate::rules;
use jurisdiction::Rules;
use ledger::{Ledger, SledLedger};
use serde_json::json;
use vocabulary::{Instant, Position, Record, Version};

fn instant(text: &str) -> Instant {
    Instant::parse(text).unwrap()
}

async fn append(ledger: &SledLedger, history: &str, version: u64, data: serde_json::Value) {
    let attributes = json!({"specversion": "1.0", "id": format!("{history}-{version}"), "source": "/999901/bus",
                            "type": "a.b.v1", "time": "2026-03-30T07:00:00Z"});
    let record = json!({
        "format": 1, "history": history, "version": version, "recordedtime": "2026-03-30T07:00:00.000000Z",
        "rules": {"history": "rules-999901", "version": 0}, "seed": "AAAA",
        "facts": [{"attributes": attributes, "data": data}],
    });
    let record: Record = serde_json::from_value(record).unwrap();
    ledger.append(record).await.unwrap();
}

#[tokio::test]
async fn a_clock_that_went_back_behind_the_last_record_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = SledLedger::open(dir.path()).unwrap();
    let at = |text| clock(&ledger, Position(1), instant(text)).state;
    assert_eq!(at("2000-01-01T00:00:00Z"), State::Ok, "nothing is recorded yet");
    append(&ledger, "case-a", 1, json!({})).await;
    assert_eq!(at("2026-03-30T06:59:59Z"), State::Warn);
    assert_eq!(at("2026-03-30T07:00:00Z"), State::Ok);
}

#[tokio::test]
async fn a_case_that_nobody_was_told_of_yet_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let ledger = SledLedger::open(dir.path()).unwrap();
    let state = || disclosed(&ledger, *ledger.head().borrow()).state;
    assert_eq!(state(), State::Ok, "there is no case");
    append(&ledger, "case-a", 1, json!({})).await;
    assert_eq!(state(), State::Warn);
    append(&ledger, "disclosure-999901", 1, json!({"source": 1})).await;
    append(&ledger, "agency-wbo", 1, json!({})).await;
    assert_eq!(state(), State::Ok);
    append(&ledger, "case-a", 2, json!({})).await;
    assert_eq!(state(), State::Warn);
}

#[test]
fn a_year_without_a_calendar_is_told_before_it_begins() {
    let demo = Rules::read(&rules::demo(), Version(1)).unwrap();
    let last = demo.calendar().years().map(|year| year.year).max().unwrap();
    let at = |year| calendar(&demo, instant(&format!("{year}-06-01T00:00:00Z"))).state;
    assert_eq!([at(last - 1), at(last), at(last + 1)], [State::Ok, State::Warn, State::Warn]);
}
