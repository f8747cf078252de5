//! HTTP by hand: what a well-behaved client would never send, and every byte that comes back.

use super::wait::DEADLINE;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};

/// An answer, byte for byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Raw {
    /// Status line and headers, without those that change with the clock.
    pub head: String,
    pub body: Vec<u8>,
}

impl Raw {
    /// The status.
    pub fn status(&self) -> u16 {
        self.head.split(' ').nth(1).and_then(|status| status.parse().ok()).unwrap_or_default()
    }

    /// The stable code of a problem.
    pub fn code(&self) -> String {
        let body: serde_json::Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }

    /// Reads an answer until the server closes.
    pub fn read(stream: &mut TcpStream) -> Self {
        let mut bytes = Vec::new();
        if let Err(why) = stream.read_to_end(&mut bytes) {
            // a server that closes while we send resets the connection; what it said came before
            assert!(!bytes.is_empty(), "no answer: {why}");
        }
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(&bytes)));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let lines = head.lines().filter(|line| !line.to_ascii_lowercase().starts_with("date:"));
        Self { head: lines.collect::<Vec<_>>().join("\n"), body: bytes[end + 4..].to_vec() }
    }
}

/// A connection on which nothing is waited for without end.
pub fn connect(at: SocketAddr) -> TcpStream {
    let stream = TcpStream::connect(at).unwrap();
    stream.set_read_timeout(Some(DEADLINE)).unwrap();
    stream.set_write_timeout(Some(DEADLINE)).unwrap();
    stream
}

/// Sends these bytes and reads the answer to its end.
pub fn exchange(at: SocketAddr, request: &[u8]) -> Raw {
    let mut stream = connect(at);
    stream.write_all(request).unwrap();
    Raw::read(&mut stream)
}

/// A GET on a connection of its own.
pub fn get(at: SocketAddr, token: &str, path: &str) -> Raw {
    let head = format!("GET {path} HTTP/1.1\r\nhost: lianhu\r\nauthorization: Bearer {token}\r\n");
    exchange(at, format!("{head}connection: close\r\n\r\n").as_bytes())
}

/// A POST on a connection of its own.
pub fn post(at: SocketAddr, token: &str, path: &str, body: &[u8]) -> Raw {
    let mut request = post_head(token, path, &format!("content-length: {}", body.len())).into_bytes();
    request.extend_from_slice(body);
    exchange(at, &request)
}

/// The head of a POST of one event whose body comes as `framing` says.
pub fn post_head(token: &str, path: &str, framing: &str) -> String {
    format!(
        "POST {path} HTTP/1.1\r\nhost: lianhu\r\nauthorization: Bearer {token}\r\n\
         content-type: application/cloudevents+json\r\n{framing}\r\nconnection: close\r\n\r\n"
    )
}
