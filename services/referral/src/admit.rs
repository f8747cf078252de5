//! Who may make what true of a referral, and when.

use crate::state::{Case, Phase, Request, State};
use crate::step::{Side, Step, in_phase};
use jurisdiction::Rules;
use vocabulary::referral::{
    Arbitrated, Claimed, Decision, LeadAccepted, LeadOffered, Made, Offered, Referral as Said,
};
use vocabulary::{AgencyCode, Consequence, Fact, Instant, Proposed};

vocabulary::refusals! {
    CaseNotOpen = "referral.case-not-open",
        "The case is not open yet. Until then, acknowledge the report or hand it on.",
        "个案尚未开立。开立之前，请签收或转送报告。";
    UnknownAgency = "referral.unknown-agency",
        "The agency that you name is not on the roster today.",
        "所指定的单位今天不在机构名册内。";
    ToItself = "referral.to-itself",
        "A referral goes to another agency, not to your own.",
        "转介应发往其他单位，不能转介给本单位。";
    IdTaken = "referral.id-taken",
        "This case already holds a referral with this id. Send yours under a new id.",
        "本案中已有使用该编号的转介，请换一个新编号发送。";
    UnknownChild = "referral.unknown-child",
        "No child of this case carries that label.",
        "本案中没有使用该代号的儿童。";
    RespondByPast = "referral.respond-by-past",
        "The answer is wanted before the referral was made. Check the date.",
        "答复期限早于转介时间，请核对日期。";
    Unknown = "referral.unknown",
        "This case holds no referral with that id.",
        "本案中没有该编号的转介。";
    NotTheAddressee = "referral.not-the-addressee",
        "Only the agency that the referral is addressed to can receive and answer it, and say what became of it.",
        "只有被转介单位才能签收、答复和办结。";
    NotTheSender = "referral.not-the-sender",
        "Only the agency that made the referral can take it back.",
        "只有发出转介的单位才能撤回。";
    AlreadyReceived = "referral.already-received",
        "Your agency has already received this referral.",
        "贵单位已经签收过这份转介。";
    NotReceived = "referral.not-received",
        "Your agency has not received this referral yet. Receive it first, then answer.",
        "贵单位尚未签收这份转介，请先签收再答复。";
    AlreadyAnswered = "referral.already-answered",
        "This referral has already been answered. A new request needs a new referral.",
        "这份转介已经答复。如有新的请求，请另行转介。";
    NotAccepted = "referral.not-accepted",
        "Your agency has not accepted this referral. Accept it first, or return it.",
        "贵单位尚未接办这份转介，请先接办，或者退回。";
    AlreadyEnded = "referral.already-ended",
        "This referral has ended already: it was given back, completed, or could not be done.",
        "这份转介已经结束：已退回、已办结或者未能办理。";
    Cancelled = "referral.cancelled",
        "The sender has taken this referral back. Nothing is owed on it any more.",
        "转介单位已经撤回这份转介，无需再办理。";
    EnteredInError = "referral.entered-in-error",
        "This referral was made by mistake. Nothing is owed on it.",
        "这份转介属于误录，无需办理。";
    NotClaimed = "referral.not-claimed",
        "Nobody has claimed this open referral yet. Claim it first.",
        "这份公开转介尚无单位承接，请先承接。";
    AlreadyClaimed = "referral.already-claimed",
        "Another agency was first, or this referral was addressed to one agency from the beginning.",
        "已有其他单位先行承接，或者这份转介本来就只发往一家单位。";
    NotYourself = "referral.not-yourself",
        "An agency says this for itself: name your own.",
        "应由本单位为自己填写，请填写本单位代码。";
    AlreadyStarted = "referral.already-started",
        "The work on this referral has begun already.",
        "这份转介已经开始办理。";
    OnHold = "referral.on-hold",
        "This referral is on hold. Resume it first.",
        "这份转介处于暂停状态，请先恢复办理。";
    NotOnHold = "referral.not-on-hold",
        "This referral is not on hold.",
        "这份转介没有暂停。";
    WorkBegun = "referral.work-begun",
        "The work has begun: ask for the cancellation, and the other side answers.",
        "工作已经开始，请申请撤销，由办理单位答复。";
    WorkNotBegun = "referral.work-not-begun",
        "The work has not begun: cancel the referral, nobody has to agree.",
        "工作尚未开始，可以直接撤回，无需对方同意。";
    CancellationAlreadyAsked = "referral.cancellation-already-asked",
        "The cancellation was asked for, and waits for its answer.",
        "已经申请撤销，正在等待答复。";
    NoCancellationAsked = "referral.no-cancellation-asked",
        "Nobody has asked for the cancellation of this referral.",
        "没有单位申请撤销这份转介。";
    SomethingRestsOnIt = "referral.something-rests-on-it",
        "Work was taken on by this referral. Cancel it instead.",
        "已有工作以这份转介为依据，请改为撤回或者申请撤销。";
    NotReturned = "referral.not-returned",
        "Only a referral that was given back is decided on, and once.",
        "只有被退回的转介才能裁处，且只裁处一次。";
    ReturnDecided = "referral.return-decided",
        "The coordinator has decided that your agency acts on this referral.",
        "协调单位已经裁处由贵单位办理，不能再次退回。";
    DecisionNamesNobody = "referral.decision-names-nobody",
        "Name the agency that has to act; where the return stands, name none.",
        "责成或者改由办理的，应当填写办理单位；退回成立的，不填写。";
    ParentNotYours = "referral.parent-not-yours",
        "A referral is a part of one that your agency has taken on and not ended.",
        "上级转介应当是贵单位已经接办、尚未办结的转介。";
    NoSuchDecision = "referral.no-such-decision",
        "No conference of this case has decided that. Name the conference and its decision, or neither.",
        "本案会商没有该议定事项。请同时填写会商和议定事项，或者都不填写。";
    DecidedForAnother = "referral.decided-for-another",
        "The conference decided that another agency does this.",
        "该议定事项由其他单位承办。";
    DecisionCarried = "referral.decision-carried",
        "A referral carries this decision out already.",
        "该议定事项已有转介在落实。";
    PartsOpen = "referral.parts-open",
        "Parts of this referral have not ended yet.",
        "这份转介还有未办结的下级转介。";
    NotYourLead = "referral.not-your-lead",
        "The agency that leads the case offers the lead, or the coordinator.",
        "应由牵头单位或者协调单位提出移交牵头。";
    LeadsAlready = "referral.leads-already",
        "That agency leads the case already.",
        "该单位已经是牵头单位。";
    LeadOfferPending = "referral.lead-offer-pending",
        "The lead was offered to an agency that has not answered.",
        "已提出移交牵头，对方尚未答复。";
    NoSuchLeadOffer = "referral.no-such-lead-offer",
        "No offer of the lead with that id waits for your answer.",
        "没有该编号、等待贵单位答复的移交牵头。";
}

type Answer = Result<(), vocabulary::Refusal>;

pub(crate) fn admit(
    state: &State,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    let Fact::Referral(said) = &proposed.fact else { return Ok(Vec::new()) };
    if let Some(step) = Step::of(said) {
        let request = taken(state, &step, proposed, rules)?;
        in_phase(said, request).map_err(|refusal| refusal.of(step.referral))?;
    }
    match said {
        Said::Made(said) => made(state, said, proposed, rules),
        Said::Offered(said) => offered(state, said, proposed, rules),
        Said::Claimed(said) => claimed(said, proposed),
        Said::Completed(said) => parts_ended(state, &said.referral),
        Said::Arbitrated(said) => arbitrated(state, said, proposed, rules),
        Said::LeadOffered(said) => lead_offered(state, said, proposed, rules),
        Said::LeadAccepted(said) => lead_accepted(state, said, proposed),
        Said::LeadDeclined(said) => lead_offer(state, &said.offer, proposed),
        _ => Ok(()), // nothing more than its place in the loop
    }?;
    Ok(Vec::new())
}

/// The referral of a step, for the side that takes it.
fn taken<'s>(
    state: &'s State,
    step: &Step<'_>,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<&'s Request, vocabulary::Refusal> {
    let request = state.requests.get(step.referral).ok_or_else(|| Refusal::Unknown.of(step.referral))?;
    let by = proposed.publisher();
    match step.side {
        Side::Sender if request.from != *by => Err(Refusal::NotTheSender.of(step.referral)),
        Side::Addressee if !acts_as_addressee(request, by, step.on_behalf_of, proposed.now, rules) => {
            Err(Refusal::NotTheAddressee.of(step.referral))
        }
        Side::Sender | Side::Addressee | Side::Coordinator => Ok(request),
    }
}

/// Whether somebody speaks as the addressee: it is, or it acts for it by the roster, and says so.
fn acts_as_addressee(
    request: &Request,
    by: &AgencyCode,
    on_behalf_of: Option<&AgencyCode>,
    now: Instant,
    rules: &Rules,
) -> bool {
    match on_behalf_of {
        None => request.to.contains(by),
        Some(unit) => request.to.contains(unit) && rules.served_by(unit, now) == Some(by),
    }
}

/// A new referral, to anybody: the case is open, the id is new, and the answer is not wanted before it was made.
fn new(state: &State, respond_by: Option<&str>, proposed: &Proposed) -> Answer {
    if state.case == Case::NotOpen {
        return Err(Refusal::CaseNotOpen.into());
    }
    let id = &proposed.attributes.id;
    if state.requests.contains_key(id) {
        return Err(Refusal::IdTaken.of(id));
    }
    // By the word of the sender on both sides: a referral from an island may arrive days after it was made.
    let respond_by = respond_by.and_then(|text| Instant::parse(text).ok());
    match respond_by.filter(|by| *by < proposed.happened()) {
        Some(past) => Err(Refusal::RespondByPast.of(past)),
        None => Ok(()),
    }
}

/// Whom it is for: another agency, on the roster.
fn another(to: &AgencyCode, proposed: &Proposed, rules: &Rules) -> Answer {
    if to == proposed.publisher() {
        return Err(Refusal::ToItself.of(to));
    }
    on_the_roster(to, proposed, rules)
}

fn on_the_roster(agency: &AgencyCode, proposed: &Proposed, rules: &Rules) -> Answer {
    rules.agency(agency, proposed.now).map(drop).ok_or_else(|| Refusal::UnknownAgency.of(agency))
}

fn made(state: &State, said: &Made, proposed: &Proposed, rules: &Rules) -> Answer {
    new(state, said.respond_by.as_deref(), proposed)?;
    another(&said.to, proposed, rules)?;
    let mut children = said.children.iter().flatten();
    if let Some(label) = children.find(|label| !state.children.contains(*label)) {
        return Err(Refusal::UnknownChild.of(label));
    }
    decided(state, said)?;
    let Some(parent) = &said.parent else { return Ok(()) };
    let own = |request: &&Request| request.to == [proposed.publisher().clone()] && request.phase.is_at_work();
    match state.requests.get(parent.as_str()).filter(own) {
        Some(_) => Ok(()),
        None => Err(Refusal::ParentNotYours.of(parent)),
    }
}

/// A decision is carried out by one referral at a time, to the agency that it names; by another agency where that one
/// has not.
fn decided(state: &State, said: &Made) -> Answer {
    let (conference, decision) = match (&said.conference, &said.decision) {
        (None, None) => return Ok(()),
        (Some(conference), Some(decision)) => (conference, decision),
        (Some(one), None) | (None, Some(one)) => return Err(Refusal::NoSuchDecision.of(one)),
    };
    let decision_of = (conference.clone(), decision.clone());
    let by = state.decisions.get(&decision_of).ok_or_else(|| Refusal::NoSuchDecision.of(decision))?;
    let mut before =
        state.requests.iter().filter(|(_, one)| one.decision.as_ref() == Some(&decision_of)).peekable();
    if before.peek().is_none() && *by != said.to {
        return Err(Refusal::DecidedForAnother.of(by));
    }
    match before.find(|(_, one)| one.phase == Phase::Completed || !one.phase.is_over()) {
        Some((id, _)) => Err(Refusal::DecisionCarried.of(id)),
        None => Ok(()),
    }
}

fn offered(state: &State, said: &Offered, proposed: &Proposed, rules: &Rules) -> Answer {
    new(state, said.respond_by.as_deref(), proposed)?;
    said.to.iter().try_for_each(|to| another(to, proposed, rules))
}

fn claimed(said: &Claimed, proposed: &Proposed) -> Answer {
    yourself(&said.by, proposed)
}

fn yourself(named: &AgencyCode, proposed: &Proposed) -> Answer {
    if named == proposed.publisher() { Ok(()) } else { Err(Refusal::NotYourself.of(named)) }
}

/// What is a part of a referral ends before it.
fn parts_ended(state: &State, referral: &str) -> Answer {
    let part = |request: &&Request| request.parent.as_ref().is_some_and(|parent| parent.as_str() == referral);
    let open = state.requests.iter().filter(|(_, request)| part(request) && !request.phase.is_over());
    let open: Vec<_> = open.map(|(id, _)| id).collect();
    if open.is_empty() { Ok(()) } else { Err(Refusal::PartsOpen.of_all(open)) }
}

fn arbitrated(state: &State, said: &Arbitrated, proposed: &Proposed, rules: &Rules) -> Answer {
    let before = state.requests.get(said.referral.as_str()).map(|request| &request.to);
    let named = said.to.as_ref();
    let same = named.is_some_and(|to| before.is_some_and(|before| before.contains(to)));
    let fits = match said.decision {
        Decision::ReturnStands => named.is_none(),
        Decision::Insisted => same,
        Decision::Reassigned => named.is_some() && !same,
    };
    if !fits {
        return Err(Refusal::DecisionNamesNobody.into());
    }
    named.map_or(Ok(()), |to| on_the_roster(to, proposed, rules))
}

fn lead_offered(state: &State, said: &LeadOffered, proposed: &Proposed, rules: &Rules) -> Answer {
    if state.case == Case::NotOpen {
        return Err(Refusal::CaseNotOpen.into());
    }
    let by = proposed.publisher();
    let coordinates = rules.holds(by, vocabulary::Role::coordinator().as_str(), proposed.now);
    if state.lead.as_ref() != Some(by) && !coordinates {
        return Err(Refusal::NotYourLead.into());
    }
    if state.lead.as_ref() == Some(&said.to) {
        return Err(Refusal::LeadsAlready.of(&said.to));
    }
    if let Some((offer, _)) = &state.lead_offer {
        return Err(Refusal::LeadOfferPending.of(offer));
    }
    on_the_roster(&said.to, proposed, rules)
}

fn lead_accepted(state: &State, said: &LeadAccepted, proposed: &Proposed) -> Answer {
    lead_offer(state, &said.offer, proposed)?;
    yourself(&said.lead, proposed)
}

/// The offer of the lead that waits for this agency.
fn lead_offer(state: &State, offer: &str, proposed: &Proposed) -> Answer {
    match &state.lead_offer {
        Some((id, to)) if id.as_str() == offer && to == proposed.publisher() => Ok(()),
        _ => Err(Refusal::NoSuchLeadOffer.of(offer)),
    }
}
