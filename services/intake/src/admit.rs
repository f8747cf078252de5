//! Who may make what true at intake, and when.

use crate::state::{Case, Next, Report, State};
use jurisdiction::Rules;
use std::collections::BTreeSet;
use vocabulary::intake::{
    ABSORBED_TAKES, CaseOpened, ChildIdentified, Intake as Said, LeadReceived, ReportAcknowledged,
    ReportForwarded, ReportReturned, ReportsLinked, ReportsUnlinked,
};
use vocabulary::{AgencyCode, Consequence, Fact, Proposed, TypeName};

vocabulary::refusals! {
    UnknownAgency = "intake.unknown-agency",
        "The agency that you name is not on the roster today.",
        "所指定的单位今天不在机构名册内。";
    ReportIdTaken = "intake.report-id-taken",
        "This case already holds a report or lead with this id. Send yours under a new id.",
        "本案中已有使用该编号的报告或线索，请换一个新编号发送。";
    UnknownReport = "intake.unknown-report",
        "This case holds no report or lead with that id.",
        "本案中没有该编号的报告或线索。";
    NotTheAddressee = "intake.not-the-addressee",
        "Only the agency that the report is addressed to, or handed on to, can acknowledge it.",
        "只有报告所发往或转送到的单位才能签收。";
    AlreadyAcknowledged = "intake.already-acknowledged",
        "Your agency has already acknowledged this report.",
        "贵单位已经签收过这份报告。";
    NotTheHolder = "intake.not-the-holder",
        "Only the agency that holds the report can hand it on. If it was handed on to you, acknowledge it first.",
        "只有当前负责的单位才能转送报告。如果报告是转送给贵单位的，请先签收。";
    ForwardedToItself = "intake.forwarded-to-itself",
        "Your agency already holds this report. Name another agency to hand it on to.",
        "报告已由贵单位负责，请指定另一个接收单位。";
    HandOnPending = "intake.hand-on-pending",
        "The report is already being handed on. Wait until the agency that was asked acknowledges it.",
        "报告正在转送中，请等待接收单位签收。";
    NotHandedOn = "intake.not-handed-on",
        "This report was not handed on to your agency by that fact, or you hold it already. Whoever holds a report hands it on.",
        "该报告不是经该次移交转至贵单位，或者贵单位已经接收。已接收的报告请另行移交。";
    UnknownLabel = "intake.unknown-label",
        "The case has no child with this label.",
        "本案没有使用该代号的未成年人。";
    AlreadyIdentified = "intake.already-identified",
        "This child is tied to a file already. Withdraw that first if it was a mistake.",
        "该未成年人已关联档案。如有误，请先撤回原关联。";
    FileTaken = "intake.file-taken",
        "Another child of this case is tied to this file.",
        "该档案已关联本案中的其他未成年人。";
    CaseAlreadyOpen = "intake.case-already-open",
        "The case is already open.",
        "该个案已经开立，不能重复开立。";
    ReportNotAcknowledged = "intake.report-not-acknowledged",
        "Nobody has acknowledged any of these reports yet. A case opens once an agency has one in hand.",
        "所列报告都还没有单位签收。至少有一份被签收后才能开立个案。";
    LabelTaken = "intake.label-taken",
        "Two children carry the same label. Give each child a label of its own.",
        "有两名儿童使用了同一代号，请为每名儿童使用不同的代号。";
    HistoryLinked = "intake.history-linked",
        "The reports of this history are handled in another case. Only its reporters are answered here; publish everything else there.",
        "本案卷的报告已并入其他个案办理。此处仅可向报告人反馈，其他事项请在主案中发布。";
    LinkedToItself = "intake.linked-to-itself",
        "A history cannot be linked to itself. Name the other one.",
        "不能将案卷与其自身关联，请填写另一案卷。";
    AlreadyLinked = "intake.already-linked",
        "These two are linked already.",
        "两案卷已经关联。";
    LinkIdTaken = "intake.link-id-taken",
        "This case already holds a link with this id. Send yours under a new id.",
        "本案中已有使用该编号的关联，请换一个新编号发送。";
    HasLinks = "intake.has-links",
        "The history that you name has taken over others itself. Link the other way round, or wait until it owes them nothing more.",
        "所指定的案卷自身已并入其他案卷。请反向关联，或者待其了结后再关联。";
    UnknownLink = "intake.unknown-link",
        "This history was not absorbed by a link with that id.",
        "本案卷并非因该编号的关联而并入。";
}

type Answer = Result<(), vocabulary::Refusal>;

/// Whether a history still takes a fact of this type.
///
/// # Errors
/// Its reports are handled in another case.
pub fn takes(state: &State, kind: &TypeName) -> Result<(), vocabulary::Refusal> {
    match &state.absorbed {
        Some(absorbed) if !ABSORBED_TAKES.contains(&kind.as_str()) => {
            Err(Refusal::HistoryLinked.of(&absorbed.primary))
        }
        _ => Ok(()),
    }
}

/// Whether a history may be absorbed by another one.
///
/// # Errors
/// It is absorbed, or has absorbed others.
pub fn linkable(other: &State) -> Result<(), vocabulary::Refusal> {
    match (&other.absorbed, other.open_links().next()) {
        (Some(absorbed), _) => Err(Refusal::HistoryLinked.of(&absorbed.primary)),
        (None, Some((link, _))) => Err(Refusal::HasLinks.of(link)),
        (None, None) => Ok(()),
    }
}

pub(crate) fn admit(
    state: &State,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    let Fact::Intake(said) = &proposed.fact else { return Ok(Vec::new()) };
    match said {
        Said::IndicatorAlertRaised(_) => Ok(()), // a machine that warns is never turned away
        Said::LeadReceived(lead) => received(state, lead, proposed, rules),
        Said::ReportAcknowledged(said) => acknowledged(state, said, proposed),
        Said::ReportForwarded(said) => forwarded(state, said, proposed, rules),
        Said::ReportReturned(said) => returned(state, said, proposed),
        Said::CaseOpened(said) => opened(state, said, proposed, rules),
        Said::ChildIdentified(said) => identified(state, said),
        Said::ReportsLinked(said) => linked(state, said, proposed),
        Said::ReportsUnlinked(said) => unlinked(state, said),
        Said::ReportAbsorbed(_) | Said::LinkSettled(_) => Ok(()), // the bus says so, and proposes nothing
    }?;
    Ok(Vec::new())
}

fn received(state: &State, lead: &LeadReceived, proposed: &Proposed, rules: &Rules) -> Answer {
    let id = &proposed.attributes.id;
    if state.reports.contains_key(id) {
        return Err(Refusal::ReportIdTaken.of(id));
    }
    on_the_roster(&lead.addressed_to, proposed, rules)
}

fn acknowledged(state: &State, said: &ReportAcknowledged, proposed: &Proposed) -> Answer {
    let report = known(state, &said.report)?;
    let publisher = &proposed.attributes.source;
    match publisher {
        bus if bus.is_bus() => Ok(()), // as a consequence of an acceptance
        by if !report.is_for(&by.agency) => Err(Refusal::NotTheAddressee.of(&said.report)),
        by if report.is_held_by(&by.agency) => Err(Refusal::AlreadyAcknowledged.of(&said.report)),
        _ => Ok(()),
    }
}

fn forwarded(state: &State, said: &ReportForwarded, proposed: &Proposed, rules: &Rules) -> Answer {
    let report = known(state, &said.report)?;
    if report.holder != *proposed.publisher() {
        return Err(Refusal::NotTheHolder.of(&said.report));
    }
    if said.to == report.holder {
        return Err(Refusal::ForwardedToItself.of(&said.to));
    }
    if report.next.is_some() {
        return Err(Refusal::HandOnPending.of(&said.report));
    }
    on_the_roster(&said.to, proposed, rules)
}

/// Before it takes it, and only what was handed on to it: the first receiver stays responsible until somebody else is.
fn returned(state: &State, said: &ReportReturned, proposed: &Proposed) -> Answer {
    let next = known(state, &said.report)?.next.as_ref();
    let its = |next: &&Next| next.agency == *proposed.publisher() && next.by.as_str() == said.forwarding;
    next.filter(its).map(|_| ()).ok_or_else(|| Refusal::NotHandedOn.of(&said.forwarding))
}

/// That the file is one which the publisher knows is for the runtime to see.
fn identified(state: &State, said: &ChildIdentified) -> Answer {
    match state.children.get(&said.label) {
        None => Err(Refusal::UnknownLabel.of(&said.label)),
        Some(Some(_)) => Err(Refusal::AlreadyIdentified.of(&said.label)),
        Some(None) if state.children.values().flatten().any(|file| *file == said.file) => {
            Err(Refusal::FileTaken.of(&said.label))
        }
        Some(None) => Ok(()),
    }
}

fn opened(state: &State, said: &CaseOpened, proposed: &Proposed, rules: &Rules) -> Answer {
    if state.case == Case::Open {
        return Err(Refusal::CaseAlreadyOpen.into());
    }
    let reports = said.reports.iter().map(|id| known(state, id)).collect::<Result<Vec<_>, _>>()?;
    if !reports.iter().any(|report| report.acknowledged) {
        let unmet = said.reports.clone();
        return Err(vocabulary::Refusal { unmet, ..Refusal::ReportNotAcknowledged.into() });
    }
    let mut labels = BTreeSet::new();
    if let Some(child) = said.children.iter().find(|child| !labels.insert(&child.label)) {
        return Err(Refusal::LabelTaken.of(&child.label));
    }
    on_the_roster(&said.lead, proposed, rules)
}

fn linked(state: &State, said: &ReportsLinked, proposed: &Proposed) -> Answer {
    if proposed.attributes.subject.as_ref() == Some(&said.other) {
        return Err(Refusal::LinkedToItself.of(&said.other));
    }
    let id = &proposed.attributes.id;
    if state.links.contains_key(id) {
        return Err(Refusal::LinkIdTaken.of(id));
    }
    match state.open_links().find(|(_, other)| **other == said.other) {
        Some((link, _)) => Err(Refusal::AlreadyLinked.of(link)),
        None => Ok(()),
    }
}

fn unlinked(state: &State, said: &ReportsUnlinked) -> Answer {
    match &state.absorbed {
        Some(absorbed) if absorbed.link == said.link => Ok(()),
        _ => Err(Refusal::UnknownLink.of(&said.link)),
    }
}

fn known<'s>(state: &'s State, id: &str) -> Result<&'s Report, vocabulary::Refusal> {
    state.reports.get(id).ok_or_else(|| Refusal::UnknownReport.of(id))
}

fn on_the_roster(agency: &AgencyCode, proposed: &Proposed, rules: &Rules) -> Answer {
    rules.agency(agency, proposed.now).map(|_| ()).ok_or_else(|| Refusal::UnknownAgency.of(agency))
}
