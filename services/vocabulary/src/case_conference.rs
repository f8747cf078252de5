//! Case conference (个案会商): the agencies of a case meet, decide, and plan for one child (一人一策).

use crate::AgencyCode;
use serde::{Deserialize, Serialize};

/// Everything that can become true in this stage, in the order in which a case meets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum CaseConference {
    /// An agency asks the coordinator for a conference.
    #[serde(rename = "case-conference.requested.v1")]
    Requested(Requested),
    /// The coordinator calls the agencies of a case together (coordination under Minors Protection Law,
    /// article 9).
    #[serde(rename = "case-conference.convened.v1")]
    Convened(Convened),
    /// An agency that was called says whether it comes.
    #[serde(rename = "case-conference.invitation-answered.v1")]
    InvitationAnswered(InvitationAnswered),
    /// An agency that was called reports to the others beforehand.
    #[serde(rename = "case-conference.report-submitted.v1")]
    ReportSubmitted(ReportSubmitted),
    /// A conference has ended, with its result and who came.
    #[serde(rename = "case-conference.concluded.v1")]
    Concluded(Concluded),
    /// The minutes of a conference went to these agencies.
    #[serde(rename = "case-conference.minutes-sent.v1")]
    MinutesSent(MinutesSent),
    /// An agency of a conference says whether it agrees with what was decided.
    #[serde(rename = "case-conference.position-stated.v1")]
    PositionStated(PositionStated),
    /// A dissent is laid before those above.
    #[serde(rename = "case-conference.dissent-escalated.v1")]
    DissentEscalated(DissentEscalated),
    /// A dissent has come to its end.
    #[serde(rename = "case-conference.dissent-settled.v1")]
    DissentSettled(DissentSettled),
    /// The plan for one child is adopted: what is to be reached, and which agency does what by when.
    #[serde(rename = "case-conference.plan-adopted.v1")]
    PlanAdopted(PlanAdopted),
    /// A plan was looked at again.
    #[serde(rename = "case-conference.plan-revised.v1")]
    PlanRevised(PlanRevised),
    /// A task of the plan is given to an agency: a new one, one that was declined, or one instead of another.
    #[serde(rename = "case-conference.task-assigned.v1")]
    TaskAssigned(TaskAssigned),
    /// Its owner takes it on.
    #[serde(rename = "case-conference.task-accepted.v1")]
    TaskAccepted(TaskAccepted),
    /// Its owner does not, and may name another.
    #[serde(rename = "case-conference.task-declined.v1")]
    TaskDeclined(TaskDeclined),
    /// Its owner has done it, as far as it went.
    #[serde(rename = "case-conference.task-completed.v1")]
    TaskCompleted(TaskCompleted),
}

impl CaseConference {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "case-conference.requested.v1",
        "case-conference.convened.v1",
        "case-conference.invitation-answered.v1",
        "case-conference.report-submitted.v1",
        "case-conference.concluded.v1",
        "case-conference.minutes-sent.v1",
        "case-conference.position-stated.v1",
        "case-conference.dissent-escalated.v1",
        "case-conference.dissent-settled.v1",
        "case-conference.plan-adopted.v1",
        "case-conference.plan-revised.v1",
        "case-conference.task-assigned.v1",
        "case-conference.task-accepted.v1",
        "case-conference.task-declined.v1",
        "case-conference.task-completed.v1",
    ];
}

/// See [`CaseConference::Requested`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Requested {
    /// When it was asked for.
    pub requested_at: String,
    /// Why.
    pub reason_code: String,
    /// The last day on which it would be of use.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted_by: Option<String>,
    /// Who should come.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub participants: Vec<AgencyCode>,
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

/// See [`CaseConference::InvitationAnswered`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvitationAnswered {
    /// The conference, by the id of its convening.
    pub conference: String,
    /// It attends, sends another agency, or cannot attend.
    pub answer: String,
    /// When it answered.
    pub answered_at: String,
}

/// See [`CaseConference::ReportSubmitted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportSubmitted {
    /// The conference, by the id of its convening.
    pub conference: String,
    /// When it was handed in.
    pub submitted_at: String,
}

/// See [`CaseConference::MinutesSent`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MinutesSent {
    /// The conference, by the id of its convening.
    pub conference: String,
    /// The agencies that they went to, each once.
    pub to: Vec<AgencyCode>,
    /// When they were sent.
    pub sent_at: String,
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
    /// What was decided beside the result; each becomes a referral or a task of the plan.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
}

/// A decision of a conference.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// A label that names no person.
    pub decision: String,
    /// The agency that carries it out.
    pub owner: AgencyCode,
}

/// See [`CaseConference::PositionStated`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PositionStated {
    /// The conference, by the id of its convening.
    pub conference: String,
    /// It agrees, agrees with conditions, or dissents.
    pub position: String,
    /// When it was stated.
    pub stated_at: String,
}

/// See [`CaseConference::DissentEscalated`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DissentEscalated {
    /// The position of dissent, by its id.
    pub position: String,
    /// Before whom it is laid.
    pub level: String,
    /// When.
    pub escalated_at: String,
}

/// See [`CaseConference::DissentSettled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DissentSettled {
    /// The position of dissent, by its id.
    pub position: String,
    /// Withdrawn, agreed on something else, or the decision stands.
    pub outcome: String,
    /// When it was settled.
    pub settled_at: String,
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

/// See [`CaseConference::PlanRevised`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanRevised {
    /// The plan, by the id of its adoption.
    pub plan: String,
    /// When it was looked at again.
    pub revised_at: String,
    /// It stays, changes, or has reached its goals.
    pub outcome: String,
    /// The day on which it is looked at next.
    pub review_at: String,
}

/// See [`CaseConference::TaskAssigned`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskAssigned {
    /// The plan, by the id of its adoption.
    pub plan: String,
    /// The task, by its label.
    pub task: String,
    /// The agency that does it.
    pub owner: AgencyCode,
    /// Its last day.
    pub due: String,
    /// When it was given.
    pub assigned_at: String,
    /// The task in whose place it stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
}

/// See [`CaseConference::TaskAccepted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskAccepted {
    /// The plan, by the id of its adoption.
    pub plan: String,
    /// The task, by its label.
    pub task: String,
    /// When it was taken on.
    pub accepted_at: String,
}

/// See [`CaseConference::TaskDeclined`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskDeclined {
    /// The plan, by the id of its adoption.
    pub plan: String,
    /// The task, by its label.
    pub task: String,
    /// When it was declined.
    pub declined_at: String,
    /// Why.
    pub reason_code: String,
    /// Who could do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub proposed_owner: Option<AgencyCode>,
}

/// See [`CaseConference::TaskCompleted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TaskCompleted {
    /// The plan, by the id of its adoption.
    pub plan: String,
    /// The task, by its label.
    pub task: String,
    /// When it was done.
    pub completed_at: String,
    /// How far it went.
    pub result_code: String,
}
