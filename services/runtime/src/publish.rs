//! The way in: from a document to a receipt.

use crate::bus::Bus;
use crate::named::named;
use crate::problem::Problem;
use crate::protect::{is_same, protect};
use crate::stages;
use contract::{Document, Envelope, Opens, Rejection, Violation};
use jurisdiction::Rules;
use ledger::{LedgerError, Outcome};
use serde::Serialize;
use vocabulary::commitment::record_hash;
use vocabulary::governance::Governance;
use vocabulary::intake::Intake;
use vocabulary::record::{Record, StoredFact};
use vocabulary::{AgencyCode, Consequence, Fact, FactRef, HistoryId, Instant, Position};

/// How often a decision is made again when others were first.
pub(crate) const ATTEMPTS: usize = 8;
/// How far `time` may lie ahead of the clock of the bus: clocks of other systems are not exact.
const SKEW: jiff::SignedDuration = jiff::SignedDuration::from_mins(10);

/// How long views or a copy may take to catch up before an answer that rests on them.
const VIEWS: std::time::Duration = std::time::Duration::from_secs(2);

/// Who asks: an agency that has shown its token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Caller {
    /// The agency.
    pub agency: AgencyCode,
}

/// What the publisher of a fact gets: durable, and the same again for the same document.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Receipt {
    /// The fact's own id.
    pub id: String,
    /// The history.
    pub subject: HistoryId,
    /// Position of the record in the ledger.
    pub sequence: Position,
    /// Place of the fact in its record.
    pub ordinal: u32,
    /// When it was recorded.
    pub recordedtime: Instant,
    /// `sha256:` and the hash of the record.
    pub hash: String,
    /// Whether it had been recorded before.
    pub duplicate: bool,
    /// What followed from it in the same record.
    pub consequences: Vec<Followed>,
}

/// A consequence, as a receipt names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Followed {
    /// Its id.
    pub id: String,
    /// Its type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its place in the record.
    pub ordinal: u32,
}

/// What a dry run answers: it would be admitted, with these consequences.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Preview {
    /// Always true: everything else is a problem.
    pub admitted: bool,
    /// The history, where the fact continues one.
    pub subject: Option<HistoryId>,
    /// Types of the consequences.
    pub consequences: Vec<String>,
}

impl Bus {
    /// Publishes one event: checks, decides, protects, appends. When it answers, the fact is durable.
    ///
    /// The order of checks is fixed: well-formed, contract, the source is the caller's, duplicate, role,
    /// history and involvement, what the caller has seen, the decision of the stage.
    ///
    /// An acceptance is protected by the expected version of its history. A refusal is not: so where several
    /// processes share a ledger, none is given before this one holds what was recorded when it was asked.
    ///
    /// With `seen`, the fact is admitted only if that is still the last fact of its history that the caller
    /// can have seen: one that the caller was told of, or that it published.
    ///
    /// # Errors
    /// A [`Problem`]; nothing was recorded then, except that a store which failed half-way may have kept the
    /// record: the same document again then answers as a duplicate.
    pub async fn publish(
        &self,
        caller: &Caller,
        event: Envelope,
        seen: Option<FactRef>,
    ) -> Result<Receipt, Problem> {
        let document = self.known(caller, event).await?;
        let before = *self.ledger.head().borrow();
        match self.admitted(caller, &document, seen).await {
            Err(refusal) if refusal.may_pass() && self.is_newer_now(before, seen).await? => {
                self.admitted(caller, &document, seen).await
            }
            outcome => outcome,
        }
    }

    /// Catches up with what was recorded when this was asked, and says whether anything came since `before`, when
    /// the decision began. What a caller has seen is told by the views, so where that was asked they must have come
    /// as far.
    async fn is_newer_now(&self, before: Position, seen: Option<FactRef>) -> Result<bool, Problem> {
        self.ledger.confirm().await?;
        let head = *self.ledger.head().borrow();
        let moved = head > before;
        if seen.is_none() {
            return Ok(moved);
        }
        let mut progress = self.views.progress();
        let late = progress.borrow().applied < head;
        let reached = progress.wait_for(|views| views.applied >= head || views.stopped.is_some());
        let _ = tokio::time::timeout(VIEWS, reached).await; // not in time: the refusal stands, and may be asked again
        Ok(moved || late)
    }

    /// The way of a document that its contract accepts, by what this process knows.
    async fn admitted(
        &self,
        caller: &Caller,
        document: &Document,
        seen: Option<FactRef>,
    ) -> Result<Receipt, Problem> {
        if let Some(receipt) = self.repeated(document)? {
            return Ok(receipt);
        }
        permit(caller, document, &self.rulebook.current()?, self.now())?;
        let (history, opens) = self.existing(document)?;
        let _turn = self.histories.turn(&history).await;
        for _ in 0..ATTEMPTS {
            // A twin of this document may have been recorded meanwhile: then the answer is its receipt, not
            // the refusal that a second one would meet.
            if let Some(receipt) = self.repeated(document)? {
                return Ok(receipt);
            }
            // The record names the rules and the moment by which everything about it was decided.
            let (rules, now) = (self.rulebook.current()?, self.now());
            permit(caller, document, &rules, now)?;
            let record = self.admit(caller, document, (&history, opens), seen, (&rules, now))?;
            let receipt = receipt(Position(0), &record, 0, false);
            match self.ledger.append(record).await {
                Ok(Outcome::Appended(sequence)) => {
                    if opens {
                        self.has_opened(&caller.agency, &history);
                    }
                    return Ok(Receipt { sequence, ..receipt });
                }
                Ok(Outcome::AlreadyThere(at)) => return self.repeat_of(document, at),
                Err(LedgerError::Conflict { .. }) => {} // someone else was first: read and decide again
                Err(error) => return Err(error.into()),
            }
        }
        Err(Problem::Busy)
    }

    /// What another process has recorded for a caller of this one: waits until it can be read here, so that a
    /// receipt is not followed by "there is no such thing". Not for long; the receipt is true without it.
    pub async fn recorded_elsewhere(&self, caller: &Caller, history: &HistoryId, at: Position, opened: bool) {
        if opened {
            self.has_opened(&caller.agency, history);
        }
        let mut head = self.ledger.head();
        let reached = head.wait_for(|head| *head >= at);
        let _ = tokio::time::timeout(VIEWS, reached).await; // not in time: it will be there later
    }

    /// Would this be admitted, and with which consequences? Nothing is stored.
    ///
    /// # Errors
    /// What [`Bus::publish`] would answer.
    pub async fn preview(
        &self,
        caller: &Caller,
        event: Envelope,
        seen: Option<FactRef>,
    ) -> Result<Preview, Problem> {
        let document = self.known(caller, event).await?;
        let before = *self.ledger.head().borrow();
        match self.foreseen(caller, &document, seen) {
            Err(refusal) if refusal.may_pass() && self.is_newer_now(before, seen).await? => {
                self.foreseen(caller, &document, seen)
            }
            outcome => outcome,
        }
    }

    fn foreseen(
        &self,
        caller: &Caller,
        document: &Document,
        seen: Option<FactRef>,
    ) -> Result<Preview, Problem> {
        let subject = document.attributes.subject.clone();
        if let Some(receipt) = self.repeated(document)? {
            let consequences = receipt.consequences.into_iter().map(|c| c.kind).collect();
            return Ok(Preview { admitted: true, subject: Some(receipt.subject), consequences });
        }
        let (rules, now) = (self.rulebook.current()?, self.now());
        permit(caller, document, &rules, now)?;
        let (history, opens) = self.existing(document)?;
        let (consequences, _) = self.decide(caller, document, (&history, opens), seen, (&rules, now))?;
        let kinds =
            consequences.iter().filter_map(|Consequence(fact)| fact.write()).map(|(kind, _)| kind).collect();
        Ok(Preview { admitted: true, subject, consequences: kinds })
    }

    /// The document, of a type that is known when everything is that was recorded by now: the region may just have
    /// adopted it in another process.
    async fn known(&self, caller: &Caller, event: Envelope) -> Result<Document, Problem> {
        if self.contracts().get(event.attributes.kind.as_str()).is_none() {
            self.ledger.confirm().await?;
        }
        self.owned(caller, event)
    }

    /// Contract, and that the source is the caller's.
    fn owned(&self, caller: &Caller, event: Envelope) -> Result<Document, Problem> {
        let document = self.contracts().check(event)?;
        let source = &document.attributes.source;
        if source.agency != caller.agency || source.region != self.region {
            return Err(Problem::ForeignSource);
        }
        let latest = self.now().timestamp() + SKEW;
        if document.attributes.happened().is_none_or(|at| at.timestamp() > latest) {
            let (en, zh) = ("this time lies in the future", "该时间在未来");
            return Err(Rejection::Broken(vec![Violation::new("/time", "future-time", en, zh)]).into());
        }
        Ok(document)
    }

    /// The receipt of the same document, if it was recorded before.
    fn repeated(&self, document: &Document) -> Result<Option<Receipt>, Problem> {
        let found = self.ledger.find(&document.attributes.source, &document.attributes.id)?;
        found.map(|at| self.repeat_of(document, at)).transpose()
    }

    fn repeat_of(&self, document: &Document, at: FactRef) -> Result<Receipt, Problem> {
        let stored = self.ledger.get(at.sequence)?;
        let stored = stored.ok_or_else(|| Problem::Damaged(format!("record {} is missing", at.sequence)))?;
        let fact = stored.record.facts.get(at.ordinal as usize);
        match fact.map(|fact| is_same(document, fact, &*self.vault)).transpose()? {
            Some(true) => Ok(receipt(stored.position, &stored.record, at.ordinal, true)),
            _ => Err(Problem::IdConflict),
        }
    }

    /// The decision, and the record that says so.
    fn admit(
        &self,
        caller: &Caller,
        document: &Document,
        history: (&HistoryId, bool),
        seen: Option<FactRef>,
        (rules, now): (&Rules, Instant),
    ) -> Result<Record, Problem> {
        let (consequences, head) = self.decide(caller, document, history, seen, (rules, now))?;
        let mut facts = vec![protect(document, history.0, &head.keys, &*self.vault)?];
        for (index, Consequence(fact)) in consequences.iter().enumerate() {
            facts.push(self.follow_up(document, index, fact)?);
        }
        self.record(history.0, head.version, head.now, rules, facts)
    }

    /// Is the caller involved in this history, has it seen the last of it, and what does the stage say? A history that does not exist and
    /// one in which the caller has no part answer alike.
    fn decide(
        &self,
        caller: &Caller,
        document: &Document,
        (history, opens): (&HistoryId, bool),
        seen: Option<FactRef>,
        (rules, now): (&Rules, Instant),
    ) -> Result<(Vec<Consequence>, Head), Problem> {
        // Before the history itself is looked at, so that no two looks ever wait for each other.
        if let Fact::Intake(Intake::ReportsLinked(said)) = &document.fact
            && said.other != *history
        {
            self.may_link(&caller.agency, &said.other)?;
        }
        if let Fact::Intake(Intake::ChildIdentified(said)) = &document.fact {
            self.may_name(&caller.agency, &said.file)?;
        }
        self.histories.with(history, |folded| {
            let now = folded.recorded.map_or(now, |last| last.max(now));
            let knows = folded.version.0 > 0 && folded.involved.includes(&caller.agency, rules, now);
            let outside = document.contract.exempt_from_involvement() && folded.version.0 > 0;
            if !(opens || knows || outside) {
                return Err(Problem::NotFound);
            }
            seen.map_or(Ok(()), |seen| self.has_seen(caller, folded, seen))?;
            named(document, folded)?;
            let said = (&document.attributes, &document.fact);
            let proposed = stages::proposed(said, now, folded.facts.iter(), rules);
            let consequences = match &proposed.fact {
                Fact::Governance(Governance::FactWithdrawn(said)) => {
                    self.withdrawal(caller, folded, said).map(|()| Vec::new())?
                }
                Fact::Governance(Governance::DataCorrectionRecorded(said)) => {
                    self.correction(caller, folded, said).map(|()| Vec::new())?
                }
                Fact::Governance(_) => disclosure::admit(&folded.involved, &proposed, rules)?,
                _ => folded.states.admit(&proposed, rules)?,
            };
            Ok((consequences, Head { version: folded.version, now, keys: folded.keys.clone() }))
        })?
    }

    /// The history of a document, unless it continues one that does not exist. Asked before the history is
    /// looked at, so that guessing names costs the bus nothing.
    fn existing(&self, document: &Document) -> Result<(HistoryId, bool), Problem> {
        let (history, opens) = self.history_of(document)?;
        let exists = opens || self.ledger.version(&history)?.0 > 0;
        if exists { Ok((history, opens)) } else { Err(Problem::NotFound) }
    }

    /// The history that a document continues or opens. The name of a new one is derived from what opens it, so
    /// that a retry never opens a second, and with a secret, so that nobody can guess it.
    fn history_of(&self, document: &Document) -> Result<(HistoryId, bool), Problem> {
        let attributes = &document.attributes;
        match (&attributes.subject, document.contract.opens()) {
            (Some(subject), _) => Ok((subject.clone(), false)),
            (None, Opens::Never) => Err(Problem::NotFound), // unreachable: the contract asked for a subject
            (None, Opens::Always | Opens::May) => {
                let kind = document.contract.history().word();
                let parts = [
                    kind.as_bytes(),
                    &attributes.source.to_string().into_bytes(),
                    attributes.id.as_str().as_bytes(),
                ];
                let name = format!("{kind}-{}", hex::encode(self.vault.name(&parts)?));
                let history =
                    HistoryId::parse(&name).map_err(|_| Problem::Damaged("a history name".to_owned()))?;
                Ok((history, true))
            }
        }
    }

    /// A consequence as the bus says it: its id derives from its cause.
    fn follow_up(
        &self,
        document: &Document,
        index: usize,
        fact: &vocabulary::Fact,
    ) -> Result<StoredFact, Problem> {
        let attributes = &document.attributes;
        let cause = format!("{}\u{0}{}\u{0}{index}", attributes.source, attributes.id);
        let id = uuid::Uuid::new_v5(&uuid::Uuid::NAMESPACE_URL, cause.as_bytes());
        self.own_fact(&id.to_string(), attributes.time.clone(), Some(&attributes.id), fact)
    }
}

/// What a record needs to know of the history that it continues.
struct Head {
    version: vocabulary::Version,
    /// The moment of the record: never before that of the last one.
    now: Instant,
    keys: crate::protect::KeyRing,
}

/// The caller is on the roster now, and one of its roles may say this.
fn permit(caller: &Caller, document: &Document, rules: &Rules, now: Instant) -> Result<(), Problem> {
    if rules.agency(&caller.agency, now).is_none() {
        return Err(Problem::OffRoster);
    }
    let may =
        document.contract.publishers().iter().any(|role| rules.holds(&caller.agency, role.as_str(), now));
    if may { Ok(()) } else { Err(Problem::RoleNotAllowed) }
}

fn receipt(sequence: Position, record: &Record, ordinal: u32, duplicate: bool) -> Receipt {
    let fact = record.facts.get(ordinal as usize);
    let follows = |(index, fact): (usize, &StoredFact)| Followed {
        id: fact.attributes.id.to_string(),
        kind: fact.attributes.kind.to_string(),
        ordinal: index as u32,
    };
    Receipt {
        id: fact.map(|fact| fact.attributes.id.to_string()).unwrap_or_default(),
        subject: record.history.clone(),
        sequence,
        ordinal,
        recordedtime: record.recordedtime,
        hash: format!("sha256:{}", hex::encode(record_hash(record))),
        duplicate,
        consequences: record.facts.iter().enumerate().skip(ordinal as usize + 1).map(follows).collect(),
    }
}
