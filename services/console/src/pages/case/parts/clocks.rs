//! The clocks of a case, the ones that need somebody first.

use crate::model::ClockItem;
use crate::names::{At, Badge, Left, Named, Names};
use crate::words::Words;
use askama::Template;
use askama::filters::HtmlSafe;

/// All clocks that the agency may see.
#[derive(Template)]
#[template(path = "clocks.html")]
pub(crate) struct Clocks {
    t: &'static Words,
    rows: Vec<Clock>,
    /// Those on which nobody has anything left to do, where they are many: a year of visits hides what is due.
    over: Vec<Clock>,
}

/// So many clocks that are over stand among the others.
const FEW: usize = 10;

/// From this place in the list on nobody has anything left to do.
const OVER: u8 = 5;

struct Clock {
    clock: String,
    name: String,
    obligation: String,
    state: Badge,
    owners: Vec<Named>,
    started: At,
    stopped: Option<At>,
    due: Option<At>,
    /// The last day, where the limit is a day.
    due_day: Option<String>,
    left: Left,
    /// What the moment is.
    until: &'static str,
    no_due: String,
    /// How much of its time has gone, of a hundred.
    bar: Option<i64>,
    kind: &'static str,
    kind_word: &'static str,
    article: String,
    basis: String,
}

impl HtmlSafe for Clocks {}

/// How a state is shown, and where it stands in the list.
fn look(state: &str) -> (u8, &'static str, &'static str) {
    match state {
        "missed" => (0, "red", "✕"),
        "running" => (1, "blue", "▶"),
        "undetermined" => (2, "orange", "?"),
        "undisclosed" => (3, "plain", "◇"),
        "explained" => (4, "orange", "✕"),
        "met-late" => (5, "yellow", "✓"),
        "met" => (6, "green", "✓"),
        _ => (7, "plain", "–"),
    }
}

impl Clocks {
    pub(crate) fn of(items: &[ClockItem], names: &Names) -> Self {
        let mut items: Vec<&ClockItem> = items.iter().collect();
        items.sort_by_key(|item| (look(&item.state).0, item.due.is_none(), item.due, item.started));
        let states: Vec<_> = items.iter().map(|item| item.state.as_str()).collect();
        let mut rows: Vec<_> = items.iter().map(|item| row(item, names)).collect();
        let over = rows.split_off(in_sight(&states));
        Self { t: names.t, rows, over }
    }
}

/// How many clocks stand in sight, of these states in the order of the list.
fn in_sight(states: &[&str]) -> usize {
    let open = states.iter().filter(|state| look(state).0 < OVER).count();
    if states.len() - open > FEW { open } else { states.len() }
}

fn row(item: &ClockItem, names: &Names) -> Clock {
    let (_, tone, shape) = look(&item.state);
    let law = item.law_gives_it;
    Clock {
        clock: item.clock.clone(),
        name: names.title(&item.name),
        obligation: names.title(&item.obligation),
        state: Badge { tone, shape, word: names.state("clock", &item.state) },
        owners: names.all_named(&item.owners),
        started: names.at(item.started),
        stopped: item.stopped.map(|at| names.at(at)),
        due: item.due.map(|at| names.at(at)),
        due_day: item.due_day.clone(),
        left: item.margin_seconds.map_or_else(Left::default, |margin| match item.stopped {
            Some(_) => names.done_by(margin),
            None => names.left_of(margin, item.due),
        }),
        until: if item.expires { names.t.valid_until } else { names.t.until },
        no_due: no_due(item, names),
        bar: bar(item),
        kind: if law { "law" } else { "local" },
        kind_word: if law { names.t.law } else { names.t.local },
        article: articles(&item.law, &item.article),
        basis: names.title(&item.basis),
    }
}

/// The articles, each beside its law: rules name several laws as `A; B` and their articles as `1; 2`.
fn articles(law: &str, article: &str) -> String {
    let (laws, articles): (Vec<&str>, Vec<&str>) =
        (law.split(';').map(str::trim).collect(), article.split(';').map(str::trim).collect());
    if laws.len() != articles.len() {
        return format!("{law} {article}");
    }
    let pairs = laws.iter().zip(articles);
    let pairs = pairs.map(|(law, article)| format!("{law} {}", article.trim_matches('-')).trim().to_owned());
    pairs.collect::<Vec<_>>().join("; ")
}

fn no_due(item: &ClockItem, names: &Names) -> String {
    match item.no_due.as_deref() {
        Some("immediately") => names.t.no_due_immediately.to_owned(),
        Some("before-a-fact") => names.t.no_due_before.to_owned(),
        Some("paused") => names.t.no_due_paused.to_owned(),
        Some(missing) => format!("{}{missing}", names.t.no_due_missing),
        None => names.t.no_limit.to_owned(),
    }
}

fn bar(item: &ClockItem) -> Option<i64> {
    let whole = item.taken_seconds + item.margin_seconds?;
    (whole > 0).then(|| (item.taken_seconds * 100 / whole).clamp(0, 100))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_clocks_that_are_over_are_out_of_sight_and_few_are_not() {
        let of = |open: usize, over: usize| {
            let open = ["missed", "running", "explained"].into_iter().cycle().take(open);
            open.chain(["met-late", "met", "expired"].into_iter().cycle().take(over)).collect::<Vec<_>>()
        };
        assert_eq!(in_sight(&of(3, FEW)), 3 + FEW);
        assert_eq!(in_sight(&of(3, FEW + 1)), 3);
        assert_eq!(in_sight(&of(0, 166)), 0);
        assert_eq!(in_sight(&of(30, 0)), 30);
    }
}
