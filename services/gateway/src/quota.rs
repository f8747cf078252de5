//! The quota: how many events an agency may send within a while, so that one system that has run wild does not
//! keep the others out. A report that a child is in danger is never kept waiting: its contract says
//! `x-exempt: "quota"`.

use crate::problem::Problem;
use crate::words;
use contract::{Contracts, Envelope};
use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use vocabulary::AgencyCode;

const MINUTE: Duration = Duration::from_secs(60);

/// The buckets of all agencies. A bucket holds `burst` events and fills evenly.
pub(crate) struct Quota {
    /// How long one event takes to come back.
    interval: Duration,
    burst: u32,
    /// When each bucket will be full again; one that is missing is full.
    full_at: Mutex<HashMap<AgencyCode, Instant>>,
    refused: AtomicU64,
}

impl Quota {
    /// So many events in a minute, so many at once; neither is less than one.
    pub(crate) fn new(per_minute: u32, burst: u32) -> Self {
        let interval = MINUTE / per_minute.max(1);
        Self { interval, burst: burst.max(1), full_at: Mutex::default(), refused: AtomicU64::default() }
    }

    /// Counts an event, unless its type is exempt.
    ///
    /// # Errors
    /// 429 with the seconds until the agency may send one more; it is not counted then.
    pub(crate) fn count(
        &self,
        agency: &AgencyCode,
        event: &Envelope,
        contracts: &Contracts,
    ) -> Result<(), Problem> {
        let contract = contracts.get(event.attributes.kind.as_str());
        if contract.is_some_and(|contract| contract.exempt_from_quota()) {
            return Ok(());
        }
        self.take(agency).map_err(|wait| {
            self.refused.fetch_add(1, Ordering::Relaxed);
            Problem::new(&words::QUOTA).retry_after(wait)
        })
    }

    /// Takes one event out of the bucket, or says how long it will take until there is one.
    fn take(&self, agency: &AgencyCode) -> Result<(), Duration> {
        let now = Instant::now();
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        let full = full_at.get(agency).map_or(now, |at| (*at).max(now));
        let missing = full + self.interval - now;
        match missing.checked_sub(self.interval * self.burst) {
            Some(wait) if wait > Duration::ZERO => Err(wait),
            _ => {
                full_at.insert(agency.clone(), now + missing);
                Ok(())
            }
        }
    }

    /// How many events were refused since the start.
    pub(crate) fn refused(&self) -> u64 {
        self.refused.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn agency(code: &str) -> AgencyCode {
        AgencyCode::parse(code).unwrap()
    }

    #[tokio::test(start_paused = true)]
    async fn a_bucket_gives_its_burst_at_once_and_then_fills_evenly() {
        let (quota, hospital) = (Quota::new(60, 3), agency("hsp-01"));
        for _ in 0..3 {
            quota.take(&hospital).unwrap();
        }
        assert_eq!(quota.take(&hospital), Err(Duration::from_secs(1)));
        assert_eq!(quota.take(&agency("psb-03")), Ok(()), "each agency has its own");
        tokio::time::advance(Duration::from_millis(999)).await;
        assert_eq!(quota.take(&hospital), Err(Duration::from_millis(1)), "asking costs nothing");
        tokio::time::advance(Duration::from_millis(1)).await;
        quota.take(&hospital).unwrap();
        assert!(quota.take(&hospital).is_err());
        tokio::time::advance(Duration::from_secs(3_600)).await;
        let taken = (0..10).filter(|_| quota.take(&hospital).is_ok()).count();
        assert_eq!(taken, 3, "it holds no more than its burst, however long nothing was sent");
    }

    #[tokio::test(start_paused = true)]
    async fn over_a_long_time_the_rate_holds() {
        let (quota, hospital) = (Quota::new(6_000, 20), agency("hsp-01"));
        let mut taken = 0;
        for _ in 0..60_000 {
            taken += u32::from(quota.take(&hospital).is_ok());
            tokio::time::advance(Duration::from_millis(1)).await;
        }
        assert!((6_019..=6_020).contains(&taken), "{taken} in one minute");
    }

    #[test]
    fn a_quota_of_nothing_is_a_quota_of_one() {
        assert_eq!((Quota::new(0, 0).interval, Quota::new(0, 0).burst), (MINUTE, 1));
    }
}
