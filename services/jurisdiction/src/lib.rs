//! A jurisdiction is what one region decides for itself: which agencies there are, what each may do, who
//! reads what, by when the law or the region wants what done, and what must hold before a case may close. It is
//! data (`deploy/jurisdictions/<name>/`), because law and locality change and programs should not: the coordinator of the Minors Protection Law (UCL), art. 9, was the civil-affairs department
//! until 2024-04-25 and is the body for women's and children's work since. So a **role** is dated and never a
//! fixed agency, and a fact is decided under the roster of the day on which it was recorded.
//!
//! - The **roster** (`agencies.toml`): agencies on three levels, their roles, what they are part of
//!   (`parent`), and which department is competent for them (`authority`, 主管部门), each with its dates.
//! - **Visibility** (`visibility.toml`): the form in which a role is shown a group of properties.
//! - The **calendar** (`calendar/<year>.toml`): holidays and make-up working days, year by year.
//! - **Clocks** (`clocks/*.toml`): what must happen by when, by whom, by which law, each with its dates. What
//!   they say of a case is the work of `statutory-clock`.
//! - **Risk** (`risk.toml`): how often a child of each grade is contacted, visited and assessed anew.
//! - **Conferences** (`conference.toml`): how many agencies decide.
//! - **Closure** (`closure.toml`): what must hold before a case may close, each with its dates. Whether it holds
//!   of a case is the work of `closure`.
//!
//! - **Contracts** (`schemas/<stage>/<fact>.v<n>.json`): fact types that the region has beside those of the program;
//!   they are adopted with the rules, and read by `contract`.
//!
//! [`Rules::read`] takes the files or names every [`Fault`] in them; nothing is half read. This crate opens
//! no file and asks no clock. Adoption of rules is a fact (`governance.rules-adopted`) and the runtime's
//! work; who is involved in a case, and so asks for a [`Level`] at all, is decided in `disclosure`.

mod calendar;
pub mod clock;
pub mod closure;
mod conference;
mod file;
#[cfg(any(test, feature = "given"))]
#[allow(clippy::expect_used, reason = "a test harness: a broken test must stop")]
pub mod given;
pub mod risk;
mod roster;
mod term;
#[cfg(test)]
mod tests;
mod visibility;

pub use calendar::{Calendar, NoCalendar, Year};
pub use clock::{ClockId, ClockRule, Clocks};
pub use closure::Criteria;
pub use conference::{Conferences, Quorum};
pub use file::{CONTRACTS, Fault, RuleFile};
pub use risk::Risk;
pub use roster::{Agency, Name};
pub use term::{Dated, Term};
pub use visibility::{Class, Group, Level, Standing};

use file::Reader;
use jiff::Timestamp;
use jiff::civil::{Date, DateTime};
use roster::Roster;
use std::sync::Arc;
use visibility::Visibility;
use vocabulary::{AgencyCode, GroupName, Instant, Region, Role, TypeName, Version};

const AGENCIES: &str = "agencies.toml";
const VISIBILITY: &str = "visibility.toml";
const CLOSURE: &str = "closure.toml";
const RISK: &str = "risk.toml";
const CONFERENCE: &str = "conference.toml";

const CALENDAR: &str = "calendar";
const CLOCKS: &str = "clocks";

/// The files and folders that make up a jurisdiction. Any other is refused: a rule that nobody reads misleads.
const FILES: [&str; 3] = [AGENCIES, VISIBILITY, CLOSURE];
/// Files that a jurisdiction may do without: those that were adopted before they existed have none.
const OPTIONAL: [&str; 2] = [RISK, CONFERENCE];
const FOLDERS: [&str; 2] = [CALENDAR, CLOCKS];

/// The rules of a region as one adoption put them in force. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Rules {
    version: Version,
    roster: Arc<Roster>,
    visibility: Arc<Visibility>,
    calendar: Arc<Calendar>,
    clocks: Arc<Clocks>,
    risk: Arc<Risk>,
    closing: Arc<Criteria>,
    conferences: Arc<Conferences>,
}

impl Rules {
    /// Reads the files of a jurisdiction; `version` is that of their adoption in `rules-<region>`.
    ///
    /// # Errors
    /// Every fault that was found, in the order of file and line. What rows say of each other is looked at
    /// once each row can be read, so that one slip does not call forth ten.
    pub fn read(files: &[RuleFile], version: Version) -> Result<Self, Vec<Fault>> {
        let mut faults = file::misplaced(files, &FILES, &OPTIONAL, &FOLDERS);
        let file = |path| files.iter().find(|file| file.path == path);
        let roster = file(AGENCIES).and_then(|file| Roster::read(Reader::new(file, &mut faults)));
        let visibility = file(VISIBILITY)
            .and_then(|file| Visibility::read(Reader::new(file, &mut faults), roster.as_ref()));
        let folder = |folder| files.iter().filter(move |file| file.is_in(folder));
        let calendar = Calendar::read(folder(CALENDAR), &mut faults).into();
        let risk = file(RISK).map(|file| Risk::read(Reader::new(file, &mut faults)).unwrap_or_default());
        let clocks = Clocks::read(folder(CLOCKS), (roster.as_ref(), risk.as_ref()), &mut faults).into();
        let risk = risk.unwrap_or_default().into();
        let closing = file(CLOSURE).map(|file| Criteria::read(Reader::new(file, &mut faults)));
        let closing = closing.unwrap_or_default().into();
        let conferences = file(CONFERENCE).and_then(|file| Conferences::read(Reader::new(file, &mut faults)));
        let conferences = conferences.unwrap_or_default().into();
        match (roster, visibility) {
            (Some(roster), Some(visibility)) if faults.is_empty() => {
                let (roster, visibility) = (roster.into(), visibility.into());
                Ok(Self { version, roster, visibility, calendar, clocks, risk, closing, conferences })
            }
            _ => {
                faults.sort();
                Err(faults)
            }
        }
    }

    /// Before the first adoption: nobody is on the roster, and nothing is visible.
    pub fn none(region: &Region) -> Self {
        let roster = Roster::empty(region).into();
        let (visibility, calendar, clocks, risk, closing, conferences) = <_>::default();
        Self { version: Version(0), roster, visibility, calendar, clocks, risk, closing, conferences }
    }

    /// The region that these rules are of.
    pub fn region(&self) -> &Region {
        &self.roster.region
    }

    /// What the region is called.
    pub fn name(&self) -> &Name {
        &self.roster.name
    }

    /// Version of the adoption; 0 before the first.
    pub fn version(&self) -> Version {
        self.version
    }

    /// Whether the region is a demonstration: tokens of the demo work here only.
    pub fn demo(&self) -> bool {
        self.roster.demo
    }

    /// The day that it is in the region: rules change at midnight there, not in UTC.
    pub fn local_date(&self, at: Instant) -> Date {
        self.roster.timezone.to_datetime(at.timestamp()).date()
    }

    /// What the clocks on the walls of the region show.
    pub fn local_time(&self, at: Instant) -> DateTime {
        self.roster.timezone.to_datetime(at.timestamp())
    }

    /// The time zone of the region, by its IANA name.
    pub fn timezone(&self) -> &str {
        self.roster.timezone.iana_name().unwrap_or("UTC")
    }

    /// The first moment after that day of the region.
    pub fn end_of(&self, day: Date) -> Instant {
        let midnight = day.tomorrow().map(|next| next.at(0, 0, 0, 0));
        let midnight = midnight.and_then(|midnight| self.roster.timezone.to_timestamp(midnight));
        let beyond = if day.year() < 0 { Timestamp::MIN } else { Timestamp::MAX };
        Instant::new(midnight.unwrap_or(beyond))
    }

    /// On which days offices work.
    pub fn calendar(&self) -> &Calendar {
        &self.calendar
    }

    /// What must happen by when.
    pub fn clocks(&self) -> &Clocks {
        &self.clocks
    }

    /// How often what is done for a child of each grade.
    pub fn risk(&self) -> &Risk {
        &self.risk
    }

    /// What must hold before a case may close.
    pub fn closing(&self) -> &Criteria {
        &self.closing
    }

    /// What a conference needs to decide.
    pub fn conferences(&self) -> &Conferences {
        &self.conferences
    }

    /// The agency, if it is on the roster at that time.
    pub fn agency(&self, code: &AgencyCode, at: Instant) -> Option<&Agency> {
        let day = self.local_date(at);
        self.roster.agencies.get(code).filter(|agency| agency.term.holds(day))
    }

    /// Whether the roster names the agency at any time.
    pub fn known(&self, code: &AgencyCode) -> bool {
        self.roster.agencies.contains_key(code)
    }

    /// Whether the agency holds the role at that time.
    pub fn holds(&self, code: &AgencyCode, role: &str, at: Instant) -> bool {
        self.roles(code, at).iter().any(|held| held.as_str() == role)
    }

    /// The roles that the agency holds at that time.
    pub fn roles(&self, code: &AgencyCode, at: Instant) -> Vec<&Role> {
        let day = self.local_date(at);
        self.agency(code, at).map(|agency| term::in_force(&agency.roles, day).collect()).unwrap_or_default()
    }

    /// The agencies that hold the role at that time, in the order of their codes.
    pub fn holders(&self, role: &str, at: Instant) -> Vec<&AgencyCode> {
        self.agencies(at).map(|agency| &agency.code).filter(|code| self.holds(code, role, at)).collect()
    }

    /// The unit that the agency is a part of at that time.
    pub fn parent(&self, code: &AgencyCode, at: Instant) -> Option<&AgencyCode> {
        term::in_force(&self.agency(code, at)?.parents, self.local_date(at)).next()
    }

    /// The agency that acts for this one at that time, because it has no software of its own.
    pub fn served_by(&self, code: &AgencyCode, at: Instant) -> Option<&AgencyCode> {
        term::in_force(&self.agency(code, at)?.servers, self.local_date(at)).next()
    }

    /// The department that is competent for the agency at that time (主管部门; Opinion 高检发〔2020〕9号, art. 5).
    pub fn authority(&self, code: &AgencyCode, at: Instant) -> Option<&AgencyCode> {
        term::in_force(&self.agency(code, at)?.authorities, self.local_date(at)).next()
    }

    /// The agencies on the roster at that time, in the order of their codes.
    pub fn agencies(&self, at: Instant) -> impl Iterator<Item = &Agency> {
        let day = self.local_date(at);
        self.roster.agencies.values().filter(move |agency| agency.term.holds(day))
    }

    /// Whether the agency sees every case of its region without being involved in it.
    pub fn sees_region(&self, code: &AgencyCode, at: Instant) -> bool {
        self.roles(code, at).into_iter().any(|role| self.visibility.region.contains(role))
    }

    /// The form in which the agency is shown the group: the widest of its columns. [`Level::None`] when it
    /// reads in no column, is not on the roster at that time, or nobody has named the group.
    pub fn level(&self, group: &GroupName, code: &AgencyCode, at: Instant, standing: &Standing) -> Level {
        let levels =
            self.roles(code, at).into_iter().filter_map(|role| self.visibility.level(group, role, standing));
        levels.max().unwrap_or(Level::None)
    }

    /// The groups that the region shows or withholds.
    pub fn groups(&self) -> impl Iterator<Item = (&GroupName, &Group)> {
        self.visibility.groups.iter()
    }

    /// For how many hours at most an agency may break the glass; `None` where nobody may.
    pub fn break_glass_hours(&self) -> Option<u16> {
        self.visibility.break_glass
    }

    /// The facts that give the agency they name as assigned a mandate for the child.
    pub fn mandate_facts(&self) -> &[TypeName] {
        &self.visibility.mandate
    }
}
