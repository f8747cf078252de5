//! Who may make what true at closure, and when.

use crate::gate;
use crate::state::{Phase, Proposal, State};
use jurisdiction::Rules;
use vocabulary::closure::{Closed, Closure as Said, Rejected};
use vocabulary::{Consequence, Fact, Instant, Proposed};

vocabulary::refusals! {
    CaseNotOpen = "closure.case-not-open",
        "The case is not open yet, so it cannot end.",
        "个案尚未开立，不能结案。";
    AlreadyClosed = "closure.already-closed",
        "This case is closed. If there is news of the child, file a new report.",
        "该个案已经结案。如有新情况，请另行报告。";
    ProposalPending = "closure.proposal-pending",
        "A proposal to close this case is waiting for its answer.",
        "本案已有结案申请正在等待答复。";
    NoSuchProposal = "closure.no-such-proposal",
        "No proposal with that id is waiting for its answer in this case.",
        "本案中没有使用该编号、等待答复的结案申请。";
    OwnProposal = "closure.own-proposal",
        "Another agency than the one that proposed answers a proposal to close.",
        "结案申请应当由申请单位以外的单位答复。";
    NothingUnmet = "closure.nothing-unmet",
        "A proposal is turned down because of something. Name the conditions that do not hold.",
        "退回结案申请应当列明未满足的结案条件。";
    TypeDiffers = "closure.type-differs",
        "The case closes in the way that was proposed. For another kind of closure, reject the proposal.",
        "结案类型应当与结案申请一致。如需其他类型，请退回申请。";
    BeforeProposal = "closure.before-proposal",
        "The case would close before that was proposed. Check the time.",
        "结案时间早于申请时间，请核对。";
    NotYet = "closure.not-yet",
        "The case may not close yet: these conditions do not hold.",
        "尚不能结案：以下结案条件未满足。";
}

type Answer = Result<(), vocabulary::Refusal>;

pub(crate) fn admit(
    state: &State,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    let Fact::Closure(said) = &proposed.fact else { return Ok(Vec::new()) };
    if state.phase == Phase::Closed {
        return Err(Refusal::AlreadyClosed.into());
    }
    match said {
        Said::Proposed(_) => may_propose(&state.phase),
        Said::Rejected(said) => pending(state, &said.proposal, proposed).and_then(|_| rejected(said)),
        Said::Closed(said) => {
            closed(state, pending(state, &said.proposal, proposed)?, said, (proposed.now, rules))
        }
    }?;
    Ok(Vec::new())
}

fn may_propose(phase: &Phase) -> Answer {
    match phase {
        Phase::NotOpen => Err(Refusal::CaseNotOpen.into()),
        Phase::Open => Ok(()),
        Phase::Proposed(pending) => Err(Refusal::ProposalPending.of(&pending.id)),
        Phase::Closed => Err(Refusal::AlreadyClosed.into()),
    }
}

/// The proposal that waits, for an agency that did not make it.
fn pending<'s>(state: &'s State, id: &str, proposed: &Proposed) -> Result<&'s Proposal, vocabulary::Refusal> {
    match &state.phase {
        Phase::Proposed(pending) if pending.id.as_str() != id => Err(Refusal::NoSuchProposal.of(id)),
        Phase::Proposed(pending) if pending.by == *proposed.publisher() => Err(Refusal::OwnProposal.of(id)),
        Phase::Proposed(pending) => Ok(pending),
        Phase::NotOpen | Phase::Open | Phase::Closed => Err(Refusal::NoSuchProposal.of(id)),
    }
}

fn rejected(said: &Rejected) -> Answer {
    if said.failed.is_empty() { Err(Refusal::NothingUnmet.into()) } else { Ok(()) }
}

fn closed(state: &State, pending: &Proposal, said: &Closed, (now, rules): (Instant, &Rules)) -> Answer {
    if said.closure_type != pending.closure_type {
        return Err(Refusal::TypeDiffers.into());
    }
    let at = Instant::parse(&said.closed_at).unwrap_or(now);
    if Some(at) < pending.at {
        return Err(Refusal::BeforeProposal.of(&said.closed_at));
    }
    // Whoever dates the closing forward, so that a follow-up looks finished, gains nothing by it.
    let unmet = gate::unmet(&state.obligations, said.closure_type, at.min(now), rules);
    if unmet.is_empty() { Ok(()) } else { Err(vocabulary::Refusal { unmet, ..Refusal::NotYet.into() }) }
}
