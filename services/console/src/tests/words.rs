//! Words: the language of a reader, and spans of time.

use crate::when::span;
use crate::words::Lang;
use axum::http::HeaderMap;
use axum::http::header::ACCEPT_LANGUAGE;

#[test]
fn a_browser_gets_the_language_that_it_asks_for_first_and_a_choice_wins() {
    let asked = |header: &str, chosen: Option<&str>| {
        let mut headers = HeaderMap::new();
        headers.insert(ACCEPT_LANGUAGE, header.parse().unwrap());
        Lang::of_request(chosen, &headers)
    };
    assert_eq!(asked("en-GB,en;q=0.9,zh;q=0.8", None), Lang::En);
    assert_eq!(asked("fr, zh-CN;q=0.9, en;q=0.8", None), Lang::Zh);
    assert_eq!(asked("zh;q=0.5, en;q=0.9", None), Lang::En);
    assert_eq!(asked("fr", None), Lang::Zh);
    assert_eq!(asked("en", Some("zh")), Lang::Zh);
    assert_eq!(asked("en", Some("xx")), Lang::En);
}

#[test]
fn a_span_is_said_in_its_two_largest_units() {
    let (zh, en) = (|s| span(s, Lang::Zh), |s| span(s, Lang::En));
    assert_eq!(zh(59), "不足 1 分");
    assert_eq!(en(60), "1 min");
    assert_eq!(zh(-2 * 3_600 - 14 * 60 - 59), "2小时14分");
    assert_eq!(en(3_600), "1 h");
    assert_eq!(en(3 * 86_400 + 4 * 3_600 + 59 * 60), "3 d 4 h");
    assert_eq!(zh(86_400), "1天");
}
