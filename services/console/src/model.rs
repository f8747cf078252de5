//! What the pages are told: one agency's sight of its cases, in codes, moments and words in both languages.

use serde_json::Value;
use vocabulary::{AgencyCode, HistoryId, Instant};

/// A text in both languages.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Title {
    pub(crate) zh: String,
    pub(crate) en: String,
}

/// One page of a list.
#[derive(Clone, Debug)]
pub(crate) struct Page<T> {
    pub(crate) items: Vec<T>,
    /// Where the next page starts.
    pub(crate) next: Option<String>,
    /// How many there are on all pages.
    pub(crate) total: usize,
}

/// A case in one line, and the head of its page.
#[derive(Clone, Debug)]
pub(crate) struct CaseItem {
    pub(crate) case: HistoryId,
    pub(crate) number: String,
    pub(crate) opened: Instant,
    pub(crate) phase: Option<String>,
    pub(crate) grade: Option<String>,
    pub(crate) lead: Option<AgencyCode>,
    pub(crate) children: Vec<ChildItem>,
    pub(crate) tracks: Vec<TrackItem>,
    pub(crate) last_at: Instant,
    /// When the clock that runs out first is due.
    pub(crate) next_due: Option<Instant>,
    pub(crate) overdue: usize,
    /// Whose turn it is, the most urgent first.
    pub(crate) waiting: Vec<InboxItem>,
    /// Why parts may be missing.
    pub(crate) parked: Option<String>,
}

/// A child, as the case labels it.
#[derive(Clone, Debug)]
pub(crate) struct ChildItem {
    pub(crate) label: String,
    pub(crate) age_band: String,
    pub(crate) sex: String,
}

/// A track of the case and how it stands.
#[derive(Clone, Debug)]
pub(crate) struct TrackItem {
    pub(crate) track: String,
    pub(crate) state: String,
    pub(crate) since: Instant,
}

/// What the agency was told, in the order of recording.
#[derive(Clone, Debug)]
pub(crate) struct Timeline {
    pub(crate) steps: Vec<Step>,
}

/// A request and its answers.
#[derive(Clone, Debug)]
pub(crate) struct Step {
    pub(crate) title: Title,
    pub(crate) state: Title,
    pub(crate) seconds: i64,
    pub(crate) facts: Vec<Told>,
}

/// One fact as it was told.
#[derive(Clone, Debug)]
pub(crate) struct Told {
    pub(crate) title: Title,
    pub(crate) late: bool,
    pub(crate) withdrawn: bool,
    pub(crate) told: Instant,
    /// The position in the agency's feed.
    pub(crate) position: u64,
    /// `full`, `masked` or `coarse`.
    pub(crate) form: String,
    pub(crate) backfill: bool,
    /// The CloudEvent.
    pub(crate) event: Value,
    pub(crate) withheld: Vec<Withheld>,
}

/// A value that is not shown.
#[derive(Clone, Debug)]
pub(crate) struct Withheld {
    pub(crate) pointer: String,
    pub(crate) state: &'static str,
    pub(crate) reason: Value,
}

/// One clock.
#[derive(Clone, Debug)]
pub(crate) struct ClockItem {
    pub(crate) clock: String,
    pub(crate) name: Title,
    pub(crate) obligation: Title,
    /// Whether law gives the number, or the region.
    pub(crate) law_gives_it: bool,
    pub(crate) law: String,
    pub(crate) article: String,
    pub(crate) basis: Title,
    pub(crate) owners: Vec<AgencyCode>,
    pub(crate) state: String,
    pub(crate) started: Instant,
    pub(crate) due: Option<Instant>,
    pub(crate) due_day: Option<String>,
    pub(crate) no_due: Option<String>,
    /// Whether the moment is the end of something valid for a time, and nobody is late by it.
    pub(crate) expires: bool,
    pub(crate) stopped: Option<Instant>,
    pub(crate) margin_seconds: Option<i64>,
    pub(crate) taken_seconds: i64,
}

/// Something that waits.
#[derive(Clone, Debug)]
pub(crate) struct InboxItem {
    pub(crate) title: Title,
    pub(crate) agencies: Vec<AgencyCode>,
    pub(crate) case: HistoryId,
    pub(crate) number: String,
    pub(crate) grade: Option<String>,
    /// The fact that asks for it: `sequence.ordinal`.
    pub(crate) fact: String,
    pub(crate) since: Instant,
    pub(crate) until: Option<Instant>,
    pub(crate) overdue: bool,
    pub(crate) clock: Option<String>,
}

/// One referral.
#[derive(Clone, Debug)]
pub(crate) struct ReferralItem {
    pub(crate) from: AgencyCode,
    pub(crate) to: Vec<AgencyCode>,
    pub(crate) purpose: Option<String>,
    pub(crate) urgency: Option<String>,
    pub(crate) phase: String,
    pub(crate) made: Instant,
    pub(crate) received: Option<Instant>,
    pub(crate) answered: Option<Instant>,
    pub(crate) ended: Option<Instant>,
    pub(crate) respond_by: Option<Instant>,
    pub(crate) outcome: Option<String>,
}
