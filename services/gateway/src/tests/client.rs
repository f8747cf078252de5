//! The client: one request per connection.

use serde_json::Value;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;
use tokio::time::timeout;

/// What came back.
pub(super) struct Answer {
    pub(super) status: u16,
    /// Names in lower case, sorted, without `date`.
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Vec<u8>,
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(super) fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| panic!("no JSON: {} {}", self.status, self.text()))
    }

    /// The status and the code of a problem; the problem must be whole.
    pub(super) fn problem(&self) -> (u16, String) {
        let problem = self.json();
        assert_eq!(self.header("content-type"), Some("application/problem+json"));
        assert_eq!(problem["status"], self.status);
        let code = problem["code"].as_str().unwrap();
        assert_eq!(problem["type"], format!("urn:lianhu:problem:{code}"));
        for name in ["title", "titleZh", "detail"] {
            assert!(!problem[name].as_str().unwrap().is_empty(), "{problem}");
        }
        (self.status, code.to_owned())
    }

    #[track_caller]
    pub(super) fn is(&self, status: u16, code: &str) {
        assert_eq!(self.problem(), (status, code.to_owned()), "{}", self.text());
    }
}

pub(super) fn head(method: &str, path: &str, version: &str, headers: &[(&str, &str)]) -> String {
    let lines = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n"));
    format!("{method} {path} HTTP/{version}\r\nhost: lianhu\r\n{}\r\n", lines.collect::<String>())
}

/// Sends a request and reads the whole answer, which must be as the document says.
pub(super) async fn send(
    to: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let length = body.len().to_string();
    let mut all = vec![("connection", "close")];
    if !headers.iter().any(|(name, _)| *name == "content-length") {
        all.push(("content-length", &length));
    }
    all.extend_from_slice(headers);
    let mut socket = TcpStream::connect(to).await.unwrap();
    socket.write_all(head(method, path, "1.1", &all).as_bytes()).await.unwrap();
    let _ = socket.write_all(body).await; // the server may have answered and hung up already
    let mut bytes = Vec::new();
    let _ =
        timeout(Duration::from_secs(20), socket.read_to_end(&mut bytes)).await.expect("an answer in time");
    let answer = read(&bytes);
    super::agreed::holds(method, path, &answer);
    answer
}

fn read(bytes: &[u8]) -> Answer {
    let end = bytes.windows(4).position(|four| four == b"\r\n\r\n").expect("a whole head");
    let head = std::str::from_utf8(&bytes[..end]).unwrap();
    let mut lines = head.split("\r\n");
    let status = lines.next().unwrap().split(' ').nth(1).unwrap().parse().unwrap();
    let header = |line: &str| line.split_once(": ").map(|(name, value)| (name.to_owned(), value.to_owned()));
    let mut headers: Vec<_> = lines.filter_map(header).filter(|(name, _)| name != "date").collect();
    headers.sort();
    Answer { status, headers, body: bytes[end + 4..].to_vec() }
}

/// One frame of a stream.
#[derive(Debug, Default, Clone, PartialEq)]
pub(super) struct Frame {
    pub(super) id: Option<u64>,
    pub(super) event: Option<String>,
    pub(super) data: Value,
    pub(super) comment: bool,
    pub(super) retry: Option<u64>,
}

/// An open stream. It speaks HTTP/1.0, so that no chunks stand between the frames.
pub(super) struct Stream {
    socket: TcpStream,
    bytes: Vec<u8>,
}

impl Stream {
    pub(super) async fn open(to: SocketAddr, path: &str, headers: &[(&str, &str)]) -> Self {
        let mut socket = TcpStream::connect(to).await.unwrap();
        socket.write_all(head("GET", path, "1.0", headers).as_bytes()).await.unwrap();
        let mut stream = Self { socket, bytes: Vec::new() };
        let head = stream.until(b"\r\n\r\n").await.unwrap();
        assert!(head.contains(" 200 ") && head.contains("text/event-stream"), "{head}");
        stream
    }

    async fn until(&mut self, end: &[u8]) -> Option<String> {
        loop {
            if let Some(at) = self.bytes.windows(end.len()).position(|some| some == end) {
                let rest = self.bytes.split_off(at + end.len());
                return String::from_utf8(std::mem::replace(&mut self.bytes, rest)).ok();
            }
            let read = timeout(Duration::from_secs(10), self.socket.read_buf(&mut self.bytes)).await;
            if read.expect("a frame in time").unwrap_or_default() == 0 {
                return None;
            }
        }
    }

    /// The next frame; `None` at the end of the stream.
    pub(super) async fn frame(&mut self) -> Option<Frame> {
        let text = self.until(b"\n\n").await?;
        let mut frame = Frame::default();
        for line in text.trim_end().lines() {
            match line.split_once(':').unwrap() {
                ("", _) => frame.comment = true,
                ("id", id) => frame.id = id.trim().parse().ok(),
                ("event", event) => frame.event = Some(event.trim().to_owned()),
                ("retry", retry) => frame.retry = retry.trim().parse().ok(),
                ("data", data) => frame.data = serde_json::from_str(data).unwrap(),
                _ => panic!("{line}"),
            }
        }
        Some(frame)
    }

    /// The next frame that is an event of its own name.
    pub(super) async fn event(&mut self) -> Option<Frame> {
        for _ in 0..500 {
            let frame = self.frame().await?;
            if frame.event.is_some() {
                return Some(frame);
            }
        }
        panic!("heartbeats, and nothing else")
    }

    /// The ids up to `caught-up`, and the position that it names.
    pub(super) async fn past(&mut self) -> (Vec<u64>, u64) {
        let mut ids = Vec::new();
        loop {
            let frame = self.event().await.unwrap();
            if frame.event.as_deref() == Some("caught-up") {
                assert_eq!(frame.id, None);
                return (ids, frame.data["position"].as_u64().unwrap());
            }
            assert_eq!(frame.data["position"], frame.id.unwrap());
            assert_eq!(frame.data["event"]["type"].as_str(), frame.event.as_deref());
            ids.push(frame.id.unwrap());
        }
    }
}

/// Sends bytes as they are, and reads to the end.
pub(super) async fn raw(to: SocketAddr, text: &str) -> String {
    let mut socket = TcpStream::connect(to).await.unwrap();
    let _ = socket.write_all(text.as_bytes()).await;
    let mut bytes = Vec::new();
    let _ = timeout(Duration::from_secs(20), socket.read_to_end(&mut bytes)).await.expect("an end in time");
    String::from_utf8(bytes).unwrap()
}
