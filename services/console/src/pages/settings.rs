//! Settings: language, light or dark, shortcuts. They live in the browser.

use super::{back, see_other};
use axum::extract::Form;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use serde::Deserialize;

/// The form of `POST /settings`.
#[derive(Deserialize)]
pub(crate) struct Chosen {
    back: Option<String>,
    lang: Option<String>,
    theme: Option<String>,
    keys: Option<String>,
}

/// What may be chosen; everything else is left as it was.
const KNOWN: &[(&str, &[&str])] =
    &[("lang", &["zh", "en"]), ("theme", &["auto", "light", "dark"]), ("keys", &["on", "off"])];

/// `POST /settings`.
pub(crate) async fn keep(Form(chosen): Form<Chosen>) -> Response {
    let mut response = see_other(back(chosen.back.as_deref().unwrap_or("/")));
    let values = [("lang", chosen.lang), ("theme", chosen.theme), ("keys", chosen.keys)];
    for (name, value) in values.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        let known =
            KNOWN.iter().any(|(setting, values)| *setting == name && values.contains(&value.as_str()));
        let cookie = format!("{name}={value}; Path=/; Max-Age=31536000; HttpOnly; SameSite=Strict");
        if known && let Ok(cookie) = HeaderValue::from_str(&cookie) {
            response.headers_mut().append(header::SET_COOKIE, cookie);
        }
    }
    response
}
