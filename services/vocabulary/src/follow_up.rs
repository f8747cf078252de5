//! Follow-up: how great the risk is, and who goes and looks.

use serde::{Deserialize, Serialize};

/// Everything that can become true in this stage, in the order in which a case meets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum FollowUp {
    /// A child is graded for the first time, or again without a change, from L0 watch to L4 critical,
    /// under a named scheme.
    #[serde(rename = "follow-up.risk-grade-assigned.v1")]
    RiskGradeAssigned(RiskGradeAssigned),
    /// A child's grade goes up or down. Nobody lowers a grade alone.
    #[serde(rename = "follow-up.risk-grade-changed.v1")]
    RiskGradeChanged(RiskGradeChanged),
    /// The child has been visited or contacted after a return or during the follow-up watch, with the
    /// grade as the visitor sees it.
    #[serde(rename = "follow-up.visit-recorded.v1")]
    VisitRecorded(VisitRecorded),
}

impl FollowUp {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "follow-up.risk-grade-assigned.v1",
        "follow-up.risk-grade-changed.v1",
        "follow-up.visit-recorded.v1",
    ];
}

/// How great the risk is, from the least to the greatest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Grade {
    /// Watch.
    L0,
    /// Low.
    L1,
    /// Medium.
    L2,
    /// High.
    L3,
    /// Critical.
    L4,
}

impl std::fmt::Display for Grade {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{self:?}")
    }
}

impl Grade {
    /// Every grade, in the order of the contract: from the least risk to the greatest.
    pub const ALL: &[Self] = &[Self::L0, Self::L1, Self::L2, Self::L3, Self::L4];

    /// One grade higher; the highest stays. A grade that lapses rises, it never falls.
    pub fn raised(self) -> Self {
        Self::ALL.iter().copied().find(|grade| *grade > self).unwrap_or(self)
    }
}

/// See [`FollowUp::RiskGradeAssigned`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskGradeAssigned {
    /// From L0, watch, to L4, critical.
    pub grade: Grade,
    /// The grading scheme.
    pub scheme: String,
    /// The version of the scheme.
    pub scheme_version: String,
    /// When the grade was given.
    pub assigned_at: String,
    /// The last day on which the grade holds without a new assessment; a lapsed grade rises.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_until: Option<String>,
}

/// See [`FollowUp::RiskGradeChanged`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RiskGradeChanged {
    /// The grade that held until now.
    pub from: Grade,
    /// The grade from now on.
    pub to: Grade,
    /// Why: new information, the danger is over, the plan works, services are refused, a concern was
    /// raised, the grade lapsed, or a regular reassessment.
    pub reason_code: String,
    /// How many people assessed.
    pub assessors: u32,
    /// When the new grade began to hold.
    pub changed_at: String,
}

/// See [`FollowUp::VisitRecorded`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VisitRecorded {
    /// When the visit took place.
    pub visited_at: String,
    /// How: at the door by scanning the child's card, at the door offline, by telephone, or in person
    /// elsewhere.
    pub mode: String,
    /// All right, or a concern.
    pub outcome: String,
    /// The grade as the visitor sees it. It does not lower the grade of the case, which takes two people.
    pub grade: Grade,
}
