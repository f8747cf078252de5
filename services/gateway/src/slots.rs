//! Slots: how many streams are open, of one agency and of all. A slot is given back when it is dropped.

use crate::problem::Problem;
use crate::words;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use vocabulary::AgencyCode;

/// The slots of all agencies.
pub(crate) struct Slots {
    per_agency: usize,
    total: usize,
    taken: Mutex<HashMap<AgencyCode, usize>>,
}

/// One open stream.
pub(crate) struct Slot {
    slots: Arc<Slots>,
    agency: AgencyCode,
}

impl Slots {
    /// So many for one agency, so many together.
    pub(crate) fn new(per_agency: usize, total: usize) -> Self {
        Self { per_agency, total, taken: Mutex::default() }
    }

    /// Takes a slot.
    ///
    /// # Errors
    /// 429.
    pub(crate) fn take(self: &Arc<Self>, agency: &AgencyCode) -> Result<Slot, Problem> {
        let mut taken = self.taken();
        let (all, own) = (taken.values().sum::<usize>(), taken.get(agency).copied().unwrap_or_default());
        if all >= self.total || own >= self.per_agency {
            return Err(Problem::new(&words::TOO_MANY_STREAMS));
        }
        taken.insert(agency.clone(), own + 1);
        Ok(Slot { slots: self.clone(), agency: agency.clone() })
    }

    /// How many are taken.
    pub(crate) fn open(&self) -> usize {
        self.taken().values().sum()
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<AgencyCode, usize>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        let mut taken = self.slots.taken();
        if let Some(own) = taken.get_mut(&self.agency) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.agency);
            }
        }
    }
}
