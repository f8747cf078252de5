//! The workbench: what waits, on whom, since when, until when.

use super::rows::{Waiting, Waits, by_urgency};
use super::{Reader, Shell, failed, html};
use crate::desk::{Filter, Trouble};
use crate::model::InboxItem;
use crate::names::Names;
use crate::when::seconds;
use crate::words::{Lang, Words};
use crate::{App, Shared};
use askama::Template;
use askama::filters::HtmlSafe;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use runtime::Caller;

/// How many cases are asked whether they could be computed whole.
const CASES: usize = 200;
/// How many rows of what waits on others are shown.
const OTHERS: usize = 30;
/// What is due within this many seconds is due soon.
const SOON: i64 = 86_400;

#[derive(Template)]
#[template(path = "workbench.html")]
struct Workbench {
    shell: Shell,
    desk: Desk,
    t: &'static Words,
    path: &'static str,
}

/// The part of the page that changes.
#[derive(Template)]
#[template(path = "desk.html")]
pub(crate) struct Desk {
    t: &'static Words,
    /// The position of the feed that it stands at.
    pub(crate) position: u64,
    overdue: usize,
    soon: usize,
    ours: Waiting,
    others: Waiting,
    others_total: usize,
    others_more: usize,
    more: String,
    cases_total: usize,
    parked: Option<&'static str>,
}

impl HtmlSafe for Desk {}

/// `GET /`.
pub(crate) async fn show(State(shared): App, reader: Reader) -> Response {
    match desk(&shared, &reader.caller, reader.guest.lang) {
        Ok(desk) => {
            let shell = Shell::new(&shared, &reader.guest, Some(&reader.caller), "desk").live();
            let t = shell.t;
            html(StatusCode::OK, &Workbench { shell, desk, t, path: "/v1/inbox" })
        }
        Err(trouble) => failed::page(&shared, &reader.guest, Some(&reader.caller), trouble),
    }
}

/// What waits now. The position is read first: what comes in while it is read comes again over the stream.
///
/// # Errors
/// A part of the bus is away.
pub(crate) fn desk(shared: &Shared, caller: &Caller, lang: Lang) -> Result<Desk, Trouble> {
    let desk = &*shared.desk;
    let position = desk.feed_head(caller);
    let names = Names::new(desk, lang, caller.agency.clone())?;
    let mut ours = desk.inbox(caller)?;
    let cases = desk.cases(caller, &Filter::default(), None, CASES)?;
    let parked = cases.items.iter().any(|case| case.parked.is_some()).then_some(names.t.desk_parked);
    let mut others = desk.waiting(caller)?;
    others.retain(|item| !item.agencies.contains(&caller.agency));
    by_urgency(&mut ours);
    by_urgency(&mut others);
    let soon =
        |item: &&InboxItem| !item.overdue && item.until.is_some_and(|until| seconds(names.now, until) < SOON);
    let all = || ours.iter().chain(&others);
    let (overdue, soon) = (all().filter(|item| item.overdue).count(), all().filter(soon).count());
    let (others_total, others_more) = (others.len(), others.len().saturating_sub(OTHERS));
    others.truncate(OTHERS);
    let rows = |items: &[InboxItem]| Waiting {
        t: names.t,
        rows: items.iter().map(|item| Waits::of(item, &names)).collect(),
    };
    Ok(Desk {
        t: names.t,
        position,
        overdue,
        soon,
        ours: rows(&ours),
        others: rows(&others),
        others_total,
        others_more,
        more: lang.of(
            format!("另有 {others_more} 项，见案件列表"),
            format!("{others_more} more, in the list of cases"),
        ),
        cases_total: cases.total,
        parked,
    })
}
