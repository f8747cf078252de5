//! Closure: a case ends only when nobody still owes the child anything.

use serde::{Deserialize, Serialize};

/// Everything that can become true in this stage, in the order in which a case meets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Closure {
    /// Those who work on a case propose to close it.
    #[serde(rename = "closure.proposed.v1")]
    Proposed(Proposed),
    /// A proposal to close is turned down, with every condition that does not hold.
    #[serde(rename = "closure.rejected.v1")]
    Rejected(Rejected),
}

impl Closure {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &["closure.proposed.v1", "closure.rejected.v1"];
}

/// See [`Closure::Proposed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Proposed {
    /// Goal met, stable after return, stable with kin, long-term guardianship, adopted, unfounded,
    /// support only and done, transferred to another region, of age, death, or merged with another case.
    pub closure_type: String,
    /// When it was proposed.
    pub proposed_at: String,
}

/// See [`Closure::Rejected`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rejected {
    /// The proposal that is turned down, by its id.
    pub proposal: String,
    /// The conditions of the region's closure rules that do not hold, each once.
    pub failed: Vec<String>,
    /// When it was turned down.
    pub rejected_at: String,
}
