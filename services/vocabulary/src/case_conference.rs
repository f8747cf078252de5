//! Case conference (个案会商): the agencies of a case meet, decide, and plan for one child (一人一策).

use crate::AgencyCode;
use serde::{Deserialize, Serialize};

/// Everything that can become true in this stage, in the order in which a case meets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum CaseConference {
    /// The coordinator calls the agencies of a case together (coordination under Minors Protection Law,
    /// article 9).
    #[serde(rename = "case-conference.convened.v1")]
    Convened(Convened),
    /// A conference has ended, with its result and who came.
    #[serde(rename = "case-conference.concluded.v1")]
    Concluded(Concluded),
    /// The plan for one child is adopted: what is to be reached, and which agency does what by when.
    #[serde(rename = "case-conference.plan-adopted.v1")]
    PlanAdopted(PlanAdopted),
}

impl CaseConference {
    /// The wire names, in order.
    pub const TYPES: &[&str] =
        &["case-conference.convened.v1", "case-conference.concluded.v1", "case-conference.plan-adopted.v1"];
}

/// See [`CaseConference::Convened`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Convened {
    /// About one case, or about a question that several cases share.
    pub kind: String,
    /// The agencies that are called, each once.
    pub participants: Vec<AgencyCode>,
    /// When the conference begins.
    pub at: String,
    /// True when the child has been heard or will be heard.
    pub child_heard: bool,
}

/// See [`CaseConference::Concluded`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Concluded {
    /// The conference, by the id of its convening.
    pub conference: String,
    /// The child stays where it is, returns, goes to kin, a petition for revocation is filed, a plan is
    /// made, or too few came to decide.
    pub result: String,
    /// When it ended.
    pub concluded_at: String,
    /// The agencies that came, each once; they may read the result.
    pub attended: Vec<AgencyCode>,
    /// How the child's view came in: heard, in writing, declined, or too young to form one.
    pub child_view: String,
}

/// See [`CaseConference::PlanAdopted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanAdopted {
    /// When the plan was adopted.
    pub adopted_at: String,
    /// The day on which the plan is looked at again.
    pub review_at: String,
    /// The tasks, each with a label that names no person, the agency that does it, and the last day for
    /// it.
    pub tasks: Vec<Task>,
    /// The agencies that own a task, each once.
    pub owners: Vec<AgencyCode>,
}

/// One task of a plan.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Task {
    /// A label that names no person.
    pub task: String,
    /// The agency that does it.
    pub owner: AgencyCode,
    /// Its last day.
    pub due: String,
}
