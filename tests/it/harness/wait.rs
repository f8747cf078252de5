//! Waiting without timing: until it is so, or until nobody would wait any longer.

use std::time::{Duration, Instant};

/// After this long what is awaited will not come. Far above what a loaded machine needs.
pub const DEADLINE: Duration = Duration::from_secs(90);

/// Looks again and again until it is so. `Err` says what was seen instead.
#[track_caller]
pub fn eventually<T>(what: &str, mut look: impl FnMut() -> Result<T, String>) -> T {
    let began = Instant::now();
    loop {
        match look() {
            Ok(seen) => return seen,
            Err(last) if began.elapsed() > DEADLINE => {
                panic!("{what}: not within {DEADLINE:?}; last seen: {last}")
            }
            Err(_) => std::thread::sleep(Duration::from_millis(15)),
        }
    }
}

/// The same for what is looked at over a connection.
pub async fn eventually_seen<T>(what: &str, mut look: impl AsyncFnMut() -> Result<T, String>) -> T {
    let began = Instant::now();
    loop {
        match look().await {
            Ok(seen) => return seen,
            Err(last) if began.elapsed() > DEADLINE => {
                panic!("{what}: not within {DEADLINE:?}; last seen: {last}")
            }
            Err(_) => tokio::time::sleep(Duration::from_millis(15)).await,
        }
    }
}
