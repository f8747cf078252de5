//! Reads `closure.toml`: each condition for itself, then what its versions say of each other.

use super::shape::{Approval, AtMost, FollowUp, GENERAL, Head, Nothing, Row, Safety, Text, Told, When};
use super::{Approver, Approvers, Criteria, Criterion, FollowUpMonths, Predicate};
use crate::file::Reader;
use std::collections::BTreeMap;
use toml::Spanned;
use toml::de::{DeTable, DeValue};
use vocabulary::Role;
use vocabulary::closure::ClosureType;
use vocabulary::follow_up::Grade;

impl Criteria {
    /// Reads the conditions, and tells what is wrong with each.
    pub(crate) fn read(mut reader: Reader<'_>) -> Self {
        let mut read = Vec::<Criterion>::new();
        let (rows, reopening_months) = reader.criteria();
        for row in rows {
            let Some(criterion) = reader.criterion(row) else { continue };
            let clash = |other: &&Criterion| other.id == criterion.id && other.term.overlaps(&criterion.term);
            if let Some(other) = read.iter().find(clash) {
                let reason = format!("`{}` holds at the same time, by line {}", criterion.id, other.line);
                reader.fault(criterion.line, reason);
            }
            read.push(criterion);
        }
        Self { asked: read, reopening_months }
    }
}

impl<'a> Reader<'a> {
    /// The conditions as they stand, and for how many months a case may be reopened.
    fn criteria(&mut self) -> (Vec<Spanned<DeValue<'a>>>, Option<u16>) {
        let Some(mut document) = self.document() else { return (Vec::new(), None) };
        let rows = document.get_mut().remove("criterion");
        let span = document.span();
        let head = self.part::<Head>(Spanned::new(span, DeValue::Table(document.into_inner())));
        let months =
            head.and_then(|head| head.reopening).and_then(|reopening| self.number(&reopening.months));
        let line = rows.as_ref().map_or(1, |rows| self.line(&rows.span()));
        let rows = match rows.map(Spanned::into_inner) {
            Some(DeValue::Array(rows)) => rows.into_iter().collect(),
            Some(_) => {
                self.fault(line, "`criterion` is a list of tables: [[criterion]]");
                Vec::new()
            }
            None => Vec::new(),
        };
        (rows, months)
    }

    fn criterion(&mut self, row: Spanned<DeValue<'a>>) -> Option<Criterion> {
        let (row, parameters) = self.parted(row)?;
        let row: Row = self.part(row)?;
        let line = self.line(&row.id.span());
        let id = self.word(&row.id, code);
        let term = self.term(&row.from, row.until.as_ref(), None);
        let predicate = self.predicate(&row.predicate, parameters);
        if row.only.is_some() && !row.exempt.is_empty() {
            self.fault(line, "`only` and `exempt` say the same thing twice: one of them");
        }
        let exempt = row.only.map_or(row.exempt, |only| {
            ClosureType::ALL.iter().copied().filter(|kind| !only.contains(kind)).collect()
        });
        let (name, kind, basis) = (row.name, row.kind, row.basis);
        let only_at_closing = row.when == When::Closing;
        let (id, term, predicate) = (id?, term?, predicate?);
        Some(Criterion { id, name, kind, term, only_at_closing, exempt, predicate, basis, line })
    }

    /// What a condition says in general, and what it says to its predicate.
    fn parted(&mut self, row: Spanned<DeValue<'a>>) -> Option<(Spanned<DeValue<'a>>, Spanned<DeValue<'a>>)> {
        let (span, line) = (row.span(), self.line(&row.span()));
        let DeValue::Table(mut table) = row.into_inner() else {
            self.fault(line, "`criterion` is a list of tables: [[criterion]]");
            return None;
        };
        let mut general = DeTable::new();
        for key in GENERAL {
            if let Some((key, value)) = table.remove_entry(key) {
                general.insert(key, value);
            }
        }
        let part = |table| Spanned::new(span.clone(), DeValue::Table(table));
        Some((part(general), part(table)))
    }

    fn predicate(&mut self, word: &Text, parameters: Spanned<DeValue<'_>>) -> Option<Predicate> {
        let simple = match word.get_ref().as_str() {
            "follow-up-months" => return self.follow_up(parameters),
            "safety-assessed" => {
                let days = self.part::<Safety>(parameters)?.days;
                return Some(Predicate::SafetyAssessed { days: self.number(&days)? });
            }
            "grade-at-most" => return self.at_most(parameters),
            "reporter-told" => return self.told(parameters),
            "no-open-referral" => Predicate::NoOpenReferral,
            "guardianship-settled" => Predicate::GuardianshipSettled,
            "no-active-order" => Predicate::NoActiveOrder,
            "child-view-recorded" => Predicate::ChildViewRecorded,
            "breaches-explained" => Predicate::BreachesExplained,
            "clocks-over" => Predicate::ClocksOver,
            "justice-ended" => Predicate::JusticeEnded,
            "tasks-done" => Predicate::TasksDone,
            "decisions-carried" => Predicate::DecisionsCarried,
            "answered" => Predicate::Answered,
            "transfer-accepted" => Predicate::TransferAccepted,
            "no-objection" => Predicate::NoObjection,
            "file-decided" => Predicate::FileDecided,
            "approved" => return self.approved(parameters),
            unknown => {
                let line = self.line(&word.span());
                self.fault(line, format!("`{unknown}`: nobody can ask this of a case"));
                return None;
            }
        };
        self.part::<Nothing>(parameters).map(|_| simple)
    }

    fn follow_up(&mut self, parameters: Spanned<DeValue<'_>>) -> Option<Predicate> {
        let row: FollowUp = self.part(parameters)?;
        let line = self.line(&row.months.span());
        let (last_visit_months, before) = (self.number(&row.last_visit_months), self.faults());
        let (mut default, mut removal, mut by_grade) = (None, None, BTreeMap::new());
        for (key, months) in row.months.into_inner() {
            let (Some(key), Some(months)) = (self.word(&key, whom), self.number(&months)) else { continue };
            match key {
                Whom::Everybody => default = Some(months),
                Whom::Removed => removal = Some(months),
                Whom::Graded(grade) => drop(by_grade.insert(grade, months)),
            }
        }
        if default.is_none() && self.faults() == before {
            self.fault(line, "`months` has a `default`");
        }
        let (default, last_visit_months) = (default?, last_visit_months?);
        Some(Predicate::FollowUpMonths(FollowUpMonths { default, by_grade, removal, last_visit_months }))
    }

    fn at_most(&mut self, parameters: Spanned<DeValue<'_>>) -> Option<Predicate> {
        let AtMost { grade, apart_days } = self.part(parameters)?;
        let apart_days = match apart_days {
            Some(days) => Some(self.number(&days)?),
            None => None,
        };
        Some(Predicate::GradeAtMost { grade, apart_days })
    }

    /// Every grade has one who approves, or a case of that grade would never close.
    fn approved(&mut self, parameters: Spanned<DeValue<'_>>) -> Option<Predicate> {
        let levels = self.part::<Approval>(parameters)?.levels;
        let line = self.line(&levels.span());
        let mut rows = BTreeMap::new();
        for level in levels.into_inner() {
            let mut roles =
                |words: &[Text]| words.iter().filter_map(|word| self.word(word, Role::parse)).collect();
            let approver = Approver { roles: roles(&level.roles), consent: roles(&level.consent) };
            if approver.roles.is_empty() {
                self.fault(line, format!("nobody approves up to {}", level.up_to));
            }
            if rows.insert(level.up_to, approver).is_some() {
                self.fault(line, format!("{} stands twice", level.up_to));
            }
        }
        if rows.keys().next_back() != Grade::ALL.last() {
            self.fault(line, "the last level is the highest grade");
        }
        Some(Predicate::Approved(Approvers(rows)))
    }

    fn told(&mut self, parameters: Spanned<DeValue<'_>>) -> Option<Predicate> {
        let row: Told = self.part(parameters)?;
        let mut words = |words: &[Text]| words.iter().filter_map(|word| self.word(word, code)).collect();
        Some(Predicate::ReporterTold { kinds: words(&row.kinds), when_filed: words(&row.when_filed) })
    }
}

/// For whom a number of months is.
enum Whom {
    Everybody,
    Removed,
    Graded(Grade),
}

fn whom(text: &str) -> Result<Whom, &'static str> {
    let grade = || Grade::ALL.iter().copied().find(|grade| grade.to_string() == text);
    match text {
        "default" => Ok(Whom::Everybody),
        "removal" => Ok(Whom::Removed),
        _ => grade().map(Whom::Graded).ok_or("expected default, removal or a grade such as L3"),
    }
}

fn code(text: &str) -> Result<String, &'static str> {
    let valid = (1..=64).contains(&text.len())
        && text.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b".-".contains(&b));
    if valid { Ok(text.to_owned()) } else { Err("not a code: expected lower-case letters, digits, . and -") }
}
