//! Clocks: the machine's, and one that is set by hand.

use miorai_model::{Clock, Timestamp};
use std::{
    sync::{Mutex, PoisonError},
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

/// The machine's clock. The only place that asks the machine for the time of day.
#[derive(Clone, Copy, Debug)]
pub struct SystemClock {
    /// What the time that never jumps is counted from.
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that everybody else is handed")]
    fn now(&self) -> Timestamp {
        let millis = match SystemTime::now().duration_since(UNIX_EPOCH) {
            Ok(after) => after.as_millis() as i64,
            Err(before) => -(before.duration().as_millis() as i64),
        };
        Timestamp::from_millis(millis)
    }

    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }
}

/// A clock that stands until it is told otherwise: for tests of everything that is judged by time.
///
/// ```
/// use miorai_model::{Clock, Timestamp};
/// use miorai_monitoring::ManualClock;
/// use std::time::Duration;
///
/// let clock = ManualClock::new(Timestamp::from_millis(5_000));
/// clock.advance(Duration::from_secs(1));
/// assert_eq!(clock.now(), Timestamp::from_millis(6_000));
/// clock.set(Timestamp::from_millis(0));
/// assert_eq!(clock.monotonic(), Duration::from_secs(1), "setting the time of day moves nothing else");
/// ```
#[derive(Debug)]
pub struct ManualClock(Mutex<(Timestamp, Duration)>);

impl ManualClock {
    /// A clock that stands at `now`.
    pub const fn new(now: Timestamp) -> Self {
        Self(Mutex::new((now, Duration::ZERO)))
    }

    /// Lets time pass.
    pub fn advance(&self, by: Duration) {
        let mut times = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        *times = (times.0.plus(by), times.1 + by);
    }

    /// Sets the time of day, as somebody might set the machine's clock.
    pub fn set(&self, now: Timestamp) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0 = now;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0
    }

    fn monotonic(&self) -> Duration {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).1
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_machines_clock_is_in_this_century_and_moves_on() {
        let clock = SystemClock::default();
        let (now, monotonic) = (clock.now(), clock.monotonic());
        assert!(now > Timestamp::from_millis(1_700_000_000_000));
        assert!(clock.monotonic() >= monotonic);
    }
}
