//! The role of the coordinator moves to another agency on a day of the roster (UCL 9). Open cases and their clocks go
//! on; the bus notes the change in every history, once, and by that the new host is told of what was before, as
//! backfill. Who coordinated at any moment stays a question to the roster: replays before and after answer it
//! differently.

use crate::bus::Bus;
use crate::problem::Problem;
use agency_views::Case;
use jurisdiction::Rules;
use std::sync::PoisonError;
use vocabulary::governance::{CoordinatorChanged, Governance};
use vocabulary::{AgencyCode, Instant, Role};

impl Bus {
    /// Notes in every history that it has another coordinator than before. Looks at all of them when this process
    /// begins, and whenever the coordinator has become another. The views only say which histories to read, which
    /// costs a row each; what a history says of itself decides.
    pub(crate) async fn hand_over(&self) -> Result<(), Problem> {
        let (rules, now) = (self.rules()?, self.now());
        let hosts = hosts(&rules, now);
        let known = self.hosts.lock().unwrap_or_else(PoisonError::into_inner).clone();
        if hosts.is_empty() || known.as_ref() == Some(&hosts) {
            return Ok(());
        }
        // Views that lag behind would hide a history: then this is looked at again.
        let complete = self.views.progress().borrow().applied >= *self.ledger.head().borrow();
        for history in self.views.now().desk.all()? {
            let Some(row) = self.views.now().desk.row(&history)? else { continue };
            let before = if row.parked.is_none() { self.hosts_before(&row.case)? } else { None };
            if before.is_none_or(|before| before == hosts) {
                continue;
            }
            let read = self.histories.with(&history, |folded| Case::of(&folded.facts));
            if let Some(before) = self.hosts_before(&skipping_damage(read)?)?
                && before != hosts
                && !before.is_empty()
            {
                let since = since(&rules, &hosts, now);
                let name = format!("{history}\u{0}{}\u{0}{since}", codes(&hosts));
                let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes());
                let said = CoordinatorChanged { from: before, to: hosts.clone(), since };
                let said = Governance::CoordinatorChanged(said).into();
                let fact = self.own_fact(&format!("coordinator-{id}"), now.to_string(), None, &said)?;
                self.say(&history, vec![fact]).await?;
            }
        }
        if complete {
            *self.hosts.lock().unwrap_or_else(PoisonError::into_inner) = Some(hosts);
        }
        Ok(())
    }

    /// Who coordinated a history so far: whom the last change names, or else who did when it was opened, by the rules
    /// of then. Rules that were adopted since may say otherwise of that day.
    fn hosts_before(&self, case: &Case) -> Result<Option<Vec<AgencyCode>>, Problem> {
        if case.hosts.is_some() {
            return Ok(case.hosts.clone());
        }
        let Some((opened, first)) = case.opened else { return Ok(None) };
        Ok(Some(hosts(&self.rulebook.as_of(first.sequence)?, opened)))
    }
}

/// A history that cannot be read is parked, and says so; the others go on, and it reads as one without facts.
fn skipping_damage(read: Result<Case, Problem>) -> Result<Case, Problem> {
    match read {
        Err(Problem::Damaged(why)) => {
            tracing::error!(%why, "the coordination of a case cannot be handed over");
            Ok(Case::default())
        }
        read => read,
    }
}

/// Who holds the role of the coordinator, in the order of their codes.
fn hosts(rules: &Rules, at: Instant) -> Vec<AgencyCode> {
    rules.holders(Role::coordinator().as_str(), at).into_iter().cloned().collect()
}

/// The first day on which all of them hold it.
fn since(rules: &Rules, hosts: &[AgencyCode], at: Instant) -> String {
    let day = rules.local_date(at);
    let roles = hosts.iter().filter_map(|code| rules.agency(code, at)).flat_map(|agency| &agency.roles);
    let held = roles.filter(|role| role.what == Role::coordinator() && role.term.holds(day));
    held.map(|role| role.term.from).max().unwrap_or(day).to_string()
}

fn codes(hosts: &[AgencyCode]) -> String {
    hosts.iter().map(AgencyCode::as_str).collect::<Vec<_>>().join(",")
}
