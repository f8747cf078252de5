//! Signing in by the token of an agency, and signing out.

use super::visit::SESSION;
use super::{Guest, Shell, back, failed, html, see_other};
use crate::desk::Trouble;
use crate::words::{self, Lang};
use crate::{App, Shared};
use askama::Template;
use axum::extract::{Form, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::Response;
use jurisdiction::Agency;
use serde::Deserialize;

#[derive(Template)]
#[template(path = "sign_in.html")]
struct Door {
    shell: Shell,
    why: Option<&'static str>,
    levels: Vec<Level>,
    back: String,
}

/// An agency of the demo.
struct Choice {
    code: String,
    name: String,
    role: &'static str,
    level: u8,
}

/// Agencies of one level.
struct Level {
    name: &'static str,
    agencies: Vec<Choice>,
}

/// The query of `GET /sign-in`.
#[derive(Deserialize)]
pub(crate) struct From {
    back: Option<String>,
    ended: Option<String>,
}

/// The form of `POST /sign-in`.
#[derive(Deserialize)]
pub(crate) struct Shown {
    token: String,
    back: Option<String>,
}

/// `GET /sign-in`.
pub(crate) async fn show(State(shared): App, guest: Guest, Query(from): Query<From>) -> Response {
    let to = from.back.unwrap_or_default();
    if guest.caller(&shared, true).is_ok() {
        return see_other(back(&to));
    }
    let why = from.ended.map(|_| guest.lang.words().signed_out);
    door(&shared, &guest, back(&to), why, StatusCode::OK)
}

/// `POST /sign-in`.
pub(crate) async fn enter(State(shared): App, guest: Guest, Form(shown): Form<Shown>) -> Response {
    let to = shown.back.as_deref().map_or("/", back);
    let token = shown.token.trim();
    let opened = shared.desk.authenticate(token).and_then(|_| shared.sessions.open(token, shared.desk.now()));
    match opened {
        Ok(id) => {
            guest.session.as_deref().iter().for_each(|old| shared.sessions.close(old));
            with_cookie(see_other(to), &shared, &id, "")
        }
        Err(Trouble::SignedOut) => {
            door(&shared, &guest, to, Some(guest.lang.words().wrong_token), StatusCode::FORBIDDEN)
        }
        Err(trouble) => failed::page(&shared, &guest, None, trouble),
    }
}

/// `POST /sign-out`.
pub(crate) async fn leave(State(shared): App, guest: Guest) -> Response {
    guest.session.as_deref().iter().for_each(|id| shared.sessions.close(id));
    with_cookie(see_other("/sign-in"), &shared, "", "; Max-Age=0")
}

fn with_cookie(mut response: Response, shared: &Shared, id: &str, end: &str) -> Response {
    let secure = if shared.config.secure { "; Secure" } else { "" };
    let cookie = format!("{SESSION}={id}; Path=/; HttpOnly; SameSite=Strict{secure}{end}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

fn door(
    shared: &Shared,
    guest: &Guest,
    back: &str,
    why: Option<&'static str>,
    status: StatusCode,
) -> Response {
    let mut guest = guest.clone();
    guest.path = "/sign-in".to_owned(); // a change of language leads back to here, not to the form that failed
    let shell = Shell::new(shared, &guest, None, "");
    let levels = if shared.config.demo { levels(shared, shell.lang) } else { Vec::new() };
    html(status, &Door { shell, why, levels, back: back.to_owned() })
}

/// The agencies of the demo by level, the coordinator first.
fn levels(shared: &Shared, lang: Lang) -> Vec<Level> {
    let (Ok(rules), now) = (shared.desk.rules(), shared.desk.now()) else { return Vec::new() };
    let role = |agency: &Agency| {
        let roles = rules.roles(&agency.code, now);
        roles.iter().find_map(|role| words::state("role", role.as_str(), lang)).unwrap_or_default()
    };
    let choice = |agency: &Agency| Choice {
        code: agency.code.to_string(),
        name: lang.of(&agency.name.zh, &agency.name.en).clone(),
        role: role(agency),
        level: agency.level,
    };
    let mut all: Vec<Choice> = rules.agencies(now).map(choice).collect();
    all.sort_by_key(|choice| (choice.level, choice.role.is_empty()));
    let t = lang.words();
    let mut levels: Vec<Level> = Vec::new();
    for choice in all {
        let name = match choice.level {
            1 => t.level_1,
            2 => t.level_2,
            _ => t.level_3,
        };
        match levels.last_mut().filter(|level| level.name == name) {
            Some(level) => level.agencies.push(choice),
            None => levels.push(Level { name, agencies: vec![choice] }),
        }
    }
    levels
}
