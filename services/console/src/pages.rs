//! The pages, one a file, and what all of them need: who asks, in which language, and the frame around.

pub(crate) mod case;
pub(crate) mod cases;
pub(crate) mod failed;
pub(crate) mod help;
pub(crate) mod rows;
pub(crate) mod settings;
mod shell;
pub(crate) mod sign_in;
pub(crate) mod timeline;
pub(crate) mod visit;
pub(crate) mod workbench;

pub(crate) use shell::Shell;
pub(crate) use visit::{Guest, Reader};

use askama::Template;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// What stands in a query value as it is.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~').remove(b'/');

/// A value as it stands in a query.
pub(crate) fn in_query(value: &str) -> String {
    utf8_percent_encode(value, QUERY).to_string()
}

/// A page on its way out.
pub(crate) fn html(status: StatusCode, page: &impl Template) -> Response {
    match page.render() {
        Ok(text) => (status, [(header::CONTENT_TYPE, "text/html; charset=utf-8")], text).into_response(),
        Err(why) => {
            tracing::error!(%why, "a page cannot be rendered");
            StatusCode::INTERNAL_SERVER_ERROR.into_response()
        }
    }
}

/// On to another page. A form is never sent twice by going back.
pub(crate) fn see_other(to: &str) -> Response {
    let to = header::HeaderValue::from_str(to).unwrap_or(header::HeaderValue::from_static("/"));
    (StatusCode::SEE_OTHER, [(header::LOCATION, to)]).into_response()
}

/// A path of this console to come back to, and the workbench for everything else: nobody is sent elsewhere.
pub(crate) fn back(path: &str) -> &str {
    let ours = path.starts_with('/')
        && !path.starts_with("//")
        && path.len() <= 1_000
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    if ours { path } else { "/" }
}
