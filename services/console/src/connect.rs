//! The bus as a desk: its answers, put into the words of the pages. Connecting is this one file.

use crate::desk::{self, Desk, Moved, Then, Trouble};
use crate::model as page;
use contract::Contracts;
use jurisdiction::Rules;
use runtime::{Bus, Caller, Phase, Problem};
use serde::Serialize;
use serde_json::Value;
use std::sync::Arc;
use std::time::Duration;
use vocabulary::{AgencyCode, HistoryId, Instant};

impl From<Problem> for Trouble {
    /// What went wrong inside is logged and not shown: it names positions and files.
    fn from(problem: Problem) -> Self {
        match problem {
            Problem::Unauthenticated | Problem::OffRoster => Self::SignedOut,
            Problem::NotFound => Self::NotFound,
            Problem::RoleNotAllowed | Problem::UnknownAgency => Self::Unclear,
            other => {
                tracing::warn!(why = %other, "a page cannot be shown");
                Self::Away
            }
        }
    }
}

/// The word by which an answer names a state.
fn code(word: &impl Serialize) -> String {
    serde_json::to_value(word).ok().and_then(|word| word.as_str().map(str::to_owned)).unwrap_or_default()
}

fn as_of(as_of: desk::AsOf) -> runtime::AsOf {
    match as_of {
        None => runtime::AsOf::Now,
        Some(Then::Position(at)) => runtime::AsOf::Position(at),
        Some(Then::Time(at)) => runtime::AsOf::Time(at),
    }
}

impl Desk for Bus {
    fn authenticate(&self, token: &str) -> Result<Caller, Trouble> {
        Ok(Bus::authenticate(self, token)?)
    }

    fn now(&self) -> Instant {
        Bus::now(self)
    }

    fn rules(&self) -> Result<Rules, Trouble> {
        Ok(Bus::rules(self)?)
    }

    fn contracts(&self) -> Arc<Contracts> {
        Bus::contracts(self)
    }

    fn phases(&self) -> Vec<String> {
        Phase::ALL.iter().map(code).collect()
    }

    fn cases(
        &self,
        caller: &Caller,
        filter: &desk::Filter,
        after: Option<&str>,
        limit: usize,
    ) -> Result<page::Page<page::CaseItem>, Trouble> {
        let phase = filter.phase.clone().map(|code| serde_json::from_value::<Phase>(Value::String(code)));
        let agency = filter.agency.as_deref().map(AgencyCode::parse);
        let filter = runtime::CaseFilter {
            agency: agency.transpose().map_err(|_| Trouble::Unclear)?,
            phase: phase.transpose().map_err(|_| Trouble::Unclear)?,
            grade: filter.grade.clone(),
            overdue: filter.overdue,
            number: filter.number.clone(),
        };
        let after = after.map(str::parse).transpose().map_err(|_| Trouble::Unclear)?;
        let found = Bus::cases(self, caller, &filter, after, limit)?;
        let items = found.items.into_iter().map(Into::into).collect();
        Ok(page::Page { items, next: found.next, total: found.total })
    }

    fn case(&self, caller: &Caller, case: &HistoryId, at: desk::AsOf) -> Result<page::CaseItem, Trouble> {
        Ok(Bus::case(self, caller, case, as_of(at))?.case.into())
    }

    fn timeline(&self, caller: &Caller, case: &HistoryId, at: desk::AsOf) -> Result<page::Timeline, Trouble> {
        let steps = Bus::timeline(self, caller, case, as_of(at))?.steps;
        let mut steps: Vec<page::Step> = steps.into_iter().map(Into::into).collect();
        // The caller's own fact that no feed holds yet: it comes with its position, in a moment.
        steps.iter_mut().for_each(|step| step.facts.retain(|told| told.position > 0));
        steps.retain(|step| !step.facts.is_empty());
        Ok(page::Timeline { steps })
    }

    fn case_clocks(
        &self,
        caller: &Caller,
        case: &HistoryId,
        at: desk::AsOf,
    ) -> Result<Vec<page::ClockItem>, Trouble> {
        let clocks = Bus::case_clocks(self, caller, case, as_of(at))?;
        Ok(clocks.into_iter().map(Into::into).collect())
    }

    fn case_referrals(
        &self,
        caller: &Caller,
        case: &HistoryId,
        at: desk::AsOf,
    ) -> Result<Vec<page::ReferralItem>, Trouble> {
        let referrals = Bus::case_referrals(self, caller, case, as_of(at))?;
        Ok(referrals.into_iter().map(Into::into).collect())
    }

    fn inbox(&self, caller: &Caller) -> Result<Vec<page::InboxItem>, Trouble> {
        Ok(Bus::inbox(self, caller)?.into_iter().map(Into::into).collect())
    }

    fn waiting(&self, caller: &Caller) -> Result<Vec<page::InboxItem>, Trouble> {
        Ok(Bus::waiting(self, caller)?.into_iter().map(Into::into).collect())
    }

    fn feed_head(&self, caller: &Caller) -> u64 {
        Bus::feed_head(self, caller)
    }

    fn moved<'a>(&'a self, caller: &'a Caller, after: u64, most: Duration) -> Moved<'a> {
        Box::pin(async move { Ok(self.feed_moved(caller, after, most).await?) })
    }

    fn told_since(
        &self,
        caller: &Caller,
        case: &HistoryId,
        after: u64,
        limit: usize,
    ) -> Result<Vec<u64>, Trouble> {
        let items = self.case_feed(caller, case, after, limit)?;
        Ok(items.into_iter().map(|item| item.position).collect())
    }
}

impl From<runtime::Title> for page::Title {
    fn from(title: runtime::Title) -> Self {
        Self { zh: title.zh, en: title.en }
    }
}

impl From<runtime::CaseItem> for page::CaseItem {
    fn from(item: runtime::CaseItem) -> Self {
        let child = |child: vocabulary::Child| page::ChildItem {
            label: child.label,
            age_band: child.age_band,
            sex: child.sex,
        };
        let tracks = item.tracks.iter().map(|track| page::TrackItem {
            track: code(&track.track),
            state: track.state.clone(),
            since: track.since,
        });
        Self {
            tracks: tracks.collect(),
            case: item.case,
            number: item.number,
            opened: item.opened,
            phase: item.phase.as_ref().map(code),
            grade: item.grade,
            lead: item.lead,
            children: item.children.into_iter().map(child).collect(),
            last_at: item.last_at,
            next_due: item.next_due.and_then(|clock| clock.due),
            overdue: item.overdue,
            waiting: item.waiting.into_iter().map(Into::into).collect(),
            parked: item.parked,
        }
    }
}

impl From<runtime::InboxItem> for page::InboxItem {
    fn from(item: runtime::InboxItem) -> Self {
        Self {
            title: item.title.into(),
            agencies: item.agencies,
            case: item.case,
            number: item.number,
            grade: item.grade,
            fact: item.fact.to_string(),
            since: item.since,
            until: item.until,
            overdue: item.overdue,
            clock: item.clock,
        }
    }
}

impl From<runtime::Step> for page::Step {
    fn from(step: runtime::Step) -> Self {
        let facts = step.facts.into_iter().map(Into::into).collect();
        Self { title: step.title.into(), state: step.state.into(), seconds: step.seconds, facts }
    }
}

impl From<runtime::Told> for page::Told {
    fn from(told: runtime::Told) -> Self {
        let withheld = told.item.withheld.into_iter().map(|item| page::Withheld {
            pointer: item.pointer,
            state: item.state,
            reason: item.reason,
        });
        Self {
            withheld: withheld.collect(),
            title: told.title.into(),
            late: told.late,
            withdrawn: told.withdrawn,
            told: told.told,
            position: told.item.position,
            form: code(&told.item.form),
            backfill: told.item.backfill,
            event: told.item.event,
        }
    }
}

impl From<runtime::ClockItem> for page::ClockItem {
    fn from(item: runtime::ClockItem) -> Self {
        Self {
            clock: item.clock,
            name: item.name.into(),
            obligation: item.obligation.into(),
            law_gives_it: code(&item.kind) == "law",
            law: item.law,
            article: item.article,
            basis: item.basis.into(),
            owners: item.owners,
            state: code(&item.state),
            started: item.started,
            due: item.due,
            due_day: item.due_day,
            no_due: item.no_due,
            expires: item.expires,
            stopped: item.stopped,
            margin_seconds: item.margin_seconds,
            taken_seconds: item.taken_seconds,
        }
    }
}

impl From<runtime::ReferralItem> for page::ReferralItem {
    fn from(item: runtime::ReferralItem) -> Self {
        Self {
            from: item.from,
            to: item.to.map_or(item.offered_to, |to| vec![to]),
            purpose: item.purpose,
            urgency: item.urgency,
            phase: code(&item.phase),
            made: item.made,
            received: item.received,
            answered: item.answered,
            ended: item.ended,
            respond_by: item.respond_by,
            outcome: item.outcome,
        }
    }
}
