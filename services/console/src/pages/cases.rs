//! The cases: one line each, with filters that live in the address.

use super::rows::Waits;
use super::{Reader, Shell, failed, html, in_query};
use crate::desk::{Filter, Trouble};
use crate::model::{CaseItem, Page};
use crate::names::{At, Badge, Left, Names};
use crate::{App, Shared};
use askama::Template;
use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::Response;
use runtime::Caller;
use serde::Deserialize;

/// Cases on one page.
const MOST: usize = 50;
/// The grades that one can filter by, the gravest first.
const GRADES: [&str; 5] = ["L4", "L3", "L2", "L1", "L0"];

/// The query of `GET /cases`.
#[derive(Clone, Default, Deserialize)]
pub(crate) struct Asked {
    agency: Option<String>,
    phase: Option<String>,
    grade: Option<String>,
    overdue: Option<String>,
    number: Option<String>,
    after: Option<String>,
}

#[derive(Template)]
#[template(path = "cases.html")]
struct Cases {
    shell: Shell,
    t: &'static crate::words::Words,
    path: String,
    counted: String,
    filter: Shown,
    filtered: bool,
    agencies: Vec<Choice>,
    phases: Vec<Choice>,
    grades: Vec<Choice>,
    rows: Vec<Row>,
    empty: String,
    paged: bool,
    first: String,
    next: Option<String>,
}

/// The filter, as its form shows it.
struct Shown {
    number: String,
    overdue: bool,
}

struct Choice {
    value: String,
    word: String,
    chosen: bool,
}

struct Row {
    case: String,
    number: String,
    grade: Option<Badge>,
    phase: String,
    turn: Option<Turn>,
    until: Option<At>,
    left: Left,
    overdue: usize,
    last: At,
    parked: bool,
}

struct Turn {
    who: String,
    mine: bool,
    title: String,
    waited: String,
    more: usize,
}

/// `GET /cases`.
pub(crate) async fn show(State(shared): App, reader: Reader, Query(asked): Query<Asked>) -> Response {
    match page(&shared, &reader, asked) {
        Ok(page) => html(StatusCode::OK, &page),
        Err(trouble) => failed::page(&shared, &reader.guest, Some(&reader.caller), trouble),
    }
}

fn page(shared: &Shared, reader: &Reader, asked: Asked) -> Result<Cases, Trouble> {
    let (desk, caller) = (&*shared.desk, &reader.caller);
    let names = Names::new(desk, reader.guest.lang, caller.agency.clone())?;
    let filter = asked.filter();
    let found = desk.cases(caller, &filter, asked.after.as_deref(), MOST)?;
    let filtered = filter != Filter::default();
    let all = if filtered && found.items.is_empty() {
        desk.cases(caller, &Filter::default(), None, 1)?.total
    } else {
        found.total
    };
    let shell = Shell::new(shared, &reader.guest, Some(caller), "cases");
    Ok(Cases {
        t: shell.t,
        path: format!("/v1/cases{}", asked.query(asked.after.as_deref())),
        counted: counted(&found, &names),
        empty: empty(filtered, all, &names),
        agencies: agencies(&names, caller, filter.agency.as_deref()),
        phases: choices(&desk.phases(), filter.phase.as_deref(), |code| names.state("phase", code)),
        grades: choices(&GRADES, filter.grade.as_deref(), |code| names.grade(code).word),
        rows: found.items.iter().map(|case| row(case, &names)).collect(),
        paged: asked.after.is_some(),
        first: format!("/cases{}", asked.query(None)),
        next: found.next.as_deref().map(|next| format!("/cases{}", asked.query(Some(next)))),
        filter: Shown { number: filter.number.unwrap_or_default(), overdue: filter.overdue },
        filtered,
        shell,
    })
}

impl Asked {
    fn filter(&self) -> Filter {
        let given = |value: &Option<String>| {
            value.as_deref().map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
        };
        Filter {
            agency: given(&self.agency),
            phase: given(&self.phase),
            grade: given(&self.grade),
            overdue: given(&self.overdue).is_some(),
            number: given(&self.number),
        }
    }

    /// The same question as a query, from a place on.
    fn query(&self, after: Option<&str>) -> String {
        let Filter { agency, phase, grade, overdue, number } = self.filter();
        let overdue = overdue.then(|| "true".to_owned());
        let after = after.map(str::to_owned);
        let parts = [
            ("agency", agency),
            ("phase", phase),
            ("grade", grade),
            ("overdue", overdue),
            ("number", number),
            ("after", after),
        ];
        let parts: Vec<String> = parts
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name}={}", in_query(&value?))))
            .collect();
        if parts.is_empty() { String::new() } else { format!("?{}", parts.join("&")) }
    }
}

fn counted(found: &Page<CaseItem>, names: &Names) -> String {
    let total = found.total;
    let noun = if total == 1 { "case" } else { "cases" };
    names.lang.of(format!("共 {total} 件"), format!("{total} {noun}"))
}

/// An empty page says why it is empty.
fn empty(filtered: bool, all: usize, names: &Names) -> String {
    if !filtered {
        return names.t.cases_empty.to_owned();
    }
    let (zh, en) = (format!("（共 {all} 件被筛掉）"), format!(" {all} filtered out."));
    format!("{}{}", names.t.cases_filtered, names.lang.of(zh, en))
}

fn choices(codes: &[impl AsRef<str>], chosen: Option<&str>, word: impl Fn(&str) -> String) -> Vec<Choice> {
    let choice =
        |code: &str| Choice { value: code.to_owned(), word: word(code), chosen: chosen == Some(code) };
    codes.iter().map(|code| choice(code.as_ref())).collect()
}

/// Only who sees the whole region can ask what another agency was told.
fn agencies(names: &Names, caller: &Caller, chosen: Option<&str>) -> Vec<Choice> {
    if !names.rules.sees_region(&caller.agency, names.now) {
        return Vec::new();
    }
    let choice = |agency: &jurisdiction::Agency| Choice {
        value: agency.code.to_string(),
        word: names.agency(&agency.code),
        chosen: chosen == Some(agency.code.as_str()),
    };
    names.rules.agencies(names.now).map(choice).collect()
}

fn row(case: &CaseItem, names: &Names) -> Row {
    let turn = case.waiting.first().map(|item| {
        let Waits { agencies, title, waited, .. } = Waits::of(item, names);
        let mine = agencies.iter().any(|agency| agency.mine);
        let who = agencies.into_iter().map(|agency| agency.name).collect::<Vec<_>>();
        let who = who.join(names.lang.of("、", ", "));
        Turn { who, mine, title, waited, more: case.waiting.len() - 1 }
    });
    let until = case.waiting.first().and_then(|item| item.until);
    let until = until.or(case.next_due);
    Row {
        case: case.case.to_string(),
        number: case.number.clone(),
        grade: case.grade.as_deref().map(|grade| names.grade(grade)),
        phase: case.phase.as_deref().map_or(names.t.none.to_owned(), |phase| names.state("phase", phase)),
        turn,
        until: until.map(|until| names.at(until)),
        left: names.left(until),
        overdue: case.overdue,
        last: names.at(case.last_at),
        parked: case.parked.is_some(),
    }
}
