//! The fold: from the facts of one history to its clocks.

use crate::instance::History;
use crate::matching::{happened, key, mark, matches};
use crate::{Clock, Mark};
use jurisdiction::clock::{Key, Start};
use jurisdiction::{ClockRule, Rules};
use std::sync::Arc;
use vocabulary::CaseFact;

/// The fact by which an owner says why it missed: its clear properties `clock` and `instance` name the clock.
pub const EXPLAINED: &str = "governance.breach-explained.v1";

/// A fact that starts a clock.
pub(crate) struct Started<'f> {
    pub(crate) rule: &'f Arc<ClockRule>,
    pub(crate) instance: String,
    /// Whether the instance is this very fact, by its own id.
    pub(crate) own: bool,
    pub(crate) mark: Mark,
    pub(crate) fact: &'f CaseFact,
    /// The fact that the start is about.
    pub(crate) about: Option<&'f CaseFact>,
}

/// The clocks of a history, in the order of their starts, by the facts so far and the rules given. As of an
/// earlier instant, hand in the facts and rules of that instant.
pub fn clocks<'f>(facts: impl IntoIterator<Item = &'f CaseFact>, rules: &Rules) -> Vec<Clock> {
    let facts = facts.into_iter().filter(|fact| reads(fact, rules)).collect::<Vec<_>>();
    let history = History { facts: &facts, rules };
    let versions = rules.clocks().by_id();
    let mut clocks = versions.flat_map(|versions| history.clocks_of(versions)).collect::<Vec<_>>();
    clocks.sort_by(|a, b| (a.started, &a.rule.id).cmp(&(b.started, &b.rule.id)));
    clocks
}

/// Whether any clock of the rules looks at the fact: all others change none.
pub fn reads(fact: &CaseFact, rules: &Rules) -> bool {
    let kind = &fact.attributes.kind;
    rules.clocks().read_type(kind) || kind.as_str() == EXPLAINED
}

impl<'f> History<'f> {
    /// The instances of one clock. A key that is running is not started again: the first start counts. Own
    /// ids are no keys in this sense, because two agencies may use the same one.
    fn clocks_of(&self, versions: &'f [Arc<ClockRule>]) -> Vec<Clock> {
        let mut starts =
            self.facts.iter().filter_map(|fact| self.started(versions, fact)).collect::<Vec<_>>();
        starts.sort_by_key(|start| start.mark);
        let mut clocks = Vec::<Clock>::new();
        for start in starts {
            let last = clocks.iter().rev().find(|clock| clock.instance == start.instance);
            if start.own || !last.is_some_and(|last| runs_at(last, start.mark)) {
                clocks.push(self.instance(start));
            }
        }
        clocks
    }

    /// Which version the fact starts, if any: that of the day on which it happened.
    fn started(&self, versions: &'f [Arc<ClockRule>], fact: &'f CaseFact) -> Option<Started<'f>> {
        let day = self.rules.local_date(happened(fact));
        let rule = versions.iter().find(|rule| rule.term.holds(day))?;
        rule.starts.iter().find_map(|start| {
            let instance = matches(&start.on, fact, self.rules).then(|| key(&start.per, fact)).flatten()?;
            let about = self.about(start, &instance)?;
            let (own, mark) = (start.per == Key::Id, mark(start.at.as_ref(), fact));
            Some(Started { rule, instance, own, mark, fact, about })
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
    !over && clock.stopped.is_none_or(|stop| stop.time > start.time)
}
