//! Who may make what true of a grade and a visit, and when.

use crate::state::{Case, State};
use jurisdiction::Rules;
use vocabulary::follow_up::{FollowUp as Said, RiskGradeAssigned, RiskGradeChanged, VisitRecorded};
use vocabulary::{Consequence, Fact, Instant, Proposed};

vocabulary::refusals! {
    CaseNotOpen = "follow-up.case-not-open",
        "The case is not open yet. A visit before that belongs to the report.",
        "个案尚未开立，开立之前的走访属于报告核查。";
    AlreadyGraded = "follow-up.already-graded",
        "The case has another grade already. Change it from that grade, with the reason.",
        "本案已有其他风险等级，请以等级调整的方式变更并说明理由。";
    NotGraded = "follow-up.not-graded",
        "The case has no grade yet. Assign one first.",
        "本案尚未定级，请先定级。";
    NotTheGrade = "follow-up.not-the-grade",
        "The case has another grade than the one that you change. Look at its grade, then change it.",
        "所填原等级与本案当前等级不一致，请核对后再调整。";
    LoweredAlone = "follow-up.lowered-alone",
        "Fewer people have assessed than the region asks for before a grade is lowered.",
        "调低等级的评估人数少于本区规定。";
    ValidityPast = "follow-up.validity-past",
        "The grade ends before the day on which it is given. Check the date.",
        "等级有效期早于定级日期，请核对。";
    NotVisitedYet = "follow-up.not-visited-yet",
        "The visit lies in the future. Record it when it has taken place.",
        "回访时间在未来，请在回访之后记录。";
}

type Answer = Result<(), vocabulary::Refusal>;

pub(crate) fn admit(
    state: &State,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    let Fact::FollowUp(said) = &proposed.fact else { return Ok(Vec::new()) };
    match said {
        Said::RiskGradeAssigned(said) => assigned(state, said, proposed, rules),
        Said::RiskGradeChanged(said) => changed(state, said, rules),
        Said::VisitRecorded(said) => visited(state, said, proposed),
    }?;
    Ok(Vec::new())
}

fn assigned(state: &State, said: &RiskGradeAssigned, proposed: &Proposed, rules: &Rules) -> Answer {
    if let Some(grade) = state.grade.filter(|grade| *grade != said.grade) {
        return Err(Refusal::AlreadyGraded.of(grade));
    }
    let given = Instant::parse(&said.assigned_at).unwrap_or(proposed.now);
    let given = rules.local_date(given).to_string(); // dates of the contract sort as text
    match said.valid_until.as_ref().filter(|until| **until < given) {
        Some(past) => Err(Refusal::ValidityPast.of(past)),
        None => Ok(()),
    }
}

fn changed(state: &State, said: &RiskGradeChanged, rules: &Rules) -> Answer {
    let Some(grade) = state.grade else { return Err(Refusal::NotGraded.into()) };
    if grade != said.from {
        return Err(Refusal::NotTheGrade.of(grade));
    }
    if said.to < said.from && rules.risk().lowered_by().is_some_and(|least| said.assessors < least) {
        return Err(Refusal::LoweredAlone.of(said.to));
    }
    Ok(())
}

fn visited(state: &State, said: &VisitRecorded, proposed: &Proposed) -> Answer {
    if state.case == Case::NotOpen {
        return Err(Refusal::CaseNotOpen.into());
    }
    // The clock of a visitor's device may run a little ahead of that of the bus, which has let it pass.
    let latest = proposed.happened().max(proposed.now);
    match Instant::parse(&said.visited_at).ok().filter(|at| *at > latest) {
        Some(future) => Err(Refusal::NotVisitedYet.of(future)),
        None => Ok(()),
    }
}
