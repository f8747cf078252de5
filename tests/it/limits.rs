//! How much of everything one request may take, and that it may be nothing else.

use crate::bad_input::{MARK, Refusing};
use crate::harness::facts::report;
use crate::harness::raw::{self, Raw, connect, exchange, post_head};
use std::io::Write as _;
use std::time::Duration;

const TOKEN: &str = "demo-hsp-01";

#[test]
fn a_gigabyte_that_says_so_is_refused_before_it_is_sent() {
    let bus = Refusing::new();
    let mut stream = connect(bus.server.at);
    let head = post_head(TOKEN, "/v1/events", &format!("content-length: {}", 1_u64 << 30));
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(format!("{{\"id\":\"{MARK}").as_bytes()).unwrap();
    let answer = Raw::read(&mut stream); // nothing more is sent, and still there is an answer
    assert_eq!((answer.status(), answer.code()), (413, "too-large".to_owned()));
    bus.heard(&answer);
    bus.left_no_trace();
}

#[test]
fn a_gigabyte_in_chunks_is_stopped_early() {
    let bus = Refusing::new();
    let stream = connect(bus.server.at);
    let mut reading = stream.try_clone().unwrap();
    let mut sending = stream.try_clone().unwrap();
    let sender = std::thread::spawn(move || {
        let head = post_head(TOKEN, "/v1/events", "transfer-encoding: chunked");
        let chunk = [&b"10000\r\n"[..], &MARK.repeat(0x1_0000).as_bytes()[..0x1_0000], &b"\r\n"[..]].concat();
        let mut sent = 0_u64;
        if sending.write_all(head.as_bytes()).is_ok() {
            while sent < 1 << 30 && sending.write_all(&chunk).is_ok() {
                sent += chunk.len() as u64;
                std::thread::sleep(Duration::from_millis(1)); // not faster than an answer can come
            }
        }
        sent
    });
    let answer = Raw::read(&mut reading);
    assert_eq!((answer.status(), answer.code()), (413, "too-large".to_owned()));
    let _ = stream.shutdown(std::net::Shutdown::Both); // Err: the server has closed
    let sent = sender.join().unwrap();
    assert!(sent < 256 << 20, "{sent} bytes were taken");
    bus.heard(&answer);
    bus.left_no_trace();
}

#[test]
fn a_document_just_above_the_limit_is_too_large_and_one_just_below_is_not() {
    let bus = Refusing::new();
    let padded = |length: usize| {
        let text = report("hsp-01", "psb-03", MARK).to_string();
        format!("{text}{}", " ".repeat(length - text.len()))
    };
    let post = |text: String| raw::post(bus.server.at, TOKEN, "/v1/validate", text.as_bytes());
    let above = post(padded((256 << 10) + 1));
    assert_eq!((above.status(), above.code()), (413, "too-large".to_owned()));
    assert_eq!(post(padded(256 << 10)).status(), 200);
    bus.heard(&above);
    bus.left_no_trace();
}

#[test]
fn a_server_that_answers_before_it_has_read_all_says_that_it_closes() {
    // otherwise a client keeps the connection, and its next request, a good one, is lost
    let bus = Refusing::new();
    let mut stream = connect(bus.server.at);
    let head = post_head(TOKEN, "/v1/events", "content-length: 1000000").replace("connection: close\r\n", "");
    stream.write_all(format!("{head}{MARK}").as_bytes()).unwrap();
    let answer = Raw::read(&mut stream);
    assert_eq!((answer.status(), answer.code()), (413, "too-large".to_owned()));
    assert!(answer.head.to_lowercase().contains("connection: close"), "{}", answer.head);
    bus.heard(&answer);
    bus.left_no_trace();
}

#[test]
fn another_content_type_is_not_taken() {
    let bus = Refusing::new();
    let text = report("hsp-01", "psb-03", MARK).to_string();
    for kind in ["application/json", "text/plain", "application/xml", "application/cloudevents+xml"] {
        bus.hospital.post("/v1/events", kind, &text).refused(415, "unsupported-content-type");
    }
    let length = format!("content-length: {}\r\ncontent-encoding: gzip", text.len());
    let request = format!("{}{text}", post_head(TOKEN, "/v1/events", &length));
    let answer = exchange(bus.server.at, request.as_bytes());
    assert_eq!((answer.status(), answer.code()), (415, "unsupported-content-type".to_owned()));
    bus.left_no_trace();
}

#[test]
fn another_method_is_not_allowed_and_another_path_unknown() {
    let bus = Refusing::new();
    for (method, path) in
        [("GET", "/v1/events"), ("DELETE", "/v1/events/1.0"), ("POST", "/v1/feed"), ("PUT", "/v1/rules")]
    {
        let head = format!("{method} {path} HTTP/1.1\r\nhost: lianhu\r\nauthorization: Bearer {TOKEN}\r\n");
        let answer = exchange(bus.server.at, format!("{head}connection: close\r\n\r\n").as_bytes());
        assert_eq!(
            (answer.status(), answer.code()),
            (405, "method-not-allowed".to_owned()),
            "{method} {path}"
        );
        assert!(answer.head.to_lowercase().contains("\nallow: "), "{}", answer.head);
    }
    bus.hospital.get(&format!("/v1/{MARK}")).refused(404, "unknown-path");
    bus.left_no_trace();
}

#[test]
fn a_query_that_is_not_known_is_refused_and_never_taken_for_another() {
    let bus = Refusing::new();
    let text = report("hsp-01", "psb-03", MARK).to_string();
    for query in ["dryrun=true", "dry_run=yes", "dry_run=true&dry_run=false"] {
        let path = format!("/v1/events?{query}");
        bus.hospital.post(&path, "application/cloudevents+json", &text).refused(400, "malformed");
    }
    for query in ["limit=0", "limit=1001", "wait=61", "after=-1", "after=x", &format!("q={MARK}")] {
        bus.hospital.get(&format!("/v1/feed?{query}")).refused(400, "malformed");
    }
    bus.left_no_trace();
}

#[test]
fn a_batch_of_more_than_a_thousand_is_too_large() {
    let bus = Refusing::new();
    let batch = format!("[{}]", vec![format!("\"{MARK}\""); 1_001].join(","));
    let mode = "application/cloudevents-batch+json";
    bus.hospital.post("/v1/events", mode, batch).refused(413, "too-large");
    bus.left_no_trace();
}

#[test]
fn a_reference_that_is_none_is_not_found_like_any_other() {
    let bus = Refusing::new();
    let answers: Vec<Raw> = ["1.0.0", "01.0", "-1.0", "99999999999999999999.0", "4.4294967296", MARK, "9.9"]
        .iter()
        .map(|reference| raw::get(bus.server.at, TOKEN, &format!("/v1/events/{reference}")))
        .collect();
    assert_eq!((answers[0].status(), answers[0].code()), (404, "not-found".to_owned()));
    assert!(answers.windows(2).all(|two| two[0] == two[1]), "{answers:?}");
    bus.hospital.get("/v1/schemas/x.y.v1").refused(404, "not-found");
    bus.left_no_trace();
}
