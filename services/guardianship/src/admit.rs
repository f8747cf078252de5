//! Who may make what true of guardianship, and when.

use crate::state::{Case, Decision, LongTerm, Order, Petition, Safety, State, Stay, Temporary, Validity};
use jurisdiction::Rules;
use vocabulary::guardianship::{
    Guardianship as Said, LongTermGuardianshipStarted, ProtectionOrderDecided, ProtectionOrderExpired,
    ProtectionOrderExtended, ProtectionOrderReviewed, ProtectionOrderServed, RestorationDecided,
    RevocationDecided, TemporaryGuardianshipEnded, TemporaryGuardianshipStarted,
};
use vocabulary::{AgencyCode, Consequence, EventId, Fact, Instant, Proposed};

/// The ground on which the court has appointed civil affairs (UCL 94).
const BY_COURT: &str = "94-4";
/// The kind of guardian that the court has then appointed.
const CIVIL_AFFAIRS: &str = "civil-affairs";
/// The reason for which temporary guardianship ends when civil affairs stays the guardian.
const LONG_TERM: &str = "long-term-guardianship";

vocabulary::refusals! {
    CaseNotOpen = "guardianship.case-not-open",
        "The case is not open yet. Ask the coordinator to open it, then publish this.",
        "个案尚未开立。请先由协调单位开立个案，再发布本事项。";
    UnknownAgency = "guardianship.unknown-agency",
        "The agency that you name is not on the roster today.",
        "所指定的单位今天不在机构名册内。";
    DangerNotAssessed = "guardianship.danger-not-assessed",
        "Nothing says that the child is in danger: neither a current safety assessment nor measures taken in an emergency. Assess its safety first.",
        "目前既没有认定存在现实危险的安全评估，也没有紧急措施记录，请先进行安全评估。";
    AlreadyAway = "guardianship.already-away",
        "The child has already been taken away and has not come home since.",
        "该未成年人已被带离，尚未送回。";
    NotAway = "guardianship.not-away",
        "The child has not been taken away, so there is nobody to hand over.",
        "该未成年人未被带离，无从办理安置交接。";
    HandoverNotWritten = "guardianship.handover-not-written",
        "A child is handed over in writing. Let both sides sign, then publish the handover.",
        "安置交接应当采用书面形式。请双方签署交接文书后再发布。";
    NotPlaced = "guardianship.not-placed",
        "The child is not placed with anybody. Publish the handover first.",
        "该未成年人尚未安置，请先发布安置交接。";
    AlreadyRunning = "guardianship.already-running",
        "Temporary guardianship is already running.",
        "临时监护已经开始，尚未终止。";
    UntilBeforeStart = "guardianship.until-before-start",
        "Temporary guardianship would be over before it begins. Check both dates.",
        "临时监护的截止日期早于开始日期，请核对这两个日期。";
    ApplicationIdTaken = "guardianship.application-id-taken",
        "This case already holds an application with this id. Send yours under a new id.",
        "本案中已有使用该编号的申请，请换一个新编号发送。";
    UnknownApplication = "guardianship.unknown-application",
        "This case holds no application for a protection order with that id.",
        "本案中没有该编号的人身安全保护令申请。";
    AlreadyDecided = "guardianship.already-decided",
        "The court has already decided on this application.",
        "对该申请已经作出裁定。";
    ValidToMissing = "guardianship.valid-to-missing",
        "An order that is granted has a last day. Say which.",
        "准许保护令的，应当写明有效期至哪一日。";
    NotGranted = "guardianship.not-granted",
        "The court has not granted a protection order on this application.",
        "对该申请尚未作出准许的保护令。";
    AlreadyServed = "guardianship.already-served",
        "The order has already been served on one of those whom you name.",
        "所列送达对象中有已经送达过的。";
    ValidToDiffers = "guardianship.valid-to-differs",
        "The court has set another last day for this order. Check it.",
        "该日期与裁定的有效期不一致，请核对。";
    NotYetExpired = "guardianship.not-yet-expired",
        "The order holds to the end of its last day.",
        "保护令在有效期最后一日终了前仍然有效。";
    AlreadyExpired = "guardianship.already-expired",
        "The end of this order has already been recorded: it has expired, or was revoked.",
        "该保护令已经登记期满或者撤销。";
    NotLonger = "guardianship.not-longer",
        "An order is extended to a later day than its last one. Check the date.",
        "延长后的有效期应当晚于原有效期，请核对。";
    NotDecided = "guardianship.not-decided",
        "The court has not decided on this application yet, so there is nothing to review.",
        "对该申请尚未作出裁定，无从复议。";
    ReturnNotPrepared = "guardianship.return-not-prepared",
        "The way home is not prepared: a conference decides on it, and a valid assessment finds the guardian able.",
        "送回尚未准备就绪：须经会商作出送回的结论，并有在有效期内的评估认定监护人具备履职条件。";
    NotRunning = "guardianship.not-running",
        "No temporary guardianship is running that could end.",
        "没有正在进行的临时监护，无从终止。";
    NotReturned = "guardianship.not-returned",
        "The child has not been returned yet. Publish its return first, or give another reason.",
        "该未成年人尚未送回。请先发布送回，或者填写其他终止原因。";
    UnknownPetition = "guardianship.unknown-petition",
        "This case holds no petition for revocation with that id.",
        "本案中没有该编号的撤销监护人资格申请。";
    NotRevoked = "guardianship.not-revoked",
        "No court has taken guardianship away from the guardian and appointed civil affairs.",
        "人民法院尚未判决撤销监护人资格并指定由民政部门担任监护人。";
    UnknownRevocation = "guardianship.unknown-revocation",
        "This case holds no revocation with that id that still stands.",
        "本案中没有该编号的、仍然有效的撤销监护人资格裁判。";
    AlreadyLongTerm = "guardianship.already-long-term",
        "Civil affairs is the guardian for good already.",
        "长期监护已经开始。";
    StillTemporary = "guardianship.still-temporary",
        "Temporary guardianship has not been ended. End it first.",
        "临时监护尚未终止，请先终止临时监护。";
    NotLongTerm = "guardianship.not-long-term",
        "Long-term guardianship has not begun. Publish its beginning first, or give another reason.",
        "长期监护尚未开始。请先发布长期监护开始，或者填写其他终止原因。";
}

type Answer = Result<(), vocabulary::Refusal>;

pub(crate) fn admit(
    state: &State,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    let Fact::Guardianship(said) = &proposed.fact else { return Ok(Vec::new()) };
    if state.case == Case::NotOpen && !needs_no_case(said) {
        return Err(Refusal::CaseNotOpen.of("intake.case-opened"));
    }
    let on_the_roster = |agencies: &[AgencyCode]| on_the_roster(agencies, proposed, rules);
    let day = |moment: &str| local_day(Instant::parse(moment).unwrap_or(proposed.happened()), rules);
    match said {
        Said::SafetyAssessed(_) | Said::GuardianshipAssessed(_) => Ok(()), // whoever looks is heard
        Said::ChildRemoved(_) => removed(state),
        Said::PlacementHandedOver(said) => {
            written(state, said.written).and_then(|()| on_the_roster(std::slice::from_ref(&said.to)))
        }
        Said::TemporaryGuardianshipStarted(said) => began(state, said, &day(&said.started_at)),
        Said::ProtectionOrderApplied(said) => applied(state, &proposed.attributes.id)
            .and_then(|()| on_the_roster(std::slice::from_ref(&said.to))),
        Said::ProtectionOrderDecided(said) => {
            decided(state, said).and_then(|()| on_the_roster(said.to.as_deref().unwrap_or_default()))
        }
        Said::ProtectionOrderServed(said) => {
            served(state, said).and_then(|()| on_the_roster(said.to.as_deref().unwrap_or_default()))
        }
        Said::GuardianNotifiedToCollect(said) => prepared(state, &day(&said.notified_at)),
        Said::ChildReturned(said) => prepared(state, &day(&said.returned_at)),
        Said::TemporaryGuardianshipEnded(said) => ended(state, said),
        Said::ProtectionOrderExpired(said) => expired(state, said, &local_day(proposed.happened(), rules)),
        Said::ProtectionOrderExtended(said) => extended(state, said),
        Said::ProtectionOrderReviewed(said) => reviewed(state, said),
        Said::ReturnNoticeGiven(said) => {
            let home = if state.returned { Ok(()) } else { prepared(state, &day(&said.given_at)) };
            home.and_then(|()| on_the_roster(&said.to))
        }
        Said::RevocationPetitioned(said) => petitioned(state, &proposed.attributes.id)
            .and_then(|()| on_the_roster(std::slice::from_ref(&said.to)))
            .and_then(|()| on_the_roster(said.supported_by.as_slice())),
        Said::RevocationDecided(said) => {
            revocation(state, said).and_then(|()| on_the_roster(said.to.as_deref().unwrap_or_default()))
        }
        Said::RestorationDecided(said) => {
            restoration(state, said).and_then(|()| on_the_roster(said.to.as_deref().unwrap_or_default()))
        }
        Said::LongTermGuardianshipStarted(said) => long_term(state, said),
        Said::PlacementTransferredToKin(said) => written(state, said.written),
        Said::AdoptionCompleted(_) => adopted(state),
    }?;
    Ok(Vec::new())
}

/// Help comes first and the record afterwards: whoever is called at night assesses, takes the child away and hands it
/// over before anybody can open the case (2014 Opinion 法发〔2014〕24号, art. 11; Civil Code, art. 34). How able a
/// guardian is may be asked of any child in the registry, which has no case at all.
fn needs_no_case(said: &Said) -> bool {
    matches!(
        said,
        Said::SafetyAssessed(_)
            | Said::GuardianshipAssessed(_)
            | Said::ChildRemoved(_)
            | Said::PlacementHandedOver(_)
    )
}

fn removed(state: &State) -> Answer {
    if state.stay != Stay::Home {
        return Err(Refusal::AlreadyAway.into());
    }
    match state.safety {
        Safety::Danger => Ok(()),
        Safety::NotAssessed if state.measures => Ok(()),
        Safety::NotAssessed | Safety::Safe => {
            let unmet =
                ["guardianship.safety-assessed:danger_now", "mandatory-reporting.emergency-measures-taken"];
            Err(Refusal::DangerNotAssessed.of_all(unmet))
        }
    }
}

/// Whoever was taken away is handed over in writing, wherever it goes.
fn written(state: &State, written: bool) -> Answer {
    if state.stay == Stay::Home {
        return Err(Refusal::NotAway.of("guardianship.child-removed"));
    }
    if written { Ok(()) } else { Err(Refusal::HandoverNotWritten.of("written")) }
}

fn began(state: &State, said: &TemporaryGuardianshipStarted, first_day: &str) -> Answer {
    if !matches!(state.stay, Stay::Placed { .. }) {
        return Err(Refusal::NotPlaced.of("guardianship.placement-handed-over"));
    }
    if state.temporary != Temporary::NotRunning {
        return Err(Refusal::AlreadyRunning.into());
    }
    if said.until.as_str() < first_day { Err(Refusal::UntilBeforeStart.of(&said.until)) } else { Ok(()) }
}

fn applied(state: &State, id: &EventId) -> Answer {
    if state.orders.contains_key(id) { Err(Refusal::ApplicationIdTaken.of(id)) } else { Ok(()) }
}

fn decided(state: &State, said: &ProtectionOrderDecided) -> Answer {
    match known(state, &said.application)? {
        Order::Applied if said.granted && said.valid_to.is_none() => {
            Err(Refusal::ValidToMissing.of("valid_to"))
        }
        Order::Applied => Ok(()),
        Order::Refused | Order::Granted { .. } => Err(Refusal::AlreadyDecided.of(&said.application)),
    }
}

/// Served in parts, but on nobody twice (Anti-Domestic-Violence Law, article 32).
fn served(state: &State, said: &ProtectionOrderServed) -> Answer {
    let Order::Granted { served_on, .. } = known(state, &said.application)? else {
        return Err(Refusal::NotGranted.of(&said.application));
    };
    match said.served_on.iter().find(|recipient| served_on.contains(*recipient)) {
        Some(twice) => Err(Refusal::AlreadyServed.of(twice)),
        None => Ok(()),
    }
}

fn expired(state: &State, said: &ProtectionOrderExpired, today: &str) -> Answer {
    let Order::Granted { valid_to, validity, .. } = known(state, &said.application)? else {
        return Err(Refusal::NotGranted.of(&said.application));
    };
    if *validity == Validity::Over {
        return Err(Refusal::AlreadyExpired.of(&said.application));
    }
    if said.valid_to != *valid_to {
        return Err(Refusal::ValidToDiffers.of(format!("valid_to:{valid_to}")));
    }
    if today <= valid_to.as_str() { Err(Refusal::NotYetExpired.of(valid_to)) } else { Ok(()) }
}

/// Before it lapses (Anti-Domestic-Violence Law, article 30).
fn extended(state: &State, said: &ProtectionOrderExtended) -> Answer {
    match known(state, &said.application)? {
        Order::Granted { validity: Validity::Over, .. } => Err(Refusal::AlreadyExpired.of(&said.application)),
        Order::Granted { valid_to, .. } if said.valid_to <= *valid_to => Err(Refusal::NotLonger.of(valid_to)),
        Order::Granted { .. } => Ok(()),
        Order::Applied | Order::Refused => Err(Refusal::NotGranted.of(&said.application)),
    }
}

/// A refusal may be reviewed as well as an order (Anti-Domestic-Violence Law, article 31).
fn reviewed(state: &State, said: &ProtectionOrderReviewed) -> Answer {
    match known(state, &said.application)? {
        Order::Applied => Err(Refusal::NotDecided.of(&said.application)),
        Order::Refused | Order::Granted { .. } => Ok(()),
    }
}

/// A child goes home when a conference wants it and the guardian was found able (UCL 93), both since the child
/// was placed. Whoever lacks both is told of both.
fn prepared(state: &State, day: &str) -> Answer {
    let Stay::Placed { decision, assessment } = &state.stay else {
        return Err(Refusal::NotPlaced.of("guardianship.placement-handed-over"));
    };
    let decided = *decision == Decision::Return;
    let assessed = assessment.as_ref().is_some_and(|assessment| assessment.speaks_for_a_return(day));
    let needed =
        [(decided, "case-conference.concluded:return"), (assessed, "guardianship.guardianship-assessed")];
    let missing = needed.iter().filter(|(there, _)| !there);
    let unmet: Vec<_> = missing.map(|(_, what)| (*what).to_owned()).collect();
    if unmet.is_empty() {
        return Ok(());
    }
    Err(vocabulary::Refusal { unmet, ..Refusal::ReturnNotPrepared.into() })
}

fn ended(state: &State, said: &TemporaryGuardianshipEnded) -> Answer {
    match state.temporary {
        Temporary::NotRunning => Err(Refusal::NotRunning.of("guardianship.temporary-guardianship-started")),
        Temporary::Running if said.end_reason == "returned" => {
            Err(Refusal::NotReturned.of("guardianship.child-returned"))
        }
        _ if said.end_reason == LONG_TERM && state.long_term == LongTerm::NotRunning => {
            Err(Refusal::NotLongTerm.of("guardianship.long-term-guardianship-started"))
        }
        Temporary::Running | Temporary::ChildReturned => Ok(()),
    }
}

fn petitioned(state: &State, id: &EventId) -> Answer {
    if state.petitions.contains_key(id) { Err(Refusal::ApplicationIdTaken.of(id)) } else { Ok(()) }
}

fn revocation(state: &State, said: &RevocationDecided) -> Answer {
    match state.petitions.get(said.petition.as_str()) {
        None => Err(Refusal::UnknownPetition.of(&said.petition)),
        Some(Petition::Filed) => Ok(()),
        Some(Petition::Over | Petition::Revoked { .. }) => Err(Refusal::AlreadyDecided.of(&said.petition)),
    }
}

/// Guardianship is given back by the court, of which it was taken (Civil Code, article 38).
fn restoration(state: &State, said: &RestorationDecided) -> Answer {
    let stands = |petition: &Petition| match petition {
        Petition::Revoked { decision, .. } => decision.as_str() == said.revocation,
        Petition::Filed | Petition::Over => false,
    };
    if state.petitions.values().any(stands) {
        Ok(())
    } else {
        Err(Refusal::UnknownRevocation.of(&said.revocation))
    }
}

/// On the ground that the court has appointed civil affairs, it has (UCL 94, number 4). The other grounds are found
/// outside this stage.
fn long_term(state: &State, said: &LongTermGuardianshipStarted) -> Answer {
    if state.long_term == LongTerm::Running {
        return Err(Refusal::AlreadyLongTerm.into());
    }
    let appointed = |petition: &Petition| match petition {
        Petition::Revoked { appointed, .. } => appointed.as_deref() == Some(CIVIL_AFFAIRS),
        Petition::Filed | Petition::Over => false,
    };
    if said.ground == BY_COURT && !state.petitions.values().any(appointed) {
        return Err(Refusal::NotRevoked.of("guardianship.revocation-decided:revoked"));
    }
    Ok(())
}

/// Adoption of a child in the care of civil affairs ends its long-term guardianship (UCL 95); who places a child for
/// adoption otherwise needs nothing of this bus.
fn adopted(state: &State) -> Answer {
    match (state.long_term, state.temporary) {
        (LongTerm::NotRunning, _) => {
            Err(Refusal::NotLongTerm.of("guardianship.long-term-guardianship-started"))
        }
        (LongTerm::Running, Temporary::NotRunning) => Ok(()),
        (LongTerm::Running, Temporary::Running | Temporary::ChildReturned) => {
            Err(Refusal::StillTemporary.of("guardianship.temporary-guardianship-ended"))
        }
    }
}

fn known<'s>(state: &'s State, application: &str) -> Result<&'s Order, vocabulary::Refusal> {
    state.orders.get(application).ok_or_else(|| Refusal::UnknownApplication.of(application))
}

fn on_the_roster(agencies: &[AgencyCode], proposed: &Proposed, rules: &Rules) -> Answer {
    match agencies.iter().find(|agency| rules.agency(agency, proposed.now).is_none()) {
        Some(unknown) => Err(Refusal::UnknownAgency.of(unknown)),
        None => Ok(()),
    }
}

/// The day of the region, as facts write days.
fn local_day(moment: Instant, rules: &Rules) -> String {
    rules.local_date(moment).to_string()
}
