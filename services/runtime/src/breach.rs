//! What the bus says of clocks of its own accord: that one is over, once; that a breach which it announced was
//! none, because a fact that was recorded late tells of a stop in time; and what the rules want said when a
//! validity has ended.
//!
//! A verdict is a fold of facts and needs no announcement; these facts are how an agency hears of it in its feed.
//! Their ids derive from clock, instance and due moment: whoever says them a second time says nothing.

use crate::bus::Bus;
use crate::problem::Problem;
use agency_views::Breach;
use jurisdiction::Rules;
use statutory_clock::{Clock, Due, Verdict, clocks};
use std::time::Duration;
use vocabulary::governance::{BreachRebutted, ClockBreached, Governance};
use vocabulary::record::StoredFact;
use vocabulary::{AgencyCode, HistoryId, Instant};

/// Longest sleep between two looks at the time: the clock of a machine may be set.
const LONGEST: Duration = Duration::from_secs(30);
/// Shortest time between two looks at the views.
const GATHER: Duration = Duration::from_millis(50);

impl Bus {
    /// Follows the views and the time, until something cannot be read; why is then in [`Bus::status`]. A store that
    /// is away is waited for.
    pub(crate) async fn watch(&self) {
        let mut progress = self.views.progress();
        loop {
            progress.borrow_and_update();
            let next = match self.announce().await {
                Ok(next) => next,
                Err(Problem::Busy) => Some(self.now()), // others were first: look again
                Err(error) if error.may_mend() => {
                    tracing::warn!(%error, "the clocks wait for a store");
                    tokio::time::sleep(crate::disclose::AGAIN).await;
                    Some(self.now())
                }
                Err(error) => {
                    tracing::error!(%error, "nobody watches the clocks any more");
                    self.ended.send_replace(Some("clocks: they are watched no more"));
                    return;
                }
            };
            let until = next.map_or(LONGEST, |next| self.until(next).clamp(GATHER, LONGEST));
            tokio::time::sleep(GATHER).await;
            tokio::select! {
                () = tokio::time::sleep(until) => {}
                moved = progress.changed() => if moved.is_err() { return },
            }
        }
    }

    fn until(&self, moment: Instant) -> Duration {
        let left = moment.timestamp().duration_since(self.now().timestamp());
        Duration::try_from(left).unwrap_or_default() // Err: it has passed
    }

    /// Says everything that is to be said of clocks, and of the coordinator, by now; answers the next moment at which there is more.
    ///
    /// # Errors
    /// A store is away or damaged. What was said stays said, and saying it again does nothing.
    pub async fn announce(&self) -> Result<Option<Instant>, Problem> {
        self.hand_over().await?;
        let (cases, next) = self.views.now().desk.due(self.now())?;
        for case in cases {
            for fact in self.announcements(&case)? {
                self.say(&case, vec![fact]).await?;
            }
        }
        Ok(next)
    }

    /// What is to be said of the clocks of a case, by its history as it stands and not as the views know it.
    fn announcements(&self, case: &HistoryId) -> Result<Vec<StoredFact>, Problem> {
        let (rules, now) = (self.rules()?, self.now());
        let said = self.histories.with(case, |folded| {
            let fold = agency_views::Case::of(&folded.facts);
            let mut said = Vec::new();
            let clocks = clocks(&folded.facts, &rules);
            for clock in &clocks {
                let (Ok(verdict), Some(due)) = (clock.verdict(now), due_of(clock)) else { continue };
                let known = fold.breaches.iter().find(|breach| is_of(breach, clock));
                match (verdict, known) {
                    (Verdict::Missed | Verdict::Explained | Verdict::MetLate, None) => {
                        let owners = owners(clock, &folded.involved, &rules, now);
                        said.push(self.breached(clock, due, owners)?);
                    }
                    (Verdict::Met | Verdict::Ended, Some(known)) if !known.rebutted => {
                        let over = clock.stopped.or(clock.ended);
                        said.push(self.rebutted(known, over.map(|over| over.time))?);
                    }
                    (Verdict::Expired, _) if clock.stopped.is_none() => {
                        let start = folded.facts.iter().find(|fact| fact.at == clock.started.fact);
                        let expired = start.map(|start| self.expired(clock, due, start)).transpose()?;
                        said.extend(expired.flatten());
                    }
                    _ => {}
                }
            }
            // Other rules, or a fact that was recorded late, have moved the due moment: that breach was none.
            let moved = |breach: &&Breach| !clocks.iter().any(|clock| is_of(breach, clock));
            for breach in fold.breaches.iter().filter(|breach| !breach.rebutted).filter(moved) {
                said.push(self.rebutted(breach, None)?);
            }
            Ok::<_, Problem>(said)
        });
        match said {
            Err(Problem::Damaged(why)) => {
                tracing::error!(%why, "the clocks of a case cannot be watched"); // it is parked, and says so
                Ok(Vec::new())
            }
            said => said?,
        }
    }

    fn breached(&self, clock: &Clock, due: Instant, owners: Vec<AgencyCode>) -> Result<StoredFact, Problem> {
        let said = ClockBreached {
            clock: clock.rule.id.to_string(),
            instance: clock.instance.clone(),
            due_at: due.to_string(),
            owners,
        };
        self.own_fact(
            &of_start("breach", clock, due),
            due.to_string(),
            None,
            &Governance::ClockBreached(said).into(),
        )
    }

    fn rebutted(&self, breach: &Breach, stopped: Option<Instant>) -> Result<StoredFact, Problem> {
        let said = BreachRebutted {
            clock: breach.clock.clone(),
            instance: breach.instance.clone(),
            due_at: breach.due.to_string(),
            stopped_at: stopped.map(|at| at.to_string()),
        };
        let id = id("rebuttal", &breach.clock, &[&breach.instance, &breach.due.to_string()]);
        self.own_fact(&id, self.now().to_string(), None, &Governance::BreachRebutted(said).into())
    }

    /// What the rule wants said at the end of a validity, by the contract of that fact; nothing where it does not
    /// fulfil it.
    fn expired(
        &self,
        clock: &Clock,
        due: Instant,
        start: &vocabulary::CaseFact,
    ) -> Result<Option<StoredFact>, Problem> {
        let Some(expired) = &clock.rule.expired else { return Ok(None) };
        let copied = expired.copy.iter().filter_map(|name| Some((name.clone(), start.value(name)?.clone())));
        let data: serde_json::Map<_, _> = copied.collect();
        let wrong = self.contracts().violations(expired.fact.as_str(), &data.clone().into());
        if wrong.is_none_or(|wrong| !wrong.is_empty()) {
            tracing::error!(clock = %clock.rule.id, "what its rule says at the end of the validity breaks its contract");
            return Ok(None);
        }
        let cause = Some(&start.attributes.id);
        self.own_data(&of_start("expired", clock, due), due.to_string(), cause, expired.fact.clone(), data)
            .map(Some)
    }
}

/// The agencies that owe it: of those that hold a role, the ones that have a part in the case.
fn owners(clock: &Clock, involved: &disclosure::Involved, rules: &Rules, now: Instant) -> Vec<AgencyCode> {
    match &clock.owner {
        statutory_clock::Owner::Role(role) => involved.holders(role, rules, now),
        owner => owner.agencies(rules, now),
    }
}

/// The id of what is said once of a start of a clock and its due moment.
fn of_start(what: &str, clock: &Clock, due: Instant) -> String {
    let start = [clock.started.fact.to_string(), due.to_string()];
    id(what, clock.rule.id.as_str(), &[&clock.instance, &start[0], &start[1]])
}

fn due_of(clock: &Clock) -> Option<Instant> {
    clock.due.as_ref().ok().and_then(Due::moment)
}

/// Whether a breach that was announced is one of this clock, as it stands.
fn is_of(breach: &Breach, clock: &Clock) -> bool {
    breach.clock == clock.rule.id.as_str()
        && breach.instance == clock.instance
        && Some(breach.due) == due_of(clock)
}

/// The id of what is said of a clock, from everything that makes it one saying.
fn id(what: &str, clock: &str, of: &[&str]) -> String {
    let name = [&[clock], of].concat().join("\u{0}");
    let unique = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, name.as_bytes());
    format!("{what}-{clock}-{unique}")
}
