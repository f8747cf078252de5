//! The pages at `/docs`: the calls and the fact types, for people. Made from the same tables as the OpenAPI
//! document and from the contracts, inside the binary: no script, nothing from outside, no token.

mod calls;
mod curl;
mod facts;
mod kinds;

use crate::App;
use crate::problem::Problem;
use crate::words;
use askama::Template;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use axum::http::header;
use axum::response::{IntoResponse, Response};

const STYLE: &str = include_str!("../templates/docs/style.css");

/// What a page may load: its own style. It runs nothing, sends nothing and stands in no frame.
const POLICY: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// `GET /docs`: the calls.
pub(crate) async fn calls(State(shared): App) -> Result<Response, Problem> {
    page(&calls::Page::of(&shared.bus))
}

/// `GET /docs/facts`: the fact types.
pub(crate) async fn facts(State(shared): App) -> Result<Response, Problem> {
    page(&facts::List::of(&shared.bus.contracts()))
}

/// `GET /docs/facts/{type}`: one contract.
pub(crate) async fn fact(
    State(shared): App,
    kind: Result<Path<String>, PathRejection>,
) -> Result<Response, Problem> {
    let contracts = shared.bus.contracts();
    let found = kind.ok().and_then(|Path(kind)| contracts.get(&kind));
    page(&facts::Page::of(found.ok_or_else(|| Problem::new(&words::NOT_FOUND))?, &shared.bus))
}

/// `GET /docs/style.css`.
pub(crate) async fn style() -> Response {
    let headers =
        [(header::CONTENT_TYPE, "text/css; charset=utf-8"), (header::CACHE_CONTROL, "public, max-age=3600")];
    (headers, STYLE).into_response()
}

fn page(page: &impl Template) -> Result<Response, Problem> {
    let html = page.render().map_err(|error| {
        tracing::error!(%error, "a page cannot be made");
        Problem::new(&words::DAMAGED)
    })?;
    let headers = [
        (header::CONTENT_TYPE, "text/html; charset=utf-8"),
        (header::CONTENT_SECURITY_POLICY, POLICY),
        (header::REFERRER_POLICY, "no-referrer"),
    ];
    Ok((headers, html).into_response())
}
