//! An agency that publishes as fast as it can and remembers every receipt.

use crate::harness::facts::report;
use crate::harness::{Caller, Server};
use serde_json::Value;

/// One writing agency.
pub struct Writer {
    pub agency: &'static str,
    /// Each document with its receipt as it was first given, in the order of the answers.
    pub acknowledged: Vec<(Value, Value)>,
    /// The document whose answer did not come.
    pending: Option<Value>,
    /// How many answers did not come.
    pub retried: usize,
    /// How many of those documents had been recorded all the same.
    pub kept: usize,
}

impl Writer {
    pub fn new(agency: &'static str) -> Self {
        Self { agency, acknowledged: Vec::new(), pending: None, retried: 0, kept: 0 }
    }

    /// Publishes until the server is gone. `killed` says whether it may be.
    pub fn write(&mut self, server: &Server, killed: impl Fn() -> bool) {
        let caller = server.agency(self.agency);
        loop {
            if self.pending.is_none() {
                let words = format!("第{}次体检时发现多处陈旧性伤痕。", self.acknowledged.len());
                self.pending = Some(report(self.agency, "psb-03", &words));
            }
            if !self.send_pending(&caller, &killed) {
                self.retried += 1;
                return;
            }
        }
    }

    /// Publishes the document whose answer is missing; it must come now.
    pub fn retry(&mut self, server: &Server) {
        if self.pending.is_some() {
            assert!(self.send_pending(&server.agency(self.agency), &|| false));
        }
    }

    /// Whether there was an answer: then the document is acknowledged.
    fn send_pending(&mut self, caller: &Caller, killed: &impl Fn() -> bool) -> bool {
        let document = self.pending.clone().unwrap();
        let answer = match caller.try_publish(&document) {
            Ok(answer) => answer,
            Err(why) => {
                assert!(killed(), "{}: no answer from a server that was not killed: {why}", self.agency);
                return false;
            }
        };
        let mut receipt = answer.body.clone();
        match (answer.status, receipt["duplicate"].as_bool()) {
            (201, Some(false)) => {}
            (200, Some(true)) => {
                self.kept += 1;
                receipt["duplicate"] = false.into();
            }
            _ => panic!("{}: {} {}", self.agency, answer.status, answer.text),
        }
        self.pending = None;
        self.acknowledged.push((document, receipt));
        true
    }
}
