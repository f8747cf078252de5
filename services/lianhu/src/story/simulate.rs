//! The simulator: a few invented agencies that go on working, so that a newcomer sees life. It publishes over HTTP
//! like everybody else, one fact at a time, and knows nothing that stands nowhere: how far a telling has come it
//! reads from the ledger, so it goes on after a restart where it was.

use super::catalogue::Stories;
use super::seed::SEED;
use super::telling::{Telling, published, publisher};
use super::time::Shift;
use super::{Document, text};
use crate::failure::Failure;
use ledger::Ledger;
use runtime::Bus;
use serde_json::Value;
use std::collections::VecDeque;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;
use vocabulary::{EventId, HistoryId, Source};

/// Most tellings that it has in hand: it begins no other before one of them has ended.
const MOST_IN_HAND: usize = 24;
/// Most tellings that it begins although they will not come to an end.
const MOST_LONG: usize = 24;
/// Every so many facts a telling is begun, if there is room for it.
const BEGIN_EVERY: u64 = 3;
/// How long an answer may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// The running simulator. It stops when it is dropped.
pub struct Simulator {
    /// Never written to: that it is gone is the sign.
    _stop: Sender<()>,
}

impl Simulator {
    /// Begins in a thread of its own, and publishes one fact after every pause.
    ///
    /// # Errors
    /// There is no thread to be had.
    pub fn start(
        stories: Stories,
        at: SocketAddr,
        bus: Arc<Bus>,
        ledger: Arc<dyn Ledger>,
        pace: Duration,
    ) -> Result<Self, Failure> {
        let (stop, stopped) = channel();
        let work = move || {
            let mut desk = Desk::new(stories, at, bus, ledger);
            while stopped.recv_timeout(pace) == Err(RecvTimeoutError::Timeout) {
                desk.step();
            }
        };
        let thread = thread::Builder::new().name("simulator".to_owned()).spawn(work);
        thread.map_err(|error| Failure::Store(format!("simulator: {error}")))?;
        Ok(Self { _stop: stop })
    }
}

/// A telling that has not come to its end.
struct Open {
    telling: Telling,
    /// The next event.
    next: usize,
    history: Option<HistoryId>,
}

/// What became of an event.
enum Answer {
    /// It is recorded, now or before.
    Recorded(Option<HistoryId>),
    /// A rule is against it.
    Refused,
    /// Nobody answered, or was able to.
    Later,
}

struct Desk {
    stories: Stories,
    base: String,
    http: ureq::Agent,
    bus: Arc<Bus>,
    ledger: Arc<dyn Ledger>,
    open: VecDeque<Open>,
    /// The next number that was never told.
    number: u64,
    /// How many tellings were begun here that will not come to an end.
    long: usize,
    steps: u64,
}

impl Desk {
    fn new(stories: Stories, at: SocketAddr, bus: Arc<Bus>, ledger: Arc<dyn Ledger>) -> Self {
        let config = ureq::Agent::config_builder().http_status_as_error(false).timeout_global(Some(PATIENCE));
        let (http, base) = (config.build().into(), format!("http://{at}/v1/events"));
        let mut desk =
            Self { stories, base, http, bus, ledger, open: VecDeque::new(), number: 0, long: 0, steps: 0 };
        desk.look_back();
        desk
    }

    /// Finds every telling that was begun, here or when the demo was filled.
    fn look_back(&mut self) {
        let planted = self.stories.planted().count() as u64;
        loop {
            let begun = self.stories.all.iter().find_map(|story| {
                let telling = self.stories.tell(story, SEED, self.number);
                let history = self.recorded(telling.events.first()?)?;
                Some((telling, history))
            });
            match begun {
                Some((telling, history)) => {
                    self.long += usize::from(!telling.brief && self.number >= planted);
                    let next = telling.events.iter().position(|event| self.recorded(event).is_none());
                    let open = next.map(|next| Open { telling, next, history: Some(history) });
                    self.open.extend(open);
                }
                None if self.number >= planted => return,
                None => {} // it was not there yet when the demo was filled
            }
            self.number += 1;
        }
    }

    /// The history in which an event is recorded.
    fn recorded(&self, event: &Document) -> Option<HistoryId> {
        let source = Source::try_from(text(event, "source").to_owned()).ok()?;
        let found = self.ledger.find(&source, &EventId::parse(text(event, "id")).ok()?).ok()??;
        Some(self.ledger.get(found.sequence).ok()??.record.history.clone())
    }

    /// One fact.
    fn step(&mut self) {
        self.steps += 1;
        let room = self.open.len() < MOST_IN_HAND;
        let begin = room && (self.open.is_empty() || self.steps % BEGIN_EVERY == 1);
        let next = if begin { self.begin() } else { self.open.pop_front() };
        let Some(mut open) = next else { return };
        match self.publish(&open) {
            Answer::Recorded(history) => {
                open.history = open.history.or(history);
                open.next += 1;
                if open.next < open.telling.events.len() {
                    self.open.push_back(open);
                }
            }
            Answer::Refused => {} // the telling stands as it is: told in one go, it cannot go on
            Answer::Later => self.open.push_front(open),
        }
    }

    /// The next telling. Those without an end are begun as long as there are few of them.
    fn begin(&mut self) -> Option<Open> {
        let may = |brief: bool| brief || self.long < MOST_LONG;
        let stories: Vec<_> = self.stories.all.iter().filter(|story| may(story.brief)).collect();
        let story = stories.get(self.number as usize % stories.len().max(1))?;
        let telling = self.stories.tell(story, SEED, self.number);
        self.long += usize::from(!telling.brief);
        self.number += 1;
        Some(Open { telling, next: 0, history: None })
    }

    fn publish(&self, open: &Open) -> Answer {
        let (Some(event), Some(last)) = (open.telling.events.get(open.next), open.telling.last()) else {
            return Answer::Refused;
        };
        let now = Shift::to_now(event, last, self.bus.now()).event(event);
        let body = Value::Object(published(&now, open.history.as_ref().map(HistoryId::as_str))).to_string();
        let request = self.http.post(&self.base).header("content-type", "application/cloudevents+json");
        let request = request.header("authorization", format!("Bearer demo-{}", publisher(event)));
        match request.send(&body) {
            Ok(mut answer) => {
                let said: Value = answer.body_mut().read_json().unwrap_or_default();
                understood(answer.status().as_u16(), &said)
            }
            Err(error) => {
                tracing::debug!(%error, "the simulator got no answer");
                Answer::Later
            }
        }
    }
}

fn understood(status: u16, said: &Value) -> Answer {
    let history = said["subject"].as_str().and_then(|history| HistoryId::parse(history).ok());
    match (status, said["code"].as_str()) {
        (200 | 201, _) => Answer::Recorded(history),
        // the same id at another time: it was recorded, and the answer was lost
        (409, Some("id-conflict")) => Answer::Recorded(None),
        (429 | 503, _) => Answer::Later,
        (status, code) => {
            tracing::debug!(status, ?code, "a telling of the simulator ends here");
            Answer::Refused
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folder::Folder;
    use crate::{rules, up};
    use gateway::{Config, Operator};
    use std::collections::BTreeMap;
    use std::path::Path;
    use vocabulary::Version;
    use vocabulary::id::HistoryKind;

    /// A demo without cases, served; its bus and its ledger.
    async fn served(folder: &Path) -> (SocketAddr, Arc<Bus>, Arc<dyn Ledger>) {
        let stores = Folder::at(folder).unwrap().open().unwrap();
        let (ledger, files) = (stores.ledger.clone(), rules::demo());
        let region = rules::of(&files).unwrap().region().clone();
        let bus = Arc::new(up::open(stores, region, true).unwrap());
        bus.adopt(&files).await.unwrap();
        bus.issue_demo_tokens().await.unwrap();
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let at = listener.local_addr().unwrap();
        let router = gateway::router(bus.clone(), Operator::new("none"), Config::default());
        tokio::spawn(gateway::serve(listener, router, std::future::pending()));
        (at, bus, ledger)
    }

    /// How many cases end with each type of fact.
    fn ends(ledger: &dyn Ledger) -> BTreeMap<String, usize> {
        let mut ends = BTreeMap::new();
        for case in ledger.histories(HistoryKind::Case).unwrap() {
            let last = ledger.read(&case, Version(0)).unwrap().pop().unwrap();
            let kind = last.record.facts.last().unwrap().attributes.kind.to_string();
            *ends.entry(kind).or_default() += 1;
        }
        ends
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn told_in_one_go_brief_stories_close_and_few_others_stay_open() {
        let folder = tempfile::tempdir().unwrap();
        let (at, bus, ledger) = served(folder.path()).await;
        let (of, kept) = (bus.clone(), ledger.clone());
        let (open, number) = tokio::task::spawn_blocking(move || {
            let mut desk = Desk::new(Stories::read().unwrap(), at, of.clone(), kept.clone());
            (0..300).for_each(|_| desk.step());
            // another one, as after a restart: it knows what was told, and goes on
            let mut desk = Desk::new(Stories::read().unwrap(), at, of, kept);
            (0..1_000).for_each(|_| desk.step());
            assert!(desk.open.len() <= MOST_IN_HAND && desk.long <= MOST_LONG, "{}", desk.open.len());
            (desk.open.len(), desk.number as usize)
        })
        .await
        .unwrap();
        let (cases, ends) = (ledger.histories(HistoryKind::Case).unwrap().len(), ends(&*ledger));
        let planted = Stories::read().unwrap().planted().count();
        assert_eq!(cases, number - planted, "every telling is one case: {ends:?}");
        let closed = ends["closure.closed.v1"];
        assert!(closed > 20 && cases - closed <= open + MOST_LONG, "{closed} of {cases} closed: {ends:?}");
    }
}
