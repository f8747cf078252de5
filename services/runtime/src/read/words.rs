//! What duties are called, for those who must do them.

use super::Title;
use agency_views::DutyKind;

/// Why parts of a case may be missing. Which record cannot be read, the operator finds in the log.
pub(super) const PARKED: &str = "the history cannot be read to its end";

/// What is to be done.
pub(super) fn duty(kind: DutyKind) -> Title {
    let (zh, en) = match kind {
        DutyKind::AcknowledgeReport => ("签收报告或者转送", "Acknowledge the report, or hand it on"),
        DutyKind::OpenCase => ("开立个案", "Open the case"),
        DutyKind::ReceiveReferral => ("签收转介", "Receive the referral"),
        DutyKind::AnswerReferral => ("受理或者退回转介", "Accept the referral, or give it back"),
        DutyKind::CompleteReferral => ("办理并反馈结果", "Do what was accepted, and say how it ended"),
        DutyKind::ClaimReferral => ("承接公开转介", "Take the open referral on, if nobody else has"),
        DutyKind::AnswerCancellation => ("答复撤销申请", "Agree that the referral ends, or say why not"),
        DutyKind::AnswerLeadOffer => ("答复移交牵头", "Take the lead of the case, or decline it"),
        DutyKind::AttendConference => ("参加个案会商", "Come to the conference"),
        DutyKind::ConcludeConference => {
            ("召开会商并记录决定", "Hold the conference, and record its decision")
        }
        DutyKind::DecideClosure => ("对结案提议作出决定", "Decide on the proposal to close"),
        DutyKind::Clock => ("履行时限义务", "Do what the clock asks for"),
    };
    Title { zh: zh.to_owned(), en: en.to_owned() }
}
