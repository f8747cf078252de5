//! A reader of server-sent events that can stop reading: the connection stays open and the bytes pile up.

use super::raw::connect;
use serde_json::Value;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpStream};

/// One event of a stream.
#[derive(Clone, Debug, Default)]
pub struct Event {
    pub id: String,
    pub name: String,
    pub data: Value,
}

impl Event {
    /// Whether it is an item of the feed, and not a word about the stream.
    pub fn is_item(&self) -> bool {
        self.data["event"].is_object()
    }
}

/// An open stream.
pub struct Stream {
    lines: BufReader<Chunks>,
}

impl Stream {
    /// Opens an agency's stream: after a position, or after the id of the last event that it had.
    #[track_caller]
    pub fn open(at: SocketAddr, agency: &str, after: Option<u64>, last_event_id: Option<&str>) -> Self {
        Self::try_open(at, agency, after, last_event_id).unwrap_or_else(|head| panic!("no stream: {head}"))
    }

    /// Opens an agency's stream; `Err` is the head of another answer.
    pub fn try_open(
        at: SocketAddr,
        agency: &str,
        after: Option<u64>,
        last_event_id: Option<&str>,
    ) -> Result<Self, String> {
        let query = after.map(|after| format!("?after={after}")).unwrap_or_default();
        let resume = last_event_id.map(|id| format!("last-event-id: {id}\r\n")).unwrap_or_default();
        let mut stream = connect(at);
        let head = format!("GET /v1/stream{query} HTTP/1.1\r\nhost: lianhu\r\naccept: text/event-stream\r\n");
        let request = format!("{head}authorization: Bearer demo-{agency}\r\n{resume}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut reader = BufReader::new(stream);
        let head = head_of(&mut reader);
        if !head.starts_with("http/1.1 200") {
            return Err(head);
        }
        assert!(head.contains("content-type: text/event-stream"), "{head}");
        assert!(head.contains("transfer-encoding: chunked"), "{head}");
        Ok(Self { lines: BufReader::new(Chunks { reader, left: 0 }) })
    }

    /// The next event; `None` at the end of the stream. Comments keep the connection alive and are skipped.
    pub fn next(&mut self) -> Option<Event> {
        let mut event = Event::default();
        let mut any = false;
        loop {
            let mut line = String::new();
            match self.lines.read_line(&mut line) {
                Ok(0) => return None,
                Ok(_) => {}
                Err(why) if why.kind() == std::io::ErrorKind::WouldBlock => {
                    panic!("nothing comes; had {event:?}")
                }
                Err(_) => return None, // the server was killed
            }
            match line.trim_end_matches(['\r', '\n']).split_once(':') {
                None if any => return Some(event),
                None | Some(("", _)) => continue,
                Some(("id", value)) => event.id = value.trim_start().to_owned(),
                Some(("event", value)) => event.name = value.trim_start().to_owned(),
                Some(("data", value)) => event.data = serde_json::from_str(value).unwrap_or_default(),
                Some(_) => continue,
            }
            any = true;
        }
    }

    /// The items up to the moment at which the server says that there are no more for now.
    pub fn until_caught_up(&mut self) -> Vec<Event> {
        std::iter::from_fn(|| self.next()).take_while(|event| event.name != "caught-up").collect()
    }

    /// The next item. A stream that ends instead says why.
    #[track_caller]
    pub fn item(&mut self) -> Event {
        let mut said = Vec::new();
        while let Some(event) = self.next() {
            if event.is_item() {
                return event;
            }
            said.push(format!("{} {}", event.name, event.data));
        }
        panic!("the stream ended: {said:?}")
    }
}

/// The head of an answer in lower case.
fn head_of(reader: &mut BufReader<TcpStream>) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        assert!(reader.read_line(&mut head).unwrap() > 0, "the connection ended in the head: {head}");
    }
    head.to_ascii_lowercase()
}

/// A chunked body as its bytes.
struct Chunks {
    reader: BufReader<TcpStream>,
    left: usize,
}

impl Read for Chunks {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        while self.left == 0 {
            let mut line = String::new();
            if self.reader.read_line(&mut line)? == 0 {
                return Ok(0);
            }
            if line.trim().is_empty() {
                continue; // the end of the chunk before
            }
            self.left = usize::from_str_radix(line.trim(), 16).unwrap();
            if self.left == 0 {
                return Ok(0);
            }
        }
        let most = self.left.min(to.len());
        let read = self.reader.read(&mut to[..most])?;
        self.left -= read;
        Ok(read)
    }
}
