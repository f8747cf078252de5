//! What must hold afterwards, whatever happened: each fact once, each feed dense and the same everywhere, nothing told
//! twice, nothing announced twice, and views that are what the ledger says.

use super::district::{District, Process};
use super::load::Worker;
use crate::harness::client::positions;
use crate::harness::note;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

/// The agencies whose feeds are looked at: each with a part of its own in the cases.
const TOLD: [&str; 5] = ["hsp-01", "psb-03", "wbo", "hlt", "ngo-07"];

/// All of it, after these workers, at these gateways. How many breaches were announced.
#[track_caller]
pub fn all_holds(what: &str, district: &District, gateways: &[&Process], workers: &[Worker]) -> usize {
    district.operator.settled();
    let records = district.operator.ledger();
    let facts = each_fact_stands_once(&records);
    let told = nothing_is_told_twice(&records);
    let breaches = nothing_is_announced_twice(&records);
    let acknowledged = every_receipt_stands(&records, &facts, workers);
    district.operator.settled();
    feeds_are_the_same(district, gateways, &told);
    for gateway in gateways {
        let answer = gateway.operator().post("/v1/views/rebuild", "application/json", "");
        let last: Value = serde_json::from_str(answer.text.lines().last().unwrap()).unwrap();
        assert_eq!((answer.status, &last["difference"]), (200, &Value::Null), "{}: {last}", gateway.roles);
        assert!(last["alike"].as_u64().is_some_and(|alike| alike > 0), "nothing was compared: {last}");
    }
    let sum = |count: fn(&Worker) -> usize| workers.iter().map(count).sum::<usize>();
    let mut later: BTreeMap<&str, usize> = BTreeMap::new();
    for (code, count) in workers.iter().flat_map(|worker| &worker.later) {
        *later.entry(code).or_default() += count;
    }
    note(&format!(
        "{what}: {acknowledged} acknowledged, {later:?} answered later, {} silent, {} of them kept, 0 lost, 0 repeated; {} records, {} breaches announced",
        sum(|worker| worker.silent),
        sum(|worker| worker.kept),
        records.len(),
        breaches
    ));
    breaches
}

/// Names every fact of the ledger, and where it stands.
fn each_fact_stands_once(records: &[Value]) -> BTreeMap<(String, String), (u64, u64)> {
    let mut facts = BTreeMap::new();
    for (record, sequence) in records.iter().zip(1..) {
        for (fact, ordinal) in record["facts"].as_array().unwrap().iter().zip(0..) {
            let text = |name: &str| fact["attributes"][name].as_str().unwrap().to_owned();
            let name = (text("source"), text("id"));
            let before = facts.insert(name.clone(), (sequence, ordinal));
            assert_eq!(before, None, "{name:?} stands at {sequence}.{ordinal}, too");
        }
    }
    facts
}

/// The facts of a type, with their histories.
fn of_type<'r>(records: &'r [Value], kind: &'static str) -> impl Iterator<Item = (&'r Value, &'r Value)> {
    let facts =
        |record: &'r Value| record["facts"].as_array().unwrap().iter().map(|fact| (&record["history"], fact));
    records.iter().flat_map(facts).filter(move |(_, fact)| fact["attributes"]["type"] == kind)
}

/// How many items each agency was told: positions dense, no fact twice in the same form.
fn nothing_is_told_twice(records: &[Value]) -> BTreeMap<String, u64> {
    let mut told: BTreeMap<String, u64> = BTreeMap::new();
    let mut of = BTreeSet::new();
    for (_, fact) in of_type(records, "governance.disclosed.v1") {
        for entry in fact["data"]["entries"].as_array().unwrap() {
            let agency = entry["agency"].as_str().unwrap().to_owned();
            let last = told.entry(agency.clone()).or_default();
            *last += 1;
            assert_eq!(entry["position"], *last, "{agency}: {entry}");
            let fresh =
                of.insert((agency, format!("{}.{} {}", entry["sequence"], entry["ordinal"], entry["form"])));
            assert!(fresh, "told twice: {entry}");
        }
    }
    assert!(!told.is_empty(), "nobody was told anything");
    told
}

fn nothing_is_announced_twice(records: &[Value]) -> usize {
    let mut announced = BTreeSet::new();
    for (history, fact) in of_type(records, "governance.clock-breached.v1") {
        let data = &fact["data"];
        let name = format!("{history} {} {} {}", data["clock"], data["instance"], data["due_at"]);
        assert!(announced.insert(name.clone()), "announced twice: {name}");
    }
    announced.len()
}

/// Each acknowledged document is a fact where its receipt says, and of the agencies' facts there are no others.
#[track_caller]
fn every_receipt_stands(
    records: &[Value],
    facts: &BTreeMap<(String, String), (u64, u64)>,
    workers: &[Worker],
) -> usize {
    let mut said = BTreeSet::new();
    for (_, document, receipt) in workers.iter().flat_map(|worker| &worker.acknowledged) {
        let text = |name: &str| document[name].as_str().unwrap().to_owned();
        let name = (text("source"), text("id"));
        let at = facts.get(&name).unwrap_or_else(|| panic!("lost: {name:?}, {receipt}"));
        let sequence: u64 = receipt["sequence"].to_string().trim_matches('"').parse().unwrap();
        assert_eq!(*at, (sequence, receipt["ordinal"].as_u64().unwrap()), "{receipt}");
        assert_eq!(records[at.0 as usize - 1]["history"], receipt["subject"], "{receipt}");
        assert!(said.insert(name), "acknowledged twice: {document}");
    }
    for worker in workers {
        let order: Vec<u64> = worker
            .acknowledged
            .iter()
            .map(|(_, _, receipt)| receipt["sequence"].to_string().trim_matches('"').parse().unwrap())
            .collect();
        assert!(order.is_sorted(), "in the order in which they were acknowledged: {order:?}");
    }
    said.len()
}

/// At every gateway, and in the stream where there is one.
fn feeds_are_the_same(district: &District, gateways: &[&Process], told: &BTreeMap<String, u64>) {
    for agency in TOLD {
        let texts: Vec<String> = gateways.iter().map(|gateway| gateway.agency(agency).feed_text()).collect();
        assert!(texts.iter().all(|text| *text == texts[0]), "the feed of {agency} differs between gateways");
        let feed = gateways[0].agency(agency).feed();
        assert_eq!(positions(&feed), (1..=feed.len() as u64).collect::<Vec<_>>(), "{agency}");
        assert_eq!(feed.len() as u64, told.get(agency).copied().unwrap_or_default(), "{agency}");
        let Some(stream) = district.operator.feed(agency, feed.len()) else { continue };
        for (item, streamed) in feed.iter().zip(&stream) {
            for member in ["position", "form", "backfill"] {
                assert_eq!(item[member], streamed[member], "{agency}");
            }
            for member in ["id", "source", "type", "subject", "sequence", "ordinal"] {
                assert_eq!(item["event"][member], streamed["event"][member], "{agency}");
            }
        }
    }
}
