//! The CloudEvents attributes of a fact, as its publisher set them.

use crate::{EventId, HistoryId, Instant, Source, TypeName};
use serde::{Deserialize, Serialize};

/// What stands around the data of a fact. Text is kept exactly as published: it is committed to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Attributes {
    /// Always `1.0`.
    pub specversion: String,
    /// Unique for ever together with `source`.
    pub id: EventId,
    /// The agency that speaks.
    pub source: Source,
    /// `<stage>.<fact>.v<n>`.
    #[serde(rename = "type")]
    pub kind: TypeName,
    /// When it happened, RFC 3339, in the publisher's offset.
    pub time: String,
    /// The history, absent on a fact that opens one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<HistoryId>,
    /// Pseudonym of the member of staff who acted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// The fact that caused this one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub causationid: Option<String>,
    /// What belongs together.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub correlationid: Option<String>,
    /// W3C trace context; not part of "the same document".
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub traceparent: Option<String>,
    /// `application/json` where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub datacontenttype: Option<String>,
    /// The contract's `$id` where it is given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dataschema: Option<String>,
}

impl Attributes {
    /// The moment that `time` names; the contract has checked that it is one.
    pub fn happened(&self) -> Option<Instant> {
        Instant::parse(&self.time).ok()
    }

    /// Attributes of a fact that the bus publishes on its own behalf.
    pub fn of_bus(region: &crate::Region, id: EventId, kind: TypeName, time: String) -> Self {
        Self {
            specversion: "1.0".to_owned(),
            id,
            source: Source::bus(region),
            kind,
            time,
            subject: None,
            actor: None,
            causationid: None,
            correlationid: None,
            traceparent: None,
            datacontenttype: None,
            dataschema: None,
        }
    }
}
