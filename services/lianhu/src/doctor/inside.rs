//! The stores from inside: every record is read, keys are tried, rules and clocks are held against today.

use super::line::Line;
use super::progress::Progress;
use crate::failure::Failure;
use crate::folder::{Folder, Stores, region_of};
use crate::up;
use agency_views::Views;
use jurisdiction::Rules;
use ledger::{Ledger, SledLedger};
use runtime::{Bus, Clock as _, SystemClock};
use std::path::Path;
use std::sync::Arc;
use vault::{Keys, RootKey, Vault};
use vocabulary::id::HistoryKind;
use vocabulary::{Instant, Position};

/// What to do about a ledger that is damaged.
pub const RESTORE: &str =
    "copy the folder before anything opens it, then restore from a backup; never delete it";
const RESTORE_KEYS: &str = "restore vault/ and root.key together";

/// Looks at the copy of a folder's stores, with the root key of the folder itself.
pub fn look(folder: &Folder, copy: &Path, progress: &Progress) -> Vec<Line> {
    let ledger = match SledLedger::open(&copy.join("ledger")) {
        Ok(ledger) => Arc::new(ledger),
        Err(error) => return vec![Line::bad("ledger", error, RESTORE)],
    };
    let (head, now) = (*ledger.head().borrow(), SystemClock.now());
    let whole = ledger.check_telling(|at| progress.at("reading record", at.0, head.0));
    let whole = whole.map(|head| format!("{head} records, dense, whole, every index agrees"));
    let mut lines = vec![Line::of("ledger", whole, RESTORE), clock(&ledger, head, now)];
    let vault = open_vault(&folder.path().join("root.key"), copy);
    lines.push(Line::of("vault", vault.as_ref().map(|(_, seen)| seen), RESTORE_KEYS));
    let views = Views::open(&copy.join("views"), ledger.clone()).map(Arc::new);
    lines.push(match &views {
        Ok(views) => followed(views.progress().borrow().applied, head),
        Err(error) => Line::bad("views", error, "delete views/: it is made again from the ledger"),
    });
    lines.push(disclosed(&ledger, head));
    if let (Ok((vault, _)), Ok(views)) = (vault, views) {
        lines.extend(in_force(Stores { ledger, vault, views }, now));
    }
    lines
}

/// Opens the vault under a root key that is there: one that is missing is not made.
fn open_vault(key: &Path, copy: &Path) -> Result<(Arc<Vault>, String), Failure> {
    if !key.exists() {
        return Err(Failure::Store("without root.key it cannot be opened".to_owned()));
    }
    let vault = Vault::open(&copy.join("vault"), &RootKey::load_or_create(key)?)?;
    let health = vault.check()?;
    let seen = format!("{} keys leased, {} ready on disk beyond them", health.leased, health.ready);
    Ok((Arc::new(vault), seen))
}

/// The clock of this machine has not gone back behind what it recorded.
pub(super) fn clock(ledger: &SledLedger, head: Position, now: Instant) -> Line {
    let fix = "set the clock of this machine; until then records keep the time of the last one";
    match ledger.get(head) {
        Ok(Some(last)) if last.record.recordedtime > now => {
            let last = last.record.recordedtime;
            Line::warn("clock", format!("it is {now} here, and the last record is of {last}"), fix)
        }
        Ok(_) => Line::ok("clock", format!("it is {now} here, after the last record")),
        Err(error) => Line::bad("clock", error, RESTORE),
    }
}

fn followed(applied: Position, head: Position) -> Line {
    if applied > head {
        let fact = format!("the ledger ends at {head} but its views have seen {applied}: records are lost");
        return Line::bad("views", fact, "restore the ledger from a newer backup");
    }
    Line::ok("views", format!("through record {applied} of {head}; the rest is caught up at start"))
}

/// Whether the last record of a case has been disclosed.
pub(super) fn disclosed(ledger: &SledLedger, head: Position) -> Line {
    match last_case(ledger, head) {
        Ok((case, told)) if case > told => {
            let fact = format!("through record {told}, and record {case} is of a case");
            Line::warn("disclosure", fact, "start the bus: it goes on where it was")
        }
        Ok((Position(0), _)) => Line::ok("disclosure", "there is no case yet"),
        Ok((case, _)) => Line::ok("disclosure", format!("up to date; the last record of a case is {case}")),
        Err(error) => Line::bad("disclosure", error, RESTORE),
    }
}

/// The last record of a case, and the last record that was disclosed.
fn last_case(ledger: &SledLedger, head: Position) -> Result<(Position, Position), Failure> {
    let (mut case, mut told) = (None, None);
    for at in (1..=head.0).rev().map(Position) {
        let Some(stored) = ledger.get(at)? else { continue };
        let last = stored.record.facts.last();
        match stored.record.history.kind() {
            HistoryKind::Case => case = case.or(Some(at)),
            HistoryKind::Disclosure => {
                told = told.or(last.and_then(|fact| fact.data.get("source")?.as_u64()).map(Position));
            }
            _ => {}
        }
        if case.is_some() && told.is_some() {
            break;
        }
    }
    Ok((case.unwrap_or_default(), told.unwrap_or_default()))
}

/// Rules and keys, as the bus would find them at its start.
fn in_force(stores: Stores, now: Instant) -> Vec<Line> {
    let start = "start once with --jurisdiction DIR";
    let region = match region_of(&*stores.ledger) {
        Ok(Some(region)) => region,
        Ok(None) => return vec![Line::warn("rules", "none adopted", start)],
        Err(failure) => return vec![Line::bad("rules", failure, RESTORE)],
    };
    let open = |demo| up::open(stores.clone(), region.clone(), demo);
    let bus = match open(false) {
        Err(Failure::Usage(_)) => open(true), // the rules are of the demo
        other => other,
    };
    match bus.and_then(|bus| Ok((bus.rules()?, bus))) {
        Ok((rules, bus)) => vec![
            Line::ok("start", "rules can be read, and the vault opens what the ledger holds"),
            adopted(&bus, &rules),
            calendar(&rules, now),
        ],
        Err(failure) => vec![Line::bad("start", failure, "mend what it names")],
    }
}

fn adopted(bus: &Bus, rules: &Rules) -> Line {
    let (region, version) = (bus.region(), rules.version());
    let (kind, count) = (if rules.demo() { "demo, " } else { "" }, rules.agencies(bus.now()).count());
    Line::ok("rules", format!("region {region}, {kind}version {version}, {count} agencies"))
}

/// Deadlines in working days need the calendars of this year and the next.
pub(super) fn calendar(rules: &Rules, now: Instant) -> Line {
    let year = rules.local_date(now).year();
    let missing = [year, year + 1].into_iter().filter(|year| rules.calendar().year(*year).is_none());
    let missing: Vec<String> = missing.map(|year| year.to_string()).collect();
    match missing.is_empty() {
        true => Line::ok("calendar", format!("{year} and {} are adopted", year + 1)),
        false => Line::warn(
            "calendar",
            format!("{} missing: deadlines in working days cannot be counted", missing.join(" and ")),
            "add calendar/<year>.toml to the jurisdiction, then lianhu rules apply DIR",
        ),
    }
}
