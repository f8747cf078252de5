//! The fold: from the facts of one history to its clocks.

use crate::elsewhere::{absorbed, tells};
use crate::instance::History;
use crate::matching::{happened, key, mark, matches};
use crate::{Clock, Mark};
use jurisdiction::clock::{Key, Start};
use jurisdiction::{ClockRule, Rules};
use std::collections::BTreeSet;
use std::sync::Arc;
use vocabulary::withdrawal::standing;
use vocabulary::{CaseFact, Instant};

/// The fact by which an owner says why it missed: its clear properties `clock` and `instance` name the clock.
pub const EXPLAINED: &str = "governance.breach-explained.v1";

/// What starts an instance.
#[derive(Clone)]
pub(crate) struct Started<'f> {
    pub(crate) rule: &'f Arc<ClockRule>,
    /// By what facts name the instance.
    pub(crate) key: String,
    /// By what people do: the key, and for what began anew the day on which it did.
    pub(crate) instance: String,
    pub(crate) mark: Mark,
    /// The fact that started it.
    pub(crate) fact: &'f CaseFact,
    /// The fact that started the first of its kind, where a clock begins anew.
    pub(crate) origin: &'f CaseFact,
    /// The fact that the start is about.
    pub(crate) about: Option<&'f CaseFact>,
    start: &'f Start,
}

/// The clocks of a history, in the order of their starts, by the facts so far and the rules given. As of an
/// earlier instant, hand in the facts and rules of that instant.
pub fn clocks<'f>(facts: impl IntoIterator<Item = &'f CaseFact>, rules: &Rules) -> Vec<Clock> {
    let mut facts = standing(facts);
    facts.retain(|fact| reads(fact, rules));
    let history = History { facts: &facts, absorbed: absorbed(&facts, rules), rules };
    let versions = rules.clocks().by_id();
    let mut clocks = versions.flat_map(|versions| history.clocks_of(versions)).collect::<Vec<_>>();
    clocks.sort_by(|a, b| (a.started, &a.rule.id).cmp(&(b.started, &b.rule.id)));
    clocks
}

/// The clocks of a history that hold a closing back as of a time, by their ids: open, and of a rule that says so.
pub fn holding<'f>(
    facts: impl IntoIterator<Item = &'f CaseFact>,
    rules: &Rules,
    as_of: Instant,
) -> BTreeSet<String> {
    let holding = |clock: &Clock| clock.rule.holds_closing && clock.open(as_of);
    clocks(facts, rules)
        .iter()
        .filter(|clock| holding(clock))
        .map(|clock| clock.rule.id.to_string())
        .collect()
}

/// Whether any clock of the rules looks at the fact, or it withdraws one or moves the history: all others change none.
pub fn reads(fact: &CaseFact, rules: &Rules) -> bool {
    let kind = &fact.attributes.kind;
    let newer = fact.newer.as_ref().is_some_and(|(newer, _)| rules.clocks().read_type(newer));
    let spoken = kind.as_str() == EXPLAINED || fact.withdrawal().is_some() || tells(fact);
    rules.clocks().read_type(kind) || newer || spoken
}

impl<'f> History<'f> {
    /// The instances of one clock. A key that is running is not started again: the first start counts. Own
    /// ids are no keys in this sense, because two agencies may use the same one.
    fn clocks_of(&self, versions: &'f [Arc<ClockRule>]) -> Vec<Clock> {
        let mut starts =
            self.facts.iter().filter_map(|fact| self.started(versions, fact)).collect::<Vec<_>>();
        starts.sort_by_key(|start| start.mark);
        let mut clocks = Vec::<(String, Clock)>::new();
        for start in starts {
            let mut earlier = clocks.iter().rev();
            let last = match start.start.per {
                Key::Id => None,
                Key::Only => earlier.next(),
                Key::Property(_) => earlier.find(|(key, _)| *key == start.key),
            };
            if !last.is_some_and(|(_, last)| runs_at(last, start.mark)) {
                self.run(versions, start, &mut clocks);
            }
        }
        clocks.into_iter().map(|(_, clock)| clock).collect()
    }

    /// What became of a start; and, where the clock repeats, of each that what stopped the last one began; and of
    /// what is owed here again.
    fn run(&self, versions: &'f [Arc<ClockRule>], start: Started<'f>, clocks: &mut Vec<(String, Clock)>) {
        let mut next = Some(start);
        while let Some(start) = next {
            let gone = self.elsewhere(&start);
            if let Some(gone) = gone.filter(|gone| *gone < start.mark) {
                next = self.back(&start, gone); // it never was owed here before
                continue;
            }
            let clock = self.instance(&start, gone);
            let back =
                gone.filter(|gone| clock.ended == Some(*gone)).and_then(|gone| self.back(&start, gone));
            next = clock.stopped.filter(|_| start.rule.repeats).and_then(|stop| {
                let fact = self.facts.iter().find(|fact| fact.at == stop.fact)?;
                let rule = self.version(versions, fact)?;
                let instance = format!("{}:{}", start.key, self.rules.local_date(stop.time));
                Some(Started { rule, instance, mark: stop, fact, ..start.clone() })
            });
            next = next.or(back);
            clocks.push((start.key, clock));
        }
    }

    /// The version of the day on which the fact happened.
    fn version(&self, versions: &'f [Arc<ClockRule>], fact: &CaseFact) -> Option<&'f Arc<ClockRule>> {
        let day = self.rules.local_date(happened(fact));
        versions.iter().find(|rule| rule.term.holds(day))
    }

    /// Which version the fact starts, if any.
    fn started(&self, versions: &'f [Arc<ClockRule>], fact: &'f CaseFact) -> Option<Started<'f>> {
        let rule = self.version(versions, fact)?;
        rule.starts.iter().find_map(|start| {
            let key = matches(&start.on, fact, self.rules).then(|| key(&start.per, fact)).flatten()?;
            let about = self.about(start, &key)?;
            let (instance, mark) = (key.clone(), mark(start.at.as_ref(), fact, self.rules));
            Some(Started { rule, key, instance, mark, fact, origin: fact, about, start })
        })
    }

    /// The fact that the start is about; `None` when the one that the key names is not of the kind.
    fn about(&self, start: &Start, instance: &str) -> Option<Option<&'f CaseFact>> {
        if start.about.is_empty() {
            return Some(None);
        }
        let of = |fact: &&&CaseFact| {
            fact.attributes.id.as_str() == instance
                && start.about.iter().any(|about| matches(about, fact, self.rules))
        };
        self.facts.iter().find(of).map(|fact| Some(*fact))
    }
}

/// Whether the clock still runs, or is still owed, at a later start of the same instance.
fn runs_at(clock: &Clock, start: Mark) -> bool {
    let over = clock.due.as_ref().is_ok_and(|due| due.expires() && due.passed(start.time));
    let done = [clock.stopped, clock.ended].into_iter().flatten().any(|mark| mark.time <= start.time);
    !over && !done
}
