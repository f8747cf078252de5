//! The stream: nothing is missed and nothing comes twice, whoever reads slowly and whoever restarts.

use crate::harness::client::positions;
use crate::harness::facts::{large_report, report};
use crate::harness::sse::{Event, Stream};
use crate::harness::{Server, Site, eventually};
use serde_json::Value;

fn publish(server: &Server, count: usize) {
    let hospital = server.agency("hsp-01");
    for _ in 0..count {
        hospital.admitted(&report("hsp-01", "psb-03", "体检时发现多处陈旧性伤痕。"));
    }
}

fn items(events: &[Event]) -> Vec<Value> {
    events.iter().map(|event| event.data.clone()).collect()
}

#[test]
fn a_stream_gives_the_past_says_so_and_goes_on_with_what_comes() {
    let site = Site::demo();
    let server = site.up();
    publish(&server, 3);
    server.settled();
    let mut stream = Stream::open(server.at, "psb-03", None, None);
    let past = stream.until_caught_up();
    assert_eq!(items(&past), server.agency("psb-03").feed(), "the same items as by page");
    for event in &past {
        assert_eq!(event.id, event.data["position"].to_string());
        assert_eq!(event.name, event.data["event"]["type"].as_str().unwrap());
    }
    publish(&server, 2);
    let live = [stream.item(), stream.item()];
    assert_eq!(positions(&items(&live)), [4, 5]);
}

#[test]
fn an_agency_without_a_feed_is_caught_up_at_once() {
    let site = Site::demo();
    let server = site.up();
    publish(&server, 1);
    server.settled();
    let mut stream = Stream::open(server.at, "sch-12", None, None);
    assert!(stream.until_caught_up().is_empty());
}

#[test]
fn a_stream_resumes_after_the_last_event_that_was_had() {
    let site = Site::demo();
    let server = site.up();
    publish(&server, 5);
    server.settled();
    let of = |after, last_event_id| {
        let mut stream = Stream::open(server.at, "psb-03", after, last_event_id);
        positions(&items(&stream.until_caught_up()))
    };
    assert_eq!(of(Some(2), None), [3, 4, 5]);
    assert_eq!(of(None, Some("4")), [5]);
    assert_eq!(of(Some(1), Some("4")), [5], "a browser repeats its query; the header says where it is");
    assert_eq!(of(None, Some("5")), [0; 0]);
}

#[test]
fn a_stream_resumes_across_a_restart_without_gap_or_repeat() {
    let site = Site::demo();
    let mut had: Vec<Value> = Vec::new();
    for round in 0..4 {
        let server = site.up();
        let last = had.last().map(|item| item["position"].to_string());
        let mut stream = Stream::open(server.at, "psb-03", None, last.as_deref());
        publish(&server, 3);
        // what comes while nobody reads to the end is had the next time
        had.push(stream.item().data);
        if round % 2 == 0 {
            server.stop()
        } else {
            server.kill()
        }
        while let Some(event) = stream.next() {
            if event.is_item() {
                had.push(event.data);
            }
        }
    }
    let server = site.up();
    server.settled();
    let last = had.last().unwrap()["position"].to_string();
    had.extend(items(&Stream::open(server.at, "psb-03", None, Some(&last)).until_caught_up()));
    assert_eq!(positions(&had), (1..=12).collect::<Vec<_>>());
    assert_eq!(had, server.agency("psb-03").feed());
}

#[test]
fn a_server_that_stops_says_goodbye_to_its_streams() {
    let site = Site::demo();
    let server = site.up();
    let mut stream = Stream::open(server.at, "psb-03", None, None);
    stream.until_caught_up();
    server.stop();
    let last = std::iter::from_fn(|| stream.next()).last().expect("a word of parting");
    assert_eq!((last.name.as_str(), &last.data["reason"]), ("bye", &Value::from("shutdown")));
}

#[test]
fn a_reader_that_stops_reading_holds_up_nobody_and_misses_nothing() {
    // About 15 MB: more than the buffers of both sockets hold, so the server has to wait for this reader.
    const REPORTS: u64 = 150;
    let site = Site::demo();
    let server = site.up();
    let mut slow = Stream::open(server.at, "psb-03", None, None);
    assert!(slow.until_caught_up().is_empty());
    let mut quick = Stream::open(server.at, "psb-03", None, None);
    assert!(quick.until_caught_up().is_empty());

    let hospital = server.agency("hsp-01");
    let publisher = std::thread::spawn(move || {
        for _ in 0..REPORTS {
            hospital.admitted(&large_report("hsp-01", "psb-03"));
        }
    });
    let at_once: Vec<u64> = (0..REPORTS).map(|_| quick.item().data["position"].as_u64().unwrap()).collect();
    publisher.join().expect("every report was admitted");
    assert_eq!(
        at_once,
        (1..=REPORTS).collect::<Vec<_>>(),
        "the other reader has all while this one reads nothing"
    );

    let late: Vec<u64> = (0..REPORTS).map(|_| slow.item().data["position"].as_u64().unwrap()).collect();
    assert_eq!(late, at_once, "it reads on and has every position once");
}

#[test]
fn a_seventh_stream_of_one_agency_is_refused_and_of_another_is_not() {
    let site = Site::demo();
    let server = site.up();
    let open: Vec<Stream> = (0..6).map(|_| Stream::open(server.at, "psb-03", None, None)).collect();
    server.agency("psb-03").get("/v1/stream").refused(429, "too-many-streams");
    drop(Stream::open(server.at, "psb-05", None, None));
    drop(open);
    eventually("the slots are given back", || Stream::try_open(server.at, "psb-03", None, None).map(drop));
}

#[test]
fn streams_that_are_read_as_fast_as_facts_come_have_each_of_them() {
    // readers at the very end of the feed, while it grows: what has just come is neither missed nor taken for damage
    const EACH: u64 = 120;
    const WRITERS: [&str; 3] = ["hsp-01", "hsp-02", "cln-04"];
    let site = Site::demo();
    let server = site.up();
    let streams: Vec<Stream> = (0..6).map(|_| Stream::open(server.at, "psb-03", None, None)).collect();
    std::thread::scope(|threads| {
        for agency in WRITERS {
            let caller = server.agency(agency);
            threads.spawn(move || {
                for _ in 0..EACH {
                    caller.admitted(&report(agency, "psb-03", "体检时发现多处陈旧性伤痕。"));
                }
            });
        }
        for mut stream in streams {
            threads.spawn(move || {
                for position in 1..=EACH * WRITERS.len() as u64 {
                    assert_eq!(stream.item().data["position"], position);
                }
            });
        }
    });
}
