//! Rows that say whose turn it is: on the workbench, and at the head of a case.

use crate::model::InboxItem;
use crate::names::{At, Badge, Left, Named, Names};
use crate::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;

/// Something that waits: on whom, what for, since when, until when.
pub(crate) struct Waits {
    pub(crate) agencies: Vec<Named>,
    pub(crate) title: String,
    pub(crate) case: String,
    pub(crate) number: String,
    pub(crate) grade: Option<Badge>,
    pub(crate) fact: String,
    pub(crate) since: At,
    pub(crate) waited: String,
    pub(crate) until: Option<At>,
    pub(crate) left: Left,
    pub(crate) over: bool,
    pub(crate) clock: Option<String>,
}

/// A table of them.
#[derive(Template)]
#[template(path = "waiting.html")]
pub(crate) struct Waiting {
    pub(crate) t: &'static Words,
    pub(crate) rows: Vec<Waits>,
}

impl HtmlSafe for Waiting {}

impl Waits {
    pub(crate) fn of(item: &InboxItem, names: &Names) -> Self {
        Self {
            agencies: names.all_named(&item.agencies),
            title: names.title(&item.title),
            case: item.case.to_string(),
            number: item.number.clone(),
            grade: item.grade.as_deref().map(|grade| names.grade(grade)),
            fact: item.fact.clone(),
            since: names.at(item.since),
            waited: names.waited(item.since),
            until: item.until.map(|until| names.at(until)),
            left: names.left(item.until),
            over: item.overdue,
            clock: item.clock.clone(),
        }
    }
}

/// The most urgent first: what is overdue, then by its limit, what has none last and by its age.
pub(crate) fn by_urgency(items: &mut [InboxItem]) {
    items.sort_by_key(|item| (!item.overdue, item.until.is_none(), item.until, item.since));
}
