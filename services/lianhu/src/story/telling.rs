//! A telling: a story with ids, agencies and words of its own. What is exchanged is chosen by seed and number alone.

use super::catalogue::{Stories, Story};
use super::{Document, text};
use serde_json::Value;
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// One telling of a story, at the times at which it was written.
pub struct Telling {
    /// Its events in their order.
    pub events: Vec<Document>,
    /// Whether it ends when it is told in one go.
    pub brief: bool,
}

/// What stands for what.
struct Exchange<'s> {
    ids: HashMap<&'s str, String>,
    place: Option<&'s BTreeMap<String, String>>,
    words: Vec<(&'s str, &'s str)>,
}

/// How the subject of an event names the event that opened its history.
const OF: &str = "of:";

impl Telling {
    pub(super) fn of(stories: &Stories, story: &Story, seed: u64, number: u64) -> Self {
        let name = |what: &str| {
            let name = format!("{seed}\u{0}{number}\u{0}{}\u{0}{what}", story.name);
            Uuid::new_v5(&Uuid::NAMESPACE_OID, name.as_bytes())
        };
        let pick = |what: &str, of: usize| (name(what).as_u128() % of.max(1) as u128) as usize;
        let ids = story.events.iter().map(|event| text(event, "id")).map(|id| (id, name(id).to_string()));
        let place = pick("place", stories.places.len() + 1).checked_sub(1);
        let words = stories.words.iter().filter_map(|word| {
            let chosen = pick(&word.say, word.or.len() + 1).checked_sub(1)?;
            Some((word.say.as_str(), word.or.get(chosen)?.as_str()))
        });
        let exchange = Exchange {
            ids: ids.collect(),
            place: place.and_then(|place| stories.places.get(place)),
            words: words.collect(),
        };
        let events = story.events.iter().map(|event| exchange.event(event)).collect();
        Self { events, brief: story.brief }
    }

    /// The last event.
    pub fn last(&self) -> Option<&Document> {
        self.events.last()
    }
}

impl Exchange<'_> {
    fn event(&self, event: &Document) -> Document {
        event.iter().map(|(name, value)| (name.clone(), self.value(value))).collect()
    }

    fn value(&self, value: &Value) -> Value {
        match value {
            Value::String(text) => self.text(text).into(),
            Value::Array(values) => values.iter().map(|value| self.value(value)).collect(),
            Value::Object(event) => self.event(event).into(),
            other => other.clone(),
        }
    }

    fn text(&self, text: &str) -> String {
        if let Some(id) = self.ids.get(text) {
            return id.clone();
        }
        if let Some(id) = text.strip_prefix(OF).and_then(|id| self.ids.get(id)) {
            return format!("{OF}{id}");
        }
        self.moved(text).unwrap_or_else(|| {
            let exchange = |text: String, (say, or): &(&str, &str)| text.replace(say, or);
            self.words.iter().fold(text.to_owned(), exchange)
        })
    }

    /// A text that names an agency of another place: the agency alone, a source (`/region/agency`), or somebody
    /// who works there (`agency.desk`).
    fn moved(&self, text: &str) -> Option<String> {
        let place = self.place?;
        let (before, name) = text.split_at(text.rfind('/').map_or(0, |at| at + 1));
        let (agency, desk) = name.split_at(name.find('.').unwrap_or(name.len()));
        Some(format!("{before}{}{desk}", place.get(agency)?))
    }
}

/// The agency that publishes an event.
pub fn publisher(event: &Document) -> &str {
    text(event, "source").rsplit('/').next().unwrap_or_default()
}

/// The event as it is published: its history named as the bus has named it, unless the event opens it.
pub fn published(event: &Document, history: Option<&str>) -> Document {
    let mut event = event.clone();
    match history.filter(|_| event.contains_key("subject")) {
        Some(history) => event.insert("subject".to_owned(), history.into()),
        None => event.remove("subject"),
    };
    event
}
