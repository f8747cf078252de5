//! Pages that say what went wrong, and what to do next. What is hidden and what does not exist read the same.

use super::{Guest, Shell, html};
use crate::Shared;
use crate::desk::Trouble;
use askama::Template;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use runtime::Caller;

#[derive(Template)]
#[template(path = "failed.html")]
struct Failed {
    shell: Shell,
    title: &'static str,
    what: &'static str,
    next: &'static str,
}

/// The page for a trouble.
pub(crate) fn page(shared: &Shared, guest: &Guest, caller: Option<&Caller>, trouble: Trouble) -> Response {
    let shell = Shell::new(shared, guest, caller, "");
    let t = shell.t;
    let (status, title, what, next) = match trouble {
        Trouble::SignedOut => return guest.to_door(),
        Trouble::NotFound => (StatusCode::NOT_FOUND, t.not_found, t.not_found_what, t.not_found_next),
        Trouble::Unclear => (StatusCode::BAD_REQUEST, t.unclear, t.unclear_what, t.unclear_next),
        Trouble::Away => (StatusCode::SERVICE_UNAVAILABLE, t.away, t.away_what, t.away_next),
    };
    html(status, &Failed { shell, title, what, next })
}

/// The answer to a form that another site sent. It shows nothing of this one.
pub(crate) fn foreign(headers: &HeaderMap) -> Response {
    let t = Guest::of(headers, "/").lang.words();
    let text = format!("{}\n{}\n{}\n", t.foreign, t.foreign_what, t.foreign_next);
    (StatusCode::FORBIDDEN, [(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text).into_response()
}
