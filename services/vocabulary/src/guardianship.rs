//! Guardianship (监护): safety, removal, placement, temporary guardianship, protection orders and the way
//! home (UCL 91 to 95).

use crate::AgencyCode;
use serde::{Deserialize, Serialize};

/// Everything that can become true in this stage, in the order in which a case meets it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", content = "data")]
pub enum Guardianship {
    /// Somebody trained has judged whether the child is in danger where it is now.
    #[serde(rename = "guardianship.safety-assessed.v1")]
    SafetyAssessed(SafetyAssessed),
    /// The police have taken the child away from a place or a person that endangers it.
    #[serde(rename = "guardianship.child-removed.v1")]
    ChildRemoved(ChildRemoved),
    /// A child that was taken away, or is moved on, has been handed in writing to those who now care for it.
    #[serde(rename = "guardianship.placement-handed-over.v1")]
    PlacementHandedOver(PlacementHandedOver),
    /// Civil affairs takes a child into temporary guardianship on one of the seven grounds of the Minors
    /// Protection Law, article 92.
    #[serde(rename = "guardianship.temporary-guardianship-started.v1")]
    TemporaryGuardianshipStarted(TemporaryGuardianshipStarted),
    /// A personal-safety protection order is applied for on behalf of the child (Anti-Domestic-Violence
    /// Law, article 23).
    #[serde(rename = "guardianship.protection-order-applied.v1")]
    ProtectionOrderApplied(ProtectionOrderApplied),
    /// The court has granted or refused the protection order.
    #[serde(rename = "guardianship.protection-order-decided.v1")]
    ProtectionOrderDecided(ProtectionOrderDecided),
    /// The court has served the order; applicant, respondent, police and committee must all have it
    /// (Anti-Domestic-Violence Law, article 32).
    #[serde(rename = "guardianship.protection-order-served.v1")]
    ProtectionOrderServed(ProtectionOrderServed),
    /// It has been assessed how far the guardian is able to care for the child.
    #[serde(rename = "guardianship.guardianship-assessed.v1")]
    GuardianshipAssessed(GuardianshipAssessed),
    /// The guardian has been told to collect the child, after a conference has concluded on the return
    /// and an assessment has been passed (2014 opinion on guardians who harm minors).
    #[serde(rename = "guardianship.guardian-notified-to-collect.v1")]
    GuardianNotifiedToCollect(GuardianNotifiedToCollect),
    /// The child has been handed back to the guardian with a written handover (Minors Protection Law,
    /// article 93).
    #[serde(rename = "guardianship.child-returned.v1")]
    ChildReturned(ChildReturned),
    /// Temporary guardianship ends.
    #[serde(rename = "guardianship.temporary-guardianship-ended.v1")]
    TemporaryGuardianshipEnded(TemporaryGuardianshipEnded),
    /// The last day of the order is over and it was not extended (Anti-Domestic-Violence Law, article 30).
    /// The court says so, or the bus.
    #[serde(rename = "guardianship.protection-order-expired.v1")]
    ProtectionOrderExpired(ProtectionOrderExpired),
    /// The court lets the order hold longer (Anti-Domestic-Violence Law, article 30).
    #[serde(rename = "guardianship.protection-order-extended.v1")]
    ProtectionOrderExtended(ProtectionOrderExtended),
    /// The court has looked at its decision again, because somebody asked it to (Anti-Domestic-Violence Law,
    /// article 31).
    #[serde(rename = "guardianship.protection-order-reviewed.v1")]
    ProtectionOrderReviewed(ProtectionOrderReviewed),
    /// School, police station and committee know that the child goes home, or is.
    #[serde(rename = "guardianship.return-notice-given.v1")]
    ReturnNoticeGiven(ReturnNoticeGiven),
    /// The court is asked to take guardianship away (Civil Code, article 36; Minors Protection Law, article 108).
    #[serde(rename = "guardianship.revocation-petitioned.v1")]
    RevocationPetitioned(RevocationPetitioned),
    /// The court has decided on the petition, and may have appointed another guardian.
    #[serde(rename = "guardianship.revocation-decided.v1")]
    RevocationDecided(RevocationDecided),
    /// The court has decided whether guardianship is given back (Civil Code, article 38).
    #[serde(rename = "guardianship.restoration-decided.v1")]
    RestorationDecided(RestorationDecided),
    /// Civil affairs is the guardian for good, on one of the five grounds of the Minors Protection Law, article 94.
    #[serde(rename = "guardianship.long-term-guardianship-started.v1")]
    LongTermGuardianshipStarted(LongTermGuardianshipStarted),
    /// A child that was taken away is handed to relatives or friends of the family (Minors Protection Law, article 93).
    #[serde(rename = "guardianship.placement-transferred-to-kin.v1")]
    PlacementTransferredToKin(PlacementTransferredToKin),
    /// A child under long-term guardianship is adopted (Minors Protection Law, article 95).
    #[serde(rename = "guardianship.adoption-completed.v1")]
    AdoptionCompleted(AdoptionCompleted),
}

impl Guardianship {
    /// The wire names, in order.
    pub const TYPES: &[&str] = &[
        "guardianship.safety-assessed.v1",
        "guardianship.child-removed.v1",
        "guardianship.placement-handed-over.v1",
        "guardianship.temporary-guardianship-started.v1",
        "guardianship.protection-order-applied.v1",
        "guardianship.protection-order-decided.v1",
        "guardianship.protection-order-served.v1",
        "guardianship.guardianship-assessed.v1",
        "guardianship.guardian-notified-to-collect.v1",
        "guardianship.child-returned.v1",
        "guardianship.temporary-guardianship-ended.v1",
        "guardianship.protection-order-expired.v1",
        "guardianship.protection-order-extended.v1",
        "guardianship.protection-order-reviewed.v1",
        "guardianship.return-notice-given.v1",
        "guardianship.revocation-petitioned.v1",
        "guardianship.revocation-decided.v1",
        "guardianship.restoration-decided.v1",
        "guardianship.long-term-guardianship-started.v1",
        "guardianship.placement-transferred-to-kin.v1",
        "guardianship.adoption-completed.v1",
    ];
}

/// See [`Guardianship::SafetyAssessed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SafetyAssessed {
    /// When the child was assessed.
    pub assessed_at: String,
    /// True when the child is in danger where it is now.
    pub danger_now: bool,
    /// The instrument and its version.
    pub tool_version: String,
}

/// See [`Guardianship::ChildRemoved`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildRemoved {
    /// When the child was taken away.
    pub removed_at: String,
    /// Why: grave injury, serious threat to safety, the suspect lives in the home, no care, or another
    /// danger.
    pub ground: String,
}

/// See [`Guardianship::PlacementHandedOver`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacementHandedOver {
    /// The agency that now cares for the child or is answerable for its care.
    pub to: AgencyCode,
    /// When the child was handed over.
    pub handed_over_at: String,
    /// True when both sides signed the handover.
    pub written: bool,
}

/// See [`Guardianship::TemporaryGuardianshipStarted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemporaryGuardianshipStarted {
    /// The number of article 92 that applies: 1 found wandering or unknown and no guardian found, 2
    /// guardian missing and nobody else, 3 guardian unable or emergency, 4 guardian refuses or neglects,
    /// 5 guardian uses the child for crime, 6 grave harm by the guardian or danger, 7 other by law.
    pub ground: String,
    /// When it began.
    pub started_at: String,
    /// The last day on which it may run without a new decision.
    pub until: String,
}

/// See [`Guardianship::ProtectionOrderApplied`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectionOrderApplied {
    /// The court that decides.
    pub to: AgencyCode,
    /// True when the case is urgent, so that 24 hours apply.
    pub urgent: bool,
    /// When the application reached the court.
    pub applied_at: String,
}

/// See [`Guardianship::ProtectionOrderDecided`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectionOrderDecided {
    /// The application for the protection order, by its id.
    pub application: String,
    /// True when the order is made, false when it is refused.
    pub granted: bool,
    /// When the decision was made.
    pub decided_at: String,
    /// The last day of the order; absent when it is refused.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<String>,
    /// The agencies that are told what is ordered: the applicant, police and committee that help to carry
    /// it out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<AgencyCode>>,
}

/// See [`Guardianship::ProtectionOrderServed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectionOrderServed {
    /// The application for the protection order, by its id.
    pub application: String,
    /// On whom it was served, each once.
    pub served_on: Vec<String>,
    /// When the last of them was served.
    pub served_at: String,
    /// The agencies among those served: the police unit and the committee that help to carry it out, and
    /// the agency that applied.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<AgencyCode>>,
}

/// See [`Guardianship::GuardianshipAssessed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardianshipAssessed {
    /// What the assessment is for.
    pub purpose: String,
    /// Able, able with support, or unable.
    pub result_grade: String,
    /// When the assessment was finished.
    pub assessed_at: String,
    /// The last day on which the result may be relied on.
    pub valid_until: String,
}

/// See [`Guardianship::GuardianNotifiedToCollect`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct GuardianNotifiedToCollect {
    /// When the guardian was told.
    pub notified_at: String,
    /// The last day for collecting the child.
    pub due: String,
}

/// See [`Guardianship::ChildReturned`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChildReturned {
    /// When the child was handed back.
    pub returned_at: String,
}

/// See [`Guardianship::TemporaryGuardianshipEnded`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TemporaryGuardianshipEnded {
    /// When it ended.
    pub ended_at: String,
    /// Why it ended: returned, another guardian, care by kin, long-term guardianship, another region, of
    /// age, or death.
    pub end_reason: String,
}

/// See [`Guardianship::ProtectionOrderExpired`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectionOrderExpired {
    /// The application for the protection order, by its id.
    pub application: String,
    /// The last day on which the order held.
    pub valid_to: String,
}

/// See [`Guardianship::ProtectionOrderExtended`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectionOrderExtended {
    /// The application for the protection order, by its id.
    pub application: String,
    /// When the court decided so.
    pub extended_at: String,
    /// The last day on which the order holds now.
    pub valid_to: String,
    /// Digest of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc_hash: Option<String>,
}

/// See [`Guardianship::ProtectionOrderReviewed`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProtectionOrderReviewed {
    /// The application for the protection order, by its id.
    pub application: String,
    /// When the review was asked for.
    pub requested_at: String,
    /// When the court decided.
    pub decided_at: String,
    /// Upheld, changed or revoked.
    pub outcome: String,
    /// Digest of the document.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub doc_hash: Option<String>,
}

/// See [`Guardianship::ReturnNoticeGiven`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReturnNoticeGiven {
    /// The agencies that were told.
    pub to: Vec<AgencyCode>,
    /// When the last of them was told.
    pub given_at: String,
}

/// See [`Guardianship::RevocationPetitioned`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationPetitioned {
    /// The court.
    pub to: AgencyCode,
    /// When it was asked.
    pub petitioned_at: String,
    /// Grounds, by the number of the opinion of 2014.
    pub grounds: Vec<String>,
    /// True when it is asked for a guardian meanwhile.
    pub temporary_asked: bool,
    /// Who supports the petition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub supported_by: Option<AgencyCode>,
}

/// See [`Guardianship::RevocationDecided`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RevocationDecided {
    /// The petition, by its id.
    pub petition: String,
    /// When it was decided.
    pub decided_at: String,
    /// Revoked, refused or withdrawn.
    pub outcome: String,
    /// Who was appointed, as a kind; absent when nobody was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub new_guardian_kind: Option<String>,
    /// Who is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<AgencyCode>>,
}

/// See [`Guardianship::RestorationDecided`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RestorationDecided {
    /// The revocation, by the id of its decision.
    pub revocation: String,
    /// When it was decided.
    pub decided_at: String,
    /// Restored, refused or withdrawn.
    pub outcome: String,
    /// True when the child was heard.
    pub child_heard: bool,
    /// Who is told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<Vec<AgencyCode>>,
}

/// See [`Guardianship::LongTermGuardianshipStarted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LongTermGuardianshipStarted {
    /// The number of article 94 that applies.
    pub ground: String,
    /// When it began.
    pub started_at: String,
}

/// See [`Guardianship::PlacementTransferredToKin`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlacementTransferredToKin {
    /// What they are to the child.
    pub relation: String,
    /// True when both sides signed.
    pub written: bool,
    /// When.
    pub transferred_at: String,
}

/// See [`Guardianship::AdoptionCompleted`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AdoptionCompleted {
    /// When it was registered.
    pub registered_at: String,
}
