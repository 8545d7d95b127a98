//! How fast the service answered.

use super::Seen;
use std::{fmt, time::Duration};

/// What a run has shown, as the clients saw it.
#[derive(Clone, Copy, Debug)]
pub struct Report {
    /// Requests answered.
    pub requests: u64,
    /// Requests that failed.
    pub failed: u64,
    /// Requests answered a second.
    pub per_second: f64,
    /// Milliseconds within which half of the answers came.
    pub p50_ms: f64,
    /// The same for 95 of 100.
    pub p95_ms: f64,
    /// The same for 99 of 100.
    pub p99_ms: f64,
    /// The share of reads that nothing was computed for; none when there were no reads.
    pub hit_ratio: Option<f64>,
}

impl Report {
    pub(super) fn new(seen: &Seen, elapsed: Duration) -> Self {
        let quantile = |share| seen.took.value_at_quantile(share) as f64 / 1e3;
        let reads = seen.hits + seen.misses;
        Self {
            requests: seen.took.len(),
            failed: seen.failed,
            per_second: seen.took.len() as f64 / elapsed.as_secs_f64(),
            p50_ms: quantile(0.5),
            p95_ms: quantile(0.95),
            p99_ms: quantile(0.99),
            hit_ratio: (reads > 0).then(|| seen.hits as f64 / reads as f64),
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{} requests, {:.0} a second, {} failed", self.requests, self.per_second, self.failed)?;
        writeln!(f, "p50 {:.2} ms, p95 {:.2} ms, p99 {:.2} ms", self.p50_ms, self.p95_ms, self.p99_ms)?;
        match self.hit_ratio {
            Some(ratio) => writeln!(f, "{:.1} % of reads were hits", 100.0 * ratio),
            None => writeln!(f, "nothing was read"),
        }
    }
}
