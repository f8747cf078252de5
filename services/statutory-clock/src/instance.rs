//! One instance: who owes it, by when, what stopped or ended it, and whether its breach was explained.

use crate::due::{Counting, after_months, days_before, earlier};
use crate::fold::{EXPLAINED, Started};
use crate::matching::{agency_in, date_in, fits, happened, key, mark, matches, named, named_roles};
use crate::{Clock, Due, Fault, Mark, Owner};
use jiff::civil::Date;
use jurisdiction::Rules;
use jurisdiction::clock::{Allowed, Key, Mention, OwnerRule, Pattern, Stop};
use std::collections::BTreeSet;
use vocabulary::CaseFact;

/// The facts of a history that any clock reads, in ledger order, and the rules to read them by.
pub(crate) struct History<'f> {
    pub(crate) facts: &'f [&'f CaseFact],
    /// When another case went on for it: from, until.
    pub(crate) absorbed: Vec<(Mark, Option<Mark>)>,
    pub(crate) rules: &'f Rules,
}

impl<'f> History<'f> {
    /// What became of a start, which from `gone` on is owed in another case.
    pub(crate) fn instance(&self, start: &Started<'_>, gone: Option<Mark>) -> Clock {
        let stopped = start.rule.stops.iter().filter_map(|stop| self.stopped(stop, start)).min();
        let ended = start.rule.ends.iter().flat_map(|end| self.mentions(end, start)).map(|(mark, _)| mark);
        let ended = ended.filter(|end| end.fact != start.mark.fact).chain(gone).min();
        // What is done once nothing is owed is not what was owed.
        let (stopped, ended) = match (stopped, ended) {
            (Some(stop), Some(end)) if end.time < stop.time => (None, Some(end)),
            (Some(stop), _) => (Some(stop), None),
            (None, ended) => (None, ended),
        };
        let owner = owner(start);
        let due = self.due(start, &owner);
        let explained = due.as_ref().ok().and_then(|due| self.explained(start, due));
        let (rule, instance) = (start.rule.clone(), start.instance.clone());
        Clock { rule, instance, owner, started: start.mark, due, stopped, ended, explained }
    }

    /// The facts that match and speak of the key, with their times, from the earliest on.
    fn marks(
        &self,
        on: &Pattern,
        per: Option<&Key>,
        at: Option<&String>,
        named: &str,
    ) -> Vec<(Mark, &'f CaseFact)> {
        let of = |fact: &CaseFact| {
            let same = per.is_none_or(|per| key(per, fact).is_some_and(|key| key == named));
            same && matches(on, fact, self.rules)
        };
        let facts = self.facts.iter().filter(|fact| of(fact));
        let mut marks = facts.map(|fact| (mark(at, fact, self.rules), *fact)).collect::<Vec<_>>();
        marks.sort_by_key(|(mark, _)| *mark);
        marks
    }

    /// What was said of the instance since it started.
    pub(crate) fn mentions(&self, mention: &Mention, start: &Started<'_>) -> Vec<(Mark, &'f CaseFact)> {
        let mut marks = self.marks(&mention.on, mention.per.as_ref(), mention.at.as_ref(), &start.key);
        marks.retain(|(mark, _)| mark.time >= start.mark.time);
        marks
    }

    fn stopped(&self, stop: &Stop, start: &Started<'_>) -> Option<Mark> {
        let day = self.rules.local_date(start.mark.time);
        let earliest = stop.early_days.map(|days| days_before(day, days));
        let not_before = stop.not_before_months.map(|months| after_months(day, months).unwrap_or(Date::MAX));
        let counts = |mark: &Mark| {
            let on = self.rules.local_date(mark.time);
            let early = earliest.is_some_and(|first| on >= first);
            // What begins it anew does not end it at once.
            let itself =
                start.rule.repeats && (mark.fact == start.mark.fact || again(start) && *mark < start.mark);
            (mark.time >= start.mark.time || early) && !itself && not_before.is_none_or(|first| on >= first)
        };
        let marks = self.marks(&stop.on, stop.per.as_ref(), stop.at.as_ref(), &start.key);
        let (mut words, mut roles) = (BTreeSet::new(), BTreeSet::new());
        let complete = marks.into_iter().filter(|(mark, _)| counts(mark)).find(|(_, fact)| {
            let words_done = stop.covers.as_ref().is_none_or(|(property, all)| {
                words.extend(named(property, fact));
                all.is_subset(&words)
            });
            let roles_done = stop.covers_roles.as_ref().is_none_or(|(property, all)| {
                roles.extend(named_roles(property, fact, self.rules));
                all.is_subset(&roles)
            });
            words_done && roles_done
        });
        complete.map(|(mark, _)| mark)
    }

    fn due(&self, start: &Started<'_>, owner: &Owner) -> Result<Due, Fault> {
        let case = start.rule.due.iter().find(|case| fits(&case.when, start.origin)).ok_or(Fault::NoRule)?;
        Ok(match self.limit(&case.time, start, owner)? {
            Due::Within(day, end) if start.rule.right => Due::Valid(day, end),
            due => due,
        })
    }

    fn limit(&self, time: &Allowed, start: &Started<'_>, owner: &Owner) -> Result<Due, Fault> {
        Ok(match time {
            Allowed::Validity(property) => {
                let day = date_in(property, start.fact, self.rules);
                let day = day.ok_or_else(|| Fault::NoDate(property.clone()))?;
                Due::Valid(day, self.rules.end_of(day))
            }
            Allowed::Before(before) => {
                let first = self.mentions(before, start).into_iter().next();
                first.map_or(Due::Pending, |(mark, _)| Due::Before(mark))
            }
            Allowed::Cadence(cadence) => self.cadence(*cadence, start.mark.time)?,
            Allowed::Earlier(all) if time.asks_grade() => {
                let mut all = all.iter().map(|time| self.limit(time, start, owner));
                let first = all.next().ok_or(Fault::NoRule)??;
                all.try_fold(first, |first, next| next.map(|next| earlier(first, next)))?
            }
            counted => self.lengthened(counted, start, owner)?,
        })
    }

    /// Without pauses and extensions.
    pub(crate) fn counting<'c>(&'c self, fact: &'c CaseFact) -> Counting<'c> {
        Counting { rules: self.rules, fact, pauses: &[], more_days: 0 }
    }

    /// What was said before there was a breach explains none.
    fn explained(&self, start: &Started<'_>, due: &Due) -> Option<Mark> {
        let says = |fact: &CaseFact, property: &str, value: &str| {
            fact.value(property).is_some_and(|said| said.as_str() == Some(value))
        };
        let explains = |fact: &&&CaseFact| {
            fact.attributes.kind.as_str() == EXPLAINED
                && says(fact, "clock", start.rule.id.as_str())
                && says(fact, "instance", &start.instance)
                && due.passed(happened(fact))
        };
        self.facts.iter().find(explains).map(|fact| mark(None, fact, self.rules))
    }
}

/// Whether another one of its kind came before it.
fn again(start: &Started<'_>) -> bool {
    start.fact.at != start.origin.at
}

fn owner(start: &Started<'_>) -> Owner {
    let publisher = |fact: &CaseFact| fact.attributes.source.agency.clone();
    let agency = match &start.rule.owner {
        OwnerRule::Role(role) => return Owner::Role(role.clone()),
        OwnerRule::AgencyIn(properties) => agency_in(properties, start.origin),
        OwnerRule::Publisher => Some(publisher(start.origin)),
        OwnerRule::PublisherOfAbout => start.about.map(publisher),
    };
    agency.map_or(Owner::Unknown, Owner::Agency)
}
