//! The referrals of a case: who asked whom, and how far each has come.

use crate::model::ReferralItem;
use crate::names::{At, Badge, Names};
use crate::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;
use vocabulary::Instant;

/// What stands where a code is withheld from the agency.
const WITHHELD: &str = "—";
/// The fact that says what is asked for.
const MADE: &str = "referral.made.v1";

/// All referrals that the agency may see.
#[derive(Template)]
#[template(path = "referrals.html")]
pub(crate) struct Referrals {
    t: &'static Words,
    rows: Vec<Referral>,
}

struct Referral {
    from: String,
    to: String,
    purpose: String,
    urgency: String,
    phase: Badge,
    way: Vec<Mark>,
    respond_by: Option<At>,
    outcome: Option<String>,
}

/// One step on the way of a referral.
struct Mark {
    word: &'static str,
    at: Option<At>,
}

impl HtmlSafe for Referrals {}

impl Referrals {
    pub(crate) fn of(items: &[ReferralItem], names: &Names) -> Self {
        // the newest first, like the timeline
        Self { t: names.t, rows: items.iter().rev().map(|item| row(item, names)).collect() }
    }
}

fn row(item: &ReferralItem, names: &Names) -> Referral {
    let (tone, shape) = match item.phase.as_str() {
        "offered" | "made" => ("orange", "◔"),
        "received" | "accepted" | "in-progress" => ("blue", "◑"),
        "completed" => ("green", "●"),
        "returned" | "failed" => ("red", "↩"),
        _ => ("plain", "–"),
    };
    let mark = |word, at: Option<Instant>| Mark { word, at: at.map(|at| names.at(at)) };
    let t = names.t;
    Referral {
        from: names.agency(&item.from),
        to: item.to.iter().map(|to| names.agency(to)).collect::<Vec<_>>().join(" · "),
        purpose: item
            .purpose
            .as_deref()
            .map_or(WITHHELD.to_owned(), |code| names.said(MADE, "purpose", code)),
        urgency: item
            .urgency
            .as_deref()
            .map_or(WITHHELD.to_owned(), |code| names.said(MADE, "urgency", code)),
        phase: Badge { tone, shape, word: names.state("referral", &item.phase) },
        way: vec![
            mark(t.made, Some(item.made)),
            mark(t.received, item.received),
            mark(t.answered, item.answered),
            mark(t.ended, item.ended),
        ],
        respond_by: item.respond_by.map(|at| names.at(at)),
        outcome: item.outcome.as_deref().map(|code| {
            let of = if item.phase == "completed" { "outcome" } else { "reason_code" };
            names.said(&format!("referral.{}.v1", item.phase), of, code)
        }),
    }
}
