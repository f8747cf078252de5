//! What the rows of a roster say of each other.

use super::{Agency, Roster};
use crate::Dated;
use crate::file::Reader;
use crate::term::in_force;
use vocabulary::AgencyCode;

impl Reader<'_> {
    /// Whom an agency is a part of, or who is competent for it, is on the roster too, and is not itself.
    pub(super) fn relations(
        &mut self,
        roster: &Roster,
        relation: &str,
        of: fn(&Agency) -> &Vec<Dated<AgencyCode>>,
    ) {
        for agency in roster.agencies.values() {
            for row in of(agency) {
                let reason = match roster.agencies.get(&row.what) {
                    None => format!("`{}` is not on the roster", row.what),
                    Some(other) if !other.term.covers(&row.term) => {
                        format!("`{}` is not on the roster for all of that time", row.what)
                    }
                    Some(_) if circular(roster, agency, row, of) => {
                        format!("`{}` is its own {relation}, directly or by others", agency.code)
                    }
                    Some(_) => continue,
                };
                self.fault(row.line, reason);
            }
        }
    }
}

/// Whether a relation leads back to the agency. A circle is closed on the day on which the youngest of its
/// rows begins, so it is enough to look at first days.
fn circular(
    roster: &Roster,
    agency: &Agency,
    row: &Dated<AgencyCode>,
    of: fn(&Agency) -> &Vec<Dated<AgencyCode>>,
) -> bool {
    let above = |code: &&AgencyCode| in_force(of(roster.agencies.get(*code)?), row.term.from).next();
    std::iter::successors(Some(&row.what), above).take(roster.agencies.len()).any(|code| *code == agency.code)
}
