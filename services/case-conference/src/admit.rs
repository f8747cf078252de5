//! Who may make what true of a conference and a plan, and when.

use crate::state::{Case, Conference, Dissent, Duty, DutyPhase, INQUORATE, Phase, State};
use jurisdiction::{Quorum, Rules};
use std::collections::{BTreeMap, BTreeSet};
use vocabulary::case_conference::{
    CaseConference as Said, Concluded, Convened, DissentEscalated, MinutesSent, PlanAdopted, PlanRevised,
    PositionStated, TaskAssigned,
};
use vocabulary::{AgencyCode, Consequence, Fact, Instant, Proposed};

vocabulary::refusals! {
    CaseNotOpen = "case-conference.case-not-open",
        "The case is not open yet. Open it first, then convene.",
        "个案尚未开立，请先开立再召集会商。";
    IdTaken = "case-conference.id-taken",
        "This case already holds a conference with this id. Send yours under a new id.",
        "本案中已有使用该编号的会商，请换一个新编号发送。";
    UnknownAgency = "case-conference.unknown-agency",
        "An agency that you name is not on the roster today.",
        "所列单位中有的今天不在机构名册内。";
    Unknown = "case-conference.unknown",
        "This case holds no conference with that id.",
        "本案中没有该编号的会商。";
    AlreadyConcluded = "case-conference.already-concluded",
        "This conference has been concluded already. A new decision needs a new conference.",
        "这次会商已经结束。需要新的决定，请另行召集会商。";
    NotConcluded = "case-conference.not-concluded",
        "This conference has not ended yet: there are no minutes to send.",
        "这次会商尚未结束，没有纪要可以送达。";
    MinutesToOthers = "case-conference.minutes-to-others",
        "Minutes go to the agencies that were called to the conference, and to no others.",
        "会商纪要只送达受邀参加会商的单位。";
    NotInvited = "case-conference.not-invited",
        "An agency is named as present that was not called to this conference.",
        "所列实到单位中有的未被邀请参加这次会商。";
    EndedBeforeItBegan = "case-conference.ended-before-it-began",
        "The conference ends before it begins. Check the times.",
        "会商结束时间早于开始时间，请核对时间。";
    NoQuorum = "case-conference.no-quorum",
        "Fewer agencies came than the region asks for. Record the conference as inquorate and convene again.",
        "到会单位少于本区规定的数目，不能议决，请记录为未能议决，并另行召集。";
    EnoughCame = "case-conference.enough-came",
        "Enough agencies came to decide: as many as the region asks for, or whoever comes after too few did before.",
        "到会单位已足以议决：达到本区规定的数目，或者前次未能议决后由到会单位议决。";
    ChildNotHeard = "case-conference.child-not-heard",
        "The child was to be heard, but no view of the child is recorded. Hear the child, or convene anew without.",
        "召集时已注明听取未成年人意见，但结论中没有其意见。请听取意见，或者另行召集。";
    DecidesNothing = "case-conference.decides-nothing",
        "A conference to which too few came decides nothing. Leave the decisions out.",
        "参会不足未能议决的，不得列议定事项。";
    DecisionTwice = "case-conference.decision-twice",
        "A decision stands twice. Give each a label of its own.",
        "议定事项代号重复，请分别编号。";
    NotDecided = "case-conference.not-decided",
        "This conference has decided nothing yet that one could agree or disagree with.",
        "这次会商尚未作出决定，无从表明意见。";
    NotCalled = "case-conference.not-called",
        "Your agency was not called to this conference.",
        "贵单位未被邀请参加这次会商。";
    PositionIdTaken = "case-conference.position-id-taken",
        "This case already holds a dissent with this id. Send yours under a new id.",
        "本案中已有使用该编号的不同意见，请换一个新编号发送。";
    UnknownDissent = "case-conference.unknown-dissent",
        "This case holds no dissent with that id.",
        "本案中没有该编号的不同意见。";
    DissentSettled = "case-conference.dissent-settled",
        "This dissent has been settled.",
        "该不同意见已经处理完毕。";
    LevelReached = "case-conference.level-reached",
        "The dissent was laid before these already.",
        "该不同意见已经提请这一层级协调。";
    LevelSkipped = "case-conference.level-skipped",
        "The district's ladder has a level in between. Lay the dissent before that one first.",
        "按照本区规定，应当先提请下列层级协调。";
    NothingDecided = "case-conference.nothing-decided",
        "No conference of this case has decided anything yet. A plan follows from a decision.",
        "本案尚无作出决定的会商。计划应当依据会商决定制定。";
    OwnersDiffer = "case-conference.owners-differ",
        "The agencies listed as owners are not those of the tasks. List each agency that owns a task, and no other.",
        "责任单位清单与各项任务的责任单位不一致，请逐一列明且不得多列。";
    DuePast = "case-conference.due-past",
        "A task is due before the plan is adopted. Check the date.",
        "有任务的完成期限早于计划通过日期，请核对。";
    ReviewTooEarly = "case-conference.review-too-early",
        "The plan is looked at again after the day on which it is adopted. Check the date.",
        "计划复核日期应当晚于计划通过日期，请核对。";
    UnknownPlan = "case-conference.unknown-plan",
        "This case holds no plan with that id.",
        "本案中没有该编号的个案计划。";
    UnknownTask = "case-conference.unknown-task",
        "The plan has no task of that name.",
        "计划中没有该名称的任务。";
    NotTheOwner = "case-conference.not-the-owner",
        "Only the agency that a task was given to takes it on, declines it, or says that it is done.",
        "只有任务的责任单位才能接办、退回或者报告完成。";
    TaskAccepted = "case-conference.task-accepted",
        "Your agency has taken this task on already.",
        "贵单位已经接办这项任务。";
    TaskDeclined = "case-conference.task-declined",
        "Your agency has declined this task; the coordinator gives it to another.",
        "贵单位已经退回这项任务，由协调单位另行安排。";
    TaskOver = "case-conference.task-over",
        "This task is done, or another stands in its place.",
        "这项任务已经完成，或者已由其他任务替代。";
    TaskTaken = "case-conference.task-taken",
        "This task is with its owner. It is given to another when its owner declines it, or as a task instead of it.",
        "这项任务仍由原责任单位负责。原单位退回后方可另行安排，或者以新的任务替代。";
}

impl Refusal {
    /// The refusal, if anything is unmet.
    fn unless_none(self, unmet: Vec<String>) -> Answer {
        if unmet.is_empty() { Ok(()) } else { Err(self.of_all(unmet)) }
    }
}

type Answer = Result<(), vocabulary::Refusal>;

pub(crate) fn admit(
    state: &State,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    let Fact::CaseConference(said) = &proposed.fact else { return Ok(Vec::new()) };
    match said {
        Said::Convened(said) => convened(state, said, proposed, rules),
        Said::Concluded(said) => concluded(state, said, proposed, rules),
        Said::PositionStated(said) => stated(state, said, proposed),
        Said::Requested(said) => on_the_roster(&said.participants, proposed, rules),
        Said::InvitationAnswered(said) => beforehand(state, &said.conference, proposed),
        Said::ReportSubmitted(said) => beforehand(state, &said.conference, proposed),
        Said::MinutesSent(said) => minutes(state, said, proposed),
        Said::DissentEscalated(said) => escalated(state, said, proposed, rules),
        Said::DissentSettled(said) => dissent(state, &said.position).map(drop),
        Said::PlanAdopted(said) => plan_adopted(state, said, proposed, rules),
        Said::PlanRevised(said) => revised(state, said, proposed, rules),
        Said::TaskAssigned(said) => assigned(state, said, proposed, rules),
        Said::TaskAccepted(said) => match own(state, &said.plan, &said.task, proposed)?.phase {
            DutyPhase::Accepted => Err(Refusal::TaskAccepted.of(&said.task)),
            phase => still_open(phase, &said.task),
        },
        Said::TaskDeclined(said) => {
            still_open(own(state, &said.plan, &said.task, proposed)?.phase, &said.task)
                .and_then(|()| on_the_roster(said.proposed_owner.as_slice(), proposed, rules))
        }
        // Whoever has done it has taken it on, whether it said so or not.
        Said::TaskCompleted(said) => {
            still_open(own(state, &said.plan, &said.task, proposed)?.phase, &said.task)
        }
    }?;
    Ok(Vec::new())
}

fn convened(state: &State, said: &Convened, proposed: &Proposed, rules: &Rules) -> Answer {
    if state.case == Case::NotOpen {
        return Err(Refusal::CaseNotOpen.into());
    }
    let id = &proposed.attributes.id;
    if state.conferences.contains_key(id) {
        return Err(Refusal::IdTaken.of(id));
    }
    on_the_roster(&said.participants, proposed, rules)
}

fn concluded(state: &State, said: &Concluded, proposed: &Proposed, rules: &Rules) -> Answer {
    let id = &said.conference;
    let conference = state.conferences.get(id.as_str()).ok_or_else(|| Refusal::Unknown.of(id))?;
    if conference.phase != Phase::Convened {
        return Err(Refusal::AlreadyConcluded.of(id));
    }
    let expected =
        |agency: &&AgencyCode| conference.invited.contains(*agency) || *agency == proposed.publisher();
    let guests = said.attended.iter().filter(|agency| !expected(agency));
    Refusal::NotInvited.unless_none(guests.map(ToString::to_string).collect())?;
    if Instant::parse(&said.concluded_at).ok() < conference.at {
        return Err(Refusal::EndedBeforeItBegan.of(&said.concluded_at));
    }
    let present: BTreeSet<_> = said.attended.iter().collect();
    // A child does not wait for ever: after so many in vain, whoever comes decides.
    let decides = |quorum: &Quorum| conference.after >= quorum.inquorate || present.len() >= quorum.agencies;
    let quorum = rules.conferences().quorum(rules.local_date(proposed.now));
    match (said.result.as_str(), quorum.is_none_or(decides)) {
        (INQUORATE, true) if quorum.is_some() => Err(Refusal::EnoughCame.of_all(present)),
        (INQUORATE, _) if !said.decisions.is_empty() => Err(Refusal::DecidesNothing.into()),
        (INQUORATE, _) => Ok(()),
        (_, false) => Err(Refusal::NoQuorum.of_all(present)),
        (_, true) => child_heard(conference, said).and_then(|()| decisions(said, proposed, rules)),
    }
}

/// Each decision stands once, and somebody of the roster carries it out.
fn decisions(said: &Concluded, proposed: &Proposed, rules: &Rules) -> Answer {
    let mut labels = BTreeSet::new();
    let twice = said.decisions.iter().filter(|one| !labels.insert(&one.decision));
    Refusal::DecisionTwice.unless_none(twice.map(|one| one.decision.clone()).collect())?;
    let owners: Vec<_> = said.decisions.iter().map(|one| one.owner.clone()).collect();
    on_the_roster(&owners, proposed, rules)
}

fn child_heard(conference: &Conference, said: &Concluded) -> Answer {
    let heard = matches!(said.child_view.as_str(), "heard" | "written");
    if conference.child_heard && !heard {
        return Err(Refusal::ChildNotHeard.of(&said.child_view));
    }
    Ok(())
}

/// What an agency says to a conference before it ends.
fn beforehand(state: &State, id: &str, proposed: &Proposed) -> Answer {
    let conference = state.conferences.get(id).ok_or_else(|| Refusal::Unknown.of(id))?;
    match conference.phase {
        Phase::Convened if conference.invited.contains(proposed.publisher()) => Ok(()),
        Phase::Convened => Err(Refusal::NotCalled.of(id)),
        Phase::Inquorate | Phase::Decided => Err(Refusal::AlreadyConcluded.of(id)),
    }
}

fn minutes(state: &State, said: &MinutesSent, proposed: &Proposed) -> Answer {
    let id = &said.conference;
    let conference = state.conferences.get(id.as_str()).ok_or_else(|| Refusal::Unknown.of(id))?;
    if conference.phase == Phase::Convened {
        return Err(Refusal::NotConcluded.of(id));
    }
    let called =
        |agency: &&AgencyCode| conference.invited.contains(*agency) || *agency == proposed.publisher();
    let others = said.to.iter().filter(|agency| !called(agency));
    Refusal::MinutesToOthers.unless_none(others.map(ToString::to_string).collect())
}

/// A dissent goes up the ladder of the region, each level once and none skipped; a level that the ladder does not name
/// may be asked at any time.
fn escalated(state: &State, said: &DissentEscalated, proposed: &Proposed, rules: &Rules) -> Answer {
    let reached = dissent(state, &said.position)?;
    if reached.contains(&said.level) {
        return Err(Refusal::LevelReached.of(&said.level));
    }
    let ladder = rules.conferences().ladder(rules.local_date(proposed.now));
    let below = ladder.iter().position(|level| *level == said.level).map(|place| &ladder[..place]);
    match below.unwrap_or_default().iter().find(|level| !reached.contains(*level)) {
        Some(skipped) => Err(Refusal::LevelSkipped.of(skipped)),
        None => Ok(()),
    }
}

/// Whoever was called to a conference says what it thinks of its decision. Who changes its mind says so anew; the dissent
/// is settled by the coordinator.
fn stated(state: &State, said: &PositionStated, proposed: &Proposed) -> Answer {
    let id = &said.conference;
    let conference = state.conferences.get(id.as_str()).ok_or_else(|| Refusal::Unknown.of(id))?;
    if conference.phase != Phase::Decided {
        return Err(Refusal::NotDecided.of(id));
    }
    if !conference.invited.contains(proposed.publisher()) {
        return Err(Refusal::NotCalled.of(id));
    }
    let own = &proposed.attributes.id;
    if state.dissents.contains_key(own) { Err(Refusal::PositionIdTaken.of(own)) } else { Ok(()) }
}

/// Before whom an open dissent was laid so far.
fn dissent<'s>(state: &'s State, id: &str) -> Result<&'s BTreeSet<String>, vocabulary::Refusal> {
    match state.dissents.get(id) {
        None => Err(Refusal::UnknownDissent.of(id)),
        Some(Dissent::Settled) => Err(Refusal::DissentSettled.of(id)),
        Some(Dissent::Open { levels }) => Ok(levels),
    }
}

fn plan_adopted(state: &State, said: &PlanAdopted, proposed: &Proposed, rules: &Rules) -> Answer {
    if !state.decided() {
        return Err(Refusal::NothingDecided.into());
    }
    let listed: BTreeSet<_> = said.owners.iter().collect();
    let owning: BTreeSet<_> = said.tasks.iter().map(|task| &task.owner).collect();
    let differing = listed.symmetric_difference(&owning);
    Refusal::OwnersDiffer.unless_none(differing.map(ToString::to_string).collect())?;
    on_the_roster(&said.owners, proposed, rules)?;
    let adopted = Instant::parse(&said.adopted_at).unwrap_or(proposed.now);
    let adopted = rules.local_date(adopted).to_string(); // dates of the contract sort as text
    let late = said.tasks.iter().filter(|task| task.due < adopted);
    Refusal::DuePast.unless_none(late.map(|task| task.task.clone()).collect())?;
    if said.review_at <= adopted {
        return Err(Refusal::ReviewTooEarly.of(&said.review_at));
    }
    Ok(())
}

fn revised(state: &State, said: &PlanRevised, proposed: &Proposed, rules: &Rules) -> Answer {
    plan(state, &said.plan)?;
    let revised = Instant::parse(&said.revised_at).unwrap_or(proposed.now);
    if said.review_at <= rules.local_date(revised).to_string() {
        return Err(Refusal::ReviewTooEarly.of(&said.review_at));
    }
    Ok(())
}

/// A task is given when it is new, when its owner declined it, or instead of one that is not done.
fn assigned(state: &State, said: &TaskAssigned, proposed: &Proposed, rules: &Rules) -> Answer {
    let tasks = plan(state, &said.plan)?;
    match tasks.get(&said.task).map(|duty| duty.phase) {
        None | Some(DutyPhase::Declined) => {}
        Some(DutyPhase::Given | DutyPhase::Accepted) => return Err(Refusal::TaskTaken.of(&said.task)),
        Some(DutyPhase::Completed | DutyPhase::Replaced) => return Err(Refusal::TaskOver.of(&said.task)),
    }
    if let Some(replaced) = &said.instead_of {
        match tasks.get(replaced).ok_or_else(|| Refusal::UnknownTask.of(replaced))?.phase {
            DutyPhase::Completed | DutyPhase::Replaced => return Err(Refusal::TaskOver.of(replaced)),
            DutyPhase::Given | DutyPhase::Accepted | DutyPhase::Declined => {}
        }
    }
    on_the_roster(std::slice::from_ref(&said.owner), proposed, rules)?;
    let given = Instant::parse(&said.assigned_at).unwrap_or(proposed.now);
    if said.due < rules.local_date(given).to_string() {
        return Err(Refusal::DuePast.of(&said.task));
    }
    Ok(())
}

fn plan<'s>(state: &'s State, id: &str) -> Result<&'s BTreeMap<String, Duty>, vocabulary::Refusal> {
    state.plans.get(id).ok_or_else(|| Refusal::UnknownPlan.of(id))
}

/// A task, for the agency that it was given to.
fn own<'s>(
    state: &'s State,
    id: &str,
    task: &str,
    proposed: &Proposed,
) -> Result<&'s Duty, vocabulary::Refusal> {
    let duty = plan(state, id)?.get(task).ok_or_else(|| Refusal::UnknownTask.of(task))?;
    if duty.owner == *proposed.publisher() { Ok(duty) } else { Err(Refusal::NotTheOwner.of(task)) }
}

fn still_open(phase: DutyPhase, task: &str) -> Answer {
    match phase {
        DutyPhase::Given | DutyPhase::Accepted => Ok(()),
        DutyPhase::Declined => Err(Refusal::TaskDeclined.of(task)),
        DutyPhase::Completed | DutyPhase::Replaced => Err(Refusal::TaskOver.of(task)),
    }
}

fn on_the_roster(agencies: &[AgencyCode], proposed: &Proposed, rules: &Rules) -> Answer {
    let strangers = agencies.iter().filter(|agency| rules.agency(agency, proposed.now).is_none());
    Refusal::UnknownAgency.unless_none(strangers.map(ToString::to_string).collect())
}
