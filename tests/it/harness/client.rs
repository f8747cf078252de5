//! Somebody who calls the bus: an agency with its token, the operator, or a stranger.

use super::site::Refusals;
use super::wait::{DEADLINE, eventually};
use serde_json::Value;
use std::net::SocketAddr;
use ureq::http::Response;

/// Somebody who calls.
#[derive(Clone)]
pub struct Caller {
    base: String,
    token: Option<String>,
    http: ureq::Agent,
    refusals: Refusals,
}

/// What the bus answered.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    pub content_type: String,
    pub text: String,
    /// The text as JSON; null where it is not.
    pub body: Value,
}

impl Answer {
    /// The body of an answer with this status.
    #[track_caller]
    pub fn expect(self, status: u16) -> Value {
        assert_eq!(self.status, status, "{}", self.text);
        self.body
    }

    /// The problem under this status and code: in both languages, as RFC 9457 asks.
    #[track_caller]
    pub fn refused(self, status: u16, code: &str) -> Value {
        let seen = (self.status, self.body["code"].as_str().unwrap_or_default());
        assert_eq!(seen, (status, code), "{}", self.text);
        assert_eq!(self.content_type.split(';').next(), Some("application/problem+json"), "{}", self.text);
        for word in ["type", "title", "titleZh"] {
            assert!(self.body[word].as_str().is_some_and(|w| !w.is_empty()), "no {word}: {}", self.text);
        }
        assert_eq!(self.body["status"], status, "{}", self.text);
        self.body
    }

    /// The problem, which must name this place under this code.
    #[track_caller]
    pub fn refused_at(self, status: u16, code: &str, pointer: &str, rule: &str) {
        let problem = self.refused(status, code);
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let named = errors.iter().any(|error| error["pointer"] == pointer && error["code"] == rule);
        assert!(named, "no error {rule} at {pointer}: {problem}");
    }
}

impl Caller {
    /// Whoever holds this token, at a bus that serves here.
    pub fn new(at: SocketAddr, token: Option<String>, refusals: Refusals) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(DEADLINE));
        Self { base: format!("http://{at}"), token, http: config.build().into(), refusals }
    }

    /// The header that shows who calls.
    pub fn authorization(&self) -> String {
        self.token.as_ref().map(|token| format!("Bearer {token}")).unwrap_or_default()
    }

    /// The answer to a GET.
    #[track_caller]
    pub fn get(&self, path: &str) -> Answer {
        self.try_get(path).expect("an answer")
    }

    /// The answer to a GET, unless the server is gone.
    pub fn try_get(&self, path: &str) -> Result<Answer, ureq::Error> {
        let mut request = self.http.get(format!("{}{path}", self.base));
        if self.token.is_some() {
            request = request.header("authorization", self.authorization());
        }
        self.answered(request.call())
    }

    /// The answer to a POST.
    #[track_caller]
    pub fn post(&self, path: &str, content_type: &str, body: impl AsRef<[u8]>) -> Answer {
        self.try_post(path, content_type, body.as_ref()).expect("an answer")
    }

    fn try_post(&self, path: &str, content_type: &str, body: &[u8]) -> Result<Answer, ureq::Error> {
        let mut request = self.http.post(format!("{}{path}", self.base)).header("content-type", content_type);
        if self.token.is_some() {
            request = request.header("authorization", self.authorization());
        }
        self.answered(request.send(body))
    }

    fn answered(&self, answer: Result<Response<ureq::Body>, ureq::Error>) -> Result<Answer, ureq::Error> {
        let mut answer = answer?;
        let status = answer.status().as_u16();
        let content_type =
            answer.headers().get("content-type").map(|value| value.to_str().unwrap().to_owned());
        let text = answer.body_mut().with_config().limit(256 << 20).read_to_string()?;
        if status >= 400 {
            self.refusals.lock().unwrap().extend_from_slice(text.as_bytes());
        }
        let body = serde_json::from_str(&text).unwrap_or_default();
        Ok(Answer { status, content_type: content_type.unwrap_or_default(), text, body })
    }

    /// Publishes one event in structured mode.
    #[track_caller]
    pub fn publish(&self, event: &Value) -> Answer {
        self.try_publish(event).expect("an answer")
    }

    /// Publishes one event, unless the server is gone.
    pub fn try_publish(&self, event: &Value) -> Result<Answer, ureq::Error> {
        self.try_post("/v1/events", "application/cloudevents+json", event.to_string().as_bytes())
    }

    /// The receipt of an event that is admitted.
    #[track_caller]
    pub fn admitted(&self, event: &Value) -> Value {
        self.publish(event).expect(201)
    }

    /// The whole feed as it stands.
    #[track_caller]
    pub fn feed(&self) -> Vec<Value> {
        self.pages().iter().flat_map(|page| page.body["items"].as_array().unwrap().clone()).collect()
    }

    /// The whole feed as it stands, byte for byte.
    #[track_caller]
    pub fn feed_text(&self) -> String {
        self.pages().into_iter().map(|page| page.text).collect()
    }

    #[track_caller]
    fn pages(&self) -> Vec<Answer> {
        let mut pages = Vec::new();
        let mut after = 0;
        loop {
            let page = self.get(&format!("/v1/feed?after={after}&limit=500&wait=0"));
            let body = page.clone().expect(200);
            if body["items"].as_array().unwrap().is_empty() {
                return pages;
            }
            after = body["next"].as_u64().unwrap();
            pages.push(page);
        }
    }

    /// The feed, once it holds an item of this type.
    #[track_caller]
    pub fn told_of(&self, kind: &str) -> Vec<Value> {
        eventually(&format!("{} is told of {kind}", self.authorization()), || {
            let items = self.feed();
            let told = items.iter().any(|item| item["event"]["type"] == kind);
            if told { Ok(items) } else { Err(format!("{items:?}")) }
        })
    }
}

/// The items of a type, in order.
pub fn of_type<'i>(items: &'i [Value], kind: &str) -> Vec<&'i Value> {
    items.iter().filter(|item| item["event"]["type"] == kind).collect()
}

/// The positions of items, in order.
pub fn positions(items: &[Value]) -> Vec<u64> {
    items.iter().map(|item| item["position"].as_u64().unwrap()).collect()
}

/// What is withheld from an item: the pointers, in order.
pub fn withheld(item: &Value) -> Vec<&str> {
    let mut pointers: Vec<&str> =
        item["withheld"].as_array().unwrap().iter().map(|w| w["pointer"].as_str().unwrap()).collect();
    pointers.sort_unstable();
    pointers
}
