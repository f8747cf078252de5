//! Cases as the caller may see them, now or as of an earlier moment: the list, one case, its timeline, clocks and
//! referrals, what another agency knew of it, and what waits.

use crate::auth::Agency;
use crate::problem::Problem;
use crate::query::{Asked, wrong};
use crate::{App, Shared};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};
use runtime::{
    AsOf, Bus, CaseFilter, CaseItem, CasePage, ClockItem, ClockState, InboxItem, Page, Phase,
    Problem as Trouble, ReferralItem, Replay, Timeline,
};
use serde::{Deserialize, Serialize};
use vocabulary::{AgencyCode, HistoryId, Instant, Position};

/// Most cases or clocks on a page.
const MOST: usize = 500;

/// The query of a call that can look back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct When {
    as_of: Option<String>,
}

impl When {
    /// A position of the ledger, or a moment.
    ///
    /// # Errors
    /// 400.
    pub(crate) fn as_of(&self) -> Result<AsOf, Problem> {
        let Some(text) = &self.as_of else { return Ok(AsOf::Now) };
        if let Ok(position) = text.parse() {
            return Ok(AsOf::Position(Position(position)));
        }
        // a date also reads the front of a time with its offset, which names a moment and not a day
        if let Some(day) = Some(text).filter(|text| !text.contains('T')).and_then(|text| text.parse().ok()) {
            return Ok(AsOf::Day(day));
        }
        let (en, zh) = (
            "as_of must be a position of the ledger, a day, or a time with its offset (write + as %2B)",
            "as_of 须为账本位置、日期或者带时区的时间（+ 写作 %2B）",
        );
        Instant::parse(text).map(AsOf::Time).map_err(|_| wrong("as_of", en, zh))
    }
}

/// The history that a path names. What is no name at all is answered like one that does not exist.
pub(crate) fn named(path: Result<Path<String>, PathRejection>) -> Result<HistoryId, Problem> {
    let name = path.ok().and_then(|Path(name)| HistoryId::parse(&name).ok());
    Ok(name.ok_or(Trouble::NotFound)?)
}

/// Asks what looks at many cases away from the threads on which documents are taken and streams flow, and few at
/// a time: a desk that is refreshed often must not hold up a report of danger.
async fn apart<T: Send + 'static>(
    shared: &Shared,
    ask: impl FnOnce(&Bus) -> Result<T, Trouble> + Send + 'static,
) -> Result<T, Problem> {
    let _turn = shared.lists.acquire().await; // Err: it is never closed
    let bus = shared.bus.clone();
    let answer = tokio::task::spawn_blocking(move || ask(&bus)).await;
    Ok(answer.map_err(|_| Trouble::Unavailable("a question to many cases broke off".to_owned()))??)
}

/// The query of `GET /v1/cases`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Which {
    agency: Option<String>,
    phase: Option<Phase>,
    grade: Option<String>,
    #[serde(default)]
    overdue: bool,
    number: Option<String>,
    after: Option<u64>,
    limit: Option<usize>,
}

fn limit(asked: Option<usize>) -> Result<usize, Problem> {
    let limit = asked.unwrap_or(50);
    match (1..=MOST).contains(&limit) {
        true => Ok(limit),
        false => Err(wrong("limit", "limit must be 1 to 500", "limit 须为 1 至 500")),
    }
}

/// `GET /v1/cases`.
pub(crate) async fn list(
    State(shared): App,
    agency: Agency,
    Asked(Which { agency: of, phase, grade, overdue, number, after, limit: most }): Asked<Which>,
) -> Result<Json<Page<CaseItem>>, Problem> {
    let of = of.as_deref().map(AgencyCode::parse).transpose();
    let of = of.map_err(|_| wrong("agency", "not the code of an agency", "不是机构代码"))?;
    let filter = CaseFilter { agency: of, phase, grade, overdue, number };
    let most = limit(most)?;
    Ok(Json(apart(&shared, move |bus| bus.cases(&agency.caller, &filter, after, most)).await?))
}

/// `GET /v1/cases/{id}`. The tag is the last fact that was disclosed to the caller: `If-Match` takes it.
/// It is no word for the page, which changes with time as well.
pub(crate) async fn one(
    State(shared): App,
    agency: Agency,
    case: Result<Path<String>, PathRejection>,
    Asked(when): Asked<When>,
) -> Result<Response, Problem> {
    let page: CasePage = shared.bus.case(&agency.caller, &named(case)?, when.as_of()?)?;
    let tag = format!("\"{}\"", page.case.last);
    Ok(([(header::ETAG, tag)], Json(page)).into_response())
}

/// `GET /v1/cases/{id}/timeline`.
pub(crate) async fn timeline(
    State(shared): App,
    agency: Agency,
    case: Result<Path<String>, PathRejection>,
    Asked(when): Asked<When>,
) -> Result<Json<Timeline>, Problem> {
    Ok(Json(shared.bus.timeline(&agency.caller, &named(case)?, when.as_of()?)?))
}

/// `GET /v1/cases/{id}/replay`: the history walked again, under the rules of its day.
pub(crate) async fn replay(
    State(shared): App,
    agency: Agency,
    case: Result<Path<String>, PathRejection>,
    Asked(when): Asked<When>,
) -> Result<Json<Replay>, Problem> {
    Ok(Json(shared.bus.replay(&agency.caller, &named(case)?, when.as_of()?)?))
}

/// A list that is an object, so that it can grow.
#[derive(Serialize)]
pub(crate) struct Items<T> {
    items: Vec<T>,
}

/// `GET /v1/cases/{id}/clocks`.
pub(crate) async fn clocks(
    State(shared): App,
    agency: Agency,
    case: Result<Path<String>, PathRejection>,
    Asked(when): Asked<When>,
) -> Result<Json<Items<ClockItem>>, Problem> {
    let items = shared.bus.case_clocks(&agency.caller, &named(case)?, when.as_of()?)?;
    Ok(Json(Items { items }))
}

/// `GET /v1/cases/{id}/referrals`.
pub(crate) async fn referrals(
    State(shared): App,
    agency: Agency,
    case: Result<Path<String>, PathRejection>,
    Asked(when): Asked<When>,
) -> Result<Json<Items<ReferralItem>>, Problem> {
    let items = shared.bus.case_referrals(&agency.caller, &named(case)?, when.as_of()?)?;
    Ok(Json(Items { items }))
}

/// The query of `GET /v1/cases/{id}/knowledge`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Whose {
    agency: String,
    as_of: Option<String>,
}

/// `GET /v1/cases/{id}/knowledge`: what an agency had been told by then.
pub(crate) async fn knowledge(
    State(shared): App,
    agency: Agency,
    case: Result<Path<String>, PathRejection>,
    Asked(Whose { agency: of, as_of }): Asked<Whose>,
) -> Result<Json<Timeline>, Problem> {
    let of =
        AgencyCode::parse(&of).map_err(|_| wrong("agency", "not the code of an agency", "不是机构代码"))?;
    let when = When { as_of }.as_of()?;
    Ok(Json(shared.bus.knowledge(&agency.caller, &named(case)?, &of, when)?))
}

/// The query of `GET /v1/inbox`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Waiting {
    /// Everything that waits in the caller's cases, on whomever.
    #[serde(default)]
    all: bool,
}

/// `GET /v1/inbox`: what waits on the caller.
pub(crate) async fn inbox(
    State(shared): App,
    agency: Agency,
    Asked(Waiting { all }): Asked<Waiting>,
) -> Result<Json<Items<InboxItem>>, Problem> {
    let asked = move |bus: &Bus| if all { bus.waiting(&agency.caller) } else { bus.inbox(&agency.caller) };
    Ok(Json(Items { items: apart(&shared, asked).await? }))
}

/// The query of `GET /v1/clocks`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Board {
    state: Option<ClockState>,
    after: Option<usize>,
    limit: Option<usize>,
}

/// `GET /v1/clocks`: the clocks of the caller's cases.
pub(crate) async fn board(
    State(shared): App,
    agency: Agency,
    Asked(Board { state, after, limit: most }): Asked<Board>,
) -> Result<Json<Page<ClockItem>>, Problem> {
    let most = limit(most)?;
    Ok(Json(apart(&shared, move |bus| bus.clocks(&agency.caller, state, after, most)).await?))
}
