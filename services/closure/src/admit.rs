//! Who may make what true at closure, and when.

use crate::gate::{self, Asked};
use crate::state::{Phase, Proposal, State};
use jiff::Span;
use jurisdiction::Rules;
use jurisdiction::closure::Predicate;
use vocabulary::closure::{Approved, Closed, Closure as Said, FileSealed, Rejected, Reopened};
use vocabulary::{Consequence, Fact, Instant, Proposed, TypeName};

/// The one fact that a sealed file takes: a decision on access to it.
const SEALED_ACCESS: &str = "justice.sealed-record-access-decided.v1";
/// The folder of the facts about clocks, suggestions and their answers.
const GOVERNANCE: &str = "governance";

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
    AlreadySaid = "closure.already-said",
        "Your agency has said just that of this proposal.",
        "贵单位对该结案申请已经表达过相同意见。";
    NotTheApprover = "closure.not-the-approver",
        "A closing of this risk grade is approved by another agency.",
        "该风险等级的结案应由其他单位审批。";
    AlreadyApproved = "closure.already-approved",
        "This closing is approved already. Close the case when the follow-up is over, or reject the proposal.",
        "该结案申请已审批通过。随访期满后结案，或者退回申请。";
    NotClosed = "closure.not-closed",
        "The case is not closed.",
        "该个案尚未结案。";
    WatchOver = "closure.watch-over",
        "The time in which this case may be reopened is over. Open a new case.",
        "已超过可重新开案的期限，请另行开立个案。";
    BeforeClosing = "closure.before-closing",
        "That would be before the case was closed. Check the time.",
        "该时间早于结案时间，请核对。";
    Sealed = "closure.sealed",
        "The file is sealed. Only a decision on access to it may follow.",
        "档案已经封存，此后只能作出封存档案查询决定。";
}

type Answer = Result<(), vocabulary::Refusal>;

/// Whether a case that has ended still takes a fact of this type. A closed one takes what governs its clocks and their
/// supervision, its reopening and its sealing; a sealed one takes decisions on access to it and nothing else.
///
/// # Errors
/// Why not.
pub fn takes(state: &State, kind: &TypeName) -> Result<(), vocabulary::Refusal> {
    match state.phase {
        Phase::Closed(_) if kind.stage() == GOVERNANCE || kind.stage() == "closure" => Ok(()),
        Phase::Closed(_) => Err(Refusal::AlreadyClosed.into()),
        Phase::Sealed if kind.as_str() == SEALED_ACCESS => Ok(()),
        Phase::Sealed => Err(Refusal::Sealed.into()),
        Phase::NotOpen | Phase::Open | Phase::Proposed(_) | Phase::Watched(_) => Ok(()),
    }
}

/// Whether a case has not ended.
///
/// # Errors
/// It is closed, or its file is sealed.
pub fn open(state: &State) -> Result<(), vocabulary::Refusal> {
    match state.phase {
        Phase::Closed(_) => Err(Refusal::AlreadyClosed.into()),
        Phase::Sealed => Err(Refusal::Sealed.into()),
        Phase::NotOpen | Phase::Open | Phase::Proposed(_) | Phase::Watched(_) => Ok(()),
    }
}

pub(crate) fn admit(
    state: &State,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    let Fact::Closure(said) = &proposed.fact else { return Ok(Vec::new()) };
    takes(state, &proposed.attributes.kind)?;
    match said {
        Said::Proposed(_) => may_propose(&state.phase),
        Said::Rejected(said) => pending(state, &said.proposal, proposed).and_then(|_| rejected(said)),
        Said::Consented(said) => word(state, &said.proposal, true, proposed),
        Said::Objected(said) => word(state, &said.proposal, false, proposed),
        Said::Approved(said) => {
            approved(state, pending(state, &said.proposal, proposed)?, said, (proposed, rules))
        }
        Said::Closed(said) => {
            closed(state, pending(state, &said.proposal, proposed)?, said, (proposed, rules))
        }
        Said::Reopened(said) => reopened(&state.phase, said, (proposed.now, rules)),
        Said::FileSealed(said) => sealed(&state.phase, said),
    }?;
    Ok(Vec::new())
}

fn may_propose(phase: &Phase) -> Answer {
    match phase {
        Phase::NotOpen => Err(Refusal::CaseNotOpen.into()),
        Phase::Open => Ok(()),
        Phase::Proposed(pending) | Phase::Watched(pending) => Err(Refusal::ProposalPending.of(&pending.id)),
        Phase::Closed(_) | Phase::Sealed => Err(Refusal::AlreadyClosed.into()),
    }
}

/// The proposal on which the case has not closed yet.
fn known<'s>(state: &'s State, id: &str) -> Result<&'s Proposal, vocabulary::Refusal> {
    match &state.phase {
        Phase::Proposed(pending) | Phase::Watched(pending) if pending.id.as_str() == id => Ok(pending),
        Phase::Closed(_) | Phase::Sealed => Err(Refusal::AlreadyClosed.into()),
        _ => Err(Refusal::NoSuchProposal.of(id)),
    }
}

/// The same, for an agency that did not make it.
fn pending<'s>(state: &'s State, id: &str, proposed: &Proposed) -> Result<&'s Proposal, vocabulary::Refusal> {
    match known(state, id)? {
        own if own.by == *proposed.publisher() => Err(Refusal::OwnProposal.of(id)),
        other => Ok(other),
    }
}

fn rejected(said: &Rejected) -> Answer {
    if said.failed.is_empty() { Err(Refusal::NothingUnmet.into()) } else { Ok(()) }
}

/// Whoever changes its mind is heard; whoever repeats itself has been.
fn word(state: &State, id: &str, agrees: bool, proposed: &Proposed) -> Answer {
    let pending = pending(state, id, proposed)?;
    match pending.words.get(proposed.publisher()) {
        Some(said) if *said == agrees => Err(Refusal::AlreadySaid.of(id)),
        _ => Ok(()),
    }
}

fn approved(
    state: &State,
    pending: &Proposal,
    said: &Approved,
    (proposed, rules): (&Proposed, &Rules),
) -> Answer {
    if let Phase::Watched(_) = state.phase {
        return Err(Refusal::AlreadyApproved.of(&pending.id));
    }
    let now = proposed.now;
    let at = Instant::parse(&said.approved_at).unwrap_or(now);
    if Some(at) < pending.at {
        return Err(Refusal::BeforeProposal.of(&said.approved_at));
    }
    let asked = Asked::of((state, pending), None, &proposed.held_by, (at.min(now), rules));
    let mut unmet = asked.unmet(gate::When::Approval);
    let day = rules.local_date(at.min(now));
    for criterion in rules.closing().asked(day, pending.closure_type) {
        let Predicate::Approved(approvers) = &criterion.predicate else { continue };
        let Some(row) = approvers.of(state.obligations.risk.highest()) else { continue };
        if !row.roles.iter().any(|role| rules.holds(proposed.publisher(), role.as_str(), now)) {
            return Err(Refusal::NotTheApprover.of_all(&row.roles));
        }
        unmet.extend(asked.consents_missing(row).map(|role| format!("{}:{role}", criterion.id)));
    }
    not_yet(unmet)
}

fn closed(
    state: &State,
    pending: &Proposal,
    said: &Closed,
    (proposed, rules): (&Proposed, &Rules),
) -> Answer {
    let now = proposed.now;
    if said.closure_type != pending.closure_type {
        return Err(Refusal::TypeDiffers.into());
    }
    let at = Instant::parse(&said.closed_at).unwrap_or(now);
    if Some(at) < pending.at {
        return Err(Refusal::BeforeProposal.of(&said.closed_at));
    }
    // Whoever dates the closing forward, so that a follow-up looks finished, gains nothing by it.
    let asked = Asked::of((state, pending), Some(said), &proposed.held_by, (at.min(now), rules));
    not_yet(asked.unmet(gate::When::Closing))
}

fn not_yet(unmet: Vec<String>) -> Answer {
    if unmet.is_empty() { Ok(()) } else { Err(vocabulary::Refusal { unmet, ..Refusal::NotYet.into() }) }
}

fn reopened(phase: &Phase, said: &Reopened, (now, rules): (Instant, &Rules)) -> Answer {
    let closed = ended(phase, &said.reopened_at)?;
    let months = rules.closing().reopening_months;
    let over = closed
        .zip(months)
        .and_then(|(closed, months)| rules.local_date(closed).checked_add(Span::new().months(months)).ok());
    // by the clock of the bus: nobody dates a reopening back
    match over.filter(|last| rules.local_date(now) > *last) {
        Some(last) => Err(Refusal::WatchOver.of(last)),
        None => Ok(()),
    }
}

fn sealed(phase: &Phase, said: &FileSealed) -> Answer {
    ended(phase, &said.sealed_at).map(drop)
}

/// When the case was closed, for what happens after that.
fn ended(phase: &Phase, at: &str) -> Result<Option<Instant>, vocabulary::Refusal> {
    let Phase::Closed(closed) = phase else { return Err(Refusal::NotClosed.into()) };
    let at_time = Instant::parse(at).ok();
    match closed.zip(at_time) {
        Some((closed, at_time)) if at_time < closed => Err(Refusal::BeforeClosing.of(at)),
        _ => Ok(*closed),
    }
}
