//! An agency that follows its feed by long-poll, and remembers what it was told.

use crate::harness::Server;
use serde_json::Value;

/// One following agency.
pub struct Followed {
    agency: &'static str,
    items: Vec<Value>,
}

impl Followed {
    pub fn new(agency: &'static str) -> Self {
        Self { agency, items: Vec::new() }
    }

    /// How many items it had.
    pub fn count(&self) -> usize {
        self.items.len()
    }

    /// Follows until the server is gone. `killed` says whether it may be.
    pub fn follow(&mut self, server: &Server, killed: impl Fn() -> bool) {
        let caller = server.agency(self.agency);
        loop {
            let after = self.items.len();
            let page = match caller.try_get(&format!("/v1/feed?after={after}&limit=50&wait=30")) {
                Ok(answer) => answer.expect(200),
                Err(why) => {
                    assert!(killed(), "{}: no answer from a server that was not killed: {why}", self.agency);
                    return;
                }
            };
            for item in page["items"].as_array().unwrap() {
                assert_eq!(item["position"], self.items.len() as u64 + 1, "{}: dense from 1", self.agency);
                self.items.push(item.clone());
            }
            assert_eq!(page["next"], self.items.len() as u64);
        }
    }

    /// What it had while all that happened is the beginning of its feed as it stands, item by item.
    pub fn had_nothing_but(&self, feed: &[Value]) {
        assert!(self.items.len() <= feed.len(), "{}: items have gone", self.agency);
        for (had, stands) in self.items.iter().zip(feed) {
            assert_eq!(had, stands, "{}: an item has changed", self.agency);
        }
    }
}
