//! The slowest requests of the last hour: a few of each ten seconds of the last minutes, and a few of each minute before.

use miorai_model::{Timestamp, performance::SlowRequest};
use std::time::Duration;

/// How many are kept of each stretch of time.
const OF_EACH: usize = 5;
/// The stretches of the last minutes.
const FINE_MS: i64 = 10_000;
/// The stretches before.
const COARSE_MS: i64 = 60_000;
/// For how long the fine stretches are kept.
const FINE_FOR: Duration = Duration::from_mins(5);

/// Slow requests, bounded: at most some five hundred.
#[derive(Debug, Default)]
pub(super) struct SlowRequests {
    /// In no order.
    kept: Vec<SlowRequest>,
}

impl SlowRequests {
    /// Adds one.
    pub(super) fn add(&mut self, request: SlowRequest) {
        let at = request.at;
        self.kept.push(request);
        self.thin(at, FINE_MS);
    }

    /// Keeps fewer of what has become older, and nothing that is older than `reach`.
    pub(super) fn age(&mut self, now: Timestamp, reach: Duration) {
        let oldest = now.minus(reach);
        self.kept.retain(|request| request.at >= oldest);
        let coarse = now.minus(FINE_FOR);
        let mut stretches: Vec<i64> = self
            .kept
            .iter()
            .filter(|request| request.at < coarse)
            .map(|request| stretch(request.at, COARSE_MS))
            .collect();
        stretches.sort_unstable();
        stretches.dedup();
        for begin in stretches {
            self.thin(Timestamp::from_millis(begin * COARSE_MS), COARSE_MS);
        }
    }

    /// Of the stretch that `at` is in, keeps the slowest.
    fn thin(&mut self, at: Timestamp, length: i64) {
        let own = stretch(at, length);
        let mut durations: Vec<f64> = self
            .kept
            .iter()
            .filter(|request| stretch(request.at, length) == own)
            .map(|request| request.duration_ms)
            .collect();
        if durations.len() <= OF_EACH {
            return;
        }
        durations.sort_by(|a, b| b.total_cmp(a));
        let floor = durations[OF_EACH - 1];
        self.kept.retain(|request| stretch(request.at, length) != own || request.duration_ms >= floor);
    }

    /// The slowest since `since`, slowest first.
    pub(super) fn slowest(&self, since: Timestamp, most: usize) -> Vec<SlowRequest> {
        let mut found: Vec<&SlowRequest> = self.kept.iter().filter(|request| request.at >= since).collect();
        found.sort_by(|a, b| b.duration_ms.total_cmp(&a.duration_ms));
        found.into_iter().take(most).cloned().collect()
    }

    /// The one of this id.
    pub(super) fn find(&self, id: &str) -> Option<&SlowRequest> {
        self.kept.iter().find(|request| request.request_id == id)
    }

    /// Forgets all.
    pub(super) fn clear(&mut self) {
        self.kept.clear();
    }
}

/// The number of the stretch that a time is in.
fn stretch(at: Timestamp, length: i64) -> i64 {
    at.as_millis().div_euclid(length)
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::performance::Parts;

    fn request(second: i64, duration_ms: f64) -> SlowRequest {
        SlowRequest {
            request_id: format!("{second}-{duration_ms}"),
            at: Timestamp::from_millis(second * 1_000),
            service: None,
            method: "GET".to_owned(),
            route: "/".to_owned(),
            status: 200,
            duration_ms,
            parts: Parts::default(),
            chain: Vec::new(),
            steps_left_out: 0,
        }
    }

    #[test]
    fn each_stretch_of_time_has_its_slowest() {
        let mut slow = SlowRequests::default();
        for second in 0..3_600 {
            for millis in [1, 2, 3] {
                slow.add(request(second, f64::from(millis) + second as f64 / 1e4));
            }
            slow.age(Timestamp::from_millis(second * 1_000), Duration::from_hours(1));
        }
        assert!(slow.kept.len() < 500, "{}", slow.kept.len());
        let slowest = slow.slowest(Timestamp::from_millis(3_590_000), 50);
        assert_eq!(slowest.len(), OF_EACH, "the last ten seconds");
        assert_eq!(slowest[0].request_id, request(3_599, 3.359_9).request_id);
        assert!(slow.slowest(Timestamp::default(), 1_000).iter().any(|request| request.at.as_millis() < 60_000));
        assert!(slow.find(&slowest[0].request_id).is_some() && slow.find("unknown").is_none());
    }

    #[test]
    fn what_is_old_goes() {
        let mut slow = SlowRequests::default();
        slow.add(request(10, 5.0));
        slow.age(Timestamp::from_millis(3_611_000), Duration::from_hours(1));
        assert!(slow.kept.is_empty());
    }
}
