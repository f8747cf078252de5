//! What the bus says of links between histories: in the one that was linked, that another case has absorbed it; in the
//! case that goes on, that it owes the reporters of a linked history nothing more. A stage sees its own history only.
//!
//! The follower reads the ledger from its beginning whenever a process starts, beside everything else: a start costs
//! one reading of the ledger, and a link waits meanwhile. The ids of what it says derive from
//! the link, so that saying it a second time does nothing.

use crate::bus::Bus;
use crate::history::Folded;
use crate::problem::Problem;
use crate::publish::ATTEMPTS;
use ledger::{Follower, LedgerError, Stored};
use vocabulary::id::HistoryKind;
use vocabulary::intake::{Intake, LinkOutcome, LinkSettled, ReportAbsorbed};
use vocabulary::record::StoredFact;
use vocabulary::{AgencyCode, EventId, Fact, HistoryId, Position};

impl Bus {
    /// Follows the ledger, until it cannot be read; why is then in [`Bus::status`]. A store that is away is waited
    /// for.
    pub(crate) async fn follow_links(&self) {
        let mut follower = Follower::follow(self.ledger.clone(), Position(0));
        loop {
            let outcome = match follower.next().await {
                Ok(records) => self.relate_all(&records).await,
                Err(error) => Err(error.into()),
            };
            match outcome {
                Ok(()) => {}
                Err(error) if error.may_mend() => tokio::time::sleep(crate::disclose::AGAIN).await,
                Err(error) => {
                    tracing::error!(%error, "nobody follows the links between histories any more");
                    self.ended.send_replace(Some("links: they are followed no more"));
                    return;
                }
            }
        }
    }

    async fn relate_all(&self, records: &[Stored]) -> Result<(), Problem> {
        for stored in records {
            while let Err(error) = self.relate(stored).await {
                match error {
                    // it is parked, and says so
                    Problem::Damaged(why) => {
                        tracing::error!(%why, "a link cannot be followed");
                        break;
                    }
                    // others were first: look again
                    Problem::Busy => tokio::time::sleep(crate::disclose::AGAIN).await,
                    error if error.may_mend() => {
                        tracing::warn!(%error, "a link waits for a store");
                        tokio::time::sleep(crate::disclose::AGAIN).await;
                    }
                    error => return Err(error),
                }
            }
        }
        Ok(())
    }

    /// Says what follows from one record for the history at the other end of a link.
    pub(crate) async fn relate(&self, stored: &Stored) -> Result<(), Problem> {
        let history = &stored.record.history;
        if history.kind() != HistoryKind::Case {
            return Ok(());
        }
        for fact in &stored.record.facts {
            match fact.attributes.kind.as_str() {
                "intake.reports-linked.v1" => self.absorb(history, fact).await?,
                "intake.report-absorbed.v1"
                | "intake.reports-unlinked.v1"
                | "justice.reporter-feedback-sent.v1" => self.settle_link(history, fact).await?,
                _ => {}
            }
        }
        Ok(())
    }

    /// The other history is absorbed, unless it was linked elsewhere or has ended since the link was admitted.
    async fn absorb(&self, primary: &HistoryId, link: &StoredFact) -> Result<(), Problem> {
        let id = &link.attributes.id;
        let other = self.histories.with(primary, |folded| {
            let open = folded.states.intake.links.get(id).filter(|link| !link.settled);
            open.map(|link| link.other.clone())
        })?;
        let Some(other) = other else { return Ok(()) };
        let time = link.attributes.time.clone();
        let said = ReportAbsorbed { link: id.clone(), primary: primary.clone(), absorbed_at: time.clone() };
        let name = named("absorbed", primary, id);
        let fact = self.own_fact(&name, time.clone(), Some(id), &Intake::ReportAbsorbed(said).into())?;
        for _ in 0..ATTEMPTS {
            let rules = self.rulebook.current()?;
            let (done, linkable, version, recorded) = self.histories.with(&other, |folded| {
                let by = folded.states.intake.absorbed.as_ref();
                let done = by.is_some_and(|by| by.link == *id && by.primary == *primary);
                (done, folded.states.linkable().is_ok(), folded.version, folded.recorded)
            })?;
            if done {
                return Ok(());
            }
            if !linkable {
                return self.settled_link(primary, id, LinkOutcome::NotMade, time).await;
            }
            let at = self.now().max(recorded.unwrap_or(self.now()));
            // Decided by what was read: whoever was first makes it a conflict, and it is decided again.
            match self.ledger.append(self.record(&other, version, at, &rules, vec![fact.clone()])?).await {
                Err(LedgerError::Conflict { .. }) => {}
                outcome => return Ok(outcome.map(drop)?),
            }
        }
        Err(Problem::Busy)
    }

    /// The primary owes nothing more for an absorbed history once its reporters were answered, or the link is undone.
    async fn settle_link(&self, absorbed: &HistoryId, fact: &StoredFact) -> Result<(), Problem> {
        let (rules, now) = (self.rulebook.current()?, self.now());
        let undone = fact.attributes.kind.as_str() == "intake.reports-unlinked.v1";
        let settled = self.histories.with(absorbed, |folded| {
            if undone {
                let link = fact.data.get("link").and_then(|link| link.as_str())?;
                let said = folded.facts.iter().find_map(|fact| match &fact.fact {
                    Fact::Intake(Intake::ReportAbsorbed(said)) if said.link.as_str() == link => Some(said),
                    _ => None,
                })?;
                return Some((said.primary.clone(), said.link.clone(), LinkOutcome::Unlinked));
            }
            let by = folded.states.intake.absorbed.as_ref()?;
            let answered = closure::reporters_answered(&folded.states.closure, &rules, now);
            answered.then(|| (by.primary.clone(), by.link.clone(), LinkOutcome::Answered))
        })?;
        match settled {
            Some((primary, link, outcome)) => {
                self.settled_link(&primary, &link, outcome, fact.attributes.time.clone()).await
            }
            None => Ok(()),
        }
    }

    async fn settled_link(
        &self,
        primary: &HistoryId,
        link: &EventId,
        outcome: LinkOutcome,
        time: String,
    ) -> Result<(), Problem> {
        let open = self
            .histories
            .with(primary, |folded| folded.states.intake.links.get(link).is_some_and(|link| !link.settled))?;
        if !open {
            return Ok(());
        }
        let said = LinkSettled { link: link.clone(), outcome, settled_at: time.clone() };
        let name = named("settled", primary, link);
        let fact = self.own_fact(&name, time, Some(link), &Intake::LinkSettled(said).into())?;
        self.say(primary, vec![fact]).await.map(drop)
    }

    /// Whether an agency may link another history to one of its own: it has a part in both.
    ///
    /// # Errors
    /// There is no such history for it; that history is absorbed, has absorbed others, or has ended.
    pub(crate) fn may_link(&self, agency: &AgencyCode, other: &HistoryId) -> Result<(), Problem> {
        self.other(agency, other, HistoryKind::Case, |folded| Ok(folded.states.linkable()?))
    }

    /// Whether an agency may say that a child of a case is the one of this file: it has a part in both.
    ///
    /// # Errors
    /// There is no such file for it.
    pub(crate) fn may_name(&self, agency: &AgencyCode, file: &HistoryId) -> Result<(), Problem> {
        self.other(agency, file, HistoryKind::Child, |_| Ok(()))
    }

    /// Looks at another history, in which the agency has a part.
    fn other(
        &self,
        agency: &AgencyCode,
        other: &HistoryId,
        kind: HistoryKind,
        look: impl FnOnce(&Folded) -> Result<(), Problem>,
    ) -> Result<(), Problem> {
        if other.kind() != kind || self.ledger.version(other)?.0 == 0 {
            return Err(Problem::NotFound);
        }
        let (rules, now) = (self.rulebook.current()?, self.now());
        self.histories.with(other, |folded| {
            let now = folded.recorded.map_or(now, |last| last.max(now));
            if folded.involved.includes(agency, &rules, now) { look(folded) } else { Err(Problem::NotFound) }
        })?
    }
}

/// The id of what is said once of a link.
fn named(what: &str, primary: &HistoryId, link: &EventId) -> String {
    let name = format!("{what}\u{0}{primary}\u{0}{link}");
    uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes()).to_string()
}
