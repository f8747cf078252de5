//! One instance: who owes it, by when, what stopped it, and whether its breach was explained.

use crate::due::{after_months, count, days_before};
use crate::fold::{EXPLAINED, Started};
use crate::matching::{agency_in, fits, happened, key, mark, matches, named, named_roles};
use crate::{Clock, Due, Fault, Mark, Owner};
use jiff::civil::Date;
use jurisdiction::Rules;
use jurisdiction::clock::{Allowed, Before, Key, OwnerRule, Pattern, Stop};
use std::collections::BTreeSet;
use vocabulary::CaseFact;

/// The facts of a history that any clock reads, in ledger order, and the rules to read them by.
pub(crate) struct History<'f> {
    pub(crate) facts: &'f [&'f CaseFact],
    pub(crate) rules: &'f Rules,
}

impl History<'_> {
    /// What became of a start.
    pub(crate) fn instance(&self, start: Started<'_>) -> Clock {
        let stopped = start.rule.stops.iter().filter_map(|stop| self.stopped(stop, &start)).min();
        let due = self.due(&start);
        let explained = due.as_ref().ok().and_then(|due| self.explained(&start, due));
        let owner = owner(&start);
        let Started { rule, instance, mark, .. } = start;
        Clock { rule: rule.clone(), instance, owner, started: mark, due, stopped, explained }
    }

    /// The facts that match and speak of the instance, with their times, from the earliest on.
    fn marks(
        &self,
        on: &Pattern,
        per: Option<&Key>,
        at: Option<&String>,
        instance: &str,
    ) -> Vec<(Mark, &CaseFact)> {
        let of = |fact: &CaseFact| {
            let same = per.is_none_or(|per| key(per, fact).is_some_and(|named| named == instance));
            same && matches(on, fact, self.rules)
        };
        let facts = self.facts.iter().filter(|fact| of(fact));
        let mut marks = facts.map(|fact| (mark(at, fact), *fact)).collect::<Vec<_>>();
        marks.sort_by_key(|(mark, _)| *mark);
        marks
    }

    fn stopped(&self, stop: &Stop, start: &Started<'_>) -> Option<Mark> {
        let day = self.rules.local_date(start.mark.time);
        let earliest = stop.early_days.map(|days| days_before(day, days));
        let not_before = stop.not_before_months.map(|months| after_months(day, months).unwrap_or(Date::MAX));
        let counts = |mark: &Mark| {
            let on = self.rules.local_date(mark.time);
            (mark.time >= start.mark.time || earliest.is_some_and(|first| on >= first))
                && not_before.is_none_or(|first| on >= first)
        };
        let marks = self.marks(&stop.on, stop.per.as_ref(), stop.at.as_ref(), &start.instance);
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

    fn due(&self, start: &Started<'_>) -> Result<Due, Fault> {
        let case = start.rule.due.iter().find(|case| fits(&case.when, start.fact)).ok_or(Fault::NoRule)?;
        match &case.time {
            Allowed::Validity(property) => {
                let said = start.fact.clear.get(property).and_then(|value| value.as_str());
                let day = said.and_then(|day| day.parse::<Date>().ok());
                let day = day.ok_or_else(|| Fault::NoDate(property.clone()))?;
                Ok(Due::Valid(day, self.rules.end_of(day)))
            }
            Allowed::Before(before) => {
                let Before { on, per, at } = before;
                let marks = self.marks(on, per.as_ref(), at.as_ref(), &start.instance).into_iter();
                let first = marks.map(|(mark, _)| mark).find(|mark| mark.time >= start.mark.time);
                Ok(first.map_or(Due::Pending, Due::Before))
            }
            counted => count(counted, start.mark.time, self.rules),
        }
    }

    /// What was said before there was a breach explains none.
    fn explained(&self, start: &Started<'_>, due: &Due) -> Option<Mark> {
        let says = |fact: &CaseFact, property: &str, value: &str| {
            fact.clear.get(property).is_some_and(|said| said.as_str() == Some(value))
        };
        let explains = |fact: &&&CaseFact| {
            fact.attributes.kind.as_str() == EXPLAINED
                && says(fact, "clock", start.rule.id.as_str())
                && says(fact, "instance", &start.instance)
                && due.passed(happened(fact))
        };
        self.facts.iter().find(explains).map(|fact| mark(None, fact))
    }
}

fn owner(start: &Started<'_>) -> Owner {
    let publisher = |fact: &CaseFact| fact.attributes.source.agency.clone();
    let agency = match &start.rule.owner {
        OwnerRule::Role(role) => return Owner::Role(role.clone()),
        OwnerRule::AgencyIn(properties) => agency_in(properties, start.fact),
        OwnerRule::Publisher => Some(publisher(start.fact)),
        OwnerRule::PublisherOfAbout => start.about.map(publisher),
    };
    agency.map_or(Owner::Unknown, Owner::Agency)
}
