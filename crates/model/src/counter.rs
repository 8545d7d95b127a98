//! Rates from counters.

use std::time::Duration;

/// Remembers the last reading of a running total and gives the rate since then.
///
/// A total that is smaller than before has been reset (the device or the kernel started anew): what it shows now
/// has come since the reset, so the increase is taken as the new total, as Prometheus' `rate` does. Times are those of
/// a clock that never jumps ([`Clock::monotonic`](crate::Clock::monotonic)): setting the machine's clock changes no
/// rate. A reading whose time has not moved on gives none.
#[derive(Clone, Copy, Debug, Default)]
pub struct Counter {
    last: Option<(f64, Duration)>,
}

impl Counter {
    /// Takes a reading of an integer total; the rate per second since the one before.
    pub fn rate(&mut self, total: u64, at: Duration) -> Option<f64> {
        self.rate_of(total as f64, at)
    }

    /// Takes a reading of a total such as seconds of processor time; the rate per second since the one before.
    pub fn rate_of(&mut self, total: f64, at: Duration) -> Option<f64> {
        let before = self.last.replace((total, at));
        let (last, last_at) = before?;
        let seconds = at.saturating_sub(last_at).as_secs_f64();
        let increase = if total >= last { total - last } else { total };
        (seconds > 0.0).then(|| increase / seconds)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rates(readings: &[(u64, u64)]) -> Vec<Option<f64>> {
        let mut counter = Counter::default();
        readings.iter().map(|&(total, millis)| counter.rate(total, Duration::from_millis(millis))).collect()
    }

    #[test]
    fn rates_are_over_the_real_time_between_readings() {
        assert_eq!(rates(&[(10, 0), (20, 1_000), (20, 2_000), (50, 3_500)]), [None, Some(10.0), Some(0.0), Some(20.0)]);
    }

    #[test]
    fn a_reset_counts_from_zero() {
        assert_eq!(rates(&[(1_000, 0), (4, 1_000), (6, 2_000)]), [None, Some(4.0), Some(2.0)]);
    }

    #[test]
    fn a_time_that_stands_or_goes_back_gives_no_rate_once() {
        assert_eq!(rates(&[(1, 5_000), (2, 5_000), (3, 1_000), (5, 2_000)]), [None, None, None, Some(2.0)]);
    }

    proptest! {
        #[test]
        fn rates_are_never_negative_and_add_up(steps in prop::collection::vec((0_u32..1_000_000, 1_u64..10_000), 1..50)) {
            let mut counter = Counter::default();
            let (mut total, mut at, mut sum) = (0_u64, 0_u64, 0.0);
            counter.rate(total, Duration::from_millis(at));
            for (increase, millis) in steps {
                total += u64::from(increase);
                at += millis;
                let rate = counter.rate(total, Duration::from_millis(at)).expect("time moved on");
                prop_assert!(rate >= 0.0);
                sum += rate * millis as f64 / 1_000.0;
            }
            prop_assert!((sum - total as f64).abs() <= 1e-6 * total as f64 + 1e-6);
        }
    }
}
