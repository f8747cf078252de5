//! While another case goes on for a history, whoever owes what only that case still takes owes it there.
//!
//! An absorbed history takes a few facts ([`ABSORBED_TAKES`]). A clock all of whose stops are among them goes on;
//! every other one ends, since nobody could do here what it asks. When the link is undone, what was not done until
//! then is owed here again, and its time begins anew.

use crate::Mark;
use crate::fold::Started;
use crate::instance::History;
use crate::matching::mark;
use jurisdiction::clock::Stop;
use jurisdiction::{ClockRule, Rules};
use vocabulary::CaseFact;
use vocabulary::intake::ABSORBED_TAKES;

const ABSORBED: &str = "intake.report-absorbed.v1";
const UNLINKED: &str = "intake.reports-unlinked.v1";

/// Whether a fact says that a history was absorbed, or that it was not after all.
pub(crate) fn tells(fact: &CaseFact) -> bool {
    matches!(fact.attributes.kind.as_str(), ABSORBED | UNLINKED)
}

impl<'f> History<'f> {
    /// From when on the start is owed in another case: its first absorption from the start on, or the one in which
    /// it falls.
    pub(crate) fn elsewhere(&self, start: &Started<'_>) -> Option<Mark> {
        if !goes_elsewhere(start.rule) {
            return None;
        }
        let of = |(from, until): &&(Mark, Option<Mark>)| {
            *from >= start.mark || until.is_none_or(|until| start.mark < until)
        };
        self.absorbed.iter().find(of).map(|(from, _)| *from)
    }

    /// The same start, when it is owed here again; `None` when it never was.
    pub(crate) fn back(&self, start: &Started<'f>, gone: Mark) -> Option<Started<'f>> {
        let (_, until) = self.absorbed.iter().find(|(from, _)| *from == gone)?;
        let mut again = start.clone();
        again.mark = (*until)?;
        again.instance = format!("{}:{}", start.key, self.rules.local_date(again.mark.time));
        Some(again)
    }
}

/// When the history was absorbed, and until when. What was undone before it began is left out.
pub(crate) fn absorbed(facts: &[&CaseFact], rules: &Rules) -> Vec<(Mark, Option<Mark>)> {
    let marks = |kind: &str, at: &str| {
        let at = at.to_owned();
        let of = |fact: &&&CaseFact| fact.attributes.kind.as_str() == kind;
        let link_of = |fact: &&CaseFact| (fact.value("link").cloned(), mark(Some(&at), fact, rules));
        facts.iter().filter(of).map(link_of).collect::<Vec<_>>()
    };
    let undone = marks(UNLINKED, "unlinked_at");
    let until = |link| undone.iter().find(|(of, _)| *of == link).map(|(_, mark)| *mark);
    let absorbed = marks(ABSORBED, "absorbed_at").into_iter();
    let mut spans: Vec<_> = absorbed.map(|(link, from)| (from, until(link))).collect();
    spans.retain(|(from, until)| until.is_none_or(|until| *from < until));
    spans.sort();
    spans
}

/// A right or a term runs wherever the case is; a duty stays where all that stops it is still taken.
fn goes_elsewhere(rule: &ClockRule) -> bool {
    let stays = |stop: &Stop| ABSORBED_TAKES.contains(&stop.on.fact.as_str());
    !rule.right && !rule.stops.is_empty() && !rule.stops.iter().all(stays)
}
