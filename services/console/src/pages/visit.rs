//! Who visits: how the reader wants pages to be, and for whom the reader asks.

use super::{in_query, see_other};
use crate::Shared;
use crate::desk::Trouble;
use crate::words::Lang;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse as _, Response};
use runtime::Caller;
use std::convert::Infallible;
use std::sync::Arc;

/// The cookie of the session.
pub(crate) const SESSION: &str = "lianhu-session";

/// Somebody, signed in or not.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) lang: Lang,
    /// `auto`, `light` or `dark`.
    pub(crate) theme: &'static str,
    /// Whether single letters are shortcuts.
    pub(crate) keys: bool,
    /// What was asked for, with its query.
    pub(crate) path: String,
    /// The id of the session, as the browser says it.
    pub(crate) session: Option<String>,
}

/// Somebody who has signed in for an agency.
pub(crate) struct Reader {
    pub(crate) guest: Guest,
    pub(crate) caller: Caller,
}

/// The value of a cookie.
fn cookie<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    let all = headers.get_all(header::COOKIE).into_iter().filter_map(|value| value.to_str().ok());
    all.flat_map(|value| value.split(';')).find_map(|pair| pair.trim().strip_prefix(name)?.strip_prefix('='))
}

impl Guest {
    pub(crate) fn of(headers: &HeaderMap, path: &str) -> Self {
        Self {
            lang: Lang::of_request(cookie(headers, "lang"), headers),
            theme: match cookie(headers, "theme") {
                Some("light") => "light",
                Some("dark") => "dark",
                _ => "auto",
            },
            keys: cookie(headers, "keys") != Some("off"),
            path: path.to_owned(),
            session: cookie(headers, SESSION).map(str::to_owned),
        }
    }

    /// Whom the guest asks for. A token is asked about anew each time: it may have ended since.
    ///
    /// # Errors
    /// [`Trouble::SignedOut`].
    pub(crate) fn caller(&self, shared: &Shared, prolong: bool) -> Result<Caller, Trouble> {
        let id = self.session.as_deref().ok_or(Trouble::SignedOut)?;
        let session = shared.sessions.find(id, shared.desk.now(), prolong).ok_or(Trouble::SignedOut)?;
        shared.desk.authenticate(&session.token)
    }

    /// To the door, and back to here afterwards.
    pub(crate) fn to_door(&self) -> Response {
        match (self.path.as_str(), self.session.is_some()) {
            ("/", false) => see_other("/sign-in"),
            (path, had) => {
                let why = if had { "&ended=1" } else { "" };
                see_other(&format!("/sign-in?back={}{why}", in_query(path)))
            }
        }
    }
}

impl<S: Sync> FromRequestParts<S> for Guest {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
        Ok(Self::of(&parts.headers, path))
    }
}

impl FromRequestParts<Arc<Shared>> for Reader {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, shared: &Arc<Shared>) -> Result<Self, Response> {
        let Ok(guest) = Guest::from_request_parts(parts, shared).await;
        match guest.caller(shared, true) {
            Ok(caller) => Ok(Self { guest, caller }),
            Err(Trouble::SignedOut) => Err(guest.to_door()),
            Err(trouble) => Err(super::failed::page(shared, &guest, None, trouble).into_response()),
        }
    }
}
