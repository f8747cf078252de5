//! The stories that are part of this program, and what may be exchanged in them.

use super::telling::Telling;
use super::time::Age;
use super::{Document, text};
use crate::failure::Failure;
use include_dir::{Dir, include_dir};
use serde::Deserialize;
use std::collections::BTreeMap;

static FILES: Dir<'_> = include_dir!("$CARGO_MANIFEST_DIR/../../deploy/stories");
/// Told once and unchanged: the incident that the tests hold to its golden times.
const INCIDENT: &str = include_str!("../../../../tests/scenarios/incident-a.jsonl");

/// All stories.
pub struct Stories {
    /// Each story.
    pub all: Vec<Story>,
    /// The incident that is told as it was written.
    pub incident: Vec<Document>,
    pub(super) places: Vec<BTreeMap<String, String>>,
    pub(super) words: Vec<Word>,
}

/// One story, as it was written.
pub struct Story {
    /// The name of its file.
    pub name: String,
    /// Its events in their order, each with a time.
    pub events: Vec<Document>,
    /// How long ago those began that a new demo holds.
    pub ages: Vec<Age>,
    /// Whether it ends when it is told in one go.
    pub brief: bool,
}

/// A word of the files, and what may be said instead.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Word {
    pub(super) say: String,
    pub(super) or: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Catalogue {
    story: Vec<Entry>,
    place: Vec<BTreeMap<String, String>>,
    word: Vec<Word>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Entry {
    file: String,
    ages: Vec<Age>,
    #[serde(default)]
    brief: bool,
}

impl Stories {
    /// Reads the stories.
    ///
    /// # Errors
    /// A file of this program is broken.
    pub fn read() -> Result<Self, Failure> {
        let broken = |why: String| Failure::Faults(vec![format!("deploy/stories: {why}")]);
        let file = |name: &str| {
            let file = FILES.get_file(name).and_then(include_dir::File::contents_utf8);
            file.ok_or_else(|| broken(format!("{name} is missing")))
        };
        let catalogue: Catalogue =
            toml::from_str(file("stories.toml")?).map_err(|why| broken(why.to_string()))?;
        let story = |entry: Entry| {
            let events =
                events(file(&entry.file)?).map_err(|why| broken(format!("{}: {why}", entry.file)))?;
            Ok(Story { name: entry.file, events, ages: entry.ages, brief: entry.brief })
        };
        let all: Vec<Story> = catalogue.story.into_iter().map(story).collect::<Result<_, Failure>>()?;
        let incident = events(INCIDENT).map_err(|why| broken(why.to_string()))?;
        Ok(Self { all, incident, places: catalogue.place, words: catalogue.word })
    }

    /// The tellings of a new demo, each with its number and how long ago it began.
    pub fn planted(&self) -> impl Iterator<Item = (u64, &Story, Age)> {
        let aged = self.all.iter().flat_map(|story| story.ages.iter().map(move |age| (story, *age)));
        (0..).zip(aged).map(|(number, (story, age))| (number, story, age))
    }

    /// A telling of a story.
    pub fn tell(&self, story: &Story, seed: u64, number: u64) -> Telling {
        Telling::of(self, story, seed, number)
    }
}

/// The events of a scenario that are to be admitted; a telling leaves out those that are there to be refused.
fn events(text_of_file: &str) -> Result<Vec<Document>, serde_json::Error> {
    let lines = text_of_file.lines().filter(|line| line.starts_with('{'));
    let events: Vec<Document> = lines.map(serde_json::from_str).collect::<Result<_, _>>()?;
    Ok(events.into_iter().filter(|event| text(event, "refused").is_empty()).collect())
}
