//! Governance: the rules in force, the tokens of agencies, and what was told to whom, published by the bus; and what
//! agencies say of their clocks and of broken glass.

use crate::{AgencyCode, EventId, FactRef, GroupName, Position, Version};
use serde::{Deserialize, Serialize};

/// Everything that the bus says about itself.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Governance {
    /// A rule file stands in the ledger; it does not act yet.
    #[serde(rename = "governance.rule-file-published.v1")]
    RuleFilePublished(RuleFilePublished),
    /// The named files act from here, together.
    #[serde(rename = "governance.rules-adopted.v1")]
    RulesAdopted(RulesAdopted),
    /// An agency has a new token.
    #[serde(rename = "governance.agency-token-issued.v1")]
    AgencyTokenIssued(AgencyTokenIssued),
    /// What agencies were told of one record.
    #[serde(rename = "governance.disclosed.v1")]
    Disclosed(Disclosed),
    /// The time of a clock has passed, and nothing has stopped it.
    #[serde(rename = "governance.clock-breached.v1")]
    ClockBreached(ClockBreached),
    /// A fact that was recorded late shows that the clock had been met.
    #[serde(rename = "governance.breach-rebutted.v1")]
    BreachRebutted(BreachRebutted),
    /// Another agency coordinates from here.
    #[serde(rename = "governance.coordinator-changed.v1")]
    CoordinatorChanged(CoordinatorChanged),
    /// The owner says why it missed.
    #[serde(rename = "governance.breach-explained.v1")]
    BreachExplained(BreachExplained),
    /// An agency opens, for itself and for a time, what it may not see otherwise.
    #[serde(rename = "governance.break-glass-used.v1")]
    BreakGlassUsed(BreakGlassUsed),
    /// Somebody else has looked whether that was right.
    #[serde(rename = "governance.break-glass-reviewed.v1")]
    BreakGlassReviewed(BreakGlassReviewed),
    /// Its publisher takes a fact back.
    #[serde(rename = "governance.fact-withdrawn.v1")]
    FactWithdrawn(FactWithdrawn),
    /// Its publisher says what is wrong in a fact that stands.
    #[serde(rename = "governance.data-correction-recorded.v1")]
    DataCorrectionRecorded(DataCorrectionRecorded),
}

impl Governance {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "governance.rule-file-published.v1",
        "governance.rules-adopted.v1",
        "governance.agency-token-issued.v1",
        "governance.disclosed.v1",
        "governance.clock-breached.v1",
        "governance.breach-rebutted.v1",
        "governance.coordinator-changed.v1",
        "governance.breach-explained.v1",
        "governance.break-glass-used.v1",
        "governance.break-glass-reviewed.v1",
        "governance.fact-withdrawn.v1",
        "governance.data-correction-recorded.v1",
    ];
}

/// See [`Governance::RuleFilePublished`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleFilePublished {
    /// Path within the jurisdiction's folder.
    pub path: String,
    /// `sha256:` and the hash of the content.
    pub digest: String,
    /// The file.
    pub content: String,
}

/// A file that is named by its digest.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedFile {
    /// Path within the jurisdiction's folder.
    pub path: String,
    /// `sha256:` and the hash of the content.
    pub digest: String,
}

/// See [`Governance::RulesAdopted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RulesAdopted {
    /// All files in force, those that did not change included.
    pub files: Vec<NamedFile>,
    /// Digest of all contracts that the adopting program checks by.
    pub contracts: String,
}

/// See [`Governance::AgencyTokenIssued`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AgencyTokenIssued {
    /// Whose token it is.
    pub agency: AgencyCode,
    /// `sha256:` and the hash of the token, which has 256 random bits.
    pub token_hash: String,
    /// When it was issued.
    pub issued_at: String,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// When it ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<String>,
    /// A token of the demo, refused elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub demo: Option<bool>,
}

/// In which form an agency was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Form {
    /// That something happened, on which day.
    Coarse,
    /// The fact, with some properties withheld.
    Masked,
    /// The fact.
    Full,
}

/// One line of what was told: an agency's feed at one position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Who was told.
    pub agency: AgencyCode,
    /// Position in that agency's feed, dense from 1.
    pub position: u64,
    /// Position of the record that holds the fact.
    pub sequence: Position,
    /// Place of the fact in its record.
    pub ordinal: u32,
    /// The form.
    pub form: Form,
    /// Whether the agency became involved only after the fact was recorded.
    pub backfill: bool,
}

impl Entry {
    /// The fact that was told.
    pub fn fact(&self) -> FactRef {
        FactRef { sequence: self.sequence, ordinal: self.ordinal }
    }
}

/// See [`Governance::Disclosed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosed {
    /// The record that was disclosed.
    pub source: Position,
    /// Version of the rules by which it was disclosed.
    pub rules: Version,
    /// At most 1,000; the rest follows in the next fact.
    pub entries: Vec<Entry>,
}

/// See [`Governance::ClockBreached`]. Clock and instance together name one breach of a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ClockBreached {
    /// The clock, by the id of its rule.
    pub clock: String,
    /// Which instance of it.
    pub instance: String,
    /// From when on it was too late.
    pub due_at: String,
    /// Who owed it then.
    pub owners: Vec<AgencyCode>,
}

/// See [`Governance::BreachRebutted`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreachRebutted {
    /// The clock, by the id of its rule.
    pub clock: String,
    /// Which instance of it.
    pub instance: String,
    /// The due moment of the breach that is taken back.
    pub due_at: String,
    /// When it was done; absent where the due moment is another one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopped_at: Option<String>,
}

/// See [`Governance::CoordinatorChanged`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CoordinatorChanged {
    /// Who coordinated before.
    pub from: Vec<AgencyCode>,
    /// Who coordinates now.
    pub to: Vec<AgencyCode>,
    /// The first day of it, by the roster.
    pub since: String,
}

/// See [`Governance::BreachExplained`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreachExplained {
    /// The clock, by the id of its rule.
    pub clock: String,
    /// Which instance of it.
    pub instance: String,
    /// Why.
    pub reason_code: String,
}

/// See [`Governance::BreakGlassUsed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlassUsed {
    /// Why.
    pub reason_code: String,
    /// What is opened.
    pub groups: Vec<GroupName>,
    /// Until when.
    pub expires_at: String,
}

/// See [`Governance::BreakGlassReviewed`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreakGlassReviewed {
    /// The `id` of the use.
    #[serde(rename = "use")]
    pub of: EventId,
    /// What was found.
    pub outcome: String,
    /// When it was looked at.
    pub reviewed_at: String,
}

/// See [`Governance::FactWithdrawn`]. What reads a history without withdrawn facts is [`crate::withdrawal`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FactWithdrawn {
    /// The `id` of the fact, which has the same source.
    pub fact: EventId,
    /// Why.
    pub reason_code: String,
}

/// See [`Governance::DataCorrectionRecorded`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataCorrectionRecorded {
    /// The `id` of the fact, which has the same source.
    pub fact: EventId,
    /// The names of the properties that are wrong.
    pub properties: Vec<String>,
    /// Why.
    pub reason_code: String,
}
