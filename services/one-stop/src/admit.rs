//! Who may make what true at one stop, and when.

use crate::state::{Adult, Case, Further, Readiness, State};
use jurisdiction::Rules;
use vocabulary::one_stop::{
    AppropriateAdultAppointed, InterviewCompleted, InterviewStarted, OneStop as Said,
};
use vocabulary::{AgencyCode, Consequence, EventId, Fact, Instant, Proposed};

vocabulary::refusals! {
    CaseNotOpen = "one-stop.case-not-open",
        "The case is not open yet. Ask the coordinator to open it, then publish this.",
        "个案尚未开立。请先由协调单位开立个案，再发布本事项。";
    UnknownAgency = "one-stop.unknown-agency",
        "The agency that you name is not on the roster today.",
        "所指定的单位今天不在机构名册内。";
    SessionIdTaken = "one-stop.session-id-taken",
        "This case already holds a session with this id. Send yours under a new id.",
        "本案中已有使用该编号的场次，请换一个新编号发送。";
    ConflictNotChecked = "one-stop.conflict-not-checked",
        "Check first that this adult is neither the suspect nor complained of, nor dependent on either.",
        "请先核查该成年人不是嫌疑人、被反映人，与其也无依附关系。";
    UnknownSession = "one-stop.unknown-session",
        "This case holds no session with that id. Schedule the session first.",
        "本案中没有该编号的场次，请先安排场次。";
    UnknownChild = "one-stop.unknown-child",
        "No child of this case carries that label.",
        "本案中没有使用该代号的儿童。";
    InterviewRunning = "one-stop.interview-running",
        "An interview of this case is still running. Publish its end first.",
        "本案还有一次询问正在进行，请先发布其结束。";
    NoAppropriateAdult = "one-stop.no-appropriate-adult",
        "No appropriate adult stands beside the child yet. Appoint one before you ask anything.",
        "尚未确定到场的合适成年人，请先确定再开始询问。";
    NotFit = "one-stop.not-fit-for-interview",
        "The psychologist has said that the child cannot bear an interview now. Wait until the child can.",
        "心理专业人员认为该未成年人目前不宜接受询问，请待其适宜后再询问。";
    NotAWoman = "one-stop.interviewer-not-a-woman",
        "A girl is interviewed by a woman. If a boy of this case is interviewed, name him by his label.",
        "女性未成年人应由女性工作人员询问。如询问的是本案中的男童，请注明其代号。";
    NotRecorded = "one-stop.not-recorded",
        "Sound and picture are not being recorded. Start the recording before you ask anything.",
        "尚未开启同步录音录像，请先开启再开始询问。";
    SecondNotJustified = "one-stop.second-interview-not-justified",
        "This child has been asked once. To ask again needs an approval with its reason first.",
        "该未成年人已接受过一次询问。确需再次询问的，请先履行批准手续并说明理由。";
    NotStarted = "one-stop.interview-not-started",
        "No interview has started in this session. Publish its start first.",
        "该场次尚未开始询问，请先发布询问开始。";
    AlreadyCompleted = "one-stop.interview-already-completed",
        "The interview of this session has already ended.",
        "该场次的询问已经结束。";
    CompletedBeforeStart = "one-stop.completed-before-start",
        "The interview ended before it began. Check both times.",
        "询问结束时间早于开始时间，请核对这两个时间。";
    CountDiffers = "one-stop.count-differs",
        "The count is not the number of interviews that this case holds for the child. Check it.",
        "询问次数与本案记录的该未成年人询问次数不一致，请核对。";
    NoInterviewYet = "one-stop.no-interview-yet",
        "The child has not been interviewed yet, so there is no further interview to approve.",
        "该未成年人尚未接受过询问，无须批准再次询问。";
}

type Answer = Result<(), vocabulary::Refusal>;

pub(crate) fn admit(
    state: &State,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    let Fact::OneStop(said) = &proposed.fact else { return Ok(Vec::new()) };
    if state.case == Case::NotOpen {
        return Err(Refusal::CaseNotOpen.of("intake.case-opened"));
    }
    let on_the_roster = |agencies: &[AgencyCode]| on_the_roster(agencies, proposed, rules);
    match said {
        Said::SessionScheduled(said) => scheduled(state, &proposed.attributes.id)
            .and_then(|()| on_the_roster(said.participants.as_deref().unwrap_or_default())),
        Said::AppropriateAdultAppointed(said) => {
            appointed(said).and_then(|()| on_the_roster(said.agency.as_slice()))
        }
        Said::CrisisCounsellingProvided(_) | Said::ForensicExamCompleted(_) => Ok(()), // help waits for nothing else
        Said::InterviewStarted(said) => started(state, said),
        Said::InterviewCompleted(said) => completed(state, said),
        Said::AdditionalInterviewJustified(_) => justified(state),
    }?;
    Ok(Vec::new())
}

fn scheduled(state: &State, id: &EventId) -> Answer {
    if state.sessions.contains(id) { Err(Refusal::SessionIdTaken.of(id)) } else { Ok(()) }
}

fn appointed(said: &AppropriateAdultAppointed) -> Answer {
    if said.conflict_checked { Ok(()) } else { Err(Refusal::ConflictNotChecked.of("conflict_checked")) }
}

fn started(state: &State, said: &InterviewStarted) -> Answer {
    if !state.sessions.contains(said.session.as_str()) {
        return Err(Refusal::UnknownSession.of(&said.session));
    }
    if let Some(label) = said.child.as_ref().filter(|label| !state.children.contains(*label)) {
        return Err(Refusal::UnknownChild.of(label));
    }
    none_runs(state)?;
    let child = said.child.as_deref();
    if state.adult == Adult::Missing {
        return Err(Refusal::NoAppropriateAdult.of("one-stop.appropriate-adult-appointed"));
    }
    if state.readiness == Readiness::NotFit {
        return Err(Refusal::NotFit.of("one-stop.crisis-counselling-provided:fit_for_interview"));
    }
    if state.girl(child) && said.interviewer_sex != "female" {
        return Err(Refusal::NotAWoman.of("interviewer_sex:female"));
    }
    if !said.av_on {
        return Err(Refusal::NotRecorded.of("av_on"));
    }
    if state.asked(child) > 0 && state.further == Further::NotJustified {
        return Err(Refusal::SecondNotJustified.of("one-stop.additional-interview-justified"));
    }
    Ok(())
}

fn completed(state: &State, said: &InterviewCompleted) -> Answer {
    let Some(interview) = state.running().filter(|interview| interview.session == said.session) else {
        let before = state.interviews.iter().any(|interview| interview.session == said.session);
        let refusal = if before { Refusal::AlreadyCompleted } else { Refusal::NotStarted };
        return Err(refusal.of(&said.session));
    };
    let ended = Instant::parse(&said.completed_at).ok();
    if ended.zip(interview.started).is_some_and(|(ended, started)| ended < started) {
        return Err(Refusal::CompletedBeforeStart.of(&said.completed_at));
    }
    match state.asked(interview.child.as_deref()) {
        asked if asked == said.count as usize => Ok(()),
        asked => Err(Refusal::CountDiffers.of(format!("count:{asked}"))),
    }
}

fn justified(state: &State) -> Answer {
    none_runs(state)?; // what must still be asked shows when it has ended
    match state.interviews.as_slice() {
        [] => Err(Refusal::NoInterviewYet.of("one-stop.interview-completed")),
        [..] => Ok(()),
    }
}

fn none_runs(state: &State) -> Answer {
    match state.running() {
        Some(running) => Err(Refusal::InterviewRunning.of(&running.session)),
        None => Ok(()),
    }
}

fn on_the_roster(agencies: &[AgencyCode], proposed: &Proposed, rules: &Rules) -> Answer {
    match agencies.iter().find(|agency| rules.agency(agency, proposed.now).is_none()) {
        Some(unknown) => Err(Refusal::UnknownAgency.of(unknown)),
        None => Ok(()),
    }
}
