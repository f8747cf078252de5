//! Who may make what true of a referral, and when.

use crate::state::{Case, Phase, Request, State};
use jurisdiction::Rules;
use vocabulary::referral::{Made, Referral as Said};
use vocabulary::{Consequence, Fact, Instant, Proposed};

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
}

type Answer = Result<(), vocabulary::Refusal>;

pub(crate) fn admit(
    state: &State,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    let Fact::Referral(said) = &proposed.fact else { return Ok(Vec::new()) };
    match said {
        Said::Made(said) => made(state, said, proposed, rules),
        Said::Received(said) => received(phase(state, &said.referral, proposed)?, &said.referral),
        Said::Accepted(said) => answered(phase(state, &said.referral, proposed)?, &said.referral),
        Said::Returned(said) => answered(phase(state, &said.referral, proposed)?, &said.referral),
        Said::Completed(said) => ended(phase(state, &said.referral, proposed)?, &said.referral),
        Said::Failed(said) => ended(phase(state, &said.referral, proposed)?, &said.referral),
        Said::Cancelled(said) => cancelled(state, &said.referral, proposed),
    }?;
    Ok(Vec::new())
}

fn made(state: &State, said: &Made, proposed: &Proposed, rules: &Rules) -> Answer {
    if state.case == Case::NotOpen {
        return Err(Refusal::CaseNotOpen.into());
    }
    let id = &proposed.attributes.id;
    if state.requests.contains_key(id) {
        return Err(Refusal::IdTaken.of(id));
    }
    if said.to == *proposed.publisher() {
        return Err(Refusal::ToItself.of(&said.to));
    }
    if rules.agency(&said.to, proposed.now).is_none() {
        return Err(Refusal::UnknownAgency.of(&said.to));
    }
    let mut children = said.children.iter().flatten();
    if let Some(label) = children.find(|label| !state.children.contains(*label)) {
        return Err(Refusal::UnknownChild.of(label));
    }
    // By the word of the sender on both sides: a referral from an island may arrive days after it was made.
    let respond_by = said.respond_by.as_deref().and_then(|text| Instant::parse(text).ok());
    match respond_by.filter(|by| *by < proposed.happened()) {
        Some(past) => Err(Refusal::RespondByPast.of(past)),
        None => Ok(()),
    }
}

/// How far the referral has come, for its addressee.
fn phase(state: &State, id: &str, proposed: &Proposed) -> Result<Phase, vocabulary::Refusal> {
    let request = known(state, id)?;
    if request.to != *proposed.publisher() {
        return Err(Refusal::NotTheAddressee.of(id));
    }
    Ok(request.phase)
}

fn known<'s>(state: &'s State, id: &str) -> Result<&'s Request, vocabulary::Refusal> {
    state.requests.get(id).ok_or_else(|| Refusal::Unknown.of(id))
}

fn received(phase: Phase, id: &str) -> Answer {
    match phase {
        Phase::Made => Ok(()),
        Phase::Received => Err(Refusal::AlreadyReceived.of(id)),
        Phase::Accepted | Phase::Returned | Phase::Completed | Phase::Failed => {
            Err(Refusal::AlreadyAnswered.of(id))
        }
        Phase::Cancelled => Err(Refusal::Cancelled.of(id)),
    }
}

fn answered(phase: Phase, id: &str) -> Answer {
    match phase {
        Phase::Made => Err(Refusal::NotReceived.of(id)),
        Phase::Received => Ok(()),
        Phase::Accepted | Phase::Returned | Phase::Completed | Phase::Failed => {
            Err(Refusal::AlreadyAnswered.of(id))
        }
        Phase::Cancelled => Err(Refusal::Cancelled.of(id)),
    }
}

fn ended(phase: Phase, id: &str) -> Answer {
    match phase {
        Phase::Made | Phase::Received => Err(Refusal::NotAccepted.of(id)),
        Phase::Accepted => Ok(()),
        Phase::Returned | Phase::Completed | Phase::Failed => Err(Refusal::AlreadyEnded.of(id)),
        Phase::Cancelled => Err(Refusal::Cancelled.of(id)),
    }
}

fn cancelled(state: &State, id: &str, proposed: &Proposed) -> Answer {
    let request = known(state, id)?;
    if request.from != *proposed.publisher() {
        return Err(Refusal::NotTheSender.of(id));
    }
    match request.phase {
        Phase::Made | Phase::Received | Phase::Accepted => Ok(()),
        Phase::Returned | Phase::Completed | Phase::Failed => Err(Refusal::AlreadyEnded.of(id)),
        Phase::Cancelled => Err(Refusal::Cancelled.of(id)),
    }
}
