//! Who may make what true in mandatory reporting, and when.

use crate::state::{Origin, Police, Report, State};
use jurisdiction::Rules;
use std::collections::BTreeSet;
use vocabulary::intake::{Intake, ReportAcknowledged};
use vocabulary::mandatory_reporting::{
    CaseFilingDeclined, CriminalCaseFiled, MandatoryReporting as Said, PoliceAccepted, ProcuratorateNotified,
    RegisteredWithAuthority, ReportFiled, SuspectedCrimeTransferred,
};
use vocabulary::{AgencyCode, Consequence, Fact, Instant, Proposed};

vocabulary::refusals! {
    NotADoor = "mandatory-reporting.not-a-door",
        "That agency does not receive mandatory reports. Report to the police, civil affairs or education.",
        "该单位不受理强制报告，请向公安、民政或教育部门报告。";
    DiscoveredAfterFiling = "mandatory-reporting.discovered-after-filing",
        "The time of discovery is later than the report itself. Check both times.",
        "发现时间晚于报告时间，请核对这两个时间。";
    LabelTaken = "mandatory-reporting.label-taken",
        "Two children carry the same label. Give each child a label of its own.",
        "有两名儿童使用了同一代号，请为每名儿童使用不同的代号。";
    ReportIdTaken = "mandatory-reporting.report-id-taken",
        "This case already holds a report or lead with this id. Send yours under a new id.",
        "本案中已有使用该编号的报告或线索，请换一个新编号发送。";
    UnknownReport = "mandatory-reporting.unknown-report",
        "This case holds no such report with that id.",
        "本案中没有该编号的报告。";
    NotTheAuthority = "mandatory-reporting.not-the-authority",
        "Only the reporting unit's own authority registers its report.",
        "只有报告单位的主管部门才能办理备案。";
    AlreadyRegistered = "mandatory-reporting.already-registered",
        "This report is already on file with the authority.",
        "这份报告已经备案。";
    NotTheAddressee = "mandatory-reporting.not-the-addressee",
        "Only the police agency that the report is addressed to, or handed on to, can accept it.",
        "只有报告所发往或转送到的公安机关才能受理。";
    AlreadyAccepted = "mandatory-reporting.already-accepted",
        "The police have already accepted this report.",
        "这份报告已经被公安机关受理。";
    UnknownAgency = "mandatory-reporting.unknown-agency",
        "The agency that you name is not on the roster today.",
        "所指定的单位今天不在机构名册内。";
    NotTheProcuratorate = "mandatory-reporting.not-the-procuratorate",
        "The agency that you name is not a procuratorate.",
        "所指定的单位不是检察机关。";
    NothingAccepted = "mandatory-reporting.nothing-accepted",
        "No report of this case has been accepted yet, so there is nothing to notify of.",
        "本案还没有被受理的报告，尚无可通报的事项。";
    NotAccepted = "mandatory-reporting.not-accepted",
        "This report has not been accepted yet. Accept it first.",
        "这份报告尚未受理，请先受理。";
    AlreadyFiled = "mandatory-reporting.already-filed",
        "A criminal case has already been filed on this report.",
        "这份报告已经刑事立案。";
    AlreadyDeclined = "mandatory-reporting.already-declined",
        "The police have already decided not to file a criminal case on this report.",
        "对这份报告已经作出不予立案决定。";
    NotThePolice = "mandatory-reporting.not-the-police",
        "The agency that you name is not a police body.",
        "所指定的单位不是公安机关。";
}

type Answer = Result<Vec<Consequence>, vocabulary::Refusal>;

/// Nothing follows.
const ADMITTED: Answer = Ok(Vec::new());

pub(crate) fn admit(state: &State, proposed: &Proposed, rules: &Rules) -> Answer {
    let Fact::MandatoryReporting(said) = &proposed.fact else { return ADMITTED };
    match said {
        Said::ReportFiled(said) => filed(state, said, proposed, rules),
        Said::RegisteredWithAuthority(said) => registered(state, said, proposed, rules),
        Said::PoliceAccepted(said) => accepted(state, said, proposed.publisher()),
        Said::EmergencyMeasuresTaken(_) => ADMITTED, // whoever keeps a child from harm asks nobody first
        Said::EvidencePreserved(said) => match rules.agency(&said.custodian, proposed.now) {
            Some(_) => ADMITTED,
            None => Err(Refusal::UnknownAgency.of(&said.custodian)),
        },
        Said::ProcuratorateNotified(said) => notified(state, said, proposed, rules),
        Said::CriminalCaseFiled(said) => case_filed(state, said),
        Said::CaseFilingDeclined(said) => declined(state, said, proposed, rules),
        Said::SuspectedCrimeTransferred(said) => transferred(state, said, proposed, rules),
    }
}

fn filed(state: &State, said: &ReportFiled, proposed: &Proposed, rules: &Rules) -> Answer {
    let id = &proposed.attributes.id;
    if state.reports.contains_key(id) {
        return Err(Refusal::ReportIdTaken.of(id));
    }
    if !rules.holds(&said.filed_to, "report-door", proposed.now) {
        return Err(Refusal::NotADoor.of(&said.filed_to));
    }
    // The reporting clock runs from the discovery: one that lies ahead would never run out.
    if Instant::parse(&said.discovered_at).is_ok_and(|discovered| discovered > proposed.happened()) {
        return Err(Refusal::DiscoveredAfterFiling.of(&said.discovered_at));
    }
    let mut labels = BTreeSet::new();
    match said.children.iter().find(|child| !labels.insert(&child.label)) {
        Some(child) => Err(Refusal::LabelTaken.of(&child.label)),
        None => ADMITTED,
    }
}

fn registered(state: &State, said: &RegisteredWithAuthority, proposed: &Proposed, rules: &Rules) -> Answer {
    let report = known(state, &said.report)?;
    let (Origin::Statutory(reporter) | Origin::Registered(reporter)) = &report.origin else {
        return Err(Refusal::UnknownReport.of(&said.report)); // a lead has no reporting unit
    };
    if rules.authority(reporter, proposed.now) != Some(proposed.publisher()) {
        return Err(Refusal::NotTheAuthority.of(&said.report));
    }
    if let Origin::Registered(_) = report.origin {
        return Err(Refusal::AlreadyRegistered.of(&said.report));
    }
    ADMITTED
}

fn accepted(state: &State, said: &PoliceAccepted, publisher: &AgencyCode) -> Answer {
    let report = known(state, &said.report)?;
    if !report.is_for(publisher) {
        return Err(Refusal::NotTheAddressee.of(&said.report));
    }
    if report.police != Police::Waiting {
        return Err(Refusal::AlreadyAccepted.of(&said.report));
    }
    if report.is_held_by(publisher) {
        return ADMITTED;
    }
    // Accepting is receiving (Opinion, art. 8).
    let acknowledged = ReportAcknowledged {
        report: said.report.clone(),
        acknowledged_at: said.accepted_at.clone(),
        receipt_no: Some(said.receipt_no.clone()),
    };
    Ok(vec![Consequence(Fact::Intake(Intake::ReportAcknowledged(acknowledged)))])
}

fn notified(state: &State, said: &ProcuratorateNotified, proposed: &Proposed, rules: &Rules) -> Answer {
    if !rules.holds(&said.to, "procuratorate", proposed.now) {
        return Err(Refusal::NotTheProcuratorate.of(&said.to));
    }
    if state.reports.values().all(|report| report.police == Police::Waiting) {
        return Err(Refusal::NothingAccepted.into());
    }
    ADMITTED
}

fn case_filed(state: &State, said: &CriminalCaseFiled) -> Answer {
    match known(state, &said.report)?.police {
        Police::Waiting => Err(Refusal::NotAccepted.of(&said.report)),
        // Declined: they think better of it, or were told to.
        Police::Accepted | Police::Declined => ADMITTED,
        Police::CaseFiled => Err(Refusal::AlreadyFiled.of(&said.report)),
    }
}

/// Filing may be declined on more than this stage knows: that what it names is there, the contract asks.
fn declined(state: &State, said: &CaseFilingDeclined, proposed: &Proposed, rules: &Rules) -> Answer {
    if let Some(unknown) = said.to.as_ref().filter(|to| rules.agency(to, proposed.now).is_none()) {
        return Err(Refusal::UnknownAgency.of(unknown));
    }
    match state.reports.get(said.report.as_str()).map(|report| report.police) {
        None | Some(Police::Accepted) => ADMITTED,
        Some(Police::Waiting) => Err(Refusal::NotAccepted.of(&said.report)),
        Some(Police::Declined) => Err(Refusal::AlreadyDeclined.of(&said.report)),
        Some(Police::CaseFiled) => Err(Refusal::AlreadyFiled.of(&said.report)),
    }
}

fn transferred(
    state: &State,
    said: &SuspectedCrimeTransferred,
    proposed: &Proposed,
    rules: &Rules,
) -> Answer {
    let id = &proposed.attributes.id;
    if state.reports.contains_key(id) {
        return Err(Refusal::ReportIdTaken.of(id));
    }
    if rules.holds(&said.to, "police", proposed.now) {
        ADMITTED
    } else {
        Err(Refusal::NotThePolice.of(&said.to))
    }
}

fn known<'s>(state: &'s State, id: &str) -> Result<&'s Report, vocabulary::Refusal> {
    state.reports.get(id).ok_or_else(|| Refusal::UnknownReport.of(id))
}
