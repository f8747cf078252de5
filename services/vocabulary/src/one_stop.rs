//! One stop (一站式): one place, one interview, so that a child is asked once (UCL 112).

use crate::AgencyCode;
use serde::{Deserialize, Serialize};

/// Everything that can become true in this stage, in the order in which a case meets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum OneStop {
    /// The police have fixed the place and time at which interview, examination and support take place
    /// together, so that the child is asked once only as far as possible (Minors Protection Law, articles
    /// 110 to 112).
    #[serde(rename = "one-stop.session-scheduled.v1")]
    SessionScheduled(SessionScheduled),
    /// The police have found the adult who accompanies the child in place of a guardian who cannot come,
    /// may not come or is complained of (Minors Protection Law, article 110).
    #[serde(rename = "one-stop.appropriate-adult-appointed.v1")]
    AppropriateAdultAppointed(AppropriateAdultAppointed),
    /// A psychologist has seen the child in the crisis and judged how the child is and whether an
    /// interview can be borne now; if not, the interview waits (Minors Protection Law, article 111).
    #[serde(rename = "one-stop.crisis-counselling-provided.v1")]
    CrisisCounsellingProvided(CrisisCounsellingProvided),
    /// The hospital has examined the child's body, in a protected place and without a public queue.
    #[serde(rename = "one-stop.forensic-exam-completed.v1")]
    ForensicExamCompleted(ForensicExamCompleted),
    /// The interview of the child begins, recorded from beginning to end; a girl is asked by a woman
    /// (Minors Protection Law, article 112).
    #[serde(rename = "one-stop.interview-started.v1")]
    InterviewStarted(InterviewStarted),
    /// The interview of the child has ended.
    #[serde(rename = "one-stop.interview-completed.v1")]
    InterviewCompleted(InterviewCompleted),
    /// Somebody other than the interviewer has approved that the child is asked once more, and said why
    /// (Minors Protection Law, article 112).
    #[serde(rename = "one-stop.additional-interview-justified.v1")]
    AdditionalInterviewJustified(AdditionalInterviewJustified),
}

impl OneStop {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "one-stop.session-scheduled.v1",
        "one-stop.appropriate-adult-appointed.v1",
        "one-stop.crisis-counselling-provided.v1",
        "one-stop.forensic-exam-completed.v1",
        "one-stop.interview-started.v1",
        "one-stop.interview-completed.v1",
        "one-stop.additional-interview-justified.v1",
    ];
}

/// See [`OneStop::SessionScheduled`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionScheduled {
    /// When the session begins.
    pub at: String,
    /// The agencies that are asked to come: hospital, psychologist, appropriate adult, procuratorate,
    /// each once; absent when nobody else is needed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub participants: Option<Vec<AgencyCode>>,
}

/// See [`OneStop::AppropriateAdultAppointed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AppropriateAdultAppointed {
    /// When the adult was appointed.
    pub appointed_at: String,
    /// How the adult stands to the child.
    pub relation_code: String,
    /// True when it was checked that the adult is not the suspect, not complained of and not dependent on
    /// either.
    pub conflict_checked: bool,
    /// The agency that the adult comes from, when an agency sends the adult.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agency: Option<AgencyCode>,
}

/// See [`OneStop::CrisisCounsellingProvided`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CrisisCounsellingProvided {
    /// When the counselling took place.
    pub provided_at: String,
    /// How the child is: stable, strained, acute distress, or a danger to itself.
    pub grade: String,
    /// True when an interview can be borne now.
    pub fit_for_interview: bool,
}

/// See [`OneStop::ForensicExamCompleted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForensicExamCompleted {
    /// When the examination was finished.
    pub completed_at: String,
    /// Sex of the doctor who examined the child.
    pub examiner_sex: String,
}

/// See [`OneStop::InterviewStarted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterviewStarted {
    /// The one-stop session, by the id of its scheduling.
    pub session: String,
    /// When the interview began.
    pub started_at: String,
    /// Sex of the person who asks the questions.
    pub interviewer_sex: String,
    /// True when sound and picture are being recorded.
    pub av_on: bool,
    /// Label of the child that is interviewed; absent when the case concerns one child only.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub child: Option<String>,
}

/// See [`OneStop::InterviewCompleted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InterviewCompleted {
    /// The one-stop session, by the id of its scheduling.
    pub session: String,
    /// When the interview ended.
    pub completed_at: String,
    /// Which interview of this child in this case it was: 1 for the first.
    pub count: u32,
    /// How long it took, in whole minutes.
    pub duration_minutes: u32,
}

/// See [`OneStop::AdditionalInterviewJustified`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdditionalInterviewJustified {
    /// When the further interview was approved.
    pub at: String,
    /// Code of the post that approved it; never a name.
    pub approver_code: String,
}
