//! Knowledge: what another agency had been told by a moment, for those who watch over the whole region.
//!
//! The answer shows in which form that agency was told and what was withheld from it, though it may see less by now. Values are shown only as
//! far as the asking agency may see them itself; that the other one knew more is said by pointer alone.

use super::timeline::steps;
use super::{AsOf, Timeline};
use crate::bus::Bus;
use crate::problem::Problem;
use crate::publish::Caller;
use agency_views::FeedRow;
use vocabulary::{AgencyCode, HistoryId};

impl Bus {
    /// What `agency` had been told of a case by then.
    ///
    /// # Errors
    /// [`Problem::RoleNotAllowed`] when the caller does not see the whole region; [`Problem::NotFound`] when
    /// there is no such case; a store is away or damaged. An agency that knew nothing has no steps.
    pub fn knowledge(
        &self,
        caller: &Caller,
        case: &HistoryId,
        agency: &AgencyCode,
        as_of: AsOf,
    ) -> Result<Timeline, Problem> {
        let moment = self.moment(as_of)?;
        if *agency != caller.agency && !self.rules()?.sees_region(&caller.agency, self.now()) {
            return Err(Problem::RoleNotAllowed);
        }
        let rows_and_marks = self.look(caller, case, AsOf::Now, |look| {
            let sight = self.sight(agency, case, look.folded, moment.position)?;
            let rows: Vec<FeedRow> = sight.rows().copied().collect();
            Ok((rows, look.marks()))
        });
        let (rows, marks) = rows_and_marks?;
        let told = rows.iter().map(|row| self.told(self.render_for(caller, agency, row)?, row, &marks));
        let steps = steps(told.collect::<Result<_, _>>()?);
        Ok(Timeline { case: case.clone(), as_of: moment.position, steps })
    }
}
