//! Names: what the reader's language calls agencies, moments, grades and codes. One is made for each page.

use crate::desk::{Desk, Trouble};
use crate::model::Title;
use crate::when::{Moment, seconds, span};
use crate::words::{self, Lang, Words};
use askama::Template;
use askama::filters::HtmlSafe;
use contract::Contracts;
use jurisdiction::Rules;
use std::sync::Arc;
use vocabulary::{AgencyCode, Instant};

/// What gives names on one page.
pub(crate) struct Names {
    pub(crate) lang: Lang,
    pub(crate) t: &'static Words,
    pub(crate) now: Instant,
    /// As of when the page shows things: now, or a moment of the past.
    pub(crate) at: Instant,
    pub(crate) me: AgencyCode,
    pub(crate) rules: Rules,
    pub(crate) contracts: Arc<Contracts>,
}

/// An agency on a page.
pub(crate) struct Named {
    pub(crate) name: String,
    /// Whether it is the reader's own.
    pub(crate) mine: bool,
}

/// A word with its colour and shape.
#[derive(Template)]
#[template(path = "badge.html")]
pub(crate) struct Badge {
    pub(crate) tone: &'static str,
    pub(crate) shape: &'static str,
    pub(crate) word: String,
}

/// How much time is left.
#[derive(Template, Default)]
#[template(path = "left.html")]
pub(crate) struct Left {
    pub(crate) over: bool,
    /// Whether it changes while one looks at it.
    pub(crate) ticks: bool,
    pub(crate) due: String,
    before: &'static str,
    after: &'static str,
    pub(crate) text: String,
}

/// A moment on a page, as HTML.
#[derive(Template)]
#[template(path = "moment.html")]
pub(crate) struct At {
    pub(crate) iso: String,
    pub(crate) day: String,
    pub(crate) short: String,
    pub(crate) clock: String,
}

impl HtmlSafe for Badge {}
impl HtmlSafe for Left {}
impl HtmlSafe for At {}

impl Names {
    pub(crate) fn new(desk: &dyn Desk, lang: Lang, me: AgencyCode) -> Result<Self, Trouble> {
        let now = desk.now();
        Ok(Self {
            lang,
            t: lang.words(),
            now,
            at: now,
            me,
            rules: desk.rules()?,
            contracts: desk.contracts(),
        })
    }

    /// What an agency is called; its code when the roster does not know it today.
    pub(crate) fn agency(&self, code: &AgencyCode) -> String {
        let agency = self.rules.agency(code, self.now);
        agency
            .map_or_else(|| code.to_string(), |agency| self.lang.of(&agency.name.zh, &agency.name.en).clone())
    }

    pub(crate) fn named(&self, code: &AgencyCode) -> Named {
        Named { name: self.agency(code), mine: *code == self.me }
    }

    pub(crate) fn all_named(&self, codes: &[AgencyCode]) -> Vec<Named> {
        codes.iter().map(|code| self.named(code)).collect()
    }

    /// The text of a title in the reader's language.
    pub(crate) fn title(&self, title: &Title) -> String {
        self.lang.of(&title.zh, &title.en).clone()
    }

    /// The state of something that a view follows, in words, or as it is.
    pub(crate) fn state(&self, of: &str, state: &str) -> String {
        words::state(of, state, self.lang).unwrap_or(state).to_owned()
    }

    /// A code that a fact of this type says, in the words of its contract, or as it is.
    pub(crate) fn said(&self, kind: &str, property: &str, code: &str) -> String {
        let contract = self.contracts.get(kind);
        let word = contract.and_then(|contract| self.word(contract.property(property), code));
        word.unwrap_or_else(|| code.to_owned())
    }

    /// A code in the words that stand beside it in a contract, or those that it has everywhere.
    pub(crate) fn word(&self, property: &serde_json::Value, code: &str) -> Option<String> {
        self.contracts.words().code(property, code).map(|word| self.lang.of(word.zh, word.en))
    }

    pub(crate) fn moment(&self, at: Instant) -> Moment {
        Moment::of(at, &self.rules, self.lang)
    }

    pub(crate) fn at(&self, at: Instant) -> At {
        let Moment { iso, day, short, clock, .. } = self.moment(at);
        At { iso, day, short, clock }
    }

    pub(crate) fn grade(&self, code: &str) -> Badge {
        let known = words::grade(code, self.lang);
        let (tone, shape, word) = known.unwrap_or(("plain", "◇", ""));
        Badge { tone, shape, word: if word.is_empty() { code.to_owned() } else { word.to_owned() } }
    }

    /// For how long something has waited.
    pub(crate) fn waited(&self, since: Instant) -> String {
        let span = span(seconds(since, self.at), self.lang);
        self.lang.of(format!("已等 {span}"), format!("for {span}"))
    }

    /// How much time is left until a moment; it goes on ticking when that is counted from now.
    pub(crate) fn left(&self, until: Option<Instant>) -> Left {
        let Some(until) = until else { return Left::default() };
        let left = seconds(self.at, until);
        self.left_of(left, Some(until))
    }

    /// The same from seconds; they tick when there is a moment to tick to.
    pub(crate) fn left_of(&self, left: i64, until: Option<Instant>) -> Left {
        self.margin(left, until, self.lang.of(("剩 {}", "超 {}"), ("{} left", "{} over")))
    }

    /// How early or late something was done.
    pub(crate) fn done_by(&self, margin: i64) -> Left {
        self.margin(margin, None, (self.t.early, self.t.late_by))
    }

    fn margin(&self, left: i64, until: Option<Instant>, words: (&'static str, &'static str)) -> Left {
        let (before, after) = words;
        let over = left < 0;
        let text = if over { after } else { before }.replace("{}", &span(left, self.lang));
        let ticks = until.is_some() && self.at == self.now;
        let due = until.map(|at| at.to_string()).unwrap_or_default();
        Left { over, ticks, due, before, after, text }
    }
}
