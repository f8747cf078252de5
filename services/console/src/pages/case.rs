//! A case: whose turn it is, what happened, what the clocks say; now and live, or as it stood at a moment.

mod parts;

pub(crate) use parts::{Clocks, Head, LookBack, Referrals};

use super::timeline::{Day, days};
use super::{Reader, Shell, failed, html};
use crate::desk::{AsOf, Then, Trouble};
use crate::model::Timeline;
use crate::names::Names;
use crate::words::{Lang, Words};
use crate::{App, Shared};
use askama::Template;
use axum::extract::{Path, Query, State};
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use runtime::Caller;
use serde::Deserialize;
use vocabulary::{HistoryId, Instant, Position};

/// The query of `GET /cases/{id}`.
#[derive(Deserialize)]
pub(crate) struct Asked {
    /// A moment, or a position of the ledger.
    as_of: Option<String>,
    /// The how-manieth stop of the look-back; a form says it so.
    fact: Option<usize>,
}

#[derive(Template)]
#[template(path = "case.html")]
struct CaseView {
    shell: Shell,
    t: &'static Words,
    path: String,
    case: HistoryId,
    past: Option<Past>,
    parts: Parts,
}

/// What says that the page shows the past.
struct Past {
    as_of: String,
    missing: String,
}

/// Everything of the page that depends on the case.
pub(crate) struct Parts {
    /// The position of the feed that it stands at.
    pub(crate) position: u64,
    pub(crate) head: Head,
    pub(crate) look: LookBack,
    pub(crate) days: Vec<Day>,
    /// How many facts are shown.
    pub(crate) facts: usize,
    pub(crate) clocks: Clocks,
    pub(crate) referrals: Referrals,
    /// How many facts are shown when nothing is left out.
    all: usize,
}

/// `GET /cases/{id}`.
pub(crate) async fn show(
    State(shared): App,
    reader: Reader,
    Path(id): Path<String>,
    asked: Result<Query<Asked>, axum::extract::rejection::QueryRejection>,
) -> Response {
    let Ok(Query(asked)) = asked else {
        return failed::page(&shared, &reader.guest, Some(&reader.caller), Trouble::Unclear);
    };
    match page(&shared, &reader, &id, &asked) {
        Ok(view) => {
            let mut response = html(StatusCode::OK, &view);
            if asked.fact.is_some()
                && let Ok(to) = HeaderValue::from_str(&view.shell.path)
            {
                response.headers_mut().insert(HeaderName::from_static("hx-push-url"), to);
            }
            response
        }
        Err(trouble) => failed::page(&shared, &reader.guest, Some(&reader.caller), trouble),
    }
}

fn page(shared: &Shared, reader: &Reader, id: &str, asked: &Asked) -> Result<CaseView, Trouble> {
    let case = HistoryId::parse(id).map_err(|_| Trouble::NotFound)?;
    let caller = &reader.caller;
    let as_of = match asked.fact {
        Some(stop) => stop_at(shared, caller, &case, stop)?,
        None => asked.as_of.as_deref().map(then).transpose()?,
    };
    let parts = parts(shared, caller, reader.guest.lang, &case, as_of)?;
    let mut shell = Shell::new(shared, &reader.guest, Some(caller), "cases");
    shell.path = parts::address(&case, as_of);
    let past = as_of.map(|_| Past {
        as_of: format!("{} {}", shell.t.past_as_of, parts.look.said),
        missing: missing(parts.all - parts.facts, shell.lang),
    });
    if past.is_none() {
        shell = shell.live();
    }
    let path = format!("/v1/cases/{case}/timeline{}", parts::query(as_of));
    Ok(CaseView { t: shell.t, shell, path, case, past, parts })
}

/// Reads a moment of the past, as the reading calls of the bus take it.
fn then(text: &str) -> Result<Then, Trouble> {
    let position = text.parse().map(|at| Then::Position(Position(at)));
    position.or_else(|_| Instant::parse(text).map(Then::Time)).map_err(|_| Trouble::Unclear)
}

/// The moment of a stop of the look-back; nothing when it is the last one, which is now.
fn stop_at(shared: &Shared, caller: &Caller, case: &HistoryId, stop: usize) -> Result<AsOf, Trouble> {
    let stops = parts::stops(&shared.desk.timeline(caller, case, None)?);
    let found = stops.get(stop.saturating_sub(1)).ok_or(Trouble::Unclear)?;
    Ok((stop < stops.len()).then_some(Then::Time(*found)))
}

fn missing(count: usize, lang: Lang) -> String {
    let noun = if count == 1 { "fact" } else { "facts" };
    lang.of(format!("之后还有 {count} 条事实"), format!("{count} later {noun} not shown"))
}

fn facts(timeline: &Timeline) -> usize {
    timeline.steps.iter().map(|step| step.facts.len()).sum()
}

/// Reads a case. The position of the feed is read first: what comes in meanwhile comes again over the stream.
///
/// # Errors
/// There is no such case for the caller; a part of the bus is away.
pub(crate) fn parts(
    shared: &Shared,
    caller: &Caller,
    lang: Lang,
    case: &HistoryId,
    as_of: AsOf,
) -> Result<Parts, Trouble> {
    let desk = &*shared.desk;
    let position = desk.feed_head(caller);
    let mut names = Names::new(desk, lang, caller.agency.clone())?;
    let now = desk.timeline(caller, case, None)?;
    let timeline = if as_of.is_some() { desk.timeline(caller, case, as_of)? } else { now.clone() };
    if as_of.is_some() {
        names.at = parts::last_told(&timeline).unwrap_or(names.now);
    }
    let head = desk.case(caller, case, as_of)?;
    Ok(Parts {
        position,
        head: Head::of(&head, &names),
        look: LookBack::of(case, &now, as_of.map(|_| &timeline), &names),
        days: days(&timeline, &names),
        facts: facts(&timeline),
        clocks: Clocks::of(&desk.case_clocks(caller, case, as_of)?, &names),
        referrals: Referrals::of(&desk.case_referrals(caller, case, as_of)?, &names),
        all: facts(&now),
    })
}
