//! Reads what lengthens a clock.

use super::pattern::property;
use crate::clock::shape;
use crate::clock::{Extension, Longer, Pause};
use crate::file::Reader;
use crate::roster::Roster;
use toml::Spanned;

impl Reader<'_> {
    pub(super) fn pause(&mut self, row: &shape::Pause, roster: Option<&Roster>) -> Option<Pause> {
        let (from, until) = (self.mention(&row.from, roster), self.mention(&row.until, roster));
        Some(Pause { from: from?, until: until?, basis: row.basis.clone() })
    }

    pub(super) fn extension(
        &mut self,
        extension: &Spanned<shape::Extension>,
        roster: Option<&Roster>,
    ) -> Option<Extension> {
        let (line, row) = (self.line(&extension.span()), extension.get_ref());
        let by = self.mention(&row.by, roster);
        let longer = match (&row.more_days, &row.total, &row.until) {
            (Some(days), None, None) => Longer::Days(self.number(days)?),
            (None, Some(total), None) => {
                let time = self.allowed(total, (None, None))?;
                if !super::due::counted(&time) || !total.get_ref().when.is_empty() {
                    self.fault(line, "`total` is a time that is counted from the start");
                }
                Longer::Total(time)
            }
            (None, None, Some(name)) => Longer::Until(self.word(name, property)?),
            _ => {
                self.fault(line, "an extension is one of more_days, total and until (a property)");
                return None;
            }
        };
        Some(Extension { by: by?, longer, basis: row.basis.clone() })
    }
}
