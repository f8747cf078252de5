//! The bus: all parts of one region in one process.

use crate::clock::Clock;
use crate::history::Histories;
use crate::problem::Problem;
use crate::rulebook::RuleBook;
use crate::tokens::Tokens;
use agency_views::Views;
use contract::Contracts;
use jurisdiction::Rules;
use ledger::{Ledger, Outcome, Stored};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinSet;
use vault::{FactPlace, Keys, SealedAt, VaultError};
use vocabulary::record::{Bytes, FORMAT, Record, StoredFact};
use vocabulary::{
    AgencyCode, Attributes, EventId, Fact, HistoryId, Instant, Position, Region, TypeName, Version,
};

/// What a bus is made of.
pub struct Parts {
    /// The region that it serves.
    pub region: Region,
    /// Where facts are kept.
    pub ledger: Arc<dyn Ledger>,
    /// Who holds the keys: a vault in this process, or the way to one in another.
    pub vault: Arc<dyn Keys>,
    /// What stands on the desks of the agencies.
    pub views: Arc<Views>,
    /// The contracts of the program.
    pub contracts: Arc<Contracts>,
    /// What time it is.
    pub clock: Arc<dyn Clock>,
    /// How long a new record waits for others to be disclosed with it: [`crate::GATHER`] where agencies publish
    /// as they please; nothing where one document follows the other and each is waited for.
    pub gather: Duration,
    /// Whether rules and tokens of the demo are taken, and no others.
    pub demo: bool,
}

/// The bus of one region.
pub struct Bus {
    pub(crate) region: Region,
    pub(crate) ledger: Arc<dyn Ledger>,
    pub(crate) vault: Arc<dyn Keys>,
    pub(crate) views: Arc<Views>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) gather: Duration,
    pub(crate) demo: bool,
    pub(crate) rulebook: Arc<RuleBook>,
    pub(crate) histories: Histories,
    pub(crate) tokens: Tokens,
    pub(crate) disclosed: watch::Sender<Disclosing>,
    /// What this process does; what it is from [`Bus::run`] on.
    duties: std::sync::OnceLock<Duties>,
    /// Who has opened which case and was not told of it yet.
    pub(crate) opened: Mutex<HashSet<(AgencyCode, HistoryId)>>,
    /// Who coordinated when that was last noted in every history.
    pub(crate) hosts: Mutex<Option<Vec<AgencyCode>>>,
    /// Held while the views are made again.
    rebuilding: tokio::sync::Mutex<()>,
    /// Why a follower is no longer there that cannot say it itself.
    pub(crate) ended: watch::Sender<Option<&'static str>>,
}

/// What a process does of its own accord, beside answering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Duties {
    /// It records what agencies are told.
    pub disclosure: bool,
    /// It announces what is to be said of clocks, and of links between histories.
    pub clocks: bool,
}

impl Duties {
    /// Everything: a process that is the whole bus.
    pub const ALL: Self = Self { disclosure: true, clocks: true };
    /// Nothing: others do it.
    pub const NONE: Self = Self { disclosure: false, clocks: false };
}

/// How far the disclosure follower has come.
#[derive(Clone, Debug, Default)]
pub(crate) struct Disclosing {
    pub(crate) through: Position,
    /// Cases that cannot be read to their end, with the reason.
    pub(crate) parked: BTreeMap<HistoryId, String>,
    pub(crate) stopped: Option<String>,
}

/// What `readyz` and `doctor` say about a bus.
#[derive(Clone, Debug, Serialize)]
pub struct Status {
    /// The time zone of the region, by its IANA name.
    pub timezone: String,
    /// Last durable position of the ledger.
    pub head: Position,
    /// Version of the rules in force; 0 before the first adoption.
    pub rules: Version,
    /// How far disclosure has come; `None` where another process does it.
    pub disclosed: Option<Position>,
    /// How far the views have come.
    pub views: Position,
    /// How many cases cannot be read to their end: they stand still, and the others go on.
    pub parked: usize,
    /// What stopped, and why.
    pub stopped: Vec<String>,
}

impl Bus {
    /// Puts the parts together and reads the tokens.
    ///
    /// # Errors
    /// A store is away or damaged; or the rules in force belong to the demo and this is not it, or the other
    /// way round.
    pub fn open(parts: Parts) -> Result<Self, Problem> {
        let Parts { region, ledger, vault, views, contracts, clock, gather, demo } = parts;
        let rulebook = Arc::new(RuleBook::new(ledger.clone(), &region, contracts));
        let rules = rulebook.current()?;
        if rules.version() > Version(0) && rules.demo() != demo {
            return Err(Problem::Demo);
        }
        let tokens = Tokens::read(&*ledger)?;
        if !vault.absent() {
            keys_fit(&*ledger, &*vault)?;
        }
        let histories = Histories::new(ledger.clone(), rulebook.clone());
        let (disclosed, ended) = (watch::Sender::default(), watch::Sender::new(None));
        Ok(Self {
            region,
            ledger,
            vault,
            views,
            clock,
            gather,
            demo,
            rulebook,
            histories,
            tokens,
            disclosed,
            duties: Default::default(),
            opened: Default::default(),
            hosts: Default::default(),
            rebuilding: Default::default(),
            ended,
        })
    }

    /// Makes the views again beside the running ones, compares, and lets the new ones answer. Blocks; `tell` hears
    /// of each step: the last position that was applied, and the head.
    ///
    /// # Errors
    /// [`Problem::Busy`] while another rebuild is under way; a store failed, and the views are as they were.
    pub fn rebuild(&self, tell: impl FnMut(Position, Position)) -> Result<agency_views::Rebuilt, Problem> {
        let _one = self.rebuilding.try_lock().map_err(|_| Problem::Busy)?;
        Ok(self.views.rebuild(&self.rules_in_force(), tell)?)
    }

    /// How views ask for the rules.
    fn rules_in_force(&self) -> impl Fn() -> Result<Rules, String> + Send + Sync + use<> {
        let rules = self.rulebook.clone();
        move || rules.current().map_err(|why| why.to_string())
    }

    /// Runs the followers, each in a task of its own: views and tokens, and what its duties ask for. One that
    /// ends, by an error or a panic, is named in [`Bus::status`]; the others go on.
    pub async fn run(self: Arc<Self>, duties: Duties) {
        let duties = *self.duties.get_or_init(|| duties);
        let mut followers = JoinSet::new();
        let (views, tokens, disclosure) = (self.clone(), self.clone(), self.clone());
        followers.spawn(async move {
            views.views.follow(&views.rules_in_force()).await;
        });
        if duties.disclosure {
            followers.spawn(async move { disclosure.disclose().await });
        }
        followers.spawn(async move {
            tokens.tokens.follow(tokens.ledger.clone()).await;
            tokens.ended.send_replace(Some("tokens: they are followed no more"));
        });
        let (clocks, links) = (self.clone(), self.clone());
        if duties.clocks {
            followers.spawn(async move { links.follow_links().await });
            followers.spawn(async move { clocks.watch().await });
        }
        while let Some(ended) = followers.join_next().await {
            if let Err(why) = ended {
                tracing::error!(%why, "a follower panicked; restart the bus");
                self.ended.send_replace(Some("follower: it panicked"));
            }
        }
    }

    /// The last durable position. Its sender goes away when the ledger fails or closes.
    pub fn ledger_head(&self) -> watch::Receiver<Position> {
        self.ledger.head()
    }

    /// The region that the bus serves.
    pub fn region(&self) -> &Region {
        &self.region
    }

    /// The contracts at the door: those of the program, and those that the region has adopted with its rules.
    pub fn contracts(&self) -> Arc<Contracts> {
        self.rulebook.contracts()
    }

    /// The rules in force.
    ///
    /// # Errors
    /// The ledger is away, or holds rules that this program cannot read.
    pub fn rules(&self) -> Result<Rules, Problem> {
        self.rulebook.current()
    }

    /// Whether this is the demo, whose tokens everybody knows.
    pub fn is_demo(&self) -> bool {
        self.demo
    }

    /// What time the bus takes it to be.
    pub fn now(&self) -> Instant {
        self.clock.now()
    }

    /// How the parts are.
    ///
    /// # Errors
    /// The ledger is away.
    pub fn status(&self) -> Result<Status, Problem> {
        let (views, disclosed) = (self.views.progress().borrow().clone(), self.disclosed.borrow().clone());
        let head = *self.ledger.head().borrow();
        let views_stopped = views.stopped.map(|why| format!("views: {why}"));
        let disclosure_stopped = disclosed.stopped.map(|why| format!("disclosure: {why}"));
        let ended = self.ended.borrow().map(str::to_owned);
        let ledger = self.ledger.well().err().map(|why| format!("ledger: {why}"));
        let stopped =
            ledger.into_iter().chain(views_stopped).chain(disclosure_stopped).chain(ended).collect();
        let rules = self.rules()?;
        let (timezone, rules) = (rules.timezone().to_owned(), rules.version());
        Ok(Status {
            timezone,
            head,
            rules,
            disclosed: self.discloses().then_some(disclosed.through),
            views: views.applied,
            parked: disclosed.parked.len(),
            stopped,
        })
    }

    /// Whether this process records what agencies are told. One that was not told its duties does it all.
    fn discloses(&self) -> bool {
        self.duties.get().is_none_or(|duties| duties.disclosure)
    }

    /// Waits until everything that is recorded has been disclosed and stands in the views. Needs [`Bus::run`].
    ///
    /// # Errors
    /// A follower has stopped: nothing would ever come.
    pub async fn settled(&self) -> Result<(), Problem> {
        let (mut disclosed, mut views) = (self.disclosed.subscribe(), self.views.progress());
        let mut ended = self.ended.subscribe();
        loop {
            let head = *self.ledger.head().borrow();
            let through = async {
                // Err: the senders are part of the bus and cannot be gone
                if self.discloses() {
                    let _ = disclosed.wait_for(|d| d.through >= head || d.stopped.is_some()).await;
                }
                let _ = views.wait_for(|v| v.applied >= head || v.stopped.is_some()).await;
            };
            tokio::select! { () = through => {}, _ = ended.wait_for(Option::is_some) => {} }
            let status = self.status()?;
            if let Some(why) = status.stopped.into_iter().next() {
                return Err(Problem::Unavailable(why));
            }
            // what was told is recorded, too: it has moved the head, unless nobody was told anything
            if status.head == head {
                return Ok(());
            }
        }
    }

    /// A record on a history.
    pub(crate) fn record(
        &self,
        history: &HistoryId,
        after: Version,
        at: Instant,
        rules: &Rules,
        facts: Vec<StoredFact>,
    ) -> Result<Record, Problem> {
        let mut seed = vec![0; 32];
        getrandom::fill(&mut seed).map_err(|error| Problem::Unavailable(error.to_string()))?;
        Ok(Record {
            format: FORMAT,
            history: history.clone(),
            version: Version(after.0 + 1),
            recordedtime: at,
            rules: self.rulebook.reference(rules),
            seed: Bytes(seed),
            facts,
        })
    }

    /// A fact that the bus says itself: its id says what it is, so that saying it twice does nothing.
    pub(crate) fn own_fact(
        &self,
        id: &str,
        time: String,
        cause: Option<&EventId>,
        fact: &Fact,
    ) -> Result<StoredFact, Problem> {
        let damaged = |why: &str| Problem::Damaged(format!("a fact of the bus itself: {why}"));
        let (kind, data) = fact.write().ok_or_else(|| damaged("no type"))?;
        let kind = TypeName::parse(&kind).map_err(|_| damaged("its type"))?;
        self.own_data(id, time, cause, kind, data)
    }

    /// The same, of any type.
    pub(crate) fn own_data(
        &self,
        id: &str,
        time: String,
        cause: Option<&EventId>,
        kind: TypeName,
        data: Map<String, Value>,
    ) -> Result<StoredFact, Problem> {
        let id = EventId::parse(id).map_err(|_| Problem::Damaged("an id of the bus itself".to_owned()))?;
        let mut attributes = Attributes::of_bus(&self.region, id, kind, time);
        attributes.causationid = cause.map(ToString::to_string);
        Ok(StoredFact { attributes, data, sealed: Default::default(), digest: None })
    }

    /// Appends facts of the bus itself to a history at whatever version it has.
    pub(crate) async fn say(&self, history: &HistoryId, facts: Vec<StoredFact>) -> Result<Outcome, Problem> {
        for _ in 0..crate::publish::ATTEMPTS {
            let rules = self.rulebook.current()?;
            let (version, recorded) =
                self.histories.with(history, |folded| (folded.version, folded.recorded))?;
            let at = self.now().max(recorded.unwrap_or(self.now()));
            match self.ledger.append(self.record(history, version, at, &rules, facts.clone())?).await {
                Err(ledger::LedgerError::Conflict { .. }) => {}
                outcome => return Ok(outcome?),
            }
        }
        Err(Problem::Busy)
    }
}

/// Most records at the end of the ledger whose keys are looked at.
const LAST: u64 = 1_024;

/// A vault that was restored from an older copy than the ledger would lease keys a second time; another vault
/// opens nothing. Better to say so now than when somebody asks for a child's name.
fn keys_fit(ledger: &dyn Ledger, vault: &dyn Keys) -> Result<(), Problem> {
    let head = ledger.head().borrow().0; // let go before anything is waited for: the ledger writes it
    let leased = vault.check()?.leased;
    let records = ledger.range(Position(head.saturating_sub(LAST)), LAST as usize)?;
    let facts = records.iter().flat_map(|stored| &stored.record.facts);
    let keys = facts.flat_map(|fact| {
        fact.sealed.values().map(|sealed| sealed.key).chain(fact.digest.iter().map(|d| d.key))
    });
    if let Some(key) = keys.max().filter(|key| *key >= leased) {
        let why =
            format!("the vault has leased keys below {leased}, the ledger uses key {key}: restore the vault");
        return Err(Problem::Damaged(why));
    }
    let sealed = |stored: &Stored| {
        let fact = stored.record.facts.iter().find(|fact| !fact.sealed.is_empty())?;
        fact.sealed
            .iter()
            .next()
            .map(|(name, sealed)| (stored.record.history.clone(), fact.clone(), name.clone(), sealed.clone()))
    };
    let Some((history, fact, name, sealed)) = records.iter().rev().find_map(sealed) else { return Ok(()) };
    let pointer = vocabulary::commitment::data_pointer(&name);
    let (source, id) = (&fact.attributes.source, &fact.attributes.id);
    let place = FactPlace { history: &history, source, id };
    match vault.reveal(place, &[SealedAt::of(&sealed, &pointer)]) {
        Ok(_) => Ok(()),
        Err(VaultError::Unavailable(why)) => Err(Problem::Unavailable(why.to_string())),
        Err(why) => Err(Problem::Damaged(format!(
            "the vault does not open what the ledger holds ({why}): restore the vault"
        ))),
    }
}
