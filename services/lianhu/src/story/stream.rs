//! An endless stream of facts for tests and benches: tellings of all stories, one begun after the other and all
//! going on at once, in the order of their times. The same seed and gap give the same stream.

use super::Document;
use super::catalogue::Stories;
use super::telling::{Telling, published, publisher};
use super::time::{Shift, happened, midnight};
use crate::failure::Failure;
use contract::Envelope;
use futures_util::future::join_all;
use jiff::SignedDuration;
use jiff::civil::date;
use runtime::{Bus, Caller, Receipt, StoryClock};
use serde_json::Value;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap, HashMap};
use vocabulary::{AgencyCode, HistoryId, Instant};

/// Most facts that are published at the same time.
const AT_ONCE: usize = 64;

/// The stream.
pub struct Facts {
    stories: Stories,
    seed: u64,
    gap: SignedDuration,
    begin: Instant,
    /// The next telling that begins.
    number: u64,
    going: BTreeMap<u64, (Telling, usize)>,
    /// When each of them has its next event.
    next: BinaryHeap<Reverse<(Instant, u64)>>,
}

/// One fact of the stream.
pub struct Fact {
    /// The telling that it belongs to.
    pub number: u64,
    /// When it happens.
    pub at: Instant,
    event: Document,
}

impl Fact {
    /// Who publishes it.
    pub fn agency(&self) -> &str {
        publisher(&self.event)
    }

    /// The event as it is published. Its history is named as the bus has named it, unless it opens it.
    pub fn bytes(&self, history: Option<&HistoryId>) -> Vec<u8> {
        Value::Object(published(&self.event, history.map(HistoryId::as_str))).to_string().into_bytes()
    }
}

impl Facts {
    /// The stream of a seed, in which a telling begins after every gap.
    ///
    /// # Errors
    /// A story of this program is broken.
    pub fn new(seed: u64, gap: SignedDuration) -> Result<Self, Failure> {
        let begin = midnight(date(2025, 1, 6)).ok_or_else(|| Failure::Store("no such day".to_owned()))?;
        let (going, next) = (BTreeMap::new(), BinaryHeap::new());
        Ok(Self { stories: Stories::read()?, seed, gap, begin, number: 0, going, next })
    }

    /// When the stream begins.
    pub fn begin(&self) -> Instant {
        self.begin
    }

    /// When the next telling begins.
    fn beginning(&self) -> Option<Instant> {
        let gap = self.gap.checked_mul(i32::try_from(self.number).ok()?)?;
        self.begin.timestamp().checked_add(gap).ok().map(Instant::new)
    }

    /// Begins every telling that begins before the next fact.
    fn open(&mut self) -> Option<()> {
        loop {
            let at = self.beginning()?;
            if self.next.peek().is_some_and(|Reverse((next, _))| *next < at) {
                return Some(());
            }
            let which = self.number as usize % self.stories.all.len();
            let mut telling = self.stories.tell(self.stories.all.get(which)?, self.seed, self.number);
            let first = telling.events.first()?;
            let by = at.timestamp().duration_since(happened(first)?.timestamp());
            let shift = Shift::by(first, by);
            telling.events.iter_mut().for_each(|event| *event = shift.event(event));
            self.next.push(Reverse((at, self.number)));
            self.going.insert(self.number, (telling, 0));
            self.number += 1;
        }
    }
}

impl Iterator for Facts {
    type Item = Fact;

    fn next(&mut self) -> Option<Fact> {
        self.open()?;
        let Reverse((at, number)) = self.next.pop()?;
        let (telling, next) = self.going.get_mut(&number)?;
        let event = telling.events.get_mut(*next).map(std::mem::take)?;
        *next += 1;
        match telling.events.get(*next).and_then(happened) {
            Some(then) => self.next.push(Reverse((then, number))),
            None => drop(self.going.remove(&number)),
        }
        Some(Fact { number, at, event })
    }
}

/// Facts on their way into a bus.
pub struct Filling {
    facts: std::iter::Peekable<Facts>,
    opened: HashMap<u64, HistoryId>,
}

impl Filling {
    /// Nothing yet.
    pub fn new(facts: Facts) -> Self {
        Self { facts: facts.peekable(), opened: HashMap::new() }
    }

    /// Publishes so many more facts, many at a time, by the clock of the stories; no case has two under way.
    ///
    /// # Errors
    /// A fact was refused; a store is away.
    pub async fn publish(&mut self, bus: &Bus, clock: &StoryClock, count: usize) -> Result<(), Failure> {
        let mut left = count;
        while left > 0 {
            let some = self.some(left.min(AT_ONCE));
            let Some(last) = some.values().map(|fact| fact.at).max() else {
                return Err(Failure::Store("the stories have run out".to_owned()));
            };
            clock.set(last);
            let publish = some.values().map(|fact| publish(bus, fact, self.opened.get(&fact.number)));
            for (number, receipt) in some.keys().zip(join_all(publish).await) {
                self.opened.entry(*number).or_insert(receipt?.subject);
            }
            left -= some.len();
        }
        Ok(())
    }

    /// The next facts, of as many cases.
    fn some(&mut self, most: usize) -> BTreeMap<u64, Fact> {
        let mut some = BTreeMap::new();
        while some.len() < most {
            match self.facts.next_if(|fact| !some.contains_key(&fact.number)) {
                Some(fact) => drop(some.insert(fact.number, fact)),
                None => break,
            }
        }
        some
    }
}

async fn publish(bus: &Bus, fact: &Fact, history: Option<&HistoryId>) -> Result<Receipt, Failure> {
    let agency = AgencyCode::parse(fact.agency()).map_err(|why| Failure::Store(why.to_string()))?;
    let envelope = Envelope::structured(&fact.bytes(history)).map_err(runtime::Problem::from)?;
    Ok(bus.publish(&Caller { agency }, envelope, None).await?)
}
