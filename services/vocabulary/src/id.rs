//! Identifiers. Each has its own type and its own pattern; none ever holds personal data.

use serde::{Deserialize, Serialize};
use std::fmt;

/// A string that is not of the pattern its type asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a valid {what}: expected {expected}")]
pub struct InvalidId {
    /// Which kind of id was asked for.
    pub what: &'static str,
    /// The pattern in words.
    pub expected: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $expected:literal, $valid:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(std::sync::Arc<str>);

        impl $name {
            /// The id as it stands on the wire.
            pub fn as_str(&self) -> &str { &self.0 }

            /// Reads the id, or says which pattern it misses.
            pub fn parse(text: &str) -> Result<Self, InvalidId> {
                let valid: fn(&str) -> bool = $valid;
                if valid(text) { Ok(Self(text.into())) } else { Err(InvalidId { what: $what, expected: $expected }) }
            }
        }

        impl TryFrom<String> for $name {
            type Error = InvalidId;
            fn try_from(text: String) -> Result<Self, InvalidId> { Self::parse(&text) }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String { id.0.to_string() }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result { f.write_str(&self.0) }
        }

        impl std::borrow::Borrow<str> for $name {
            fn borrow(&self) -> &str { &self.0 }
        }
    };
}

/// Lower-case letters, digits and inner hyphens, starting with a letter.
fn slug(text: &str, most: usize) -> bool {
    text.len() <= most
        && text.starts_with(|c: char| c.is_ascii_lowercase())
        && !text.ends_with('-')
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
}

fn agency(text: &str) -> bool {
    let (stem, unit) = text.split_once('-').map_or((text, None), |(s, u)| (s, Some(u)));
    let plain = |t: &str| t.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    (2..=8).contains(&stem.len())
        && stem.starts_with(|c: char| c.is_ascii_lowercase())
        && plain(stem)
        && unit.is_none_or(|u| (1..=8).contains(&u.len()) && plain(u))
}

fn region(text: &str) -> bool {
    matches!(text.len(), 6 | 9 | 12) && text.bytes().all(|b| b.is_ascii_digit())
}

fn type_name(text: &str) -> bool {
    let mut parts = text.split('.');
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        (Some(stage), Some(fact), Some(version), None) => {
            slug(stage, 32)
                && slug(fact, 64)
                && version.len() > 1
                && version.len() <= 4
                && version.starts_with('v')
                && !version.starts_with("v0")
                && version[1..].bytes().all(|b| b.is_ascii_digit())
        }
        _ => false,
    }
}

fn history(text: &str) -> bool {
    text.len() <= 80
        && text.split_once('-').is_some_and(|(kind, rest)| {
            HistoryKind::of(kind).is_some()
                && !rest.is_empty()
                && rest.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        })
}

fn event_id(text: &str) -> bool {
    (1..=128).contains(&text.len())
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
}

text_id!(
    /// Code of an agency in its region's roster, such as `psb-03`.
    AgencyCode, "agency code", "letters and digits, with at most one hyphenated unit, such as psb-03", agency
);
text_id!(
    /// Division code (GB/T 2260, six, nine or twelve digits); tests use the unassigned `9999xx`.
    Region, "region", "a division code of 6, 9 or 12 digits", region
);
text_id!(
    /// CloudEvents `id`, unique for ever together with its source.
    EventId, "event id", "1 to 128 letters, digits, '-', '_', '.' or ':'", event_id
);
text_id!(
    /// CloudEvents `type`: `<stage>.<fact>.v<n>`.
    TypeName, "type", "<stage>.<fact>.v<n>, such as referral.made.v1", type_name
);
text_id!(
    /// An ordered history: `case-…`, `child-…`, `agency-…`, `rules-…`, `disclosure-…` or `access-…`.
    HistoryId, "history", "a history id as a receipt named it", history
);
text_id!(
    /// A role that an agency may hold at a time, such as `coordinator`.
    Role, "role", "lower-case letters, digits and hyphens", |t| slug(t, 32)
);
text_id!(
    /// A visibility group of properties, such as `reporter-identity`.
    GroupName, "group", "lower-case letters, digits and hyphens", |t| slug(t, 32)
);

impl TypeName {
    /// The stage that owns the fact: the first part of the name.
    pub fn stage(&self) -> &str {
        self.0.split('.').next().unwrap_or_default()
    }
}

/// What a history is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum HistoryKind {
    /// One case, from the first report to the seal.
    Case,
    /// The registry file of one child (一人一档).
    Child,
    /// What concerns one agency: tokens, hiring checks, suggestions.
    Agency,
    /// The rules of one region.
    Rules,
    /// What was told to whom in one region.
    Disclosure,
    /// Who read protected values.
    Access,
}

impl HistoryKind {
    /// Reads the word before the first hyphen of a history id.
    pub fn of(word: &str) -> Option<Self> {
        Some(match word {
            "case" => Self::Case,
            "child" => Self::Child,
            "agency" => Self::Agency,
            "rules" => Self::Rules,
            "disclosure" => Self::Disclosure,
            "access" => Self::Access,
            _ => return None,
        })
    }

    /// The word before the first hyphen of a history id.
    pub fn word(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Child => "child",
            Self::Agency => "agency",
            Self::Rules => "rules",
            Self::Disclosure => "disclosure",
            Self::Access => "access",
        }
    }
}

impl HistoryId {
    /// Which kind of history this is.
    pub fn kind(&self) -> HistoryKind {
        let word = self.0.split('-').next().unwrap_or_default();
        HistoryKind::of(word).unwrap_or(HistoryKind::Case) // unreachable: parse checked the word
    }

    /// The agency that this history is about, if it is about one.
    pub fn of_agency(&self) -> Option<AgencyCode> {
        self.0.strip_prefix("agency-").and_then(|code| AgencyCode::parse(code).ok())
    }

    /// The rules of a region.
    pub fn rules(region: &Region) -> Self {
        Self(format!("rules-{region}").into())
    }

    /// The disclosures of a region.
    pub fn disclosure(region: &Region) -> Self {
        Self(format!("disclosure-{region}").into())
    }

    /// What concerns one agency.
    pub fn agency(code: &AgencyCode) -> Self {
        Self(format!("agency-{code}").into())
    }
}

/// CloudEvents `source`: `/<region>/<agency>`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Source {
    /// The region that the agency belongs to.
    pub region: Region,
    /// The agency that speaks.
    pub agency: AgencyCode,
}

impl Source {
    /// The bus itself, as it signs the facts that it publishes.
    pub fn bus(region: &Region) -> Self {
        Self { region: region.clone(), agency: AgencyCode("bus".into()) }
    }

    /// Whether the bus itself speaks.
    pub fn is_bus(&self) -> bool {
        self.agency.as_str() == "bus"
    }
}

impl TryFrom<String> for Source {
    type Error = InvalidId;
    fn try_from(text: String) -> Result<Self, InvalidId> {
        let wrong = InvalidId { what: "source", expected: "/<region>/<agency>, such as /999901/hsp-01" };
        let (region, agency) =
            text.strip_prefix('/').and_then(|t| t.split_once('/')).ok_or_else(|| wrong.clone())?;
        match (Region::parse(region), AgencyCode::parse(agency)) {
            (Ok(region), Ok(agency)) => Ok(Self { region, agency }),
            _ => Err(wrong),
        }
    }
}

impl From<Source> for String {
    fn from(source: Source) -> String {
        source.to_string()
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/{}", self.region, self.agency)
    }
}

impl Role {
    /// The role that opens cases, calls conferences and decides on closure (UCL 9), whoever holds it.
    pub fn coordinator() -> Self {
        Self("coordinator".into())
    }
}

/// Place of a record in the ledger, dense from 1; 0 stands for "before the first".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Position(pub u64);

/// Number of facts in a history; a record's version is that of its first fact, from 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Version(pub u64);

impl fmt::Display for Position {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

/// One fact of the ledger: the record's position and the fact's place in its record (from 0).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct FactRef {
    /// Position of the record.
    pub sequence: Position,
    /// Place of the fact in its record, from 0.
    pub ordinal: u32,
}

impl fmt::Display for FactRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.sequence, self.ordinal)
    }
}

impl std::str::FromStr for FactRef {
    type Err = InvalidId;
    fn from_str(text: &str) -> Result<Self, InvalidId> {
        let wrong = InvalidId { what: "fact reference", expected: "<sequence>.<ordinal>, such as 18.0" };
        let (sequence, ordinal) = text.split_once('.').ok_or_else(|| wrong.clone())?;
        match (sequence.parse(), ordinal.parse()) {
            (Ok(sequence), Ok(ordinal)) => Ok(Self { sequence: Position(sequence), ordinal }),
            _ => Err(wrong),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_agency_code_has_at_most_one_unit() {
        for good in ["psb", "psb-03", "hl1", "psb-j", "wbo"] {
            assert!(AgencyCode::parse(good).is_ok(), "{good}");
        }
        for bad in ["", "P", "psb-", "psb-03-1", "-03", "psb_03", "9sb", "psb/03"] {
            assert!(AgencyCode::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_type_has_a_stage_a_fact_and_a_version() {
        assert_eq!(TypeName::parse("referral.made.v1").map(|t| t.stage().to_owned()), Ok("referral".into()));
        for bad in
            ["referral.made", "referral.made.v0", "Referral.made.v1", "a.b.c.v1", "referral..v1", "r.m.1"]
        {
            assert!(TypeName::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_history_is_of_a_known_kind() {
        assert!(HistoryId::parse("case-abc").is_ok_and(|h| h.kind() == HistoryKind::Case));
        for bad in ["case-", "dossier-1", "case-A", "case/1", "case"] {
            assert!(HistoryId::parse(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_source_names_region_and_agency() {
        let source = Source::try_from("/999901/hsp-01".to_owned()).unwrap();
        assert_eq!((source.region.as_str(), source.agency.as_str()), ("999901", "hsp-01"));
        for bad in ["999901/hsp-01", "/9999/hsp-01", "/999901/", "//hsp-01", "/999901/hsp-01/x"] {
            assert!(Source::try_from(bad.to_owned()).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_fact_reference_reads_what_it_prints() {
        let reference = FactRef { sequence: Position(18), ordinal: 2 };
        assert_eq!(reference.to_string().parse(), Ok(reference));
        for bad in ["18", "18.", ".1", "-1.0", "1.0.0", "a.b"] {
            assert!(bad.parse::<FactRef>().is_err(), "{bad}");
        }
    }
}
