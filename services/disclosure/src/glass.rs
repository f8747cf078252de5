//! Breaking the glass: at night, with a child in danger, an agency opens for itself what it may not see otherwise. It
//! says why and until when, everybody in the case who may know of steps is told, and somebody else looks afterwards
//! whether it was right (minors online protection regulations 未成年人网络保护条例, art. 36: least privilege, approval and
//! record of each access; here the approval comes after).

use crate::Involved;
use jurisdiction::{Level, Rules, Standing};
use std::collections::BTreeSet;
use vocabulary::governance::{BreakGlassReviewed, BreakGlassUsed, Governance};
use vocabulary::{AgencyCode, CaseFact, Consequence, EventId, Fact, GroupName, Instant, Proposed};

vocabulary::refusals! {
    NotHere = "disclosure.no-glass",
        "This district lets nobody open protected information on their own. Ask the coordinator.",
        "本区不允许自行开启受保护信息，请联系统筹单位。";
    Expired = "disclosure.glass-expired",
        "The time for which you want to see it is over already. Name a later one.",
        "所填失效时间已过，请填写更晚的时间。";
    TooLong = "disclosure.glass-too-long",
        "That is longer than the district allows; here is the latest moment.",
        "超过本区允许的最长时限，最晚可至下列时间。";
    OpensNothing = "disclosure.glass-opens-nothing",
        "These groups are closed to your agency, whatever the reason.",
        "贵单位无论何种原因都不得查看以下信息组。";
    NoSuchUse = "disclosure.no-such-glass",
        "No such opening of protected information is recorded in this case.",
        "本案中没有该项开启记录。";
    OwnUse = "disclosure.own-glass",
        "Another agency than the one that opened it looks whether it was right.",
        "应由开启单位以外的单位复核。";
    Reviewed = "disclosure.glass-reviewed",
        "This opening was looked at already.",
        "该项开启已经复核过。";
}

/// One use: who opened what, until when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glass {
    /// Who.
    pub agency: AgencyCode,
    /// What.
    pub groups: BTreeSet<GroupName>,
    /// Until when.
    pub until: Instant,
    /// The `id` of its fact.
    pub by: EventId,
    /// Whether somebody looked at it.
    pub reviewed: bool,
}

/// Folds one more fact into the uses of a history.
pub(crate) fn note(uses: &mut Vec<Glass>, fact: &CaseFact) {
    match &fact.fact {
        Fact::Governance(Governance::BreakGlassUsed(said)) => {
            let Ok(until) = Instant::parse(&said.expires_at) else { return }; // its contract asks for a time
            let (agency, by) = (fact.attributes.source.agency.clone(), fact.attributes.id.clone());
            let groups = said.groups.iter().cloned().collect();
            uses.push(Glass { agency, groups, until, by, reviewed: false });
        }
        Fact::Governance(Governance::BreakGlassReviewed(said)) => {
            uses.iter_mut().filter(|glass| glass.by == said.of).for_each(|glass| glass.reviewed = true);
        }
        _ => {}
    }
}

/// May the glass be broken, or a use be reviewed, now? Other facts are not this decision's.
///
/// # Errors
/// The rule that says no.
pub fn admit(
    involved: &Involved,
    proposed: &Proposed,
    rules: &Rules,
) -> Result<Vec<Consequence>, vocabulary::Refusal> {
    match &proposed.fact {
        Fact::Governance(Governance::BreakGlassUsed(said)) => used(said, proposed, rules)?,
        Fact::Governance(Governance::BreakGlassReviewed(said)) => reviewed(said, involved, proposed)?,
        _ => {}
    }
    Ok(Vec::new())
}

fn used(said: &BreakGlassUsed, proposed: &Proposed, rules: &Rules) -> Result<(), vocabulary::Refusal> {
    let Some(hours) = rules.break_glass_hours() else { return Err(Refusal::NotHere.into()) };
    let now = proposed.now;
    let until = Instant::parse(&said.expires_at).ok().filter(|until| *until > now);
    let Some(until) = until else { return Err(Refusal::Expired.into()) };
    let latest = Instant::new(now.timestamp() + jiff::SignedDuration::from_hours(hours.into()));
    if until > latest {
        return Err(Refusal::TooLong.of(latest));
    }
    let level = |group: &GroupName| rules.level(group, proposed.publisher(), now, &Standing::default());
    let closed: Vec<_> = said.groups.iter().filter(|group| level(group) == Level::None).collect();
    if closed.is_empty() { Ok(()) } else { Err(Refusal::OpensNothing.of_all(closed)) }
}

fn reviewed(
    said: &BreakGlassReviewed,
    involved: &Involved,
    proposed: &Proposed,
) -> Result<(), vocabulary::Refusal> {
    let glass = involved.glass().iter().find(|glass| glass.by == said.of);
    match glass.ok_or_else(|| Refusal::NoSuchUse.of(&said.of))? {
        glass if glass.agency == *proposed.publisher() => Err(Refusal::OwnUse.of(&said.of)),
        glass if glass.reviewed => Err(Refusal::Reviewed.of(&said.of)),
        _ => Ok(()),
    }
}
