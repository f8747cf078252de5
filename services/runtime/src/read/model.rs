//! What the reading calls answer: shapes only. Each holds what one agency may see at one moment; what it may
//! not see has been taken out before, and stands nowhere as null.

use crate::render::FeedItem;
use agency_views::{DutyKind, Phase, ReferralPhase, Track};
use jurisdiction::clock::Kind;
use serde::{Deserialize, Serialize, Serializer};
use vocabulary::{AgencyCode, Child, EventId, FactRef, HistoryId, Instant, Position};

/// A fact as paths and tags name it: `<sequence>.<ordinal>`.
fn reference<S: Serializer>(fact: &FactRef, to: S) -> Result<S::Ok, S::Error> {
    to.collect_str(fact)
}

fn reference_in<S: Serializer>(fact: &Option<FactRef>, to: S) -> Result<S::Ok, S::Error> {
    fact.map(|fact| fact.to_string()).serialize(to)
}

/// As of which moment a case is asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AsOf {
    /// As it stands.
    #[default]
    Now,
    /// Up to this position of the ledger.
    Position(Position),
    /// The longest prefix of the ledger that was recorded by this moment.
    Time(Instant),
    /// The end of this day of the region.
    Day(jiff::civil::Date),
}

/// Which cases.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CaseFilter {
    /// Cases in which this agency has been told anything. Only for roles that see the whole region.
    pub agency: Option<AgencyCode>,
    /// How far they have come.
    pub phase: Option<Phase>,
    /// Their risk grade.
    pub grade: Option<String>,
    /// With a clock that is overdue.
    pub overdue: bool,
    /// With this case number, or the end of it.
    pub number: Option<String>,
}

/// One page of a list.
#[derive(Clone, Debug, Serialize)]
pub struct Page<T> {
    /// What stands on it.
    pub items: Vec<T>,
    /// Where the next page starts; absent on the last one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// How many there are on all pages.
    pub total: usize,
}

/// A case in one line, and the head of its page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CaseItem {
    /// The history.
    pub case: HistoryId,
    /// The number for people: year and sequence.
    pub number: String,
    /// When its first fact was recorded.
    pub opened: Instant,
    /// How far it has come; absent where that is not for the caller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phase: Option<Phase>,
    /// The risk grade.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// The agency that leads.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub lead: Option<AgencyCode>,
    /// The children, as the case labels them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<Child>,
    /// How the tracks of the case stand: justice, safety, guardianship, protection order.
    pub tracks: Vec<Track>,
    /// The last fact that the caller was told of; what `If-Match` and `ETag` name.
    #[serde(serialize_with = "reference")]
    pub last: FactRef,
    /// When that was told.
    pub last_at: Instant,
    /// The clock that runs out first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next_due: Option<ClockItem>,
    /// How many clocks are overdue.
    pub overdue: usize,
    /// Whose turn it is: what waits in this case, the most urgent first.
    pub waiting: Vec<InboxItem>,
    /// Why parts of the case may be missing: a view could not apply a fact.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parked: Option<String>,
}

/// A case at a moment.
#[derive(Clone, Debug, Serialize)]
pub struct CasePage {
    /// The position as of which this is.
    pub as_of: Position,
    /// The head of the page.
    #[serde(flatten)]
    pub case: CaseItem,
}

/// Everything that one agency was told of a case, in the order of recording, as steps.
#[derive(Clone, Debug, Serialize)]
pub struct Timeline {
    /// The history.
    pub case: HistoryId,
    /// The position as of which this is.
    pub as_of: Position,
    /// The steps, by their first fact.
    pub steps: Vec<Step>,
}

/// Facts that belong together: a request and its answers are one step with its duration.
#[derive(Clone, Debug, Serialize)]
pub struct Step {
    /// The `id` of the fact that began it.
    pub id: String,
    /// What began it, in words.
    pub title: Title,
    /// How it stands: its last fact, in words.
    pub state: Title,
    /// When it began, by the word of its publisher.
    pub began: String,
    /// When its last fact happened.
    pub ended: String,
    /// From one to the other, in seconds; 0 for a single fact.
    pub seconds: i64,
    /// Its facts.
    pub facts: Vec<Told>,
}

/// One fact of a timeline.
#[derive(Clone, Debug, Serialize)]
pub struct Told {
    /// Its type, in words.
    pub title: Title,
    /// Recorded after something that happened later, or on a later day than it happened (补录).
    pub late: bool,
    /// Taken back by its publisher since.
    pub withdrawn: bool,
    /// When the agency was told.
    pub told: Instant,
    /// What it was told.
    #[serde(flatten)]
    pub item: FeedItem,
}

/// A text in both languages.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Title {
    /// In Chinese.
    pub zh: String,
    /// In English.
    pub en: String,
}

/// What a clock says to one agency.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ClockState {
    /// Overdue, and not done.
    Missed,
    /// There is time left, or no number to run against.
    Running,
    /// Past its time; whether it was done is not for this agency.
    Undisclosed,
    /// No date can be counted: the calendar of a year is not adopted, or a fact lacks a date.
    Undetermined,
    /// Missed and not done, and the owner has said why.
    Explained,
    /// Missed, but done since.
    MetLate,
    /// Done in time.
    Met,
    /// What was valid for a time no longer is.
    Expired,
    /// Ended in time without its being done: nothing is owed any more.
    Ended,
}

/// One clock of one case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ClockItem {
    /// The rule, such as `K08`.
    pub clock: String,
    /// Which instance.
    pub instance: String,
    /// The case.
    pub case: HistoryId,
    /// Its number.
    pub number: String,
    /// What the clock is called.
    pub name: Title,
    /// What must be done.
    pub obligation: Title,
    /// Whether law gives the number, or the region.
    pub kind: Kind,
    /// The law.
    pub law: String,
    /// The article.
    pub article: String,
    /// What the law says, and what is the region's own.
    pub basis: Title,
    /// Who owes it now.
    pub owners: Vec<AgencyCode>,
    /// How it stands.
    pub state: ClockState,
    /// When it started.
    pub started: Instant,
    /// The fact that started it.
    #[serde(serialize_with = "reference")]
    pub started_fact: FactRef,
    /// The moment from which it is too late; absent where law gives no number or nothing can be counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Instant>,
    /// The last day, where the limit is a day of the region.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due_day: Option<String>,
    /// Why there is no due moment: `immediately`, `before-a-fact`, `paused`, or what is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub no_due: Option<String>,
    /// Whether it is valid for a time and then ends by itself: nobody owes anything by it.
    pub expires: bool,
    /// When it was done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stopped: Option<Instant>,
    /// The fact that stopped or ended it, where the agency was told of it.
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "reference_in")]
    pub stopped_by: Option<FactRef>,
    /// Time in hand, in seconds; negative when overdue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin_seconds: Option<i64>,
    /// Time taken so far, in seconds.
    pub taken_seconds: i64,
}

/// Something that waits on an agency.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct InboxItem {
    /// What is to be done.
    pub kind: DutyKind,
    /// In words.
    pub title: Title,
    /// Whose turn it is.
    pub agencies: Vec<AgencyCode>,
    /// The case.
    pub case: HistoryId,
    /// Its number.
    pub number: String,
    /// Its risk grade, where the agency knows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grade: Option<String>,
    /// The fact that asks for it.
    #[serde(serialize_with = "reference")]
    pub fact: FactRef,
    /// Since when it waits.
    pub since: Instant,
    /// Until when it must be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Instant>,
    /// Whether that has passed.
    pub overdue: bool,
    /// The clock, when it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock: Option<String>,
}

/// One referral of a case.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ReferralItem {
    /// The `id` of its making.
    pub referral: EventId,
    /// Who asks.
    pub from: AgencyCode,
    /// Who is asked; nobody yet, as long as an open referral was not claimed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<AgencyCode>,
    /// Who may claim it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub offered_to: Vec<AgencyCode>,
    /// The referral of which it is a part.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parent: Option<String>,
    /// What for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<String>,
    /// Emergency, urgent or routine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub urgency: Option<String>,
    /// How far it has come.
    pub phase: ReferralPhase,
    /// When it was made.
    pub made: Instant,
    /// When the addressee had it on its desk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub received: Option<Instant>,
    /// When the addressee answered.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answered: Option<Instant>,
    /// When the work ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended: Option<Instant>,
    /// When an answer is wanted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub respond_by: Option<Instant>,
    /// How it ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<String>,
}
