//! Several at once: a repeat that races its first sending, and many facts on one case.

use crate::harness::facts::{Case, report};
use crate::harness::{Caller, Server, Site};
use serde_json::Value;
use std::collections::BTreeSet;
use std::sync::Barrier;

/// Publishes all of these at the same moment.
fn at_once(callers: &[Caller], events: &[Value]) -> Vec<(u16, Value)> {
    let start = Barrier::new(events.len());
    std::thread::scope(|threads| {
        let each = |(caller, event)| {
            let start = &start;
            threads.spawn(move || {
                start.wait();
                let answer = Caller::publish(caller, event);
                (answer.status, answer.body)
            })
        };
        let all: Vec<_> = callers.iter().zip(events).map(each).collect();
        all.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

fn callers(server: &Server, agency: &str, count: usize) -> Vec<Caller> {
    let callers: Vec<Caller> = (0..count).map(|_| server.agency(agency)).collect();
    callers.iter().for_each(|caller| drop(caller.get("/v1/feed?limit=1").expect(200))); // connected
    callers
}

#[test]
fn the_same_document_sent_many_times_at_once_is_one_fact() {
    let site = Site::demo();
    let server = site.up();
    let callers = callers(&server, "hsp-01", 8);
    for _ in 0..10 {
        let document = report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。");
        let answers = at_once(&callers, &vec![document; 8]);
        assert_eq!(answers.iter().filter(|(status, _)| *status == 201).count(), 1, "{answers:?}");
        assert!(
            answers.iter().all(|(status, body)| *status == 201 || body["duplicate"] == true),
            "{answers:?}"
        );
        let receipts: BTreeSet<String> =
            answers.iter().map(|(_, body)| format!("{} {}", body["sequence"], body["hash"])).collect();
        assert_eq!(receipts.len(), 1, "{answers:?}");
    }
    server.settled();
    assert_eq!(server.agency("psb-03").feed().len(), 10);
}

#[test]
fn two_documents_under_one_id_sent_at_once_are_one_fact_and_one_conflict() {
    let site = Site::demo();
    let server = site.up();
    let callers = callers(&server, "hsp-01", 2);
    for _ in 0..10 {
        let one = report("hsp-01", "psb-03", "一。");
        let mut other = one.clone();
        other["data"]["narrative"] = "二。".into();
        let mut statuses: Vec<u16> =
            at_once(&callers, &[one, other]).iter().map(|(status, _)| *status).collect();
        statuses.sort_unstable();
        assert_eq!(statuses, [201, 409]);
    }
}

#[test]
fn facts_sent_at_once_on_one_case_are_all_admitted_in_some_order() {
    let site = Site::demo();
    let server = site.up();
    let case = Case::filed(&server);
    let callers = callers(&server, "psb-03", 6);
    let measures: Vec<Value> = (0..6).map(|_| case.measures_taken()).collect();
    let mut waiting = measures.clone();
    while !waiting.is_empty() {
        let answers = at_once(&callers, &waiting);
        let mut answers = answers.iter();
        // too many at once is an answer, too: the same again
        waiting.retain(|_| match answers.next().unwrap() {
            (201, _) => false,
            (503, problem) if problem["code"] == "busy" => true,
            other => panic!("{other:?}"),
        });
    }
    server.settled();
    let told = server.agency("psb-03").feed();
    let ids =
        |events: Vec<&Value>| events.iter().map(|event| event["id"].to_string()).collect::<BTreeSet<_>>();
    let told_of = ids(told.iter().skip(1).map(|item| &item["event"]).collect());
    assert_eq!(told_of, ids(measures.iter().collect()));
    assert_eq!(told.len(), 7);
}

#[test]
fn of_two_who_accept_at_once_one_is_refused_by_the_rule() {
    let site = Site::demo();
    let server = site.up();
    let callers = callers(&server, "psb-03", 2);
    for _ in 0..10 {
        let case = Case::filed(&server);
        let answers = at_once(&callers, &[case.accepted("psb-03"), case.accepted("psb-03")]);
        let mut codes: Vec<(u16, &str)> = answers
            .iter()
            .map(|(status, body)| (*status, body["code"].as_str().unwrap_or_default()))
            .collect();
        codes.sort_unstable();
        assert_eq!(codes, [(201, ""), (409, "mandatory-reporting.already-accepted")]);
    }
}
