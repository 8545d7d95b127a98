//! The slowest requests since they were last asked for.

use miorai_model::performance::SlowRequest;
use std::{
    mem,
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// How many are kept.
const KEPT: usize = 8;

/// The slowest requests. A request that is not among them is told so by one look at a number.
#[derive(Debug, Default)]
pub(super) struct Slowest {
    /// Nanoseconds that a request must take to be among them.
    floor: AtomicU64,
    kept: Mutex<Vec<SlowRequest>>,
}

impl Slowest {
    /// Keeps a request that took so long, if it is among the slowest: only then it is written down.
    pub(super) fn offer(&self, took: Duration, write: impl FnOnce() -> SlowRequest) {
        let nanos = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        if nanos <= self.floor.load(Ordering::Relaxed) {
            return;
        }
        let request = write();
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let place = kept.partition_point(|other| other.duration_ms >= request.duration_ms);
        kept.insert(place, request);
        kept.truncate(KEPT);
        if let (KEPT, Some(last)) = (kept.len(), kept.last()) {
            self.floor.store((last.duration_ms * 1e6) as u64, Ordering::Relaxed);
        }
    }

    /// Takes them out, slowest first.
    pub(super) fn drain(&self) -> Vec<SlowRequest> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        self.floor.store(0, Ordering::Relaxed);
        mem::take(&mut *kept)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use miorai_model::{Timestamp, performance::Parts};

    fn request(millis: u64) -> SlowRequest {
        SlowRequest {
            request_id: format!("r-{millis}"),
            at: Timestamp::default(),
            service: None,
            method: "GET".to_owned(),
            route: "/".to_owned(),
            status: 200,
            duration_ms: millis as f64,
            parts: Parts::default(),
            chain: Vec::new(),
            steps_left_out: 0,
        }
    }

    #[test]
    fn the_slowest_are_kept_and_others_not_even_written_down() {
        let slowest = Slowest::default();
        for millis in [5, 1, 9, 3, 7, 2, 8, 4, 6, 10] {
            slowest.offer(Duration::from_millis(millis), || request(millis));
        }
        slowest.offer(Duration::from_millis(3), || unreachable!("it is too fast"));
        let kept: Vec<f64> = slowest.drain().iter().map(|request| request.duration_ms).collect();
        assert_eq!(kept, [10.0, 9.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0]);
        slowest.offer(Duration::from_millis(1), || request(1));
        assert_eq!(slowest.drain().len(), 1, "it begins anew");
    }
}
