//! A histogram: how many waits were at most so long.

use super::text::Text;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Upper bounds in milliseconds, from a flush of a good disk to the time that a request may take at most.
const BOUNDS: [u64; 11] = [1, 2, 5, 10, 25, 50, 100, 250, 1_000, 5_000, 30_000];

/// Counts of waits by their length; the last is for those beyond every bound.
#[derive(Default)]
pub(super) struct Histogram {
    counts: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

impl Histogram {
    /// Counts one wait.
    pub(super) fn observe(&self, wait: Duration) {
        let at = BOUNDS.partition_point(|bound| Duration::from_millis(*bound) < wait);
        self.counts[at].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(wait.as_micros().try_into().unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Writes it under these labels, once there is something to write.
    pub(super) fn write(&self, name: &str, labels: &[(&str, &str)], text: &mut Text) {
        let counts = self.counts.each_ref().map(|count| count.load(Ordering::Relaxed));
        if counts == [0; BOUNDS.len() + 1] {
            return;
        }
        let bounds = BOUNDS.iter().map(|bound| (*bound as f64 / 1e3).to_string()).chain(["+Inf".to_owned()]);
        let mut total = 0;
        for (bound, count) in bounds.zip(counts) {
            total += count;
            let labels = [labels, &[("le", bound.as_str())]].concat();
            text.sample(&format!("{name}_bucket"), &labels, total);
        }
        let seconds = self.micros.load(Ordering::Relaxed) as f64 / 1e6;
        text.sample(&format!("{name}_sum"), labels, seconds);
        text.sample(&format!("{name}_count"), labels, total);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_counts_all_waits_up_to_its_bound() {
        let histogram = Histogram::default();
        let mut text = Text::default();
        histogram.write("h", &[], &mut text);
        assert_eq!(text.end(), "", "nothing was observed");
        for micros in [1_000, 1_001, 40_000, 60_000_000] {
            histogram.observe(Duration::from_micros(micros));
        }
        let mut text = Text::default();
        histogram.write("h", &[("route", "/x")], &mut text);
        let text = text.end();
        for line in [
            r#"h_bucket{route="/x",le="0.001"} 1"#,
            r#"h_bucket{route="/x",le="0.002"} 2"#,
            r#"h_bucket{route="/x",le="0.025"} 2"#,
            r#"h_bucket{route="/x",le="0.05"} 3"#,
            r#"h_bucket{route="/x",le="30"} 3"#,
            r#"h_bucket{route="/x",le="+Inf"} 4"#,
            r#"h_sum{route="/x"} 60.042001"#,
            r#"h_count{route="/x"} 4"#,
        ] {
            assert!(text.lines().any(|written| written == line), "{line} in\n{text}");
        }
    }
}
