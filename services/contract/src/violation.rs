//! What is wrong with a document, and where.

use serde::Serialize;

/// One error: its place, its stable code, and a sentence in both languages that repeats nothing of the value.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Violation {
    /// JSON Pointer into the document; a missing member stands at its own pointer.
    pub pointer: String,
    /// Stable code: the keyword that is broken, such as `required`.
    pub code: String,
    /// The sentence in English.
    pub detail: String,
    /// The sentence in Chinese.
    #[serde(rename = "detailZh")]
    pub detail_zh: String,
}

impl Violation {
    /// A violation at a place.
    pub fn new(pointer: impl Into<String>, code: &str, en: impl Into<String>, zh: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), code: code.to_owned(), detail: en.into(), detail_zh: zh.into() }
    }
}

/// Why a document does not pass.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Rejection {
    /// Not one CloudEvent in exact JSON.
    #[error("the document is malformed")]
    Malformed(Vec<Violation>),
    /// No contract of this type is known.
    #[error("no contract of this type is known")]
    UnknownType(Vec<Violation>),
    /// The document breaks the contract of its type.
    #[error("the document breaks its contract")]
    Broken(Vec<Violation>),
}

impl Rejection {
    /// The errors, with their places.
    pub fn violations(&self) -> &[Violation] {
        match self {
            Self::Malformed(all) | Self::UnknownType(all) | Self::Broken(all) => all,
        }
    }
}

/// One member name as a step of a JSON Pointer (RFC 6901). A name that no contract could have is not repeated:
/// somebody may have written a person into it.
pub(crate) fn step(name: &str) -> &str {
    let plain =
        name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_') && (1..=40).contains(&name.len());
    let begins = name.starts_with(|c: char| c.is_ascii_alphabetic());
    if plain && begins { name } else { "(unnamed)" }
}
